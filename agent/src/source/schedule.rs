//! When a source is worked on again after an attempt.

use std::time::Duration;

use crate::{
    backoff::Backoff,
    reason::Reason,
    source::standstill::may_be_cured,
    verdict::{Course, Verdict},
};

/// How often a source is looked at with nothing known to have changed.
pub(crate) const RESYNC: Duration = Duration::from_mins(10);
/// The pauses between attempts.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// So long after its beginning, a source tries at least so often what the platform may be about to cure: the API server
/// takes a moment to heed an account and rights that were just made.
const BEGINNING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(1));

/// A hook that goes on is looked at so often at least; a watch mostly tells earlier that it is done.
const HOOK: Duration = Duration::from_secs(3);

/// The pauses of one source.
#[derive(Debug)]
pub(crate) struct Schedule {
    backoff: Backoff,
}

impl Default for Schedule {
    fn default() -> Self {
        let backoff = Backoff::new(RETRY.0, RETRY.1);
        Self { backoff }
    }
}

impl Schedule {
    /// The pause after an attempt of a source of this age that ended so; `None` where only a change is a reason to work.
    pub(crate) fn pause(&mut self, error: Option<Verdict>, age: Duration) -> Option<Duration> {
        let Some(error) = error else {
            self.begin_anew();
            return None;
        };
        match error.course {
            Course::Wait => None,
            Course::Retry if age < BEGINNING.0 && may_be_cured(error.reason) => {
                Some(self.backoff.next_within(BEGINNING.1))
            }
            Course::Retry if error.reason == Reason::HookRunning => {
                Some(self.backoff.next_within(HOOK))
            }
            Course::Retry => Some(self.backoff.next()),
        }
    }

    /// Has the next failure be the first one.
    pub(crate) fn begin_anew(&mut self) {
        self.backoff.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn verdict(reason: Reason, course: Course) -> Verdict {
        Verdict {
            reason,
            course,
            remedy: "",
        }
    }

    /// The longest of ten pauses.
    fn longest(error: Verdict, age: Duration) -> Duration {
        let mut schedule = Schedule::default();
        let pauses = (0..10).filter_map(|_| schedule.pause(Some(error), age));
        pauses.max().unwrap()
    }

    #[test]
    fn a_young_source_tries_often_what_the_platform_may_cure() {
        let forbidden = verdict(Reason::Forbidden, Course::Retry);
        assert_eq!(longest(forbidden, SECOND), BEGINNING.1);
        assert_eq!(longest(forbidden, BEGINNING.0), RETRY.1);
    }

    #[test]
    fn a_young_source_does_not_press_a_server_that_is_away() {
        let away = verdict(Reason::ClusterUnreachable, Course::Retry);
        assert_eq!(longest(away, SECOND), RETRY.1);
    }

    #[test]
    fn a_hook_that_goes_on_is_looked_at_often_however_long_it_takes() {
        let hook = verdict(Reason::HookRunning, Course::Retry);
        assert_eq!(longest(hook, BEGINNING.0), HOOK);
    }

    #[test]
    fn what_only_a_commit_can_set_right_is_not_tried_again() {
        let mut schedule = Schedule::default();
        let broken = verdict(Reason::RenderFailed, Course::Wait);
        assert_eq!(schedule.pause(Some(broken), SECOND), None);
        assert_eq!(schedule.pause(None, SECOND), None);
    }
}
