//! Why a policy may not govern.

use thiserror::Error;

use super::{PolicyKeyError, ROOT};

/// Why a policy may not govern. Rules are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyError {
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
    /// A group names somebody whom the policy does not know.
    #[error("group {group} names {principal}, who is no principal")]
    UnknownPrincipal {
        /// The group.
        group: String,
        /// The name.
        principal: String,
    },
    /// A rule names a group that the policy does not have.
    #[error("rule {rule} names the group {group}, which does not exist")]
    UnknownGroup {
        /// The rule.
        rule: usize,
        /// The name.
        group: String,
    },
    /// A rule that asks for nobody.
    #[error("rule {rule} has the threshold 0")]
    NoThreshold {
        /// The rule.
        rule: usize,
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
    /// An automation rule names somebody who is no automation.
    #[error(
        "rule {rule} lets {principal} change files as automation, which is no principal of class automation"
    )]
    NoAutomation {
        /// The rule.
        rule: usize,
        /// The name.
        principal: String,
    },
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
