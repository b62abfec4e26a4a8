//! Why a policy may not govern.

use signet_api::PolicyFault;
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
    /// An automation rule that is limited to fields.
    #[error(
        "rule {rule} limits automation to fields, which is not supported yet; limit it by paths"
    )]
    AutomationFields {
        /// The rule.
        rule: usize,
    },
    /// A revocation that names no key.
    #[error("the revocation of \"{key}\" names neither a fingerprint nor a public key")]
    Revocation {
        /// The text.
        key: String,
    },
}
