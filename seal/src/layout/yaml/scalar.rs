//! Scalars, sealed and opened in the style that they have.

use signet_envelope::LeafType;
use signet_yaml::sops::{self, Typed};
use signet_yaml::{Edit, Node, Scalar, Style, Value, scalar_edit};

use super::block;
use super::flow::Flow;

/// The edits that put a sealed value in the place of a clear one, in its quotes or in its block.
pub(super) fn put_sealed(text: &str, flow: &Flow, node: &Node, enc: &str) -> Vec<Edit> {
    if node.tag() == Some("!!binary") {
        // SOPS would take the ciphertext for base64 behind the tag.
        return scalar_edit(text, node, enc);
    }
    let is_block = matches!(style(node), Some(Style::Literal | Style::Folded));
    match is_block
        .then(|| block::replace_content(text, node, enc))
        .flatten()
    {
        Some(edits) => edits,
        None if style(node) == Some(Style::Plain) && !flow.contains(node.span.start) => {
            whole(node, enc.to_owned())
        }
        None => put_text(text, flow, node, enc),
    }
}

/// The edits that replace a scalar by a string without quotes, blanks and backslashes.
pub(super) fn put_text(text: &str, flow: &Flow, node: &Node, new: &str) -> Vec<Edit> {
    match style(node) {
        Some(Style::Single) => whole(node, format!("'{new}'")),
        Some(Style::Plain) if !flow.contains(node.span.start) && is_text(new) => {
            whole(node, new.to_owned())
        }
        Some(Style::Double | Style::Literal | Style::Folded | Style::Plain) => {
            whole(node, format!("\"{new}\""))
        }
        None => scalar_edit(text, node, new),
    }
}

/// Whether the text is a string without quotes as well, and no time.
fn is_text(text: &str) -> bool {
    let node = Node::scalar(text, Style::Plain, 0..0, signet_yaml::Position::START);
    matches!(sops::scalar(&node), Ok(Typed::Str(_)))
}

/// The edits that put an opened value in the place of the sealed one. Ciphertext holds a comma, so in a flow collection it
/// always stands in quotes.
pub(super) fn put_clear(text: &str, node: &Node, kind: LeafType, value: &str) -> Vec<Edit> {
    let Some(style) = style(node) else {
        return Vec::new();
    };
    match (kind, style) {
        (LeafType::Int | LeafType::Time, _) => whole(node, value.to_owned()),
        (LeafType::Float, _) => whole(node, float(value)),
        (LeafType::Bool, _) => whole(node, value.to_ascii_lowercase()),
        (_, Style::Literal | Style::Folded) => block::restore_content(text, node, value)
            .or_else(|| block::quoted_content(text, node, double_quoted(value)))
            .unwrap_or_else(|| whole(node, double_quoted(value))),
        (_, Style::Plain) => match block::literal_edit(text, &node.span, value) {
            Some(edit) => vec![edit],
            None if value.contains('\n') => whole(node, signet_yaml::quote(value)),
            None => scalar_edit(text, node, value),
        },
        (_, Style::Single | Style::Double) => scalar_edit(text, node, value),
    }
}

fn whole(node: &Node, text: String) -> Vec<Edit> {
    vec![Edit {
        span: node.span.clone(),
        text,
    }]
}

fn style(node: &Node) -> Option<Style> {
    match node.value {
        Value::Scalar(Scalar { style, .. }) => Some(style),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// A number that YAML reads as a float again.
fn float(value: &str) -> String {
    match value {
        "+Inf" => ".inf".to_owned(),
        "-Inf" => "-.inf".to_owned(),
        "NaN" => ".nan".to_owned(),
        _ if value.contains('.') => value.to_owned(),
        _ => format!("{value}.0"),
    }
}

/// The text as a double-quoted scalar: a JSON string in which everything that YAML cannot hold as it stands is escaped.
fn double_quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let escaped = |c: char| {
        if block::fits(c) {
            c.to_string()
        } else {
            format!("\\u{:04x}", u32::from(c))
        }
    };
    json.chars().map(escaped).collect()
}
