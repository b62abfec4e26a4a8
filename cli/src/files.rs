//! Writes files of the work tree: all of them or none.

pub(crate) mod private;

use crate::failure::{Explain, Result, refused};
use crate::output::Output;
use signet_api::RepoPath;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Files to be written together.
pub(crate) struct Changes {
    root: PathBuf,
    files: Vec<Change>,
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

    /// Prints the paths, in the order in which they were added.
    pub(crate) fn list(&self, out: &Output) -> Result<()> {
        for change in &self.files {
            out.line(&change.path)?;
        }
        Ok(())
    }

    /// The paths and new texts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&RepoPath, &str)> {
        let texts = self.files.iter();
        texts.map(|change| (&change.path, change.text.as_str()))
    }

    /// Puts every file in place.
    ///
    /// All are written beside their targets first, so that a full disk changes nothing; then they are renamed over
    /// them. Should a rename fail, those before it are put back.
    ///
    /// # Errors
    /// When a file is not what it was replaced from any more, as after an editor saved meanwhile.
    pub(crate) fn apply(self) -> Result<()> {
        let mut prepared = Vec::new();
        for Change { path, text, .. } in &self.files {
            prepared
                .push(prepare(&self.place(path), text).with_context(|| format!("write {path}"))?);
        }
        for change in &self.files {
            self.is_as_it_was(change)?;
        }
        let mut done = Vec::new();
        for file in prepared {
            match file.put_in_place() {
                Ok(replaced) => done.push(replaced),
                Err(failure) => {
                    done.into_iter().rev().for_each(Replaced::put_back);
                    return Err(failure);
                }
            }
        }
        Ok(())
    }

    fn is_as_it_was(
        &self,
        Change {
            path, made_from, ..
        }: &Change,
    ) -> Result<()> {
        let Some(before) = made_from else {
            return Ok(());
        };
        let now = fs::read(self.place(path)).with_context(|| format!("read {path} again"))?;
        if now == **before {
            return Ok(());
        }
        Err(refused(format!("{path} was changed meanwhile")).hint("nothing was written; try again"))
    }

    fn place(&self, path: &RepoPath) -> PathBuf {
        self.root.join(path.to_string())
    }
}

/// A file that stands beside its target.
struct Prepared {
    file: NamedTempFile,
    target: PathBuf,
}

/// A target and what stood there before.
struct Replaced {
    target: PathBuf,
    before: Option<Vec<u8>>,
}

fn prepare(target: &Path, text: &str) -> Result<Prepared> {
    let folder = target
        .parent()
        .expect("a path below the work tree has a parent");
    fs::create_dir_all(folder).with_context(|| format!("make the folder {}", folder.display()))?;
    let mut file = tempfile::Builder::new()
        .prefix(".signet-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Ok(there) = fs::metadata(target) {
        file.as_file().set_permissions(there.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(Prepared {
        file,
        target: target.to_owned(),
    })
}

impl Prepared {
    fn put_in_place(self) -> Result<Replaced> {
        let before = fs::read(&self.target).ok();
        self.file
            .persist(&self.target)
            .map_err(|failed| failed.error)
            .with_context(|| format!("put {} in place", self.target.display()))?;
        Ok(Replaced {
            target: self.target,
            before,
        })
    }
}

impl Replaced {
    /// Best effort, on the way out of another failure, which is the one to report.
    fn put_back(self) {
        let _ = match self.before {
            Some(bytes) => fs::write(&self.target, bytes),
            None => fs::remove_file(&self.target),
        };
    }
}

#[cfg(test)]
mod tests;
