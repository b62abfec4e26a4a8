//! What SOPS holds of a document.

use serde_json::Value as Json;
use signet_envelope::{LeafType, plaintext};
use signet_yaml::{Aliases, Document, Entry, Item, Limits, Node, Value, parse, sops};

use crate::kubectl::is_near;

/// A value as SOPS holds it, comments left out.
#[derive(Debug, PartialEq)]
pub(crate) enum Held {
    Mapping(Vec<(String, Held)>),
    Sequence(Vec<Held>),
    Null,
    /// Of a float without a fraction sops writes an integer, so that both are one here.
    Number(String),
    Other(LeafType, Vec<u8>),
}

impl Held {
    fn of(node: &Node) -> Self {
        match &node.value {
            Value::Mapping(_) => Self::Mapping(node.pairs().map(pair).collect()),
            Value::Sequence(_) => Self::Sequence(node.items().map(Self::of).collect()),
            Value::Scalar(_) => match plaintext(sops::scalar(node).unwrap()) {
                None => Self::Null,
                Some((LeafType::Int | LeafType::Float, text)) => {
                    Self::Number(String::from_utf8(text).unwrap())
                }
                Some((kind, bytes)) => Self::Other(kind, bytes),
            },
        }
    }

    /// Whether nothing is held: sops makes an empty mapping of a document that is empty or has only comments.
    fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Mapping(pairs) => pairs.is_empty(),
            _ => false,
        }
    }

    /// Whether JSON says the same.
    pub(crate) fn is(&self, json: &Json) -> bool {
        match (self, json) {
            (Self::Mapping(pairs), Json::Object(fields)) => {
                let is_there = |(key, value): &(String, Self)| {
                    fields.get(key).is_some_and(|field| value.is(field))
                };
                pairs.len() == fields.len() && pairs.iter().all(is_there)
            }
            (Self::Sequence(items), Json::Array(elements)) => {
                let mut both = items.iter().zip(elements);
                items.len() == elements.len() && both.all(|(item, element)| item.is(element))
            }
            (Self::Null, Json::Null) => true,
            (Self::Number(text), Json::Number(number)) => {
                *text == number.to_string()
                    || is_near(text.parse().unwrap(), number.as_f64().unwrap())
            }
            (Self::Other(LeafType::Bool, bytes), Json::Bool(value)) => {
                bytes.eq_ignore_ascii_case(value.to_string().as_bytes())
            }
            (Self::Other(_, bytes), Json::String(text)) => bytes == text.as_bytes(),
            _ => false,
        }
    }
}

fn pair((key, value): (&Node, &Node)) -> (String, Held) {
    (key.text().unwrap().to_owned(), Held::of(value))
}

/// A text as SOPS holds it.
#[derive(Debug, PartialEq)]
pub(crate) struct Holding {
    /// Each document that holds something.
    pub(crate) documents: Vec<Held>,
    /// The comments of all documents, sorted; empty ones left out.
    pub(crate) comments: Vec<String>,
}

impl Holding {
    /// What SOPS holds of a text.
    pub(crate) fn of(text: &str) -> Self {
        let stream = parse(text, &Limits::SEALED, Aliases::Expand);
        let stream = stream.unwrap_or_else(|error| panic!("{error}\n{text}"));
        let roots = stream
            .documents
            .iter()
            .filter_map(|document| document.root.as_ref());
        let documents = roots.map(Held::of).filter(|held| !held.is_nothing());
        let mut comments: Vec<String> = stream.documents.iter().flat_map(comments).collect();
        comments.retain(|comment| !comment.trim().is_empty());
        comments.sort();
        Self {
            documents: documents.collect(),
            comments,
        }
    }
}

fn comments(document: &Document) -> Vec<String> {
    let own = document.comments.iter().map(|comment| comment.text.clone());
    let below = document.root.iter().flat_map(comments_below);
    own.chain(below).collect()
}

fn comments_below(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Mapping(entries) => entries
            .iter()
            .flat_map(|entry| match entry {
                Entry::Comment(comment) => vec![comment.text.clone()],
                Entry::Pair { value, .. } => comments_below(value),
            })
            .collect(),
        Value::Sequence(items) => items
            .iter()
            .flat_map(|item| match item {
                Item::Comment(comment) => vec![comment.text.clone()],
                Item::Node(node) => comments_below(node),
            })
            .collect(),
        Value::Scalar(_) => Vec::new(),
    }
}
