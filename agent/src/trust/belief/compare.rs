//! What the other URLs of the repository show, and taking of it what goes on from what is believed.

use std::time::Duration;

use signet_api::crd::{TrustAnchor, TrustAnchorSpec};
use signet_cluster::chain;
use signet_git::Store;
use signet_provenance::{ObjectId, Objects, Relation, TrustRoot, review};
use tokio::time::Instant;

use super::{Belief, Doubt, Subject, root};
use crate::{
    clock,
    error::ReconcileError,
    trust::{
        casts_doubt,
        mirrors::{Agreement, Place, Shown, Sighting, Standing, agreement, leader},
    },
};

/// For how many intervals a URL may lag or be silent before that is told, where the operator says nothing about freshness.
const GRACE: u32 = 10;

/// What came of asking the other URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// It is not time to ask, or there are none.
    Skipped,
    /// They have nothing that is believed and was not before.
    Seen,
    /// One of them had something newer, which is believed now.
    Taken,
}

impl Belief {
    /// Looks at the URLs that nothing was fetched from, and fetches what goes on from what is verified. It is judged as ever: a
    /// URL that withholds commits does not keep them from being believed.
    ///
    /// # Errors
    /// [`ReconcileError`] where one of them shows what casts doubt on all, or what is believed now cannot be kept.
    pub(crate) async fn compare(
        &mut self,
        anchor: &TrustAnchor,
        round: Instant,
    ) -> Result<Comparison, ReconcileError> {
        let (root, store) = (root(&anchor.spec)?, self.store().await?);
        let interval = anchor.spec.repository.interval.as_std();
        if !self.upstream.look(&store, interval, round).await {
            return Ok(Comparison::Skipped);
        }
        let mut comparison = Comparison::Seen;
        for one in 0..self.upstream.mirrors.len() {
            if self.has_news(anchor, &root, &store, one).await
                && self.take(anchor, &root, &store, one).await?
            {
                comparison = Comparison::Taken;
            }
        }
        self.note(anchor, &root, &store).await;
        Ok(comparison)
    }

    /// Whether the URLs show one history, where there is more than one.
    pub(crate) fn agreement(&self, spec: &TrustAnchorSpec) -> Option<Agreement> {
        if spec.repository.mirrors.is_empty() {
            return None;
        }
        let mirrors = self.upstream.mirrors.iter();
        let sightings: Vec<_> = mirrors
            .map(|mirror| (mirror.url(), mirror.sighting.clone()))
            .collect();
        Some(agreement(&sightings, grace(spec), clock::now()))
    }

    /// Fetches from further URLs while what was verified is not at hand: a store that was lost is filled by one that may lack it.
    pub(super) async fn recover(&mut self, anchor: &TrustAnchor, root: &TrustRoot, store: &Store) {
        let reached = self.reached(anchor, root);
        let is_at_hand = || matches!(store.read(&reached), Ok(Some(_)));
        for one in 0..self.upstream.mirrors.len() {
            if is_at_hand() {
                return;
            }
            if self.upstream.followed == Some(one) || !self.upstream.mirrors[one].is_due() {
                continue;
            }
            // What keeps it from answering is told where the URLs are compared.
            let _ = self.upstream.fetch_from(one, store).await;
            if !is_at_hand() {
                self.upstream.mirrors[one].refuse(format!("it has no commit {reached}"));
            }
        }
    }

    /// What is to be judged where a URL shows this tip: that, or what was verified (or doubted) before where the tip does not
    /// go on from it and another URL may. A rewritten history is one that no URL knows better, or that the root group resets.
    pub(super) async fn to_judge(
        &self,
        anchor: &TrustAnchor,
        root: &TrustRoot,
        store: &Store,
        tip: ObjectId,
    ) -> ObjectId {
        if self.upstream.mirrors.len() < 2 {
            return tip;
        }
        let doubted = self.doubt.as_ref().map(|doubt| doubt.tip);
        let best = doubted.unwrap_or_else(|| self.reached(anchor, root));
        let goes_on = async |tip| self.place(store, tip, [best; 2]).await.map(Place::is_level);
        if goes_on(tip).await != Some(false) || self.is_lifted(anchor, root, store, tip).await {
            return tip;
        }
        for (one, mirror) in self.upstream.mirrors.iter().enumerate() {
            if Some(one) == self.upstream.followed {
                continue;
            }
            let may_know_better = match mirror.sighting.as_ref().and_then(Sighting::tip) {
                Some(other) => goes_on(other).await != Some(false),
                None => true,
            };
            if may_know_better {
                return best;
            }
        }
        tip
    }

    /// Whether resets let a tip be gone on from that does not go on from what was verified.
    async fn is_lifted(
        &self,
        anchor: &TrustAnchor,
        root: &TrustRoot,
        store: &Store,
        tip: ObjectId,
    ) -> bool {
        let Ok(approvals) = store.approvals() else {
            return false;
        };
        let (last, root) = (self.last(anchor, root), root.clone());
        let (objects, now) = (store.objects(), clock::now());
        let work = move || {
            let review = review(&objects, tip, &approvals, &root, &last, now);
            review.is_ok_and(|review| review.rewrite.is_some())
        };
        self.shared.compute(work).await
    }

    /// What was verified last, or else where that begins.
    fn reached(&self, anchor: &TrustAnchor, root: &TrustRoot) -> ObjectId {
        let last = self.last(anchor, root);
        let reached = last.verified.or(last.floor);
        reached.unwrap_or(root.introduction.commit)
    }

    /// What tips are held against: what was verified last, and what the URL shows that was fetched from.
    fn marks(&self, anchor: &TrustAnchor, root: &TrustRoot) -> [ObjectId; 2] {
        let reached = self.reached(anchor, root);
        let followed = self.upstream.followed.and_then(|one| self.shown(one));
        [reached, followed.unwrap_or(reached)]
    }

    fn shown(&self, one: usize) -> Option<ObjectId> {
        match self.upstream.mirrors[one].shown {
            Some(Shown::Tip(tip)) => Some(tip),
            Some(Shown::Nothing(_)) | None => None,
        }
    }

    /// Where a tip stands; nothing where the store does not have it, or has something else under its name.
    async fn place(
        &self,
        store: &Store,
        tip: ObjectId,
        [verified, followed]: [ObjectId; 2],
    ) -> Option<Place> {
        let objects = store.objects();
        let is_here = |id: ObjectId| matches!(store.read(&id), Ok(Some(_)));
        if ![tip, verified, followed].into_iter().all(is_here) {
            return None;
        }
        let work = move || {
            Some(Place {
                to_verified: Relation::of(&objects, tip, verified).ok()?,
                to_followed: Relation::of(&objects, tip, followed).ok()?,
            })
        };
        self.shared.compute(work).await
    }

    async fn has_news(
        &self,
        anchor: &TrustAnchor,
        root: &TrustRoot,
        store: &Store,
        one: usize,
    ) -> bool {
        let Some(tip) = self
            .shown(one)
            .filter(|_| self.upstream.mirrors[one].is_due())
        else {
            return false;
        };
        let place = self.place(store, tip, self.marks(anchor, root)).await;
        place.is_none_or(Place::is_news)
    }

    /// Fetches from a URL out of turn, and judges what comes; says whether it is believed and was not before.
    async fn take(
        &mut self,
        anchor: &TrustAnchor,
        root: &TrustRoot,
        store: &Store,
        one: usize,
    ) -> Result<bool, ReconcileError> {
        let fetched = match self.upstream.fetch_from(one, store).await {
            Ok(fetched) => fetched,
            Err(error) => {
                self.upstream.mirrors[one].refuse(chain(&error));
                return Ok(false);
            }
        };
        let subject = Subject::of(anchor, store, fetched.tip)?;
        let last = self.last(anchor, root);
        match self.verified(root, store, &subject, last).await {
            Ok((verdict, fleet)) if self.is_other(&verdict) => {
                self.note_shortfall(&fetched);
                self.adopt(anchor, root, subject, verdict, fleet).await?;
                self.upstream.follow(one);
                Ok(true)
            }
            Ok((verdict, _)) => {
                let refused = verdict.refused.map(|refusal| refusal.to_string());
                self.upstream.mirrors[one].refuse(refused.unwrap_or_default());
                Ok(false)
            }
            Err(error) if casts_doubt(&error) => {
                self.doubt = Some(Doubt::of(&error, fetched.tip));
                self.upstream.follow(one);
                Err(error)
            }
            Err(error) => {
                self.upstream.mirrors[one].refuse(error.told());
                Ok(false)
            }
        }
    }

    /// Keeps what each URL showed, and which one to begin the next round with.
    async fn note(&mut self, anchor: &TrustAnchor, root: &TrustRoot, store: &Store) {
        let marks = self.marks(anchor, root);
        let mut places = Vec::new();
        for one in 0..self.upstream.mirrors.len() {
            let place = match self.shown(one) {
                Some(tip) => self.place(store, tip, marks).await,
                None => None,
            };
            places.push(place);
        }
        for (mirror, place) in self.upstream.mirrors.iter_mut().zip(&places) {
            let Some(shown) = mirror.shown.clone() else {
                continue;
            };
            let (before, refused) = (mirror.sighting.as_ref(), &mirror.refused);
            let sighting = Sighting::after(before, shown, *place, marks, refused, clock::now());
            if matches!(sighting.standing(), Standing::Agrees | Standing::Behind) {
                mirror.settle();
            }
            mirror.sighting = Some(sighting);
        }
        // What casts doubt is not got rid of by looking elsewhere.
        if self.doubt.is_none() {
            self.upstream.leader = leader(&places, self.upstream.leader);
        }
    }
}

/// For how long a URL may lag or be silent.
fn grace(spec: &TrustAnchorSpec) -> Duration {
    match &spec.freshness {
        Some(freshness) => freshness.max_age.as_std(),
        None => spec.repository.interval.as_std() * GRACE,
    }
}
