//! New files with what is sealed beside them in the clear.

use super::source::Source;
use super::text::whole;
use super::{Finding, Kind, sealed};
use signet_api::RepoPath;
use signet_envelope::{Content, LeafType, Rule, Slot, Store, passes_through, read, walk};
use std::collections::{BTreeMap, BTreeSet};

/// So many bytes have to agree in their number: fewer may do so by chance.
const TELLING: usize = 8;

/// What is known of a sealed value: its place and, if it is a text, its length. Numbers may have been written in another way.
type Known = (String, Option<usize>);

/// The sealed files of a tree, by their first value.
pub(super) struct Copied(BTreeMap<Known, Vec<Original>>);

/// A sealed file.
struct Original {
    path: RepoPath,
    store: Store,
    values: Vec<Known>,
}

impl Copied {
    /// Those of the tree that have keys and values enough.
    pub(super) fn of(source: &Source) -> Self {
        let mut all: BTreeMap<Known, Vec<Original>> = BTreeMap::new();
        for path in source.paths() {
            if let Some(original) = Original::read(source, path) {
                let first = original.values[0].clone();
                all.entry(first).or_default().push(original);
            }
        }
        Self(all)
    }

    /// The finding about a file in the clear that has a value at each place at which one of them has a sealed one, and each text
    /// as long as there: sealing changes no length.
    pub(super) fn found(&self, path: &RepoPath, bytes: &[u8]) -> Option<Finding> {
        let text = &*whole(bytes)?;
        let own = Store::of(path);
        let sealed = self.0.values().flatten().map(|one| one.store);
        let stores: BTreeSet<Store> = sealed.chain([own]).collect();
        let mut found = stores.into_iter().filter_map(|store| {
            let is_meant = |one: &Original| store == own || store == one.store;
            self.in_store(store, text, is_meant)
        });
        let original = found.next()?;
        let problem = format!(
            "it has a value in clear text at each place, and of each length, of those that are sealed in {}",
            original.path
        );
        Some(Finding::new(Kind::NotSealed, path, None, problem))
    }

    /// The first of those that are meant that a text holds in the clear, read as of this store.
    fn in_store(
        &self,
        store: Store,
        text: &str,
        is_meant: impl Fn(&Original) -> bool,
    ) -> Option<&Original> {
        let lengths = lengths(store, text);
        let firsts = lengths.iter().flat_map(|(place, length)| {
            [Some(*length), None].map(|length| self.0.get(&(place.clone(), length)))
        });
        let mut candidates = firsts.flatten().flatten();
        candidates.find(|one| is_meant(one) && one.is_within(&lengths))
    }
}

impl Original {
    fn read(source: &Source, path: &RepoPath) -> Option<Self> {
        let store = Store::of(path);
        let bytes = source.read(path).ok()?;
        let is_one = store != Store::Binary && sealed::claims_to_be(store, &bytes);
        let file = is_one.then(|| sealed::read(store, path, &bytes).ok()?)??;
        let total: usize = file.leaves().map(|leaf| leaf.enc.data.len()).sum();
        let values = file.leaves().map(|leaf| {
            let is_text = leaf.enc.kind == LeafType::Str;
            (
                leaf.pointer.to_string(),
                is_text.then_some(leaf.enc.data.len()),
            )
        });
        (total >= TELLING).then(|| Self {
            path: path.clone(),
            store,
            values: values.collect(),
        })
    }

    fn is_within(&self, lengths: &BTreeMap<String, usize>) -> bool {
        self.values.iter().all(|(place, length)| {
            let found = lengths.get(place);
            found.is_some_and(|found| length.is_none_or(|length| length == *found))
        })
    }
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
