//! Annotated tags, read from their raw bytes by one strict parser.
//!
//! Git verifies a tag under any ref, with text behind its signature and with signature headers
//! that nothing covers. Here such a tag has no reading.

mod error;

use jiff::Timestamp;

use crate::ObjectId;
use crate::header::{self, Lines, MAX_OBJECT, MAX_SIGNATURE};
use crate::signature;

pub use error::TagError;

/// An annotated tag of a commit that has one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The full name of the ref that it stands under, which its header repeats.
    pub reference: String,
    /// The commit that it tags.
    pub target: ObjectId,
    /// The tagger's date: what the tagger says, no more.
    pub tagged: Timestamp,
    /// The message, without the signature.
    pub message: Vec<u8>,
    /// The bytes that a signature covers: everything in front of it.
    pub payload: Vec<u8>,
    /// The armoured signature, if the tag has one.
    pub signature: Option<Vec<u8>>,
}

/// Where git keeps tags.
const TAGS: &str = "refs/tags/";

impl Tag {
    /// The one reading of these bytes, for a tag that stands under this ref.
    ///
    /// Git's own splitter is `parse_signed_buffer` in git's `gpg-interface.c`; everything this
    /// accepts, git reads the same way.
    ///
    /// # Errors
    /// [`TagError`] where a header is missing, misplaced, foreign or unreadable, the tag is not
    /// of a commit or of another name than its ref, or text follows its signature.
    pub fn parse(bytes: &[u8], reference: &str) -> Result<Self, TagError> {
        check_bytes(bytes)?;
        let (head, body) = header::split(bytes).ok_or(TagError::NoBody)?;
        check_unsigned(head)?;
        let (target, tagged) = read_header(head, reference)?;
        let (_, armoured) = signature::split(&body[1..]);
        let signature = armoured.map(checked).transpose()?.map(<[u8]>::to_vec);
        let end = bytes.len() - signature.as_ref().map_or(0, Vec::len);
        Ok(Self {
            reference: reference.to_owned(),
            target,
            tagged,
            message: bytes[head.len() + 1..end].to_vec(),
            payload: bytes[..end].to_vec(),
            signature,
        })
    }
}

fn check_bytes(bytes: &[u8]) -> Result<(), TagError> {
    if bytes.len() > MAX_OBJECT {
        return Err(TagError::TooLarge { bytes: bytes.len() });
    }
    if bytes.contains(&0) {
        Err(TagError::Nul)
    } else {
        Ok(())
    }
}

/// Git drops `gpgsig` and `gpgsig-sha256` from what a tag's signature covers, so that in them
/// stands text that nobody signed.
fn check_unsigned(head: &[u8]) -> Result<(), TagError> {
    match Lines::new(head).find(|(_, line)| line.starts_with(b"gpgsig")) {
        Some((line, _)) => Err(TagError::SignatureHeader { line }),
        None => Ok(()),
    }
}

/// `object`, `type`, `tag` and `tagger`, in this order, each once, and nothing else.
fn read_header(head: &[u8], reference: &str) -> Result<(ObjectId, Timestamp), TagError> {
    let mut lines = Lines::new(head);
    let target = lines
        .object("object")?
        .ok_or_else(|| lines.expected("object"))?;
    check_type(lines.value("type").ok_or_else(|| lines.expected("type"))?)?;
    let name = lines.value("tag").ok_or_else(|| lines.expected("tag"))?;
    check_name(name, reference)?;
    let ident = lines
        .value("tagger")
        .ok_or_else(|| lines.expected("tagger"))?;
    let tagged = header::date(ident).ok_or(TagError::Date {
        line: lines.number(),
    })?;
    match lines.next() {
        Some((line, _)) => Err(TagError::Foreign { line }),
        None => Ok((target, tagged)),
    }
}

fn check_type(kind: &[u8]) -> Result<(), TagError> {
    match kind {
        b"commit" => Ok(()),
        b"tag" => Err(TagError::Nested),
        _ => Err(TagError::Type),
    }
}

/// Under another name a signed tag would be replayed as another release, or another approval.
fn check_name(name: &[u8], reference: &str) -> Result<(), TagError> {
    match reference.strip_prefix(TAGS) {
        Some(short) if short.as_bytes() == name => Ok(()),
        _ => Err(TagError::Name {
            name: String::from_utf8_lossy(name)
                .escape_debug()
                .take(64)
                .collect(),
        }),
    }
}

fn checked(armoured: &[u8]) -> Result<&[u8], TagError> {
    if armoured.len() > MAX_SIGNATURE {
        return Err(TagError::SignatureTooLarge {
            bytes: armoured.len(),
        });
    }
    if signature::is_followed(armoured) {
        Err(TagError::Followed)
    } else {
        Ok(armoured)
    }
}

#[cfg(test)]
mod tests;
