//! Files that nobody named and that stay as they are, where many are worked on: one of them stops nothing.

use crate::command::Answer;
use crate::failure::{Failure, Result, refused};
use crate::output::Output;
use crate::output::shell::word;
use crate::output::visible::lines_of;
use signet_api::RepoPath;
use std::collections::BTreeMap;

/// What is done to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Sealing,
    Rotating,
}

/// What keeps a file from it, in the order in which that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// No identity here opens it.
    Unopened,
    /// Somebody without its key has changed it.
    Broken,
    /// Git left both sides of a merge in it.
    Unmerged,
    /// It was sealed for another path or, in a fleet, for none.
    Incoming,
    /// It belongs to nobody in the fleet.
    Nobodys,
    /// Sops alone has its keys.
    Apart,
    /// Sops alone wraps for some of its keys.
    Foreign,
    /// Nobody is named for whom it is to be sealed.
    Unnamed,
    /// Its tenant keeps plain SOPS files, of which it is one: nothing is wrong.
    Plain,
}

/// The files that stay, and why.
pub(crate) struct Left {
    work: Work,
    files: BTreeMap<RepoPath, Kept>,
}

struct Kept {
    reason: Reason,
    /// The file, as the person may name it.
    name: String,
    /// The same with what is to be known of it.
    told: String,
}

/// As many files are named in the words of a command.
const NAMED: usize = 20;

impl Left {
    /// None yet.
    pub(crate) fn by(work: Work) -> Self {
        Self {
            work,
            files: BTreeMap::new(),
        }
    }

    /// Leaves a file that has this name for the person.
    pub(crate) fn leave(&mut self, path: &RepoPath, reason: Reason, name: String) {
        let told = name.clone();
        self.leave_saying(path, reason, name, told);
    }

    /// Leaves a file that has this name for the person, of which this is told.
    pub(crate) fn leave_saying(
        &mut self,
        path: &RepoPath,
        reason: Reason,
        name: String,
        told: String,
    ) {
        let kept = Kept { reason, name, told };
        self.files.insert(path.clone(), kept);
    }

    /// Whether a file stays.
    pub(crate) fn has(&self, path: &RepoPath) -> bool {
        self.files.contains_key(path)
    }

    /// Those that stay.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.keys()
    }

    /// How many stay for this reason.
    pub(crate) fn count(&self, reason: Reason) -> usize {
        self.of(reason).count()
    }

    /// Tells of those with which nothing is wrong.
    pub(crate) fn tell(&self, out: &Output) {
        if self.count(Reason::Plain) > 0 {
            out.note(self.told(Reason::Plain));
        }
    }

    /// The answer of a command that has done the rest.
    ///
    /// # Errors
    /// A failure that names all with which something is wrong; `explained` says more of it where no identity opens one.
    pub(crate) fn answer(&self, explained: impl FnOnce(Failure) -> Failure) -> Result<Answer> {
        let mut reasons: Vec<Reason> = self.files.values().map(|kept| kept.reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        reasons.retain(|reason| *reason != Reason::Plain);
        let [first, others @ ..] = &reasons[..] else {
            return Ok(Answer::Done);
        };
        let failure = self.hinted(refused(self.told(*first)), *first);
        let failure = if *first == Reason::Unopened {
            explained(failure)
        } else {
            failure
        };
        let all = others.iter().fold(failure, |failure, reason| {
            self.hinted(failure.hint(self.told(*reason)), *reason)
        });
        Err(all)
    }

    fn of(&self, reason: Reason) -> impl Iterator<Item = &Kept> {
        let files = self.files.values();
        files.filter(move |kept| kept.reason == reason)
    }

    /// The files as words of a command, or a word that stands for them where they are too many to read.
    fn words(&self, reason: Reason) -> String {
        if self.count(reason) > NAMED {
            return " FILE…".to_owned();
        }
        let words = self.of(reason).map(|kept| format!(" {}", word(&kept.name)));
        words.collect()
    }

    fn told(&self, reason: Reason) -> String {
        let what = match reason {
            Reason::Unopened => "no identity here opens these, which",
            Reason::Broken => "these are not as somebody with their key left them, and",
            Reason::Unmerged => "these are not merged yet, and",
            Reason::Incoming => "these were sealed for another path or for none, and",
            Reason::Nobodys => "these belong to nobody in the fleet, and",
            Reason::Apart => "these are not sealed here, and",
            Reason::Foreign => "only sops wraps for some of the keys of these, which",
            Reason::Unnamed => "nobody is named for whom these are to be sealed, which",
            Reason::Plain => "these are plain SOPS files, as their tenants keep them, and",
        };
        let stay = match self.work {
            Work::Sealing => "stay as they are",
            Work::Rotating => "keep their keys",
        };
        format!(
            "{what} {stay}:{}",
            lines_of(self.of(reason).map(|kept| &kept.told))
        )
    }

    fn hinted(&self, failure: Failure, reason: Reason) -> Failure {
        let verb = match self.work {
            Work::Sealing => "seal",
            Work::Rotating => "rotate",
        };
        match reason {
            Reason::Unopened | Reason::Foreign | Reason::Plain => failure,
            Reason::Broken => failure.hint("`signet check` says what to do about each"),
            Reason::Unmerged => failure.hint(
                "leave the lines of one side of each conflict and no marker, and do this again",
            ),
            Reason::Incoming => failure.hint(format!(
                "`signet {verb}{}` asks about each; --take-in answers for all of them",
                self.words(reason)
            )),
            Reason::Nobodys => failure.hint(format!(
                "`signet {verb} FILE` takes one that is named by itself"
            )),
            Reason::Apart => failure.hint("`signet check` says what seals each"),
            Reason::Unnamed => failure.hint("`signet check` says which creation rule each lacks"),
        }
    }
}
