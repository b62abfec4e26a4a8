//! SSH private keys as identities.

use age::ssh;
use data_encoding::BASE64;
use secrecy::SecretString;
use ssh_key::{Kdf, PrivateKey};

use super::{Identity, IdentityError, Key, pkcs8};

/// Bytes; an RSA key of 16,384 bits takes 13,000. age takes a time that grows with the square of them: a minute for 1 MiB.
const LARGEST: usize = 32 << 10;

/// A few seconds of work. OpenSSH writes 16 or 24, and people who want more (`ssh-keygen -a`) some hundreds.
const MOST_ROUNDS: u32 = 1024;

/// An SSH private key in OpenSSH's own form that a passphrase protects. Its public half stands beside it in the clear.
pub struct ProtectedSshKey {
    key: ssh::EncryptedKey,
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
                Some(Self { key, recipient })
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
    pub fn unprotect(self, passphrase: SecretString) -> Result<Identity, IdentityError> {
        let key = self.key.decrypt(passphrase);
        let key = key.map_err(|_| IdentityError::Passphrase)?;
        Ok(Identity {
            key: Key::Ssh(Box::new(ssh::Identity::Unencrypted(key))),
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
    Ok(Identity {
        recipient: recipient(&identity)?,
        key: Key::Ssh(Box::new(identity)),
    })
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

/// How a passphrase becomes a key, which age does not say. Lines may have any width, as for age and for Go, which writes 64
/// characters on one; [`PrivateKey::from_openssh`] takes nothing but OpenSSH's 70.
fn derivation(file: &[u8]) -> Option<Kdf> {
    let text = str::from_utf8(file).ok()?;
    let (_, text) = text.split_once("-----BEGIN OPENSSH PRIVATE KEY-----")?;
    let (text, _) = text.split_once("-----END")?;
    let text: String = text.split_whitespace().collect();
    let key = BASE64.decode(text.as_bytes()).ok()?;
    let key = PrivateKey::from_bytes(&key).ok()?;
    Some(key.kdf().clone())
}
