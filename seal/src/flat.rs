//! Changes an opened dotenv or INI text by path: what the path does not name stays byte for byte.
//!
//! Both stores know text only. A path is a key in dotenv, and in INI a section and a key; `DEFAULT` is the section of the
//! keys in front of the first one.

mod dotenv;
mod error;
mod ini;

use signet_envelope::{Store, read};
use signet_yaml::edit::Step;
use signet_yaml::{Edit, Node, Stream, apply};
use std::borrow::Cow;
use zeroize::Zeroizing;

pub use error::FlatError;

/// The text with a value at a path. A new key comes behind the others of its section, a new section behind the others. In
/// dotenv, a name means the line that sets it, with `export` in front or without.
///
/// # Errors
/// [`FlatError`], also if the result would not be read as what was asked for and everything else as before.
pub fn set(
    store: Store,
    text: &str,
    path: &[Step],
    value: &str,
) -> Result<Zeroizing<String>, FlatError> {
    set_exactly(store, text, &meant(store, text, path)?, value)
}

/// [`set`] at this very key, as a merge means it: to sops the word `export` is a part of the key.
pub(crate) fn set_exactly(
    store: Store,
    text: &str,
    path: &[Step],
    value: &str,
) -> Result<Zeroizing<String>, FlatError> {
    let place = Place::of(store, path)?;
    let stream = read(store, text)?;
    let edit = set_edit(store, text, &stream, path, value)?;
    let is_of = |leaf: &Leaf<'_>| place.is_of(leaf);
    changed(store, text, &stream, edit, is_of, Some(value))
}

/// The edit of [`set_exactly`], of which nobody has seen yet how the result reads.
pub(crate) fn set_edit(
    store: Store,
    text: &str,
    stream: &Stream,
    path: &[Step],
    value: &str,
) -> Result<Edit, FlatError> {
    let place = Place::of(store, path)?;
    match store {
        Store::Dotenv => dotenv::set(text, stream, &place, value),
        _ => ini::set(text, stream, &place, value),
    }
}

/// The edit of [`remove_exactly`], of which nobody has seen yet how the result reads.
pub(crate) fn remove_edit(
    store: Store,
    text: &str,
    stream: &Stream,
    path: &[Step],
) -> Result<Edit, FlatError> {
    if let (Store::Ini, [Step::Key(section)]) = (store, path) {
        return ini::without_section(text, stream, section);
    }
    let place = Place::of(store, path)?;
    match store {
        Store::Dotenv => dotenv::remove(text, stream, &place),
        _ => ini::remove(text, stream, &place),
    }
}

/// The text without what stands at a path, which means what it does to [`set`]: a key with its line and what stands behind it
/// there, or a section.
///
/// # Errors
/// [`FlatError::Missing`] if nothing stands there, otherwise as [`set`].
pub fn remove(store: Store, text: &str, path: &[Step]) -> Result<Zeroizing<String>, FlatError> {
    remove_exactly(store, text, &meant(store, text, path)?)
}

/// [`remove`] of this very key, as a merge means it.
pub(crate) fn remove_exactly(
    store: Store,
    text: &str,
    path: &[Step],
) -> Result<Zeroizing<String>, FlatError> {
    let stream = read(store, text)?;
    let edit = remove_edit(store, text, &stream, path)?;
    if let (Store::Ini, [Step::Key(section)]) = (store, path) {
        let is_of = |leaf: &Leaf<'_>| leaf.0 == Some(section);
        return changed(store, text, &stream, edit, is_of, None);
    }
    let place = Place::of(store, path)?;
    let is_of = |leaf: &Leaf<'_>| place.is_of(leaf);
    changed(store, text, &stream, edit, is_of, None)
}

/// The variable that a dotenv key sets for whoever reads the file as a shell does: the name behind `export`, else the key.
pub fn variable(key: &str) -> &str {
    let exported = key.strip_prefix("export");
    let exported = exported.filter(|rest| rest.starts_with([' ', '\t']));
    exported.map_or(key, str::trim_start)
}

/// The path to the line that a person means, who may leave out its `export`.
fn meant<'p>(store: Store, text: &str, path: &'p [Step]) -> Result<Cow<'p, [Step]>, FlatError> {
    let (Store::Dotenv, [Step::Key(name)]) = (store, path) else {
        return Ok(Cow::Borrowed(path));
    };
    let stream = read(store, text)?;
    let key = dotenv::key_of(&stream, name)?;
    let key = key.map(|key| Cow::Owned(vec![Step::Key(key.to_owned())]));
    Ok(key.unwrap_or(Cow::Borrowed(path)))
}

/// Where a value stands.
struct Place<'p> {
    /// In dotenv there are none.
    section: Option<&'p str>,
    key: &'p str,
}

/// A value and where it stands.
type Leaf<'n> = (Option<&'n str>, &'n str, &'n str);

impl<'p> Place<'p> {
    fn of(store: Store, path: &'p [Step]) -> Result<Self, FlatError> {
        let (section, key) = match (store, path) {
            (Store::Dotenv, [Step::Key(key)]) => (None, key),
            (Store::Ini, [Step::Key(section), Step::Key(key)]) => (Some(section.as_str()), key),
            (Store::Dotenv | Store::Ini, _) => return Err(FlatError::Path { store }),
            _ => return Err(FlatError::Store { store }),
        };
        Ok(Self { section, key })
    }

    fn is_of(&self, leaf: &Leaf<'_>) -> bool {
        (leaf.0, leaf.1) == (self.section, self.key)
    }
}

/// The text with the change, if it reads as what was asked for: this value, or none, where it is meant, and all else as before.
fn changed(
    store: Store,
    text: &str,
    before: &Stream,
    edit: Edit,
    is_meant: impl Fn(&Leaf<'_>) -> bool,
    value: Option<&str>,
) -> Result<Zeroizing<String>, FlatError> {
    let wrong = || FlatError::Unreadable { store };
    let after = Zeroizing::new(apply(text, vec![edit]).map_err(|_| wrong())?);
    let stream = read(store, after.as_str()).map_err(|_| wrong())?;
    let split = |stream| leaves(store, stream).partition::<Vec<Leaf<'_>>, _>(&is_meant);
    let (here, others) = split(&stream);
    let as_asked = here.iter().map(|leaf| leaf.2).eq(value);
    let (_, others_before) = split(before);
    if as_asked && others == others_before {
        Ok(after)
    } else {
        Err(wrong())
    }
}

fn leaves(store: Store, stream: &Stream) -> impl Iterator<Item = Leaf<'_>> {
    stream.roots().flat_map(move |root| {
        let pairs: Vec<Leaf<'_>> = if store == Store::Dotenv {
            root.pairs()
                .map(|(key, value)| leaf(None, key, value))
                .collect()
        } else {
            let sections = root.pairs();
            let keys = sections.flat_map(|(name, keys)| {
                keys.pairs()
                    .map(|(key, value)| leaf(name.text(), key, value))
            });
            keys.collect()
        };
        pairs
    })
}

fn leaf<'n>(section: Option<&'n str>, key: &'n Node, value: &'n Node) -> Leaf<'n> {
    (
        section,
        key.text().unwrap_or_default(),
        value.text().unwrap_or_default(),
    )
}

/// The edit that puts lines in front of a line, or behind the last one.
pub(crate) fn put_lines(text: &str, at: usize, lines: &str, line_break: &str) -> Edit {
    let is_open = at == text.len() && !text.is_empty() && !text.ends_with('\n');
    let text = if is_open {
        format!("{line_break}{lines}")
    } else {
        format!("{lines}{line_break}")
    };
    Edit { span: at..at, text }
}

/// The edit that takes out whole lines; a text that does not end in a line break ends in none afterwards.
fn cut(text: &str, start: usize, end: usize) -> Edit {
    let before = &text[..start];
    let is_open = !text[start..end].ends_with('\n');
    let kept = before.strip_suffix('\n').filter(|_| is_open);
    let kept = kept.map(|kept| kept.strip_suffix('\r').unwrap_or(kept));
    Edit {
        span: kept.unwrap_or(before).len()..end,
        text: String::new(),
    }
}

#[cfg(test)]
mod tests;
