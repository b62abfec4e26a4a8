//! `signet rotate recovery`: a recovery key gives way to a new one.

mod anchor;
mod join;
mod resume;

use super::Rotate;
use super::chosen::Chosen;
use super::commits::Commits;
use super::transition::{How, Stage, Step};
use crate::command::Answer;
use crate::documents::policy::refuse_other;
use crate::documents::recovery::in_policy;
use crate::failure::{Result, usage};
use crate::files::Changes;
use crate::left::Left;
use crate::new_identity;
use crate::output::Output;
use crate::output::visible::lines_of;
use crate::recovery_key::hand_out;
use crate::repository::Repository;
use crate::session::Session;
use crate::surroundings::Surroundings;
use anchor::AnchorHere;
use join::join;
use resume::go_on;
use signet_api::{POLICY_PATH, Policy, Recovery, RepoPath, owner};
use signet_envelope::normal_recipient;
use signet_seal::Identity;
use std::path::PathBuf;

/// Give the fleet a new recovery key, in two commits
#[derive(clap::Args)]
#[command(
    after_help = "The first run makes the new key, and seals every file of the fleet for it too; the policy lists the old one as transitional, and the \
    anchor proves itself under either, so that either recovers the fleet. The second takes the old one away: every file that names it gets a new data key, and \
    all that it could read is listed. Each writes to the work tree, all files or none, and leaves signing and committing to you; what is next \
    follows from the documents, so it may be run at any time.\n\
    It needs what opens every file: the old recovery key. Who had that could read the identities of clusters and tenants too, which go on opening \
    what is sealed for them: where it may have been seen by others, `signet rotate cluster` and `rotate identity` for each come after it. It asks before it rotates; without a terminal it takes --yes.\n\n\
    Example:\n  signet rotate recovery --recovery-out /media/usb/recovery-2.key -i recovery.key\n  \
    git add signet tenants clusters && git commit -S -m 'Rotate the recovery key' && git push\n  \
    signet rotate recovery -i /media/usb/recovery-2.key"
)]
pub(super) struct RotateRecovery {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    how: How,
}

/// What is rotated, and how its successor is made.
#[derive(clap::Args)]
struct Subject {
    /// The recipient of the key that gives way, or the beginning of it, where the policy has several
    #[arg(value_name = "RECIPIENT")]
    recipient: Option<String>,
    /// Write the new recovery key to this new file (mode 0600) instead of printing it once to the terminal
    #[arg(long, value_name = "FILE")]
    recovery_out: Option<PathBuf>,
    /// Make one that a quantum computer cannot break either; what it opens, sops opens from 3.12 on
    #[arg(long)]
    post_quantum: bool,
}

impl RotateRecovery {
    /// Does what is next.
    pub(super) fn run(self, session: &Session) -> Result<Answer> {
        self.subject.rotate(&self.how.rotate(), &session.out)
    }
}

impl Subject {
    fn rotate(&self, asked: &Rotate, out: &Output) -> Result<Answer> {
        let around = asked.surroundings(out)?;
        let (believed, proposed) = around.fleets()?;
        let proposed = proposed.policy.recovery.clone();
        let stage = Stage::of_recovery(&believed.policy.recovery, proposed)?;
        refuse_more_than_recovery(&around)?;
        if stage.step != Step::Begin {
            self.refuse_new()?;
        }
        let is_own = |path: &RepoPath| is_owned(path, &around);
        let (all, left) = asked.own(&around, true, is_own, out)?;
        let commits = Commits::of(&around)?;
        let left = match stage.step {
            Step::Begin => {
                self.begin(&stage.named, around, &all, asked, out)?;
                left
            }
            Step::Commit => {
                go_on(&stage, around, &all, asked, out)?;
                left
            }
            Step::End => end(&stage, around, &all, left, asked, out)?,
        };
        if !asked.dry_run {
            tell(&stage, &commits, out)?;
        }
        left.answer(|failure| failure)
    }

    /// Refuses what says how a new key is made where none is.
    fn refuse_new(&self) -> Result<()> {
        let flags = [
            (self.recipient.is_some(), "RECIPIENT"),
            (self.recovery_out.is_some(), "--recovery-out"),
            (self.post_quantum, "--post-quantum"),
        ];
        match flags.into_iter().find(|(is_said, _)| *is_said) {
            Some((_, flag)) => Err(usage(format!(
                "no new recovery key is made now: {flag} has nothing to say"
            ))
            .hint("`signet rotate recovery` brings to its end what an earlier run began")),
            None => Ok(()),
        }
    }

    /// The new key beside the old one, and every file sealed for it too.
    fn begin(
        &self,
        recovery: &Recovery,
        around: Surroundings,
        all: &[Chosen],
        asked: &Rotate,
        out: &Output,
    ) -> Result<()> {
        let number = chosen(self.recipient.as_deref(), &recovery.recipients)?;
        let anchor = AnchorHere::of(&around, asked, out)?;
        anchor.refuse_other_codes(&[], |_| true)?;
        at_hand(&recovery.recipients, asked)?
            .iter()
            .try_for_each(|key| anchor.refuse_unproven_to(key))?;
        let (new, secret) = new_identity::generate(self.post_quantum);
        let mut both = recovery.clone();
        // Whose place is taken follows from the order.
        both.transitional.push(both.recipients.remove(number));
        both.recipients.push(new.recipient().to_owned());
        let mut changes = around.changes();
        change_policy(&both, &around, &mut changes, out)?;
        anchor.prove_to(&new, &mut changes)?;
        let around = around.with(&changes, vec![new.recipient().to_owned()], out)?;
        join(&around, all, &mut changes, asked, out)?;
        if !asked.dry_run {
            let file = self.recovery_out.as_deref();
            let key = hand_out(file, around.root(), &new, &secret, out)?;
            changes.apply()?;
            if let Some(key) = key {
                key.keep();
            }
        }
        changes.list(out)
    }
}

/// Refuses a policy in which more than the recovery keys is another than in the last good commit.
fn refuse_more_than_recovery(around: &Surroundings) -> Result<()> {
    let (believed, proposed) = around.fleets()?;
    let others = Policy {
        recovery: believed.policy.recovery.clone(),
        ..proposed.policy.clone()
    };
    let good = around.verdict()?.tree.commit();
    refuse_other(&others, &believed.policy, good)
}

/// Which of the recovery recipients is meant.
fn chosen(named: Option<&str>, recipients: &[String]) -> Result<usize> {
    let is_meant = |recipient: &String| {
        named.is_none_or(|named| normal_recipient(recipient).starts_with(&normal_recipient(named)))
    };
    let meant = recipients.iter().enumerate();
    let meant: Vec<usize> = meant
        .filter_map(|(number, recipient)| is_meant(recipient).then_some(number))
        .collect();
    let problem = match (&meant[..], named) {
        ([one], _) => return Ok(*one),
        ([], Some(named)) => format!("the policy has no recovery recipient {named}"),
        (_, Some(named)) => format!("several recovery recipients begin with {named}"),
        (_, None) => format!("the policy has {} recovery recipients", recipients.len()),
    };
    Err(usage(problem).hint(format!(
        "name the one that gives way:{}",
        lines_of(recipients)
    )))
}

/// Whether a path is that of somebody in the fleet, whose files the recovery key opens.
fn is_owned(path: &RepoPath, around: &Surroundings) -> bool {
    let fleets = around.fleets().ok();
    fleets.is_some_and(|(_, fleet)| owner(fleet, path).is_some())
}

/// Has the policy name these recovery keys, in the version after the verified one.
fn change_policy(
    recovery: &Recovery,
    around: &Surroundings,
    changes: &mut Changes,
    out: &Output,
) -> Result<()> {
    let path: RepoPath = POLICY_PATH.parse()?;
    let text = Repository::at(around.root().to_owned(), out)?.document(&path)?;
    let verified = around.fleets()?.0.policy.version;
    let new = in_policy(recovery, &text, verified)?;
    changes.replace(path, text, new);
    Ok(())
}

/// Takes the old keys away.
fn end(
    stage: &Stage<Recovery>,
    around: Surroundings,
    all: &[Chosen],
    left: Left,
    asked: &Rotate,
    out: &Output,
) -> Result<Left> {
    let recipients = stage.named.recipients.clone();
    let anchor = AnchorHere::of(&around, asked, out)?;
    anchor.refuse_other_codes(&[], |_| true)?;
    anchor.refuse_without_code_of(stage.named.successors())?;
    ask_for(&recipients, &anchor, asked)?;
    let mut documents = around.changes();
    anchor.prove_to_none_but(&recipients, &mut documents)?;
    let alone = Recovery {
        recipients,
        transitional: Vec::new(),
    };
    change_policy(&alone, &around, &mut documents, out)?;
    let around = around.with(&documents, Vec::new(), out)?;
    asked.take_away(stage.gone.clone(), &around, all, left, documents, out)
}

/// Returns once those keys are known to be kept that are all there is then: by what is at hand, or by the person's word.
fn ask_for(recipients: &[String], anchor: &AnchorHere, asked: &Rotate) -> Result<()> {
    let at_hand = at_hand(recipients, asked)?;
    if at_hand.is_empty() {
        return asked.consent.to(&format!(
            "After this only these recover the fleet, and none of them is at hand here:{}\nAre they kept where they will be found?",
            lines_of(recipients)
        ));
    }
    at_hand
        .iter()
        .try_for_each(|key| anchor.refuse_unproven_to(key))
}

/// The keys of these that are at hand here.
fn at_hand(recipients: &[String], asked: &Rotate) -> Result<Vec<Identity>> {
    let mut at_hand = asked.identity.at_hand()?.identities;
    at_hand.retain(|identity| {
        let mut keys = recipients.iter();
        keys.any(|key| normal_recipient(key) == identity.recipient())
    });
    Ok(at_hand)
}

fn tell(stage: &Stage<Recovery>, commits: &Commits, out: &Output) -> Result<()> {
    let then = "once that is in, and what others sign below tenants/ after it, `signet rotate recovery` again takes the old key away; until \
                then either recovers the fleet, so keep both";
    stage.tell(commits, "recovery key", then, out)?;
    if stage.step == Step::End {
        out.note(
            "where others sign below tenants/, what changed there comes first: what names the old key is refused once the policy does not",
        );
        out.note(
            "then: who had the old key could read the identities too: `signet rotate cluster NAME` and `signet rotate identity TENANT \
             --cluster NAME` for each, where others may have seen it",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn the_key_that_gives_way_is_the_only_one_or_the_one_that_is_named() {
        let one = ["age1abc".to_owned()];
        let several = ["age1abc", "age1abd", "ssh-ed25519 AAAA safe"].map(str::to_owned);
        assert_eq!(chosen(None, &one).unwrap(), 0);
        assert_eq!(chosen(Some("age1abd"), &several).unwrap(), 1);
        assert_eq!(chosen(Some("ssh-ed25519 AAAA"), &several).unwrap(), 2);
        for (named, recipients, words) in [
            (None, &several[..], "has 3 recovery recipients"),
            (
                Some("age1ab"),
                &several,
                "several recovery recipients begin",
            ),
            (Some("age1x"), &several, "no recovery recipient age1x"),
        ] {
            let failure = chosen(named, recipients).unwrap_err().report(false);
            assert!(failure.contains(words), "{failure}");
        }
    }
}
