//! What Signet wrote into the work tree of a clone: until it is committed, nothing but this says that nobody else put it there.

use crate::repository::Repository;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Bytes, of some 30,000 texts; then it begins anew. What is forgotten is asked about.
const LARGEST: u64 = 2 << 20;

/// A list of SHA-256 digests of sealed texts, in the clone beside the pin, where no fetch or checkout writes.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnWork {
    /// Nothing outside a clone.
    list: Option<PathBuf>,
    /// What the list holds, once it was asked for.
    digests: OnceLock<HashSet<String>>,
}

impl OwnWork {
    /// That of a clone, all of its work trees together.
    pub(crate) fn of(repository: &Repository) -> Self {
        let folder = repository.store().common_dir().join("signet");
        Self {
            list: Some(folder.join("written")),
            digests: OnceLock::new(),
        }
    }

    /// Whether Signet wrote this very text here.
    pub(crate) fn has(&self, text: &[u8]) -> bool {
        let digests = self.digests.get_or_init(|| {
            let list = self.list.as_ref().map(fs::read_to_string);
            let list = list.and_then(io::Result::ok).unwrap_or_default();
            list.lines().map(str::to_owned).collect()
        });
        digests.contains(&digest(text))
    }

    /// Records that Signet wrote these texts.
    ///
    /// # Errors
    /// Those of writing to the clone. Whoever meets them has done the work already.
    pub(crate) fn record<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> io::Result<()> {
        let Some(list) = &self.list else {
            return Ok(());
        };
        let lines: String = texts
            .into_iter()
            .map(|text| digest(text.as_bytes()) + "\n")
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
}

fn digest(text: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}
