//! SSH private keys as identities.

use age::ssh;

use super::{Identity, IdentityError, Key};

/// The identity that the text of an SSH private key is.
pub(super) fn read(text: &str) -> Result<Identity, IdentityError> {
    let identity =
        ssh::Identity::from_buffer(text.as_bytes(), None).map_err(|_| IdentityError::Ssh)?;
    match &identity {
        ssh::Identity::Unencrypted(_) => {}
        ssh::Identity::Encrypted(_) => return Err(IdentityError::EncryptedSsh),
        ssh::Identity::Unsupported(ssh::UnsupportedKey::EncryptedPem) => {
            return Err(IdentityError::EncryptedSsh);
        }
        ssh::Identity::Unsupported(_) => return Err(IdentityError::SshType),
    }
    let recipient = ssh::Recipient::try_from(identity.clone())
        .map_err(|_| IdentityError::Ssh)?
        .to_string();
    Ok(Identity {
        key: Key::Ssh(Box::new(identity)),
        recipient,
    })
}
