//! One fetch or push, on the thread that does the work, and what carries it.

mod app;
mod error;
mod http;
pub(crate) mod https;
mod patience;
pub(crate) mod ssh;

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use tokio::runtime::Handle;

use crate::store::system_error;
use crate::{Remote, Store, StoreError};

pub use error::{ConnectionError, FetchError};
#[cfg(test)]
pub(crate) use patience::patience;
pub(crate) use patience::{Patience, patiently};
pub(crate) use ssh::Connection;

/// The most that one fetch may bring. The whole history of a large state repository is a tenth, and
/// `deploy/agent.yaml` grants twice as much disk.
const MOST: Limit = Limit {
    bytes: 512 << 20,
    is: "a fetch brings at most 512 MiB",
};

/// As much of a remote's own words as fits into a condition's message.
const LONGEST_DETAIL: usize = 400;

/// How much may be received, and a sentence that says so.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) bytes: usize,
    pub(crate) is: &'static str,
}

/// What a fetch or a push works with, and what it came across.
pub(crate) struct Session {
    pub(crate) remote: Remote,
    pub(crate) store: Store,
    runtime: Handle,
    patience: Patience,
    received: Cell<usize>,
    limit: Cell<Limit>,
    /// The failure of a request, set aside while gix reports its own view of it.
    failure: RefCell<Option<FetchError>>,
}

impl Session {
    pub(crate) fn new(remote: Remote, store: Store, runtime: Handle, patience: Patience) -> Self {
        Self {
            remote,
            store,
            runtime,
            patience,
            received: Cell::new(0),
            limit: Cell::new(MOST),
            failure: RefCell::new(None),
        }
    }

    /// Does something that may receive only so much, on top of what was received before.
    pub(crate) fn within<T>(&self, limit: Limit, work: impl FnOnce() -> T) -> T {
        let bytes = MOST.bytes.min(self.received.get() + limit.bytes);
        self.limit.set(Limit { bytes, ..limit });
        let outcome = work();
        self.limit.set(MOST);
        outcome
    }

    /// Whether as much may be received still.
    pub(crate) fn has_room_for(&self, limit: Limit) -> bool {
        self.received.get() + limit.bytes <= MOST.bytes
    }

    /// Waits for what a remote sends, as long as somebody waits for the outcome.
    pub(crate) fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, reqwest::Error>>,
    ) -> Result<T, FetchError> {
        self.patiently(answer)?
            .map_err(|error| FetchError::request(&self.remote, error))
    }

    /// Waits for anything, as long as somebody waits for the outcome.
    pub(crate) fn patiently<T>(&self, work: impl Future<Output = T>) -> Result<T, FetchError> {
        self.runtime.block_on(async {
            tokio::select! {
                outcome = work => Ok(outcome),
                () = self.patience.end() => Err(FetchError::interrupted(&self.remote)),
            }
        })
    }

    /// Counts what was received.
    pub(crate) fn count(&self, bytes: usize) -> Result<(), FetchError> {
        self.received.set(self.received.get() + bytes);
        let limit = self.limit.get();
        if self.received.get() > limit.bytes {
            return Err(FetchError::TooLarge {
                remote: self.remote.to_string(),
                limit: limit.is,
            });
        }
        Ok(())
    }

    /// Sets the failure aside and gives gix something to carry.
    pub(crate) fn set_aside(&self, failure: FetchError) -> std::io::Error {
        self.failure.replace(Some(failure));
        std::io::Error::other("the request failed")
    }

    /// The flag that gix looks at between steps.
    pub(crate) fn interrupt(&self) -> &AtomicBool {
        self.patience.interrupt()
    }

    pub(crate) fn check_patience(&self) -> Result<(), FetchError> {
        if self.patience.has_ended() {
            return Err(FetchError::interrupted(&self.remote));
        }
        Ok(())
    }

    /// What really happened when gix reports a failure.
    pub(crate) fn explain(&self, error: &gix::Error) -> FetchError {
        if let Some(failure) = self.failure.take() {
            return failure;
        }
        if self.patience.has_ended() {
            return FetchError::interrupted(&self.remote);
        }
        // The network's failures were set aside: what the system refuses here is writing.
        if let Some(source) = system_error(error) {
            return self.store.write_error(source).into();
        }
        if error.is_resource_exhausted() {
            return FetchError::TooLarge {
                remote: self.remote.to_string(),
                limit: "an object has at most 128 MiB",
            };
        }
        self.protocol(&chain(error))
    }

    /// An answer that is not Git's.
    pub(crate) fn protocol(&self, detail: &str) -> FetchError {
        FetchError::Protocol {
            remote: self.remote.to_string(),
            detail: self.shown(detail),
        }
    }

    /// The remote's words, made harmless: it may repeat what it was sent.
    pub(crate) fn shown(&self, words: &str) -> String {
        presentable(&self.remote.credentials.redact(words))
    }

    /// The repository in the remote's folder.
    pub(crate) fn folder(&self, folder: &Path) -> Result<Store, FetchError> {
        Store::open(folder).map_err(|error| match error {
            StoreError::NotARepository { .. } => FetchError::RepositoryMissing {
                remote: self.remote.to_string(),
            },
            error => error.into(),
        })
    }

    pub(crate) fn ref_missing(&self) -> FetchError {
        FetchError::RefMissing {
            remote: self.remote.to_string(),
            reference: self.remote.reference.clone(),
        }
    }
}

/// The message with all its causes.
fn chain(error: &gix::Error) -> String {
    let mut text = String::new();
    for cause in error.iter_errors() {
        let separator = if text.is_empty() { "" } else { ": " };
        write!(text, "{separator}{cause}").expect("writing to a string does not fail");
    }
    text
}

/// One line of bounded length, in which nothing is hidden: the remote may have written part of it.
pub(crate) fn presentable(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if signet_provenance::is_hidden(letter) {
                ' '
            } else {
                letter
            }
        })
        .take(LONGEST_DETAIL)
        .collect()
}
