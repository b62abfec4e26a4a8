//! Work that blocks its thread, for as long as somebody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::error::Elapsed;

/// Does the work on a thread that it may block, for no longer than this; `None` where the runtime ended before. Dropping
/// the future ends the work too.
///
/// # Errors
/// Where the time is over.
pub(crate) async fn patiently<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce(Patience) -> T + Send + 'static,
) -> Result<Option<T>, Elapsed> {
    let (waiting, patience) = patience();
    let outcome = tokio::time::timeout(limit, tokio::task::spawn_blocking(|| work(patience))).await;
    drop(waiting);
    match outcome? {
        Ok(outcome) => Ok(Some(outcome)),
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_runtime_ends) => Ok(None),
        },
    }
}

/// Somebody waits for the outcome. Dropping it tells the working thread that nobody does any more.
pub(crate) struct Waiting {
    interrupt: Arc<AtomicBool>,
    _alive: watch::Sender<()>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.interrupt.store(true, Ordering::Relaxed);
    }
}

/// The working thread's side of [`Waiting`]: a flag for loops, a channel for waits.
pub(crate) struct Patience {
    interrupt: Arc<AtomicBool>,
    alive: watch::Receiver<()>,
}

impl Patience {
    /// The flag, up once nobody waits for the outcome any more.
    pub(super) fn interrupt(&self) -> &AtomicBool {
        &self.interrupt
    }

    /// Whether nobody waits for the outcome any more.
    pub(super) fn has_ended(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Waits until nobody waits for the outcome any more.
    pub(super) async fn end(&self) {
        // Nothing is ever sent: the wait is over when the sender is gone.
        while self.alive.clone().changed().await.is_ok() {}
    }
}

pub(crate) fn patience() -> (Waiting, Patience) {
    let interrupt = Arc::new(AtomicBool::new(false));
    let (sender, alive) = watch::channel(());
    let waiting = Waiting {
        interrupt: Arc::clone(&interrupt),
        _alive: sender,
    };
    (waiting, Patience { interrupt, alive })
}
