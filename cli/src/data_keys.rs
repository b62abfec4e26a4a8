//! Whether versions of a file have the same data key, as far as that can be told without opening them.

mod lines;

use signet_envelope::{Enc, Sealed};
use std::collections::BTreeSet;

pub(crate) use lines::Lines;

/// What a version shows of its data key, without telling it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Traces(BTreeSet<Trace>);

/// What no other key leaves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Trace {
    /// The initialisation vector of a value, which sops keeps where it gives a file a new key, and the tag.
    Value([u8; 32], [u8; 16]),
    /// The key itself, or a share of it, as it is wrapped for somebody.
    Wrapped(String),
}

impl Traces {
    /// What a version shows.
    pub(crate) fn of(file: &Sealed) -> Self {
        let values = file
            .leaves()
            .map(|leaf| Trace::Value(leaf.enc.iv, leaf.enc.tag));
        let wrapped = file
            .metadata()
            .keys()
            .map(|key| Trace::Wrapped(key.enc.clone()));
        Self(values.chain(wrapped).collect())
    }

    /// What the sealed values show that stand in a text, the MAC among them.
    pub(crate) fn in_text(text: &str) -> Self {
        let values = text.match_indices(lines::VALUE).filter_map(|(begin, _)| {
            let value = text[begin..].split_inclusive(']').next()?;
            let enc: Enc = value.parse().ok()?;
            Some(Trace::Value(enc.iv, enc.tag))
        });
        Self(values.collect())
    }

    /// Whether another version shows that it has the same key.
    pub(crate) fn are_of_key_of(&self, other: &Self) -> bool {
        !self.0.is_disjoint(&other.0)
    }

    /// Adds what another version shows of the same key.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
