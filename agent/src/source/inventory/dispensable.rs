//! Which attempted revisions need not be kept on record, so that a source that always fails in part does not fill it.

use std::collections::{BTreeMap, BTreeSet};

use signet_provenance::ObjectId;
use signet_render::ObjectRef;

/// How many revisions with objects that no other one has are kept on record beside the one that was applied.
const LIMIT: usize = 16;
/// How many objects a message names.
const NAMED: usize = 10;

/// Revisions that a source's record can do without.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Dispensable {
    /// The revisions.
    pub(crate) revisions: BTreeSet<ObjectId>,
    /// What only they contained and is left in the cluster, for people.
    pub(crate) left: Vec<String>,
}

/// Which of the attempted revisions are dispensable, given what those before and the one to come contain.
///
/// First those whose objects others have as well: what may be pruned stays the same without them. If too many are left,
/// those go whose objects are not known, and then the oldest: what only they contained will not be pruned.
pub(crate) fn dispensable(
    attempted: &[ObjectId],
    contents: &BTreeMap<ObjectId, BTreeSet<ObjectRef>>,
) -> Dispensable {
    let mut record = Record {
        attempted: attempted.to_vec(),
        contents: contents
            .iter()
            .map(|(id, objects)| (*id, objects))
            .collect(),
        dropped: Dispensable::default(),
    };
    for revision in attempted {
        if record.only(*revision).is_some_and(|only| only.is_empty()) {
            record.drop(*revision);
        }
    }
    while record.attempted.len() > LIMIT {
        let first = record.expendable();
        record.tell(first);
        record.drop(first);
    }
    record.dropped
}

/// A record that gets shorter.
struct Record<'a> {
    attempted: Vec<ObjectId>,
    contents: BTreeMap<ObjectId, &'a BTreeSet<ObjectRef>>,
    dropped: Dispensable,
}

impl<'a> Record<'a> {
    /// The objects that no other revision on record has, if they are known.
    fn only(&self, revision: ObjectId) -> Option<Vec<&'a ObjectRef>> {
        let objects = self.contents.get(&revision)?;
        let others = || {
            self.contents
                .iter()
                .filter(|(other, _)| **other != revision)
        };
        let is_elsewhere = |object: &&ObjectRef| others().any(|(_, has)| has.contains(*object));
        Some(
            objects
                .iter()
                .filter(|object| !is_elsewhere(object))
                .collect(),
        )
    }

    /// The first to go where there are too many.
    fn expendable(&self) -> ObjectId {
        let unknown = |revision: &&ObjectId| !self.contents.contains_key(revision);
        *self
            .attempted
            .iter()
            .find(unknown)
            .unwrap_or(&self.attempted[0])
    }

    fn tell(&mut self, revision: ObjectId) {
        let objects = self
            .only(revision)
            .map_or_else(|| "what only it contained".to_owned(), |only| list(&only));
        self.dropped.left.push(format!(
            "too many revisions were applied in part: {} is no longer on record, and these are left in the cluster: {objects}",
            revision.short()
        ));
    }

    fn drop(&mut self, revision: ObjectId) {
        self.attempted.retain(|other| *other != revision);
        self.contents.remove(&revision);
        self.dropped.revisions.insert(revision);
    }
}

fn list(objects: &[&ObjectRef]) -> String {
    let named: Vec<_> = objects
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    let named = named.join(", ");
    match objects.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::object;

    fn commit(number: usize) -> ObjectId {
        format!("{number:040x}").parse().unwrap()
    }

    /// Revisions by number, each with its objects.
    fn contents(revisions: &[(usize, &[&str])]) -> BTreeMap<ObjectId, BTreeSet<ObjectRef>> {
        let contents = revisions.iter().map(|(number, names)| {
            (
                commit(*number),
                names.iter().map(|name| object(name)).collect(),
            )
        });
        contents.collect()
    }

    fn commits(numbers: impl IntoIterator<Item = usize>) -> Vec<ObjectId> {
        numbers.into_iter().map(commit).collect()
    }

    #[test]
    fn a_revision_whose_objects_others_have_is_dispensable() {
        let contents = contents(&[(0, &["a"]), (1, &["a", "b"]), (2, &["c"]), (3, &["b"])]);
        let found = dispensable(&commits([1, 2]), &contents);
        assert_eq!(found.revisions, BTreeSet::from([commit(1)]));
        assert!(found.left.is_empty());
    }

    #[test]
    fn two_revisions_that_only_have_each_other_do_not_both_go() {
        let contents = contents(&[(1, &["a"]), (2, &["a"]), (3, &[])]);
        let found = dispensable(&commits([1, 2]), &contents);
        assert_eq!(found.revisions, BTreeSet::from([commit(1)]));
    }

    #[test]
    fn what_may_be_pruned_stays_the_same_however_many_attempts_there_are() {
        let names = |number: usize| [format!("n{}", number % 3), format!("m{}", number % 5)];
        let (mut attempted, mut contents) = (Vec::new(), BTreeMap::new());
        for number in 0..100 {
            let gone = dispensable(&attempted, &contents);
            assert!(gone.left.is_empty());
            attempted.retain(|revision| !gone.revisions.contains(revision));
            contents.retain(|revision, _| !gone.revisions.contains(revision));
            attempted.push(commit(number));
            let objects = names(number).iter().map(|name| object(name)).collect();
            contents.insert(commit(number), objects);
        }
        let known: BTreeSet<_> = contents.into_values().flatten().collect();
        assert_eq!(known.len(), 8);
        assert!(attempted.len() <= LIMIT);
    }

    #[test]
    fn of_too_many_the_oldest_goes_and_what_it_leaves_is_named() {
        let names: Vec<_> = (0..=LIMIT).map(|number| format!("n{number}")).collect();
        let contents = names.iter().enumerate();
        let contents = contents.map(|(number, name)| (commit(number), [object(name)].into()));
        let found = dispensable(&commits(0..=LIMIT), &contents.collect());
        assert_eq!(found.revisions, BTreeSet::from([commit(0)]));
        assert!(found.left[0].contains("ConfigMap team-a/n0"), "{found:?}");
    }

    #[test]
    fn of_too_many_one_whose_objects_are_not_known_goes_first() {
        let names: Vec<_> = (0..LIMIT).map(|number| format!("n{number}")).collect();
        let contents = names.iter().enumerate();
        let contents = contents.map(|(number, name)| (commit(number), [object(name)].into()));
        let found = dispensable(&commits(0..=LIMIT), &contents.collect());
        assert_eq!(found.revisions, BTreeSet::from([commit(LIMIT)]));
    }
}
