//! The approvals that a caller found, read when the first one matters.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Approval, Proposed, TagRef};
use crate::authority::Holder;
use crate::object::{self, Kind, ObjectError};
use crate::signature::{self, Dates, Issuer, KnownKeys, SignatureError};
use crate::step::chain;
use crate::{Delta, ObjectId, Objects, Tag};

/// The approvals that a caller found. None is read before a step needs more than its signer.
pub(crate) struct Approvals<'a> {
    objects: &'a Arc<dyn Objects>,
    tags: &'a [TagRef],
    /// One that nobody has signed yet.
    proposed: Option<&'a Proposed>,
    read: OnceCell<Read>,
}

/// All of them, in the order of their refs, and which are of which changes.
struct Read {
    found: Vec<Found>,
    by_delta: BTreeMap<Delta, Vec<usize>>,
}

/// A tag that a caller found, and what became of reading it.
pub(crate) struct Found {
    pub(crate) tag: TagRef,
    /// What it tags and when, if it is a tag at all.
    pub(crate) made: Option<(ObjectId, Timestamp)>,
    /// The approval, or why it is none.
    pub(crate) read: Result<Signed, String>,
}

/// An approval with a signature that is not looked at yet.
///
/// Tags may be large and many, so what the signature covers is read again when it matters.
pub(crate) struct Signed {
    pub(crate) approval: Approval,
    pub(crate) issuer: Issuer,
    /// The times that the signature tells.
    pub(crate) dates: Dates,
    /// What there is to say about the signature as one by each of these holders.
    checked: RefCell<Vec<(Holder, Result<(), SignatureError>)>>,
    /// Whether nobody has signed it yet.
    is_proposed: bool,
}

impl<'a> Approvals<'a> {
    pub(crate) fn new(
        objects: &'a Arc<dyn Objects>,
        tags: &'a [TagRef],
        proposed: Option<&'a Proposed>,
    ) -> Self {
        Self {
            objects,
            tags,
            proposed,
            read: OnceCell::new(),
        }
    }

    /// All of them.
    ///
    /// # Errors
    /// [`ObjectError`] where the store fails; what anybody can push is no error.
    pub(crate) fn all(&self) -> Result<&[Found], ObjectError> {
        Ok(&self.read()?.found)
    }

    /// Those of changes with this digest.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub(crate) fn of(&self, delta: &Delta) -> Result<impl Iterator<Item = &Found>, ObjectError> {
        let read = self.read()?;
        let indices = read.by_delta.get(delta).into_iter().flatten();
        Ok(indices.map(|index| &read.found[*index]))
    }

    /// Whether none of them says of which changes it is.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub(crate) fn are_none(&self) -> Result<bool, ObjectError> {
        Ok(self.read()?.by_delta.is_empty())
    }

    /// Whether the signature of one is right as one by this holder's key; found out once.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub(crate) fn check(
        &self,
        tag: &TagRef,
        signed: &Signed,
        holder: &Holder,
    ) -> Result<Result<(), SignatureError>, ObjectError> {
        if signed.is_proposed {
            return Ok(Ok(()));
        }
        let known = signed.checked.borrow();
        if let Some((_, right)) = known.iter().find(|(other, _)| other == holder) {
            return Ok(right.clone());
        }
        drop(known);
        let right = self.checked(tag, holder)?;
        let mut known = signed.checked.borrow_mut();
        known.push((holder.clone(), right.clone()));
        Ok(right)
    }

    fn read(&self) -> Result<&Read, ObjectError> {
        if let Some(read) = self.read.get() {
            return Ok(read);
        }
        let mut found = Vec::new();
        // Many refs may name one object, a large one perhaps: it is read once.
        let mut by_object: Vec<&TagRef> = self.tags.iter().collect();
        by_object.sort_by_key(|tag| tag.tag);
        for tags in by_object.chunk_by(|one, other| one.tag == other.tag) {
            self.find(tags, &mut found)?;
        }
        found.extend(self.proposed.map(Found::proposed));
        found.sort_by(|one, other| one.tag.cmp(&other.tag));
        found.dedup_by(|one, other| one.tag == other.tag);
        let mut by_delta: BTreeMap<Delta, Vec<usize>> = BTreeMap::new();
        for (index, found) in found.iter().enumerate() {
            if let Ok(signed) = &found.read {
                let same = by_delta.entry(signed.approval.delta).or_default();
                same.push(index);
            }
        }
        Ok(self.read.get_or_init(|| Read { found, by_delta }))
    }

    /// Adds what becomes of reading these refs, which name one object.
    fn find(&self, tags: &[&TagRef], found: &mut Vec<Found>) -> Result<(), ObjectError> {
        let Some(first) = tags.first() else {
            return Ok(());
        };
        let bytes = match object::read(&**self.objects, &first.tag, Kind::Tag) {
            Err(error) if !error.is_content() => return Err(error),
            read => read.map_err(|error| chain(&error)),
        };
        found.extend(tags.iter().map(|tag| match &bytes {
            Ok(bytes) => Found::parse((*tag).clone(), bytes),
            Err(why) => Found {
                tag: (*tag).clone(),
                made: None,
                read: Err(why.clone()),
            },
        }));
        Ok(())
    }

    fn checked(
        &self,
        tag: &TagRef,
        holder: &Holder,
    ) -> Result<Result<(), SignatureError>, ObjectError> {
        let bytes = object::read(&**self.objects, &tag.tag, Kind::Tag)?;
        let tag = Tag::parse(&bytes, &tag.reference).ok();
        let both = tag.and_then(|tag| {
            let signature = signature::parse(&tag.signature?).ok()?;
            Some((signature, tag.payload))
        });
        let (signature, payload) = both.expect("the same bytes were read so before");
        Ok(holder.check(&signature, &payload, &KnownKeys::default()))
    }
}

impl Found {
    fn parse(tag: TagRef, bytes: &[u8]) -> Self {
        match Tag::parse(bytes, &tag.reference) {
            Ok(parsed) => Self {
                tag,
                made: Some((parsed.target, parsed.tagged)),
                read: Signed::of(&parsed),
            },
            Err(error) => Self {
                tag,
                made: None,
                read: Err(chain(&error)),
            },
        }
    }

    fn proposed(proposed: &Proposed) -> Self {
        let Proposed {
            reference,
            approval,
            fingerprint,
        } = proposed.clone();
        let tag = TagRef {
            reference,
            tag: ObjectId::new([0; 20]),
        };
        Self {
            tag,
            made: None,
            read: Ok(Signed {
                approval,
                issuer: Issuer::Ssh(fingerprint),
                dates: Dates::default(),
                checked: RefCell::default(),
                is_proposed: true,
            }),
        }
    }
}

impl Signed {
    fn of(tag: &Tag) -> Result<Self, String> {
        let approval = Approval::of(tag).map_err(|error| chain(&error))?;
        let armoured = tag.signature.as_deref().ok_or("the tag is not signed")?;
        let signature = signature::parse(armoured).map_err(|error| chain(&error))?;
        Ok(Self {
            approval,
            issuer: signature.issuer(),
            dates: signature.dates(),
            checked: RefCell::default(),
            is_proposed: false,
        })
    }
}
