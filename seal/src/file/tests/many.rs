//! Files of many keys: what sealing costs grows with them, not with their square.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::super::selection;
use crate::testing::Place;

const KEYS: usize = 20_000;

/// More than this takes by far, and a small part of what it would take to go through all keys for each.
const LONG: Duration = Duration::from_secs(5);

/// The time that this thread has had a processor: others on the machine do not count.
fn spent() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

#[test]
fn what_is_sealed_of_thousands_of_keys_is_known_soon() {
    let lines: Vec<String> = (0..KEYS).map(|number| format!("k{number}: v\n")).collect();
    let text = lines.concat();
    let place = Place::team_a();
    let request = place.request();
    let stream = super::super::read(&text, &request).unwrap();
    let start = spent();
    let (_, slots) = selection::rule(&stream, &request).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(slots.len(), KEYS);
    let spent = spent().saturating_sub(start);
    assert!(spent < LONG, "{spent:?}");
}
