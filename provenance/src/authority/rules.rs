//! Who may change a path.

use signet_api::{Class, Rule, Side};

use super::{Authority, Holder};

/// Why a path may not be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Denial {
    /// No rule names the path.
    NoRule,
    /// A rule is not met.
    NotMet {
        /// How many persons of the group it needs.
        threshold: u32,
        /// The group.
        group: String,
        /// The persons of the group who have not signed.
        missing: Vec<String>,
    },
}

impl Authority {
    /// The rules that allow a change of this path by this signer, numbered from 1; `None` where
    /// no rule matches the path at all.
    pub(crate) fn judge(&self, path: &[u8], signer: &Holder) -> Option<Result<Vec<usize>, Denial>> {
        let mut met = Vec::new();
        for (index, rule) in self.matching(path) {
            if !is_met(rule, signer, self.members(&rule.signers)) {
                return Some(Err(self.denial(rule, signer)));
            }
            met.push(index + 1);
        }
        if met.is_empty() { None } else { Some(Ok(met)) }
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

    /// Whether a signed commit on a side branch has what the rule of that number asks; what it
    /// needs if not.
    pub(crate) fn meets_on_side(&self, number: usize, signer: &Holder) -> Result<(), String> {
        let Some(rule) = self.rule(number) else {
            return Ok(());
        };
        let met = match rule.side {
            Side::Net | Side::Signed => true,
            Side::Authorized => is_met(rule, signer, self.members(&rule.signers)),
        };
        if met {
            Ok(())
        } else {
            Err(format!(
                "needs {} of group {}",
                rule.threshold, rule.signers
            ))
        }
    }

    fn matching<'a>(&'a self, path: &'a [u8]) -> impl Iterator<Item = (usize, &'a Rule)> {
        let rules = self.policy.rules.iter().enumerate();
        rules.filter(|(_, rule)| rule.paths.iter().any(|glob| glob.matches(path)))
    }

    fn denial(&self, rule: &Rule, signer: &Holder) -> Denial {
        let others = self
            .members(&rule.signers)
            .iter()
            .filter(|member| **member != signer.principal && self.keys.can_sign_as_person(member));
        Denial::NotMet {
            threshold: rule.threshold,
            group: rule.signers.clone(),
            missing: others.cloned().collect(),
        }
    }
}

/// Thresholds count persons. Automation meets a rule that names it, and no other.
fn is_met(rule: &Rule, signer: &Holder, members: &[String]) -> bool {
    let persons = u32::from(signer.is_person() && members.contains(&signer.principal));
    let named = rule.automation.as_ref().is_some_and(|automation| {
        signer.class == Class::Automation && automation.principals.contains(&signer.principal)
    });
    persons >= rule.threshold || named
}
