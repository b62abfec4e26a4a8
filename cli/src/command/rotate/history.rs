//! Since when the values of sealed files are what they are.

use super::chosen::{Chosen, people};
use crate::failure::{Explain, Result};
use crate::output::Output;
use crate::repository::Repository;
use jiff::Timestamp;
use signet_api::RepoPath;
use signet_envelope::{Pointer, Store as Form};
use signet_git::{Parts, Store};
use signet_provenance::{ObjectId, Objects, Tree};
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
    files: &[Chosen],
    identities: &[Identity],
    out: &Output,
) -> Result<Vec<Past>> {
    let mut past: Vec<Past> = files.iter().map(uncommitted).collect();
    let Some((store, head)) = history(root, out) else {
        out.warn("there is no history here: the times are those of each file's last change");
        return Ok(past);
    };
    let mut versions = Versions {
        store: &store,
        identities,
        forms: files
            .iter()
            .map(|file| (&file.path, file.sealed.store()))
            .collect(),
        kept: BTreeMap::new(),
    };
    let tree = Tree::unverified(store.objects(), head)?;
    let mut parts = Vec::new();
    for (file, past) in files.iter().zip(&mut past) {
        let committed = tree.read(&file.path).ok();
        let committed = committed.and_then(|bytes| versions.read(&file.path, bytes));
        let (Some(committed), Some(now)) = (committed, file.version(identities)) else {
            continue;
        };
        past.people = people(committed.sealed());
        let same = past
            .values
            .keys()
            .filter(|value| now.has_in_common(&committed, value));
        parts.push(Parts {
            path: file.path.to_string(),
            parts: same.cloned().collect(),
        });
    }
    let is_same =
        |path: &str, newer, older, value: &Pointer| versions.agree(path, newer, older, value);
    let changes = store.last_changes(head, parts, is_same);
    let by_path: BTreeMap<&str, usize> = files
        .iter()
        .enumerate()
        .map(|(index, file)| (file.path.as_str(), index))
        .collect();
    for change in changes.context("look since when the values are what they are")? {
        let time = Timestamp::from_second(change.seconds).unwrap_or_default();
        let change_of = Change {
            time: time.to_string(),
            commit: Some(change.commit),
        };
        past[by_path[change.path.as_str()]]
            .values
            .insert(change.part, change_of);
    }
    Ok(past)
}

/// As the file itself has it.
fn uncommitted(file: &Chosen) -> Past {
    let change = Change {
        time: file.sealed.metadata().last_modified.clone(),
        commit: None,
    };
    let values = file.sealed.leaves().iter();
    Past {
        people: BTreeSet::new(),
        values: values
            .map(|leaf| (leaf.pointer.clone(), change.clone()))
            .collect(),
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
    /// What each file is; it was the same before.
    forms: BTreeMap<&'a RepoPath, Form>,
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
        let path_of: Option<RepoPath> = path.parse().ok();
        let version = object.zip(path_of);
        let version = version.and_then(|(object, path)| self.read(&path, object.bytes));
        let version = version.map(Rc::new);
        let kept = self.kept.entry(path.to_owned()).or_default();
        kept.truncate(KEPT - 1);
        kept.insert(0, (blob, version.clone()));
        version
    }

    fn read(&self, path: &RepoPath, bytes: Vec<u8>) -> Option<Version<'a>> {
        let form = *self.forms.get(&path)?;
        Version::read(form, &String::from_utf8(bytes).ok()?, path, self.identities)
    }
}
