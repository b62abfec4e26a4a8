//! Signatures over commits and tags: what kind one is, and whether it is right.

mod armor;
mod key;
mod sshsig;
mod wire;

use thiserror::Error;

use crate::Reason;
pub(crate) use key::Key;
pub use key::{KeyError, key_fingerprint};
pub(crate) use sshsig::SshSignature;

/// A kind of signature that git makes.
struct Kind {
    begin: &'static [u8],
    end: &'static [u8],
    /// Its name, if it is not checked yet.
    unsupported: Option<&'static str>,
}

/// The kinds of signature that git makes, told apart by how their armour begins
/// (`get_format_by_sig` in git's `gpg-interface.c`).
const KINDS: [Kind; 4] = [
    Kind {
        begin: b"-----BEGIN SSH SIGNATURE-----",
        end: b"-----END SSH SIGNATURE-----",
        unsupported: None,
    },
    Kind {
        begin: b"-----BEGIN PGP SIGNATURE-----",
        end: b"-----END PGP SIGNATURE-----",
        unsupported: Some("OpenPGP"),
    },
    Kind {
        begin: b"-----BEGIN PGP MESSAGE-----",
        end: b"-----END PGP MESSAGE-----",
        unsupported: Some("OpenPGP"),
    },
    Kind {
        begin: b"-----BEGIN SIGNED MESSAGE-----",
        end: b"-----END SIGNED MESSAGE-----",
        unsupported: Some("X.509"),
    },
];

fn kind_of(text: &[u8]) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| text.starts_with(kind.begin))
}

/// A text without the signature at its end, and that signature: from the last line on that
/// begins as an armour does (`parse_signed_buffer` in git's `gpg-interface.c`).
pub(crate) fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut begin = None;
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if kind_of(line).is_some() {
            begin = Some(at);
        }
        at += line.len();
    }
    match begin {
        Some(begin) => (&text[..begin], Some(&text[begin..])),
        None => (text, None),
    }
}

/// Whether more than white space follows the armour's end.
pub(crate) fn is_followed(armoured: &[u8]) -> bool {
    let Some(kind) = kind_of(armoured) else {
        return false;
    };
    let mut rest = armoured;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        rest = &rest[end + 1..];
        if let Some(behind) = rest.strip_prefix(kind.end) {
            return !behind.iter().all(u8::is_ascii_whitespace);
        }
    }
    false
}

/// The signature in an armoured text.
///
/// # Errors
/// [`SignatureError::Unsupported`] for kinds that are not checked yet, others for what is no
/// signature.
pub(crate) fn parse(text: &[u8]) -> Result<SshSignature, SignatureError> {
    if let Some(kind) = kind_of(text).and_then(|kind| kind.unsupported) {
        return Err(SignatureError::Unsupported {
            kind: kind.to_owned(),
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
    #[error("the signature does not fit the text that it stands in")]
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
