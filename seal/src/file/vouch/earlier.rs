//! The versions of a file that vouch for what is sealed in a later one.

use signet_envelope::{Sealed, parse_as};

use super::altered::{self, Altered};
use crate::Identity;
use crate::data_key::DataKey;
use crate::file::{SealRequest, place};
use crate::unlock::{data_key, open_checked};

/// Earlier versions of the file, each of which opens, and whose seals and MACs hold.
pub(super) struct Earlier {
    /// At least one, which vouch for their keys too.
    ours: Vec<Version>,
    /// Those of the other side of a merge.
    theirs: Vec<Version>,
}

struct Version {
    sealed: Sealed,
    key: DataKey,
}

impl Earlier {
    /// None if each of our texts vouches for nothing: in the clear, sealed for others or for another place, or broken itself.
    pub(super) fn read(
        ours: &[String],
        theirs: &[String],
        now: &Sealed,
        request: &SealRequest<'_>,
    ) -> Option<Self> {
        let read = |texts: &[String]| -> Vec<Version> {
            let versions = texts.iter().filter_map(|text| Version::read(text, request));
            versions
                .filter(|version| version.is_of_place_of(now, request))
                .collect()
        };
        let (ours, theirs) = (read(ours), read(theirs));
        (!ours.is_empty()).then_some(Self { ours, theirs })
    }

    /// Whether everything that is sealed in the later version is sealed in one of these as there, under a key of ours.
    pub(super) fn vouches_for(&self, now: &Sealed, key: &DataKey) -> bool {
        self.has(key) && self.parts(now).is_empty()
    }

    /// Whether one of ours has this data key.
    pub(super) fn has(&self, key: &DataKey) -> bool {
        self.ours.iter().any(|version| version.key.is(key))
    }

    /// Whether one of ours has this data key, and a seal.
    pub(super) fn has_placed(&self, key: &DataKey) -> bool {
        let mut placed = self
            .ours
            .iter()
            .filter(|version| version.sealed.signet().is_some());
        placed.any(|version| version.key.is(key))
    }

    /// Whether one of them has a seal that the later version lacks.
    pub(super) fn is_stripped_in(&self, now: &Sealed) -> bool {
        let mut versions = self.ours.iter().chain(&self.theirs);
        versions.any(|version| version.sealed.signet().is_some()) && now.signet().is_none()
    }

    /// What is in none of them as in the later version: a merge takes of each what the other does not have. Its seal and its
    /// rule are those of our first one.
    fn parts(&self, now: &Sealed) -> Vec<Altered> {
        let parts = |version: &Version| altered::parts(Some(&version.sealed), now);
        let (first, others) = self.ours.split_first().expect("one that was read");
        let others: Vec<Vec<Altered>> = others.iter().chain(&self.theirs).map(parts).collect();
        let mut parts = parts(first);
        parts.retain(|part| {
            let is_there = |other: &Vec<Altered>| other.iter().any(|there| there.is_about(part));
            matches!(part, Altered::Seal | Altered::Rule) || others.iter().all(is_there)
        });
        parts
    }
}

impl Version {
    fn read(text: &str, request: &SealRequest<'_>) -> Option<Self> {
        let sealed = parse_as(request.store, text, request.path).ok()?;
        let identities: Vec<&Identity> = request.identities.iter().collect();
        let key = data_key(&sealed, &identities).ok()?;
        open_checked(&sealed, &key).ok()?;
        Some(Self { sealed, key })
    }

    /// Whether, in a fleet, it was sealed for the place for which the later version claims to be; where that claims none, for
    /// the request's, or for none either.
    fn is_of_place_of(&self, now: &Sealed, request: &SealRequest<'_>) -> bool {
        match (self.sealed.signet(), now.signet()) {
            _ if request.place.is_none() => true,
            (Some(then), Some(now)) => then.is_place_of(now),
            (Some(_), None) => place::is_claimed(&self.sealed, request),
            (None, now) => now.is_none(),
        }
    }
}

/// What nobody answers for: what is not as in an earlier version, and without one all that is sealed.
pub(super) fn altered(earlier: Option<&Earlier>, now: &Sealed, key: &DataKey) -> Vec<Altered> {
    let mut parts = earlier.map_or_else(|| altered::parts(None, now), |earlier| earlier.parts(now));
    if !earlier.is_some_and(|earlier| earlier.has(key)) {
        parts.push(Altered::DataKey);
    }
    parts
}
