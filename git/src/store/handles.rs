//! Views of a repository, kept for the next reader.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use gix::{Repository, ThreadSafeRepository};

/// As many idle views as there are threads that read at once in practice. Each holds a cache of
/// delta bases of up to [`DELTA_BASE_CACHE`](super::layout::DELTA_BASE_CACHE).
const MAX_IDLE: usize = 2;

/// A view belongs to one thread at a time, and its cache makes reading a pack several times
/// faster: so views are lent out and taken back instead of made for each read.
pub(super) struct Handles {
    /// Held by each reader, so that no file vanishes under it.
    files: RwLock<()>,
    state: Mutex<State>,
}

struct State {
    repository: ThreadSafeRepository,
    idle: Vec<Repository>,
}

impl Handles {
    pub(super) fn new(repository: ThreadSafeRepository) -> Self {
        Self {
            files: RwLock::default(),
            state: Mutex::new(State {
                repository,
                idle: Vec::new(),
            }),
        }
    }

    /// A view that nobody else holds, with empty caches. Files may vanish under it.
    pub(super) fn fresh(&self) -> Repository {
        self.state().repository.to_thread_local()
    }

    /// A view to read from, given back when dropped.
    pub(super) fn lend(&self) -> Lent<'_> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.state();
        let repository = match state.idle.pop() {
            Some(repository) => repository,
            None => state.repository.to_thread_local(),
        };
        Lent {
            handles: self,
            repository: Some(repository),
            _files: files,
        }
    }

    /// Changes the files while nobody reads them, and lends views of the outcome from then on.
    pub(super) fn exchange<E>(
        &self,
        change: impl FnOnce() -> Result<ThreadSafeRepository, E>,
    ) -> Result<(), E> {
        let _nobody_reads = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let repository = change()?;
        *self.state() = State {
            repository,
            idle: Vec::new(),
        };
        Ok(())
    }

    fn take_back(&self, repository: Repository) {
        let mut state = self.state();
        if state.idle.len() < MAX_IDLE {
            state.idle.push(repository);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is a single assignment or push: a panic leaves nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A view on loan.
pub(crate) struct Lent<'a> {
    handles: &'a Handles,
    repository: Option<Repository>,
    _files: RwLockReadGuard<'a, ()>,
}

impl Deref for Lent<'_> {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        self.repository
            .as_ref()
            .expect("present until the loan is dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        // The files are let go after this, so the view that comes back is of files that are there.
        if let Some(repository) = self.repository.take() {
            self.handles.take_back(repository);
        }
    }
}
