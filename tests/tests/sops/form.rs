//! What a plaintext means, whoever wrote it: two texts with one form are the same to sops.

use serde_json::{Value as Json, json};
use signet_envelope::Store;
use signet_yaml::sops::{self, Typed};
use signet_yaml::{Aliases, Comment, Entry, Item, Limits, Node, Value};

/// Values in order, and comments without their places: sops moves some.
#[derive(Debug, PartialEq)]
pub(crate) struct Form {
    values: Json,
    comments: Vec<String>,
}

/// How a store's numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// As they are.
    Exact,
    /// As sops 3.11 reads JSON: each is a float.
    Floats,
}

impl Form {
    pub(crate) fn of(store: Store, plain: &[u8], numbers: Numbers) -> Self {
        let text = || std::str::from_utf8(plain).unwrap();
        match store {
            Store::Yaml => yaml(text()),
            Store::Json => Self::without_comments(read_json(text(), numbers)),
            Store::Dotenv => dotenv(text()),
            Store::Ini => ini(text()),
            Store::Binary => Self::without_comments(json!(plain)),
        }
    }

    fn without_comments(values: Json) -> Self {
        Self {
            values,
            comments: Vec::new(),
        }
    }
}

fn yaml(text: &str) -> Form {
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Refuse).unwrap();
    let mut comments = Vec::new();
    let mut values = Vec::new();
    for document in &stream.documents {
        comments.extend(document.comments.iter().map(line));
        values.push(
            document
                .root
                .as_ref()
                .map_or(Json::Null, |root| node(root, &mut comments)),
        );
    }
    comments.sort_unstable();
    Form {
        values: json!(values),
        comments,
    }
}

fn line(comment: &Comment) -> String {
    comment.text.trim().to_owned()
}

/// Pairs as a list, since their order is SOPS' too.
fn node(node: &Node, comments: &mut Vec<String>) -> Json {
    match &node.value {
        Value::Scalar(_) => scalar(sops::scalar(node).unwrap()),
        Value::Sequence(items) => {
            let mut values = Vec::new();
            for item in items {
                match item {
                    Item::Comment(comment) => comments.push(line(comment)),
                    Item::Node(item) => values.push(self::node(item, comments)),
                }
            }
            json!(values)
        }
        Value::Mapping(entries) => {
            let mut pairs = Vec::new();
            for entry in entries {
                match entry {
                    Entry::Comment(comment) => comments.push(line(comment)),
                    Entry::Pair { key, value } => {
                        pairs.push(json!([key.text().unwrap(), self::node(value, comments)]));
                    }
                }
            }
            json!({ "pairs": pairs })
        }
    }
}

fn scalar(typed: Typed) -> Json {
    match typed {
        Typed::Null => Json::Null,
        Typed::Bool(value) => json!(value),
        Typed::Int(value) => json!({ "number": value.to_string() }),
        Typed::Float(value) => json!({ "number": value.to_string() }),
        Typed::Time(value) => json!({ "time": value }),
        Typed::Str(value) => json!(value.as_str()),
        Typed::Bytes(value) => json!({ "bytes": value }),
    }
}

fn read_json(text: &str, numbers: Numbers) -> Json {
    fn typed(value: &Json, numbers: Numbers) -> Json {
        match value {
            Json::Number(number) => match (number.as_i64(), numbers) {
                (Some(integer), Numbers::Exact) => json!({ "number": integer.to_string() }),
                _ => json!({ "number": number.as_f64().unwrap().to_string() }),
            },
            Json::Array(items) => items.iter().map(|item| typed(item, numbers)).collect(),
            Json::Object(pairs) => pairs
                .iter()
                .map(|(key, value)| (key.clone(), typed(value, numbers)))
                .collect(),
            Json::Null | Json::Bool(_) | Json::String(_) => value.clone(),
        }
    }
    typed(&serde_json::from_str(text).unwrap(), numbers)
}

/// Lines as they are, but for the empty ones, which sops drops.
fn dotenv(text: &str) -> Form {
    let lines: Vec<&str> = text.split('\n').filter(|line| !line.is_empty()).collect();
    Form::without_comments(json!(lines))
}

/// Keys in order with their sections. Of the comments beside them sops drops some and moves others.
fn ini(text: &str) -> Form {
    let stream = signet_envelope::read(Store::Ini, text).unwrap();
    let root = stream.documents[0].root.as_ref().unwrap();
    let keys = root.pairs().flat_map(|(section, keys)| {
        keys.pairs()
            .map(|(key, value)| json!([section.text(), key.text(), value.text()]))
    });
    Form::without_comments(keys.collect())
}
