//! SSH private keys as identities.

use age::ssh;
use secrecy::SecretString;

use super::{Identity, IdentityError, Key};

/// An SSH private key in OpenSSH's own form that a passphrase protects. Its public half stands beside it in the clear.
pub struct ProtectedSshKey {
    key: ssh::EncryptedKey,
    recipient: String,
}

impl ProtectedSshKey {
    /// The key in a file's bytes; nothing if there is none, or none that a passphrase protects.
    pub fn read(file: &[u8]) -> Option<Self> {
        let identity = ssh::Identity::from_buffer(file, None).ok()?;
        let recipient = recipient(&identity).ok()?;
        match identity {
            ssh::Identity::Encrypted(key) => Some(Self { key, recipient }),
            ssh::Identity::Unencrypted(_) | ssh::Identity::Unsupported(_) => None,
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
    let identity =
        ssh::Identity::from_buffer(text.as_bytes(), None).map_err(|_| IdentityError::Ssh)?;
    match &identity {
        ssh::Identity::Unencrypted(_) => {}
        ssh::Identity::Encrypted(_) => return Err(IdentityError::EncryptedSsh),
        ssh::Identity::Unsupported(ssh::UnsupportedKey::EncryptedPem) => {
            return Err(IdentityError::EncryptedPem);
        }
        ssh::Identity::Unsupported(_) => return Err(IdentityError::SshType),
    }
    Ok(Identity {
        recipient: recipient(&identity)?,
        key: Key::Ssh(Box::new(identity)),
    })
}

fn recipient(key: &ssh::Identity) -> Result<String, IdentityError> {
    let recipient = ssh::Recipient::try_from(key.clone());
    let recipient = recipient.map_err(|_| IdentityError::Ssh)?;
    Ok(recipient.to_string())
}
