//! The anchor's authentication under the recovery key.
//!
//! Whoever holds the recovery key can tell the true `signet/anchor.yaml` from a forged one with
//! nothing else at hand. It proves origin, not freshness.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{Introduction, TrustRoot};

/// What an anchor says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorFacts {
    /// The repository's id.
    pub repository: String,
    /// The ref that is followed.
    pub reference: String,
    /// The introduction.
    pub introduction: Introduction,
}

impl From<&TrustRoot> for AnchorFacts {
    /// What the anchor that names this root says.
    fn from(root: &TrustRoot) -> Self {
        Self {
            repository: root.repository.clone(),
            reference: root.reference.clone(),
            introduction: root.introduction.clone(),
        }
    }
}

/// What the anchor's key is derived for.
const INFO: &[u8] = b"signet.dev/anchor/v1";

/// The MAC of an anchor under a recovery identity's 32 secret bytes.
///
/// `HMAC-SHA-256(HKDF-SHA-256(secret, info "signet.dev/anchor/v1"), s(repository) s(ref)
/// s(commit) s(payloadSha256) s(signer))`, where `s(x)` is the length of `x` as four bytes, the
/// most significant first, then `x`.
pub fn mac(recovery_secret: &[u8; 32], anchor: &AnchorFacts) -> [u8; 32] {
    keyed(recovery_secret, anchor)
        .finalize()
        .into_bytes()
        .into()
}

/// Whether a MAC is that of an anchor under a recovery identity's secret bytes; takes the same
/// time whatever the MAC.
pub fn is_authentic(recovery_secret: &[u8; 32], anchor: &AnchorFacts, mac: &[u8]) -> bool {
    keyed(recovery_secret, anchor).verify_slice(mac).is_ok()
}

fn keyed(recovery_secret: &[u8; 32], anchor: &AnchorFacts) -> Hmac<Sha256> {
    let mut key = Zeroizing::new([0; 32]);
    let derived = Hkdf::<Sha256>::new(None, recovery_secret);
    derived
        .expand(INFO, &mut *key)
        .expect("32 bytes are less than 255 digests");
    let mut mac = Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes keys of any length");
    let AnchorFacts {
        repository,
        reference,
        introduction,
    } = anchor;
    let Introduction {
        commit,
        payload_sha256,
        signer,
    } = introduction;
    for field in [
        repository,
        reference,
        &commit.to_string(),
        payload_sha256,
        signer,
    ] {
        let length = u32::try_from(field.len()).expect("fields of an anchor are short");
        mac.update(&length.to_be_bytes());
        mac.update(field.as_bytes());
    }
    mac
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    fn facts() -> AnchorFacts {
        let introduction = Introduction {
            commit: "0123456789abcdef0123456789abcdef01234567".parse().unwrap(),
            payload_sha256: "ab".repeat(32),
            signer: "SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDaNphyG3TBpYTYVYk".to_owned(),
        };
        AnchorFacts {
            repository: "6f1c0d".to_owned(),
            reference: "refs/heads/main".to_owned(),
            introduction,
        }
    }

    /// Computed by the formula with Python's `hmac` and `hashlib`.
    #[test]
    fn is_the_documented_formula() {
        assert_eq!(
            HEXLOWER.encode(&mac(&[7; 32], &facts())),
            "28c208ae670c84f767eb3e9af321bf36d5b82e9537d5521213052f4a55d413d6"
        );
    }

    #[test]
    fn an_anchor_with_any_field_changed_is_not_authentic() {
        let code = mac(&[7; 32], &facts());
        assert!(is_authentic(&[7; 32], &facts(), &code));
        assert!(!is_authentic(&[8; 32], &facts(), &code));
        assert!(!is_authentic(&[7; 32], &facts(), &code[..31]));
        assert!(!is_authentic(&[7; 32], &facts(), &[]));
        let changes: [fn(&mut AnchorFacts); 5] = [
            |facts| facts.repository.push('0'),
            |facts| facts.reference.push('0'),
            |facts| facts.introduction.commit = crate::ObjectId::new([0; 20]),
            |facts| facts.introduction.payload_sha256.push('0'),
            |facts| facts.introduction.signer.push('0'),
        ];
        for change in changes {
            let mut forged = facts();
            change(&mut forged);
            assert!(!is_authentic(&[7; 32], &forged, &code), "{forged:?}");
        }
    }

    #[test]
    fn a_byte_that_moves_to_the_next_field_is_seen() {
        let mut forged = facts();
        let moved = forged.repository.pop().unwrap();
        forged.reference.insert(0, moved);
        assert_ne!(mac(&[7; 32], &forged), mac(&[7; 32], &facts()));
    }
}
