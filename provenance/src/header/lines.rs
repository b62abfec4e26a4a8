//! The lines of a header.

use crate::ObjectId;

/// A header that is missing, out of its place, or unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The header that belongs there.
    pub(crate) name: &'static str,
}

/// The lines of a header, without their line feeds.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(header: &'a [u8]) -> Self {
        Self {
            rest: header,
            number: 0,
        }
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    fn peek(&self) -> Option<&'a [u8]> {
        self.rest
            .split(|byte| *byte == b'\n')
            .next()
            .filter(|_| !self.rest.is_empty())
    }

    /// The value of the next line if it has this name.
    pub(crate) fn value(&mut self, name: &str) -> Option<&'a [u8]> {
        let line = self.peek()?;
        let value = line.strip_prefix(name.as_bytes())?.strip_prefix(b" ")?;
        self.next();
        Some(value)
    }

    /// The object that the next line names, if that line has this name.
    pub(crate) fn object(&mut self, name: &'static str) -> Result<Option<ObjectId>, Expected> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match ObjectId::from_hex(value) {
            Ok(id) => Ok(Some(id)),
            Err(_) => Err(Expected {
                line: self.number,
                name,
            }),
        }
    }

    /// The complaint that the next line should have this name.
    pub(crate) fn expected(&self, name: &'static str) -> Expected {
        Expected {
            line: self.number + 1,
            name,
        }
    }

    /// What was read so far.
    pub(crate) fn consumed(&self, header: &'a [u8]) -> &'a [u8] {
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
