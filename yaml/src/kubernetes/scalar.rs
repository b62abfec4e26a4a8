//! What a scalar looks like to go-yaml version 2.

use std::borrow::Cow;

use data_encoding::BASE64_MIME_PERMISSIVE;
use serde_json::Value as Json;

use crate::typing::{self, Hint, Number, TypeError, Version};
use crate::{Node, Scalar, Style};

/// What a plain text stands for, unless it is a string.
#[derive(Debug, Clone, Copy)]
pub(super) enum Looks {
    Null,
    Bool(bool),
    Number(Number),
}

/// A scalar's value before it becomes JSON.
pub(super) enum Typed {
    Text(String),
    Looks(Looks),
}

/// The JSON value of a scalar.
pub(crate) fn scalar_to_json(node: &Node, scalar: &Scalar) -> Result<Json, TypeError> {
    match typed(node, scalar)? {
        Typed::Text(text) => Ok(Json::String(text)),
        Typed::Looks(Looks::Null) => Ok(Json::Null),
        Typed::Looks(Looks::Bool(value)) => Ok(Json::Bool(value)),
        Typed::Looks(Looks::Number(number)) => {
            number_to_json(number).ok_or(TypeError::NotFinite { at: node.at })
        }
    }
}

/// The value of a scalar, by its tag, its quotes and its text.
pub(super) fn typed(node: &Node, scalar: &Scalar) -> Result<Typed, TypeError> {
    let text = with_end(node, scalar);
    match typing::hint(node, scalar, Version::Two) {
        Hint::String => Ok(Typed::Text(text.into_owned())),
        Hint::Look => Ok(look(&text).map_or_else(|| Typed::Text(text.into_owned()), Typed::Looks)),
        Hint::Tagged(tag) => tagged(node, tag, &text),
        Hint::Binary => binary(node, &text),
    }
}

/// The text as kubectl sees it, which ends the last line of a file where its writer did not.
fn with_end<'s>(node: &Node, scalar: &'s Scalar) -> Cow<'s, str> {
    let is_block = matches!(scalar.style, Style::Literal | Style::Folded);
    if is_block && node.unended {
        Cow::Owned(format!("{}\n", scalar.text))
    } else {
        Cow::Borrowed(&scalar.text)
    }
}

/// Whether a plain text is no string.
pub(crate) fn is_typed(text: &str) -> bool {
    look(text).is_some()
}

fn tagged(node: &Node, tag: &str, text: &str) -> Result<Typed, TypeError> {
    match (tag, look(text)) {
        // Dates are strings; the tag only asks whether this is one.
        ("!!timestamp", _) if typing::timestamp(text).is_some() => Ok(Typed::Text(text.to_owned())),
        ("!!null", Some(looks @ Looks::Null))
        | ("!!bool", Some(looks @ Looks::Bool(_)))
        | ("!!int", Some(looks @ Looks::Number(Number::Int(_) | Number::Big(_))))
        | ("!!float", Some(looks @ Looks::Number(Number::Float(_)))) => Ok(Typed::Looks(looks)),
        #[expect(clippy::cast_precision_loss, reason = "what the tag asks for")]
        ("!!float", Some(Looks::Number(Number::Int(value)))) => {
            Ok(Typed::Looks(Looks::Number(Number::Float(value as f64))))
        }
        _ => Err(TypeError::Tag {
            at: node.at,
            tag: tag.to_owned(),
        }),
    }
}

fn binary(node: &Node, text: &str) -> Result<Typed, TypeError> {
    let bytes = BASE64_MIME_PERMISSIVE.decode(text.as_bytes());
    let bytes = bytes.map_err(|_| TypeError::Tag {
        at: node.at,
        tag: "!!binary".to_owned(),
    })?;
    String::from_utf8(bytes)
        .map(Typed::Text)
        .map_err(|_| TypeError::NotText { at: node.at })
}

fn look(text: &str) -> Option<Looks> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Looks::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Looks::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Looks::Bool(false))
        }
        _ => typing::number(text, Version::Two).map(Looks::Number),
    }
}

/// Nothing for infinity and NaN.
fn number_to_json(number: Number) -> Option<Json> {
    match number {
        Number::Int(value) => Some(Json::from(value)),
        #[expect(
            clippy::cast_precision_loss,
            reason = "kubectl reads what exceeds i64 as a float"
        )]
        Number::Big(value) => Some(Json::from(value as f64)),
        Number::Float(value) => float_to_json(value),
    }
}

/// Go prints an integral float by its shortest digits and zeros, without a point, and what it reads back is an integer if
/// it fits.
fn float_to_json(value: f64) -> Option<Json> {
    if value.fract() == 0.0
        && let Ok(integer) = value.to_string().parse::<i64>()
    {
        return Some(Json::from(integer));
    }
    serde_json::Number::from_f64(value).map(Json::Number)
}
