//! The private half of a recipient.

mod error;
mod pkcs8;
mod protected;
mod ssh;

use bech32::Hrp;
use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use crate::Random;
use crate::hybrid::HybridIdentity;
use crate::key_text;
use crate::locked::LockedKey;
use crate::ssh_ed25519::SshEd25519Identity;
use crate::x25519::X25519Identity;

pub use error::IdentityError;
pub use ssh::ProtectedSshKey;

const CLASSICAL: Hrp = Hrp::parse_unchecked("AGE-SECRET-KEY-");
const POST_QUANTUM: Hrp = Hrp::parse_unchecked("AGE-SECRET-KEY-PQ-");
const PLUGIN: &str = "AGE-PLUGIN-";

/// An age identity: X25519, post-quantum, or an SSH key of a person. Wiped when dropped; never shown or copied.
pub struct Identity {
    key: Key,
    recipient: String,
}

enum Key {
    X25519(X25519Identity),
    Hybrid(HybridIdentity),
    SshEd25519(SshEd25519Identity),
    /// Of RSA, whose arithmetic is a library's.
    SshRsa(Box<age::ssh::Identity>),
}

impl Identity {
    /// A fresh X25519 identity and its text, `AGE-SECRET-KEY-1…`.
    ///
    /// # Panics
    /// Never: any 32 bytes are an X25519 secret.
    pub fn generate(rng: &mut dyn Random) -> (Self, SecretString) {
        let identity = Self::x25519(LockedKey::fill(|bytes| rng.fill(bytes)));
        let text = identity.to_text().expect("it is no SSH key");
        (identity, text)
    }

    /// A fresh post-quantum identity and its text, `AGE-SECRET-KEY-PQ-1…`. Its recipient, `age1pq1…`, has 1959 letters.
    ///
    /// # Panics
    /// Never: any 32 bytes are a seed.
    pub fn generate_post_quantum(rng: &mut dyn Random) -> (Self, SecretString) {
        let identity = Self::hybrid(LockedKey::fill(|bytes| rng.fill(bytes)));
        let text = identity.to_text().expect("it is no SSH key");
        (identity, text)
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
    pub fn parse_all(text: &SecretString) -> Result<Vec<Self>, IdentityError> {
        let (usable, unusable) = Self::parse_usable(text);
        match unusable.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(usable),
        }
    }

    /// The identities in a text that can be used, and why each other one cannot: a file may hold one of a plugin as well.
    ///
    /// They stand one on a line, or several with blanks between them. One of the two lists is never empty.
    #[expect(
        clippy::disallowed_methods,
        reason = "an identity is read from the text that holds it"
    )]
    pub fn parse_usable(text: &SecretString) -> (Vec<Self>, Vec<IdentityError>) {
        let text = text.expose_secret();
        let beginning = text.trim_start();
        if is_age_file(beginning.as_bytes()) {
            return (Vec::new(), vec![IdentityError::EncryptedFile]);
        }
        if beginning.starts_with("-----BEGIN") {
            return split([ssh::read(beginning)]);
        }
        let lines = (1..).zip(text.lines().map(str::trim));
        let lines = lines.filter(|(_, line)| !line.starts_with('#'));
        let words = lines.flat_map(|(number, line)| {
            let words = line.split_whitespace();
            words.map(move |word| native(word, number))
        });
        let (usable, mut unusable) = split(words);
        if usable.is_empty() && unusable.is_empty() {
            unusable.push(IdentityError::Missing);
        }
        (usable, unusable)
    }

    /// The public half: `age1…`, `age1pq1…`, or an SSH public key without comment.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// Lends the 32 secret bytes of an age identity, from which the anchor's authentication derives its key; nothing for
    /// an SSH key.
    pub fn with_secret_bytes<R>(&self, read: impl FnOnce(&[u8; 32]) -> R) -> Option<R> {
        match &self.key {
            Key::X25519(identity) => Some(identity.secret().with(read)),
            Key::Hybrid(identity) => Some(identity.seed().with(read)),
            Key::SshEd25519(_) | Key::SshRsa(_) => None,
        }
    }

    /// The text of an age identity, `AGE-SECRET-KEY-…`, for the file or Secret that it goes to; nothing for an SSH key.
    pub fn to_text(&self) -> Option<SecretString> {
        let hrp = match &self.key {
            Key::X25519(_) => CLASSICAL,
            Key::Hybrid(_) => POST_QUANTUM,
            Key::SshEd25519(_) | Key::SshRsa(_) => return None,
        };
        self.with_secret_bytes(|bytes| {
            let mut lower = key_text::encode(hrp, bytes);
            let text = SecretString::from(lower.to_ascii_uppercase());
            lower.zeroize();
            text
        })
    }

    /// The identity as age takes it.
    pub(crate) fn as_age(&self) -> &dyn age::Identity {
        match &self.key {
            Key::X25519(identity) => identity,
            Key::Hybrid(identity) => identity,
            Key::SshEd25519(identity) => identity,
            Key::SshRsa(identity) => identity.as_ref(),
        }
    }

    fn x25519(secret: LockedKey) -> Self {
        let identity = X25519Identity::new(secret);
        Self {
            recipient: identity.recipient().text(),
            key: Key::X25519(identity),
        }
    }

    fn hybrid(seed: LockedKey) -> Self {
        let identity = HybridIdentity::new(seed);
        Self {
            recipient: identity.recipient().text(),
            key: Key::Hybrid(identity),
        }
    }
}

/// Whether the beginning of a file is that of an age file, which may hold identities that a passphrase protects.
pub fn is_age_file(beginning: &[u8]) -> bool {
    ["age-encryption.org/", "-----BEGIN AGE ENCRYPTED FILE-----"]
        .iter()
        .any(|start| beginning.starts_with(start.as_bytes()))
}

fn split(
    read: impl IntoIterator<Item = Result<Identity, IdentityError>>,
) -> (Vec<Identity>, Vec<IdentityError>) {
    let mut usable = Vec::new();
    let mut unusable = Vec::new();
    for identity in read {
        match identity {
            Ok(identity) => usable.push(identity),
            Err(error) => unusable.push(error),
        }
    }
    (usable, unusable)
}

/// An identity of age's own; `number` is that of its line.
fn native(text: &str, number: usize) -> Result<Identity, IdentityError> {
    let is_plugin = text
        .get(..PLUGIN.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(PLUGIN));
    if is_plugin {
        return Err(IdentityError::Plugin { line: number });
    }
    let malformed = IdentityError::Malformed { line: number };
    let read = key_text::decode(text);
    let key = read.and_then(|read| {
        // 32 bytes, or more than the buffer has to hold to say that they are not 32.
        let mut secret = Zeroizing::new(Vec::with_capacity(33));
        secret.extend(read.byte_iter().take(33));
        Some((read.hrp(), LockedKey::copy_of(&secret)?))
    });
    match key {
        Some((hrp, key)) if hrp == CLASSICAL => Ok(Identity::x25519(key)),
        Some((hrp, key)) if hrp == POST_QUANTUM => Ok(Identity::hybrid(key)),
        _ => Err(malformed),
    }
}

#[cfg(test)]
mod tests;
