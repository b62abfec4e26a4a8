//! What SOPS reads otherwise than other readers of dotenv and INI: under a seal, one text has one meaning.

use std::collections::BTreeSet;

use signet_yaml::{Node, Position, Stream};

use super::Store;

/// A place where another reader sees something else than SOPS.
pub(crate) struct OtherReading {
    pub(crate) at: Position,
    pub(crate) problem: &'static str,
}

/// The first place of a text that has more than one reading; YAML and JSON have their own rules.
pub(crate) fn other_reading(store: Store, text: &str, stream: &Stream) -> Option<OtherReading> {
    let root = stream.documents.first()?.root.as_ref()?;
    let own = || root.pairs().filter(|(key, _)| key.text() != Some("sops"));
    match store {
        Store::Yaml | Store::Json | Store::Binary => None,
        Store::Dotenv => repeated(own()).or_else(|| own().find_map(dotenv)),
        Store::Ini => {
            repeated(own()).or_else(|| own().find_map(|section| self::section(text, section)))
        }
    }
}

fn repeated<'n>(mut pairs: impl Iterator<Item = (&'n Node, &'n Node)>) -> Option<OtherReading> {
    let mut seen = BTreeSet::new();
    let (key, _) = pairs.find(|(key, _)| !seen.insert(key.text()))?;
    found(key, "the same name stands above already")
}

fn dotenv((key, value): (&Node, &Node)) -> Option<OtherReading> {
    let name = key.text().unwrap_or_default();
    if name.is_empty() || name.trim() != name || name.starts_with('\u{feff}') {
        return found(
            key,
            "blanks and a byte order mark are part of the key here, or it is empty",
        );
    }
    if name.starts_with("export ") {
        return found(key, "the word export is part of the key here");
    }
    let value_of = value.text().unwrap_or_default();
    let returns = value_of.ends_with('\r');
    returns.then_some(())?;
    found(
        value,
        "the carriage return is part of the value here; end lines with a line feed alone",
    )
}

fn section(text: &str, (name, keys): (&Node, &Node)) -> Option<OtherReading> {
    let of_name = name.text().unwrap_or_default();
    if of_name.trim() != of_name || of_name.contains(']') {
        return found(
            name,
            "blanks and brackets are part of the section's name here",
        );
    }
    keys.pairs().find_map(|(key, value)| {
        if key.text() != text.get(key.span.clone()) {
            return found(key, "the quotes are not part of the key here");
        }
        self::value(text, value)
    })
}

fn value(text: &str, value: &Node) -> Option<OtherReading> {
    let written = &text[value.span.clone()];
    let in_all_quotes = written.starts_with(['`']) || written.starts_with(r#"""""#);
    let (before, behind) = text.split_at(value.span.end);
    if behind.starts_with(['#', ';']) && !before.ends_with(char::is_whitespace) {
        return found(
            value,
            "a comment begins inside the value here; put the value between backquotes",
        );
    }
    let is_bare = value.text() == Some(written);
    let goes_on = written.contains('\n') || (written.ends_with('\\') && !is_bare);
    if !in_all_quotes && goes_on {
        return found(value, "the value goes on in the next line here");
    }
    if is_bare && written.starts_with(['"', '\'']) {
        return found(
            value,
            "the quotes are part of the value here; put it between backquotes",
        );
    }
    None
}

#[expect(clippy::unnecessary_wraps, reason = "each check ends in it")]
fn found(node: &Node, problem: &'static str) -> Option<OtherReading> {
    Some(OtherReading {
        at: node.at,
        problem,
    })
}
