//! SSH signatures (OpenSSH's `PROTOCOL.sshsig`), parsed strictly.

use rsa::Pkcs1v15Sign;
use rsa::sha2::{Digest as _, Sha256, Sha512};
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, Signature, SshSig};

use super::wire::Reader;
use super::{Key, KnownKeys, SignatureError};

/// An SSH signature made for git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SshSignature {
    key: Key,
    inner: SshSig,
}

const NAMESPACE: &str = "git";
/// The flag by which a security key says that somebody touched it (CTAP 2, "user present").
const USER_PRESENT: u8 = 0x01;

impl SshSignature {
    /// The signature in these bytes.
    ///
    /// # Errors
    /// [`SignatureError`] where a field is not exactly what OpenSSH writes for git.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        let fields = Fields::split(bytes).ok_or_else(|| bad("it ends within a field"))??;
        let key = Key::from_blob(fields.key)?;
        let hash = match fields.hash {
            b"sha256" => HashAlg::Sha256,
            b"sha512" => HashAlg::Sha512,
            _ => return Err(bad("its hash is neither sha256 nor sha512")),
        };
        let signature = inner_signature(&key, fields.signature)?;
        let inner = SshSig::new(key.public().key_data().clone(), NAMESPACE, hash, signature)
            .map_err(|_| bad("its fields do not belong together"))?;
        Ok(Self { key, inner })
    }

    /// The fingerprint of the key that claims to have signed.
    pub(crate) fn fingerprint(&self) -> &str {
        self.key.fingerprint()
    }

    /// The algorithm, such as `ssh-ed25519` or `rsa-sha2-512`.
    pub(crate) fn algorithm(&self) -> String {
        self.inner.algorithm().as_str().to_owned()
    }

    /// Whether the signature is one of its own key over these bytes.
    ///
    /// # Errors
    /// [`SignatureError::Wrong`] if not.
    pub(crate) fn check(&self, payload: &[u8], known: &KnownKeys) -> Result<(), SignatureError> {
        let public = self.key.public();
        let is_right = match public.key_data() {
            KeyData::Ed25519(key) => {
                let covered = SshSig::signed_data(NAMESPACE, self.inner.hash_alg(), payload);
                let signature = self.inner.signature_bytes();
                covered.is_ok_and(|covered| known.is_right(&key.0, &covered, signature))
            }
            KeyData::Rsa(_) => {
                let covered = SshSig::signed_data(NAMESPACE, self.inner.hash_alg(), payload);
                covered.is_ok_and(|covered| self.is_right_by_rsa(&covered))
            }
            _ => public.verify(NAMESPACE, payload, &self.inner).is_ok(),
        };
        if is_right {
            Ok(())
        } else {
            Err(SignatureError::Wrong)
        }
    }

    /// The same for RSA (RFC 8332, section 3), which the crate that reads the keys does for up to 4096 bits alone.
    fn is_right_by_rsa(&self, covered: &[u8]) -> bool {
        let Some(key) = self.key.rsa() else {
            return false;
        };
        let signature = self.inner.signature_bytes();
        let (scheme, digest) = match self.inner.algorithm() {
            Algorithm::Rsa {
                hash: Some(HashAlg::Sha256),
            } => (
                Pkcs1v15Sign::new::<Sha256>(),
                Sha256::digest(covered).to_vec(),
            ),
            Algorithm::Rsa {
                hash: Some(HashAlg::Sha512),
            } => (
                Pkcs1v15Sign::new::<Sha512>(),
                Sha512::digest(covered).to_vec(),
            ),
            _ => return false,
        };
        key.verify(scheme, &digest, signature).is_ok()
    }

    /// Whether, if the key is a security key, somebody touched it.
    ///
    /// OpenSSH leaves the policy to its caller: `ssh-keygen -Y verify` does not look at this.
    ///
    /// # Errors
    /// [`SignatureError::Untouched`] if not.
    pub(crate) fn check_touched(&self) -> Result<(), SignatureError> {
        let flags = match self.inner.algorithm() {
            Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => {
                let bytes = self.inner.signature_bytes();
                bytes.len().checked_sub(TRAILER).map(|at| bytes[at])
            }
            _ => return Ok(()),
        };
        if flags.is_some_and(|flags| flags & USER_PRESENT != 0) {
            Ok(())
        } else {
            Err(SignatureError::Untouched)
        }
    }
}

/// A security key's flags and counter, behind the signature proper.
const TRAILER: usize = 5;

struct Fields<'a> {
    key: &'a [u8],
    hash: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields that vary; `None` where the bytes end early.
    fn split(bytes: &'a [u8]) -> Option<Result<Self, SignatureError>> {
        let mut reader = Reader(bytes);
        if reader.take(6)? != b"SSHSIG" {
            return Some(Err(bad("it does not begin with SSHSIG")));
        }
        if reader.number()? != 1 {
            return Some(Err(bad("its version is not 1")));
        }
        let key = reader.string()?;
        let namespace = reader.string()?;
        let reserved = reader.string()?;
        let hash = reader.string()?;
        let signature = reader.string()?;
        Some(if namespace != NAMESPACE.as_bytes() {
            let namespace = String::from_utf8_lossy(namespace);
            Err(SignatureError::Namespace {
                namespace: namespace.escape_debug().take(64).collect(),
            })
        } else if !reserved.is_empty() {
            Err(bad("its reserved field is not empty"))
        } else if !reader.is_empty() {
            Err(bad("bytes follow its end"))
        } else {
            Ok(Self {
                key,
                hash,
                signature,
            })
        })
    }
}

/// `algorithm`, `signature` and, from security keys, flags and counter.
fn inner_signature(key: &Key, bytes: &[u8]) -> Result<Signature, SignatureError> {
    let ends = || bad("its inner signature ends within a field");
    let mut reader = Reader(bytes);
    let name = reader.string().ok_or_else(ends)?;
    let algorithm = algorithm_of(key, name)?;
    let mut signature = reader.string().ok_or_else(ends)?.to_vec();
    if matches!(
        algorithm,
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256
    ) {
        signature.extend_from_slice(reader.take(TRAILER).ok_or_else(ends)?);
    }
    if !reader.is_empty() {
        return Err(bad("bytes follow its inner signature"));
    }
    Signature::new(algorithm, signature).map_err(|_| bad("its inner signature has a wrong length"))
}

/// The algorithm of that name, if a key of this sort makes such signatures. SHA-1 (`ssh-rsa`)
/// is none of them.
fn algorithm_of(key: &Key, name: &[u8]) -> Result<Algorithm, SignatureError> {
    let of_key = key.public().algorithm();
    let found = match (&of_key, name) {
        (Algorithm::Rsa { .. }, b"rsa-sha2-256") => Algorithm::Rsa {
            hash: Some(HashAlg::Sha256),
        },
        (Algorithm::Rsa { .. }, b"rsa-sha2-512") => Algorithm::Rsa {
            hash: Some(HashAlg::Sha512),
        },
        (Algorithm::Ed25519, b"ssh-ed25519") => Algorithm::Ed25519,
        (Algorithm::SkEd25519, b"sk-ssh-ed25519@openssh.com") => Algorithm::SkEd25519,
        (Algorithm::SkEcdsaSha2NistP256, b"sk-ecdsa-sha2-nistp256@openssh.com") => {
            Algorithm::SkEcdsaSha2NistP256
        }
        (Algorithm::Ecdsa { curve }, name) if name == ecdsa_name(*curve) => of_key.clone(),
        _ => {
            let algorithm = String::from_utf8_lossy(name)
                .escape_debug()
                .take(64)
                .collect();
            return Err(SignatureError::Algorithm {
                algorithm,
                key: of_key.as_str().to_owned(),
            });
        }
    };
    Ok(found)
}

fn ecdsa_name(curve: EcdsaCurve) -> &'static [u8] {
    match curve {
        EcdsaCurve::NistP256 => b"ecdsa-sha2-nistp256",
        EcdsaCurve::NistP384 => b"ecdsa-sha2-nistp384",
        EcdsaCurve::NistP521 => b"ecdsa-sha2-nistp521",
    }
}

fn bad(what: &'static str) -> SignatureError {
    SignatureError::Malformed { what }
}
