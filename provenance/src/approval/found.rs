//! The approvals that a caller found, read when the first one matters.

use std::cell::OnceCell;
use std::sync::Arc;

use super::{Approval, TagRef};
use crate::object::{self, Kind, ObjectError};
use crate::signature::{self, SignatureError, SshSignature};
use crate::step::chain;
use crate::{Objects, Tag};

/// The approvals that a caller found. None is read before a step needs more than its signer.
pub(crate) struct Approvals<'a> {
    objects: &'a Arc<dyn Objects>,
    tags: &'a [TagRef],
    read: OnceCell<Vec<Found>>,
}

/// A tag that a caller found, and what became of reading it.
pub(crate) struct Found {
    pub(crate) tag: TagRef,
    /// The approval, or why it is none.
    pub(crate) read: Result<Signed, String>,
}

/// An approval with a signature that is not looked at yet.
pub(crate) struct Signed {
    pub(crate) approval: Approval,
    pub(crate) signature: SshSignature,
    payload: Vec<u8>,
    checked: OnceCell<Result<(), SignatureError>>,
}

impl<'a> Approvals<'a> {
    pub(crate) fn new(objects: &'a Arc<dyn Objects>, tags: &'a [TagRef]) -> Self {
        Self {
            objects,
            tags,
            read: OnceCell::new(),
        }
    }

    /// All of them.
    ///
    /// # Errors
    /// [`ObjectError`] where the store fails; what anybody can push is no error.
    pub(crate) fn all(&self) -> Result<&[Found], ObjectError> {
        if let Some(read) = self.read.get() {
            return Ok(read);
        }
        let read: Result<_, _> = self.tags.iter().map(|tag| self.find(tag)).collect();
        let read = read?;
        Ok(self.read.get_or_init(|| read))
    }

    fn find(&self, tag: &TagRef) -> Result<Found, ObjectError> {
        let read = match object::read(&**self.objects, &tag.tag, Kind::Tag) {
            Ok(bytes) => Signed::parse(&bytes, &tag.reference),
            Err(error) if error.is_content() => Err(chain(&error)),
            Err(error) => return Err(error),
        };
        let tag = tag.clone();
        Ok(Found { tag, read })
    }
}

impl Signed {
    fn parse(bytes: &[u8], reference: &str) -> Result<Self, String> {
        let tag = Tag::parse(bytes, reference).map_err(|error| chain(&error))?;
        let approval = Approval::of(&tag).map_err(|error| chain(&error))?;
        let armoured = tag.signature.ok_or("the tag is not signed")?;
        let signature = signature::parse(&armoured).map_err(|error| chain(&error))?;
        Ok(Self {
            approval,
            signature,
            payload: tag.payload,
            checked: OnceCell::new(),
        })
    }

    /// Whether the signature is right; found out once.
    pub(crate) fn check(&self) -> Result<(), SignatureError> {
        let check = || self.signature.check(&self.payload);
        self.checked.get_or_init(check).clone()
    }
}
