//! The typing of SOPS: go-yaml version 3 into Go's `interface{}`.
//!
//! `true` and `false` are booleans in three spellings each, `yes` and `on` are strings; `0755` is 493; a date is a time, which SOPS
//! writes back with nanoseconds. `sops/scalars.tsv` holds what sops makes of a table of scalars.

use arcstr::Substr;
use data_encoding::BASE64_MIME_PERMISSIVE;

use crate::typing::{self, Hint, Number, Timestamp, Version};
use crate::{Node, Stream, TypeError, Value};

/// A scalar as SOPS holds it before encryption.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed {
    /// Passed through in the clear.
    Null,
    /// `True` or `False` once encrypted.
    Bool(bool),
    /// 64 bits with sign.
    Int(i64),
    /// Infinity and NaN included.
    Float(f64),
    /// RFC 3339 with nanoseconds where there are any, as Go marshals a `time.Time`.
    Time(String),
    /// Text: a part of the text that was read, where it stands there as it is.
    Str(Substr),
    /// What `!!binary` holds. SOPS makes a string of it, which need not be UTF-8.
    Bytes(Vec<u8>),
}

/// The blocks in which SOPS keeps for whom a file is sealed, one for each document that has it; none: the file is not sealed.
pub fn blocks(stream: &Stream) -> impl Iterator<Item = &Node> {
    stream.roots().filter_map(|root| root.get("sops"))
}

/// The value that SOPS reads from a scalar.
///
/// # Errors
/// [`TypeError`] where SOPS fails as well: a tag that the text contradicts, an integer beyond 64 bits with sign.
pub fn scalar(node: &Node) -> Result<Typed, TypeError> {
    let Value::Scalar(scalar) = &node.value else {
        return Err(TypeError::NotScalar { at: node.at });
    };
    let text = &scalar.text;
    match typing::hint(node, scalar, Version::Three) {
        Hint::String => Ok(Typed::Str(text.clone())),
        Hint::Look => {
            look(text).map_or_else(|| Ok(Typed::Str(text.clone())), |looks| looks.typed(node))
        }
        Hint::Tagged(tag) => tagged(node, tag, text),
        Hint::Binary => bytes(node, text),
    }
}

/// The time that a text stands for, as SOPS writes it; nothing if SOPS takes the text for none, or cannot write it.
pub fn time(text: &str) -> Option<String> {
    match typing::timestamp(text)? {
        Timestamp::Written(written) => Some(written),
        Timestamp::Unwritable => None,
    }
}

/// Whether a plain text is no string.
pub(crate) fn is_typed(text: &str) -> bool {
    look(text).is_some()
}

fn bytes(node: &Node, text: &str) -> Result<Typed, TypeError> {
    let bytes = BASE64_MIME_PERMISSIVE.decode(text.as_bytes());
    bytes.map(Typed::Bytes).map_err(|_| TypeError::Tag {
        at: node.at,
        tag: "!!binary".to_owned(),
    })
}

fn tagged(node: &Node, tag: &str, text: &str) -> Result<Typed, TypeError> {
    match (tag, look(text)) {
        #[expect(clippy::cast_precision_loss, reason = "what the tag asks for")]
        ("!!float", Some(Looks::Number(Number::Int(value)))) => Ok(Typed::Float(value as f64)),
        ("!!null", Some(looks @ Looks::Null))
        | ("!!bool", Some(looks @ Looks::Bool(_)))
        | ("!!int", Some(looks @ Looks::Number(Number::Int(_) | Number::Big(_))))
        | ("!!float", Some(looks @ Looks::Number(Number::Float(_))))
        | ("!!timestamp", Some(looks @ Looks::Time(_))) => looks.typed(node),
        _ => Err(TypeError::Tag {
            at: node.at,
            tag: tag.to_owned(),
        }),
    }
}

enum Looks {
    Null,
    Bool(bool),
    Time(Timestamp),
    Number(Number),
}

fn look(text: &str) -> Option<Looks> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Looks::Null),
        "true" | "True" | "TRUE" => Some(Looks::Bool(true)),
        "false" | "False" | "FALSE" => Some(Looks::Bool(false)),
        _ => {
            let time = typing::timestamp(text).map(Looks::Time);
            time.or_else(|| typing::number(text, Version::Three).map(Looks::Number))
        }
    }
}

impl Looks {
    fn typed(self, node: &Node) -> Result<Typed, TypeError> {
        match self {
            Self::Null => Ok(Typed::Null),
            Self::Bool(value) => Ok(Typed::Bool(value)),
            Self::Time(Timestamp::Written(text)) => Ok(Typed::Time(text)),
            Self::Time(Timestamp::Unwritable) => Err(TypeError::Tag {
                at: node.at,
                tag: "!!timestamp".to_owned(),
            }),
            Self::Number(Number::Int(value)) => Ok(Typed::Int(value)),
            Self::Number(Number::Big(_)) => Err(TypeError::TooBig { at: node.at }),
            Self::Number(Number::Float(value)) => Ok(Typed::Float(value)),
        }
    }
}

#[cfg(test)]
mod tests;
