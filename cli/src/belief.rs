//! What a clone believes of its history, and what each judgement goes on from.
//!
//! Like an agent, a clone keeps how far it believed the ref that others follow, and when it first saw what it refused: a key
//! has to count then too, and what ends later takes nothing back. Every command that verifies takes up first what that ref has
//! become. Other branches are judged on top of what is known of it, and nothing of them is kept.

mod kept;
mod ledger;
mod received;
mod retraced;
mod told;

use crate::clock;
use crate::failure::{Explain, Failure, Result, failed, refused, usage};
use crate::pin::{self, Trust};
use jiff::Timestamp;
use kept::Kept;
use ledger::{Ledger, Outcome};
use signet_git::Store;
use signet_provenance::{
    Foretold, ObjectId, Objects, Outlook, Presumed, Proposed, Review, State, Step, TagRef,
    TrustRoot, Verdict, VerifyError, newest_on_mainline, presume, rehearse, rehearse_reset, review,
    verify,
};
use std::sync::Arc;

use told::VERIFIED;
pub(crate) use told::{FETCH, LATER};

/// A history with what is known of it.
pub(crate) struct Belief {
    objects: Arc<dyn Objects>,
    approvals: Vec<TagRef>,
    root: TrustRoot,
    now: Timestamp,
    /// Where the ref stands that others follow, if this repository knows.
    followed: Option<ObjectId>,
    ledger: Ledger,
    kept: Kept,
    /// Why what is known now is forgotten with this command, if it is.
    unkept: Option<String>,
    /// A commit before those that are known one by one, up to which agents are known to have verified a history.
    vouched: Option<ObjectId>,
    /// Whether others push here, and nothing is fetched.
    is_served: bool,
}

/// What there is to say of a history up to a commit.
pub(crate) struct Judged {
    pub(crate) review: Review,
    start: State,
}

impl Belief {
    /// That of a clone, once it has looked at the ref that it follows.
    ///
    /// # Errors
    /// Those of the pin, and when what was known before cannot be read.
    pub(crate) fn of(store: &Store, trust: Trust) -> Result<Self> {
        Self::begin(store, pin::of(store, trust)?, store.objects())?
            .keeping(|belief| Ok(belief.taken_up(&belief.kept)))
    }

    /// The same where a commit is known to have been verified by agents. The ref that is followed has to contain it, or the tip where
    /// none is known.
    ///
    /// # Errors
    /// As [`Self::of`]; when the commit is not on that history, is beside what was verified here before, or is not good.
    pub(crate) fn of_at_least(
        store: &Store,
        trust: Trust,
        floor: Option<ObjectId>,
        tip: ObjectId,
    ) -> Result<Self> {
        let Some(floor) = floor else {
            return Self::of(store, trust);
        };
        let naming = || format!("verify what --at-least names, {floor}");
        let begun = Self::begin(store, pin::of(store, trust)?, store.objects())?;
        let belief = begun.keeping(|belief| {
            let vouched = belief.vouched(floor, tip);
            Ok(belief.taken_up(&vouched.with_context(naming)?))
        })?;
        let vouched = belief.vouched_before(floor).with_context(naming)?;
        Ok(Self { vouched, ..belief })
    }

    fn begin(store: &Store, root: TrustRoot, objects: Arc<dyn Objects>) -> Result<Self> {
        Ok(Self {
            objects,
            approvals: store.approvals()?,
            now: clock::now(),
            followed: store.followed(&root.reference)?,
            ledger: Ledger::of(store),
            kept: Kept::nothing(&root),
            root,
            unkept: None,
            vouched: None,
            is_served: store.is_served(),
        })
    }

    /// Where trust begins.
    pub(crate) fn root(&self) -> &TrustRoot {
        &self.root
    }

    /// Why what is known now is forgotten with this command, if it is.
    pub(crate) fn unkept(&self) -> Option<&str> {
        self.unkept.as_deref()
    }

    /// The same with the approvals that there are now. Nothing else changes, whatever they make good.
    pub(crate) fn with_approvals(self, approvals: Vec<TagRef>) -> Self {
        Self { approvals, ..self }
    }

    /// Has it be known which approval was made here, of what this commit changes.
    ///
    /// # Errors
    /// When what was known before, or where the followed ref stands, cannot be read.
    pub(crate) fn made(self, reference: &str, of: ObjectId) -> Result<()> {
        let comes_first = match self.followed {
            Some(followed) => !self.is_on_mainline(of, followed)?,
            None => true,
        };
        let mut made = self.approvals.iter();
        let made = made.find(|tag| tag.reference == reference).cloned();
        self.keeping(|belief| {
            let kept = &belief.kept;
            Ok(made
                .clone()
                .map_or_else(|| kept.clone(), |tag| kept.having_made(tag, comes_first)))
        })
        .map(drop)
    }

    /// The verdict on the history up to a commit.
    ///
    /// # Errors
    /// When it cannot be judged as a whole.
    pub(crate) fn verdict(&self, tip: ObjectId) -> Result<Verdict> {
        let start = self.start(tip);
        let judged = start.and_then(|start| {
            let objects = Arc::clone(&self.objects);
            verify(objects, tip, &self.approvals, &self.root, &start, self.now)
        });
        judged.map_err(|error| self.failure(tip, error))
    }

    /// What there is to say of the history up to a commit, in doubt or not.
    ///
    /// # Errors
    /// When it cannot be judged as a whole.
    pub(crate) fn judge(&self, tip: ObjectId) -> Result<Judged> {
        let start = self.start(tip);
        let judged = start.and_then(|start| {
            let review = self.review(tip, &start)?;
            Ok(Judged { review, start })
        });
        judged.map_err(|error| self.failure(tip, error))
    }

    /// What would be found out about a commit if somebody's approval stood beside the others.
    ///
    /// # Errors
    /// When the history cannot be judged as a whole.
    pub(crate) fn rehearse(
        &self,
        tip: ObjectId,
        judged: &Judged,
        proposed: &Proposed,
    ) -> Result<Option<Step>> {
        let (objects, approvals, root) = (&self.objects, &self.approvals, &self.root);
        Ok(rehearse(
            objects,
            tip,
            approvals,
            proposed,
            root,
            &judged.start,
            self.now,
        )?)
    }

    /// What would become of a commit that nobody has made yet, by a key with which it passes if there is one, and by each other.
    ///
    /// # Errors
    /// When the history before it cannot be judged as a whole, or the policy of its last good commit knows no such signer.
    pub(crate) fn presume(&self, presumed: &Presumed) -> Result<(Foretold, Vec<Foretold>)> {
        let (objects, approvals, root) = (&self.objects, &self.approvals, &self.root);
        let Judged { review, start } = self.judge(presumed.onto)?;
        let policy = review.authority().policy();
        if !policy.principals.contains_key(&presumed.signer) {
            return Err(usage(format!(
                "the policy of {}, the last good commit, has no principal {:?}",
                review.commit, presumed.signer
            )));
        }
        let foretold = presume(objects, presumed, approvals, root, &start, self.now);
        foretold.map_err(|error| self.failure(presumed.like, error))
    }

    /// Where the ref stands that others follow, if this repository knows.
    pub(crate) fn followed(&self) -> Option<ObjectId> {
        self.followed
    }

    /// The commit that was verified last here, if any was.
    pub(crate) fn verified(&self) -> Option<ObjectId> {
        self.kept.verified()
    }

    /// What would come of it if whoever verified `from` last were to go on from `to`, with a reset that nobody has signed yet.
    ///
    /// # Errors
    /// When one of both histories cannot be judged, or `to` goes on from `from` as it is.
    pub(crate) fn outlook(
        &self,
        from: ObjectId,
        to: ObjectId,
        proposed: Option<&Proposed>,
    ) -> Result<Outlook> {
        if !self.is_here(from) {
            return Err(failed(format!("commit {from} is not here")).hint(
                "whoever resets a history has to have what agents verified last: somebody else's clone may still have it",
            ));
        }
        let told = |error| self.failure(to, error);
        if self.is_on_mainline(from, to).map_err(told)? {
            return Err(refused(format!(
                "{to} goes on from {from}: no reset is needed"
            )));
        }
        let history = self.kept.history();
        let last = if history.verified == Some(from) {
            history.clone()
        } else {
            State {
                verified: Some(from),
                ..State::default()
            }
        };
        let (objects, approvals, root) = (&self.objects, &self.approvals, &self.root);
        rehearse_reset(objects, to, approvals, proposed, root, &last, self.now).map_err(told)
    }

    /// The failure of a history that cannot be judged, or is in doubt.
    pub(crate) fn failure(&self, tip: ObjectId, error: VerifyError) -> Failure {
        let failure = self.told(error);
        failure.context(format!("verify the history up to {tip}"))
    }

    fn review(&self, tip: ObjectId, last: &State) -> std::result::Result<Review, VerifyError> {
        let (objects, approvals, root) = (&self.objects, &self.approvals, &self.root);
        review(objects, tip, approvals, root, last, self.now)
    }

    /// Has what comes of what is known be known to the next command.
    fn keeping(mut self, advance: impl Fn(&Self) -> Result<Kept>) -> Result<Self> {
        loop {
            let page = self.ledger.read(&self.root)?;
            self.kept = page.kept.standing(&self.approvals);
            let now = advance(&self)?;
            if now != page.kept {
                match self.ledger.write(&page, &now) {
                    Outcome::Overtaken => continue,
                    Outcome::Kept => {}
                    Outcome::Unkept(why) => self.unkept = Some(why),
                }
            }
            self.kept = now;
            return Ok(self);
        }
    }

    /// What is known once the followed ref was looked at. Where it cannot be judged, or is in doubt, nothing new is: whoever asks
    /// about it is told.
    fn taken_up(&self, kept: &Kept) -> Kept {
        let Some(tip) = self.followed.filter(|tip| kept.verified() != Some(*tip)) else {
            return kept.clone();
        };
        let objects = Arc::clone(&self.objects);
        let (approvals, root) = (&self.approvals, &self.root);
        match verify(objects, tip, approvals, root, kept.history(), self.now) {
            Ok(verdict) => kept.after(&verdict),
            Err(_) => kept.clone(),
        }
    }

    /// What is known once a commit counts as verified by others, with all before it.
    fn vouched(&self, floor: ObjectId, tip: ObjectId) -> Result<Kept> {
        // What others do not follow, agents have not verified.
        let tip = self.followed.unwrap_or(tip);
        let is_here = self.is_here(floor);
        let is_on = |one, tip| {
            let is_on = self.is_on_mainline(one, tip);
            is_on.map_err(|error| self.told(error))
        };
        if !is_here || !is_on(floor, tip)? {
            return Err(self.told(VerifyError::BelowFloor { floor, tip }));
        }
        if let Some(last) = self.kept.verified() {
            if self.is_here(last) && is_on(floor, last)? {
                return Ok(self.kept.clone());
            }
            if !is_on(last, floor)? {
                return Err(self.told(VerifyError::rewritten(last, floor)));
            }
        }
        // That commits were seen later here than there is what the floor makes up for.
        let last = State {
            floor: Some(floor),
            seen: Vec::new(),
            ..self.kept.history().clone()
        };
        Ok(self.kept.after(&self.verified_as(floor, &last)?))
    }

    /// The commit itself, where it is before all that are known one by one: nothing of those tells of it, so that it counts for
    /// what is older than they are.
    fn vouched_before(&self, floor: ObjectId) -> Result<Option<ObjectId>> {
        let Some(first) = self.kept.passed().first() else {
            return Ok(None);
        };
        let is_before = floor != *first && self.is_on_mainline(floor, *first)?;
        if is_before {
            let last = State {
                floor: Some(floor),
                ..State::default()
            };
            self.verified_as(floor, &last)?;
        }
        Ok(is_before.then_some(floor))
    }

    /// The verdict on a commit that is to be good.
    fn verified_as(&self, commit: ObjectId, last: &State) -> Result<Verdict> {
        let objects = Arc::clone(&self.objects);
        let verdict = verify(objects, commit, &self.approvals, &self.root, last, self.now);
        let verdict = verdict.map_err(|error| self.told(error))?;
        let good = verdict.tree.commit();
        if good == commit {
            return Ok(verdict);
        }
        let why = verdict.refused.map(|refusal| refusal.to_string());
        let failure = self.told(VerifyError::NotVerified { commit, why });
        let good = verdict.steps.iter().find(|step| step.commit == good);
        let aside = good.map(|good| told::dated_back(good.commit, good.against));
        Err(failure.hint_if(aside.as_deref()))
    }

    /// What the judgement of a commit goes on from that has nothing in common with what is known one by one.
    fn before_known(&self, tip: ObjectId) -> std::result::Result<State, VerifyError> {
        let floor = match self.vouched {
            Some(floor) if self.is_on_mainline(floor, tip)? => Some(floor),
            _ => None,
        };
        Ok(State {
            floor,
            ..State::default()
        })
    }

    /// What the judgement of a commit goes on from: the last verified commit, or, for a branch that left the mainline before it,
    /// a good one that both have. All behind that counts as seen now. Where neither the commit nor the followed ref contains the
    /// last verified one, only resets lift that.
    ///
    /// # Errors
    /// [`VerifyError`] where the history cannot be read.
    fn start(&self, tip: ObjectId) -> std::result::Result<State, VerifyError> {
        let history = self.kept.history();
        let Some(last) = history.verified else {
            return Ok(history.clone());
        };
        let is_known = |commit| self.kept.passed().contains(&commit);
        let shared = newest_on_mainline(&self.objects, tip, is_known)?;
        if shared == Some(last) {
            return Ok(history.clone());
        }
        let is_on = |tip| self.is_on_mainline(last, tip);
        if !self.followed.map_or(Ok(false), is_on)? {
            return Ok(history.clone());
        }
        let before = match shared {
            Some(_) => State::default(),
            None => self.before_known(tip)?,
        };
        Ok(State {
            verified: shared,
            used: history.used.clone(),
            reached: history.reached,
            ..before
        })
    }

    /// Whether a commit behind the introduction is on the mainline of a tip.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub(crate) fn goes_on_from(&self, commit: ObjectId, tip: ObjectId) -> Result<bool> {
        let introduction = self.root.introduction.commit;
        let is_on = |from, to| {
            self.is_on_mainline(from, to)
                .map_err(|error| self.told(error))
        };
        Ok(is_on(commit, tip)? && is_on(introduction, commit)?)
    }

    fn is_on_mainline(
        &self,
        commit: ObjectId,
        tip: ObjectId,
    ) -> std::result::Result<bool, VerifyError> {
        let found = newest_on_mainline(&self.objects, tip, |one| one == commit)?;
        Ok(found.is_some())
    }

    fn is_here(&self, commit: ObjectId) -> bool {
        !matches!(self.objects.read(&commit), Ok(None))
    }
}

impl Judged {
    /// The good commit that it goes on from.
    pub(crate) fn start(&self, belief: &Belief) -> ObjectId {
        let introduction = belief.root.introduction.commit;
        self.verified().unwrap_or(introduction)
    }

    /// The one that was verified before, if there is one: what was rewritten is judged from the introduction.
    fn verified(&self) -> Option<ObjectId> {
        let is_rewritten = self.review.rewrite.is_some();
        self.start.verified.filter(|_| !is_rewritten)
    }

    /// The same, if no doubt is cast on it.
    ///
    /// # Errors
    /// When there is one.
    pub(crate) fn settled(mut self, belief: &Belief, tip: ObjectId) -> Result<Self> {
        match self.review.doubt.take() {
            Some(doubt) => Err(belief.failure(tip, doubt)),
            None => Ok(self),
        }
    }
}
