//! A key and its value are a line.

use signet_envelope::Store;
use signet_yaml::{Edit, Node, Stream};

use super::{FlatError, Place, cut, roots};
use crate::layout::flat::escaped;
use crate::layout::lines::{line_end, line_start};

pub(super) fn set(
    text: &str,
    stream: &Stream,
    place: &Place<'_>,
    value: &str,
) -> Result<Edit, FlatError> {
    if value.contains("\\n") {
        let store = Store::Dotenv;
        return Err(FlatError::Value { store });
    }
    let value = escaped(value);
    Ok(match find(stream, place) {
        Some((_, old)) => Edit {
            span: old.span.clone(),
            text: value,
        },
        None => behind_all(text, &format!("{}={value}", place.key)),
    })
}

pub(super) fn remove(text: &str, stream: &Stream, place: &Place<'_>) -> Result<Edit, FlatError> {
    let (key, value) = find(stream, place).ok_or(FlatError::Missing)?;
    let end = line_end(text, value.span.end);
    Ok(cut(text, line_start(text, key.span.start), end))
}

fn find<'n>(stream: &'n Stream, place: &Place<'_>) -> Option<(&'n Node, &'n Node)> {
    let mut pairs = roots(stream).flat_map(Node::pairs);
    pairs.find(|(key, _)| key.text() == Some(place.key))
}

/// A carriage return would belong to the value.
fn behind_all(text: &str, line: &str) -> Edit {
    let is_open = !text.is_empty() && !text.ends_with('\n');
    let end = text.len();
    Edit {
        span: end..end,
        text: if is_open {
            format!("\n{line}")
        } else {
            format!("{line}\n")
        },
    }
}
