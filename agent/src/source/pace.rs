//! How often a change to one object is answered, so that two controllers who disagree do not keep each other busy.

use std::{collections::BTreeMap, time::Duration};

use signet_render::ObjectRef;
use tokio::time::Instant;

/// As many changes of one object in a row are answered at once.
const FREE: u32 = 5;
/// The pause after those, which doubles with each further one.
const FIRST: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_mins(1);
/// An object that was quiet for so long starts anew.
const QUIET: Duration = Duration::from_mins(2);

/// The recent changes of each object.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    recent: BTreeMap<ObjectRef, Recent>,
}

#[derive(Debug)]
struct Recent {
    changes: u32,
    last: Instant,
    answer: Instant,
}

impl Pace {
    /// Notes a change and says when it is to be answered.
    pub(crate) fn answer_at(&mut self, object: &ObjectRef, now: Instant) -> Instant {
        self.recent
            .retain(|_, recent| now < recent.last.max(recent.answer) + QUIET);
        let start = Recent {
            changes: 0,
            last: now,
            answer: now,
        };
        let recent = self.recent.entry(object.clone()).or_insert(start);
        recent.last = now;
        if now >= recent.answer {
            recent.changes = recent.changes.saturating_add(1);
            recent.answer = now + pause(recent.changes);
        }
        recent.answer
    }
}

/// The pause before the answer to the `changes`th change in a row.
fn pause(changes: u32) -> Duration {
    match changes.checked_sub(FREE + 1) {
        None => Duration::ZERO,
        Some(further) => FIRST
            .saturating_mul(2_u32.saturating_pow(further))
            .min(LIMIT),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::object;

    #[test]
    fn the_first_changes_are_answered_at_once() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        for _ in 0..FREE {
            assert_eq!(pace.answer_at(&object("a"), now), now);
        }
    }

    #[test]
    fn a_fight_is_answered_more_and_more_rarely() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        let mut answers = BTreeSet::new();
        let end = now + Duration::from_mins(10);
        while now < end {
            answers.insert(pace.answer_at(&object("a"), now));
            now += Duration::from_millis(100);
        }
        assert!(
            answers.len() <= 22,
            "{} answers in ten minutes",
            answers.len()
        );
    }

    #[test]
    fn another_object_is_not_held_up() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        for _ in 0..20 {
            pace.answer_at(&object("a"), now);
        }
        assert_eq!(pace.answer_at(&object("b"), now), now);
    }

    #[test]
    fn an_object_that_was_quiet_starts_anew() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        for _ in 0..20 {
            pace.answer_at(&object("a"), now);
        }
        let later = now + LIMIT + QUIET;
        assert_eq!(pace.answer_at(&object("a"), later), later);
    }
}
