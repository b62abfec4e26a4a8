//! The lines of a commit's header.

use super::CommitError;
use crate::ObjectId;

/// The lines of a header, without their line feeds.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(header: &'a [u8]) -> Self {
        Self {
            rest: header,
            number: 0,
        }
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    fn peek(&self) -> Option<&'a [u8]> {
        self.rest
            .split(|byte| *byte == b'\n')
            .next()
            .filter(|_| !self.rest.is_empty())
    }

    /// The value of the next line if it has this name.
    pub(super) fn value(&mut self, name: &str) -> Option<&'a [u8]> {
        let line = self.peek()?;
        let value = line.strip_prefix(name.as_bytes())?.strip_prefix(b" ")?;
        self.next();
        Some(value)
    }

    /// The object that the next line names, if that line has this name.
    pub(super) fn object(&mut self, name: &'static str) -> Result<Option<ObjectId>, CommitError> {
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

    /// The complaint that the next line should have this name.
    pub(super) fn expected(&self, name: &'static str) -> CommitError {
        CommitError::Header {
            line: self.number + 1,
            expected: name,
        }
    }

    /// What was read so far.
    pub(super) fn consumed(&self, header: &'a [u8]) -> &'a [u8] {
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
