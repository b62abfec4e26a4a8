//! A step that changes the policy.

use std::cell::OnceCell;
use std::sync::Arc;

use signet_api::Policy;
use thiserror::Error;

use super::votes::{Told, Under, Votes};
use super::{Approved, Case, Denied, Discounted, Findings, Stop, approving};
use crate::Reason;
use crate::authority::{self, Authority, Holder, Need};

/// The policy that a step brings, and its signer as that policy knows them.
pub(super) struct New {
    pub(super) authority: Arc<Authority>,
    pub(super) signer: Holder,
    votes: OnceCell<Votes>,
}

impl New {
    /// The step under the policy that it brings.
    pub(super) fn under<'a>(&'a self, case: &'a Case<'a>) -> Under<'a> {
        Under {
            case,
            authority: &self.authority,
            signer: &self.signer,
            votes: &self.votes,
        }
    }
}

/// The new policy, if the step changes it or a certificate and may: it may govern, is the next version for the
/// same repository and ref if its file changes, and the root group's threshold is met under the old and under the new one,
/// by the signer and those who approve the change of each of these files.
pub(super) fn change(case: &Case<'_>, findings: &mut Findings) -> Result<Option<New>, Stop> {
    let governing: Vec<usize> = governing(case).collect();
    if governing.is_empty() {
        return Ok(None);
    }
    let path = signet_api::POLICY_PATH.as_bytes();
    let policy = case.changes.iter().find(|change| change.path == path);
    if policy.is_some_and(|policy| policy.new.is_none()) {
        return Err(invalid("the commit removes the policy".to_owned()));
    }
    let old = lacking(case.under_old(), &governing, findings)?;
    let new = match New::of(case, policy.is_some()) {
        // Who may not change the policy hears of that, whatever it would be.
        Err(Stop::Refused(..)) if old.is_some() => None,
        new => Some(new?),
    };
    let under_new = new.as_ref().map(|new| new.under(case));
    let lacks = under_new.map(|under| lacking(under, &governing, findings));
    match (old, lacks.transpose()?.flatten()) {
        (None, None) => Ok(new),
        (old, lacks) => {
            let met = [
                old.is_none().then(|| case.under_old()),
                under_new.filter(|_| lacks.is_none()),
            ];
            let mut helped = Vec::new();
            for under in met.into_iter().flatten() {
                helped.extend(approvals_of(under, &governing)?);
            }
            Err(refuse(case, under_new, [old, lacks], helped, findings))
        }
    }
}

impl New {
    /// The policy of the step's tree, if it may govern and follow, and knows its signer.
    fn of(case: &Case<'_>, is_other_version: bool) -> Result<Self, Stop> {
        let &Case {
            context,
            good,
            signer,
            ..
        } = case;
        let authority = authority::of_tree(context.objects, case.commit.tree)?;
        if is_other_version {
            check_succession(good.authority.policy(), authority.policy())
                .map_err(|error| invalid(error.to_string()))?;
        }
        let signer = match authority.holder(&signer.signing_fingerprint()) {
            Some(signer) => signer.clone(),
            None => {
                return Err(invalid(format!(
                    "the new policy does not name the key {} that signed it",
                    signer.name()
                )));
            }
        };
        let revoked = &authority.policy().revoked;
        case.times.check(&signer, revoked, "the new policy")?;
        Ok(Self {
            authority,
            signer,
            votes: OnceCell::new(),
        })
    }
}

/// The numbers of the changes that change what governs: the policy's file, and the certificates of its keys, which are as much
/// part of it as keys that stand in the file.
fn governing(case: &Case<'_>) -> impl Iterator<Item = usize> {
    let changes = case.changes.iter().enumerate();
    let governing = changes.filter(|(_, change)| {
        change.path == signet_api::POLICY_PATH.as_bytes()
            || change.path.starts_with(signet_api::CERTIFICATES.as_bytes())
    });
    governing.map(|(index, _)| index)
}

/// What the root group of one of the policies asks for, and has not got.
struct Lacking {
    index: usize,
    need: Need,
    told: Told,
}

/// What is lacking for the first of these changes that the policy does not let pass; the approvals of the others are counted.
fn lacking(
    under: Under<'_>,
    governing: &[usize],
    findings: &mut Findings,
) -> Result<Option<Lacking>, Stop> {
    for &index in governing {
        match under.root_met(index)? {
            Ok(approved) => findings.count(approved),
            Err(need) => {
                let told = under.told(&[index])?;
                return Ok(Some(Lacking { index, need, told }));
            }
        }
    }
    Ok(None)
}

/// The approvals by which a policy lets all of these changes pass.
fn approvals_of(under: Under<'_>, governing: &[usize]) -> Result<Vec<Approved>, Stop> {
    let mut helped = Vec::new();
    for &index in governing {
        let approved = under.root_met(index)?.unwrap_or_default();
        helped.extend(approved.into_iter().cloned());
    }
    Ok(helped)
}

/// The refusal of a change that is lacking somebody under the old policy, under the new one, or under both.
fn refuse(
    case: &Case<'_>,
    new: Option<Under<'_>>,
    [old, lacks]: [Option<Lacking>; 2],
    helped: Vec<Approved>,
    findings: &mut Findings,
) -> Stop {
    let signer = match new {
        Some(new) if old.is_none() => new.authority.describe(new.signer),
        _ => case.good.authority.describe(case.signer),
    };
    let asked = match (&old, &lacks) {
        (Some(old), Some(new)) if old.need == new.need => {
            format!("{} under the old policy and under the new one", old.need)
        }
        (old, new) => {
            let asked = |lacks: &Option<Lacking>, which| {
                let need = &lacks.as_ref()?.need;
                Some(format!("{need} under the {which} policy"))
            };
            let asked = [asked(old, "old"), asked(new, "new")];
            asked
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", and ")
        }
    };
    let (mut told, mut denied) = (Told::default(), Vec::new());
    told.approved = helped;
    if let Some(new) = lacks {
        told.approved.extend(new.told.approved);
        told.discounted = new.told.discounted;
        denied.push((new.index, new.need));
    }
    if let Some(old) = old {
        // Who counts under the new policy alone approved something.
        let is_useless = |one: &Discounted| !told.approved.iter().any(|also| also.tag == one.tag);
        let mut useless = old.told.discounted;
        useless.retain(is_useless);
        told.discounted.splice(..0, useless);
        told.approved.extend(old.told.approved);
        denied.insert(0, (old.index, old.need));
    }
    told.settle();
    denied.dedup();
    let path = |index: usize| super::escaped(&case.changes[index].path);
    let changed = denied.first().map(|(index, _)| named(&path(*index)));
    let message = format!(
        "changing {} {asked}; signed by {signer}, commit {}{}. {}A commit that takes it back to {} lets the history move on",
        changed.unwrap_or_default(),
        case.id.short(),
        told.to_message(),
        approving(case),
        case.good.commit().short(),
    );
    findings.counted.clear();
    let denied = denied.into_iter().map(|(index, need)| Denied {
        path: path(index),
        need: Some(need),
    });
    let denied: Vec<Denied> = denied.collect();
    findings.deny(denied.len(), denied, told);
    Stop::Refused(Reason::NotAllowed, message)
}

fn named(path: &str) -> String {
    match path {
        signet_api::POLICY_PATH => "the policy".to_owned(),
        path => super::shortened(path),
    }
}

/// Ensures that a policy may follow another: it is the next version, for the same repository and the same ref.
///
/// # Errors
/// [`SuccessionError`] for the first of these that it is not.
pub fn check_succession(old: &Policy, new: &Policy) -> Result<(), SuccessionError> {
    if new.repository != old.repository {
        return Err(SuccessionError::Repository {
            old: old.repository.clone(),
            new: new.repository.clone(),
        });
    }
    // A branch that says itself that it is another one is not this one, however it got here.
    if new.reference != old.reference {
        return Err(SuccessionError::Ref {
            old: old.reference.clone(),
            new: new.reference.clone(),
        });
    }
    if Some(new.version) != old.version.checked_add(1) {
        return Err(SuccessionError::Version {
            old: old.version,
            new: new.version,
        });
    }
    Ok(())
}

/// Why a policy may not follow another.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SuccessionError {
    /// It is for another repository.
    #[error("the new policy is for the repository {new}, not for {old}")]
    Repository {
        /// That of the old policy.
        old: String,
        /// That of the new one.
        new: String,
    },
    /// It is for another ref.
    #[error("the new policy is for the ref {new}, not for {old}")]
    Ref {
        /// That of the old policy.
        old: String,
        /// That of the new one.
        new: String,
    },
    /// It is not the next version.
    #[error("the new policy has version {new}, but follows version {old}")]
    Version {
        /// That of the old policy.
        old: u64,
        /// That of the new one.
        new: u64,
    },
}

impl SuccessionError {
    /// The field that is not as it should be, below `spec`.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Repository { .. } => "repository",
            Self::Ref { .. } => "ref",
            Self::Version { .. } => "version",
        }
    }
}

fn invalid(message: String) -> Stop {
    Stop::Refused(Reason::PolicyInvalid, message)
}
