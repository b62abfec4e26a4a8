//! Views of a repository, kept for the next reader.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gix::{Repository, ThreadSafeRepository};

/// As many idle views as there are threads that read at once in practice. Each holds a cache of
/// delta bases of up to [`DELTA_BASE_CACHE`](super::layout::DELTA_BASE_CACHE).
const MAX_IDLE: usize = 2;

/// A view belongs to one thread at a time, and its cache makes reading a pack several times
/// faster: so views are lent out and taken back instead of made for each read.
pub(super) struct Handles {
    state: Mutex<State>,
}

struct State {
    repository: ThreadSafeRepository,
    /// Rises with each replacement, so that a view of the old files does not come back.
    generation: u64,
    idle: Vec<Repository>,
}

impl Handles {
    pub(super) fn new(repository: ThreadSafeRepository) -> Self {
        Self {
            state: Mutex::new(State {
                repository,
                generation: 0,
                idle: Vec::new(),
            }),
        }
    }

    /// A view that nobody else holds, with empty caches.
    pub(super) fn fresh(&self) -> Repository {
        self.state().repository.to_thread_local()
    }

    /// A view to read from, given back when dropped.
    pub(super) fn lend(&self) -> Lent<'_> {
        let mut state = self.state();
        let repository = match state.idle.pop() {
            Some(repository) => repository,
            None => state.repository.to_thread_local(),
        };
        Lent {
            handles: self,
            generation: state.generation,
            repository: Some(repository),
        }
    }

    /// Lends views of another repository from now on.
    pub(super) fn replace(&self, repository: ThreadSafeRepository) {
        let mut state = self.state();
        state.repository = repository;
        state.generation += 1;
        state.idle.clear();
    }

    fn take_back(&self, repository: Repository, generation: u64) {
        let mut state = self.state();
        if state.generation == generation && state.idle.len() < MAX_IDLE {
            state.idle.push(repository);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is a single assignment or push: a panic leaves nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A view on loan.
pub(super) struct Lent<'a> {
    handles: &'a Handles,
    generation: u64,
    repository: Option<Repository>,
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
        if let Some(repository) = self.repository.take() {
            self.handles.take_back(repository, self.generation);
        }
    }
}
