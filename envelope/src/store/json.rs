//! The JSON store: one object. Go's reader decides what JSON is (RFC 8259), and where it forgives, we do not.

mod number;
mod string;

use std::borrow::Cow;

use arcstr::{ArcStr, Substr};
use signet_yaml::{
    Document, Entry, Item, Limits, Node, ParseError, Position, Span, Stream, Style, Value,
};

use super::places::Places;
use super::{ReadError, Store};

/// The object as a stream of one document. Strings are quoted scalars, numbers and words plain ones; a number that is no
/// integer of 64 bits is spelled as the float that SOPS reads.
pub(super) fn read(store: Store, text: &ArcStr, limits: &Limits) -> Result<Stream, ReadError> {
    if text.len() > limits.bytes {
        let limit = limits.bytes;
        return Err(ParseError::TooLarge { limit }.into());
    }
    let root = Reader::of(store, text, limits).whole()?;
    Ok(Stream {
        documents: vec![Document {
            root: Some(root),
            comments: Vec::new(),
        }],
        merges: false,
    })
}

/// From so many members of the outermost object on, room is taken for all others at once: a list that grows doubles, and leaves
/// behind what it outgrew.
const MANY: usize = 512;

struct Reader<'t> {
    store: Store,
    text: &'t ArcStr,
    limits: &'t Limits,
    offset: usize,
    places: Places<'t>,
    nodes: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn of(store: Store, text: &'t ArcStr, limits: &'t Limits) -> Self {
        Self {
            store,
            text,
            limits,
            offset: 0,
            places: Places::of(text),
            nodes: 0,
            depth: 0,
        }
    }

    fn whole(mut self) -> Result<Node, ReadError> {
        self.blanks();
        if self.peek() == Some(b'[') {
            return Err(ReadError::List { at: self.here() });
        }
        if self.peek() != Some(b'{') {
            return Err(self.syntax("an object is missing"));
        }
        let root = self.value()?;
        self.blanks();
        match self.peek() {
            None => Ok(root),
            Some(_) => Err(self.syntax("something follows the object")),
        }
    }

    fn value(&mut self) -> Result<Node, ReadError> {
        let at = self.here();
        self.spend(at)?;
        let start = self.offset;
        match self.peek() {
            Some(b'{') => self.nested(at, |reader| Ok(Value::Mapping(reader.entries()?))),
            Some(b'[') => self.nested(at, |reader| Ok(Value::Sequence(reader.items()?))),
            Some(b'"') => {
                let text = self.string()?;
                Ok(Node::scalar(text, Style::Double, start..self.offset, at))
            }
            _ => {
                let text = self.word()?;
                Ok(Node::scalar(text, Style::Plain, start..self.offset, at))
            }
        }
    }

    fn nested(
        &mut self,
        at: Position,
        read: impl FnOnce(&mut Self) -> Result<Value, ReadError>,
    ) -> Result<Node, ReadError> {
        let limit = self.limits.depth;
        if self.depth == limit {
            return Err(ParseError::TooDeep { at, limit }.into());
        }
        let start = self.offset;
        self.depth += 1;
        self.offset += 1;
        let value = read(self)?;
        self.depth -= 1;
        let span: Span = start..self.offset;
        Ok(match value {
            Value::Mapping(entries) => Node::mapping(entries, span, at),
            Value::Sequence(items) => Node::sequence(items, span, at),
            Value::Scalar(scalar) => Node::scalar(scalar.text, scalar.style, span, at),
        })
    }

    fn items(&mut self) -> Result<Vec<Item>, ReadError> {
        let mut items = Vec::new();
        while self.another(b']', items.is_empty())? {
            items.push(Item::Node(self.value()?));
        }
        items.shrink_to_fit();
        Ok(items)
    }

    fn entries(&mut self) -> Result<Vec<Entry>, ReadError> {
        let mut entries = Vec::new();
        while self.another(b'}', entries.is_empty())? {
            let key = self.key()?;
            self.blanks();
            if self.peek() != Some(b':') {
                return Err(self.syntax("a colon is missing"));
            }
            self.offset += 1;
            self.blanks();
            let value = self.value()?;
            entries.push(Entry::Pair { key, value });
            if entries.len() == MANY && self.depth == 1 {
                let more = members(&self.text.as_bytes()[self.offset..]);
                // Where there is no room, the list grows as others do.
                let _ = entries.try_reserve_exact(more.min(self.limits.nodes));
            }
        }
        refuse_duplicates(&entries)?;
        entries.shrink_to_fit();
        Ok(entries)
    }

    fn key(&mut self) -> Result<Node, ReadError> {
        let (at, start) = (self.here(), self.offset);
        self.spend(at)?;
        if self.peek() != Some(b'"') {
            return Err(self.syntax("a key is missing"));
        }
        let text = self.string()?;
        Ok(Node::scalar(text, Style::Double, start..self.offset, at))
    }

    /// Whether another element follows, in front of which the reader then stands; else it stands behind the end.
    fn another(&mut self, end: u8, first: bool) -> Result<bool, ReadError> {
        self.blanks();
        match self.peek() {
            Some(byte) if byte == end => {
                self.offset += 1;
                return Ok(false);
            }
            Some(b',') if !first => self.offset += 1,
            Some(_) if first => {}
            _ => return Err(self.syntax("a comma or a closing bracket is missing")),
        }
        self.blanks();
        Ok(true)
    }

    /// A string, which shares the text that is read where it has no escapes.
    fn string(&mut self) -> Result<Substr, ReadError> {
        let (text, length) = string::read(&self.text[self.offset..]).map_err(|wrong| {
            self.offset += wrong.offset;
            self.syntax(wrong.problem)
        })?;
        self.offset += length;
        Ok(match text {
            Cow::Borrowed(part) => self.text.substr_from(part),
            Cow::Owned(text) => text.into(),
        })
    }

    /// A number or one of the three words.
    fn word(&mut self) -> Result<String, ReadError> {
        let rest = &self.text[self.offset..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let word = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        let text = match word {
            "" => return Err(self.syntax("a value is missing")),
            "true" | "false" | "null" => word.to_owned(),
            _ => number::read(word).map_err(|problem| self.syntax(problem))?,
        };
        self.offset += word.len();
        Ok(text)
    }

    fn blanks(&mut self) {
        let rest = &self.text.as_bytes()[self.offset..];
        let blanks = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.offset += blanks.count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn here(&mut self) -> Position {
        self.places.at(self.offset)
    }

    fn spend(&mut self, at: Position) -> Result<(), ReadError> {
        self.nodes += 1;
        let limit = self.limits.nodes;
        if self.nodes > limit {
            return Err(ParseError::TooManyNodes { at, limit }.into());
        }
        Ok(())
    }

    fn syntax(&mut self, problem: &'static str) -> ReadError {
        ReadError::Syntax {
            at: self.here(),
            store: self.store,
            problem,
        }
    }
}

/// How many members of an object follow, in front of whose comma or end the text begins.
fn members(rest: &[u8]) -> usize {
    let (mut depth, mut members, mut is_text, mut is_escaped) = (0_usize, 0, false, false);
    for byte in rest {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b',' if depth == 0 => members += 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => break,
            },
            _ => {}
        }
    }
    members
}

/// Refuses the first key that stands twice. Sorted, keys take a seventh of the memory of a table of them.
fn refuse_duplicates(entries: &[Entry]) -> Result<(), ReadError> {
    let keys = entries.iter().filter_map(|entry| match entry {
        Entry::Pair { key, .. } => Some(key),
        Entry::Comment(_) => None,
    });
    let mut keys: Vec<&Node> = keys.collect();
    keys.sort_by_key(|key| key.text());
    let twice = keys.windows(2).filter_map(|pair| match pair {
        [first, again] if first.text() == again.text() => Some((first, again)),
        _ => None,
    });
    match twice.min_by_key(|(_, again)| again.span.start) {
        None => Ok(()),
        Some((first, again)) => Err(ParseError::DuplicateKey {
            key: again.text().unwrap_or_default().to_owned(),
            at: again.at,
            first: first.at,
        }
        .into()),
    }
}

#[cfg(test)]
mod tests;
