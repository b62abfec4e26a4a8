//! Who may change a path.

use std::collections::BTreeSet;
use std::fmt;

use signet_api::{Class, Glob, Rule, Side};

use super::{Authority, Holder};
use crate::step::shortened;
use crate::tree::Change;

/// Why a path may not be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Denial {
    /// No rule names the path.
    NoRule,
    /// A rule is not met.
    NotMet(Need),
}

/// What a rule asks for a path that a step may not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The pattern of the rule that the path matches.
    pub pattern: String,
    /// The group.
    pub group: String,
    /// How many persons of it the rule asks for.
    pub threshold: u32,
    /// How many of them signed or approved.
    pub have: u32,
}

impl fmt::Display for Need {
    /// What is needed, with the rule, behind the path that needs it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pattern,
            group,
            threshold,
            have,
        } = self;
        let pattern = shortened(pattern);
        if *have == 0 {
            write!(f, "needs {threshold} of group {group} (rule {pattern})")
        } else {
            let missing = threshold.saturating_sub(*have);
            write!(
                f,
                "needs {missing} more of group {group} ({threshold} by rule {pattern})"
            )
        }
    }
}

impl Authority {
    /// The rules that allow a change of this path by this signer and these other persons who
    /// approve it, numbered from 1; `None` where no rule matches the path at all.
    pub(crate) fn judge(
        &self,
        path: &[u8],
        signer: &Holder,
        approvers: &[&str],
    ) -> Option<Result<Vec<usize>, Denial>> {
        let mut met = Vec::new();
        for (index, pattern, rule) in self.matching(path) {
            if !is_met(rule, signer, approvers, self.members(&rule.signers)) {
                return Some(Err(Denial::NotMet(Need {
                    pattern: pattern.to_string(),
                    group: rule.signers.clone(),
                    threshold: rule.threshold,
                    have: agreeing(signer, approvers, self.members(&rule.signers)),
                })));
            }
            met.push(index + 1);
        }
        if met.is_empty() { None } else { Some(Ok(met)) }
    }

    /// Whether this person's approval takes part in meeting a rule for a path: they are in its
    /// group, and the signer alone does not meet it.
    pub(crate) fn needs(&self, path: &[u8], signer: &Holder, approver: &str) -> bool {
        self.matching(path).any(|(_, _, rule)| {
            let members = self.members(&rule.signers);
            !is_met(rule, signer, &[], members) && members.iter().any(|member| member == approver)
        })
    }

    /// The persons who may, each alone, make all these changes.
    pub(crate) fn who_may(&self, changes: &[Change]) -> Vec<&str> {
        let all = |holder: &&Holder| {
            changes
                .iter()
                .all(|change| matches!(self.judge(&change.path, holder, &[]), Some(Ok(_))))
        };
        let mut names: Vec<&str> = self
            .keys
            .persons()
            .filter(all)
            .map(|holder| &*holder.principal)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The rule of that number.
    pub(crate) fn rule(&self, number: usize) -> Option<&Rule> {
        self.policy.rules.get(number.checked_sub(1)?)
    }

    /// Whether the rule of that number matches a path.
    pub(crate) fn matches(&self, number: usize, path: &[u8]) -> bool {
        self.rule(number)
            .is_some_and(|rule| rule.paths.iter().any(|glob| glob.matches(path)))
    }

    /// Whether the rule of that number asks this person among others.
    pub(crate) fn asks(&self, number: usize, person: &str) -> bool {
        let members = self.rule(number).map(|rule| self.members(&rule.signers));
        members.is_some_and(|members| members.iter().any(|member| member == person))
    }

    /// Whether a signed commit on a side branch, with these other persons who approve it, has what
    /// the rule of that number asks for a path; what it needs if not.
    pub(crate) fn meets_on_side(
        &self,
        number: usize,
        path: &[u8],
        signer: &Holder,
        approvers: &[&str],
    ) -> Result<(), Need> {
        let mut matching = self.matching(path);
        let rule = matching.find(|(index, _, _)| index + 1 == number);
        let Some((_, pattern, rule)) = rule.filter(|(_, _, rule)| rule.side == Side::Authorized)
        else {
            return Ok(());
        };
        if is_met(rule, signer, approvers, self.members(&rule.signers)) {
            return Ok(());
        }
        Err(Need {
            pattern: pattern.to_string(),
            group: rule.signers.clone(),
            threshold: rule.threshold,
            have: agreeing(signer, approvers, self.members(&rule.signers)),
        })
    }

    /// The rules that match a path, with their index and the first of their patterns that does.
    pub(super) fn matching<'a>(
        &'a self,
        path: &'a [u8],
    ) -> impl Iterator<Item = (usize, &'a Glob, &'a Rule)> {
        let rules = self.policy.rules.iter().enumerate();
        rules.filter_map(|(index, rule)| {
            let pattern = rule.paths.iter().find(|glob| glob.matches(path))?;
            Some((index, pattern, rule))
        })
    }
}

/// Automation, which the policy's check made sure is no person, meets a rule that names it, and
/// no other.
pub(super) fn is_met(rule: &Rule, signer: &Holder, approvers: &[&str], members: &[String]) -> bool {
    let automation = rule.automation.as_ref();
    automation.is_some_and(|rule| rule.principals.contains(&signer.principal))
        || agreeing(signer, approvers, members) >= rule.threshold
}

/// How many of these members stand behind a change: thresholds count persons, each once. None
/// does where automation signed: it changes what rules name it for, whoever approves the rest.
pub(super) fn agreeing(signer: &Holder, approvers: &[&str], members: &[String]) -> u32 {
    if signer.class == Class::Automation {
        return 0;
    }
    let signer = signer.is_person().then_some(&*signer.principal);
    persons(approvers.iter().copied().chain(signer), members)
}

/// How many of these persons are members, each once.
pub(super) fn persons<'a>(names: impl Iterator<Item = &'a str>, members: &[String]) -> u32 {
    let is_member = |name: &&str| members.iter().any(|member| member == name);
    let persons: BTreeSet<&str> = names.filter(is_member).collect();
    u32::try_from(persons.len()).unwrap_or(u32::MAX)
}
