//! Reads what a person names or pipes, which may be a secret in the clear, or something without an end.

use crate::failure::{Failure, failed};
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// More than any sealed file has, in bytes: 64 MiB of content in base64, and its `sops` block.
pub(crate) const LARGEST: u64 = 88 << 20;

/// More than any file of identities has, in bytes.
const LARGEST_IDENTITIES: u64 = 1 << 20;

/// Everything up to the end.
///
/// # Errors
/// Those of reading, and when there are more than 88 MiB.
pub(crate) fn all(from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    into(Vec::new(), from, LARGEST)
}

/// Why nothing is made of a stdin that ended at once: often the command before it failed.
pub(crate) fn nothing_piped() -> Failure {
    failed("stdin is empty").hint("what was piped in printed nothing; look whether it failed")
}

/// What a file of identities holds, which may be a pipe.
///
/// # Errors
/// Those of reading, and when there is more than 1 MiB.
pub(crate) fn identity_file(file: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(file)?;
    let size = file.metadata()?.len().min(LARGEST_IDENTITIES);
    let buffer = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    into(buffer, file, LARGEST_IDENTITIES)
}

/// What something prints that should be identities.
///
/// # Errors
/// As for [`identity_file`].
pub(crate) fn printed(from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    into(Vec::new(), from, LARGEST_IDENTITIES)
}

/// What a file holds, which may be replaced by another then.
///
/// # Errors
/// Those of [`all`], of which that of its size is [`ErrorKind::FileTooLarge`]; also when it is no file, as a pipe for whose writer
/// one would wait for ever.
pub(crate) fn file(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    // Of a pipe that stands there meanwhile, too.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
    }
    if metadata.len() > LARGEST {
        return Err(too_large(LARGEST));
    }
    // A buffer that need not grow leaves no copy behind.
    let size = usize::try_from(metadata.len()).unwrap_or_default();
    into(Vec::with_capacity(size), file, LARGEST)
}

/// The bytes as a text; they are wiped where they are none.
pub(crate) fn text(mut bytes: Zeroizing<Vec<u8>>) -> Option<String> {
    let text = String::from_utf8(std::mem::take(&mut *bytes));
    text.map_err(|error| Zeroizing::new(error.into_bytes()))
        .ok()
}

fn into(buffer: Vec<u8>, from: impl Read, largest: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(buffer);
    if from.take(largest + 1).read_to_end(&mut bytes)? as u64 > largest {
        return Err(too_large(largest));
    }
    Ok(bytes)
}

fn too_large(largest: u64) -> io::Error {
    let mebibytes = largest >> 20;
    let mut problem = format!("it has more than {mebibytes} MiB");
    if largest == LARGEST {
        problem += ", and what is sealed has at most 64 MiB";
    }
    io::Error::new(ErrorKind::FileTooLarge, problem)
}
