//! What was typed, where the file that it was meant for changed meanwhile.

use crate::failure::{Explain, Failure, Result};
use crate::private_folder::PrivateFolder;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// As many such files as may stand beside one.
const MOST: usize = 100;

/// The failure to write a sealed text, which is kept in a new file beside; its name ends as that of the file does, so that it
/// is opened as one of the same store. Where that cannot be written either, the text stays where the editor had it.
pub(super) fn beside(
    file: &Path,
    sealed: &str,
    folder: PrivateFolder,
    failure: Failure,
) -> Failure {
    match write(file, sealed) {
        Ok(kept) => failure.hint(format!(
            "what was typed is kept sealed in {0}: `signet open {0}` prints it",
            kept.display()
        )),
        Err(other) => failure.hint(other.report(false).trim()).hint(format!(
            "what was typed is kept in the clear, for you alone, in {}: remove that once it is sealed",
            folder.keep().display()
        )),
    }
}

fn write(file: &Path, sealed: &str) -> Result<PathBuf> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut number = 1;
    loop {
        let place = file.with_file_name(format!("typed-{number}.{name}"));
        let doing = || format!("write {}", place.display());
        match OpenOptions::new().write(true).create_new(true).open(&place) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < MOST => number += 1,
            Err(error) => return Err(error).with_context(doing),
            Ok(mut new) => {
                if let Err(error) = new.write_all(sealed.as_bytes()) {
                    let _ = fs::remove_file(&place);
                    return Err(error).with_context(doing);
                }
                return Ok(place);
            }
        }
    }
}
