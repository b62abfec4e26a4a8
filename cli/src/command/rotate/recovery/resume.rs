//! What a run of `rotate recovery` left in the work tree, or somebody else did in its name.

use super::anchor::AnchorHere;
use super::at_hand;
use super::join::join;
use crate::command::rotate::Rotate;
use crate::command::rotate::chosen::Chosen;
use crate::command::rotate::transition::Stage;
use crate::documents::policy::following;
use crate::failure::{Result, refused};
use crate::output::Output;
use crate::output::visible::lines_of;
use crate::repository::Repository;
use crate::surroundings::Surroundings;
use signet_api::{POLICY_PATH, Recovery, RepoPath};

/// Has what the work tree alone says of the keys be so in all files too.
///
/// # Errors
/// When that is more than a rotation brings, and when the person does not agree to who comes: whoever pushes can have written it,
/// the files with it.
pub(super) fn go_on(
    stage: &Stage<Recovery>,
    around: Surroundings,
    all: &[Chosen],
    asked: &Rotate,
    out: &Output,
) -> Result<()> {
    let mut changes = around.changes();
    let believed = &around.fleets()?.0.policy.recovery;
    refuse_all_but_steps(believed, &stage.named)?;
    let Recovery {
        recipients,
        transitional,
    } = &stage.named;
    let new = recipients.iter().filter(|one| !believed.names(one));
    let new: Vec<String> = new.cloned().collect();
    let anchor = AnchorHere::of(&around, asked, out)?;
    anchor.refuse_other_codes(&new, |one| {
        !transitional.is_empty() || recipients.contains(one)
    })?;
    anchor.refuse_without_code_of(&new)?;
    at_hand(recipients, asked)?
        .iter()
        .try_for_each(|key| anchor.refuse_unproven_to(key))?;
    if !new.is_empty() {
        asked.consent.to_people(&format!(
            "Only the work tree names these recovery recipients, who open everything:{}\nAre they yours, and are files sealed for them too?",
            lines_of(&new)
        ))?;
    }
    let path: RepoPath = POLICY_PATH.parse()?;
    let text = Repository::at(around.root().to_owned(), out)?.document(&path)?;
    let next = following(&text, around.fleets()?.0.policy.version)?;
    if next != text {
        changes.replace(path, text, next);
    }
    let around = around.with(&changes, new, out)?;
    join(&around, all, &mut changes, asked, out)?;
    if !asked.dry_run {
        changes.apply()?;
    }
    changes.list(out)
}

/// Refuses what a step of a rotation does not make of the keys: each that goes becomes transitional and as many come behind those
/// that stay, or those go for good whose place was taken.
fn refuse_all_but_steps(believed: &Recovery, proposed: &Recovery) -> Result<()> {
    let gone = &proposed.transitional;
    let (going, stay): (Vec<_>, Vec<_>) = believed
        .recipients
        .iter()
        .partition(|one| gone.contains(one));
    let (there, come) = proposed
        .recipients
        .split_at(stay.len().min(proposed.recipients.len()));
    let is_step = if gone.is_empty() {
        !believed.transitional.is_empty() && proposed.recipients == believed.recipients
    } else {
        believed.transitional.is_empty()
            && going.len() == gone.len()
            && come.len() == gone.len()
            && there.iter().eq(stay)
            && come.iter().all(|one| !believed.names(one))
    };
    if is_step {
        return Ok(());
    }
    Err(refused(format!(
        "the work tree has other recovery recipients than a step of a rotation makes of those of the last good commit:{}",
        lines_of(&proposed.recipients)
    ))
    .hint(format!(
        "restore {POLICY_PATH} from it; what else changes of them is signed and committed by itself"
    )))
}

#[cfg(test)]
mod tests {
    use super::{Recovery, refuse_all_but_steps};

    #[test]
    fn a_recovery_key_goes_by_the_steps_of_a_rotation_alone() {
        let recovery = |recipients: &[&str], transitional: &[&str]| {
            let [recipients, transitional] = [recipients, transitional]
                .map(|all| all.iter().map(|&one| one.to_owned()).collect());
            Recovery {
                recipients,
                transitional,
            }
        };
        let old = recovery(&["old", "safe"], &[]);
        let both = recovery(&["safe", "new"], &["old"]);
        let new = recovery(&["safe", "new"], &[]);
        for (believed, proposed) in [(&old, &both), (&both, &new)] {
            assert!(refuse_all_but_steps(believed, proposed).is_ok());
        }
        for (believed, recipients, transitional) in [
            (&old, &["safe"][..], &[][..]),
            (&old, &["safe"], &["old"]),
            (&old, &["new", "safe"], &["old"]),
            (&old, &["safe", "new"], &["old", "old"]),
            (&old, &["safe", "safe"], &["old"]),
            (&old, &["safe", "old"], &[]),
            (&both, &["safe", "old"], &[]),
            (&both, &["safe", "old"], &["new"]),
            (&both, &["safe"], &[]),
            (&both, &["new", "safe"], &[]),
            (&both, &["safe", "new"], &["old", "safe"]),
            (&old, &["safe", "new", "evil"], &["old"]),
            (&old, &["safe", "evil"], &[]),
            (&both, &["safe", "new", "evil"], &["old"]),
            (&both, &["safe", "evil"], &["old"]),
            (&both, &["safe", "new", "evil"], &[]),
        ] {
            let planted = recovery(recipients, transitional);
            let refused = refuse_all_but_steps(believed, &planted);
            assert!(refused.is_err(), "{planted:?}");
        }
    }
}
