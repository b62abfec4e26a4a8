//! What is about to be put in place together, written down first: a process that is killed meanwhile leaves all or none.
//!
//! The journal lies in Git's own folder, where no repository brings one, else in the folder in which the files begin
//! ([`place`]), and is held locked by the process that writes. It names
//! each new file beside its target. Its last line says that all new files are complete: without it they are thrown away,
//! with it they are put in place, by whoever comes next. Another one says that files are being put back, after one could not
//! be put in place: only the process that did it knows what they held.

mod place;

use super::flush_folder;
use crate::failure::{Explain, Result, failed, refused};
use crate::output::Output;
use crate::random;
use rustix::fs::OFlags;
use serde_json::json;
use signet_api::RepoPath;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const PREFIX: &str = ".signet-";
const COMPLETE: &str = "\"complete\"\n";
const BACK: &str = "\"back\"\n";

/// More than a journal of 200,000 files has, in bytes.
const LARGEST: u64 = 64 << 20;

/// A journal that this process holds.
pub(super) struct Journal {
    file: File,
    place: PathBuf,
    root: PathBuf,
}

/// A new file beside its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// The name of the new file.
    name: String,
    /// The file in whose place it goes.
    target: RepoPath,
    /// What stood there.
    before: Option<Stamp>,
}

/// What was made of what an earlier process left.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recovered {
    /// So many files were put in place: all that were missing.
    Placed(usize),
    /// It was putting these back when it ended: each holds what it held before, or what that process made.
    Undecided(Vec<RepoPath>),
}

/// What tells that somebody wrote to a file, without a word of what it holds: inode, bytes, seconds and nanoseconds.
type Stamp = [i64; 4];

impl Note {
    /// A note of a new file for each of these, under a name that nothing has yet.
    pub(super) fn for_all<'a>(
        root: &Path,
        targets: impl Iterator<Item = &'a RepoPath>,
    ) -> Vec<Self> {
        let run = random::identifier();
        let note = |(number, target): (usize, &RepoPath)| Self {
            name: format!("{PREFIX}{run}-{number}"),
            target: target.clone(),
            before: stamp(&root.join(target.as_str())),
        };
        targets.enumerate().map(note).collect()
    }

    /// Where the new file stands.
    pub(super) fn place(&self, root: &Path) -> PathBuf {
        self.target(root).with_file_name(&self.name)
    }

    fn target(&self, root: &Path) -> PathBuf {
        root.join(self.target.as_str())
    }

    /// Whether both files stand below the folder, and not in Git's own: a journal that came with a repository may name a
    /// folder of it that is a link.
    fn is_below(&self, root: &Path) -> bool {
        let place = self.place(root);
        let folder = place.parent().map(Path::canonicalize);
        match (root.canonicalize(), folder) {
            (Ok(root), Some(Ok(folder))) => folder
                .strip_prefix(root)
                .is_ok_and(|below| !below.starts_with(".git")),
            _ => false,
        }
    }

    fn line(&self) -> String {
        json!([self.name, self.target.as_str(), self.before]).to_string() + "\n"
    }

    /// Nothing for what no journal of ours says: a work tree may hold a file of that name that came from elsewhere.
    fn read(line: &str) -> Option<Self> {
        let (name, target, before): (String, String, Option<Stamp>) =
            serde_json::from_str(line).ok()?;
        let is_ours = name.starts_with(PREFIX) && !name.contains('/');
        Some(Self {
            target: target.parse().ok().filter(|_| is_ours)?,
            name,
            before,
        })
    }
}

impl Journal {
    /// Writes the notes down, once nothing of an earlier process is left.
    ///
    /// # Errors
    /// When another process writes to the work tree.
    pub(super) fn begin(root: &Path, notes: &[Note]) -> Result<Self> {
        let mut journal = Self::open(root, true)?.expect("it is made where there is none");
        journal.recover()?;
        let lines: String = notes.iter().map(Note::line).collect();
        journal
            .write(&lines)
            .context("write down what is to be changed")?;
        journal.place.parent().into_iter().for_each(flush_folder);
        Ok(journal)
    }

    /// Notes that all new files are complete: from now on they will be put in place.
    pub(super) fn complete(&mut self) -> Result<()> {
        self.write(COMPLETE).context("write down that all is ready")
    }

    /// Notes that files are being put back.
    pub(super) fn go_back(&mut self) -> io::Result<()> {
        self.write(BACK)
    }

    /// Ends when everything is in its place, or is as it was.
    pub(super) fn end(self) {
        let _ = fs::remove_file(self.place);
    }

    /// The journal of a work tree, locked; none where there is none and none is to be made.
    pub(super) fn open(root: &Path, make: bool) -> Result<Option<Self>> {
        let place = place::of(root);
        if let Some(folder) = place.parent().filter(|_| make) {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(make).truncate(false);
            options.mode(0o600);
            // A repository may bring a link of that name, and what it leads to would be emptied, or a pipe, for whose other
            // end one would wait for ever.
            let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
            options.custom_flags(flags.bits().cast_signed());
            let file = match options.open(&place) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && !make => return Ok(None),
                opened => opened
                    .with_context(|| format!("open {}", place.display()))
                    .hint("only signet makes such a file: remove it if it is a symbolic link")?,
            };
            if !file.metadata()?.is_file() {
                return Err(refused(format!("{} is no file", place.display()))
                    .hint("only signet makes a file of that name: remove what stands there"));
            }
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => {
                    return Err(refused("another signet is writing to this work tree")
                        .hint("try again when it has ended"));
                }
                Err(TryLockError::Error(error)) => return Err(error.into()),
                // One that ended between the two steps took its journal away.
                Ok(()) if file.metadata()?.nlink() == 0 => {}
                Ok(()) => {
                    let root = root.to_owned();
                    return Ok(Some(Self { file, place, root }));
                }
            }
        }
    }

    /// Brings to an end what the notes say.
    pub(super) fn recover(&mut self) -> Result<Recovered> {
        let text = self.text()?;
        let notes = text.lines().filter_map(Note::read);
        let notes: Vec<Note> = notes.filter(|note| note.is_below(&self.root)).collect();
        let is_complete = text.ends_with(COMPLETE);
        let went_back = text.contains(COMPLETE) && !is_complete;
        let mut done = 0;
        for note in &notes {
            let (new, target) = (note.place(&self.root), note.target(&self.root));
            if is_complete && new.exists() {
                if stamp(&target) != note.before {
                    return Err(failed(format!(
                        "{} was changed after an interrupted run had made a new version of it, {}",
                        note.target,
                        new.display()
                    ))
                    .hint(
                        "keep one of the two: move the new version over the file, or remove it",
                    ));
                }
                fs::rename(&new, &target)
                    .with_context(|| format!("put {} in place", note.target))?;
                done += 1;
            } else if !is_complete {
                let _ = fs::remove_file(&new);
            }
        }
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        Ok(if went_back {
            Recovered::Undecided(notes.into_iter().map(|note| note.target).collect())
        } else {
            Recovered::Placed(done)
        })
    }

    fn text(&mut self) -> Result<String> {
        let mut text = String::new();
        let read = (&mut self.file)
            .take(LARGEST + 1)
            .read_to_string(&mut text)
            .with_context(|| format!("read {}", self.place.display()))?;
        if read as u64 > LARGEST {
            return Err(refused(format!(
                "{} has more than 64 MiB, more than a journal of 200,000 files",
                self.place.display()
            ))
            .hint("remove it, unless a run of signet was interrupted here"));
        }
        Ok(text)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()
    }
}

/// Brings to an end what a process that was killed had begun in this work tree: all its files or none.
///
/// # Errors
/// When another process is writing there, and when somebody changed a file since.
pub(crate) fn recover(root: &Path, out: &Output) -> Result<()> {
    let Some(mut journal) = Journal::open(root, false)? else {
        return Ok(());
    };
    match journal.recover()? {
        Recovered::Placed(0) => {
            out.note("an earlier run was interrupted before it changed anything");
        }
        Recovered::Placed(files) => out.note(format!(
            "an earlier run was interrupted; what it had made was put in place, in so many files: {files}"
        )),
        Recovered::Undecided(files) => {
            let files: Vec<&str> = files.iter().map(RepoPath::as_str).collect();
            out.warn(format!(
                "an earlier run was interrupted while it put back what it had changed; of these, some may be changed still: {}",
                files.join(", ")
            ));
        }
    }
    journal.end();
    Ok(())
}

/// Nothing where no file stands.
fn stamp(file: &Path) -> Option<Stamp> {
    let metadata = fs::symlink_metadata(file).ok()?;
    let signed = |number: u64| number.cast_signed();
    Some([
        signed(metadata.ino()),
        signed(metadata.size()),
        metadata.mtime(),
        metadata.mtime_nsec(),
    ])
}
