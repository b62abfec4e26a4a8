//! What outlives the process: how far the history was believed, and what each source may have in the cluster.
//!
//! It is written before anything that depends on it is done. A commit is recorded as attempted before its first
//! object is written, so an object that a broken attempt leaves behind is known to the next one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use signet_cluster::{Cluster, Failure, Stored};

pub(crate) mod kept;

use kept::Kept;

/// The Secret `signet-state`, and its content as it should be.
///
/// Many sources record at once; those who come while a write is under way share the next one.
pub(crate) struct Ledger {
    cluster: Cluster,
    wanted: Mutex<Wanted>,
    /// Nothing before it was read.
    written: tokio::sync::Mutex<Option<Written>>,
}

#[derive(Default)]
struct Wanted {
    kept: Kept,
    version: u64,
}

struct Written {
    stored: Stored,
    version: u64,
    /// What was sent last, arrived or not.
    sent: Vec<u8>,
}

/// Why the state cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    /// The Secret cannot be read.
    #[error("reading the agent's state (Secret signet-system/signet-state)")]
    Read(#[source] Failure),
    /// The Secret holds something else.
    #[error(
        "reading the agent's state (Secret signet-system/signet-state): it is not what an agent writes"
    )]
    Garbled(#[source] serde_json::Error),
    /// The Secret cannot be written.
    #[error("keeping the agent's state (Secret signet-system/signet-state)")]
    Write(#[source] Failure),
}

impl Ledger {
    /// The ledger of this cluster, not read yet.
    pub(crate) fn new(cluster: Cluster) -> Self {
        Self {
            cluster,
            wanted: Mutex::default(),
            written: tokio::sync::Mutex::default(),
        }
    }

    /// Reads what the last agent left, once.
    ///
    /// # Errors
    /// [`LedgerError::Read`], [`LedgerError::Garbled`].
    pub(crate) async fn open(&self) -> Result<(), LedgerError> {
        let mut written = self.written.lock().await;
        if written.is_none() {
            let stored = self.cluster.load_state().await.map_err(LedgerError::Read)?;
            let kept = Kept::read(&stored.bytes).map_err(LedgerError::Garbled)?;
            *self.wanted() = Wanted { kept, version: 0 };
            *written = Some(Written {
                sent: stored.bytes.clone(),
                stored,
                version: 0,
            });
        }
        Ok(())
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Kept) -> T) -> T {
        look(&self.wanted().kept)
    }

    /// Changes the state, and returns once the change is kept in the cluster.
    ///
    /// # Errors
    /// [`LedgerError`]; the change is not lost: it is written with the next one, or when it is recorded again.
    pub(crate) async fn record(&self, change: impl FnOnce(&mut Kept)) -> Result<(), LedgerError> {
        self.want(change);
        self.write().await
    }

    /// Changes the state in memory; a change that is none needs no write.
    fn want(&self, change: impl FnOnce(&mut Kept)) {
        let mut wanted = self.wanted();
        let before = wanted.kept.clone();
        change(&mut wanted.kept);
        if wanted.kept != before {
            wanted.version += 1;
        }
    }

    async fn write(&self) -> Result<(), LedgerError> {
        let mut written = self.written.lock().await;
        let written = written
            .as_mut()
            .expect("the ledger is read before anything is recorded");
        let Some((bytes, version)) = self.news(written.version) else {
            return Ok(());
        };
        let before = std::mem::replace(&mut written.sent, bytes.clone());
        let stored = self.cluster.store_state(&written.stored, bytes.clone());
        let stored = match stored.await {
            Err(conflict) if conflict.is_conflict() => {
                let found = self.cluster.load_state().await.map_err(LedgerError::Read)?;
                let ours = [&written.stored.bytes, &before, &bytes];
                let is_ours = ours.contains(&&found.bytes);
                written.stored = found;
                if !is_ours {
                    // Another agent may be at work, and this one about to learn it: what it knows is not the newest
                    // then. If it is still at work when it tries again, it is the only one.
                    return Err(LedgerError::Write(conflict));
                }
                // A write of ours was given up before it was answered, or somebody touched the Secret's metadata.
                self.cluster.store_state(&written.stored, bytes).await
            }
            outcome => outcome,
        };
        written.stored = stored.map_err(LedgerError::Write)?;
        written.version = version;
        Ok(())
    }

    /// What is to be written, unless it is in the cluster already.
    fn news(&self, written: u64) -> Option<(Vec<u8>, u64)> {
        let wanted = self.wanted();
        (wanted.version != written).then(|| (wanted.kept.write(), wanted.version))
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
