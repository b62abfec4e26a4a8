//! The certificate by which an HTTPS server knows us.

use std::sync::Arc;

use reqwest::Identity;
use rustls::InconsistentKeys;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

/// A certificate for TLS with those that vouch for it, and its private key. No `Debug`.
#[derive(Clone)]
pub struct ClientCertificate(Arc<Pair>);

struct Pair {
    chain: Vec<u8>,
    key: SecretString,
}

impl ClientCertificate {
    /// Reads both from PEM, if there are any: the certificate first in its chain, and a key of the type RSA, ECDSA
    /// (P-256, P-384) or Ed25519 that belongs to it. Whether it has expired is the server's to say.
    ///
    /// # Errors
    /// [`ClientCertificateError`].
    pub fn read(
        chain: Option<Vec<u8>>,
        key: Option<SecretString>,
    ) -> Result<Option<Self>, ClientCertificateError> {
        let (chain, key) = match (chain, key) {
            (None, None) => return Ok(None),
            (Some(chain), Some(key)) => (chain, key),
            _ => return Err(ClientCertificateError::Half),
        };
        check(&chain, &key)?;
        Ok(Some(Self(Arc::new(Pair { chain, key }))))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the private key goes into the TLS client"
    )]
    pub(super) fn identity(&self) -> Result<Identity, reqwest::Error> {
        let Pair { chain, key } = &*self.0;
        let key = key.expose_secret().as_bytes();
        let mut pem = Zeroizing::new(Vec::with_capacity(key.len() + chain.len() + 1));
        for part in [key, b"\n", chain] {
            pem.extend_from_slice(part);
        }
        Identity::from_pem(&pem)
    }
}

/// Why there is no client certificate. No message quotes the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientCertificateError {
    /// One of the two is missing.
    #[error("the credentials hold one of tls.crt and tls.key, which go together")]
    Half,
    /// There is no certificate.
    #[error("the credentials' client certificate (tls.crt) is not in PEM")]
    Certificate,
    /// There is no key that can be used.
    #[error(
        "the credentials' tls.key is no private key in PEM, without a passphrase, of the types RSA, ECDSA and Ed25519"
    )]
    Key,
    /// The key belongs to another certificate.
    #[error("the credentials' tls.key does not belong to the first certificate of tls.crt")]
    Mismatch,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the private key is compared with its certificate"
)]
fn check(chain: &[u8], key: &SecretString) -> Result<(), ClientCertificateError> {
    use ClientCertificateError::{Certificate, Key, Mismatch};
    let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|_| Certificate)?;
    if chain.is_empty() {
        return Err(Certificate);
    }
    let key = key.expose_secret().as_bytes();
    let mut key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Key)?;
    let signing = any_supported_type(&key);
    key.zeroize();
    match CertifiedKey::new(chain, signing.map_err(|_| Key)?).keys_match() {
        Ok(()) => Ok(()),
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(Mismatch),
        Err(_) => Err(Certificate),
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    fn pair() -> (Vec<u8>, SecretString) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["agent".to_owned()]).unwrap();
        (
            cert.pem().into_bytes(),
            SecretString::from(signing_key.serialize_pem()),
        )
    }

    fn refusal(chain: Option<Vec<u8>>, key: Option<SecretString>) -> ClientCertificateError {
        match ClientCertificate::read(chain, key) {
            Ok(_) => panic!("it was taken"),
            Err(error) => error,
        }
    }

    #[test]
    fn takes_a_certificate_and_its_key_or_neither() {
        let (chain, key) = pair();
        let read = ClientCertificate::read(Some(chain), Some(key)).unwrap();
        read.unwrap().identity().unwrap();
        assert!(ClientCertificate::read(None, None).unwrap().is_none());
    }

    #[test]
    fn refuses_half_a_pair() {
        let (chain, key) = pair();
        assert_eq!(refusal(Some(chain), None), ClientCertificateError::Half);
        assert_eq!(refusal(None, Some(key)), ClientCertificateError::Half);
    }

    #[test]
    fn refuses_what_is_neither_and_a_key_of_another_certificate() {
        let (chain, key) = pair();
        let (_, other) = pair();
        let none = || b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
        let protected =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        for (chain, key, error) in [
            (
                Some(b"canary".to_vec()),
                Some(key.clone()),
                ClientCertificateError::Certificate,
            ),
            (Some(none()), Some(key), ClientCertificateError::Certificate),
            (
                Some(chain.clone()),
                Some("canary".into()),
                ClientCertificateError::Key,
            ),
            (
                Some(chain.clone()),
                Some(protected.into()),
                ClientCertificateError::Key,
            ),
            (Some(chain), Some(other), ClientCertificateError::Mismatch),
        ] {
            assert_eq!(refusal(chain, key), error);
        }
    }
}
