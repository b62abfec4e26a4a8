//! A key and its value are a line.

use signet_envelope::Store;
use signet_yaml::{Edit, Node, Stream};

use super::{FlatError, Place, cut, put_lines, variable};
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
        // A carriage return would belong to the value.
        None => put_lines(text, text.len(), &format!("{}={value}", place.key), "\n"),
    })
}

pub(super) fn remove(text: &str, stream: &Stream, place: &Place<'_>) -> Result<Edit, FlatError> {
    let (key, value) = find(stream, place).ok_or(FlatError::Missing)?;
    let end = line_end(text, value.span.end);
    Ok(cut(text, line_start(text, key.span.start), end))
}

/// The key that sets a name, with the word `export` or without; nothing where none does.
///
/// # Errors
/// [`FlatError::Twice`] where several do: of these a shell takes the last.
pub(super) fn key_of<'n>(stream: &'n Stream, name: &str) -> Result<Option<&'n str>, FlatError> {
    let pairs = stream.roots().flat_map(Node::pairs);
    let keys = pairs.filter_map(|(key, _)| key.text());
    let mut keys = keys.filter(|key| variable(key) == name);
    match (keys.next(), keys.next()) {
        (Some(_), Some(_)) => Err(FlatError::Twice),
        (key, _) => Ok(key),
    }
}

fn find<'n>(stream: &'n Stream, place: &Place<'_>) -> Option<(&'n Node, &'n Node)> {
    let mut pairs = stream.roots().flat_map(Node::pairs);
    pairs.find(|(key, _)| key.text() == Some(place.key))
}
