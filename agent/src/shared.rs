//! What all sources have in common.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use signet_cluster::Cluster;
use signet_render::{Cache, Kinds};
use tokio::sync::{Notify, Semaphore, watch};

use crate::{SourceId, error::ReconcileError, ledger::Ledger, source::needs::Board};

/// How many sources are worked on at once.
const AT_ONCE: usize = 32;
/// How many render or open at once: as many as there are cores to gain from.
const COMPUTING: usize = 2;

/// The cluster, the state, and what sources tell each other.
pub(crate) struct Shared {
    pub(crate) cluster: Cluster,
    pub(crate) ledger: Ledger,
    /// What is applied, for those who wait for it.
    pub(crate) board: watch::Sender<Board>,
    /// The namespaces that are there.
    pub(crate) namespaces: watch::Receiver<BTreeSet<String>>,
    /// What sources wait for that have no Sync to say so, for the `TrustAnchor`.
    pub(crate) waiting: watch::Sender<BTreeMap<SourceId, String>>,
    /// What sources rendered to of late.
    pub(crate) renderings: Cache,
    pub(crate) slots: Semaphore,
    /// Told when a source cannot read what a verified tree holds.
    pub(crate) damage: Notify,
    computing: Arc<Semaphore>,
}

impl Shared {
    pub(crate) fn new(cluster: Cluster, namespaces: watch::Receiver<BTreeSet<String>>) -> Self {
        Self {
            ledger: Ledger::new(cluster.clone()),
            cluster,
            board: watch::Sender::default(),
            namespaces,
            waiting: watch::Sender::default(),
            renderings: Cache::default(),
            slots: Semaphore::new(AT_ONCE),
            damage: Notify::new(),
            computing: Arc::new(Semaphore::new(COMPUTING)),
        }
    }

    /// The kinds that the cluster serves.
    ///
    /// # Errors
    /// [`ReconcileError::Kinds`].
    pub(crate) async fn kinds(&self) -> Result<Arc<Kinds>, ReconcileError> {
        let kinds = self.cluster.kinds().await;
        kinds.map_err(ReconcileError::Kinds)
    }

    /// Has the `TrustAnchor` say, or no longer say, what a source waits for; says whether that is news.
    pub(crate) fn tell(&self, source: &SourceId, waits: Option<String>) -> bool {
        self.waiting.send_if_modified(|waiting| match waits {
            Some(text) => waiting.insert(source.clone(), text.clone()) != Some(text),
            None => waiting.remove(source).is_some(),
        })
    }

    /// Has nobody wait for a source that is gone.
    pub(crate) fn forget(&self, source: &SourceId) {
        self.board.send_modify(|board| {
            board.0.remove(source);
        });
        self.tell(source, None);
    }

    /// Runs long pure work where it holds up nobody else.
    ///
    /// # Panics
    /// If the work does.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let permit = Arc::clone(&self.computing)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        // The permit goes along: work whose caller was dropped still takes up a core.
        let work = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(permit);
            outcome
        });
        match work.await {
            Ok(outcome) => outcome,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    }
}
