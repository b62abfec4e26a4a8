//! Which fields of a file differ between two versions of it, where a program may change fields alone.
//!
//! Only what is clear to every reader is compared: YAML and JSON by the file's name, unsealed, without anchors and aliases, within
//! the bounds of the documents that steer Signet. All but the values of fields has to be the same, byte for byte
//! ([`differing_scalars`]).

mod account;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde::de::IgnoredAny;
use signet_api::FieldPointer;
use signet_yaml::{Aliases, Limits, ParseError, Stream, differing_scalars, parse, sops};
use thiserror::Error;

pub(crate) use account::{Account, Spent};

use crate::object::{self, Kind, ObjectError, Objects};
use crate::step::{escaped, shortened};
use crate::{Mode, ObjectId};

/// What a file may cost. An object of Kubernetes has no more than 1.5 MiB.
const LIMITS: Limits = Limits::DOCUMENT;
/// What an object counts for that cannot be read: as much as the largest one that can be, 16 MiB.
const UNREADABLE: usize = 16 << 20;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Yaml,
    /// What is YAML too, and has to stay JSON for those who read nothing else.
    Json,
}

/// Why a file has no fields that a program may be let change. A continued sentence: it *is* that.
#[derive(Debug, Error)]
pub enum Fieldless {
    /// By its name it is something else.
    #[error("neither YAML nor JSON by its name (.yaml, .yml, .json)")]
    Name,
    /// It is no text.
    #[error("not UTF-8")]
    NotText,
    /// It is sealed: who has no key could only damage it.
    #[error("a sealed file")]
    Sealed,
    /// It is no YAML of one reading, or exceeds the limits.
    #[error("not compared: {0}")]
    Parse(ParseError),
    /// It is YAML, and no JSON.
    #[error("not JSON at line {line}, column {column}")]
    NotJson {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
}

/// Ensures that a file has fields which a program may be let change.
///
/// # Errors
/// [`Fieldless`] says what it is instead.
pub fn check_fields(path: &[u8], content: &[u8]) -> Result<(), Fieldless> {
    let form = Form::of(path).ok_or(Fieldless::Name)?;
    read(content, form).map(|_| ())
}

impl Form {
    /// That of a file, by its name.
    pub(crate) fn of(path: &[u8]) -> Option<Self> {
        let dot = path.iter().rposition(|byte| *byte == b'.')?;
        match &path[dot..] {
            b".yaml" | b".yml" => Some(Self::Yaml),
            b".json" => Some(Self::Json),
            _ => None,
        }
    }
}

fn read(content: &[u8], form: Form) -> Result<(&str, Stream), Fieldless> {
    let text = std::str::from_utf8(content).map_err(|_| Fieldless::NotText)?;
    let stream = parse(text, &LIMITS, Aliases::Refuse).map_err(Fieldless::Parse)?;
    if sops::blocks(&stream).next().is_some() {
        return Err(Fieldless::Sealed);
    }
    if form == Form::Json
        && let Err(error) = serde_json::from_str::<IgnoredAny>(text)
    {
        let (line, column) = (error.line(), error.column());
        return Err(Fieldless::NotJson { line, column });
    }
    Ok((text, stream))
}

/// The pointers of the fields that differ, or why something else does.
fn compare(old: &[u8], new: &[u8], form: Form) -> Result<Vec<String>, String> {
    let new = read(new, form).map_err(|error| format!("it is {error}"))?;
    let old = read(old, form).map_err(|error| format!("it was {error}"))?;
    differing_scalars((old.0, &old.1), (new.0, &new.1)).map_err(|unlike| unlike.to_string())
}

/// What differs between two versions of a file.
#[derive(Debug)]
pub(crate) struct Compared {
    fields: Result<Vec<String>, String>,
    /// The bytes that were read for it.
    bytes: usize,
}

impl Compared {
    fn of(
        objects: &dyn Objects,
        old: ObjectId,
        new: ObjectId,
        form: Form,
    ) -> Result<Self, ObjectError> {
        let [old, new] = [old, new].map(|id| object::read(objects, &id, Kind::Blob));
        let bytes = |read: &Result<Vec<u8>, _>| read.as_ref().map_or(UNREADABLE, Vec::len);
        let bytes = bytes(&old) + bytes(&new);
        let fields = match (old, new) {
            (Ok(old), Ok(new)) => compare(&old, &new, form),
            (Err(error), _) | (_, Err(error)) if error.is_content() => {
                Err(crate::step::chain(&error))
            }
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        Ok(Self {
            fields: fields.map_err(|why| shown(&why)),
            bytes,
        })
    }

    /// What differs besides the fields at and below these pointers, in words; `None` where nothing does.
    pub(crate) fn beyond(&self, pointers: &[FieldPointer]) -> Option<String> {
        let fields = match &self.fields {
            Ok(fields) => fields.iter(),
            Err(why) => return Some(why.clone()),
        };
        let is_covered = |field: &&String| pointers.iter().any(|pointer| pointer.covers(field));
        let mut others = fields.filter(|field| !is_covered(field));
        let first = match others.next()?.as_str() {
            "" => "the document",
            first => first,
        };
        let first = shown(first);
        Some(match others.count() {
            0 => format!("{first} changed"),
            more => format!("{first} and {more} more changed"),
        })
    }

    /// About how many bytes are looked at to compare the files and to look for so many pointers among what differs.
    pub(crate) fn work(&self, pointers: usize) -> usize {
        let fields = self.fields.iter().flatten().map(String::len);
        self.bytes + pointers * fields.sum::<usize>()
    }

    /// About how much memory it takes.
    fn kept(&self) -> usize {
        let fields = self.fields.iter().flatten();
        let fields = fields.map(|field| size_of::<String>() + field.len());
        size_of::<(Key, Self)>()
            + fields.sum::<usize>()
            + self.fields.as_ref().err().map_or(0, String::len)
    }
}

/// Keys are anybody's, and as long as they like.
fn shown(text: &str) -> String {
    shortened(&escaped(text.as_bytes()))
}

type Key = (ObjectId, ObjectId, Form);

/// What was compared before. Many paths of many refused commits may change the same content: it is compared once.
#[derive(Debug, Default)]
pub(crate) struct Comparisons(RefCell<Known>);

#[derive(Debug, Default)]
struct Known {
    compared: HashMap<Key, Rc<Compared>>,
    bytes: usize,
}

/// The most bytes that are kept of what was compared: 16 MiB.
const KEPT: usize = 16 << 20;

impl Comparisons {
    /// What differs between two versions of a file of this form.
    ///
    /// # Errors
    /// [`ObjectError`] where the store fails.
    pub(crate) fn of(
        &self,
        objects: &dyn Objects,
        old: ObjectId,
        new: ObjectId,
        form: Form,
    ) -> Result<Rc<Compared>, ObjectError> {
        let mut known = self.0.borrow_mut();
        let key = (old, new, form);
        if let Some(compared) = known.compared.get(&key) {
            return Ok(Rc::clone(compared));
        }
        let compared = Rc::new(Compared::of(objects, old, new, form)?);
        known.keep(key, Rc::clone(&compared), KEPT);
        Ok(compared)
    }
}

impl Known {
    /// Takes one more, and forgets the others where they have more bytes than this together.
    fn keep(&mut self, key: Key, compared: Rc<Compared>, most: usize) {
        if self.bytes + compared.kept() > most {
            *self = Self::default();
        }
        self.bytes += compared.kept();
        self.compared.insert(key, compared);
    }
}

/// The two contents of a changed path whose fields may be compared; if it has none, why.
pub(crate) fn contents(
    path: &[u8],
    old: Option<(Mode, ObjectId)>,
    new: Option<(Mode, ObjectId)>,
) -> Result<(ObjectId, ObjectId, Form), String> {
    let (Some((was, old)), Some((is, new))) = (old, new) else {
        let what = if old.is_none() { "came" } else { "went" };
        return Err(format!("the file {what}"));
    };
    let is_file = |mode| matches!(mode, Mode::File | Mode::Executable);
    if let Some(other) = [was, is].into_iter().find(|mode| !is_file(*mode)) {
        let verb = if is_file(is) { "was" } else { "is" };
        return Err(format!("it {verb} a {other}"));
    }
    if was != is {
        return Err("its mode changed".to_owned());
    }
    let form = Form::of(path).ok_or_else(|| format!("it is {}", Fieldless::Name))?;
    Ok((old, new, form))
}

#[cfg(test)]
mod tests;
