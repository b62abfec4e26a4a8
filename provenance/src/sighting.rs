//! When commits were first seen, kept in a space that does not grow with what is pushed.
//!
//! A refused commit stays on the mainline behind the last good one and is judged again with
//! every new tip. It must not gain by that: a key must have counted when the commit was first
//! seen, not when it was looked at last. Whoever can push could make that record as long as they
//! like, so neighbours share a sighting: at no loss where they came together, and beyond
//! [`MOST`] by the span of their times. A commit is judged by the worse end of its span, so that
//! sharing one can refuse what exact times would allow, and never the other way round.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ObjectId;

/// When commits of the mainline were first seen: this one, and those before it back to the
/// sighting before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sighting {
    /// The last of the commits.
    pub commit: ObjectId,
    /// None of them was seen before this.
    pub earliest: Timestamp,
    /// All of them had been seen by then.
    pub latest: Timestamp,
}

/// The span in which a commit was first seen; mostly an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) earliest: Timestamp,
    pub(crate) latest: Timestamp,
}

/// The most sightings a state has: together they take less than 40 KiB as JSON.
pub(crate) const MOST: usize = 256;

impl Seen {
    /// Seen at one instant.
    pub(crate) fn at(time: Timestamp) -> Self {
        Self {
            earliest: time,
            latest: time,
        }
    }
}

/// When each commit of the chain was first seen, as far as that is known.
///
/// What is known is always the beginning of the chain: the commits before a known one are known
/// with it. From the first sighting on whose commit left the mainline, nothing is.
pub(crate) fn on_chain(sightings: &[Sighting], chain: &[ObjectId]) -> Vec<Option<Seen>> {
    let mut known = vec![None; chain.len()];
    let mut from = 0;
    for sighting in sightings {
        let Some(commits) = chain[from..]
            .iter()
            .position(|commit| *commit == sighting.commit)
        else {
            break;
        };
        let to = from + commits;
        known[from..=to].fill(Some(sighting.seen()));
        from = to + 1;
    }
    known
}

/// Adds a later commit of the mainline.
pub(crate) fn add(sightings: &mut Vec<Sighting>, commit: ObjectId, seen: Seen) {
    match sightings.last_mut() {
        Some(last) if last.seen() == seen => last.commit = commit,
        Some(_) | None => sightings.push(Sighting {
            commit,
            earliest: seen.earliest,
            latest: seen.latest,
        }),
    }
}

/// At most [`MOST`] sightings of the same commits.
pub(crate) fn bounded(sightings: &[Sighting]) -> Vec<Sighting> {
    let together = sightings.len().div_ceil(MOST).max(1);
    let join = |one: Sighting, later: Sighting| Sighting {
        commit: later.commit,
        earliest: one.earliest.min(later.earliest),
        latest: one.latest.max(later.latest),
    };
    let groups = sightings.chunks(together);
    groups
        .filter_map(|group| group.iter().copied().reduce(join))
        .collect()
}

impl Sighting {
    fn seen(&self) -> Seen {
        Seen {
            earliest: self.earliest,
            latest: self.latest,
        }
    }
}

#[cfg(test)]
mod tests;
