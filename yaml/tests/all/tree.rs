//! What a text says, without its layout: what an edit may change, and what it may not.

use serde_json::Value as Json;
use signet_yaml::edit::Step;
use signet_yaml::{Aliases, Document, Entry, Item, Limits, Node, Stream, Value, parse, sops};

/// A node as both typings see it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    Scalar(Result<sops::Typed, ()>),
    Sequence(Vec<Tree>),
    Mapping(Vec<(String, Tree)>),
}

impl Tree {
    pub(crate) fn of(node: &Node) -> Self {
        match &node.value {
            Value::Scalar(_) => Self::Scalar(sops::scalar(node).map_err(|_| ())),
            Value::Sequence(_) => Self::Sequence(node.items().map(Self::of).collect()),
            Value::Mapping(_) => Self::Mapping(
                node.pairs()
                    .map(|(key, value)| (key.text().unwrap().to_owned(), Self::of(value)))
                    .collect(),
            ),
        }
    }

    pub(crate) fn of_json(value: &Json) -> Self {
        use sops::Typed;
        match value {
            Json::Null => Self::Scalar(Ok(Typed::Null)),
            Json::Bool(value) => Self::Scalar(Ok(Typed::Bool(*value))),
            Json::Number(number) => Self::Scalar(Ok(number
                .as_i64()
                .map_or_else(|| Typed::Float(number.as_f64().unwrap()), Typed::Int))),
            Json::String(text) => Self::Scalar(Ok(Typed::Str(text.as_str().into()))),
            Json::Array(items) => Self::Sequence(items.iter().map(Self::of_json).collect()),
            Json::Object(map) => Self::Mapping(
                map.iter()
                    .map(|(key, value)| (key.clone(), Self::of_json(value)))
                    .collect(),
            ),
        }
    }

    /// The node behind some steps.
    pub(crate) fn at(&mut self, steps: &[Step]) -> &mut Self {
        steps.iter().fold(self, |tree, step| match (tree, step) {
            (Self::Sequence(items), Step::Index(index)) => &mut items[*index],
            (Self::Mapping(pairs), Step::Key(key)) => {
                let pair = pairs.iter_mut().find(|(k, _)| k == key);
                &mut pair.expect("the key is there").1
            }
            _ => panic!("the steps fit the tree"),
        })
    }
}

pub(crate) fn read(text: &str) -> Result<Stream, String> {
    parse(text, &Limits::SEALED, Aliases::Expand).map_err(|error| error.to_string())
}

pub(crate) fn trees(stream: &Stream) -> Vec<Option<Tree>> {
    let root = |document: &Document| document.root.as_ref().map(Tree::of);
    stream.documents.iter().map(root).collect()
}

/// The ways to all nodes below the root, in file order.
pub(crate) fn paths(node: &Node) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    collect(node, &mut Vec::new(), &mut found);
    found
}

fn collect(node: &Node, way: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let keys = node
        .pairs()
        .map(|(key, value)| (Step::Key(key.text().unwrap().to_owned()), value));
    let items = node
        .items()
        .enumerate()
        .map(|(i, item)| (Step::Index(i), item));
    for (step, child) in keys.chain(items) {
        way.push(step);
        found.push(way.clone());
        collect(child, way, found);
        way.pop();
    }
}

/// The texts of all comments, sorted.
pub(crate) fn comments(stream: &Stream) -> Vec<String> {
    let mut found = Vec::new();
    for document in &stream.documents {
        found.extend(document.comments.iter().map(|comment| comment.text.clone()));
        if let Some(root) = &document.root {
            comments_of(root, &mut found);
        }
    }
    found.sort();
    found
}

fn comments_of(node: &Node, found: &mut Vec<String>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| match item {
            Item::Node(node) => comments_of(node, found),
            Item::Comment(comment) => found.push(comment.text.clone()),
        }),
        Value::Mapping(entries) => entries.iter().for_each(|entry| match entry {
            Entry::Pair { value, .. } => comments_of(value, found),
            Entry::Comment(comment) => found.push(comment.text.clone()),
        }),
    }
}
