//! What Signet wrote into the work tree of a clone: until it is committed, nothing but this says that nobody else put it there.

use crate::repository::Repository;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Bytes, of some 30,000 texts; then it begins anew. What is forgotten is asked about.
const LARGEST: u64 = 2 << 20;

/// A list of SHA-256 digests of sealed texts, in the clone beside the pin, where no fetch or checkout writes.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnWork {
    /// Nothing outside a clone.
    list: Option<PathBuf>,
}

impl OwnWork {
    /// That of a clone, all of its work trees together.
    pub(crate) fn of(repository: &Repository) -> Self {
        let folder = repository.store().common_dir().join("signet");
        Self {
            list: Some(folder.join("written")),
        }
    }

    /// Whether Signet wrote this very text here.
    pub(crate) fn has(&self, text: &[u8]) -> bool {
        let list = self.list.as_ref().and_then(|list| fs::read(list).ok());
        let digest = digest(text);
        list.is_some_and(|list| {
            list.split(|byte| *byte == b'\n')
                .any(|line| line == digest.as_bytes())
        })
    }

    /// Takes down that Signet wrote these texts.
    ///
    /// # Errors
    /// Those of writing to the clone. Whoever meets them has done the work already.
    pub(crate) fn take_down<'t>(&self, texts: impl Iterator<Item = &'t str>) -> io::Result<()> {
        let Some(list) = &self.list else {
            return Ok(());
        };
        let lines: String = texts.map(|text| digest(text.as_bytes()) + "\n").collect();
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
