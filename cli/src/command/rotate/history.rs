//! Since when the values of sealed files are what they are.

use super::chosen::Chosen;
use crate::blobs::{Blobs, Held};
use crate::failure::{Explain, Failure, Result};
use crate::key_holders::{self, File};
use crate::output::Output;
use crate::repository::Repository;
use jiff::Timestamp;
use signet_api::RepoPath;
use signet_envelope::Pointer;
use signet_git::Parts;
use signet_provenance::{ObjectId, Tree, TreeError};
use signet_seal::{Identity, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

/// As many versions of a file are kept at hand as there are sides to most merges.
const KEPT: usize = 4;

/// The values of a file, with the time since when they are what they are.
pub(super) type Past = BTreeMap<Pointer, Change>;

/// By path: who knows the key under which a file was committed last.
pub(super) type Holders<'f> = BTreeMap<&'f RepoPath, BTreeSet<String>>;

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
    let Some((repository, head)) = history(root, out) else {
        out.warn("there is no history here: the times are those of each file's last change");
        return Ok(past);
    };
    let store = repository.store();
    let by_path = files.iter().map(|file| (file.path.as_str(), *file));
    let mut versions = Versions {
        blobs: repository.blobs(),
        identities,
        files: by_path.collect(),
        kept: BTreeMap::new(),
        failed: None,
    };
    let tree = Tree::unverified(store.objects(), head)?;
    let mut parts = Vec::new();
    for (file, past) in files.iter().zip(&past) {
        let committed = match tree.entry(&file.path) {
            // A link stands in the place of a folder.
            Err(TreeError::NotFile { .. }) => None,
            entry => entry?,
        };
        let committed = committed.and_then(|entry| versions.get(file.path.as_str(), entry.id));
        if let (Some(committed), Some(now)) = (committed, file.version(identities)) {
            parts.push(in_common(file, past, &now, &committed));
        }
    }
    let is_same =
        |path: &str, newer, older, value: &Pointer| versions.agree(path, newer, older, value);
    let changes = store.last_changes(head, parts, is_same);
    versions.failed.map_or(Ok(()), Err)?;
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
        past.insert(change.part, last);
    }
    Ok(past)
}

/// Who knows the key under which each file was committed last: for whom it was sealed then, and for whom earlier under that key.
/// Nobody where it was not committed.
pub(super) fn holders<'f>(
    root: &Path,
    files: &'f [Chosen],
    identities: &[Identity],
    out: &Output,
) -> Result<Holders<'f>> {
    let Some((repository, head)) = history(root, out) else {
        return Ok(Holders::new());
    };
    let asked = files.iter().map(|file| File {
        path: file.path.clone(),
        store: file.sealed.store(),
        now: None,
    });
    let asked: Vec<File> = asked.collect();
    let asked: Vec<&File> = asked.iter().collect();
    let all = usize::MAX;
    let holders = key_holders::committed(&repository, &[head], &asked, identities, all, out);
    let holders = holders.context("look who knows the keys of the files")?;
    let people = holders.into_iter().map(|one| one.into_keys().collect());
    Ok(files.iter().map(|file| &file.path).zip(people).collect())
}

/// The values that are as they were committed.
fn in_common(file: &Chosen, past: &Past, now: &Version, committed: &Version) -> Parts<Pointer> {
    let values = past.keys();
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
    values.map(|leaf| (leaf.pointer, change.clone())).collect()
}

fn history<'a>(root: &Path, out: &'a Output) -> Option<(Repository<'a>, ObjectId)> {
    let repository = Repository::at(root.to_owned(), out).ok()?;
    let head = repository.resolve("HEAD").ok()?;
    Some((repository, head))
}

type Kept<'a> = Option<Rc<Version<'a>>>;

/// Versions of files that were looked at last.
struct Versions<'a> {
    blobs: Blobs,
    identities: &'a [Identity],
    /// By path: what a file is now, it was before.
    files: BTreeMap<&'a str, &'a Chosen>,
    /// By path and blob; nothing of a blob that is not sealed.
    kept: BTreeMap<String, Vec<(ObjectId, Kept<'a>)>>,
    /// Why a version could not be read, if one could not.
    failed: Option<Failure>,
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
        let version = self.read(path, blob).unwrap_or_else(|failure| {
            self.failed.get_or_insert(failure);
            None
        });
        let version = version.map(Rc::new);
        let kept = self.kept.entry(path.to_owned()).or_default();
        kept.truncate(KEPT - 1);
        kept.insert(0, (blob, version.clone()));
        version
    }

    fn read(&self, path: &str, blob: ObjectId) -> Result<Option<Version<'a>>> {
        let Some(file) = self.files.get(path) else {
            return Ok(None);
        };
        let held = self.blobs.read(&blob);
        let held = held.with_context(|| format!("read {path} as it was"))?;
        let Held::Bytes(bytes) = held else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).ok();
        Ok(text.and_then(|text| {
            Version::read(file.sealed.store(), &text, &file.path, self.identities)
        }))
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
