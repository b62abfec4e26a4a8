//! The time for which the Lease is ours: waiting for it, renewing it, and ending before another agent can have it.
//!
//! An agent that was killed without giving the Lease back leaves it to run out: the next one waits for up to its
//! duration, unless it has the same name.

use std::time::Duration;

use signet_cluster::{Failure, Lease, Standing};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::clock;

/// How long a Lease is good for: others leave it alone for so long after the last renewal that they saw.
pub(crate) const LEASE: Duration = Duration::from_secs(15);
/// How often another agent's Lease is looked at.
const QUEUE: Duration = Duration::from_secs(2);

/// How a Lease is kept.
const TERMS: Terms = Terms {
    renew: Duration::from_secs(5),
    again: Duration::from_millis(500),
    answer: Duration::from_secs(3),
    work: Duration::from_secs(10),
};

/// The times by which a Lease is kept.
struct Terms {
    /// From one renewal to the next.
    renew: Duration,
    /// From a renewal that failed to the next try.
    again: Duration,
    /// How long a renewal may take.
    answer: Duration,
    /// How long work goes on after the last renewal: so much less than [`LEASE`] that a request which is on its way
    /// when work ends has arrived, or is given up by the API server, before the Lease is anybody else's.
    work: Duration,
}

/// Waits until the Lease is ours, and returns since when.
pub(crate) async fn acquire(lease: &mut Lease) -> Instant {
    let mut waits_for = None;
    loop {
        let asked = Instant::now();
        match lease.renew(clock::now()).await {
            Ok(Standing::Ours) => return asked,
            Ok(Standing::Theirs { holder }) => {
                if waits_for.as_ref() != Some(&holder) {
                    tracing::info!("waiting for the Lease, which {holder} holds");
                }
                waits_for = Some(holder);
            }
            Err(failure) => tracing::warn!("asking for the Lease: {failure}"),
        }
        sleep(QUEUE).await;
    }
}

/// Renews the Lease that is ours since then, and returns when work has to end.
pub(crate) async fn hold(lease: &mut Lease, since: Instant) {
    keep(since, &TERMS, async || lease.renew(clock::now()).await).await;
}

async fn keep(
    mut renewed: Instant,
    terms: &Terms,
    mut renew: impl AsyncFnMut() -> Result<Standing, Failure>,
) {
    let mut pause = terms.renew;
    loop {
        let one = async {
            sleep(pause).await;
            (Instant::now(), timeout(terms.answer, renew()).await)
        };
        let Ok((asked, answer)) = timeout_at(renewed + terms.work, one).await else {
            return;
        };
        pause = terms.again;
        match answer {
            Ok(Ok(Standing::Ours)) => (renewed, pause) = (asked, terms.renew),
            Ok(Ok(Standing::Theirs { .. })) => return,
            Ok(Err(failure)) => tracing::warn!("renewing the Lease: {failure}"),
            Err(_elapsed) => tracing::warn!("renewing the Lease: no answer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms {
        renew: Duration::from_millis(50),
        again: Duration::from_millis(5),
        answer: Duration::from_millis(30),
        work: Duration::from_millis(100),
    };

    /// How long work goes on, and how often a renewal was asked for.
    async fn work(
        mut answer: impl AsyncFnMut(usize) -> Result<Standing, Failure>,
    ) -> (Duration, usize) {
        let (begun, mut asked) = (Instant::now(), 0);
        let ended = keep(begun, &TERMS, async || {
            asked += 1;
            answer(asked).await
        });
        let ended = timeout(Duration::from_secs(10), ended).await;
        ended.expect("work ended by itself");
        (begun.elapsed(), asked)
    }

    #[tokio::test]
    async fn work_ends_when_a_renewal_hangs() {
        let (took, _) = work(async |_| std::future::pending().await).await;
        assert!(took >= TERMS.work && took < TERMS.work * 3, "{took:?}");
    }

    #[tokio::test]
    async fn work_ends_when_renewals_fail_and_not_before_they_were_tried_again() {
        let (took, asked) = work(async |_| Err(Failure::TimedOut { seconds: 1 })).await;
        assert!(took >= TERMS.work && took < TERMS.work * 3, "{took:?}");
        assert!(asked > 1);
    }

    #[tokio::test]
    async fn work_goes_on_while_the_lease_is_renewed_and_ends_at_once_when_it_is_theirs() {
        let holder = String::from("another");
        let (took, asked) = work(async |asked| match asked {
            1 => Err(Failure::TimedOut { seconds: 1 }),
            2..6 => Ok(Standing::Ours),
            _ => Ok(Standing::Theirs {
                holder: holder.clone(),
            }),
        })
        .await;
        assert_eq!(asked, 6);
        assert!(took > TERMS.work, "{took:?}");
    }

    #[test]
    fn work_ends_well_before_the_lease_is_anybody_elses() {
        let margin = Duration::from_secs(5);
        assert!(super::TERMS.work + margin <= LEASE);
    }
}
