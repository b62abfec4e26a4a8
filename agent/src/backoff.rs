//! How long to wait before trying again.

use std::time::Duration;

/// Pauses that double from one failure to the next, up to a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backoff {
    first: Duration,
    limit: Duration,
    failures: u32,
}

impl Backoff {
    /// The pause after the first failure, and the longest.
    pub(crate) const fn new(first: Duration, limit: Duration) -> Self {
        Self {
            first,
            limit,
            failures: 0,
        }
    }

    /// The pause after one more failure.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self
            .first
            .saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        pause.min(self.limit)
    }

    /// The pause after one more failure, while none is to be longer than `limit`. Those that would have been do not count.
    pub(crate) fn next_within(&mut self, limit: Duration) -> Duration {
        let failures = self.failures;
        let pause = self.next();
        if pause > limit {
            self.failures = failures;
        }
        pause.min(limit)
    }

    /// Has the next failure be the first one.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn pauses_double_up_to_the_limit() {
        let mut backoff = Backoff::new(SECOND, SECOND * 5);
        let pauses: Vec<_> = (0..4).map(|_| backoff.next().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 5]);
    }

    #[test]
    fn a_success_starts_over() {
        let mut backoff = Backoff::new(SECOND, SECOND * 60);
        backoff.next();
        backoff.next();
        backoff.reset();
        assert_eq!(backoff.next(), SECOND);
    }

    #[test]
    fn pauses_that_are_kept_short_do_not_make_later_ones_long() {
        let mut backoff = Backoff::new(SECOND, SECOND * 60);
        for _ in 0..30 {
            assert!(backoff.next_within(SECOND) <= SECOND);
        }
        assert!(backoff.next() <= SECOND * 2);
    }

    #[test]
    fn countless_failures_overflow_nothing() {
        let mut backoff = Backoff {
            failures: u32::MAX,
            ..Backoff::new(SECOND, SECOND * 60)
        };
        assert_eq!(backoff.next(), SECOND * 60);
    }
}
