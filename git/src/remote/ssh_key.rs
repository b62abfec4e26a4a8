//! Private keys for SSH.

use std::sync::Arc;

use russh::keys::ssh_key::{self, LineEnding};
use russh::keys::{HashAlg, PrivateKey, decode_secret_key};
use secrecy::{ExposeSecret, SecretString};

/// A private key to be let in with over SSH, or to sign commits with: Ed25519, ECDSA or RSA. It is wiped when dropped. No `Debug`.
#[derive(Clone)]
pub struct SshKey(Arc<PrivateKey>);

impl SshKey {
    /// Reads a key in OpenSSH's form, or in PEM.
    ///
    /// # Errors
    /// [`SshKeyError::Protected`], [`SshKeyError::Unreadable`].
    pub fn read(text: &SecretString) -> Result<Self, SshKeyError> {
        match decode(text, None) {
            Err(russh::keys::Error::KeyIsEncrypted) => Err(SshKeyError::Protected),
            Ok(key) if key.is_encrypted() => Err(SshKeyError::Protected),
            key => Self::new(key),
        }
    }

    /// Reads a key that a passphrase protects.
    ///
    /// # Errors
    /// [`SshKeyError::Unreadable`], also where the passphrase is another.
    pub fn unprotect(text: &SecretString, passphrase: &SecretString) -> Result<Self, SshKeyError> {
        Self::new(decode(text, Some(passphrase)))
    }

    pub(crate) fn key(&self) -> &Arc<PrivateKey> {
        &self.0
    }

    /// The public half, as OpenSSH writes it.
    pub(crate) fn public(&self) -> Result<String, ssh_key::Error> {
        self.0.public_key().to_openssh()
    }

    /// An armoured signature over a text, for git (`sign_buffer_ssh` in its `gpg-interface.c`).
    pub(crate) fn sign(&self, text: &[u8]) -> Result<String, ssh_key::Error> {
        let signature = self.0.sign("git", HashAlg::Sha512, text)?;
        signature.to_pem(LineEnding::LF)
    }

    fn new(key: Result<PrivateKey, russh::keys::Error>) -> Result<Self, SshKeyError> {
        // The cause may quote what it could not read.
        let key = key.map_err(|_| SshKeyError::Unreadable)?;
        Ok(Self(Arc::new(key)))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the key and its passphrase go to the parser"
)]
fn decode(
    text: &SecretString,
    passphrase: Option<&SecretString>,
) -> Result<PrivateKey, russh::keys::Error> {
    decode_secret_key(
        text.expose_secret(),
        passphrase.map(ExposeSecret::expose_secret),
    )
}

/// Why a text gives no key. No message quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SshKeyError {
    /// A passphrase protects it.
    #[error("a passphrase protects the SSH key; `ssh-keygen -p -f COPY` takes it off a copy")]
    Protected,
    /// It is no key of a type that is supported, or the passphrase is another.
    #[error(
        "it is no private SSH key of the types Ed25519, ECDSA and RSA, or the passphrase is another; `ssh-keygen -y -f \
         FILE` shows whether OpenSSH reads it"
    )]
    Unreadable,
}
