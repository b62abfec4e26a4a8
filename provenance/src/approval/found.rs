//! The approvals that a caller found, read when the first one matters.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Approval, Proposed, Reset, Statement, TagRef};
use crate::authority::{Authority, Holder, Nobody};
use crate::object::{self, Kind, ObjectError};
use crate::signature::{self, Dates, Issuer, KnownKeys, SignatureError};
use crate::step::chain;
use crate::{Delta, ObjectId, Objects, Tag};

/// The approvals and resets that a caller found. None is read before a step needs more than its signer, or a history was
/// rewritten.
pub(crate) struct Approvals<'a> {
    objects: &'a Arc<dyn Objects>,
    tags: &'a [TagRef],
    /// One that nobody has signed yet.
    proposed: Option<&'a Proposed>,
    read: OnceCell<Read>,
}

/// All of them, in the order of their refs, and which are of which changes.
#[derive(Default)]
struct Read {
    found: Vec<Found>,
    by_delta: BTreeMap<Delta, Vec<usize>>,
    resets: Vec<FoundReset>,
}

/// A tag that a caller found, and what became of reading it.
pub(crate) struct Found {
    pub(crate) tag: TagRef,
    /// What it tags and when, if it is a tag at all.
    pub(crate) made: Option<(ObjectId, Timestamp)>,
    /// The approval, or why it is none.
    pub(crate) read: Result<Signed<Approval>, String>,
}

/// A reset that a caller found.
pub(crate) struct FoundReset {
    pub(crate) tag: TagRef,
    /// When it was made, as it says; `None` where nobody has made it yet.
    tagged: Option<Timestamp>,
    /// The reset.
    pub(crate) signed: Signed<Reset>,
}

/// What a tag says, with a signature that is not looked at yet.
///
/// Tags may be large and many, so what the signature covers is read again when it matters.
pub(crate) struct Signed<T> {
    pub(crate) says: T,
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

    /// The resets among them.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub(crate) fn resets(&self) -> Result<&[FoundReset], ObjectError> {
        Ok(&self.read()?.resets)
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

    /// Whoever of this policy signed one, or why nobody did. The key is looked up before it is used.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub(crate) fn signer<'h, T>(
        &self,
        tag: &TagRef,
        signed: &Signed<T>,
        authority: &'h Authority,
    ) -> Result<Result<&'h Holder, String>, ObjectError> {
        let candidates = match authority.candidates(&signed.issuer) {
            Ok(candidates) => candidates,
            Err(Nobody::Unknown) => {
                let issuer = &signed.issuer;
                return Ok(Err(format!("signed by {issuer}, a key of no principal")));
            }
            Err(Nobody::Signature(error)) => return Ok(Err(chain(&error))),
        };
        let mut refused = String::new();
        for holder in candidates {
            match self.check(tag, signed, holder)? {
                Ok(()) => return Ok(Ok(holder)),
                Err(error) => refused = chain(&error),
            }
        }
        Ok(Err(refused))
    }

    /// Whether the signature of one is right as one by this holder's key; found out once.
    fn check<T>(
        &self,
        tag: &TagRef,
        signed: &Signed<T>,
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
        let mut read = Read::default();
        // Many refs may name one object, a large one perhaps: it is read once.
        let mut by_object: Vec<&TagRef> = self.tags.iter().collect();
        by_object.sort_by_key(|tag| tag.tag);
        for tags in by_object.chunk_by(|one, other| one.tag == other.tag) {
            self.find(tags, &mut read)?;
        }
        if let Some(proposed) = self.proposed {
            read.propose(proposed);
        }
        read.settle();
        Ok(self.read.get_or_init(|| read))
    }

    /// Adds what becomes of reading these refs, which name one object.
    fn find(&self, tags: &[&TagRef], read: &mut Read) -> Result<(), ObjectError> {
        let Some(first) = tags.first() else {
            return Ok(());
        };
        let bytes = match object::read(&**self.objects, &first.tag, Kind::Tag) {
            Err(error) if !error.is_content() => return Err(error),
            bytes => bytes.map_err(|error| chain(&error)),
        };
        for tag in tags.iter().copied().cloned() {
            match &bytes {
                Ok(bytes) => read.add(tag, bytes),
                Err(why) => read.found.push(Found {
                    tag,
                    made: None,
                    read: Err(why.clone()),
                }),
            }
        }
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

impl Read {
    /// Adds what the bytes of a tag say.
    fn add(&mut self, tag: TagRef, bytes: &[u8]) {
        let parsed = match Tag::parse(bytes, &tag.reference) {
            Ok(parsed) => parsed,
            Err(error) => {
                let (made, read) = (None, Err(chain(&error)));
                return self.found.push(Found { tag, made, read });
            }
        };
        let made = Some((parsed.target, parsed.tagged));
        let read = match statement(&parsed) {
            Ok(Signed {
                says: Statement::Reset(reset),
                issuer,
                dates,
                ..
            }) => {
                return self.resets.push(FoundReset {
                    tag,
                    tagged: Some(parsed.tagged),
                    signed: Signed::new(reset, issuer, dates),
                });
            }
            Ok(Signed {
                says: Statement::Approval(approval),
                issuer,
                dates,
                ..
            }) => Ok(Signed::new(approval, issuer, dates)),
            Err(why) => Err(why),
        };
        self.found.push(Found { tag, made, read });
    }

    /// Adds what nobody has signed yet.
    fn propose(&mut self, proposed: &Proposed) {
        let Proposed {
            reference,
            statement,
            fingerprint,
        } = proposed.clone();
        let tag = TagRef {
            reference,
            tag: ObjectId::new([0; 20]),
        };
        let issuer = Issuer::Ssh(fingerprint);
        match statement {
            Statement::Approval(approval) => self.found.push(Found {
                tag,
                made: None,
                read: Ok(Signed::proposed(approval, issuer)),
            }),
            Statement::Reset(reset) => self.resets.push(FoundReset {
                tag,
                tagged: None,
                signed: Signed::proposed(reset, issuer),
            }),
        }
    }

    /// Puts them in the order of their refs, each once.
    fn settle(&mut self) {
        self.found.sort_by(|one, other| one.tag.cmp(&other.tag));
        self.found.dedup_by(|one, other| one.tag == other.tag);
        self.resets.sort_by(|one, other| one.tag.cmp(&other.tag));
        self.resets.dedup_by(|one, other| one.tag == other.tag);
        for (index, found) in self.found.iter().enumerate() {
            if let Ok(signed) = &found.read {
                let same = self.by_delta.entry(signed.says.delta).or_default();
                same.push(index);
            }
        }
    }
}

impl FoundReset {
    /// When it was made, as it says, where that is not now.
    pub(crate) fn tagged(&self, now: Timestamp) -> Timestamp {
        self.tagged.unwrap_or(now)
    }
}

impl<T> Signed<T> {
    fn new(says: T, issuer: Issuer, dates: Dates) -> Self {
        Self {
            says,
            issuer,
            dates,
            checked: RefCell::default(),
            is_proposed: false,
        }
    }

    fn proposed(says: T, issuer: Issuer) -> Self {
        Self {
            is_proposed: true,
            ..Self::new(says, issuer, Dates::default())
        }
    }
}

/// What a tag says, if it is one that is signed.
fn statement(tag: &Tag) -> Result<Signed<Statement>, String> {
    let statement = Statement::of(tag).map_err(|error| chain(&error))?;
    let armoured = tag.signature.as_deref().ok_or("the tag is not signed")?;
    let signature = signature::parse(armoured).map_err(|error| chain(&error))?;
    Ok(Signed::new(
        statement,
        signature.issuer(),
        signature.dates(),
    ))
}
