//! Where stand-ins are in a text, however often it was encoded in base64 on the way.

mod needles;

use std::ops::Range;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

use crate::StandIn;
use needles::NEEDLES;

/// How many encodings inside each other are looked through.
const DEPTH: usize = 4;
/// How many bytes are decoded at most for one text, beside four times its own length.
const WORK: usize = 1 << 20;

/// Base64 whose unused last bits may be anything: decoding must not fail where a reader's would not.
static PADDED: LazyLock<Encoding> = LazyLock::new(|| base64(Some('=')));
static UNPADDED: LazyLock<Encoding> = LazyLock::new(|| base64(None));

/// A stand-in in a text, or a run of base64 that holds some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occurrence {
    /// A stand-in as it is.
    Plain {
        /// Its bytes.
        at: Range<usize>,
        /// Which one.
        stand_in: StandIn,
    },
    /// A run of base64.
    Base64 {
        /// Its bytes, padding included.
        at: Range<usize>,
        /// Whether it ends in padding, or needs none.
        padded: bool,
        /// What it encodes.
        decoded: Vec<u8>,
        /// What is in there, at least one.
        inside: Vec<Occurrence>,
    },
}

/// A text in which searching costs more than it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much base64 that looks like a stand-in and is none")]
pub struct TooMuchWork;

/// The stand-ins of a text in order, those in base64 too: in any alignment, up to four encodings deep.
///
/// # Errors
/// [`TooMuchWork`] for a text made to be searched for ever.
pub fn occurrences(text: &[u8]) -> Result<Vec<Occurrence>, TooMuchWork> {
    Search {
        left: 4 * text.len() + WORK,
    }
    .find(text, 0)
}

/// Whether a text has what a stand-in begins with, plain or in base64 as [`occurrences`] looks through it.
pub fn names_stand_in(text: &[u8]) -> bool {
    NEEDLES.find(text, 0).is_some()
}

impl Occurrence {
    /// The bytes that it takes.
    pub fn at(&self) -> Range<usize> {
        match self {
            Self::Plain { at, .. } | Self::Base64 { at, .. } => at.clone(),
        }
    }

    /// The stand-ins in it.
    pub fn stand_ins(&self) -> Vec<&StandIn> {
        match self {
            Self::Plain { stand_in, .. } => vec![stand_in],
            Self::Base64 { inside, .. } => inside.iter().flat_map(Self::stand_ins).collect(),
        }
    }
}

struct Search {
    /// How many bytes may still be decoded.
    left: usize,
}

impl Search {
    fn find(&mut self, text: &[u8], depth: usize) -> Result<Vec<Occurrence>, TooMuchWork> {
        let mut found: Vec<Occurrence> = Vec::new();
        let mut from = 0;
        while let Some(hit) = NEEDLES.find(text, from) {
            let after = found.last().map_or(0, |last| last.at().end);
            let occurrence = match hit.group_offset {
                None => plain(text, hit.at.start),
                Some(_) if depth == DEPTH => None,
                Some(offset) => self.run(text, &hit.at, offset, after, depth)?,
            };
            from = occurrence
                .as_ref()
                .map_or(hit.at.start + 1, |occurrence| occurrence.at().end);
            found.extend(occurrence);
        }
        Ok(found)
    }

    /// The run of base64 around a hit, if it holds a stand-in. It begins behind what was found before.
    fn run(
        &mut self,
        text: &[u8],
        hit: &Range<usize>,
        offset: usize,
        after: usize,
        depth: usize,
    ) -> Result<Option<Occurrence>, TooMuchWork> {
        let Some(at) = run_around(text, hit, offset, after) else {
            return Ok(None);
        };
        let run = &text[at.clone()];
        self.left = self.left.checked_sub(run.len()).ok_or(TooMuchWork)?;
        let padded = run.len().is_multiple_of(4);
        let encoding = if padded { &*PADDED } else { &*UNPADDED };
        let Ok(decoded) = encoding.decode(run) else {
            return Ok(None);
        };
        let inside = self.find(&decoded, depth + 1)?;
        Ok((!inside.is_empty()).then_some(Occurrence::Base64 {
            at,
            padded,
            decoded,
            inside,
        }))
    }
}

fn plain(text: &[u8], start: usize) -> Option<Occurrence> {
    let at = start..start + StandIn::LENGTH;
    let stand_in = std::str::from_utf8(text.get(at.clone())?)
        .ok()?
        .parse()
        .ok()?;
    Some(Occurrence::Plain { at, stand_in })
}

/// The longest run of base64 whose groups of four are aligned as the hit demands, its padding included.
fn run_around(
    text: &[u8],
    hit: &Range<usize>,
    offset: usize,
    after: usize,
) -> Option<Range<usize>> {
    let mut start = hit
        .start
        .checked_sub(offset)
        .filter(|start| *start >= after)?;
    if !text[start..hit.start].iter().copied().all(is_base64) {
        return None;
    }
    while start >= after + 4 && text[start - 4..start].iter().copied().all(is_base64) {
        start -= 4;
    }
    let end = hit.end
        + text[hit.end..]
            .iter()
            .take_while(|byte| is_base64(**byte))
            .count();
    // A single character beyond whole groups encodes nothing; it belongs to what follows.
    let end = if (end - start) % 4 == 1 { end - 1 } else { end };
    let padding = (4 - (end - start) % 4) % 4;
    let is_padded =
        text[end..].len() >= padding && text[end..end + padding].iter().all(|byte| *byte == b'=');
    Some(start..if is_padded { end + padding } else { end })
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

fn base64(padding: Option<char>) -> Encoding {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    specification.padding = padding;
    specification.check_trailing_bits = false;
    specification.encoding().expect("the alphabet is constant")
}

#[cfg(test)]
mod tests;
