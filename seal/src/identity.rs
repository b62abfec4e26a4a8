//! The private half of a recipient.

use bech32::{Bech32, Hrp};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use zeroize::{Zeroize, Zeroizing};

use crate::Random;

const HRP: Hrp = Hrp::parse_unchecked("age-secret-key-");
const POST_QUANTUM: &str = "AGE-SECRET-KEY-PQ-1";
const PLUGIN: &str = "AGE-PLUGIN-";

/// An age identity: X25519, or an SSH key of a person. Wiped when dropped; never shown or copied.
pub struct Identity {
    key: Key,
    recipient: String,
}

enum Key {
    X25519 {
        age: Box<age::x25519::Identity>,
        secret: SecretBox<[u8; 32]>,
    },
    Ssh(Box<age::ssh::Identity>),
}

/// A text that holds no usable identity. It quotes nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// There is no identity in it.
    #[error(
        "no identity found: expected a line that begins with AGE-SECRET-KEY-1, or an SSH private key"
    )]
    Missing,
    /// There is more than one.
    #[error("more than one identity found where one was expected")]
    Several,
    /// A line is neither a comment nor an identity.
    #[error("line {line} is not an age identity")]
    Malformed {
        /// The line, from 1.
        line: usize,
    },
    /// A post-quantum identity.
    #[error("line {line}: post-quantum identities (AGE-SECRET-KEY-PQ-1…) are not supported yet")]
    PostQuantum {
        /// The line, from 1.
        line: usize,
    },
    /// An identity of a plugin, which would be a program to run.
    #[error("line {line}: plugin identities (AGE-PLUGIN-…) are not supported")]
    Plugin {
        /// The line, from 1.
        line: usize,
    },
    /// An SSH key that is encrypted, of another type, or malformed.
    #[error("the SSH key is malformed, encrypted with a passphrase, or neither Ed25519 nor RSA")]
    Ssh,
}

impl Identity {
    /// A fresh X25519 identity and its text, `AGE-SECRET-KEY-1…`.
    ///
    /// # Panics
    /// Never: any 32 bytes are an X25519 secret.
    pub fn generate(rng: &mut dyn Random) -> (Self, SecretString) {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill(secret.as_mut_slice());
        let mut lower =
            bech32::encode::<Bech32>(HRP, secret.as_slice()).expect("32 bytes fit bech32");
        let text = SecretString::from(lower.to_ascii_uppercase());
        lower.zeroize();
        (Self::parse(&text).expect("the text was just made"), text)
    }

    /// The one identity in a text: a line of its own among comments, as age-keygen writes it, or an SSH private key.
    ///
    /// # Errors
    /// [`IdentityError`] if there is none, or more than one, or one that cannot be used.
    pub fn parse(text: &SecretString) -> Result<Self, IdentityError> {
        let mut all = Self::parse_all(text)?;
        match (all.pop(), all.is_empty()) {
            (Some(identity), true) => Ok(identity),
            (Some(_), false) => Err(IdentityError::Several),
            (None, _) => Err(IdentityError::Missing),
        }
    }

    /// All identities in a text.
    ///
    /// # Errors
    /// [`IdentityError`] if there is none, or one that cannot be used.
    #[expect(
        clippy::disallowed_methods,
        reason = "an identity is read from the text that holds it"
    )]
    pub fn parse_all(text: &SecretString) -> Result<Vec<Self>, IdentityError> {
        let text = text.expose_secret();
        if text.trim_start().starts_with("-----BEGIN") {
            return ssh(text).map(|identity| vec![identity]);
        }
        let lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim()));
        let identities: Vec<Self> = lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| x25519(line, number))
            .collect::<Result<_, _>>()?;
        if identities.is_empty() {
            Err(IdentityError::Missing)
        } else {
            Ok(identities)
        }
    }

    /// The public half: `age1…`, or an SSH public key without comment.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// Lends the 32 secret bytes of an X25519 identity, from which the anchor's authentication derives its key; nothing
    /// for an SSH key.
    #[expect(
        clippy::disallowed_methods,
        reason = "the anchor's MAC is keyed by the recovery identity's secret"
    )]
    pub fn with_secret_bytes<R>(&self, f: impl FnOnce(&[u8; 32]) -> R) -> Option<R> {
        match &self.key {
            Key::X25519 { secret, .. } => Some(f(secret.expose_secret())),
            Key::Ssh(_) => None,
        }
    }

    /// The text of an X25519 identity, `AGE-SECRET-KEY-1…`, for the file or Secret that it goes to; nothing for an SSH key.
    pub fn to_text(&self) -> Option<SecretString> {
        match &self.key {
            Key::X25519 { age, .. } => Some(age.to_string()),
            Key::Ssh(_) => None,
        }
    }

    /// The identity as age takes it.
    pub(crate) fn as_age(&self) -> &dyn age::Identity {
        match &self.key {
            Key::X25519 { age, .. } => age.as_ref(),
            Key::Ssh(identity) => identity.as_ref(),
        }
    }
}

fn x25519(line: &str, number: usize) -> Result<Identity, IdentityError> {
    let age: age::x25519::Identity = line.parse().map_err(|_| match line {
        _ if line.starts_with(POST_QUANTUM) => IdentityError::PostQuantum { line: number },
        _ if line.starts_with(PLUGIN) => IdentityError::Plugin { line: number },
        _ => IdentityError::Malformed { line: number },
    })?;
    let (_, bytes) = bech32::decode(line).map_err(|_| IdentityError::Malformed { line: number })?;
    let bytes = Zeroizing::new(bytes);
    let mut secret = Box::new([0; 32]);
    secret.copy_from_slice(
        bytes
            .get(..32)
            .ok_or(IdentityError::Malformed { line: number })?,
    );
    let recipient = age.to_public().to_string();
    Ok(Identity {
        key: Key::X25519 {
            age: Box::new(age),
            secret: SecretBox::new(secret),
        },
        recipient,
    })
}

fn ssh(text: &str) -> Result<Identity, IdentityError> {
    let identity =
        age::ssh::Identity::from_buffer(text.as_bytes(), None).map_err(|_| IdentityError::Ssh)?;
    let recipient = age::ssh::Recipient::try_from(identity.clone())
        .map_err(|_| IdentityError::Ssh)?
        .to_string();
    match identity {
        age::ssh::Identity::Unencrypted(_) => Ok(Identity {
            key: Key::Ssh(Box::new(identity)),
            recipient,
        }),
        age::ssh::Identity::Encrypted(_) | age::ssh::Identity::Unsupported(_) => {
            Err(IdentityError::Ssh)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "AGE-SECRET-KEY-1SR2DAFS0UW9R92ZMX80UTKY96HPVMG05SC77E2HUYDQY92PQX7HQAC5A36";
    const RECIPIENT: &str = "age17acs5qxkm64mnl8y4fyw3rskzqq7zfrrec9g67432ag5c4tu0fvqxgfan5";

    fn parse(text: &str) -> Result<Identity, IdentityError> {
        Identity::parse(&SecretString::from(text))
    }

    #[test]
    fn reads_what_age_keygen_writes() {
        let file = format!("# created: 2026-01-01T00:00:00Z\n# public key: {RECIPIENT}\n{TEXT}\n");
        assert_eq!(parse(&file).ok().unwrap().recipient(), RECIPIENT);
    }

    #[test]
    fn a_fresh_identity_is_made_of_the_given_bytes_alone() {
        let (one, text) = Identity::generate(&mut |bytes: &mut [u8]| bytes.fill(7));
        let again = Identity::parse(&text).ok().unwrap();
        assert_eq!(one.recipient(), again.recipient());
        assert_eq!(again.with_secret_bytes(|bytes| *bytes), Some([7; 32]));
    }

    #[test]
    fn each_unusable_text_is_its_own_error_and_none_quotes_it() {
        let cases = [
            ("# nothing\n", IdentityError::Missing),
            (&format!("{TEXT}\n{TEXT}\n"), IdentityError::Several),
            (
                &format!("# c\n{}\n", TEXT.replace("5A36", "5A37")),
                IdentityError::Malformed { line: 2 },
            ),
            (
                "AGE-SECRET-KEY-PQ-1QQQQ",
                IdentityError::PostQuantum { line: 1 },
            ),
            (
                "AGE-PLUGIN-YUBIKEY-1QQQQ",
                IdentityError::Plugin { line: 1 },
            ),
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n",
                IdentityError::Ssh,
            ),
        ];
        for (text, expected) in cases {
            let error = parse(text).err().unwrap();
            assert!(!error.to_string().contains("5A3"));
            assert_eq!(error, expected);
        }
    }
}
