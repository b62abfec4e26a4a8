//! A folder for plaintext that an editor has to find by name: in memory, for its owner alone, and wiped.

mod left;
mod memory;
mod wipe;

use crate::failure::{Explain, Result, refused};
use crate::signals;
use secrecy::ExposeSecret;
use signet_seal::ClearText;
use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};
use wipe::Contents;
use zeroize::Zeroizing;

/// A new folder that is wiped when it is dropped, and when a signal ends the process.
pub(crate) struct PrivateFolder {
    contents: Arc<Contents>,
    /// Closed last: until then nobody else wipes it.
    _lock: File,
}

impl PrivateFolder {
    /// A folder of mode 0700 in memory, or on a disk if the person allows that and there is no such place.
    ///
    /// # Errors
    /// When no place in memory can be written and a disk is not allowed.
    pub(crate) fn create(allow_disk: bool) -> Result<Self> {
        memory::places().for_each(|place| left::wipe_in(&place));
        let (folder, lock) = match memory::places().find_map(|place| make_in(&place).ok()) {
            Some(folder) => folder,
            None if allow_disk => make_in(&env::temp_dir()).context("make a private folder")?,
            None => {
                return Err(refused(
                    "there is no file system in memory for the plaintext: neither $XDG_RUNTIME_DIR nor /dev/shm is one",
                )
                .hint("--allow-disk writes it to a disk, where wiping may leave copies; `signet set` changes a value without a file"));
            }
        };
        let contents = Arc::new(Contents::of(folder));
        signals::put_right_at_the_end(&contents).context("watch for signals")?;
        Ok(Self {
            contents,
            _lock: lock,
        })
    }

    /// A new file of mode 0600 with this content.
    #[expect(clippy::disallowed_methods, reason = "the editor reads it there")]
    pub(crate) fn put(&self, name: &str, content: &ClearText) -> Result<PathBuf> {
        let path = self.contents.folder().join(name);
        let put = || -> std::io::Result<File> {
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(content.expose_secret())?;
            Ok(file)
        };
        self.contents.hold(put().context("write the plaintext")?);
        Ok(path)
    }

    /// What a file holds now, whatever was done to it.
    pub(crate) fn read(&self, name: &str) -> Result<ClearText> {
        let file = self.contents.folder().join(name);
        fs::read(file)
            .map(|text| Zeroizing::new(text).into())
            .context("read the edited text")
    }

    /// Where the folder and all that is in it stays, for its owner alone, until it is removed by hand.
    pub(crate) fn keep(self) -> PathBuf {
        let folder = self.contents.folder();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let kept = folder.with_file_name(name.replacen(left::PREFIX, "signet-typed-", 1));
        let renamed = fs::rename(folder, &kept);
        let place = renamed.map_or_else(|_| folder.to_owned(), |()| kept);
        // Nothing is wiped then; the process ends soon.
        std::mem::forget(self);
        place
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        self.contents.wipe();
    }
}

/// A new folder and the lock on it.
fn make_in(place: &Path) -> std::io::Result<(PathBuf, File)> {
    loop {
        let folder = tempfile::Builder::new()
            .prefix(&format!("{}{}-", left::PREFIX, std::process::id()))
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(place)?;
        // Another process may have wiped it before it was held.
        if let Some(lock) = left::hold(folder.path())? {
            return Ok((folder.keep(), lock));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PrivateFolder;
    use signet_seal::ClearText;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use zeroize::Zeroizing;

    fn clear(text: &str) -> ClearText {
        Zeroizing::new(text.as_bytes().to_vec()).into()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_owner_sees_it_and_it_goes_with_all_that_was_put_there() {
        let private = PrivateFolder::create(true).unwrap();
        let file = private.put("db.yaml", &clear("canary")).unwrap();
        let folder = file.parent().unwrap().to_owned();
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        fs::create_dir(folder.join("undo")).unwrap();
        fs::write(folder.join("undo/.db.yaml.swp"), "canary").unwrap();
        drop(private);
        assert!(!folder.exists());
    }

    #[test]
    fn reads_what_an_editor_put_in_the_place_of_the_file() {
        let private = PrivateFolder::create(true).unwrap();
        let file = private.put("db.yaml", &clear("before")).unwrap();
        let beside = file.with_extension("new");
        fs::write(&beside, "after").unwrap();
        fs::rename(&beside, &file).unwrap();
        assert!(private.read("db.yaml").unwrap().is(&clear("after")));
    }
}
