//! Signatures over commits: what kind one is, and whether it is right.

mod armor;
mod key;
mod sshsig;
mod wire;

use thiserror::Error;

use crate::Reason;
pub(crate) use key::Key;
pub use key::KeyError;
pub(crate) use sshsig::SshSignature;

/// The kinds of signature that git makes, told apart by how their armour begins
/// (`parse_signature` in git's `gpg-interface.c`).
const KINDS: [(&[u8], &str); 3] = [
    (b"-----BEGIN PGP SIGNATURE-----", "OpenPGP"),
    (b"-----BEGIN PGP MESSAGE-----", "OpenPGP"),
    (b"-----BEGIN SIGNED MESSAGE-----", "X.509"),
];

/// The signature in an armoured text.
///
/// # Errors
/// [`SignatureError::Unsupported`] for kinds that are not checked yet, others for what is no
/// signature.
pub(crate) fn parse(text: &[u8]) -> Result<SshSignature, SignatureError> {
    if let Some((_, kind)) = KINDS.iter().find(|(marker, _)| text.starts_with(marker)) {
        return Err(SignatureError::Unsupported {
            kind: (*kind).to_owned(),
        });
    }
    SshSignature::parse(&armor::open(text)?)
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// A kind of signature that is not checked yet.
    #[error("{kind} signatures are not supported yet; sign with an SSH key")]
    Unsupported {
        /// The kind.
        kind: String,
    },
    /// The armour is not exactly that of an SSH signature.
    #[error("the signature's armour is malformed: {what}")]
    Armor {
        /// What is wrong.
        what: &'static str,
    },
    /// The bytes in the armour are not exactly an SSH signature (`PROTOCOL.sshsig`).
    #[error("the signature is malformed: {what}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
    /// Made for another purpose than git's.
    #[error("the signature was made for the namespace \"{namespace}\", not for \"git\"")]
    Namespace {
        /// The namespace, escaped.
        namespace: String,
    },
    /// The key is not one whose signatures count.
    #[error("the signing key does not count")]
    Key(#[from] KeyError),
    /// A signature that this sort of key does not make.
    #[error("a \"{algorithm}\" signature does not belong to a {key} key")]
    Algorithm {
        /// The signature's algorithm, escaped.
        algorithm: String,
        /// The key's algorithm.
        key: String,
    },
    /// The mathematics say no.
    #[error("the signature does not fit the commit")]
    Wrong,
    /// The security key was not touched.
    #[error("the security key was not touched when it signed")]
    Untouched,
}

impl SignatureError {
    /// The sort of refusal.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Unsupported { .. }
            | Self::Key(KeyError::Certificate | KeyError::Algorithm { .. }) => Reason::Unsupported,
            Self::Armor { .. }
            | Self::Malformed { .. }
            | Self::Namespace { .. }
            | Self::Key(_)
            | Self::Algorithm { .. }
            | Self::Wrong
            | Self::Untouched => Reason::BadSignature,
        }
    }
}

#[cfg(test)]
mod tests;
