//! Values in the quotes that they have, or in those that they need.

use signet_envelope::ini;
use signet_yaml::{Edit, Node};

/// In front, where a value ends a line that goes on in the next one.
const QUOTES: [&str; 5] = ["", "`", r#"""""#, "\"", "'"];

/// The edit that puts a text that needs no quotes in the place of a value, in the quotes of the value.
pub(super) fn put(text: &str, node: &Node, new: &str) -> Edit {
    let quotes = quotes(text, node);
    Edit {
        span: node.span.clone(),
        text: format!("{quotes}{new}{quotes}"),
    }
}

/// The edit that puts a value in the place of one that needs no quotes; nothing if it cannot be written.
pub(crate) fn put_clear(text: &str, node: &Node, value: &str) -> Option<Edit> {
    let as_it_was = in_quotes(value, quotes(text, node));
    Some(Edit {
        span: node.span.clone(),
        text: as_it_was.or_else(|| written(value))?,
    })
}

/// The value as SOPS writes it, or, where SOPS would not get it back, in other quotes; nothing if there are none.
pub(crate) fn written(value: &str) -> Option<String> {
    let of_sops = if value.contains(['\n', '`']) {
        r#"""""#
    } else if value.contains(['#', ';']) {
        "`"
    } else {
        "\""
    };
    ["", of_sops]
        .into_iter()
        .chain(QUOTES)
        .find_map(|quotes| in_quotes(value, quotes))
}

/// The value in these quotes, if it is read back from there.
fn in_quotes(value: &str, quotes: &str) -> Option<String> {
    let written = format!("{quotes}{value}{quotes}");
    (ini::value(&written).as_deref() == Some(value)).then_some(written)
}

/// The quotes around a value; none around one that goes on over several lines.
fn quotes(text: &str, node: &Node) -> &'static str {
    let written = &text[node.span.clone()];
    let value = node.text().unwrap_or_default();
    let around = |quotes: &&str| {
        let inside = written.strip_prefix(*quotes);
        inside.and_then(|inside| inside.strip_suffix(*quotes)) == Some(value)
    };
    QUOTES.into_iter().find(around).unwrap_or_default()
}
