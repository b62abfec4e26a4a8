//! Why a text holds no usable identity.

/// A text that holds no usable identity. It quotes nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// There is no identity in it.
    #[error(
        "no identity found: expected a line that begins with AGE-SECRET-KEY-, or an SSH private key"
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
    /// An identity of a plugin, which would be a program to run.
    #[error("line {line}: plugin identities (AGE-PLUGIN-…) are not supported")]
    Plugin {
        /// The line, from 1.
        line: usize,
    },
    /// The identities are in an age file themselves.
    #[error(
        "the identities are encrypted with age: decrypt them with `age -d`, or let SOPS_AGE_KEY_CMD run it"
    )]
    EncryptedFile,
    /// The identities are in an age file that another passphrase protects.
    #[error("the passphrase does not open it, or the file is damaged")]
    Passphrase,
    /// Trying a passphrase would take more memory than any file should ask for.
    #[error("trying the passphrase would take more than 1 GiB of memory")]
    Work,
    /// Trying a passphrase would take longer than any SSH key should ask for.
    #[error("trying the passphrase of the SSH key would take more than 1024 rounds of bcrypt")]
    Rounds,
    /// An SSH key that a passphrase protects.
    #[error("the SSH key is protected by a passphrase")]
    EncryptedSsh,
    /// An SSH key that a passphrase protects as OpenSSL does, or did of old.
    #[error("the SSH key is protected by a passphrase in a PEM form, which does not open here")]
    EncryptedPem,
    /// An SSH key that a passphrase protects with another cipher than AES in one of the modes that ssh-keygen writes.
    #[error("the SSH key is protected by a passphrase with a cipher that does not open here")]
    SshCipher,
    /// An SSH key of a type to which age cannot encrypt.
    #[error("the SSH key is neither ssh-ed25519 nor ssh-rsa, and age has recipients for no others")]
    SshType,
    /// An SSH key that has more bytes than any needs.
    #[error("the SSH key has more than 32 KiB")]
    SshSize,
    /// An SSH key that cannot be read.
    #[error("the SSH key is malformed")]
    Ssh,
}
