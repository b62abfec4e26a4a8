//! A policy that may govern: its keys by fingerprint, its rules ready to be asked.

mod answer;
mod certificates;
mod coverage;
mod error;
mod keys;
mod read;
mod remark;
mod review;
mod rules;
mod shares;
mod succession;

use std::collections::BTreeSet;
use std::sync::Arc;

use signet_api::{Policy, ROOT_GROUP as ROOT, Rule};

use crate::signature::{Issuer, KnownKeys, Signature, SignatureError};

pub use answer::{Answer, Demand};
pub use certificates::Certificates;
pub use coverage::{is_covered, tenants_without_rule, uncovered};
pub use error::PolicyError;
use keys::Keys;
pub use keys::PolicyKeyError;
pub use keys::fingerprint_of;
pub(crate) use keys::{Holder, Nobody, revokes};
pub use read::PolicyReadError;
pub(crate) use read::{of_tree, policy_path};
pub use remark::PolicyRemark;
pub use rules::{Breach, Denial, FieldLimit, Need};
pub use shares::Share;
pub use succession::Succession;

/// The globs that cover everything below `signet/`.
const ROOT_GLOBS: [&str; 2] = ["signet/**", "**"];

/// Whether a policy may govern with these certificates, for those who write one.
///
/// # Errors
/// [`PolicyError`] names the rule, group or principal.
pub fn check_policy(policy: &Policy, certificates: &Certificates) -> Result<(), PolicyError> {
    Authority::new(policy.clone(), certificates).map(|_| ())
}

/// A policy that passed every check.
#[derive(Debug, Clone)]
pub struct Authority {
    policy: Policy,
    keys: Keys,
    root_threshold: u32,
    /// Of each rule; shared, since a step may have a hundred thousand paths that one rule keeps from it.
    limits: Vec<Option<Arc<FieldLimit>>>,
}

impl Authority {
    /// The policy, once nothing in it would let the fleet be taken over or locked up.
    ///
    /// # Errors
    /// [`PolicyError`] names the rule, group or principal.
    pub fn new(policy: Policy, certificates: &Certificates) -> Result<Self, PolicyError> {
        policy.check()?;
        let keys = Keys::of(&policy, certificates)?;
        for (index, rule) in policy.rules.iter().enumerate() {
            check_rule(&policy, &keys, index + 1, rule)?;
        }
        let root_threshold = root_threshold(&policy).ok_or(PolicyError::RootUncovered)?;
        Ok(Self {
            limits: FieldLimit::of_rules(&policy),
            policy,
            keys,
            root_threshold,
        })
    }

    /// The policy itself.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The name of whoever holds the key of this fingerprint.
    pub fn principal_of(&self, fingerprint: &str) -> Option<&str> {
        self.keys.owner(fingerprint)
    }

    /// Who made a signature over these bytes. The key is looked up before it is used: whoever is unknown gets no arithmetic
    /// done.
    pub(crate) fn signer_of(
        &self,
        signature: &Signature,
        payload: &[u8],
        known: &KnownKeys,
    ) -> Result<&Holder, Nobody> {
        let check = |holder: &Holder| holder.check(signature, payload, known);
        self.signer_by(&signature.issuer(), check)
    }

    /// The same of a signature by this issuer, for whoever can tell whether it is right.
    pub(crate) fn signer_by(
        &self,
        issuer: &Issuer,
        mut check: impl FnMut(&Holder) -> Result<(), SignatureError>,
    ) -> Result<&Holder, Nobody> {
        let mut refused = Nobody::Unknown;
        for holder in self.candidates(issuer)? {
            match check(holder) {
                Ok(()) => return Ok(holder),
                Err(error) => refused = Nobody::Signature(error),
            }
        }
        Err(refused)
    }

    /// The holders of the keys by which a signature may be, one at least.
    pub(crate) fn candidates(&self, issuer: &Issuer) -> Result<Vec<&Holder>, Nobody> {
        self.keys.candidates(issuer)
    }

    /// Who holds the key that signs under this fingerprint.
    pub(crate) fn holder(&self, fingerprint: &str) -> Option<&Holder> {
        self.keys.holder(fingerprint)
    }

    /// Whether this signer and these other persons meet the root group's threshold; what is asked
    /// if not.
    pub(crate) fn root_met(&self, signer: &Holder, approvers: &[&str]) -> Result<(), Need> {
        self.root_of(rules::agreeing(signer, approvers, self.members(ROOT)))
    }

    /// Whether these persons meet the root group's threshold; what is asked if not.
    pub(crate) fn root_agreed<'a>(
        &self,
        persons: impl Iterator<Item = &'a str>,
    ) -> Result<(), Need> {
        self.root_of(rules::persons(persons, self.members(ROOT)))
    }

    fn root_of(&self, have: u32) -> Result<(), Need> {
        if have >= self.root_threshold {
            return Ok(());
        }
        Err(Need {
            pattern: ROOT_GLOBS[0].to_owned(),
            group: ROOT.to_owned(),
            threshold: self.root_threshold,
            have,
        })
    }

    /// Whether a principal is in the root group.
    pub(crate) fn is_root(&self, principal: &str) -> bool {
        self.members(ROOT).iter().any(|member| member == principal)
    }

    /// The signer's name and groups, for messages.
    pub(crate) fn describe(&self, signer: &Holder) -> String {
        let groups = self.policy.groups.iter();
        let with = groups.filter(|(_, members)| members.contains(&signer.principal));
        let names: Vec<&str> = with.map(|(name, _)| name.as_str()).collect();
        let names = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        format!("{} (groups: {names})", signer.principal)
    }

    fn members(&self, group: &str) -> &[String] {
        self.policy.groups.get(group).map_or(&[], Vec::as_slice)
    }
}

fn check_rule(policy: &Policy, keys: &Keys, number: usize, rule: &Rule) -> Result<(), PolicyError> {
    let members = policy.groups.get(&rule.signers).into_iter().flatten();
    let members: BTreeSet<&String> = members.collect();
    let persons = members
        .into_iter()
        .filter(|member| keys.can_sign_as_person(member))
        .count();
    if u64::try_from(persons).unwrap_or(u64::MAX) < u64::from(rule.threshold) {
        return Err(PolicyError::TooFewPersons {
            rule: number,
            group: rule.signers.clone(),
            persons,
            threshold: rule.threshold,
        });
    }
    Ok(())
}

/// The threshold of the rule that covers all of `signet/`: all rules that match a path must be
/// met, so one such rule without automation keeps everybody else out.
fn root_threshold(policy: &Policy) -> Option<u32> {
    let covers = |rule: &&Rule| {
        let everywhere = |glob: &signet_api::Glob| ROOT_GLOBS.contains(&glob.as_str());
        rule.signers == ROOT && rule.automation.is_none() && rule.paths.iter().any(everywhere)
    };
    policy
        .rules
        .iter()
        .filter(covers)
        .map(|rule| rule.threshold)
        .max()
}

#[cfg(test)]
pub(crate) mod tests;
