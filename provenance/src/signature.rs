//! Signatures over commits and tags: what kind one is, and whether it is right.

mod armor;
mod ed25519;
mod key;
pub(crate) mod openpgp;
mod sshsig;
mod wire;

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;

use crate::Reason;
pub(crate) use ed25519::KnownKeys;
pub(crate) use key::Key;
use key::RSA_BITS;
pub use key::{KeyError, key_fingerprint};
pub use openpgp::CertificateError;
use openpgp::OpenPgpSignature;
pub(crate) use openpgp::{Certificate, Incapable, SigningKey, Withdrawn};
use sshsig::SshSignature;

/// A signature over a commit or a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signature {
    /// An SSH signature, which holds its key.
    Ssh(SshSignature),
    /// An OpenPGP signature.
    OpenPgp(OpenPgpSignature),
}

/// Who made a signature, as far as it says so itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// The fingerprint of the SSH key that it holds.
    Ssh(String),
    /// What an OpenPGP signature says.
    OpenPgp(openpgp::Issuer),
}

/// The times that a signature tells itself, as OpenPGP's do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    /// When it was made.
    pub(crate) made: Option<Timestamp>,
    /// From when on it does not count.
    pub(crate) expires: Option<Timestamp>,
}

impl Signature {
    /// Who says to have made it.
    pub(crate) fn issuer(&self) -> Issuer {
        match self {
            Self::Ssh(signature) => Issuer::Ssh(signature.fingerprint().to_owned()),
            Self::OpenPgp(signature) => Issuer::OpenPgp(signature.issuer().clone()),
        }
    }

    /// The algorithm, such as `ssh-ed25519`, `rsa-sha2-512` or `openpgp-rsa-sha256`.
    pub(crate) fn algorithm(&self) -> String {
        match self {
            Self::Ssh(signature) => signature.algorithm(),
            Self::OpenPgp(signature) => signature.algorithm(),
        }
    }

    /// The times that it tells.
    pub(crate) fn dates(&self) -> Dates {
        match self {
            Self::Ssh(_) => Dates::default(),
            Self::OpenPgp(signature) => signature.dates(),
        }
    }

    /// Whether it is one over these bytes by a key that it may be by: its own, or this OpenPGP key; with a security key,
    /// by a touch if that must be.
    ///
    /// # Errors
    /// [`SignatureError`] says what is wrong.
    pub(crate) fn check(
        &self,
        payload: &[u8],
        key: Option<&SigningKey>,
        touch: bool,
        known: &KnownKeys,
    ) -> Result<(), SignatureError> {
        match (self, key) {
            (Self::Ssh(signature), None) => {
                signature.check(payload, known)?;
                if touch {
                    signature.check_touched()?;
                }
                Ok(())
            }
            (Self::OpenPgp(signature), Some(key)) => signature.check(payload, key),
            (Self::Ssh(_), Some(_)) | (Self::OpenPgp(_), None) => Err(SignatureError::Wrong),
        }
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ssh(fingerprint) => f.write_str(fingerprint),
            Self::OpenPgp(issuer) => issuer.fmt(f),
        }
    }
}

/// A kind of signature that git makes.
struct Kind {
    begin: &'static [u8],
    end: &'static [u8],
    is_openpgp: bool,
    /// Its name, if it is not checked.
    unsupported: Option<&'static str>,
}

/// The kinds of signature that git makes, told apart by how their armour begins
/// (`get_format_by_sig` in git's `gpg-interface.c`).
const KINDS: [Kind; 4] = [
    Kind {
        begin: b"-----BEGIN SSH SIGNATURE-----",
        end: b"-----END SSH SIGNATURE-----",
        is_openpgp: false,
        unsupported: None,
    },
    Kind {
        begin: b"-----BEGIN PGP SIGNATURE-----",
        end: b"-----END PGP SIGNATURE-----",
        is_openpgp: true,
        unsupported: None,
    },
    Kind {
        begin: b"-----BEGIN PGP MESSAGE-----",
        end: b"-----END PGP MESSAGE-----",
        is_openpgp: false,
        unsupported: Some("PGP MESSAGE"),
    },
    Kind {
        begin: b"-----BEGIN SIGNED MESSAGE-----",
        end: b"-----END SIGNED MESSAGE-----",
        is_openpgp: false,
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
pub(crate) fn parse(text: &[u8]) -> Result<Signature, SignatureError> {
    let kind = kind_of(text);
    if let Some(kind) = kind.and_then(|kind| kind.unsupported) {
        return Err(SignatureError::Unsupported {
            kind: kind.to_owned(),
        });
    }
    if kind.is_some_and(|kind| kind.is_openpgp) {
        return OpenPgpSignature::parse(text).map(Signature::OpenPgp);
    }
    let bytes = armor::open(text, &armor::SSH).map_err(|what| SignatureError::Armor { what })?;
    SshSignature::parse(&bytes).map(Signature::Ssh)
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// A kind of signature that is not checked.
    #[error("{kind} signatures are not supported; sign with an SSH or an OpenPGP key")]
    Unsupported {
        /// The kind.
        kind: String,
    },
    /// The armour is not exactly that of a signature.
    #[error("the signature's armour is malformed: {what}")]
    Armor {
        /// What is wrong.
        what: &'static str,
    },
    /// The bytes in the armour are not exactly a signature (`PROTOCOL.sshsig`; RFC 9580, section 5.2).
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
    /// An OpenPGP signature of another sort than over a document as it is.
    #[error("it is a signature {sort}, not one over a document as it is (type 0x00)")]
    Purpose {
        /// The sort.
        sort: &'static str,
    },
    /// An OpenPGP signature by a digest that does not count.
    #[error(
        "the signature's digest is {name}; SHA-256, SHA-384 and SHA-512 count, and gpg takes one with --digest-algo or `digest-algo SHA256` in its gpg.conf"
    )]
    Digest {
        /// The digest.
        name: String,
    },
    /// An OpenPGP signature by a digest that is shorter than its key's curve.
    #[error("the signature's digest is {name}; by a key on its curve one of {least} bits counts")]
    ShortDigest {
        /// The digest.
        name: String,
        /// How many bits it has at least.
        least: usize,
    },
    /// An OpenPGP signature that asks not to be accepted by who does not know something in it.
    #[error(
        "the signature says that it does not count where its part of type {subpacket} is not heeded, which is not known here"
    )]
    Critical {
        /// The type of the subpacket.
        subpacket: u8,
    },
    /// By a key of a principal's certificate that may not sign.
    #[error("signed by {key}, a key in the certificate of {principal} that does not sign: {why}")]
    Incapable {
        /// The key.
        key: String,
        /// Whose certificate it is in.
        principal: String,
        /// Why it may not.
        why: String,
    },
    /// It says that it was made before its key was.
    #[error("the signature says that it was made {made}, but its key was made {key}")]
    Predates {
        /// When it says that it was made.
        made: Timestamp,
        /// When the key was made.
        key: Timestamp,
    },
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
            | Self::Purpose { .. }
            | Self::Digest { .. }
            | Self::ShortDigest { .. }
            | Self::Critical { .. }
            | Self::Incapable { .. }
            | Self::Predates { .. }
            | Self::Untouched => Reason::BadSignature,
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod histories;
