//! What Git has of a file, up to the size that a sealed one may have.

use crate::failure::{Explain, Result, failed};
use crate::gitcmd::Git;
use crate::output::Output;
use crate::reading::LARGEST;
use signet_provenance::{Kind, ObjectId, Objects, ReadError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files that a repository has under the names of their content.
#[derive(Clone)]
pub(crate) struct Blobs {
    objects: Arc<dyn Objects>,
    root: PathBuf,
    out: Output,
}

/// What a file holds, as far as it is read.
pub(crate) enum Held {
    Bytes(Vec<u8>),
    /// More than any sealed file has: it is not read.
    TooLarge,
    /// There is none.
    Nothing,
}

impl Blobs {
    /// Those of the repository whose work tree begins in this folder.
    pub(crate) fn of(objects: Arc<dyn Objects>, root: &Path, out: &Output) -> Self {
        Self {
            objects,
            root: root.to_owned(),
            out: out.clone(),
        }
    }

    /// What stands under a name. Agents take no file of which the store does not hand out all; people seal larger ones for each
    /// other, which git itself reads then.
    ///
    /// # Errors
    /// When neither reads it, or git has something else to show for the name.
    pub(crate) fn read(&self, id: &ObjectId) -> Result<Held> {
        match self.objects.read(id) {
            Ok(Some(object)) => Ok(Held::Bytes(object.bytes)),
            Ok(None) => Ok(Held::Nothing),
            Err(ReadError::TooLarge { bytes }) if bytes > LARGEST => Ok(Held::TooLarge),
            Err(ReadError::TooLarge { .. } | ReadError::TooCostly) => {
                self.read_by_git(id).map(Held::Bytes)
            }
            Err(error) => Err(error).context("read the object store"),
        }
    }

    fn read_by_git(&self, id: &ObjectId) -> Result<Vec<u8>> {
        let name = id.to_string();
        let git = Git::at(&self.root, &self.out);
        let bytes = git.read_bytes(&["--no-replace-objects", "cat-file", "blob", &name])?;
        if ObjectId::of(Kind::Blob, &bytes).as_ref() == Some(id) {
            Ok(bytes)
        } else {
            Err(failed(format!(
                "git cat-file shows another object for {name}"
            )))
        }
    }
}
