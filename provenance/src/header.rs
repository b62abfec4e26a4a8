//! What commits and annotated tags have in common: header lines, an empty line, a message.

mod ident;
mod lines;

pub(crate) use ident::date;
pub(crate) use lines::{Expected, Lines};

/// The most bytes a commit or a tag may have: 1 MiB.
pub(crate) const MAX_OBJECT: usize = 1 << 20;
/// The most bytes a signature may have: 64 KiB.
pub(crate) const MAX_SIGNATURE: usize = 64 << 10;

/// The header lines, each with its line feed, and the rest from the empty line on; `None` where
/// no empty line ends the header.
pub(crate) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    Some(bytes.split_at(end + 1))
}
