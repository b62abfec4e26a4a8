//! SSH private keys in PKCS#8 (RFC 5958), as OpenSSL writes them and `ssh-keygen -m PKCS8` does.

use data_encoding::BASE64;
use rsa::pkcs8::{ObjectIdentifier, PrivateKeyInfo};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};
use zeroize::Zeroizing;

use super::IdentityError;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The key in a form that age reads; nothing if it is not in PKCS#8.
///
/// # Errors
/// [`IdentityError`] if it is malformed, of another type than age takes, or protected by a passphrase.
pub(super) fn in_another_form(file: &[u8]) -> Result<Option<Zeroizing<String>>, IdentityError> {
    let text = str::from_utf8(file).unwrap_or_default().trim_start();
    if text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err(IdentityError::EncryptedPem);
    }
    let Some(text) = text.strip_prefix("-----BEGIN PRIVATE KEY-----") else {
        return Ok(None);
    };
    let key = body(text).ok_or(IdentityError::Ssh)?;
    let key = PrivateKeyInfo::try_from(key.as_slice()).map_err(|_| IdentityError::Ssh)?;
    match key.algorithm.oid {
        RSA => Ok(Some(pkcs1(key.private_key))),
        ED25519 => openssh(key.private_key).map(Some).ok_or(IdentityError::Ssh),
        _ => Err(IdentityError::SshType),
    }
}

fn body(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (text, _) = text.split_once("-----END PRIVATE KEY-----")?;
    let mut packed = Zeroizing::new(String::with_capacity(text.len()));
    packed.extend(text.split_whitespace());
    BASE64.decode(packed.as_bytes()).ok().map(Zeroizing::new)
}

/// What an RSA key is in PKCS#8 is the whole of it in PKCS#1.
fn pkcs1(key: &[u8]) -> Zeroizing<String> {
    const WIDTH: usize = 64;
    let packed = Zeroizing::new(BASE64.encode(key));
    let mut text = Zeroizing::new(String::with_capacity(packed.len() * 2 + 128));
    text.push_str("-----BEGIN RSA PRIVATE KEY-----\n");
    let mut rest = packed.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(WIDTH));
        text.extend([line, "\n"]);
        rest = behind;
    }
    text.push_str("-----END RSA PRIVATE KEY-----\n");
    text
}

/// An Ed25519 key, which is a seed in an octet string (RFC 8410).
fn openssh(key: &[u8]) -> Option<Zeroizing<String>> {
    let seed = key.strip_prefix(&[4, 32])?.try_into().ok()?;
    let key = KeypairData::Ed25519(Ed25519Keypair::from_seed(seed));
    let key = PrivateKey::new(key, "").ok()?;
    key.to_openssh(LineEnding::LF).ok()
}
