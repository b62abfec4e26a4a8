//! What one look at a policy can tell.

use crate::policy::{AutomationRule, Class, Policy, ROOT_GROUP, Recovery, Rule};

/// The most fields that a rule lets programs change: each change of a file is compared with all of them.
const FIELDS: usize = 100;

/// What one look at a policy finds wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", field.join("."))]
pub struct PolicyFault {
    /// The keys that lead to the field, below `spec`; entries of lists by number, from 0.
    pub field: Vec<String>,
    /// What is wrong there.
    pub message: String,
}

impl PolicyFault {
    pub(super) fn steps(&self) -> Vec<&str> {
        let field = self.field.iter().map(String::as_str);
        std::iter::once("spec").chain(field).collect()
    }
}

fn fault(field: &[&str], message: impl Into<String>) -> PolicyFault {
    PolicyFault {
        field: field.iter().map(|step| (*step).to_owned()).collect(),
        message: message.into(),
    }
}

pub(super) fn policy(policy: &Policy) -> Result<(), PolicyFault> {
    if policy.version == 0 {
        return Err(fault(&["version"], "versions begin at 1"));
    }
    if policy.repository.is_empty() {
        return Err(fault(&["repository"], "the repository's id is empty"));
    }
    if !is_full_ref(&policy.reference) {
        return Err(fault(
            &["ref"],
            "a ref is named in full, such as refs/heads/main",
        ));
    }
    recovery(&policy.recovery)?;
    principals(policy)?;
    groups(policy)?;
    policy
        .rules
        .iter()
        .enumerate()
        .try_for_each(|(i, rule)| self::rule(policy, &i.to_string(), rule))
}

/// The part of Git's `check-ref-format` that keeps a ref from being read as anything else.
fn is_full_ref(reference: &str) -> bool {
    let allowed = |c: char| !c.is_control() && !" ~^:?*[\\".contains(c);
    let components = || reference.split('/');
    reference.starts_with("refs/")
        && reference.chars().all(allowed)
        && !reference.contains("..")
        && !reference.contains("@{")
        && components().all(|component| {
            !component.is_empty()
                && !component.starts_with('.')
                && component.strip_suffix(".lock").is_none()
        })
        && !reference.ends_with('.')
}

fn recovery(recovery: &Recovery) -> Result<(), PolicyFault> {
    let Recovery {
        recipients,
        transitional,
    } = recovery;
    if recipients.is_empty() {
        return Err(fault(
            &["recovery", "recipients"],
            "without a recovery recipient nothing could be recovered",
        ));
    }
    for (name, all) in [("recipients", recipients), ("transitional", transitional)] {
        let is_twice = |i: &usize| all[..*i].iter().any(|one| is_same(one, &all[*i]));
        if let Some(i) = (0..all.len()).find(is_twice) {
            return Err(fault(
                &["recovery", name, &i.to_string()],
                "it stands there already",
            ));
        }
    }
    let mut others = transitional.iter();
    let is_among = |other: &String| recipients.iter().any(|one| is_same(one, other));
    match others.position(is_among) {
        Some(i) => Err(fault(
            &["recovery", "transitional", &i.to_string()],
            "it is among the recipients too, and nothing takes its own place",
        )),
        None => Ok(()),
    }
}

/// A key of SSH is the same whatever its comment says.
pub(super) fn is_same(recipient: &str, other: &str) -> bool {
    let key = |text| str::split_whitespace(text).take(2);
    key(recipient).eq(key(other))
}

fn principals(policy: &Policy) -> Result<(), PolicyFault> {
    for (name, principal) in &policy.principals {
        if principal.keys.is_empty() {
            return Err(fault(
                &["principals", name, "keys"],
                format!("{name} has no key"),
            ));
        }
        for (i, key) in principal.keys.iter().enumerate() {
            if key.key.trim().is_empty() {
                return Err(fault(
                    &["principals", name, "keys", &i.to_string()],
                    "the key is empty",
                ));
            }
        }
    }
    Ok(())
}

fn groups(policy: &Policy) -> Result<(), PolicyFault> {
    if !policy.groups.contains_key(ROOT_GROUP) {
        return Err(fault(
            &["groups"],
            format!("the group {ROOT_GROUP} is missing"),
        ));
    }
    for (group, members) in &policy.groups {
        for (i, member) in members.iter().enumerate() {
            if !policy.principals.contains_key(member) {
                return Err(fault(
                    &["groups", group, &i.to_string()],
                    format!("there is no principal {member:?}"),
                ));
            }
        }
    }
    Ok(())
}

fn rule(policy: &Policy, number: &str, rule: &Rule) -> Result<(), PolicyFault> {
    if rule.paths.is_empty() {
        return Err(fault(
            &["rules", number, "paths"],
            "a rule without paths is about nothing",
        ));
    }
    if rule.threshold == 0 {
        return Err(fault(
            &["rules", number, "threshold"],
            "thresholds begin at 1",
        ));
    }
    if !policy.groups.contains_key(&rule.signers) {
        return Err(fault(
            &["rules", number, "signers"],
            format!("there is no group {:?}", rule.signers),
        ));
    }
    match &rule.automation {
        Some(automation) => self::automation(policy, number, automation),
        None => Ok(()),
    }
}

fn automation(policy: &Policy, number: &str, rule: &AutomationRule) -> Result<(), PolicyFault> {
    for (i, name) in rule.principals.iter().enumerate() {
        let class = policy.principals.get(name).map(|principal| principal.class);
        if class != Some(Class::Automation) {
            let field = ["rules", number, "automation", "principals", &i.to_string()];
            return Err(fault(
                &field,
                format!("there is no principal {name:?} of class automation"),
            ));
        }
    }
    if rule.fields.len() > FIELDS {
        return Err(fault(
            &["rules", number, "automation", "fields"],
            format!("a rule names at most {FIELDS} fields"),
        ));
    }
    Ok(())
}
