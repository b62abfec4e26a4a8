//! What follows the committer: headers of any name, and the signature among them.

use super::CommitError;
use crate::header::MAX_SIGNATURE;

/// What follows the committer: signatures are taken out, the rest is payload.
pub(super) struct Extras {
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
    /// Begins behind these header lines.
    pub(super) fn new(payload: &[u8]) -> Self {
        let payload = payload.to_vec();
        Self {
            payload,
            signature: Vec::new(),
            signed: false,
            foreign: false,
            place: Place::Nowhere,
        }
    }

    /// Puts a line where it belongs.
    pub(super) fn add(&mut self, (number, line): (usize, &[u8])) -> Result<(), CommitError> {
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

    /// The payload so far and the signature's text; an empty header signs nothing.
    pub(super) fn finish(self) -> Result<(Vec<u8>, Option<Vec<u8>>), CommitError> {
        let bytes = self.signature.len();
        if bytes > MAX_SIGNATURE {
            return Err(CommitError::SignatureTooLarge { bytes });
        }
        let empty = self.signature.iter().all(u8::is_ascii_whitespace);
        Ok((self.payload, (!empty).then_some(self.signature)))
    }
}

fn push_line(text: &mut Vec<u8>, line: &[u8]) {
    text.extend_from_slice(line);
    text.push(b'\n');
}

fn once(seen: &mut bool, name: &'static str, line: usize) -> Result<(), CommitError> {
    if std::mem::replace(seen, true) {
        Err(CommitError::Repeated { line, name })
    } else {
        Ok(())
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
