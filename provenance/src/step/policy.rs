//! A step that changes the policy.

use std::cell::OnceCell;
use std::sync::Arc;

use signet_api::Policy;
use thiserror::Error;

use super::votes::{Under, Votes};
use super::{Case, Denied, Findings, Stop, approving};
use crate::Reason;
use crate::authority::{self, Authority, Holder};

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
    let &Case {
        context,
        good,
        signer,
        ..
    } = case;
    let governing: Vec<usize> = governing(case).collect();
    if governing.is_empty() {
        return Ok(None);
    }
    let path = signet_api::POLICY_PATH.as_bytes();
    let policy = case.changes.iter().find(|change| change.path == path);
    if policy.is_some_and(|policy| policy.new.is_none()) {
        return Err(invalid("the commit removes the policy".to_owned()));
    }
    for index in &governing {
        root_met(case.under_old(), *index, "old", findings)?;
    }
    let authority = authority::of_tree(context.objects, case.commit.tree)?;
    if policy.is_some() {
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
    let new = New {
        authority,
        signer,
        votes: OnceCell::new(),
    };
    for index in governing {
        root_met(new.under(case), index, "new", findings)?;
    }
    Ok(Some(new))
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

/// Counts the approvals by which the root group's threshold is met under one of the policies.
fn root_met(
    under: Under<'_>,
    index: usize,
    which: &str,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let need = match under.root_met(index)? {
        Ok(approved) => {
            findings.count(approved);
            return Ok(());
        }
        Err(need) => need,
    };
    let told = under.told(&[index])?;
    let path = super::escaped(&under.case.changes[index].path);
    let message = format!(
        "changing {} {need} under the {which} policy; signed by {}, commit {}{}. {}A commit that takes it back to {} lets the history move on",
        named(&path),
        under.authority.describe(under.signer),
        under.case.id.short(),
        told.to_message(),
        approving(under.case),
        under.case.good.commit().short(),
    );
    findings.counted.clear();
    let denied = Denied {
        path,
        need: Some(need),
    };
    findings.deny(1, vec![denied], told);
    Err(Stop::Refused(Reason::NotAllowed, message))
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
