//! What we say of a commit or a tag, and by which error.

use std::sync::Arc;

use signet_provenance::{
    CommitError, IntroductionError, Kind, ObjectId, Reason, SignatureError, State, Statement, Tag,
    TagError, TagRef, Verdict, VerifyError, introduction_of, verify,
};

use super::Crafted;
use super::people::policy;
use crate::support::{History, at};

/// Why something does not count.
#[derive(Debug)]
pub(super) enum Refused {
    Commit(CommitError),
    Tag(TagError),
    Unsigned,
    UnknownKey,
    Signature(SignatureError),
    /// The commit is none of this history, or its tree none of this repository.
    Elsewhere,
    /// The commit's time is not one at which its key counts.
    Time(Reason),
    /// The tag says something else than that its signer approves this change.
    NoApproval,
    /// The tag does not count as an approval, for this reason.
    Idle(String),
}

/// A history whose last commit is by alice, on which the crafted commits stand.
pub(super) struct Mainline {
    pub(super) history: History,
}

impl Mainline {
    pub(super) fn new() -> Self {
        Self {
            history: History::with_policy(policy(true)),
        }
    }

    fn verify(&self, tip: ObjectId, second: i64) -> Result<Verdict, VerifyError> {
        let history = &self.history;
        verify(
            history.objects(),
            tip,
            &[],
            &history.root,
            &State::default(),
            at(second),
        )
    }

    /// A commit counts if it counts as the next one of the history. It would introduce one for the
    /// same reasons, which then have a type.
    pub(super) fn judge(&self, crafted: &Crafted) -> Result<(), Refused> {
        let commit = self.history.objects.write(Kind::Commit, &*crafted.bytes);
        let counts = |verified: &Result<Verdict, VerifyError>| matches!(verified, Ok(verdict) if verdict.tree.commit() == commit);
        if let Err(error) = introduction_of(self.history.objects(), commit) {
            // One in eight, since it takes as long as all the rest.
            let agree = !crafted.bytes.len().is_multiple_of(8)
                || !counts(&self.verify(commit, crafted.second));
            assert!(
                agree,
                "counts on top of others, but not alone: {error}, {crafted}"
            );
            return Err(Refused::from_introduction(error, crafted));
        }
        let verified = self.verify(commit, crafted.second);
        match verified {
            verified if counts(&verified) => Ok(()),
            Ok(verdict) => Err(Refused::Time(verdict.refused.unwrap().reason)),
            Err(_) => Err(Refused::Elsewhere),
        }
    }
}

impl Refused {
    fn from_introduction(error: IntroductionError, crafted: &Crafted) -> Self {
        match error {
            IntroductionError::Commit(error) => Self::Commit(error),
            IntroductionError::Signature(error) => Self::Signature(error),
            IntroductionError::Unsigned => Self::Unsigned,
            IntroductionError::UnknownKey { .. } => Self::UnknownKey,
            IntroductionError::Object(_) | IntroductionError::Policy(_) => Self::Elsewhere,
            IntroductionError::NotRoot { .. } => panic!("everybody is root: {crafted}"),
        }
    }
}

/// A history whose last commit needs one person more, of whom the crafted tags are.
pub(super) struct Pending {
    pub(super) history: History,
    pub(super) message: String,
}

/// Under which every crafted tag stands.
pub(super) const NAME: &str = "signet/approve/x";

impl Pending {
    pub(super) fn new() -> Self {
        let mut history = History::with_policy(policy(false));
        history.write("clusters/x", "1");
        let message = history.approval(None).to_message();
        history.commit("zoe");
        Self { history, message }
    }

    /// A tag counts if by its approval the commit does.
    pub(super) fn judge(&self, crafted: &Crafted) -> Result<(), Refused> {
        let reference = format!("refs/tags/{NAME}");
        let read = Tag::parse(&crafted.bytes, &reference);
        let objects = Arc::clone(&self.history.objects);
        let tag = TagRef {
            reference,
            tag: objects.write(Kind::Tag, &*crafted.bytes),
        };
        let history = &self.history;
        let verdict = verify(
            objects,
            history.tip,
            &[tag],
            &history.root,
            &State::default(),
            at(history.clock),
        )
        .unwrap();
        let Some(refusal) = verdict.refused else {
            assert!(read.is_ok(), "counts, but has no reading: {crafted}");
            return Ok(());
        };
        let tag = read.map_err(Refused::Tag)?;
        if Statement::of(&tag).is_err() {
            return Err(Refused::NoApproval);
        }
        match tag.signature {
            None => Err(Refused::Unsigned),
            Some(_) => Err(Refused::Idle(refusal.message)),
        }
    }
}
