//! Files of many keys: what a merge costs grows with them, not with their square.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use signet_envelope::Store;

use super::*;

const KEYS: usize = 1000;

/// More than this takes by far, and a small part of what it would take to read the text once for each key.
const LONG: Duration = Duration::from_secs(10);

/// Lines in which one number stands in the place of `#`.
fn lines(numbers: impl Iterator<Item = usize>, line: &str) -> String {
    numbers
        .map(|number| line.replace('#', &number.to_string()))
        .collect()
}

#[track_caller]
fn merges_soon(store: Store, texts: [&str; 3], expected: &str) {
    let start = spent();
    let (merged, conflict) = merged_as(store, texts);
    assert!(!conflict);
    assert_eq!(merged, expected);
    let spent = spent().saturating_sub(start);
    assert!(spent < LONG, "{spent:?}");
}

/// The time that this thread has had a processor: others on the machine do not count.
fn spent() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

/// Theirs has every second key, as many new ones, and a changed one that ours has as it was.
fn keys(store: Store, line: &str, head: &str) {
    let base = head.to_owned() + &lines(0..KEYS, line);
    let ours = base.replace(
        &line.replace('#', "1"),
        &line.replace('#', "1").replace("v1", "x"),
    );
    assert_ne!(ours, base);
    let odd = lines((1..KEYS).step_by(2), line);
    let theirs = head.to_owned() + &odd + &lines(KEYS..2 * KEYS, line);
    let expected = theirs.replace(
        &line.replace('#', "1"),
        &line.replace('#', "1").replace("v1", "x"),
    );
    merges_soon(store, [&base, &ours, &theirs], &expected);
}

#[test]
fn thousands_of_keys_that_come_and_go_are_merged_soon() {
    keys(Store::Yaml, "k#: v#\n", "");
    keys(Store::Dotenv, "K#=v#\n", "");
    keys(Store::Ini, "k# = v#\n", "[one]\n");
}

#[test]
fn thousands_of_elements_that_come_and_go_are_merged_soon() {
    let line = "  - v#\n";
    let base = format!("a: b\nlist:\n{}", lines(0..KEYS, line));
    let ours = base
        .replace("a: b", "a: x")
        .replace("  - v1\n", "  - v1x\n");
    let evens = lines(
        (0..KEYS).filter(|number| number % 2 == 0 || *number == 1),
        line,
    );
    let theirs = format!("a: b\nlist:\n{evens}{}", lines(KEYS..2 * KEYS, line));
    let expected = theirs
        .replace("a: b", "a: x")
        .replace("  - v1\n", "  - v1x\n");
    merges_soon(Store::Yaml, [&base, &ours, &theirs], &expected);
}
