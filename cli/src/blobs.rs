//! What Git has of a file, up to the size that a sealed one may have.

use crate::failure::{Explain, Result, failed};
use crate::gitcmd::Git;
use crate::reading::LARGEST;
use signet_provenance::{Kind, ObjectId, Objects, ReadError};

/// What a file holds, as far as it is read.
pub(crate) enum Held {
    Bytes(Vec<u8>),
    /// More than any sealed file has: it is not read.
    TooLarge,
    /// There is none.
    Nothing,
}

/// What stands under a name. Agents take no file of which the store does not hand out all; people seal larger ones for each
/// other, which git itself reads then.
///
/// # Errors
/// When neither reads it, or git has something else to show for the name.
pub(crate) fn read(objects: &dyn Objects, git: &Git, id: &ObjectId) -> Result<Held> {
    match objects.read(id) {
        Ok(Some(object)) => Ok(Held::Bytes(object.bytes)),
        Ok(None) => Ok(Held::Nothing),
        Err(ReadError::TooLarge { bytes }) if bytes > LARGEST => Ok(Held::TooLarge),
        Err(ReadError::TooLarge { .. } | ReadError::TooCostly) => {
            let name = id.to_string();
            let bytes = git.read_bytes(&["--no-replace-objects", "cat-file", "blob", &name])?;
            if ObjectId::of(Kind::Blob, &bytes).as_ref() == Some(id) {
                Ok(Held::Bytes(bytes))
            } else {
                Err(failed(format!(
                    "git cat-file shows another object for {name}"
                )))
            }
        }
        Err(error) => Err(error).context("read the object store"),
    }
}
