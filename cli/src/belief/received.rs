//! What a repository believes that people push to, where a hook judges each push before it is let in.
//!
//! All that is there was let in, and is judged by its own dates. What a push brings may still not come: another hook can refuse
//! it, or somebody else be first. So nothing is known of it afterwards but when it was seen, which counts once it is there.

use super::{Belief, Kept};
use crate::failure::Result;
use signet_git::Store;
use signet_provenance::{
    ObjectId, Objects, Review, Sighting, State, TagRef, TrustRoot, VerifyError, verify,
};
use std::sync::Arc;

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
        if self.is_aside(there).ok()? {
            return None;
        }
        let (objects, last) = (Arc::clone(&self.objects), self.dated(there));
        let verdict = verify(objects, there, &self.approvals, &self.root, &last, self.now).ok()?;
        // What stops before it was refused by somebody who knew more than its dates.
        (verdict.tree.commit() == there).then(|| self.kept.after(&verdict))
    }

    fn before_push(&self, tip: ObjectId) -> std::result::Result<State, VerifyError> {
        if let (Some(last), true) = (self.kept.verified(), self.is_aside(tip)?) {
            return Err(VerifyError::Rewritten { last, tip });
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
