//! Who knows the data key of a file: everybody for whom it was ever committed under that key, whoever is named by now.

use crate::blobs::{Blobs, Held};
use crate::data_keys::{Lines, Traces};
use crate::failure::{Explain, Result};
use crate::output::Output;
use crate::repository::Repository;
use crate::sealing::existing::groups_of;
use signet_api::RepoPath;
use signet_envelope::{Sealed, Store, parse_unfinished_as};
use signet_git::Seen;
use signet_provenance::ObjectId;
use signet_seal::{Identity, Version};
use std::collections::BTreeMap;

/// By name: the newest commit that has the file for them, under its key.
pub(crate) type Holders = BTreeMap<String, ObjectId>;

/// A file whose data key is asked about.
pub(crate) struct File {
    pub(crate) path: RepoPath,
    pub(crate) store: Store,
    /// What is known of the key; nothing where the key is meant that the file has in the commits themselves.
    pub(crate) key: Option<Traces>,
    /// What it holds; nothing where it is not known yet for whom that is sealed.
    pub(crate) now: Option<Now>,
}

/// What a file holds.
pub(crate) struct Now {
    pub(crate) id: Option<ObjectId>,
    pub(crate) lines: Option<Lines>,
}

/// The holders of each file's key in the history of those commits, in one walk. Versions that show nothing of the same key
/// have another one, unless the identities open both and find the same; how far a file goes back that was renamed, or deleted for a while, is not looked at. At most so many commits
/// are, the newest.
///
/// # Errors
/// When the history cannot be read.
pub(crate) fn committed(
    repository: &Repository,
    commits: &[ObjectId],
    files: &[&File],
    identities: &[Identity],
    most: usize,
    out: &Output,
) -> Result<Vec<Holders>> {
    let mut search = Search {
        blobs: repository.blobs(),
        files,
        identities,
        keys: files.iter().map(|file| file.key.clone()).collect(),
        newest: vec![None; files.len()],
        found: vec![Holders::new(); files.len()],
        lacking: 0,
    };
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let store = repository.store();
    store.versions(commits, &paths, most, |seen| search.goes_on(seen))?;
    if search.lacking > 0 {
        out.warn(format!(
            "this clone lacks {} of earlier versions of sealed files, so for whom they were sealed is not known",
            search.lacking
        ));
    }
    Ok(search.found)
}

struct Search<'a> {
    blobs: Blobs,
    files: &'a [&'a File],
    identities: &'a [Identity],
    /// What is known of each file's key by now.
    keys: Vec<Option<Traces>>,
    /// The newest version of each file that has its key.
    newest: Vec<Option<ObjectId>>,
    found: Vec<Holders>,
    /// How many versions are not in this clone.
    lacking: usize,
}

impl Search<'_> {
    /// Notes for whom a version is sealed; whether an earlier one may have the same key.
    fn goes_on(&mut self, seen: Seen) -> Result<bool> {
        let file = &self.files[seen.file];
        let now = file.now.as_ref();
        if now.is_some_and(|now| now.id == Some(seen.blob)) {
            return Ok(true);
        }
        let held = self.blobs.read(&seen.blob);
        let held = held.with_context(|| format!("read {} as {} has it", file.path, seen.commit));
        Ok(match held? {
            // Nothing that is no text is sealed; a later commit may take back what was, under the key that it had.
            Held::Bytes(bytes) => match String::from_utf8(bytes) {
                Ok(text) => self.note(seen, text)?,
                Err(_) => self.keys[seen.file].is_some(),
            },
            Held::TooLarge => self.keys[seen.file].is_some(),
            Held::Nothing => {
                self.lacking += 1;
                false
            }
        })
    }

    fn note(&mut self, seen: Seen, text: String) -> Result<bool> {
        let (file, key) = (self.files[seen.file], &mut self.keys[seen.file]);
        let lines = file.now.as_ref().and_then(|now| now.lines.as_ref());
        if let Some(key) = key.as_mut()
            && lines.is_some_and(|lines| lines.cover(&text))
        {
            key.extend(Traces::in_text(&text));
            return Ok(true);
        }
        let Ok(version) = parse_unfinished_as(file.store, text, &file.path) else {
            return Ok(key.is_some());
        };
        let (traces, people) = (Traces::of(&version), groups_of(&version).recipients());
        let is_shown = key.as_ref().is_none_or(|key| key.are_of_key_of(&traces));
        if !is_shown && !self.opens_as_newest(seen.file, version)? {
            return Ok(false);
        }
        self.newest[seen.file].get_or_insert(seen.blob);
        let key = self.keys[seen.file].get_or_insert_default();
        key.extend(traces);
        for person in people {
            self.found[seen.file].entry(person).or_insert(seen.commit);
        }
        Ok(true)
    }

    /// Whether the identities find the key of the newest version in another one, as where somebody was taken out and each value
    /// changed in one commit.
    fn opens_as_newest(&self, file: usize, version: Sealed) -> Result<bool> {
        let (Some(newest), [_, ..]) = (self.newest[file], self.identities) else {
            return Ok(false);
        };
        let Held::Bytes(newest) = self.blobs.read(&newest)? else {
            return Ok(false);
        };
        let File { path, store, .. } = self.files[file];
        let newest = str::from_utf8(&newest).ok();
        let newest = newest.and_then(|text| Version::read(*store, text, path, self.identities));
        let version = Version::of(version, self.identities);
        Ok(newest.is_some_and(|newest| newest.has_key_of(&version)))
    }
}
