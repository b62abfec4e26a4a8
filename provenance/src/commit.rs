//! Commits, read from their raw bytes by one strict parser.
//!
//! The bytes that are signed, the tree that is checked out and the parents that are walked come
//! from the same pass over the same bytes. Where git itself would pick one of several readings
//! (the first of two `tree` headers, the concatenation of two signatures), there is no reading.

mod ident;
mod links;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::ObjectId;

pub(crate) use links::Links;

/// A commit that has one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The tree it records.
    pub tree: ObjectId,
    /// Its parents, the mainline's first.
    pub parents: Vec<ObjectId>,
    /// The committer's date: what the committer says, no more.
    pub committed: Timestamp,
    /// The bytes that a signature covers: everything but the signature headers.
    pub payload: Vec<u8>,
    /// The armoured signature, if the commit has one.
    pub signature: Option<Vec<u8>>,
}

/// The most bytes a commit may have: 1 MiB.
const MAX_COMMIT: usize = 1 << 20;
/// The most bytes a signature may have: 64 KiB.
const MAX_SIGNATURE: usize = 64 << 10;
/// The most parents a commit may have.
const MAX_PARENTS: usize = 16;

impl Commit {
    /// The one reading of these bytes.
    ///
    /// Git's own splitter is `parse_buffer_signed_by_header` in git's `commit.c`; everything
    /// this accepts, git reads the same way.
    ///
    /// # Errors
    /// [`CommitError`] where a header is missing, misplaced, repeated or unreadable.
    pub fn parse(bytes: &[u8]) -> Result<Self, CommitError> {
        check_bytes(bytes)?;
        let (header, body) = split_body(bytes)?;
        let mut lines = Lines::new(header);
        let tree = lines
            .object("tree")?
            .ok_or_else(|| lines.expected("tree"))?;
        let mut parents = Vec::new();
        while let Some(parent) = lines.object("parent")? {
            parents.push(parent);
        }
        if parents.len() > MAX_PARENTS {
            return Err(CommitError::TooManyParents {
                count: parents.len(),
            });
        }
        lines
            .value("author")
            .ok_or_else(|| lines.expected("author"))?;
        let committer = lines
            .value("committer")
            .ok_or_else(|| lines.expected("committer"))?;
        let committed = ident::date(committer).ok_or(CommitError::Date { line: lines.number })?;
        let mut extras = Extras::new(lines.consumed(header));
        for line in &mut lines {
            extras.add(line)?;
        }
        let signature = extras.signature()?;
        let mut payload = extras.payload;
        payload.extend_from_slice(body);
        Ok(Self {
            tree,
            parents,
            committed,
            payload,
            signature,
        })
    }

    /// SHA-256 of the payload in lower-case hexadecimal: it names what was signed, whatever the
    /// signature looks like.
    pub fn payload_sha256(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(&self.payload))
    }
}

fn check_bytes(bytes: &[u8]) -> Result<(), CommitError> {
    if bytes.len() > MAX_COMMIT {
        return Err(CommitError::TooLarge { bytes: bytes.len() });
    }
    match bytes.contains(&0) {
        true => Err(CommitError::Nul),
        false => Ok(()),
    }
}

/// The header lines, each with its line feed, and the rest from the empty line on.
fn split_body(bytes: &[u8]) -> Result<(&[u8], &[u8]), CommitError> {
    let end = bytes
        .windows(2)
        .position(|pair| pair == b"\n\n")
        .ok_or(CommitError::NoBody)?;
    Ok(bytes.split_at(end + 1))
}

/// The lines of a header, without their line feeds.
struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn new(header: &'a [u8]) -> Self {
        Self {
            rest: header,
            number: 0,
        }
    }

    fn peek(&self) -> Option<&'a [u8]> {
        self.rest
            .split(|byte| *byte == b'\n')
            .next()
            .filter(|_| !self.rest.is_empty())
    }

    /// The value of the next line if it has this name.
    fn value(&mut self, name: &str) -> Option<&'a [u8]> {
        let line = self.peek()?;
        let value = line.strip_prefix(name.as_bytes())?.strip_prefix(b" ")?;
        self.next();
        Some(value)
    }

    /// The object that the next line names, if that line has this name.
    fn object(&mut self, name: &'static str) -> Result<Option<ObjectId>, CommitError> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match ObjectId::from_hex(value) {
            Ok(id) => Ok(Some(id)),
            Err(_) => Err(CommitError::Header {
                line: self.number,
                expected: name,
            }),
        }
    }

    fn expected(&self, name: &'static str) -> CommitError {
        CommitError::Header {
            line: self.number + 1,
            expected: name,
        }
    }

    fn consumed(&self, header: &'a [u8]) -> &'a [u8] {
        &header[..header.len() - self.rest.len()]
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.peek()?;
        self.rest = &self.rest[(line.len() + 1).min(self.rest.len())..];
        self.number += 1;
        Some((self.number, line))
    }
}

/// What follows the committer: signatures are taken out, the rest is payload.
struct Extras {
    payload: Vec<u8>,
    signature: Vec<u8>,
    signed: bool,
    foreign: bool,
    place: Place,
}

/// Where the lines go that continue the current header.
#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    Payload,
    Signature,
    Dropped,
}

impl Extras {
    fn new(payload: &[u8]) -> Self {
        let payload = payload.to_vec();
        Self {
            payload,
            signature: Vec::new(),
            signed: false,
            foreign: false,
            place: Place::Nowhere,
        }
    }

    fn add(&mut self, (number, line): (usize, &[u8])) -> Result<(), CommitError> {
        if let Some(continued) = line.strip_prefix(b" ") {
            return self.carry_on(number, line, continued);
        }
        self.place = if let Some(first) = line.strip_prefix(b"gpgsig ") {
            once(&mut self.signed, "gpgsig", number)?;
            push_line(&mut self.signature, first);
            Place::Signature
        } else if line.starts_with(b"gpgsig-sha256 ") {
            once(&mut self.foreign, "gpgsig-sha256", number)?;
            Place::Dropped
        } else {
            check_name(number, line)?;
            push_line(&mut self.payload, line);
            Place::Payload
        };
        Ok(())
    }

    fn carry_on(
        &mut self,
        number: usize,
        line: &[u8],
        continued: &[u8],
    ) -> Result<(), CommitError> {
        match self.place {
            Place::Nowhere => return Err(CommitError::Continuation { line: number }),
            Place::Payload => push_line(&mut self.payload, line),
            Place::Signature => push_line(&mut self.signature, continued),
            Place::Dropped => {}
        }
        Ok(())
    }

    /// The signature's text; an empty header signs nothing.
    fn signature(&mut self) -> Result<Option<Vec<u8>>, CommitError> {
        let text = std::mem::take(&mut self.signature);
        match text.len() {
            bytes if bytes > MAX_SIGNATURE => Err(CommitError::SignatureTooLarge { bytes }),
            _ if text.iter().all(u8::is_ascii_whitespace) => Ok(None),
            _ => Ok(Some(text)),
        }
    }
}

fn push_line(text: &mut Vec<u8>, line: &[u8]) {
    text.extend_from_slice(line);
    text.push(b'\n');
}

fn once(seen: &mut bool, name: &'static str, line: usize) -> Result<(), CommitError> {
    match std::mem::replace(seen, true) {
        true => Err(CommitError::Repeated { line, name }),
        false => Ok(()),
    }
}

/// Git drops every header that begins with `gpgsig` from what a signature covers, so one of
/// another name would be text that nobody signed.
fn check_name(line: usize, text: &[u8]) -> Result<(), CommitError> {
    let name = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    if name.len() == text.len() || name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
        return Err(CommitError::Name { line });
    }
    if name.starts_with(b"gpgsig") {
        return Err(CommitError::ForeignSignature { line });
    }
    match ["tree", "parent", "author", "committer"]
        .into_iter()
        .find(|known| known.as_bytes() == name)
    {
        Some(name) => Err(CommitError::Repeated { line, name }),
        None => Ok(()),
    }
}

/// Why a commit has no single reading.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommitError {
    /// Longer than 1 MiB.
    #[error("the commit has {bytes} bytes, more than {MAX_COMMIT}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// A NUL byte, at which some readers stop.
    #[error("the commit holds a NUL byte")]
    Nul,
    /// No empty line ends the header.
    #[error("no empty line ends the commit's header")]
    NoBody,
    /// A header is missing, out of its place, or its value is unreadable.
    #[error("line {line} of the commit should be a well-formed `{expected}` header")]
    Header {
        /// The line, from 1.
        line: usize,
        /// The header that belongs there.
        expected: &'static str,
    },
    /// The committer's date is unreadable.
    #[error("line {line} of the commit has no readable committer date")]
    Date {
        /// The line, from 1.
        line: usize,
    },
    /// More than 16 parents.
    #[error("the commit has {count} parents, more than {MAX_PARENTS}")]
    TooManyParents {
        /// How many.
        count: usize,
    },
    /// A header that may stand once stands twice, or out of its place.
    #[error("line {line} of the commit is a second or misplaced `{name}` header")]
    Repeated {
        /// The line, from 1.
        line: usize,
        /// The header.
        name: &'static str,
    },
    /// A `gpgsig…` header of an unknown name, which no signature would cover.
    #[error("line {line} of the commit is a signature header of an unknown name")]
    ForeignSignature {
        /// The line, from 1.
        line: usize,
    },
    /// A line that is no `name value` header.
    #[error("line {line} of the commit is no header")]
    Name {
        /// The line, from 1.
        line: usize,
    },
    /// A continuation of a header that has one line.
    #[error("line {line} of the commit continues a header that has one line")]
    Continuation {
        /// The line, from 1.
        line: usize,
    },
    /// A signature longer than 64 KiB.
    #[error("the commit's signature has {bytes} bytes, more than {MAX_SIGNATURE}")]
    SignatureTooLarge {
        /// Its length.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests;
