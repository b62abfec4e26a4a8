//! Looks for what a policy allows, or keeps from everybody, that is probably not meant.

use std::collections::BTreeSet;

use jiff::Timestamp;
use signet_api::{Class, Glob, PolicyKey, Principal, Rule};

use super::coverage::reaches;
use super::{Authority, Holder, PolicyRemark, ROOT, fingerprint_of, revokes};
use crate::signature::{Key, Withdrawn};

/// The bits that an RSA key should have at least (NIST SP 800-57 part 1, table 2: as strong as 128 bits).
pub(super) const ADVISED_BITS: usize = 3072;
/// Where what is applied to clusters with an administrator's rights stands.
const CLUSTERS: &str = "clusters";

impl Authority {
    /// What the policy says at this time that is probably not meant, rules first.
    pub fn review(&self, now: Timestamp) -> Vec<PolicyRemark> {
        let mut remarks = Vec::new();
        for (index, rule) in self.policy.rules.iter().enumerate() {
            remarks.extend(self.too_few_at(index + 1, rule, now));
            remarks.extend(self.lax_clusters(index + 1, rule));
        }
        for (name, principal) in &self.policy.principals {
            remarks.extend(self.unused(name, principal));
            for (index, key) in principal.keys.iter().enumerate() {
                remarks.extend(self.of_key(name, index, key, now));
            }
        }
        remarks
    }

    fn too_few_at(&self, number: usize, rule: &Rule, now: Timestamp) -> Option<PolicyRemark> {
        let members = self.members(&rule.signers);
        let persons = self.signing(members, Holder::is_person, now).len();
        let is_met = u64::try_from(persons).unwrap_or(u64::MAX) >= u64::from(rule.threshold);
        (!is_met).then(|| PolicyRemark::TooFewAtPresent {
            rule: number,
            group: rule.signers.clone(),
            persons,
            threshold: rule.threshold,
        })
    }

    /// All rules that match a path must be met, so a rule that asks for less does no harm where another asks for enough.
    fn lax_clusters(&self, number: usize, rule: &Rule) -> Option<PolicyRemark> {
        if self.asks_as_much_as_root(rule) {
            return None;
        }
        let strict = self.policy.rules.iter();
        let strict = strict.filter(|rule| self.asks_as_much_as_root(rule));
        let strict: Vec<&Glob> = strict.flat_map(|rule| &rule.paths).collect();
        let mut patterns = rule.paths.iter();
        let pattern = patterns.find(|pattern| {
            let is_kept = |by: &&Glob| covers(by.as_str(), pattern.as_str());
            reaches(pattern, CLUSTERS) && !strict.iter().any(is_kept)
        })?;
        Some(PolicyRemark::LaxClusters {
            rule: number,
            pattern: pattern.to_string(),
            threshold: self.root_threshold,
        })
    }

    /// Whether whoever meets the rule could change the policy too: as many of them as that asks for are of the root group,
    /// whoever the others are.
    fn asks_as_much_as_root(&self, rule: &Rule) -> bool {
        let root: BTreeSet<&str> = self.policy.persons(ROOT);
        let others = self.policy.persons(&rule.signers).difference(&root).count();
        let others = u32::try_from(others).unwrap_or(u32::MAX);
        rule.automation.is_none() && rule.threshold.saturating_sub(others) >= self.root_threshold
    }

    /// A forge is in no group: what it signs never lets anything pass.
    fn unused(&self, name: &str, principal: &Principal) -> Option<PolicyRemark> {
        let is_in = |names: &[String]| names.iter().any(|one| one == name);
        let mut programs = self
            .policy
            .rules
            .iter()
            .filter_map(|rule| rule.automation.as_ref());
        let is_used = match principal.class {
            Class::Person => self.policy.groups.values().any(|members| is_in(members)),
            Class::Automation => programs.any(|automation| is_in(&automation.principals)),
            Class::Forge => true,
        };
        (!is_used).then(|| PolicyRemark::Unused {
            principal: name.to_owned(),
            class: principal.class,
        })
    }

    fn of_key(
        &self,
        principal: &str,
        number: usize,
        key: &PolicyKey,
        now: Timestamp,
    ) -> Vec<PolicyRemark> {
        let whose = || (principal.to_owned(), number);
        let read = Key::from_line(&key.key).ok();
        let signing = self.keys.under(fingerprint_of(&key.key).as_deref());
        let bits = signing
            .iter()
            .filter_map(|key| key.openpgp.as_ref()?.rsa_bits);
        let bits = bits.chain(read.as_ref().and_then(Key::rsa_bits)).min();
        let weak = bits.filter(|bits| *bits < ADVISED_BITS).map(|bits| {
            let (principal, key) = whose();
            PolicyRemark::WeakKey {
                principal,
                key,
                bits,
            }
        });
        let is_security_key = read.as_ref().is_some_and(Key::is_security_key);
        let untouched = (is_security_key && key.touch == Some(false)).then(|| {
            let (principal, key) = whose();
            PolicyRemark::Untouched { principal, key }
        });
        // Of the keys of a certificate, one that counts is enough.
        let ends = signing.iter().map(|key| key.valid_before);
        let ends = ends
            .max_by_key(|ends| ends.unwrap_or(Timestamp::MAX))
            .flatten();
        let ended = ends.filter(|before| now >= *before);
        let ended = ended.map(|before| {
            let (principal, key) = whose();
            PolicyRemark::Ended {
                principal,
                key,
                before,
            }
        });
        let revoked = self.revocation_of(key, &signing).map(|withdrawn| {
            let (principal, key) = whose();
            let since = match withdrawn {
                Withdrawn::Always => None,
                Withdrawn::Since(since) => Some(since),
            };
            PolicyRemark::Revoked {
                principal,
                key,
                since,
            }
        });
        let remarks = [weak, untouched, ended, revoked];
        remarks.into_iter().flatten().collect()
    }

    /// How a key is revoked, by the policy or by its certificate; of the keys of a certificate the last one.
    fn revocation_of(&self, key: &PolicyKey, signing: &[&Holder]) -> Option<Withdrawn> {
        let fingerprint = fingerprint_of(&key.key)?;
        let revoked = self.policy.revoked.iter();
        let revoked = revoked.filter(|revocation| revokes(revocation, &fingerprint));
        let by_policy = revoked.map(|revocation| Withdrawn::Since(revocation.since));
        let withdrawn = signing.iter().map(|key| key.withdrawn());
        let withdrawn: Option<Vec<Withdrawn>> = withdrawn.collect();
        let by_certificate = withdrawn.and_then(|all| all.into_iter().max());
        by_policy.chain(by_certificate).min()
    }
}

/// Whether one pattern matches all that another matches below [`CLUSTERS`].
fn covers(by: &str, pattern: &str) -> bool {
    let folder = by
        .strip_suffix("/**")
        .filter(|folder| !folder.contains('*'));
    let is_all = by == "**" || folder == Some(CLUSTERS);
    let is_above = folder.is_some_and(|folder| {
        let below = pattern.strip_prefix(folder);
        below.is_some_and(|below| below.starts_with('/'))
    });
    is_all || by == pattern || is_above
}

#[cfg(test)]
mod tests;
