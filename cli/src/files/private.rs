//! Files that hold a private key.

use crate::failure::{Explain, Failure, Result, refused};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A new file that only its owner may read, outside the repository.
///
/// It is made before anything depends on it, and is removed again unless it is kept.
pub(crate) struct PrivateFile {
    path: PathBuf,
    kept: bool,
}

impl PrivateFile {
    /// Writes the text to a new file of mode 0600.
    ///
    /// # Errors
    /// When the path lies in the repository, where the next `git add` would publish it, or when something is there.
    pub(crate) fn create(path: &Path, repository: &Path, text: &str) -> Result<Self> {
        refuse_inside(path, repository)?;
        write_new(path, text)
            .with_context(|| format!("write the private key to {}", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            kept: false,
        })
    }

    /// Keeps the file: what depends on it is done.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Writes the text to a new file of mode 0600. Nothing stays of one that could not be written whole.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| explained(path, error))?;
    let written = file.write_all(text.as_bytes());
    written.and_then(|()| file.sync_all()).map_err(|error| {
        let _ = fs::remove_file(path);
        error.into()
    })
}

/// Puts a file of mode 0600 in place, of whatever was there.
pub(crate) fn replace(path: &Path, text: &str) -> Result<()> {
    let folder = folder_of(path);
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}

fn explained(path: &Path, error: io::Error) -> Failure {
    if error.kind() == ErrorKind::AlreadyExists {
        refused(format!("{} exists already", path.display()))
            .hint("name a file that does not exist: a key is never overwritten")
    } else {
        error.into()
    }
}

/// Refuses a place for a private key inside the repository.
fn refuse_inside(path: &Path, repository: &Path) -> Result<()> {
    let folder = folder_of(path);
    let folder = folder
        .canonicalize()
        .with_context(|| format!("look at the folder {}", folder.display()))?;
    if folder.starts_with(repository) {
        return Err(refused(format!(
            "{} lies inside the repository, where a commit would publish it",
            path.display()
        ))
        .hint(format!("name a file outside {}", repository.display())));
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::PrivateFile;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_the_owner_may_read_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("recovery.txt");
        let file = PrivateFile::create(&path, repository.path(), "secret\n").expect("created");
        file.keep();
        assert_eq!(
            path.metadata().expect("there").permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn is_removed_unless_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("recovery.txt");
        drop(PrivateFile::create(&path, repository.path(), "secret\n").expect("created"));
        assert!(!path.exists());
    }

    #[test]
    fn is_refused_inside_the_repository() {
        let repository = tempfile::tempdir().expect("a folder");
        let root = repository.path().canonicalize().expect("a path");
        fs::create_dir(root.join("below")).expect("made");
        let path = root.join("below/recovery.txt");
        assert!(PrivateFile::create(&path, &root, "secret\n").is_err());
        assert!(!path.exists());
    }

    #[test]
    fn is_never_written_over_another_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("recovery.txt");
        fs::write(&path, "older key").expect("written");
        assert!(PrivateFile::create(&path, repository.path(), "secret\n").is_err());
        assert_eq!(fs::read_to_string(&path).expect("read"), "older key");
    }
}
