//! Writes files of the work tree: all of them or none.

mod disks;
mod journal;
mod placing;
pub(crate) mod private;

use crate::failure::{Explain, Result, refused};
use crate::output::Output;
use crate::own_work::OwnWork;
use crate::parallel;
use crate::place::Place;
use disks::Disks;
use journal::{Journal, Note};
use placing::{Prepared, Written};
use signet_api::RepoPath;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub(crate) use journal::recover;

/// So many new files are open at one time, until they are on the disk. Some systems let a process have 256.
const AT_ONCE: usize = 128;

/// From so many files on, to flush all that their file system holds takes less time than to wait for each of them.
const MANY: usize = 128;

/// Files to be written together.
pub(crate) struct Changes {
    root: PathBuf,
    files: Vec<Change>,
    own: OwnWork,
}

struct Change {
    path: RepoPath,
    text: String,
    /// What the new text was made from; None: whatever stands there may go.
    made_from: Option<Zeroizing<Vec<u8>>>,
}

impl Changes {
    /// No changes yet to the work tree at this folder.
    pub(crate) fn to(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: Vec::new(),
            own: OwnWork::default(),
        }
    }

    /// The folder in which the work tree begins.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The same, recorded as Signet's own work once they are written.
    pub(crate) fn recorded_in(self, own: &OwnWork) -> Self {
        Self {
            own: own.clone(),
            ..self
        }
    }

    /// Adds a file with its new text.
    pub(crate) fn write(&mut self, path: RepoPath, text: String) {
        self.files.push(Change {
            path,
            text,
            made_from: None,
        });
    }

    /// Adds a file whose new text was made from what it held.
    pub(crate) fn replace(&mut self, path: RepoPath, before: impl Into<Vec<u8>>, text: String) {
        self.files.push(Change {
            path,
            text,
            made_from: Some(Zeroizing::new(before.into())),
        });
    }

    /// Adds a file that must not be there yet.
    ///
    /// # Errors
    /// When something stands at that path.
    pub(crate) fn create(&mut self, path: RepoPath, text: String) -> Result<()> {
        if self.place(&path).symlink_metadata().is_ok() {
            return Err(refused(format!("{path} exists already")));
        }
        self.write(path, text);
        Ok(())
    }

    /// Whether nothing is to be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Prints the files from where the person stands, in the order in which they were added.
    pub(crate) fn list(&self, out: &Output) -> Result<()> {
        let here = Place::of(&self.root)?;
        for change in &self.files {
            out.line(here.name(change.path.as_str()))?;
        }
        Ok(())
    }

    /// The paths and new texts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&RepoPath, &str)> {
        let texts = self.files.iter();
        texts.map(|change| (&change.path, change.text.as_str()))
    }

    /// Puts every file in place, or none, also where the process is killed meanwhile.
    ///
    /// All are written beside their targets first, so that a full disk changes nothing; then they are renamed over
    /// them. Should a rename fail, the others are put back. What a killed process leaves is brought to an end by the
    /// next one ([`recover`]).
    ///
    /// # Errors
    /// When a file is not what it was replaced from any more, as after an editor saved meanwhile.
    pub(crate) fn apply(&self) -> Result<()> {
        let notes = Note::for_all(&self.root, self.files.iter().map(|change| &change.path));
        // One rename is whole by itself.
        let mut journal = (notes.len() > 1)
            .then(|| Journal::begin(&self.root, &notes))
            .transpose()?;
        let applied = self.prepare(&notes).and_then(|prepared| {
            if let Some(journal) = &mut journal {
                self.flush_folders();
                journal.complete()?;
            }
            // Before the first is in its place: whoever puts the rest there after a kill does not know who made them. What
            // cannot be recorded is done all the same: a person is asked about it then.
            let _ = self.own.record(self.texts());
            self.put_in_place(prepared, journal.as_mut())
        });
        if let Some(journal) = journal {
            self.flush_folders();
            journal.end();
        }
        applied
    }

    /// Writes every new file beside its target, down to the disk.
    fn prepare(&self, notes: &[Note]) -> Result<Vec<Prepared>> {
        let pairs: Vec<(&Change, &Note)> = self.files.iter().zip(notes).collect();
        if pairs.len() >= MANY
            && let Some(disks) = Disks::of(&self.folders())
        {
            return self.prepare_many(&pairs, &disks);
        }
        let mut prepared = Vec::with_capacity(pairs.len());
        for some in pairs.chunks(AT_ONCE) {
            let written = parallel::map(some, |&(change, note)| {
                Ok((change, self.write_new(change, note)?.begun()))
            });
            let written = written.into_iter().collect::<Result<Vec<_>>>()?;
            let flushed = parallel::map(written, |(change, written)| self.flush(change, written));
            for one in flushed {
                prepared.push(one?);
            }
        }
        Ok(prepared)
    }

    /// The same of many, which are on the disk together.
    fn prepare_many(&self, pairs: &[(&Change, &Note)], disks: &Disks) -> Result<Vec<Prepared>> {
        let written = parallel::map(pairs, |&(change, note)| {
            Ok((change, self.write_new(change, note)?.closed()))
        });
        let written: Vec<(&Change, Prepared)> = written.into_iter().collect::<Result<_>>()?;
        disks.flush().context("write the new files")?;
        let checked = parallel::map(written, |(change, prepared)| {
            change.refuse_if_changed(&self.place(&change.path))?;
            Ok(prepared)
        });
        checked.into_iter().collect()
    }

    fn write_new(&self, change: &Change, note: &Note) -> Result<Written> {
        let Change { path, text, .. } = change;
        let written = Written::create(&note.place(&self.root), &self.place(path), text.as_bytes());
        written.with_context(|| format!("write {path}"))
    }

    /// The new file once it is on the disk, if what it was made from still stands.
    fn flush(&self, change: &Change, written: Written) -> Result<Prepared> {
        let path = &change.path;
        let prepared = written.flush().with_context(|| format!("write {path}"))?;
        change.refuse_if_changed(&self.place(path))?;
        Ok(prepared)
    }

    fn put_in_place(&self, prepared: Vec<Prepared>, journal: Option<&mut Journal>) -> Result<()> {
        let pairs = prepared.into_iter().zip(&self.files);
        let placed = parallel::map(pairs, |(file, change)| {
            let before = change.what_stands(&self.place(&change.path))?;
            file.put_in_place(before)
        });
        let (done, failed): (Vec<_>, Vec<_>) = placed.into_iter().partition(Result::is_ok);
        match failed.into_iter().find_map(Result::err) {
            None => Ok(()),
            Some(failure) => {
                // What cannot be noted is done all the same.
                let _ = journal.map(Journal::go_back);
                let done = done.into_iter().rev().flatten();
                let stuck: Vec<String> = done.filter_map(|one| one.put_back().err()).collect();
                Err(match &stuck[..] {
                    [] => failure,
                    _ => failure.hint(format!("these hold what was made: {}", stuck.join(", "))),
                })
            }
        }
    }

    /// Has the names in all folders on the disk: without those of the new files the journal promises what a failing power
    /// supply may take away, and it may go only once the renames stay.
    fn flush_folders(&self) {
        for folder in self.folders() {
            flush_folder(&folder);
        }
    }

    /// Those of the files, and the one in which all begin.
    fn folders(&self) -> BTreeSet<PathBuf> {
        let places = self.files.iter().map(|change| self.place(&change.path));
        let folders = places.filter_map(|place| place.parent().map(Path::to_owned));
        folders.chain([self.root.clone()]).collect()
    }

    fn place(&self, path: &RepoPath) -> PathBuf {
        self.root.join(path.as_str())
    }
}

/// Refuses a file that is there and that nobody may write, before somebody works on it.
pub(crate) fn refuse_read_only(file: &Path) -> Result<()> {
    match fs::metadata(file) {
        Ok(there) => placing::refuse_read_only(&there, file),
        Err(_) => Ok(()),
    }
}

/// Has the names in a folder on the disk, where the file system can: without its name there a file is none after a failing
/// power supply.
fn flush_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

impl Change {
    /// # Errors
    /// As [`Self::what_stands`].
    fn refuse_if_changed(&self, place: &Path) -> Result<()> {
        match self.made_from {
            Some(_) => self.what_stands(place).map(drop),
            None => Ok(()),
        }
    }

    /// What the file holds now, if it is there; it has to be what the new text was made from.
    fn what_stands(&self, place: &Path) -> Result<Option<Vec<u8>>> {
        let path = &self.path;
        let now = match fs::read(place) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            now => Some(now.with_context(|| format!("read {path} again"))?),
        };
        let before = self.made_from.as_ref();
        if before.is_none_or(|before| now.as_ref() == Some(before)) {
            return Ok(now);
        }
        Err(refused(format!("{path} was changed meanwhile")).hint("nothing was written; try again"))
    }
}

#[cfg(test)]
mod tests;
