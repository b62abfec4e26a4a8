//! What may govern all the same, and is probably not meant.

use std::fmt;

use jiff::Timestamp;
use signet_api::{Class, ROOT_GROUP};

use super::error::steps;

/// Something in a policy that may govern and is probably not meant. Rules are counted from 1, keys of a principal from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyRemark {
    /// A rule that nobody meets now, since keys have ended, begin later or are revoked.
    TooFewAtPresent {
        /// The rule.
        rule: usize,
        /// Its group.
        group: String,
        /// The persons in it whose signatures count.
        persons: usize,
        /// The rule's threshold.
        threshold: u32,
    },
    /// A rule by which somebody changes what is applied to clusters who could not change the policy.
    LaxClusters {
        /// The rule.
        rule: usize,
        /// Its pattern.
        pattern: String,
        /// The threshold of the rule for `signet/**`.
        threshold: u32,
    },
    /// A principal whose signature lets nothing pass.
    Unused {
        /// The principal.
        principal: String,
        /// What it is.
        class: Class,
    },
    /// An RSA key that is shorter than what is advised today.
    WeakKey {
        /// Whose it is.
        principal: String,
        /// The key.
        key: usize,
        /// Its length.
        bits: usize,
    },
    /// A security key that signs without anybody touching it.
    Untouched {
        /// Whose it is.
        principal: String,
        /// The key.
        key: usize,
    },
    /// A key whose validity has ended.
    Ended {
        /// Whose it is.
        principal: String,
        /// The key.
        key: usize,
        /// When it ended.
        before: Timestamp,
    },
    /// A key that is revoked and named all the same.
    Revoked {
        /// Whose it is.
        principal: String,
        /// The key.
        key: usize,
        /// Since when; `None` for good, by its certificate.
        since: Option<Timestamp>,
    },
}

impl PolicyRemark {
    /// The keys that lead to the field, below `spec`; entries of lists by number, from 0.
    pub fn field(&self) -> Vec<String> {
        match self {
            Self::TooFewAtPresent { rule, .. } | Self::LaxClusters { rule, .. } => {
                steps(["rules", &(rule - 1).to_string()])
            }
            Self::Unused { principal, .. } => steps(["principals", principal]),
            Self::WeakKey { principal, key, .. }
            | Self::Untouched { principal, key }
            | Self::Ended { principal, key, .. }
            | Self::Revoked { principal, key, .. } => {
                steps(["principals", principal, "keys", &key.to_string()])
            }
        }
    }
}

impl fmt::Display for PolicyRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewAtPresent {
                rule,
                group,
                persons,
                threshold,
            } => write!(
                f,
                "rule {rule} needs {threshold} of group {group}, in which {persons} have a key that counts now"
            ),
            Self::LaxClusters {
                rule,
                pattern,
                threshold,
            } => write!(
                f,
                "rule {rule} ({pattern}) asks for less than {threshold} of group {ROOT_GROUP}, as signet/** does, and whoever signs for clusters/** administers those clusters"
            ),
            Self::Unused {
                principal,
                class: Class::Automation,
            } => write!(
                f,
                "no rule names the program {principal}, so it may change nothing"
            ),
            Self::Unused { principal, .. } => write!(
                f,
                "{principal} is in no group, so a signature of theirs lets nothing pass"
            ),
            Self::WeakKey {
                principal, bits, ..
            } => write!(
                f,
                "an RSA key of {principal} has {bits} bits, fewer than {}",
                super::review::ADVISED_BITS
            ),
            Self::Untouched { principal, .. } => write!(
                f,
                "a security key of {principal} signs without a touch, so whatever runs beside it can sign"
            ),
            Self::Ended {
                principal, before, ..
            } => write!(f, "a key of {principal} was valid only until {before}"),
            Self::Revoked {
                principal,
                since: Some(since),
                ..
            } => write!(f, "a key of {principal} is revoked since {since}"),
            Self::Revoked { principal, .. } => {
                write!(
                    f,
                    "a key of {principal} is revoked for good by its certificate"
                )
            }
        }
    }
}
