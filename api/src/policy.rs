//! Who may change what: `signet/policy.yaml`.

mod check;
mod key;
mod pointer;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use check::PolicyFault;
pub use key::PolicyKey;
pub use pointer::{FieldPointer, InvalidPointer};

use crate::document::{self, Sealable};
use crate::{DocumentError, Glob, RepoPath, recipient};

const KIND: &str = "Policy";

/// The group that may change `signet/**`.
pub const ROOT_GROUP: &str = "root";

/// The policy of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// Rises by one with each change, from 1.
    pub version: u64,
    /// Random at init, never changes; binds seals and approvals to this repository.
    pub repository: String,
    /// The full name of the ref that clusters follow, such as `refs/heads/main`; never changes, so that no other branch passes
    /// for it.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Who signs, by name.
    pub principals: BTreeMap<String, Principal>,
    /// Principals by the name of their group; [`ROOT_GROUP`] is always there.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Every rule that matches a path must be met; a path that no rule matches is denied.
    pub rules: Vec<Rule>,
    /// Who can open everything.
    pub recovery: Recovery,
    /// Folders for what several sources have in common: `signet check` refuses sealed files there. No source reads them yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<Glob>,
    /// Keys that are no longer believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<Revocation>,
}

/// Somebody or something that signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Principal {
    /// Public keys, at least one.
    pub keys: Vec<PolicyKey>,
    /// What a signature by one of them says.
    #[serde(default, skip_serializing_if = "is_default")]
    pub class: Class,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Class {
    /// A person, who counts towards thresholds.
    #[default]
    Person,
    /// A program, which may only change what an automation rule names, and cannot approve.
    Automation,
    /// A forge, which proves that it did something and never counts as a person.
    Forge,
}

/// Who must sign for a change of some paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// The rule is about paths that match one of these.
    pub paths: Vec<Glob>,
    /// The group whose persons may sign.
    pub signers: String,
    /// How many different persons must sign or approve, from 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub threshold: u32,
    /// How commits on side branches are looked at.
    #[serde(default, skip_serializing_if = "is_default")]
    pub side: Side,
    /// What programs may change under this rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<AutomationRule>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn one() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_one(threshold: &u32) -> bool {
    *threshold == 1
}

/// What is asked of the commits that a merge brings in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// Nothing: the merge vouches for the sum of them.
    #[default]
    Net,
    /// Each is signed by a known key.
    Signed,
    /// Each satisfies the rules by itself.
    Authorized,
}

/// What a program may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AutomationRule {
    /// Principals of class `automation`.
    pub principals: Vec<String>,
    /// The fields of unsealed YAML and JSON that may change, and nothing besides them; none: whole files may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldPointer>,
}

/// Who can open everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recovery {
    /// Public halves of the recovery identities, at least one.
    #[serde(deserialize_with = "recipient::many")]
    pub recipients: Vec<String>,
    /// Those that the last of them take the place of, in this order: sealed files may name them while a recovery key is rotated.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "recipient::many"
    )]
    pub transitional: Vec<String>,
}

impl Recovery {
    /// The recipients that take the place of the transitional ones: the last of them, as many.
    pub fn successors(&self) -> &[String] {
        &self.recipients[self.staying().len()..]
    }

    /// The recipients that take nobody's place.
    pub fn staying(&self) -> &[String] {
        let others = self.transitional.len();
        &self.recipients[..self.recipients.len().saturating_sub(others)]
    }

    /// Whether this is one of the recipients or of those whose place they take, whatever comment an SSH key has.
    pub fn names(&self, recipient: &str) -> bool {
        let mut all = self.recipients.iter().chain(&self.transitional);
        all.any(|one| check::is_same(one, recipient))
    }
}

/// A key that is no longer believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revocation {
    /// The fingerprint, or the public key as a principal has it.
    pub key: String,
    /// How far back it reaches.
    pub mode: RevocationMode,
    /// From when on.
    #[cfg_attr(feature = "crd", schemars(with = "String", extend("format" = "date-time")))]
    pub since: Timestamp,
}

/// How far back a revocation reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RevocationMode {
    /// New commits are refused.
    Soft,
    /// Steps since then are no longer good either.
    Hard,
}

impl Policy {
    /// Reads the policy.
    ///
    /// What [`Self::check`] finds is an error; what a policy must not allow, `provenance` judges.
    ///
    /// # Errors
    /// [`DocumentError`] with the place of the first offence.
    pub fn parse(text: &str, path: &RepoPath) -> Result<Self, DocumentError> {
        let read = document::read::<Self>(text, path, KIND, Sealable::No)?;
        let checked = read.spec.check();
        checked.map_err(|fault| read.complain(&fault.steps(), &fault.message))?;
        Ok(read.spec)
    }

    /// Ensures what one look can tell: names that are referred to exist, thresholds and versions begin at 1.
    ///
    /// # Errors
    /// [`PolicyFault`] with the first offence.
    pub fn check(&self) -> Result<(), PolicyFault> {
        check::policy(self)
    }

    /// The document as a person would write it.
    pub fn to_yaml(&self) -> String {
        document::write(KIND, Some("policy"), self)
    }

    /// The persons of a group, each once; nobody if there is no such group.
    pub fn persons(&self, group: &str) -> BTreeSet<&str> {
        let members = self.groups.get(group).into_iter().flatten();
        let is_person = |name: &&str| {
            self.principals
                .get(*name)
                .is_some_and(|principal| principal.class == Class::Person)
        };
        members.map(String::as_str).filter(is_person).collect()
    }

    /// Whether this path is in one of the shared folders.
    pub fn shares(&self, path: &RepoPath) -> bool {
        self.shared.iter().any(|glob| glob.matches(path.as_bytes()))
    }
}

#[cfg(test)]
mod tests;
