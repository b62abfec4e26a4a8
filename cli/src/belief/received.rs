//! What a repository believes that people push to, where a hook judges each push before it is let in.
//!
//! All that is there was let in, and is judged by its own dates; what resets let in, as when that was seen. What a push brings may
//! still not come: another hook can refuse it, or somebody else be first. So nothing is known of it afterwards but when it was seen,
//! which counts once it is there.

use super::{Belief, Kept};
use crate::failure::Result;
use jiff::Timestamp;
use signet_git::Store;
use signet_provenance::{
    ObjectId, Objects, Review, Sighting, State, TagRef, TrustRoot, VerifyError, verify,
};
use std::sync::Arc;

/// What somebody does whose push puts aside what is there.
const REBASE: &str = "what is there has to stay below, and a merge puts it aside: git fetch, git rebase, and push again";

impl Belief {
    /// That of a repository in which this commit stands at the followed ref, with the objects of a push beside its own.
    ///
    /// # Errors
    /// When what was known before cannot be read.
    pub(crate) fn of_receiver(
        store: &Store,
        root: &TrustRoot,
        objects: &Arc<dyn Objects>,
        approvals: &[TagRef],
        there: Option<ObjectId>,
    ) -> Result<Self> {
        let belief = Self::begin(store, root.clone(), Arc::clone(objects))?;
        let belief = Self {
            followed: there,
            ..belief.with_approvals(approvals.to_vec())
        };
        belief.keeping(|belief| Ok(belief.let_in().unwrap_or_else(|| belief.kept.clone())))
    }

    /// What there is to say of what the followed ref would become: it goes on from what is there, and from what was verified
    /// before.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub(crate) fn judge_push(&self, tip: ObjectId) -> std::result::Result<Review, VerifyError> {
        self.review(tip, &self.before_push(tip)?)
    }

    /// Between which good commits what is there verifies no more without some of the approvals, if it does not.
    ///
    /// Whoever comes new begins at the introduction and goes by dates, which can say other than what was seen: a commit that is
    /// dated back, or approved when it is forgotten, is good by then, and all behind it judged on top of that. So each good commit
    /// that is known is judged on the good one before it too.
    ///
    /// # Errors
    /// [`VerifyError`] where the history cannot be judged, and [`VerifyError::NotVerified`] where dates lead to none of the good
    /// commits that are known: nothing tells then which approvals were needed before.
    pub(crate) fn lost_without(
        self,
        kept: &[TagRef],
        there: ObjectId,
    ) -> std::result::Result<Option<[ObjectId; 2]>, VerifyError> {
        let with = self.reached(there)?;
        if let Some(first) = self.kept.passed().first()
            && with[1] != *first
        {
            return Err(VerifyError::NotVerified {
                commit: *first,
                why: None,
            });
        }
        let belief = self.with_approvals(kept.to_vec());
        for (with, without) in with.into_iter().zip(belief.reached(there)?) {
            // Without what made a refused commit good it may go further.
            if !belief.is_on_mainline(with, without)? {
                return Ok(Some([with, without]));
            }
        }
        Ok(None)
    }

    /// How far each part of what is there verifies.
    fn reached(&self, there: ObjectId) -> std::result::Result<Vec<ObjectId>, VerifyError> {
        let by_dates = |tip| State {
            floor: Some(tip),
            ..State::default()
        };
        let mut reached = vec![self.review(there, &by_dates(there))?.commit];
        if let Some(first) = self.kept.passed().first() {
            reached.push(self.review(*first, &by_dates(*first))?.commit);
        }
        for pair in self.kept.passed().windows(2) {
            reached.push(self.between(pair[0], pair[1])?.commit);
        }
        if !self.is_aside(there)? {
            reached.push(self.review(there, &self.dated(there))?.commit);
        }
        Ok(reached)
    }

    /// What somebody does about what is aside of the history that was verified here.
    ///
    /// # Errors
    /// [`VerifyError`] where the history cannot be read.
    pub(crate) fn remedy(&self) -> std::result::Result<String, VerifyError> {
        let is_set_back = match self.followed {
            Some(there) => self.is_aside(there)?,
            None => self.kept.verified().is_some(),
        };
        let (Some(last), true) = (self.kept.verified(), is_set_back) else {
            return Ok(REBASE.to_owned());
        };
        let place = self.ledger.place().display();
        Ok(format!(
            "the ref was set back on the server, past its hook, behind {last}: a push that brings that back is let in; whoever runs \
             the server, and means it, removes {place} there"
        ))
    }

    /// Has it be known when a tip was seen that is let in as far as this is asked.
    ///
    /// # Errors
    /// When what was known before cannot be read.
    pub(crate) fn saw(self, tip: ObjectId) -> Result<()> {
        let (earliest, latest) = (self.now, self.now);
        let sighting = Sighting {
            commit: tip,
            earliest,
            latest,
        };
        self.keeping(|belief| Ok(belief.kept.having_seen(sighting)))
            .map(drop)
    }

    /// What is known once what is there was judged; none where that comes to nothing.
    fn let_in(&self) -> Option<Kept> {
        let there = self.followed?;
        let (last, now) = if self.is_aside(there).ok()? {
            // Only resets can have let that in, and they vouch for nothing in it: it counted when it came.
            (self.kept.history().clone(), self.seen(there))
        } else {
            (self.dated(there), self.now)
        };
        let objects = Arc::clone(&self.objects);
        let verdict = verify(objects, there, &self.approvals, &self.root, &last, now).ok()?;
        // What stops before it was refused by somebody who knew more than its dates.
        (verdict.tree.commit() == there).then(|| self.kept.after(&verdict))
    }

    /// When a tip was seen that is there now: as it is looked at, where it came past the hook.
    fn seen(&self, there: ObjectId) -> Timestamp {
        let mut seen = self.kept.history().seen.iter();
        let sighting = seen.find(|sighting| sighting.commit == there);
        sighting.map_or(self.now, |sighting| sighting.latest)
    }

    fn before_push(&self, tip: ObjectId) -> std::result::Result<State, VerifyError> {
        if self.is_aside(tip)? {
            // Where resets lift that, agents go on with it.
            return Ok(self.kept.history().clone());
        }
        let Some(there) = self.followed else {
            return Ok(self.kept.history().clone());
        };
        if !self.is_aside(there)? {
            return Ok(self.dated(there));
        }
        // Somebody has set the ref back past the hook: what was verified has to come again, and what is there to stay.
        if self.is_on_mainline(there, tip)? {
            Ok(self.kept.history().clone())
        } else {
            Err(VerifyError::BelowFloor { floor: there, tip })
        }
    }

    /// What is known, and by their dates alone what came since and was not seen to come.
    fn dated(&self, there: ObjectId) -> State {
        State {
            floor: Some(there),
            ..self.kept.history().clone()
        }
    }

    /// Whether a commit is beside what was verified last.
    fn is_aside(&self, tip: ObjectId) -> std::result::Result<bool, VerifyError> {
        match self.kept.verified() {
            Some(last) => Ok(!self.is_on_mainline(last, tip)?),
            None => Ok(false),
        }
    }
}
