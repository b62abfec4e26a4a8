//! Bringing what the remote has and the store lacks.

mod app;
mod approved;
mod completeness;
mod error;
mod folder;
mod http;
mod https;
mod links;
mod session;
mod smart;
mod ssh;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signet_provenance::ObjectId;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::{Remote, Store};
use session::Session;

pub use error::{ConnectionError, FetchError};

pub(crate) use ssh::Connection;

/// What a fetch found. Nobody believes it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The commit that the ref names.
    pub tip: ObjectId,
    /// Whether the store had to be sent objects for it.
    pub received: bool,
    /// Why the store does not have all of the remote's approvals, if it has not.
    pub shortfall: Option<String>,
}

/// Asks the remote where its ref stands and brings every object behind it that the store lacks.
///
/// Beside that ref only the tags by which people approve changes are fetched, and those that the
/// remote does not have any more are gone here too: an approval that was withdrawn must not count
/// because somebody remembers it, and what a history stands on must be where others find it. A
/// failure to bring them does not keep the ref from being fetched, nor does the time that they take. A remote that rewrote its history is followed, since judging that is
/// not the store's business, and what it had before is kept. A store that the last run left
/// damaged is rebuilt first. Fetches into one store wait for each other. Dropping the future ends
/// the work, and so does the remote's timeout.
///
/// # Errors
/// See [`FetchError`]. The store then holds what it held before, apart from unreachable objects.
pub async fn fetch(remote: &Remote, store: &Store) -> Result<Fetched, FetchError> {
    let (waiting, patience) = patience();
    let followed = Arc::clone(&patience.followed);
    let session = Session::new(remote.clone(), store.clone(), Handle::current(), patience);
    // gix blocks its thread while it waits, writes and unpacks.
    let work = tokio::task::spawn_blocking(move || session.run());
    let outcome = tokio::time::timeout(remote.timeout, work).await;
    drop(waiting);
    match outcome {
        Ok(Ok(fetched)) => fetched,
        Ok(Err(stopped)) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_runtime_ends) => Err(FetchError::interrupted(remote)),
        },
        Err(_elapsed) => {
            let seconds = remote.timeout.as_secs_f32();
            let late = || format!("{remote} did not send them within {seconds} seconds");
            let followed = followed.get().map(|fetched| Fetched {
                shortfall: Some(late()),
                ..fetched.clone()
            });
            followed.ok_or_else(|| FetchError::Timeout {
                remote: remote.to_string(),
                seconds,
            })
        }
    }
}

/// Somebody waits for the outcome. Dropping it tells the working thread that nobody does any more.
struct Waiting {
    interrupt: Arc<AtomicBool>,
    _alive: watch::Sender<()>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.interrupt.store(true, Ordering::Relaxed);
    }
}

/// The working thread's side of [`Waiting`]: a flag for loops, a channel for waits.
struct Patience {
    interrupt: Arc<AtomicBool>,
    /// What was found of the ref, once it is here: whoever may push approvals does not keep it from counting.
    followed: Arc<OnceLock<Fetched>>,
    alive: watch::Receiver<()>,
}

impl Patience {
    /// Whether nobody waits for the outcome any more.
    fn has_ended(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Waits until nobody waits for the outcome any more.
    async fn end(&self) {
        // Nothing is ever sent: the wait is over when the sender is gone.
        while self.alive.clone().changed().await.is_ok() {}
    }
}

fn patience() -> (Waiting, Patience) {
    let interrupt = Arc::new(AtomicBool::new(false));
    let (sender, alive) = watch::channel(());
    let waiting = Waiting {
        interrupt: Arc::clone(&interrupt),
        _alive: sender,
    };
    let patience = Patience {
        interrupt,
        followed: Arc::default(),
        alive,
    };
    (waiting, patience)
}

#[cfg(test)]
mod tests;
