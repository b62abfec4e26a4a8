//! OpenPGP signatures (RFC 9580), parsed strictly; the arithmetic is another crate's, what counts is decided here.

mod certificate;
#[cfg(test)]
pub(crate) mod crafted;
mod form;
mod issuer;
mod key;
mod packets;

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType};

use super::{Dates, SignatureError, armor};
pub(crate) use certificate::Certificate;
pub use certificate::CertificateError;
use form::{Form, Purpose, bad};
pub(crate) use issuer::Issuer;
pub(crate) use key::{Incapable, SigningKey, Withdrawn};

/// An OpenPGP signature over a document as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenPgpSignature {
    inner: Signature,
    form: Form,
    issuer: Issuer,
}

impl OpenPgpSignature {
    /// The signature in an armoured text: one packet, and nothing behind it.
    ///
    /// # Errors
    /// [`SignatureError`] where it is not exactly one signature of version 4 or 6 over a document,
    /// by SHA-2, that asks for nothing which is not known.
    pub(super) fn parse(text: &[u8]) -> Result<Self, SignatureError> {
        let what = |what| SignatureError::Armor { what };
        let bytes = armor::open(text, &armor::OPENPGP).map_err(what)?;
        let split = packets::split(&bytes).map_err(bad)?;
        let [packet] = split[..] else {
            return Err(bad("it is not one packet"));
        };
        if packet.tag != packets::SIGNATURE {
            return Err(bad("its packet is no signature"));
        }
        let inner = packets::signature(packet.body);
        let inner = inner.ok_or_else(|| bad("its packet is unreadable"))?;
        if inner.typ() != Some(SignatureType::Binary) {
            return Err(SignatureError::Purpose {
                sort: form::sort(inner.typ()),
            });
        }
        let form = Form::of(&inner, Purpose::Document)?;
        let issuer = Issuer::of(&inner)?;
        Ok(Self {
            inner,
            form,
            issuer,
        })
    }

    /// Which key it says that it is by.
    pub(crate) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// When it says that it was made and ends.
    pub(super) fn dates(&self) -> Dates {
        Dates {
            made: Some(self.form.made),
            expires: self.form.expires,
        }
    }

    /// The algorithm, such as `openpgp-ed25519-sha512`.
    pub(super) fn algorithm(&self) -> String {
        use pgp::crypto::public_key::PublicKeyAlgorithm as Sort;
        let config = self.inner.config();
        let sort = config.map_or("unknown", |config| match config.pub_alg {
            Sort::RSA | Sort::RSASign => "rsa",
            Sort::EdDSALegacy | Sort::Ed25519 => "ed25519",
            Sort::ECDSA => "ecdsa",
            _ => "unknown",
        });
        let digest = self.inner.hash_alg().map(|digest| digest.to_string());
        let digest = digest.unwrap_or_default().to_ascii_lowercase();
        format!("openpgp-{sort}-{digest}")
    }

    /// Whether the signature is one of this key over these bytes, made when the key was there.
    ///
    /// # Errors
    /// [`SignatureError::ShortDigest`], [`SignatureError::Wrong`] and [`SignatureError::Predates`] if not.
    pub(super) fn check(&self, payload: &[u8], key: &SigningKey) -> Result<(), SignatureError> {
        let digest = self.inner.hash_alg();
        let least = key.least_digest();
        if digest.and_then(HashAlgorithm::digest_size) < Some(least) {
            return Err(SignatureError::ShortDigest {
                name: digest.map(|digest| digest.to_string()).unwrap_or_default(),
                least: least * 8,
            });
        }
        if !key.verifies(&self.inner, payload) {
            return Err(SignatureError::Wrong);
        }
        if self.form.made < key.made {
            return Err(SignatureError::Predates {
                made: self.form.made,
                key: key.made,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
