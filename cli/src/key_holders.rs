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
use signet_provenance::{Kind, ObjectId};
use signet_seal::{Identity, Version};
use std::collections::{BTreeMap, BTreeSet};

/// By name: the newest commit that has the file for them, under its key.
pub(crate) type Holders = BTreeMap<String, ObjectId>;

/// A file whose data key is asked about.
pub(crate) struct File {
    pub(crate) path: RepoPath,
    pub(crate) store: Store,
    /// What it holds, if that has the key; nothing where the key is meant that the file has in the commits themselves.
    pub(crate) now: Option<Now>,
}

/// What a file holds. Most are as a commit has them: what others show is looked at once somebody asks.
pub(crate) struct Now {
    id: Option<ObjectId>,
    text: Text,
}

enum Text {
    Kept(Lines),
    /// Of one that is too large for that.
    Read(Shown),
}

/// What anybody can read in a version.
#[derive(Clone, Default)]
pub(crate) struct Shown {
    key: Traces,
    /// For whom it is sealed.
    pub(crate) people: BTreeSet<String>,
}

impl File {
    /// What the file shows as it is now.
    pub(crate) fn shown(&self) -> Shown {
        match self.now.as_ref().map(|now| &now.text) {
            Some(Text::Kept(lines)) => {
                let sealed = parse_unfinished_as(self.store, lines.text(), &self.path);
                sealed.map_or_else(|_| Shown::default(), |sealed| Shown::of(&sealed))
            }
            Some(Text::Read(shown)) => shown.clone(),
            None => Shown::default(),
        }
    }
}

impl Now {
    /// What a sealed file holds.
    pub(crate) fn of(file: &Sealed) -> Self {
        let text = file.text();
        Self {
            id: ObjectId::of(Kind::Blob, text.as_bytes()),
            text: Lines::of(text).map_or_else(|| Text::Read(Shown::of(file)), Text::Kept),
        }
    }

    fn cover(&self, version: &str) -> bool {
        matches!(&self.text, Text::Kept(lines) if lines.cover(version))
    }
}

impl Shown {
    fn of(file: &Sealed) -> Self {
        Self {
            key: Traces::of(file),
            people: groups_of(file).recipients(),
        }
    }
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
        keys: files.iter().map(|file| Key::of(file)).collect(),
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
    keys: Vec<Key>,
    /// The newest version of each file that has its key.
    newest: Vec<Option<ObjectId>>,
    found: Vec<Holders>,
    /// How many versions are not in this clone.
    lacking: usize,
}

/// What is known of a file's key by now.
struct Key {
    traces: Traces,
    /// Whether they tell it from another one: nothing is known of a key that the commits say before the first of them is read,
    /// nor of the one that the file has before one of its versions is none that shows the same at a glance.
    are_whole: bool,
    /// Whether the file as it is now says which one is meant.
    is_of_now: bool,
}

impl Key {
    fn of(file: &File) -> Self {
        Self {
            traces: Traces::default(),
            are_whole: false,
            is_of_now: file.now.is_some(),
        }
    }

    fn is_meant(&self) -> bool {
        self.is_of_now || self.are_whole
    }

    /// Whether a version that shows these has it; the first one has where the commits say which is meant.
    fn is_shown_by(&mut self, traces: &Traces, file: &File) -> bool {
        if self.are_whole {
            return self.traces.are_of_key_of(traces);
        }
        self.are_whole = true;
        if self.is_of_now {
            self.traces.extend(file.shown().key);
            return self.traces.are_of_key_of(traces);
        }
        true
    }
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
                Err(_) => self.keys[seen.file].is_meant(),
            },
            Held::TooLarge => self.keys[seen.file].is_meant(),
            Held::Nothing => {
                self.lacking += 1;
                false
            }
        })
    }

    fn note(&mut self, seen: Seen, text: String) -> Result<bool> {
        let (file, key) = (self.files[seen.file], &mut self.keys[seen.file]);
        let now = file.now.as_ref();
        if now.is_some_and(|now| now.cover(&text)) {
            key.traces.extend(Traces::in_text(&text));
            return Ok(true);
        }
        let Ok(version) = parse_unfinished_as(file.store, text, &file.path) else {
            return Ok(key.is_meant());
        };
        let shown = Shown::of(&version);
        if !key.is_shown_by(&shown.key, file) && !self.opens_as_newest(seen.file, version)? {
            return Ok(false);
        }
        self.newest[seen.file].get_or_insert(seen.blob);
        self.keys[seen.file].traces.extend(shown.key);
        for person in shown.people {
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
