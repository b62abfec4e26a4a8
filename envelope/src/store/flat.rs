//! Metadata that a store writes flat, as the mapping that it means: `age__list_0__map_enc` is `enc` in the first element of
//! `age`.

use std::collections::BTreeMap;

use signet_yaml::{Entry, Item, Limits, Node, ParseError, Position, Span, Style};

use super::ReadError;
use crate::Store;

const MAP: &str = "__map_";
const LIST: &str = "__list_";

/// A flat field.
pub(super) struct Field<'t> {
    /// The way to its value, without the prefix of the store.
    pub(super) path: &'t str,
    /// The bytes of its key.
    pub(super) span: Span,
    /// Where its key stands.
    pub(super) at: Position,
    /// Its value.
    pub(super) value: Node,
}

/// The mapping that flat fields mean. Its scalars keep the places of the flat values; a collection has the place of the first
/// key that leads into it.
///
/// # Errors
/// [`ReadError`] if two fields have one way, one ends where another goes on, or an element of a list is missing.
pub(super) fn nested(store: Store, fields: Vec<Field<'_>>) -> Result<Option<Node>, ReadError> {
    let mut fields = fields.into_iter().peekable();
    let Some(Field { span, at, .. }) = fields.peek() else {
        return Ok(None);
    };
    let mut root = Branch {
        span: span.clone(),
        at: *at,
        part: Part::Map(BTreeMap::new()),
    };
    for field in fields {
        root.place(store, field)?;
    }
    root.into_node(store).map(Some)
}

/// A value or a collection, and where the first key that leads to it stands.
struct Branch<'t> {
    span: Span,
    at: Position,
    part: Part<'t>,
}

enum Part<'t> {
    Value(Node),
    Map(BTreeMap<&'t str, Branch<'t>>),
    List(BTreeMap<usize, Branch<'t>>),
}

enum Token<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Branch<'t> {
    fn place(&mut self, store: Store, field: Field<'t>) -> Result<(), ReadError> {
        let Field {
            path,
            span,
            at,
            value,
        } = field;
        let wrong = |problem| ReadError::Syntax { at, store, problem };
        let tokens = tokens(path).ok_or_else(|| wrong("an index of metadata is no number"))?;
        let depth = Limits::SEALED.depth;
        if tokens.len() >= depth {
            return Err(ParseError::TooDeep { at, limit: depth }.into());
        }
        let mut value = Some(value);
        let mut branch = self;
        for (index, token) in tokens.iter().enumerate() {
            let fresh = || Branch {
                span: span.clone(),
                at,
                part: match tokens.get(index + 1) {
                    Some(Token::Key(_)) => Part::Map(BTreeMap::new()),
                    Some(Token::Index(_)) => Part::List(BTreeMap::new()),
                    None => Part::Value(value.take().expect("a way has one end")),
                },
            };
            branch = match (&mut branch.part, token) {
                (Part::Map(map), Token::Key(key)) => map.entry(key).or_insert_with(fresh),
                (Part::List(list), Token::Index(at)) => list.entry(*at).or_insert_with(fresh),
                _ => return Err(wrong("metadata is a value here and a collection elsewhere")),
            };
        }
        match value {
            None => Ok(()),
            Some(_) => Err(wrong("a field of metadata stands there twice")),
        }
    }

    fn into_node(self, store: Store) -> Result<Node, ReadError> {
        let Self { span, at, part } = self;
        match part {
            Part::Value(node) => Ok(node),
            Part::Map(map) => {
                let pair = |(key, branch): (&str, Branch<'_>)| {
                    let key = Node::scalar(key, Style::Double, branch.span.clone(), branch.at);
                    let value = branch.into_node(store)?;
                    Ok(Entry::Pair { key, value })
                };
                let entries: Result<_, ReadError> = map.into_iter().map(pair).collect();
                Ok(Node::mapping(entries?, span, at))
            }
            Part::List(list) => {
                if list.keys().copied().ne(0..list.len()) {
                    let problem = "an element of a list of metadata is missing";
                    return Err(ReadError::Syntax { at, store, problem });
                }
                let item = |branch: Branch<'_>| branch.into_node(store).map(Item::Node);
                let items: Result<_, ReadError> = list.into_values().map(item).collect();
                Ok(Node::sequence(items?, span, at))
            }
        }
    }
}

/// The way to a field, read up to one step more than is allowed; nothing if an index is no number.
fn tokens(path: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let (mut separator, mut rest) = (MAP, path);
    while tokens.len() <= Limits::SEALED.depth {
        let next = next_separator(rest);
        let token = &rest[..next.map_or(rest.len(), |(end, _)| end)];
        tokens.push(match separator {
            LIST => Token::Index(token.parse().ok()?),
            _ => Token::Key(token),
        });
        let Some((end, found)) = next else { break };
        (separator, rest) = (found, &rest[end + found.len()..]);
    }
    Some(tokens)
}

fn next_separator(path: &str) -> Option<(usize, &'static str)> {
    let underscores = path.bytes().enumerate().filter(|(_, byte)| *byte == b'_');
    let found = |at: usize| {
        let starts = |separator: &&str| path[at..].starts_with(*separator);
        [MAP, LIST].into_iter().find(starts)
    };
    underscores
        .map(|(at, _)| at)
        .find_map(|at| Some((at, found(at)?)))
}

#[cfg(test)]
mod tests;
