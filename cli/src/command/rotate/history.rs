//! Since when the values of sealed files are what they are.

use super::chosen::Chosen;
use crate::data_keys::have_one_key;
use crate::failure::{Explain, Result};
use crate::output::Output;
use crate::repository::Repository;
use crate::sealing::existing::groups_of;
use jiff::Timestamp;
use signet_envelope::{Pointer, parse_unfinished_as};
use signet_git::{Parts, Store};
use signet_provenance::{Commit, ObjectId, Objects, Tree, Unverified};
use signet_seal::{Identity, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

/// As many versions of a file are kept at hand as there are sides to most merges.
const KEPT: usize = 4;

/// What of a file's past matters.
#[derive(Default)]
pub(super) struct Past {
    /// For whom it was sealed as it was committed last.
    pub(super) people: BTreeSet<String>,
    /// Its values, with the time since when they are what they are.
    pub(super) values: BTreeMap<Pointer, Change>,
}

/// When a value became what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// UTC: the committer's date or, of what was never committed, the time of the file's last change as it says itself.
    pub(super) time: String,
    /// The commit; nothing if the value was never committed as it is.
    pub(super) commit: Option<ObjectId>,
}

impl Change {
    /// Whether the value is as it was committed last.
    pub(super) fn is_committed(&self) -> bool {
        self.commit.is_some()
    }
}

/// The past of each file, in one walk through the history.
pub(super) fn of(
    root: &Path,
    files: &[&Chosen],
    identities: &[Identity],
    out: &Output,
) -> Result<Vec<Past>> {
    let mut past: Vec<Past> = files.iter().map(|file| uncommitted(file)).collect();
    let Some((store, head)) = history(root, out) else {
        out.warn("there is no history here: the times are those of each file's last change");
        return Ok(past);
    };
    let by_path = files.iter().map(|file| (file.path.as_str(), *file));
    let mut versions = Versions {
        store: &store,
        identities,
        files: by_path.collect(),
        kept: BTreeMap::new(),
    };
    let trees = trees(&store, head)?;
    let mut parts = Vec::new();
    for (file, past) in files.iter().zip(&mut past) {
        let committed = trees.first().and_then(|tree| tree.read(&file.path).ok());
        let committed = committed.and_then(|bytes| versions.read(file.path.as_str(), bytes));
        if let (Some(committed), Some(now)) = (committed, file.version(identities)) {
            past.people = people_before(&trees, file);
            parts.push(in_common(file, past, &now, &committed));
        }
    }
    let is_same =
        |path: &str, newer, older, value: &Pointer| versions.agree(path, newer, older, value);
    let changes = store.last_changes(head, parts, is_same);
    let mut by_path: BTreeMap<&str, &mut Past> = files
        .iter()
        .map(|file| file.path.as_str())
        .zip(&mut past)
        .collect();
    for change in changes.context("look since when the values are what they are")? {
        let past = by_path.get_mut(change.path.as_str());
        let past = past.expect("changes are of the files that were asked for");
        let last = Change {
            time: time(change.seconds),
            commit: Some(change.commit),
        };
        past.values.insert(change.part, last);
    }
    Ok(past)
}

/// For whom each file was sealed under a key that they still know, as far as the last commit that changed it says so: in HEAD and,
/// where that has the file as it is, before it. Nobody where it was not committed.
pub(super) fn committed_people<'f>(
    root: &Path,
    files: impl Iterator<Item = &'f Chosen>,
    out: &Output,
) -> Result<Vec<BTreeSet<String>>> {
    let trees = match history(root, out) {
        Some((store, head)) => trees(&store, head)?,
        None => Vec::new(),
    };
    Ok(files.map(|file| people_before(&trees, file)).collect())
}

/// The trees of HEAD and of its first parent.
fn trees(store: &Store, head: ObjectId) -> Result<Vec<Tree<Unverified>>> {
    let objects = store.objects();
    let commit = objects.read(&head).ok().flatten();
    let commit = commit.and_then(|object| Commit::parse(&object.bytes).ok());
    let parent = commit.and_then(|commit| commit.parents.first().copied());
    let trees = std::iter::once(head).chain(parent);
    let trees = trees.map(|commit| Tree::unverified(store.objects(), commit));
    Ok(trees.collect::<std::result::Result<_, _>>()?)
}

fn people_before(trees: &[Tree<Unverified>], file: &Chosen) -> BTreeSet<String> {
    let sealed = |tree: &Tree<Unverified>| {
        let text = String::from_utf8(tree.read(&file.path).ok()?).ok()?;
        parse_unfinished_as(file.sealed.store(), text, &file.path).ok()
    };
    let Some(head) = trees.first().and_then(sealed) else {
        return BTreeSet::new();
    };
    let before = trees.get(1).filter(|_| head.text() == file.sealed.text());
    match before.and_then(sealed) {
        Some(before) if have_one_key(&before, &file.sealed) => groups_of(&before).recipients(),
        _ => groups_of(&head).recipients(),
    }
}

/// The values that are as they were committed.
fn in_common(file: &Chosen, past: &Past, now: &Version, committed: &Version) -> Parts<Pointer> {
    let values = past.values.keys();
    let same = values.filter(|value| now.has_in_common(committed, value));
    Parts {
        path: file.path.to_string(),
        parts: same.cloned().collect(),
    }
}

/// A commit's time in UTC, or as Git writes one that no calendar has.
fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| format!("@{seconds}"), |time| time.to_string())
}

/// As the file itself has it.
fn uncommitted(file: &Chosen) -> Past {
    let change = Change {
        time: file.sealed.metadata().last_modified.clone(),
        commit: None,
    };
    let values = file.sealed.leaves();
    Past {
        people: BTreeSet::new(),
        values: values.map(|leaf| (leaf.pointer, change.clone())).collect(),
    }
}

fn history(root: &Path, out: &Output) -> Option<(Store, ObjectId)> {
    let repository = Repository::at(root.to_owned(), out).ok()?;
    let head = repository.resolve("HEAD").ok()?;
    Some((repository.store().clone(), head))
}

type Kept<'a> = Option<Rc<Version<'a>>>;

/// Versions of files that were looked at last.
struct Versions<'a> {
    store: &'a Store,
    identities: &'a [Identity],
    /// By path: what a file is now, it was before.
    files: BTreeMap<&'a str, &'a Chosen>,
    /// By path and blob; nothing of a blob that is not sealed.
    kept: BTreeMap<String, Vec<(ObjectId, Kept<'a>)>>,
}

impl<'a> Versions<'a> {
    fn agree(&mut self, path: &str, newer: ObjectId, older: ObjectId, value: &Pointer) -> bool {
        match (self.get(path, newer), self.get(path, older)) {
            (Some(newer), Some(older)) => newer.has_in_common(&older, value),
            _ => false,
        }
    }

    fn get(&mut self, path: &str, blob: ObjectId) -> Kept<'a> {
        let kept = self.kept.get(path).into_iter().flatten();
        if let Some((_, version)) = kept.clone().find(|(id, _)| *id == blob) {
            return version.clone();
        }
        let object = self.store.read(&blob).ok().flatten();
        let version = object.and_then(|object| self.read(path, object.bytes));
        let version = version.map(Rc::new);
        let kept = self.kept.entry(path.to_owned()).or_default();
        kept.truncate(KEPT - 1);
        kept.insert(0, (blob, version.clone()));
        version
    }

    fn read(&self, path: &str, bytes: Vec<u8>) -> Option<Version<'a>> {
        let file = self.files.get(path)?;
        let text = String::from_utf8(bytes).ok()?;
        Version::read(file.sealed.store(), &text, &file.path, self.identities)
    }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_beyond_the_calendar_is_not_taken_for_another_one() {
        assert_eq!(time(0), "1970-01-01T00:00:00Z");
        assert_eq!(time(i64::MAX), "@9223372036854775807");
    }
}
