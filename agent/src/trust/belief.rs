//! What is believed: fetched, verified, and on record before anything is done with it.

mod compare;

use std::{path::PathBuf, sync::Arc, time::Duration};

use signet_api::{
    Fleet,
    crd::{AuditHead, TrustAnchor, TrustAnchorSpec},
};
use signet_cluster::chain;
use signet_git::{Fetched, Proxy, Store};
use signet_provenance::{ObjectId, State, TagRef, TrustRoot, Verdict, verify};
use tokio::time::Instant;

use super::{
    casts_doubt,
    freshness::{Age, age},
    recollect::recollect,
    upstream::Upstream,
};
use crate::{clock, damage::is_damage, error::ReconcileError, orders::Believed, shared::Shared};

pub(crate) use compare::Comparison;

/// The last verified revision, and what it takes to find the next.
pub(crate) struct Belief {
    shared: Arc<Shared>,
    data: PathBuf,
    store: Option<Store>,
    upstream: Upstream,
    believed: Option<Arc<Believed>>,
    /// What was judged last: judging it again would change nothing.
    judged: Option<Subject>,
    /// Why not all approvals of the remote are at hand, if they are not.
    shortfall: Option<String>,
    /// Why what is applied already is in doubt.
    doubt: Option<Doubt>,
    /// When the store was emptied last.
    emptied: Option<Instant>,
}

/// What a judgement depends on: an approval that comes or goes makes another of it, whether the tip moved or not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Subject {
    tip: ObjectId,
    approvals: Vec<TagRef>,
    /// The anchor's generation.
    anchor: Option<i64>,
}

/// What casts doubt on what is applied already.
struct Doubt {
    /// The tip with which it came.
    tip: ObjectId,
    told: String,
}

/// How often the store is emptied at most: a disk that loses everything is not helped by that.
const EMPTY: Duration = Duration::from_mins(1);

impl Belief {
    pub(crate) fn new(shared: Arc<Shared>, data: PathBuf, proxy: Option<Proxy>) -> Self {
        Self {
            shared,
            data,
            store: None,
            upstream: Upstream::new(proxy),
            believed: None,
            judged: None,
            shortfall: None,
            doubt: None,
            emptied: None,
        }
    }

    /// The last verified revision, if there is one.
    pub(crate) fn believed(&self) -> Option<&Arc<Believed>> {
        self.believed.as_ref()
    }

    /// How old the last verified revision is, where the operator says how old it may be.
    pub(crate) fn age(&self, spec: &TrustAnchorSpec) -> Option<Age> {
        let committed = self.believed.as_ref()?.verdict.committed;
        Some(age(spec.freshness.as_ref()?, committed, clock::now()))
    }

    /// Why nothing is to be written, if what is applied already is in doubt.
    pub(crate) fn doubt(&self) -> Option<&str> {
        self.doubt.as_ref().map(|doubt| doubt.told.as_str())
    }

    /// Looks for a newer revision.
    ///
    /// # Errors
    /// [`ReconcileError`]; what was believed before stays so. After a start without a remote, what is on the disk is
    /// believed as far as it was before.
    pub(crate) async fn renew(&mut self, anchor: &TrustAnchor) -> Result<(), ReconcileError> {
        self.shared.ledger.open().await?;
        let root = root(&anchor.spec)?;
        let store = self.store().await?;
        match self
            .upstream
            .fetch(&self.shared.cluster, anchor, &store)
            .await
        {
            Ok(fetched) => self.judge_soundly(anchor, &root, &store, fetched).await,
            Err(error) => {
                self.remember(anchor, &root, &store).await;
                Err(error)
            }
        }
    }

    /// Empties the store, which lost something, so that the next fetch fills it again; says whether it did.
    pub(crate) fn renew_store(&mut self) -> bool {
        let now = Instant::now();
        let is_due = self.emptied.is_none_or(|last| now >= last + EMPTY);
        let Some(store) = self.store.as_ref().filter(|_| is_due) else {
            return false;
        };
        self.emptied = Some(now);
        self.judged = None;
        match store.rebuild() {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!("emptying the object store: {}", chain(&error));
                false
            }
        }
    }

    /// Judges a tip. A store that lost objects holds nothing that the remote does not have: it is fetched again.
    async fn judge_soundly(
        &mut self,
        anchor: &TrustAnchor,
        root: &TrustRoot,
        store: &Store,
        fetched: Fetched,
    ) -> Result<(), ReconcileError> {
        self.note_shortfall(&fetched);
        self.recover(anchor, root, store).await;
        let tip = self.to_judge(anchor, root, store, fetched.tip).await;
        match self.judge(anchor, root, store, tip).await {
            Err(error) if is_damage(&error) && self.renew_store() => {
                tracing::warn!("the object store is fetched again: {}", error.told());
                let fetched = self
                    .upstream
                    .fetch(&self.shared.cluster, anchor, store)
                    .await?;
                self.note_shortfall(&fetched);
                self.recover(anchor, root, store).await;
                let tip = self.to_judge(anchor, root, store, fetched.tip).await;
                self.judge(anchor, root, store, tip).await
            }
            outcome => outcome,
        }
    }

    async fn judge(
        &mut self,
        anchor: &TrustAnchor,
        root: &TrustRoot,
        store: &Store,
        tip: ObjectId,
    ) -> Result<(), ReconcileError> {
        let subject = Subject::of(anchor, store, tip)?;
        if self.judged.as_ref() == Some(&subject) {
            return Ok(());
        }
        let last = self.last(anchor, root);
        match self.verified(root, store, &subject, last).await {
            Ok((verdict, fleet)) => self.adopt(anchor, root, subject, verdict, fleet).await,
            Err(error) => {
                self.judged = None;
                if casts_doubt(&error) {
                    self.doubt = Some(Doubt::of(&error, tip));
                }
                Err(error)
            }
        }
    }

    /// Believes what was found out, once it is on record.
    async fn adopt(
        &mut self,
        anchor: &TrustAnchor,
        root: &TrustRoot,
        subject: Subject,
        verdict: Verdict,
        fleet: Fleet,
    ) -> Result<(), ReconcileError> {
        self.record(anchor, root, &verdict).await?;
        let reference = &anchor.spec.repository.reference;
        self.believed = Some(Arc::new(Believed::new(verdict, fleet, reference)));
        (self.judged, self.doubt) = (Some(subject), None);
        Ok(())
    }

    /// Whether the verdict is about another commit than the one that is believed.
    fn is_other(&self, verdict: &Verdict) -> bool {
        let believed = self.believed.as_ref().map(|believed| believed.commit());
        believed != Some(verdict.tree.commit())
    }

    /// The long pure part.
    async fn verified(
        &self,
        root: &TrustRoot,
        store: &Store,
        subject: &Subject,
        last: State,
    ) -> Result<(Verdict, Fleet), ReconcileError> {
        let (root, objects, now) = (root.clone(), store.objects(), clock::now());
        let Subject { tip, approvals, .. } = subject.clone();
        let work = move || {
            let last = recollect(&objects, tip, &approvals, &root, last, now)?;
            let verdict = verify(objects, tip, &approvals, &root, &last, now)?;
            let fleet = verdict.tree.fleet()?;
            Ok((verdict, fleet))
        };
        self.shared.compute(work).await
    }

    /// Logs it where not all approvals of the remote could be brought, once for each reason.
    fn note_shortfall(&mut self, fetched: &Fetched) {
        if self.shortfall == fetched.shortfall {
            return;
        }
        self.shortfall.clone_from(&fetched.shortfall);
        if let Some(shortfall) = &self.shortfall {
            tracing::warn!("not all approvals of the remote are looked at: {shortfall}");
        }
    }

    /// Why not all approvals of the remote are at hand, if they are not.
    pub(crate) fn shortfall(&self) -> Option<&str> {
        self.shortfall.as_deref()
    }

    /// Writes the entries of the audit record to the log, and keeps what was found out: an entry that is counted is written.
    async fn record(
        &self,
        anchor: &TrustAnchor,
        root: &TrustRoot,
        verdict: &Verdict,
    ) -> Result<(), ReconcileError> {
        let reported = anchor
            .status
            .as_ref()
            .and_then(|status| status.audit.as_ref());
        let recorded = self.shared.ledger.record(|kept| {
            kept.audit = kept.audit_from(reported);
            kept.introduction = Some(root.introduction.commit);
            kept.history = verdict.state.clone();
            for audit in kept.audit.write_down(verdict, root, clock::now()) {
                tracing::info!(%audit, "judged");
            }
        });
        Ok(recorded.await?)
    }

    /// How far the audit record goes; nothing before its first entry.
    pub(crate) fn audit(&self) -> Option<AuditHead> {
        self.shared.ledger.read(|kept| {
            Some(AuditHead {
                entries: kept.audit.entries,
                sha256: kept.audit.sha256.clone()?,
            })
        })
    }

    /// Believes again what was believed before the start, as far as it is on the disk.
    async fn remember(&mut self, anchor: &TrustAnchor, root: &TrustRoot, store: &Store) {
        if self.believed.is_some() {
            return;
        }
        let last = self.last(anchor, root);
        let Some(tip) = last.verified.or(last.floor) else {
            return;
        };
        if let Err(error) = self.judge(anchor, root, store, tip).await {
            tracing::info!(
                "what was verified before is not on the disk: {}",
                error.told()
            );
        }
    }

    fn last(&self, anchor: &TrustAnchor, root: &TrustRoot) -> State {
        let reported = anchor
            .status
            .as_ref()
            .and_then(|status| status.verified.as_ref());
        let reported = reported.and_then(|tip| tip.commit.parse().ok());
        self.shared
            .ledger
            .read(|kept| kept.history_from(root.introduction.commit, reported))
    }

    async fn store(&mut self) -> Result<Store, ReconcileError> {
        if let Some(store) = &self.store {
            return Ok(store.clone());
        }
        let folder = self.data.join("git");
        let store = self
            .shared
            .compute(move || Store::create_or_open(&folder))
            .await?;
        Ok(self.store.insert(store).clone())
    }
}

impl Subject {
    fn of(anchor: &TrustAnchor, store: &Store, tip: ObjectId) -> Result<Self, ReconcileError> {
        let approvals = store.approvals().map_err(ReconcileError::Store)?;
        Ok(Self {
            tip,
            approvals,
            anchor: anchor.metadata.generation,
        })
    }
}

impl Doubt {
    fn of(error: &ReconcileError, tip: ObjectId) -> Self {
        Self {
            tip,
            told: error.to_string(),
        }
    }
}

/// Where belief begins, as the anchor says.
fn root(spec: &TrustAnchorSpec) -> Result<TrustRoot, ReconcileError> {
    let introduction = (&spec.introduction).try_into();
    Ok(TrustRoot {
        repository: spec.repository.id.clone(),
        reference: spec.repository.reference.clone(),
        introduction: introduction.map_err(ReconcileError::Anchor)?,
        revoked: spec.revoked.clone(),
    })
}
