//! A step that changes the policy.

use std::sync::Arc;

use super::time::Times;
use super::{Context, Stop};
use crate::Reason;
use crate::authority::{self, Authority, Holder};
use crate::commit::Commit;
use crate::tree::Change;
use crate::verify::Good;

/// The policy that a step brings, and its signer as that policy knows them.
pub(super) struct New {
    pub(super) authority: Arc<Authority>,
    pub(super) signer: Holder,
}

/// The new policy, if the step changes it and may: it may govern, is the next version for the
/// same repository, and the root group's threshold is met under the old and under the new one.
pub(super) fn change(
    context: &Context<'_>,
    good: &Good,
    commit: &Commit,
    changes: &[Change],
    signer: &Holder,
    times: &Times,
) -> Result<Option<New>, Stop> {
    let path = signet_api::POLICY_PATH.as_bytes();
    let Some(change) = changes.iter().find(|change| change.path == path) else {
        return Ok(None);
    };
    if change.new.is_none() {
        return Err(invalid("the commit removes the policy".to_owned()));
    }
    root_met(&good.authority, signer, "old")?;
    let authority = authority::of_tree(context.objects, commit.tree)?;
    check_succession(&good.authority, &authority)?;
    let signer = match authority.holder(&signer.fingerprint) {
        Some(signer) => signer.clone(),
        None => {
            return Err(invalid(format!(
                "the new policy does not name the key {} that signed it",
                signer.fingerprint
            )));
        }
    };
    times.check(&signer, &authority.policy().revoked, "the new policy")?;
    root_met(&authority, &signer, "new")?;
    Ok(Some(New { authority, signer }))
}

fn check_succession(old: &Authority, new: &Authority) -> Result<(), Stop> {
    let (old, new) = (old.policy(), new.policy());
    if new.repository != old.repository {
        let message = format!(
            "the new policy is for the repository {}, not for {}",
            new.repository, old.repository
        );
        return Err(invalid(message));
    }
    if Some(new.version) != old.version.checked_add(1) {
        let message = format!(
            "the new policy has version {}, but follows version {}",
            new.version, old.version
        );
        return Err(invalid(message));
    }
    Ok(())
}

fn root_met(authority: &Authority, signer: &Holder, which: &str) -> Result<(), Stop> {
    authority.root_met(signer).map_err(|needs| {
        let who = authority.describe(signer);
        let message =
            format!("changing the policy {needs} under the {which} policy; signed by {who}");
        Stop::Refused(Reason::NotAllowed, message)
    })
}

fn invalid(message: String) -> Stop {
    Stop::Refused(Reason::PolicyInvalid, message)
}
