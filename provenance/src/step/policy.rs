//! A step that changes the policy.

use std::cell::OnceCell;
use std::sync::Arc;

use signet_api::Policy;
use thiserror::Error;

use super::paths::Denials;
use super::votes::{Told, Under, Votes};
use super::{Approved, Case, Denied, Findings, Stop, approving};
use crate::authority::{self, Authority, Denial, Holder, Need};
use crate::{Reason, TagRef};

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

/// What a step makes of the policy.
#[derive(Default)]
pub(super) struct Governing {
    /// The policy that it brings, if it brings one that may govern.
    pub(super) new: Option<New>,
    /// What the root group of the old policy, and that of the new one, ask for and have not got.
    lacking: [Option<Lacking>; 2],
    /// The approvals that took part in changing it.
    helped: Vec<Approved>,
}

/// What a step makes of the policy where it changes it or a certificate: the new one may govern, is the next version for the
/// same repository and ref if its file changes, and the root group's threshold is met under the old and under the new one,
/// by the signer and those who approve the change of each of these files, or else it says what is lacking.
pub(super) fn change(case: &Case<'_>, findings: &mut Findings) -> Result<Governing, Stop> {
    let governing: Vec<usize> = governing(case).collect();
    if governing.is_empty() {
        return Ok(Governing::default());
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
    let lacking = [old, lacks.transpose()?.flatten()];
    Ok(Governing {
        new,
        lacking,
        helped: findings.helped().collect(),
    })
}

impl Governing {
    /// Whether it lacks nobody.
    pub(super) fn is_settled(&self) -> bool {
        self.lacking.iter().all(Option::is_none)
    }

    /// The refusal of a change that is lacking somebody under the old policy, under the new one, or under both, with what is
    /// lacking for other paths.
    pub(super) fn refuse(
        &self,
        case: &Case<'_>,
        mut denials: Denials<'_>,
        findings: &mut Findings,
    ) -> Result<Stop, Stop> {
        if self.new.is_none() {
            denials.drop_unruled();
        }
        let [old, new] = &self.lacking;
        let signer = match &self.new {
            Some(new) if old.is_none() => new.authority.describe(&new.signer),
            _ => case.good.authority.describe(case.signer),
        };
        let lacking = [old, new].into_iter().flatten();
        let told = self.told(&denials.told()?, findings);
        let path = |index: usize| super::escaped(&case.changes[index].path);
        let first = lacking.clone().next().map(|lacking| path(lacking.index));
        let message = format!(
            "changing {} {}{}; signed by {signer}, commit {}{}. {}A commit that takes it back to {} lets the history move on",
            named(&first.unwrap_or_default()),
            self.asked(),
            denials.but_of_root(),
            case.id.short(),
            told.to_message(),
            approving(case),
            case.good.commit().short(),
        );
        let of_root = lacking.map(|Lacking { index, need, .. }| Denied {
            path: path(*index),
            denial: Denial::NotMet(need.clone()),
        });
        let mut denied: Vec<Denied> = of_root.collect();
        denied.dedup();
        denials.retain(|one| !denied.contains(one));
        let all = denied.len() + denials.len();
        denied.extend(denials.kept());
        findings.deny(all, denied, told);
        Ok(Stop::Refused(Reason::NotAllowed, message))
    }

    /// What there is to say about approvals, with what there is of other paths: whoever helps anywhere did not approve in vain,
    /// but who counts for one root group alone is told why not for the other.
    fn told(&self, of_paths: &Told, findings: &Findings) -> Told {
        let nothing = Told::default();
        let of_root = self.lacking.each_ref();
        let [old, new] = of_root.map(|lacks| lacks.as_ref().map_or(&nothing, |lacks| &lacks.told));
        let mut told = Told::default();
        told.approved.extend(self.helped.iter().cloned());
        for one in [old, new, of_paths] {
            told.approved.extend(one.approved.iter().cloned());
        }
        let is_of_root = |tag: &TagRef| self.helped.iter().any(|also| also.tag == *tag);
        let helps =
            |tag: &TagRef| findings.has(tag) || told.approved.iter().any(|also| also.tag == *tag);
        for (one, is_of_new) in [(old, false), (new, true), (of_paths, false)] {
            let counts = |tag: &TagRef| helps(tag) && !(is_of_new && is_of_root(tag));
            let in_vain = one.discounted.iter().filter(|one| !counts(&one.tag));
            told.discounted.extend(in_vain.cloned());
        }
        told.settle();
        told
    }

    /// What the root groups ask for, and by which policy.
    fn asked(&self) -> String {
        let [old, new] = self
            .lacking
            .each_ref()
            .map(|one| one.as_ref().map(|lacks| &lacks.need));
        match (old, new) {
            (Some(old), Some(new)) if old == new => {
                format!("{old} under the old policy and under the new one")
            }
            (old, new) => {
                let old = old.map(|need| format!("{need} under the old policy"));
                let new = new.map(|need| format!("{need} under the new policy"));
                let asked: Vec<String> = old.into_iter().chain(new).collect();
                asked.join(", and ")
            }
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

fn named(path: &str) -> String {
    match path {
        signet_api::POLICY_PATH => "the policy".to_owned(),
        path => super::shortened(path),
    }
}

/// Ensures that a policy may follow another: it is the next version, for the same repository and the same ref, and no recovery key
/// is in transition there that was none before.
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
    // Files are sealed for these too, and nobody is asked about what was a recovery key.
    let mut transitional = new.recovery.transitional.iter();
    match transitional.find(|one| !old.recovery.names(one)) {
        Some(one) => Err(SuccessionError::Transitional {
            recipient: one.clone(),
        }),
        None => Ok(()),
    }
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
    /// It lists a recovery key as transitional that the old policy does not have.
    #[error(
        "the new policy lists {recipient} as a transitional recovery key, which is none under the old one"
    )]
    Transitional {
        /// The key.
        recipient: String,
    },
}

impl SuccessionError {
    /// The field that is not as it should be, below `spec`.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Repository { .. } => "repository",
            Self::Ref { .. } => "ref",
            Self::Version { .. } => "version",
            Self::Transitional { .. } => "recovery",
        }
    }
}

fn invalid(message: String) -> Stop {
    Stop::Refused(Reason::PolicyInvalid, message)
}
