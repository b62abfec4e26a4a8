//! Where the time comes in. Everything else takes it as an argument.

use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

/// The wall clock, to the second: what conditions and verdicts are dated with.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the agent asks for the time"
)]
pub(crate) fn now() -> Timestamp {
    let seconds = Timestamp::now().as_second();
    Timestamp::from_second(seconds).expect("a time without its fraction is a time")
}

/// Waits until then; for ever, if there is no such time.
pub(crate) async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
