//! SSH private keys as identities.

use age::ssh;
use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};
use ssh_key::{Algorithm, Kdf, PrivateKey};
use zeroize::Zeroizing;

use super::{Identity, IdentityError, Key, pkcs8};
use crate::ssh_ed25519::SshEd25519Identity;

/// Bytes; an RSA key of 16,384 bits takes 13,000. age takes a time that grows with the square of them: a minute for 1 MiB.
const LARGEST: usize = 32 << 10;

/// A few seconds of work. OpenSSH writes 16 or 24, and people who want more (`ssh-keygen -a`) some hundreds.
const MOST_ROUNDS: u32 = 1024;

/// An SSH private key in OpenSSH's own form that a passphrase protects. Its public half stands beside it in the clear.
pub struct ProtectedSshKey {
    key: ssh::EncryptedKey,
    /// The same, if it is one of Ed25519.
    ed25519: Option<Box<PrivateKey>>,
    recipient: String,
}

impl ProtectedSshKey {
    /// The key in a file's bytes; nothing if there is none, none that a passphrase protects, or none for which a passphrase
    /// is tried.
    pub fn read(file: &[u8]) -> Option<Self> {
        let identity = parse(file).ok()?;
        let recipient = recipient(&identity).ok()?;
        match identity {
            ssh::Identity::Encrypted(key) => {
                check_rounds(file).ok()?;
                let ed25519 = openssh(file).filter(|key| key.algorithm() == Algorithm::Ed25519);
                let ed25519 = ed25519.map(Box::new);
                Some(Self {
                    key,
                    ed25519,
                    recipient,
                })
            }
            _ => None,
        }
    }

    /// The public half: an SSH public key without comment.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// The identity.
    ///
    /// # Errors
    /// [`IdentityError::Passphrase`] if another passphrase protects it, or the file is damaged: the two look alike.
    #[expect(
        clippy::disallowed_methods,
        reason = "the key is protected by the very text"
    )]
    pub fn unprotect(self, passphrase: SecretString) -> Result<Identity, IdentityError> {
        if let Some(key) = &self.ed25519 {
            let key = key.decrypt(passphrase.expose_secret());
            let key = key.map_err(|_| IdentityError::Passphrase)?;
            let key = ed25519(&key).ok_or(IdentityError::Passphrase)?;
            return Ok(Identity {
                key,
                recipient: self.recipient,
            });
        }
        if is_ed25519(&self.recipient) {
            return Err(IdentityError::SshType);
        }
        let key = self.key.decrypt(passphrase);
        let key = key.map_err(|_| IdentityError::Passphrase)?;
        Ok(Identity {
            key: Key::SshRsa(Box::new(ssh::Identity::Unencrypted(key))),
            recipient: self.recipient,
        })
    }
}

/// The identity that the text of an SSH private key is.
pub(super) fn read(text: &str) -> Result<Identity, IdentityError> {
    let identity = parse(text.as_bytes())?;
    match &identity {
        ssh::Identity::Unencrypted(_) => {}
        ssh::Identity::Encrypted(_) => {
            check_rounds(text.as_bytes())?;
            return Err(IdentityError::EncryptedSsh);
        }
        ssh::Identity::Unsupported(ssh::UnsupportedKey::EncryptedPem) => {
            return Err(IdentityError::EncryptedPem);
        }
        ssh::Identity::Unsupported(ssh::UnsupportedKey::EncryptedSsh(_)) => {
            return Err(IdentityError::SshCipher);
        }
        ssh::Identity::Unsupported(_) => return Err(IdentityError::SshType),
    }
    let recipient = recipient(&identity)?;
    let unwrapped = pkcs8::in_another_form(text.as_bytes())?;
    let openssh = openssh(unwrapped.as_ref().map_or(text, |text| text).as_bytes());
    let key = match openssh.and_then(|key| ed25519(&key)) {
        Some(key) => key,
        None if is_ed25519(&recipient) => return Err(IdentityError::SshType),
        None => Key::SshRsa(Box::new(identity)),
    };
    Ok(Identity { key, recipient })
}

fn parse(file: &[u8]) -> Result<ssh::Identity, IdentityError> {
    if file.len() > LARGEST {
        return Err(IdentityError::SshSize);
    }
    let unwrapped = pkcs8::in_another_form(file)?;
    let file = unwrapped.as_ref().map_or(file, |text| text.as_bytes());
    ssh::Identity::from_buffer(file, None).map_err(|_| IdentityError::Ssh)
}

fn recipient(key: &ssh::Identity) -> Result<String, IdentityError> {
    let recipient = ssh::Recipient::try_from(key.clone());
    let recipient = recipient.map_err(|_| IdentityError::Ssh)?;
    Ok(recipient.to_string())
}

/// Ensures that a passphrase is tried for a key: a file may ask for years of work.
fn check_rounds(file: &[u8]) -> Result<(), IdentityError> {
    match derivation(file).ok_or(IdentityError::Ssh)? {
        Kdf::Bcrypt { rounds, .. } if rounds <= MOST_ROUNDS => Ok(()),
        Kdf::Bcrypt { .. } => Err(IdentityError::Rounds),
        _ => Err(IdentityError::Ssh),
    }
}

/// Whether the public half is of a key that is held in locked memory or not at all.
fn is_ed25519(recipient: &str) -> bool {
    recipient.starts_with("ssh-ed25519 ")
}

/// The key, in memory of our own, of a key of Ed25519 that nothing protects.
fn ed25519(key: &PrivateKey) -> Option<Key> {
    let seed = &key.key_data().ed25519()?.private;
    let ssh = key.public_key().to_bytes().ok()?;
    Some(Key::SshEd25519(SshEd25519Identity::new(seed.as_ref(), ssh)))
}

/// How a passphrase becomes a key, which age does not say.
fn derivation(file: &[u8]) -> Option<Kdf> {
    openssh(file).map(|key| key.kdf().clone())
}

/// A key in OpenSSH's own form. Lines may have any width, as for age and for Go, which writes 64 characters on one;
/// [`PrivateKey::from_openssh`] takes nothing but OpenSSH's 70.
fn openssh(file: &[u8]) -> Option<PrivateKey> {
    let text = str::from_utf8(file).ok()?;
    let (_, text) = text.split_once("-----BEGIN OPENSSH PRIVATE KEY-----")?;
    let (text, _) = text.split_once("-----END")?;
    let mut packed = Zeroizing::new(String::with_capacity(text.len()));
    packed.extend(text.split_whitespace());
    let key = Zeroizing::new(BASE64.decode(packed.as_bytes()).ok()?);
    PrivateKey::from_bytes(&key).ok()
}
