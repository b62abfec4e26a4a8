//! Puts opened values in the places of their stand-ins, in the body of a request.

mod body;
mod error;

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::{BASE64, BASE64_NOPAD};
use serde_json::Value as Json;
use signet_envelope::{LeafType, Occurrence, Pointer, StandIn, occurrences};
use signet_render::{Escape, Placement};
use zeroize::Zeroizing;

use crate::Opened;
use crate::value::{boolean, float};

pub use body::Body;
pub use error::SpliceError;

/// The JSON of an object with each stand-in replaced by its value.
///
/// A stand-in that is a whole scalar takes the value's type; inside a longer text, the value's text is inserted; inside
/// base64, in any alignment and up to four encodings deep, what is around it is encoded anew. Values are not searched
/// for further stand-ins; one that would end the double quotes it stands between is refused, or escaped as its place says. `places` are the fields that may hold
/// opened values; a stand-in anywhere else is an error.
///
/// # Errors
/// [`SpliceError`] naming object and field; no value is in it.
pub fn splice(
    object: &Json,
    places: &BTreeSet<Placement>,
    opened: &Opened,
) -> Result<Body, SpliceError> {
    let fields = places
        .iter()
        .map(|place| (place.field.as_str(), place.escape))
        .collect();
    let mut splice = Splice {
        fields,
        opened,
        object,
        body: Body::with_room_for(object),
    };
    splice.value(object, &Pointer::whole_file())?;
    Ok(splice.body)
}

struct Splice<'a> {
    fields: BTreeMap<&'a str, Escape>,
    opened: &'a Opened,
    object: &'a Json,
    body: Body,
}

impl Splice<'_> {
    fn value(&mut self, value: &Json, field: &Pointer) -> Result<(), SpliceError> {
        match value {
            Json::String(text) => return self.text(text, field),
            Json::Array(items) => return self.array(items, field),
            Json::Object(entries) => return self.mapping(entries, field),
            Json::Null => self.body.push(b"null"),
            Json::Bool(value) => self.body.push(if *value { b"true" } else { b"false" }),
            Json::Number(number) => self.body.push(number.to_string().as_bytes()),
        }
        Ok(())
    }

    fn array(&mut self, items: &[Json], field: &Pointer) -> Result<(), SpliceError> {
        self.body.push(b"[");
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.body.push(b",");
            }
            self.value(item, &field.child(index))?;
        }
        self.body.push(b"]");
        Ok(())
    }

    fn mapping(
        &mut self,
        entries: &serde_json::Map<String, Json>,
        field: &Pointer,
    ) -> Result<(), SpliceError> {
        self.body.push(b"{");
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.body.push(b",");
            }
            let field = field.child(key);
            if !self.occurrences(key, &field)?.is_empty() {
                return Err(SpliceError::Key {
                    object: self.name(),
                    field,
                });
            }
            self.body.push_string(key);
            self.body.push(b":");
            self.value(value, &field)?;
        }
        self.body.push(b"}");
        Ok(())
    }

    fn text(&mut self, text: &str, field: &Pointer) -> Result<(), SpliceError> {
        let found = self.occurrences(text, field)?;
        if found.is_empty() {
            self.body.push_string(text);
            return Ok(());
        }
        if !self.fields.contains_key(field.as_str()) {
            return Err(SpliceError::NotPermitted {
                object: self.name(),
                field: field.clone(),
            });
        }
        match found.as_slice() {
            [Occurrence::Plain { at, stand_in }] if *at == (0..text.len()) => {
                self.whole(stand_in, field)
            }
            found => {
                let spliced = self.rewrite(text.as_bytes(), found, field)?;
                self.body.push_string(self.as_text(&spliced, field)?);
                Ok(())
            }
        }
    }

    /// Writes a value that is a whole scalar, in its own type.
    fn whole(&mut self, stand_in: &StandIn, field: &Pointer) -> Result<(), SpliceError> {
        let opened = self.opened;
        let written = opened.with(stand_in, |kind, bytes| {
            let text = self.as_text(bytes, field)?;
            let literal = match kind {
                LeafType::Str | LeafType::Time | LeafType::Comment => None,
                LeafType::Int => Some(text.parse::<i64>().ok().map(Json::from)),
                LeafType::Bool => Some(boolean(text).map(Json::from)),
                LeafType::Float => Some(
                    float(text)
                        .and_then(serde_json::Number::from_f64)
                        .map(Json::from),
                ),
            };
            match literal {
                None => self.body.push_string(text),
                Some(Some(value)) => self.body.push(Zeroizing::new(value.to_string()).as_bytes()),
                Some(None) => {
                    return Err(SpliceError::Type {
                        object: self.name(),
                        field: field.clone(),
                        kind,
                    });
                }
            }
            Ok(())
        });
        written.unwrap_or_else(|| Err(self.unknown(stand_in, field)))
    }

    /// The bytes with every occurrence replaced.
    fn rewrite(
        &self,
        text: &[u8],
        found: &[Occurrence],
        field: &Pointer,
    ) -> Result<Zeroizing<Vec<u8>>, SpliceError> {
        let mut out = Body::with_capacity(text.len());
        let mut done = 0;
        for occurrence in found {
            let at = occurrence.at();
            out.push(&text[done..at.start]);
            match occurrence {
                Occurrence::Plain { stand_in, .. } => {
                    let quoted =
                        text[..at.start].ends_with(b"\"") && text[at.end..].starts_with(b"\"");
                    self.insert(stand_in, quoted, field, &mut out)?;
                }
                Occurrence::Base64 {
                    padded,
                    decoded,
                    inside,
                    ..
                } => {
                    let inner = self.rewrite(decoded, inside, field)?;
                    let encoding = if *padded { BASE64 } else { BASE64_NOPAD };
                    out.push(Zeroizing::new(encoding.encode(&inner)).as_bytes());
                }
            }
            done = at.end;
        }
        out.push(&text[done..]);
        Ok(out.into_bytes())
    }

    fn insert(
        &self,
        stand_in: &StandIn,
        quoted: bool,
        field: &Pointer,
        out: &mut Body,
    ) -> Result<(), SpliceError> {
        let inserted = self.opened.with(stand_in, |_, bytes| {
            if !quoted || !breaks_quotes(bytes) {
                out.push(bytes);
                return Ok(());
            }
            match self.fields.get(field.as_str()).copied() {
                None | Some(Escape::Refuse) => {
                    return Err(SpliceError::Quotes {
                        object: self.name(),
                        field: field.clone(),
                    });
                }
                Some(Escape::Json) => out.push_escaped(self.as_text(bytes, field)?),
                Some(Escape::None) => out.push(bytes),
            }
            Ok(())
        });
        inserted.unwrap_or_else(|| Err(self.unknown(stand_in, field)))
    }

    fn occurrences(&self, text: &str, field: &Pointer) -> Result<Vec<Occurrence>, SpliceError> {
        occurrences(text.as_bytes()).map_err(|source| SpliceError::TooMuchWork {
            object: self.name(),
            field: field.clone(),
            source,
        })
    }

    fn as_text<'b>(&self, bytes: &'b [u8], field: &Pointer) -> Result<&'b str, SpliceError> {
        let not_text = |_| SpliceError::NotText {
            object: self.name(),
            field: field.clone(),
        };
        std::str::from_utf8(bytes).map_err(not_text)
    }

    fn unknown(&self, stand_in: &StandIn, field: &Pointer) -> SpliceError {
        SpliceError::NotOpened {
            object: self.name(),
            field: field.clone(),
            stand_in: stand_in.clone(),
        }
    }

    /// `Secret team-a/db`
    fn name(&self) -> String {
        let text = |pointer: &str| self.object.pointer(pointer).and_then(Json::as_str);
        let name = text("/metadata/name").unwrap_or("?");
        let kind = text("/kind").unwrap_or("object");
        match text("/metadata/namespace") {
            Some(namespace) => format!("{kind} {namespace}/{name}"),
            None => format!("{kind} {name}"),
        }
    }
}

/// Whether a value cannot stand between double quotes as it is.
fn breaks_quotes(value: &[u8]) -> bool {
    value
        .iter()
        .any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x7f))
}

#[cfg(test)]
mod tests;
