//! Wraps the data key for a recipient, and unwraps it: one armored age file each, as SOPS does.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use zeroize::Zeroizing;

use crate::Identity;
use crate::data_key::DataKey;

/// A text for which nothing can be wrapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// A post-quantum recipient.
    #[error("{recipient}: post-quantum recipients (age1pq1…) are not supported yet")]
    PostQuantum {
        /// Its beginning.
        recipient: String,
    },
    /// A recipient of a plugin, which would be a program to run.
    #[error("{recipient}: recipients of plugins are not supported")]
    Plugin {
        /// The recipient.
        recipient: String,
    },
    /// Neither an age recipient nor an SSH key that age takes.
    #[error(
        "{recipient:?} is neither an age recipient (age1…) nor an SSH key of the types ssh-ed25519 and ssh-rsa"
    )]
    Malformed {
        /// The text.
        recipient: String,
    },
}

/// Why a wrapped key was not unwrapped.
#[derive(Debug, thiserror::Error)]
pub enum UnwrapError {
    /// The age file is malformed or is not for this identity.
    #[error("the wrapped data key is not for this identity, or damaged")]
    Age(#[source] age::DecryptError),
    /// It could not be read to its end.
    #[error("the wrapped data key is damaged")]
    Read(#[source] std::io::Error),
    /// What it holds is no data key.
    #[error("the wrapped data key does not hold 32 bytes")]
    Length,
}

/// The armored age file that holds the data key for one recipient.
///
/// age draws the file key and the ephemeral share from the operating system itself and has no way to be given them.
pub(crate) fn wrap(key: &DataKey, recipient: &str) -> Result<String, RecipientError> {
    let recipient = parse(recipient)?;
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient.as_ref()))
        .expect("one recipient without conditions is always accepted");
    let written = key.with(|bytes| -> std::io::Result<Vec<u8>> {
        let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(bytes)?;
        writer.finish()?.finish()
    });
    let armored = written.expect("writing to memory does not fail");
    Ok(String::from_utf8(armored).expect("armor is ASCII"))
}

/// Checks that a data key can be wrapped for the recipient.
///
/// # Errors
/// [`RecipientError`] if not.
pub fn check_recipient(recipient: &str) -> Result<(), RecipientError> {
    parse(recipient).map(|_| ())
}

/// The data key that an armored age file holds for an identity.
pub(crate) fn unwrap(enc: &str, identity: &Identity) -> Result<DataKey, UnwrapError> {
    let decryptor = age::Decryptor::new_buffered(ArmoredReader::new(enc.as_bytes()))
        .map_err(UnwrapError::Age)?;
    let reader = decryptor
        .decrypt(std::iter::once(identity.as_age()))
        .map_err(UnwrapError::Age)?;
    // One byte more than a key tells a longer content; the buffer never grows, so no copy is left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    reader
        .take(33)
        .read_to_end(&mut bytes)
        .map_err(UnwrapError::Read)?;
    DataKey::from_unwrapped(&bytes).ok_or(UnwrapError::Length)
}

fn parse(text: &str) -> Result<Box<dyn age::Recipient>, RecipientError> {
    if text.starts_with("ssh-") {
        let ssh: Result<age::ssh::Recipient, _> = text.parse();
        return ssh
            .map(|key| Box::new(key) as _)
            .map_err(|_| malformed(text));
    }
    match text.parse::<age::x25519::Recipient>() {
        Ok(key) => Ok(Box::new(key)),
        Err(_) if text.starts_with("age1pq1") => Err(RecipientError::PostQuantum {
            recipient: text.chars().take(16).chain(['…']).collect(),
        }),
        Err(_) if text.starts_with("age1") && text[4..].contains('1') => {
            Err(RecipientError::Plugin {
                recipient: text.to_owned(),
            })
        }
        Err(_) => Err(malformed(text)),
    }
}

fn malformed(text: &str) -> RecipientError {
    RecipientError::Malformed {
        recipient: text.chars().take(80).collect(),
    }
}

#[cfg(test)]
mod tests;
