//! Who may change a path.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use signet_api::{Class, FieldPointer, Glob, Policy, Rule, Side};

use super::{Authority, Holder};
use crate::step::shortened;
use crate::tree::Change;

/// Why a path may not be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// No rule names the path.
    NoRule,
    /// A rule is not met.
    NotMet(Need),
    /// A program changed more than the fields that a rule lets it change.
    Beyond(Breach),
}

impl Denial {
    /// The denial as a sentence about the path.
    pub(crate) fn of(&self, path: &str) -> String {
        match self {
            Self::NoRule => format!(
                "{path} is named by no rule of the policy (signet/policy.yaml, where one can be added)"
            ),
            Self::NotMet(need) => format!("{path} {need}"),
            Self::Beyond(breach) => format!("{path}: {breach}"),
        }
    }
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

/// How a program changed more of a file than the fields that a rule lets it change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The pattern of the rule that the path matches.
    pub pattern: String,
    /// The program.
    pub program: String,
    /// The fields that it may change.
    pub limit: Arc<FieldLimit>,
    /// What it changed besides, by the names of keys and without values.
    pub why: String,
}

impl fmt::Display for Breach {
    /// What the program may change and what it did, behind the path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pattern,
            program,
            limit,
            why,
        } = self;
        let pattern = shortened(pattern);
        let fields = shortened(&limit.to_string());
        write!(
            f,
            "{program} may change only {fields} there (rule {pattern}); {why}"
        )
    }
}

/// To which fields a rule limits programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLimit {
    /// The rule, counted from 1.
    pub rule: usize,
    /// The pointers of the fields, at least one.
    pub fields: Vec<FieldPointer>,
}

impl FieldLimit {
    /// That of each rule of a policy, in their order; `None` where programs may change whole files, or nothing.
    pub(super) fn of_rules(policy: &Policy) -> Vec<Option<Arc<Self>>> {
        let rules = policy.rules.iter().enumerate();
        let limits = rules.map(|(index, rule)| {
            let fields = rule.automation.as_ref()?.fields.clone();
            let rule = index + 1;
            (!fields.is_empty()).then(|| Arc::new(Self { rule, fields }))
        });
        limits.collect()
    }
}

impl fmt::Display for FieldLimit {
    /// The pointers, with commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields.iter().map(FieldPointer::as_str);
        f.write_str(&fields.collect::<Vec<_>>().join(", "))
    }
}

impl Authority {
    /// To which fields the rules for a path limit this signer, with the pattern of each that the path matches; nothing of persons.
    pub(crate) fn limits<'a>(
        &'a self,
        path: &'a [u8],
        signer: &'a Holder,
    ) -> impl Iterator<Item = (&'a Glob, &'a Arc<FieldLimit>)> {
        let is_program = signer.class == Class::Automation;
        let rules = is_program
            .then(|| self.matching(path))
            .into_iter()
            .flatten();
        rules.filter_map(move |(index, pattern, rule)| {
            let limit = self.limits.get(index)?.as_ref()?;
            let principals = &rule.automation.as_ref()?.principals;
            principals
                .contains(&signer.principal)
                .then_some((pattern, limit))
        })
    }

    /// The rules that allow a change of this path by this signer and these other persons who
    /// approve it, numbered from 1; `None` where no rule matches the path at all. To which fields they
    /// limit a program, [`Self::limits`] says.
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
