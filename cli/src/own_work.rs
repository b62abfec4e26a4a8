//! What Signet wrote into the work tree of a clone: until it is committed, nothing but this says that nobody else put it there.

use crate::repository::Repository;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use signet_api::RepoPath;
use signet_provenance::ObjectId;
use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Bytes, of some 30,000 texts; then it begins anew. What is forgotten is asked about.
const LARGEST: u64 = 2 << 20;

/// A list of SHA-256 digests of sealed texts with their paths and what was checked out, in the clone beside the pin, where no fetch or checkout writes.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnWork {
    /// Nothing outside a clone.
    list: Option<PathBuf>,
    /// What is checked out. Once it is another commit, nothing of before counts: it would bring back what was done away with.
    head: Option<ObjectId>,
    /// What the list holds, once it was asked for.
    digests: OnceLock<HashSet<String>>,
}

impl OwnWork {
    /// That of a clone, all of its work trees together.
    pub(crate) fn of(repository: &Repository) -> Self {
        let folder = repository.store().common_dir().join("signet");
        Self {
            list: Some(folder.join("written")),
            head: repository.resolve("HEAD").ok(),
            digests: OnceLock::new(),
        }
    }

    /// That of a list, whatever is checked out.
    #[cfg(test)]
    pub(crate) fn listed_in(list: PathBuf) -> Self {
        Self {
            list: Some(list),
            ..Self::default()
        }
    }

    /// Whether Signet wrote this very text in this place since HEAD is what it is.
    pub(crate) fn has(&self, path: &RepoPath, text: &str) -> bool {
        let digests = self.digests.get_or_init(|| {
            let list = self.list.as_ref().map(fs::read_to_string);
            let list = list.and_then(io::Result::ok).unwrap_or_default();
            list.lines().map(str::to_owned).collect()
        });
        digests.contains(&self.digest(path, text))
    }

    /// Records texts that Signet is about to put in place. What is put back since another file could not be written stays
    /// recorded: Signet made those texts too, and nobody else could have.
    ///
    /// # Errors
    /// Those of writing to the clone. Nothing is in place then, and may be put there all the same: a person is asked about what
    /// is not recorded.
    pub(crate) fn record<'t>(
        &self,
        texts: impl IntoIterator<Item = (&'t RepoPath, &'t str)>,
    ) -> io::Result<()> {
        let Some(list) = &self.list else {
            return Ok(());
        };
        let lines: String = texts
            .into_iter()
            .map(|(path, text)| self.digest(path, text) + "\n")
            .collect();
        let is_full = fs::metadata(list).is_ok_and(|list| list.len() > LARGEST);
        if let Some(folder) = list.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).mode(0o600);
        let mut list = if is_full {
            options.write(true).truncate(true).open(list)?
        } else {
            options.append(true).open(list)?
        };
        list.write_all(lines.as_bytes())
    }

    fn digest(&self, path: &RepoPath, text: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(self.head.map(|head| head.to_string()).unwrap_or_default());
        digest.update("\n");
        digest.update(path.as_str());
        digest.update("\n");
        digest.update(text);
        HEXLOWER.encode(&digest.finalize())
    }
}
