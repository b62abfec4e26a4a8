//! Why a policy may not govern.

use signet_api::{Policy, PolicyFault};
use thiserror::Error;

use super::{PolicyKeyError, ROOT};

/// Why a policy may not govern. Rules are counted from 1, but in the field that [`Self::Fault`] names from 0.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// One look at it finds something wrong.
    #[error(transparent)]
    Fault(#[from] PolicyFault),
    /// A key is not usable.
    #[error("a key of principal {principal} cannot be used")]
    Key {
        /// The principal.
        principal: String,
        /// What is wrong with the key.
        source: PolicyKeyError,
    },
    /// Two principals, or one twice, have the same key, so that persons could not be counted.
    #[error("principals {one} and {other} have the same key {fingerprint}")]
    SharedKey {
        /// A principal.
        one: String,
        /// The other, or the same.
        other: String,
        /// The key.
        fingerprint: String,
    },
    /// A rule that could never be met.
    #[error(
        "rule {rule} needs {threshold} of group {group}, in which {persons} can sign as persons"
    )]
    TooFewPersons {
        /// The rule.
        rule: usize,
        /// Its group.
        group: String,
        /// The persons in it who have a key whose signatures are checked.
        persons: usize,
        /// The rule's threshold.
        threshold: u32,
    },
    /// Others than the root group could change the policy.
    #[error(
        "no rule keeps all of signet/** to the group {ROOT}: one with the path \"signet/**\", \"signers: {ROOT}\" and no automation must stand"
    )]
    RootUncovered,
    /// A revocation that names no key.
    #[error("the revocation of \"{key}\" names neither a fingerprint nor a public key")]
    Revocation {
        /// The text.
        key: String,
    },
}

impl PolicyError {
    /// The keys that lead to the field that is wrong, below `spec` of the policy in which it was found; entries of lists by
    /// number, from 0.
    pub fn field(&self, policy: &Policy) -> Vec<String> {
        let rule = |number: &usize| (number - 1).to_string();
        match self {
            Self::Fault(fault) => fault.field.clone(),
            Self::Key { principal, .. } => steps(["principals", principal]),
            Self::SharedKey { other, .. } => steps(["principals", other]),
            Self::TooFewPersons { rule: number, .. } => steps(["rules", &rule(number)]),
            Self::RootUncovered => steps(["rules"]),
            Self::Revocation { key } => {
                let mut revoked = policy.revoked.iter();
                let index = revoked.position(|revocation| revocation.key == *key);
                steps(["revoked", &index.unwrap_or_default().to_string(), "key"])
            }
        }
    }
}

/// A field's steps.
pub(super) fn steps<const N: usize>(steps: [&str; N]) -> Vec<String> {
    steps.map(str::to_owned).to_vec()
}
