//! Who may change a path, asked without a commit at hand.

use std::sync::Arc;

use jiff::Timestamp;
use signet_api::Class;

use super::rules::{is_met, persons};
use super::{Authority, FieldLimit, Holder};

/// Whether a change of a path passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// One of the signers meets every rule that names the path.
    Allowed {
        /// Those rules, counted from 1.
        rules: Vec<usize>,
    },
    /// A rule needs more persons of its group than there are among the signers.
    Missing {
        /// The rule, counted from 1.
        rule: usize,
        /// Its pattern that the path matches.
        pattern: String,
        /// Its group.
        group: String,
        /// How many persons of it must sign or approve.
        threshold: u32,
        /// How many of them are missing.
        missing: u32,
    },
    /// The signers meet every rule together, but none does alone: others have to approve the commit of one.
    Approvals {
        /// How many of them: without any of those that would be too few.
        approvals: usize,
    },
    /// One of the signers is a program that meets every rule with a commit that changes fields of the file alone; nothing that the
    /// others could do together lets more pass.
    Fields {
        /// Those rules, counted from 1.
        rules: Vec<usize>,
        /// The fields, of each rule that says some.
        limits: Vec<Arc<FieldLimit>>,
    },
    /// No rule names the path.
    NoRule,
    /// None of the signers has a key whose signatures count at the time.
    NoKey,
}

/// What a rule asks for a change of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The rule, counted from 1.
    pub rule: usize,
    /// Its pattern that the path matches.
    pub pattern: String,
    /// Its group.
    pub group: String,
    /// How many persons of it must sign or approve.
    pub threshold: u32,
    /// The persons of it who have a key whose signatures count at the time.
    pub persons: Vec<String>,
    /// The programs that meet the rule, of those that have such a key.
    pub programs: Vec<String>,
    /// The pointers of the fields that those may change; none: whole files.
    pub fields: Vec<String>,
}

impl Authority {
    /// Whether one of these principals may change a path with a commit of this time, and what is missing where all of them
    /// together may not.
    pub fn ask(&self, path: &[u8], signers: &[&str], now: Timestamp) -> Answer {
        let mut signers = signers.to_vec();
        signers.sort_unstable();
        signers.dedup();
        let keys = signers.into_iter();
        let holders: Vec<&Holder> = keys.filter_map(|name| self.signer_at(name, now)).collect();
        let Some(one) = holders.first() else {
            return Answer::NoKey;
        };
        if self.judge(path, one, &[]).is_none() {
            return Answer::NoRule;
        }
        let allowed = holders.iter().filter_map(|holder| {
            let rules = self.judge(path, holder, &[])?.ok()?;
            let limits = self.limits(path, holder);
            let limits: Vec<_> = limits.map(|(_, limit)| Arc::clone(limit)).collect();
            Some((rules, limits))
        });
        let allowed = allowed.min_by_key(|(_, limits)| !limits.is_empty());
        let within_fields = match allowed {
            Some((rules, limits)) if limits.is_empty() => return Answer::Allowed { rules },
            other => other,
        };
        // Nobody's approval helps a program.
        let others = holders.iter().filter(|one| one.class != Class::Automation);
        let approved = others.filter_map(|one| self.approved(path, one, &holders));
        match approved.min() {
            Some(approvals) => Answer::Approvals { approvals },
            None => match within_fields {
                Some((rules, limits)) => Answer::Fields { rules, limits },
                None => self.missing(path, &holders),
            },
        }
    }

    /// How many of the others have to approve what one of these signs, if that is enough.
    fn approved(&self, path: &[u8], signer: &Holder, holders: &[&Holder]) -> Option<usize> {
        let others = holders.iter().filter(|other| other.is_person());
        let mut others: Vec<&str> = others.map(|other| &*other.principal).collect();
        others.retain(|other| *other != signer.principal);
        let is_enough = |others: &[&str]| matches!(self.judge(path, signer, others), Some(Ok(_)));
        if !is_enough(&others) {
            return None;
        }
        for index in (0..others.len()).rev() {
            let one = others.remove(index);
            if !is_enough(&others) {
                others.insert(index, one);
            }
        }
        Some(others.len())
    }

    /// What each rule that names a path asks of whoever changes it at this time.
    pub fn demands(&self, path: &[u8], now: Timestamp) -> Vec<Demand> {
        let demand = |(index, pattern, rule): (usize, &signet_api::Glob, &signet_api::Rule)| {
            let members = self.members(&rule.signers);
            let programs = rule.automation.as_ref();
            let fields = programs.map_or(&[][..], |automation| &automation.fields);
            let programs = programs.map_or(&[][..], |automation| &automation.principals);
            Demand {
                rule: index + 1,
                pattern: pattern.to_string(),
                group: rule.signers.clone(),
                threshold: rule.threshold,
                persons: self.signing(members, Holder::is_person, now),
                programs: self.signing(programs, |_| true, now),
                fields: fields.iter().map(ToString::to_string).collect(),
            }
        };
        self.matching(path).map(demand).collect()
    }

    /// The principals of those named whose signatures count at this time and of whom this holds, each once.
    pub(super) fn signing(
        &self,
        names: &[String],
        holds: impl Fn(&Holder) -> bool,
        now: Timestamp,
    ) -> Vec<String> {
        let holders = names.iter().filter_map(|name| self.signer_at(name, now));
        let holders = holders.filter(|holder| holds(holder));
        let mut names: Vec<String> = holders.map(|holder| holder.principal.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The keys of the principal whose signatures count at this time, or any one where none does.
    pub(crate) fn presumed_signers(&self, principal: &str, now: Timestamp) -> Vec<&Holder> {
        let counting: Vec<&Holder> = self.counting_at(principal, now).collect();
        if counting.is_empty() {
            return self.keys.of_principal(principal).take(1).collect();
        }
        counting
    }

    /// A key of the principal whose signatures count at this time.
    fn signer_at(&self, principal: &str, now: Timestamp) -> Option<&Holder> {
        self.counting_at(principal, now).next()
    }

    fn counting_at(&self, principal: &str, now: Timestamp) -> impl Iterator<Item = &Holder> {
        let keys = self.keys.of_principal(principal);
        keys.filter(move |key| key.counts_at(now, &self.policy.revoked))
    }

    /// What the first rule lacks that they do not meet together; where they meet each, but none of them can sign for all,
    /// what the first one who signs lacks with the approvals of the others.
    fn missing(&self, path: &[u8], holders: &[&Holder]) -> Answer {
        let people = holders.iter().filter(|holder| holder.is_person());
        let people: Vec<&str> = people.map(|holder| &*holder.principal).collect();
        let by_any = |rule: &signet_api::Rule, members: &[String]| {
            let mut holders = holders.iter();
            holders.any(|holder| is_met(rule, holder, &people, members))
        };
        let by_first = |rule: &signet_api::Rule, members: &[String]| {
            holders
                .first()
                .is_some_and(|holder| is_met(rule, holder, &people, members))
        };
        let mut lacking = self.lacking(path, &people, by_any);
        lacking = lacking.or_else(|| self.lacking(path, &people, by_first));
        lacking.unwrap_or(Answer::NoRule)
    }

    fn lacking(
        &self,
        path: &[u8],
        people: &[&str],
        is_met: impl Fn(&signet_api::Rule, &[String]) -> bool,
    ) -> Option<Answer> {
        let (index, pattern, rule) = self
            .matching(path)
            .find(|(_, _, rule)| !is_met(rule, self.members(&rule.signers)))?;
        let have = persons(people.iter().copied(), self.members(&rule.signers));
        Some(Answer::Missing {
            rule: index + 1,
            pattern: pattern.to_string(),
            group: rule.signers.clone(),
            threshold: rule.threshold,
            // A program signs, with which nobody agrees.
            missing: rule.threshold.saturating_sub(have).max(1),
        })
    }
}

#[cfg(test)]
mod tests;
