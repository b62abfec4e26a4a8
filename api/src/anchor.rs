//! The introduction, authenticated under the recovery key: `signet/anchor.yaml`.

use serde::{Deserialize, Serialize};

use crate::document::{self, Sealable};
use crate::{DocumentError, RepoPath, recipient};

const KIND: &str = "Anchor";

/// Tells the true history from a forged one, to whoever holds the recovery key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Anchor {
    /// The repository's id, as in the policy.
    pub repository: String,
    /// The ref, as in the policy.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Where belief begins.
    pub introduction: Introduction,
    /// One for each recovery recipient.
    pub macs: Vec<AnchorMac>,
}

/// The signed commit that belief begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Introduction {
    /// Its full id, lower-case hex.
    #[cfg_attr(feature = "crd", schemars(regex(pattern = r"^[0-9a-f]{40}$")))]
    pub commit: String,
    /// SHA-256 of the signed payload, lower-case hex.
    #[cfg_attr(feature = "crd", schemars(regex(pattern = r"^[0-9a-f]{64}$")))]
    pub payload_sha256: String,
    /// The signer's fingerprint, such as `SHA256:…`.
    pub signer: String,
}

/// An anchor's proof for one recovery recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnchorMac {
    /// The recovery recipient.
    #[serde(deserialize_with = "recipient::one")]
    pub recipient: String,
    /// The authentication code, lower-case hex.
    pub mac: String,
}

impl Anchor {
    /// Reads the anchor. Nothing is believed by that: its codes are checked with the recovery key.
    ///
    /// # Errors
    /// [`DocumentError`] with the place of the first offence.
    pub fn parse(text: &str, path: &RepoPath) -> Result<Self, DocumentError> {
        let read = document::read::<Self>(text, path, KIND, Sealable::No)?;
        let Introduction {
            commit,
            payload_sha256,
            ..
        } = &read.spec.introduction;
        let complain = |field: &[&str], digits: usize| {
            let steps: Vec<&str> = std::iter::once("spec")
                .chain(field.iter().copied())
                .collect();
            Err(read.complain(
                &steps,
                &format!("this must be {digits} lower-case hex digits"),
            ))
        };
        if !is_hex(commit, 40) {
            return complain(&["introduction", "commit"], 40);
        }
        if !is_hex(payload_sha256, 64) {
            return complain(&["introduction", "payloadSha256"], 64);
        }
        if let Some(bad) = read.spec.macs.iter().position(|mac| !is_hex(&mac.mac, 64)) {
            return complain(&["macs", &bad.to_string(), "mac"], 64);
        }
        Ok(read.spec)
    }

    /// The document as a person would write it.
    pub fn to_yaml(&self) -> String {
        document::write(KIND, Some("anchor"), self)
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor() -> Anchor {
        Anchor {
            repository: "6f1c0d".to_owned(),
            reference: "refs/heads/main".to_owned(),
            introduction: Introduction {
                // All digits: a typing that looks at it would make it a number.
                commit: "1".repeat(40),
                payload_sha256: "0e".repeat(32),
                signer: "SHA256:abc".to_owned(),
            },
            macs: vec![AnchorMac {
                recipient: "age1x".to_owned(),
                mac: "0".repeat(64),
            }],
        }
    }

    fn path() -> RepoPath {
        crate::ANCHOR_PATH.parse().unwrap()
    }

    #[test]
    fn reads_what_it_wrote_even_if_hashes_look_like_numbers() {
        assert_eq!(
            Anchor::parse(&anchor().to_yaml(), &path()).unwrap(),
            anchor()
        );
    }

    #[test]
    fn rejects_hashes_of_another_form() {
        let text = anchor().to_yaml();
        for (from, to) in [
            ("1".repeat(40), "1".repeat(39)),
            ("0e".repeat(32), "0E".repeat(32)),
            ("0".repeat(64), "g".repeat(64)),
        ] {
            let error = Anchor::parse(&text.replace(&from, &to), &path()).unwrap_err();
            assert!(error.message.contains("lower-case hex"), "{error}");
        }
    }
}
