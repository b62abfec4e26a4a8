//! Reads what a person names or pipes, which may be a secret in the clear, or something without an end.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// More than any sealed file has, in bytes: 64 MiB of content in base64, and its `sops` block.
pub(crate) const LARGEST: u64 = 88 << 20;

/// Everything up to the end.
///
/// # Errors
/// Those of reading, and when there are more than 88 MiB.
pub(crate) fn all(from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    into(Vec::new(), from)
}

/// What a file holds that is to be replaced by another.
///
/// # Errors
/// Those of [`all`]; also when it is no file, as a pipe for whose writer one would wait for ever.
pub(crate) fn file(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
    }
    // A buffer that need not grow leaves no copy behind.
    let size = usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default();
    into(Vec::with_capacity(size), File::open(path)?)
}

/// The bytes as a text; they are wiped where they are none.
pub(crate) fn text(mut bytes: Zeroizing<Vec<u8>>) -> Option<String> {
    let text = String::from_utf8(std::mem::take(&mut *bytes));
    text.map_err(|error| Zeroizing::new(error.into_bytes()))
        .ok()
}

fn into(buffer: Vec<u8>, from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(buffer);
    match from.take(LARGEST + 1).read_to_end(&mut bytes)? as u64 {
        0..=LARGEST => Ok(bytes),
        _ => Err(io::Error::other("it has more than 88 MiB")),
    }
}
