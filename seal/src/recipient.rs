//! The public half of an identity: which texts are one, and what may stand beside what.

use age::ssh::{self, ParseRecipientKeyError};
use signet_envelope::is_of_plugin;

use crate::hybrid::{self, HybridRecipient};
use crate::x25519::X25519Recipient;

/// A text for which nothing can be wrapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// It begins like a post-quantum recipient, but is none.
    #[error(
        "{recipient} is no post-quantum recipient: it is cut off, mistyped, or not of an ML-KEM-768 and an X25519 key"
    )]
    PostQuantum {
        /// Its beginning.
        recipient: String,
    },
    /// A recipient of a plugin, which would be a program to run.
    #[error("{recipient}: recipients of plugins are not supported")]
    Plugin {
        /// Its beginning.
        recipient: String,
    },
    /// It begins like an X25519 recipient, but is none.
    #[error("{recipient} is no age recipient: it is cut off, mistyped, or not of an X25519 key")]
    X25519 {
        /// Its beginning.
        recipient: String,
    },
    /// An SSH key of a type or size that age does not take.
    #[error("{recipient}: {reason}")]
    Ssh {
        /// Its beginning.
        recipient: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A private key where a public one belongs.
    #[error("this is a private key: give its recipient, which begins with age1")]
    Private,
    /// Neither an age recipient nor an SSH key.
    #[error(
        "{recipient:?} is neither an age recipient (age1…) nor an SSH key of the types ssh-ed25519 and ssh-rsa"
    )]
    Malformed {
        /// Its beginning.
        recipient: String,
    },
}

/// Checks that a data key can be wrapped for the recipient.
///
/// # Errors
/// [`RecipientError`] if not.
pub fn check_recipient(recipient: &str) -> Result<(), RecipientError> {
    parse(recipient).map(|_| ())
}

/// The recipients that give away what post-quantum recipients beside them protect; none if all are of one kind.
///
/// Each recipient has an age file of its own in SOPS, so nothing forbids to mix them, but a file is as safe as the weakest
/// of them (c2sp.org/age, label `postquantum`).
pub fn classical_beside_post_quantum<'a>(
    recipients: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    let (post_quantum, classical): (Vec<_>, Vec<_>) = recipients
        .into_iter()
        .partition(|recipient| recipient.starts_with(hybrid::PREFIX));
    if post_quantum.is_empty() {
        Vec::new()
    } else {
        classical
    }
}

/// The recipient as age takes it.
pub(crate) fn parse(text: &str) -> Result<Box<dyn age::Recipient>, RecipientError> {
    let recipient = shortened(text);
    if text.starts_with("ssh-") {
        return match ssh_recipient(text) {
            Ok(key) => Ok(Box::new(key)),
            Err(reason) => Err(RecipientError::Ssh { recipient, reason }),
        };
    }
    if text.starts_with(hybrid::PREFIX) {
        return match HybridRecipient::parse(text) {
            Some(key) => Ok(Box::new(key)),
            None => Err(RecipientError::PostQuantum { recipient }),
        };
    }
    match text.strip_prefix("age1") {
        Some(_) if is_of_plugin(text) => Err(RecipientError::Plugin { recipient }),
        Some(_) => match X25519Recipient::parse(text) {
            Some(key) => Ok(Box::new(key)),
            None => Err(RecipientError::X25519 { recipient }),
        },
        None if is_private(text) => Err(RecipientError::Private),
        None => Err(RecipientError::Malformed { recipient }),
    }
}

fn ssh_recipient(text: &str) -> Result<ssh::Recipient, &'static str> {
    match text.parse() {
        Ok(ssh::Recipient::SshEd25519(_, point)) if point.is_small_order() => {
            Err("the Ed25519 key is a point of small order, which protects nothing")
        }
        Ok(key) => Ok(key),
        Err(ParseRecipientKeyError::RsaModulusTooSmall) => {
            Err("RSA keys below 2048 bits are too weak")
        }
        Err(ParseRecipientKeyError::RsaModulusTooLarge) => {
            Err("RSA keys above 4096 bits are not supported")
        }
        Err(_) => Err("not an SSH key of the types ssh-ed25519 and ssh-rsa"),
    }
}

fn is_private(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    upper.contains("AGE-SECRET-KEY-") || upper.contains("PRIVATE KEY")
}

/// A recipient as a person knows it: an X25519 or Ed25519 one whole, of longer ones the beginning.
pub(crate) fn shortened(recipient: &str) -> String {
    let mut ends = recipient.char_indices().map(|(end, _)| end);
    match (ends.nth(40), ends.nth(40)) {
        (Some(end), Some(_)) => format!("{}…", &recipient[..end]),
        _ => recipient.to_owned(),
    }
}

#[cfg(test)]
mod tests;
