//! SSH public keys whose signatures count.

use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{HashAlg, PublicKey};
use thiserror::Error;

use super::wire::Reader;

/// A public key of a sort and strength that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    public: PublicKey,
    fingerprint: String,
}

/// The sorts of key whose signatures count.
const SORTS: [&str; 7] = [
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
];
/// The bits an RSA key may have. The upper bound is OpenSSH's (`OPENSSL_RSA_MAX_MODULUS_BITS`): whoever has a key may push as
/// many commits as they like, and what one costs grows with the square of its length, to some 40 ms at this one.
pub(super) const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=16384;

/// The fingerprint of the key of a line as `ssh-keygen` writes it: `SHA256:` and unpadded base64.
///
/// # Errors
/// [`KeyError`] where it is no such line, or the key is too weak or of an unknown sort.
pub fn key_fingerprint(line: &str) -> Result<String, KeyError> {
    Key::from_line(line).map(|key| key.fingerprint().to_owned())
}

impl Key {
    /// The key of a line as `ssh-keygen` writes it: `ssh-ed25519 AAAA… comment`.
    ///
    /// # Errors
    /// [`KeyError`] where it is no such line, or the key is too weak or of an unknown sort.
    pub(crate) fn from_line(line: &str) -> Result<Self, KeyError> {
        check_algorithm(line.split(' ').next().unwrap_or_default())?;
        let public = PublicKey::from_openssh(line).map_err(|_| KeyError::Malformed)?;
        Self::new(public)
    }

    /// The key of a signature's `publickey` field.
    ///
    /// # Errors
    /// As [`Key::from_line`].
    pub(crate) fn from_blob(blob: &[u8]) -> Result<Self, KeyError> {
        let name = Reader(blob).string().ok_or(KeyError::Malformed)?;
        check_algorithm(std::str::from_utf8(name).map_err(|_| KeyError::Malformed)?)?;
        let public = PublicKey::from_bytes(blob).map_err(|_| KeyError::Malformed)?;
        // One key, one spelling: otherwise one fingerprint would stand for several blobs.
        match public.to_bytes() {
            Ok(bytes) if bytes == blob => Self::new(public),
            _ => Err(KeyError::Malformed),
        }
    }

    fn new(public: PublicKey) -> Result<Self, KeyError> {
        check(public.key_data())?;
        let fingerprint = public.fingerprint(HashAlg::Sha256).to_string();
        Ok(Self {
            public,
            fingerprint,
        })
    }

    /// `SHA256:` and the unpadded base64 of the key's digest, as `ssh-keygen -l` shows it.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The key as `ssh-keygen` writes it, without a comment.
    pub(crate) fn line(&self) -> String {
        let public = PublicKey::from(self.public.key_data().clone());
        let line = public.to_openssh();
        line.expect("a key that was read can be written")
    }

    /// The length of an RSA key in bits; nothing for other keys, whose sort says how strong they are.
    pub(crate) fn rsa_bits(&self) -> Option<usize> {
        match self.public.key_data() {
            KeyData::Rsa(key) => bits_of(key),
            _ => None,
        }
    }

    /// Whether signing with it takes a security key, which can be made to ask for a touch.
    pub(crate) fn is_security_key(&self) -> bool {
        matches!(
            self.public.key_data(),
            KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_)
        )
    }

    /// The same for arithmetic, of whatever length counts; nothing for other keys, and where its numbers are those of no key.
    pub(super) fn rsa(&self) -> Option<rsa::RsaPublicKey> {
        let key = self.public.key_data().rsa()?;
        let [n, e] = [&key.n, &key.e].map(|number| rsa::BigUint::try_from(number).ok());
        rsa::RsaPublicKey::new_with_max_size(n?, e?, *RSA_BITS.end()).ok()
    }

    /// The key itself.
    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }
}

/// Certificates and unknown sorts are told from malformed keys by name, for the message.
fn check_algorithm(name: &str) -> Result<(), KeyError> {
    match name {
        _ if SORTS.contains(&name) => Ok(()),
        "" => Err(KeyError::Malformed),
        _ if name.contains("-cert-v01@") => Err(KeyError::Certificate),
        _ => Err(KeyError::Algorithm {
            name: name.escape_debug().take(64).collect(),
        }),
    }
}

fn check(key: &KeyData) -> Result<(), KeyError> {
    match key {
        KeyData::Rsa(key) => {
            let bits = bits_of(key).ok_or(KeyError::Malformed)?;
            if RSA_BITS.contains(&bits) {
                Ok(())
            } else {
                Err(KeyError::RsaSize { bits })
            }
        }
        KeyData::SkEd25519(key) => check_application(key.application()),
        KeyData::SkEcdsaSha2NistP256(key) => {
            check_point(key.ec_point().as_bytes())?;
            check_application(key.application())
        }
        KeyData::Ecdsa(key) => check_point(key.as_sec1_bytes()),
        KeyData::Ed25519(_) => Ok(()),
        other => Err(KeyError::Algorithm {
            name: other.algorithm().as_str().to_owned(),
        }),
    }
}

fn bits_of(key: &RsaPublicKey) -> Option<usize> {
    let modulus = key.n.as_positive_bytes()?;
    let first = modulus.first();
    let zeros = first.map_or(0, |first| first.leading_zeros() as usize);
    Some(modulus.len() * 8 - zeros)
}

/// As in OpenSSH, a point is written out whole (SEC 1, section 2.3.3): with its compressed form
/// one key would have two fingerprints, and one person could count twice.
fn check_point(point: &[u8]) -> Result<(), KeyError> {
    if point.first() == Some(&0x04) {
        Ok(())
    } else {
        Err(KeyError::Malformed)
    }
}

/// A security key keeps apart what it signs for SSH by this prefix (OpenSSH's `PROTOCOL.u2f`).
fn check_application(application: &str) -> Result<(), KeyError> {
    if application.starts_with("ssh:") {
        Ok(())
    } else {
        Err(KeyError::Application)
    }
}

/// Why a key's signatures do not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It is not a public key as SSH writes one.
    #[error("it is not an SSH public key")]
    Malformed,
    /// It is a certificate.
    #[error("it is an SSH certificate, and certificates are not supported yet")]
    Certificate,
    /// It is of a sort that does not count.
    #[error("\"{name}\" keys are not supported")]
    Algorithm {
        /// The sort, escaped.
        name: String,
    },
    /// It is an RSA key of a length that does not count.
    #[error("it is an RSA key of {bits} bits, not of {} to {}", RSA_BITS.start(), RSA_BITS.end())]
    RsaSize {
        /// Its length.
        bits: usize,
    },
    /// It is a security key that was not made for SSH.
    #[error("it is a security key whose application does not begin with \"ssh:\"")]
    Application,
}
