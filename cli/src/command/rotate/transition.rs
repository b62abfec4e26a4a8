//! How an identity gives way to another: what is next follows from the documents, wherever the last run ended.

use super::chosen::{self, Chosen};
use super::commits::{Commits, Others};
use super::moves::Moves;
use super::{Rotate, Rotation};
use crate::beneath::Beneath;
use crate::consent::{Consent, TakeIn};
use crate::creation::ConfigArgs;
use crate::documents::transition::Named;
use crate::failure::{Failure, Result, refused};
use crate::files::{self, Changes};
use crate::identities::{IdentityArgs, Lock};
use crate::left::{Left, Work};
use crate::output::Output;
use crate::output::listing::FormatArgs;
use crate::output::visible::{lines_of, name};
use crate::pin::Trust;
use crate::repository::{Repository, folder_of_all};
use crate::store_args::StoreArgs;
use crate::surroundings::Surroundings;
use signet_api::{Recovery, RepoPath, STEERING};
use signet_envelope::normal_recipient;
use std::collections::BTreeSet;

/// What is asked of every such rotation.
#[derive(clap::Args)]
pub(super) struct How {
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

impl How {
    /// As the rotation of files that it is.
    pub(super) fn rotate(self) -> Rotate {
        let rotate = Rotate {
            what: None,
            files: Vec::new(),
            remove: Vec::new(),
            add: Vec::new(),
            dry_run: self.dry_run,
            config: ConfigArgs::default(),
            format: self.format,
            store: StoreArgs::default(),
            identity: self.identity,
            trust: self.trust,
            take_in: TakeIn::default(),
            consent: self.consent,
        };
        rotate.rehearsed()
    }
}

impl Rotate {
    /// Those of the fleet, once what an earlier run left there has come to its end. Of a HEAD that is refused the person is told, and
    /// asked whether to vouch for what it has.
    pub(super) fn surroundings(&self, out: &Output) -> Result<Surroundings> {
        let around = Surroundings::of(&folder_of_all(&[]), self.trust, out)?;
        if !self.dry_run {
            files::recover(around.root(), out)?;
        }
        if let Some(refusal) = &around.verdict()?.refused {
            out.warn(format!("{refusal}; this follows what is good before that"));
        }
        let repository = Repository::at(around.root().to_owned(), out)?;
        refuse_sparse(&repository)?;
        Beneath::judged(&repository, around.verdict()?).agree(self.consent)?;
        Ok(around)
    }

    /// The sealed files of the fleet of which this says that they are its own, and those of all that cannot be read. What others
    /// name the old identity in is theirs, and stops nobody else.
    ///
    /// # Errors
    /// At a step that leaves none behind, when one of its own cannot be read: for whom that is sealed is not known.
    pub(super) fn own(
        &self,
        around: &Surroundings,
        leaves_none: bool,
        is_own: impl Fn(&RepoPath) -> bool,
        out: &Output,
    ) -> Result<(Vec<Chosen>, Left)> {
        let mut left = Left::by(Work::Rotating);
        let mut all = chosen::sealed(&[], &self.store, around, &mut left, out)?;
        if leaves_none && left.paths().any(&is_own) {
            left.answer(|failure| failure)?;
        }
        all.retain(|file| is_own(&file.path));
        Ok((all, left))
    }

    /// Puts the files that name those who go under new data keys, all of them or none, with what is to change beside.
    pub(super) fn take_away(
        &self,
        gone: BTreeSet<String>,
        around: &Surroundings,
        all: &[Chosen],
        left: Left,
        documents: Changes,
        out: &Output,
    ) -> Result<Left> {
        let held = all.iter().filter(|file| !file.people.is_disjoint(&gone));
        let locks: Vec<Lock> = held.map(|file| Lock::of(&file.sealed)).collect();
        let rotation = Rotation {
            asked: self,
            all,
            moves: Moves {
                gone,
                come: [].into(),
            },
            around,
            found: self.identity.find_for(&locks)?,
            is_whole: true,
            out,
        };
        rotation.run(left, documents)
    }
}

/// How far an identity has given way to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A new one takes the place of the one that is there, which opens files too from then on.
    Begin,
    /// The last step stands in the work tree alone.
    Commit,
    /// Those go that another one has taken the place of.
    End,
}

impl Step {
    /// That of documents which are as the last commit that verifies has them or not, and name others beside or none.
    fn of(are_committed: bool, is_alone: bool) -> Self {
        match (are_committed, is_alone) {
            (false, _) => Self::Commit,
            (true, true) => Self::Begin,
            (true, false) => Self::End,
        }
    }
}

/// What is next, and for whom.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stage<N> {
    pub(super) step: Step,
    /// What the work tree names.
    pub(super) named: N,
    /// Those that no file is to be sealed for any more.
    pub(super) gone: BTreeSet<String>,
    /// Whether the step is the last one.
    is_last: bool,
}

impl Stage<Named> {
    /// That of documents as the last commit that verifies has them and as the work tree does.
    ///
    /// # Errors
    /// When the work tree has another one go than the commit names, or differs from it in more than a step of a rotation does.
    pub(super) fn of(believed: &Named, proposed: Named) -> Result<Self> {
        let known = believed.all();
        refuse_planted(&proposed.transitional, |one| known.contains(one))?;
        let is_alone = proposed.transitional.is_empty();
        let step = Step::of(*believed == proposed, is_alone);
        if step == Step::Commit && !is_step(believed, &proposed) {
            return Err(no_step(&proposed.recipient));
        }
        let mut gone = &believed.all() | &proposed.all();
        if step != Step::Begin {
            gone.remove(&proposed.recipient);
        }
        Ok(Self::new(step, proposed, gone, is_alone))
    }

    /// Those whom only the work tree names, once the person agreed to them as those of this: whoever pushes can have written them, and
    /// sealed all for them already.
    ///
    /// # Errors
    /// When the person does not.
    pub(super) fn agree_to_new(&self, what: &str, asked: &Rotate) -> Result<Vec<String>> {
        let old = &self.named.transitional;
        if self.step != Step::Commit || old.is_empty() {
            return Ok(Vec::new());
        }
        let new = vec![self.named.recipient.clone()];
        asked.consent.to_people(&format!(
            "Only the work tree names this recipient for the {what}:{}\nIn its place stood:{}\nIs the new one yours?",
            lines_of(&new),
            lines_of(old)
        ))?;
        Ok(new)
    }
}

impl Stage<Recovery> {
    /// That of policies as the last commit that verifies has them and as the work tree does.
    ///
    /// # Errors
    /// When the work tree has another one go than the commit names.
    pub(super) fn of_recovery(believed: &Recovery, proposed: Recovery) -> Result<Self> {
        refuse_planted(&proposed.transitional, |one| believed.names(one))?;
        let is_alone = proposed.transitional.is_empty();
        let step = Step::of(*believed == proposed, is_alone);
        let gone = proposed.transitional.iter();
        let gone = gone.map(|one| normal_recipient(one)).collect();
        Ok(Self::new(step, proposed, gone, is_alone))
    }
}

impl<N> Stage<N> {
    fn new(step: Step, named: N, gone: BTreeSet<String>, is_alone: bool) -> Self {
        let is_last = match step {
            Step::Begin => false,
            Step::Commit => is_alone,
            Step::End => true,
        };
        Self {
            step,
            named,
            gone,
            is_last,
        }
    }

    /// Says who commits what was done to this and how, and what then is next.
    pub(super) fn tell(
        &self,
        commits: &Commits,
        what: &str,
        then: &str,
        out: &Output,
    ) -> Result<()> {
        let message = if self.is_last {
            "Take away the old"
        } else {
            "Rotate the"
        };
        let others = if self.is_last {
            Others::Precede { gone: &self.gone }
        } else {
            Others::Follow
        };
        commits.tell(&format!("{message} {what}"), &others, out)?;
        if !self.is_last {
            out.note(format!(
                "then: {then}; that asks too, in scripts with --yes"
            ));
        }
        Ok(())
    }
}

/// Refuses a work tree in which files of the fleet are left out: of what is not there nothing would say whether it is sealed for
/// whoever goes.
fn refuse_sparse(repository: &Repository) -> Result<()> {
    let all = [
        "ls-files", "-t", "-z", "--", STEERING, "tenants", "clusters",
    ];
    let listed = repository.git().read_bytes(&all)?;
    let mut files = listed.split(|byte| *byte == 0);
    match files.find_map(|file| file.strip_prefix(b"S ")) {
        Some(file) => Err(refused(format!(
            "{} is in no work tree here: the checkout is sparse, and a rotation takes every file of the fleet",
            name(&String::from_utf8_lossy(file))
        ))
        .hint("`git sparse-checkout disable` brings them, or another clone has them all")),
        None => Ok(()),
    }
}

/// Whether documents differ as a step of a rotation has them differ: another identity comes in the place of the only one, or that
/// goes for good whose place was taken.
fn is_step(believed: &Named, proposed: &Named) -> bool {
    let is_same = believed.recipient == proposed.recipient;
    match &proposed.transitional[..] {
        [] => is_same && !believed.transitional.is_empty(),
        [old] => !is_same && believed.transitional.is_empty() && *old == believed.recipient,
        _ => false,
    }
}

/// Why nothing is made of what the work tree has: whoever pushes can have written it, to bring an old identity back for instance.
fn no_step(recipient: &str) -> Failure {
    refused(format!(
        "the work tree names {recipient} otherwise than a step of a rotation does"
    ))
    .hint("restore the document that names it from the last good commit")
}

/// Refuses transitional recipients that the last commit that verifies does not name: only what was there can go, and files are
/// sealed for it meanwhile.
fn refuse_planted(transitional: &[String], is_known: impl Fn(&String) -> bool) -> Result<()> {
    let mut strangers = transitional.iter();
    match strangers.find(|one| !is_known(one)) {
        Some(stranger) => Err(refused(format!(
            "only the work tree names {stranger}, as transitional, and only what was there can go"
        ))
        .hint("restore the document that names it from the last good commit")),
        None => Ok(()),
    }
}

/// Why there is nothing to rotate.
pub(super) fn unknown(what: &str) -> Failure {
    refused(format!("no verified commit has {what}"))
        .hint("`signet tenant list` and `signet cluster list` show what is there; commit and sign what is new first")
}

/// The sealed file at a path.
pub(super) fn file<'a>(all: &'a [Chosen], path: &RepoPath) -> Result<&'a Chosen> {
    let file = all.iter().find(|file| file.path == *path);
    file.ok_or_else(|| refused(format!("there is no sealed file {path}")))
}

#[cfg(test)]
mod tests {
    use super::{Named, Recovery, Stage, Step};

    fn named(recipient: &str, transitional: &[&str]) -> Named {
        Named {
            recipient: recipient.to_owned(),
            transitional: transitional.iter().map(|&one| one.to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_next_follows_from_the_documents_alone() {
        let (old, both, new) = (named("old", &[]), named("new", &["old"]), named("new", &[]));
        for (believed, proposed, step, gone) in [
            (&old, &old, Step::Begin, "old"),
            (&old, &both, Step::Commit, "old"),
            (&both, &both, Step::End, "old"),
            (&both, &new, Step::Commit, "old"),
            (&new, &new, Step::Begin, "new"),
        ] {
            let stage = Stage::of(believed, proposed.clone()).unwrap();
            assert_eq!(stage.step, step, "{believed:?} {proposed:?}");
            assert_eq!(stage.gone, [gone.to_owned()].into());
        }
    }

    #[test]
    fn what_is_next_for_a_recovery_key_follows_from_the_policies_alone() {
        let recovery = |recipients: &[&str], transitional: &[&str]| {
            let [recipients, transitional] = [recipients, transitional]
                .map(|all| all.iter().map(|&one| one.to_owned()).collect());
            Recovery {
                recipients,
                transitional,
            }
        };
        let (old, both, new) = (
            recovery(&["old", "safe"], &[]),
            recovery(&["new", "safe"], &["old"]),
            recovery(&["new", "safe"], &[]),
        );
        for (believed, proposed, step, is_last) in [
            (&old, &old, Step::Begin, false),
            (&old, &both, Step::Commit, false),
            (&both, &both, Step::End, true),
            (&both, &new, Step::Commit, true),
            (&new, &new, Step::Begin, false),
        ] {
            let stage = Stage::of_recovery(believed, proposed.clone()).unwrap();
            assert_eq!((stage.step, stage.is_last), (step, is_last));
            let gone = proposed.transitional.iter().cloned().collect();
            assert_eq!(stage.gone, gone, "{believed:?} {proposed:?}");
        }
        for planted in [
            recovery(&["old", "safe"], &["evil"]),
            recovery(&["new", "safe"], &["old", "evil"]),
        ] {
            let refused = Stage::of_recovery(&old, planted).unwrap_err().report(false);
            assert!(refused.contains("evil, as transitional"), "{refused}");
        }
    }

    #[test]
    fn no_identity_comes_back_and_none_comes_alone() {
        let (old, both) = (named("old", &[]), named("new", &["old"]));
        for (believed, planted) in [
            (&both, named("old", &[])),
            (&both, named("old", &["new"])),
            (&both, named("evil", &["old"])),
            (&both, named("evil", &[])),
            (&old, named("evil", &[])),
            (&old, named("old", &["old"])),
        ] {
            let refused = Stage::of(believed, planted.clone());
            let refused = refused.unwrap_err().report(false);
            assert!(refused.contains(&planted.recipient), "{refused}");
        }
    }

    #[test]
    fn no_identity_goes_that_was_not_there() {
        let old = named("old", &[]);
        for planted in [named("old", &["evil"]), named("new", &["old", "evil"])] {
            let refused = Stage::of(&old, planted).unwrap_err().report(false);
            assert!(refused.contains("evil, as transitional"), "{refused}");
        }
    }
}
