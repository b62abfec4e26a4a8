//! Where a clone keeps what it knows of its history: beside its pin, in the common Git folder, which all its worktrees share.

use super::kept::Kept;
use crate::failure::{Explain, Result};
use crate::files::private;
use crate::pin;
use rustix::process::geteuid;
use signet_git::Store;
use signet_provenance::TrustRoot;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file of a clone.
pub(super) struct Ledger {
    place: PathBuf,
}

/// What the file holds.
pub(super) struct Page {
    pub(super) kept: Kept,
    /// Nothing where there is no file.
    text: Option<String>,
}

/// What became of something to be kept.
pub(super) enum Outcome {
    Kept,
    /// Another command kept something meanwhile.
    Overtaken,
    /// It cannot be written here, and why not.
    Unkept(String),
}

impl Ledger {
    /// That of a clone.
    pub(super) fn of(store: &Store) -> Self {
        Self {
            place: pin::place(store).with_file_name("state.json"),
        }
    }

    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// What is known, under this pin. What somebody else could have written counts for nothing.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged. It is not made anew by itself: what a revoked key signed and which history was
    /// verified would be forgotten with it.
    pub(super) fn read(&self, root: &TrustRoot) -> Result<Page> {
        if self.is_of_others() {
            let (kept, text) = (Kept::nothing(root), None);
            return Ok(Page { kept, text });
        }
        let text = self.text();
        let shown = self.place.display();
        let reading = || format!("read what this clone knows of its history, {shown}");
        let text = text.with_context(reading)?;
        let kept = text.as_deref().map(Kept::read).transpose();
        let kept = kept.with_context(reading).hint(format!(
            "it is made anew once it is removed; what was accepted on keys that have ended since is accepted again by: \
             signet verify --at-least COMMIT, {}",
            super::VERIFIED
        ))?;
        let kept = kept.filter(|kept| kept.is_of(root));
        Ok(Page {
            kept: kept.unwrap_or_else(|| Kept::nothing(root)),
            text,
        })
    }

    /// Puts what is known now in the place of what was read, if that is still there.
    pub(super) fn write(&self, read: &Page, now: &Kept) -> Outcome {
        if self.is_of_others() {
            let place = self.place.display();
            return Outcome::Unkept(format!(
                "{place} is somebody else's, or others may write it; where signet ran once as another user, as with sudo, give it back \
                 by chown"
            ));
        }
        match self.exchange(read.text.as_deref(), &now.write()) {
            Ok(true) => Outcome::Kept,
            Ok(false) => Outcome::Overtaken,
            Err(failure) => Outcome::Unkept(failure.report(false)),
        }
    }

    fn exchange(&self, before: Option<&str>, now: &str) -> Result<bool> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let lock = options.open(self.place.with_extension("lock"))?;
        lock.lock()?;
        if self.text()?.as_deref() != before {
            return Ok(false);
        }
        private::replace(&self.place, now)?;
        Ok(true)
    }

    /// Whether the file, or the folder that it is in or would be, is another user's, or may be written by others: what it says would
    /// be theirs, and what is written there would keep them from theirs.
    fn is_of_others(&self) -> bool {
        let folder = self.place.parent().unwrap_or(Path::new("."));
        let folder = if folder.exists() {
            folder
        } else {
            folder.parent().unwrap_or(folder)
        };
        let places = [&*self.place, folder].into_iter();
        let found: Vec<Metadata> = places
            .filter_map(|place| place.symlink_metadata().ok())
            .collect();
        let me = geteuid().as_raw();
        found
            .iter()
            .any(|one| one.uid() != me || one.mode() & 0o002 != 0 && !one.is_symlink())
    }

    fn text(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(&self.place) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signet_provenance::Introduction;
    use std::os::unix::fs::PermissionsExt;

    fn root(signer: &str) -> TrustRoot {
        TrustRoot {
            repository: "6f1c0d".into(),
            reference: "refs/heads/main".into(),
            introduction: Introduction {
                commit: "1".repeat(40).parse().unwrap(),
                payload_sha256: String::new(),
                signer: signer.into(),
            },
            revoked: Vec::new(),
        }
    }

    fn ledger(folder: &Path) -> Ledger {
        Ledger {
            place: folder.join("state.json"),
        }
    }

    #[test]
    fn whoever_was_overtaken_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        let [one, other] = [root("one"), root("other")];
        let [first, second] = [&one, &other].map(|root| ledger.read(root).unwrap());
        assert!(matches!(ledger.write(&first, &first.kept), Outcome::Kept));
        assert!(matches!(
            ledger.write(&second, &second.kept),
            Outcome::Overtaken
        ));
        assert!(ledger.read(&one).unwrap().kept.is_of(&one));
        // Another pin takes the place.
        let again = ledger.read(&other).unwrap();
        assert!(again.kept.is_of(&other));
        assert!(matches!(ledger.write(&again, &again.kept), Outcome::Kept));
        let mode = fs::metadata(ledger.place()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_cannot_be_written_is_told_and_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(&folder.path().join("gone"));
        let page = ledger.read(&root("one")).unwrap();
        assert!(matches!(
            ledger.write(&page, &page.kept),
            Outcome::Unkept(_)
        ));
    }
}
