//! Waiting for something to become true.

use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::time::{Instant, sleep};

/// How long to pause between two looks: short beside what a person notices.
const PAUSE: Duration = Duration::from_millis(20);

/// Returns the first value that `look` finds, looking again and again until `deadline` is over.
///
/// # Errors
/// Says what was waited for, how long, and what the last look found in its place.
pub async fn eventually<T>(
    deadline: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let end = Instant::now() + deadline;
    loop {
        match look().await {
            Ok(found) => return Ok(found),
            Err(last) if Instant::now() >= end => {
                return Err(anyhow!(
                    "waited {:.1} s for {what}; at last: {last:#}",
                    deadline.as_secs_f32()
                ));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[tokio::test]
    async fn returns_what_a_later_look_finds() {
        let mut looks = 0;
        let found = eventually(Duration::from_secs(5), "the third look", async || {
            looks += 1;
            if looks < 3 {
                bail!("look {looks}");
            }
            Ok(looks)
        });
        assert_eq!(found.await.unwrap(), 3);
    }

    #[tokio::test]
    async fn says_what_was_found_instead() {
        let nothing = eventually(Duration::ZERO, "rain", async || -> Result<()> {
            bail!("the sun shines")
        });
        let error = nothing.await.unwrap_err().to_string();
        assert_eq!(error, "waited 0.0 s for rain; at last: the sun shines");
    }
}
