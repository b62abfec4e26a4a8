//! OpenPGP keys whose signatures count.

use std::fmt;

use data_encoding::HEXUPPER;
use jiff::Timestamp;
use pgp::packet::{PublicKey, PublicSubkey, Signature};
use pgp::types::{
    EcdsaPublicParams, Ed25519PublicParams, EddsaLegacyPublicParams, KeyDetails, KeyVersion,
    PublicParams,
};
use rsa::traits::PublicKeyParts as _;

use super::form::time;
use crate::signature::RSA_BITS;

/// A key of a certificate that may sign documents, with what its certificate says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SigningKey {
    pub(super) packet: Packet,
    /// Full fingerprint, in upper-case hexadecimal.
    pub(crate) fingerprint: String,
    /// When it was made.
    pub(crate) made: Timestamp,
    /// When its certificate ends, or its part in it.
    pub(crate) ends: Option<Timestamp>,
    /// Whether its certificate revokes it, or the primary key.
    pub(crate) revoked: Option<Withdrawn>,
    /// The length of an RSA key.
    pub(crate) rsa_bits: Option<usize>,
}

/// A key that may be the first of its certificate or a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Packet {
    Primary(PublicKey),
    Subkey(PublicSubkey),
}

/// A certificate's own revocation of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Withdrawn {
    /// It was lost to somebody, or nobody said why: nothing that it signed counts.
    Always,
    /// It is not used any more from then on.
    Since(Timestamp),
}

/// Why a key of a certificate does not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Incapable {
    /// A sort or strength that does not count.
    Weak(Weak),
    /// Nothing that counts says that it belongs to the certificate.
    Unbound,
    /// What binds it last cannot be relied on.
    Doubtful,
    /// It is not for signing.
    Flags,
    /// It does not say itself that it belongs to the certificate.
    OneSided,
}

/// Why a key's signatures do not count, whatever is said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weak {
    /// A version other than 4 and 6.
    Version,
    /// A sort that does not count.
    Algorithm,
    /// An RSA key of this many bits.
    Bits(usize),
    /// An Ed25519 key in whose name anybody can sign.
    SmallOrder,
}

/// The full fingerprint of a key, in upper-case hexadecimal.
pub(super) fn fingerprint_of(key: &impl KeyDetails) -> String {
    HEXUPPER.encode(key.fingerprint().as_bytes())
}

/// When a key was made.
pub(super) fn made(key: &impl KeyDetails) -> Timestamp {
    time(key.created_at().as_secs())
}

/// The bits of an RSA key, nothing of others that count.
pub(super) fn check(key: &impl KeyDetails) -> Result<Option<usize>, Weak> {
    if !matches!(key.version(), KeyVersion::V4 | KeyVersion::V6) {
        return Err(Weak::Version);
    }
    match key.public_params() {
        PublicParams::RSA(params) => {
            let bits = params.key.n().bits();
            if RSA_BITS.contains(&bits) {
                Ok(Some(bits))
            } else {
                Err(Weak::Bits(bits))
            }
        }
        PublicParams::Ed25519(Ed25519PublicParams { key })
        | PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { key })
            if key.is_weak() =>
        {
            Err(Weak::SmallOrder)
        }
        PublicParams::Ed25519(_)
        | PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { .. })
        | PublicParams::ECDSA(
            EcdsaPublicParams::P256 { .. }
            | EcdsaPublicParams::P384 { .. }
            | EcdsaPublicParams::P521 { .. },
        ) => Ok(None),
        _ => Err(Weak::Algorithm),
    }
}

impl SigningKey {
    /// How many bytes the digest has at least of which it makes signatures: gpg makes none by an ECDSA key of a shorter one, which
    /// would be as strong as that digest alone.
    pub(super) fn least_digest(&self) -> usize {
        let params = match &self.packet {
            Packet::Primary(key) => key.public_params(),
            Packet::Subkey(key) => key.public_params(),
        };
        match params {
            PublicParams::ECDSA(EcdsaPublicParams::P384 { .. }) => 48,
            PublicParams::ECDSA(EcdsaPublicParams::P521 { .. }) => 64,
            _ => 32,
        }
    }

    /// Whether it made a signature over these bytes.
    pub(super) fn verifies(&self, signature: &Signature, payload: &[u8]) -> bool {
        let algorithm = signature.config().map(|config| config.pub_alg);
        let verified = match &self.packet {
            Packet::Primary(key) if algorithm == Some(key.algorithm()) => {
                signature.verify(key, payload)
            }
            Packet::Subkey(key) if algorithm == Some(key.algorithm()) => {
                signature.verify(key, payload)
            }
            Packet::Primary(_) | Packet::Subkey(_) => return false,
        };
        verified.is_ok()
    }
}

impl fmt::Display for Incapable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weak(weak) => weak.fmt(f),
            Self::Unbound => f.write_str(
                "no signature by SHA-2 of the certificate's primary key says that it belongs to it",
            ),
            Self::Doubtful => f.write_str(
                "what says last that it belongs to the certificate is by a weak digest, damaged, or says what is not known here",
            ),
            Self::Flags => f.write_str("its certificate does not say that it may sign"),
            Self::OneSided => f.write_str(
                "it has not signed itself that it belongs to the certificate (a back-signature by SHA-2)",
            ),
        }
    }
}

impl fmt::Display for Weak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("it is of a version other than 4 and 6"),
            Self::Algorithm => f.write_str(
                "it is neither an RSA, nor an Ed25519, nor an ECDSA key on a NIST curve",
            ),
            Self::SmallOrder => f.write_str("it is no Ed25519 key that anybody has the secret of"),
            Self::Bits(bits) => write!(
                f,
                "it is an RSA key of {bits} bits; {} to {} count",
                RSA_BITS.start(),
                RSA_BITS.end()
            ),
        }
    }
}
