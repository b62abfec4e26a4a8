//! New files with what is sealed beside them in the clear.

use super::source::Source;
use super::{Finding, Kind, sealed};
use signet_api::RepoPath;
use signet_envelope::{Content, LeafType, Rule, Sealed, Slot, Store, passes_through, read, walk};
use std::collections::BTreeMap;

/// So many bytes have to agree in their number: fewer may do so by chance.
const TELLING: usize = 8;

/// The sealed files of a tree.
pub(super) struct Copied(Vec<Sealed>);

impl Copied {
    /// Those of the tree that have keys.
    pub(super) fn of(source: &Source) -> Self {
        let files = source.paths().filter_map(|path| {
            let store = Store::of(path);
            let bytes = source.read(path).ok()?;
            let is_one = store != Store::Binary && sealed::claims_to_be(store, &bytes);
            is_one.then(|| sealed::read(store, path, &bytes).ok()?)?
        });
        Self(files.collect())
    }

    /// The finding about a file in the clear that has a value at each place at which one of them has a sealed one, and each text
    /// as long as there: sealing changes no length.
    pub(super) fn found(&self, path: &RepoPath, bytes: &[u8]) -> Option<Finding> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut read = BTreeMap::new();
        let original = self.0.iter().find(|file| {
            let stores = [Store::of(path), file.store()];
            stores.into_iter().any(|store| {
                let lengths = read.entry(store).or_insert_with(|| lengths(store, text));
                is_all_of(file, lengths)
            })
        })?;
        let problem = format!(
            "it has a value in clear text at each place, and of each length, of those that are sealed in {}",
            original.path()
        );
        Some(Finding::new(Kind::NotSealed, path, None, problem))
    }
}

fn is_all_of(file: &Sealed, lengths: &BTreeMap<String, usize>) -> bool {
    let mut total = 0;
    let mut leaves = file.leaves();
    let is_all = leaves.all(|leaf| {
        let length = lengths.get(&leaf.pointer.to_string());
        total += leaf.enc.data.len();
        // Numbers may have been written in another way.
        length
            .is_some_and(|length| leaf.enc.kind != LeafType::Str || *length == leaf.enc.data.len())
    });
    is_all && total >= TELLING
}

/// How long the value at each place is.
fn lengths(store: Store, text: &str) -> BTreeMap<String, usize> {
    let Ok(stream) = read(store, text) else {
        return BTreeMap::new();
    };
    let slots = walk(&stream, &Rule::default()).unwrap_or_default();
    let values = slots
        .iter()
        .filter_map(|slot| Some((slot.pointer().to_string(), length(slot)?)));
    values.collect()
}

fn length(slot: &Slot<'_>) -> Option<usize> {
    match slot.content {
        Content::Scalar(node) if !passes_through(node) => node.text().map(str::len),
        _ => None,
    }
}
