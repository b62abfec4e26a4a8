//! The tree of a text with what its anchors, aliases and merge keys stand for written out.

use signet_yaml::{Aliases, Entry, Item, Limits, Node, ParseError, Stream, Value};
use std::borrow::Cow;

const MERGE: &str = "<<";

/// The tree as sops and Kubernetes see it; what is merged stands beside the rest.
pub(super) fn read(text: &str) -> Result<Stream, ParseError> {
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand)?;
    Ok(written_out(stream))
}

/// The same of a tree that was read already; it is copied only where something is merged.
pub(super) fn seen(stream: &Stream) -> Cow<'_, Stream> {
    if stream.merges && stream.roots().any(merges) {
        Cow::Owned(written_out(stream.clone()))
    } else {
        Cow::Borrowed(stream)
    }
}

fn merges(node: &Node) -> bool {
    let is_merge =
        |(key, value): (&Node, &Node)| key.text() == Some(MERGE) || merges(key) || merges(value);
    node.pairs().any(is_merge) || node.items().any(merges)
}

/// The tree with what its merge keys name beside their neighbours.
fn written_out(mut stream: Stream) -> Stream {
    let roots = stream.documents.iter_mut();
    roots
        .filter_map(|document| document.root.as_mut())
        .for_each(write_out);
    stream
}

fn write_out(node: &mut Node) {
    node.anchor = false;
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| {
            if let Item::Node(node) = item {
                write_out(node);
            }
        }),
        Value::Mapping(entries) => {
            *entries = std::mem::take(entries)
                .into_iter()
                .flat_map(entries_of)
                .collect();
            for entry in entries {
                if let Entry::Pair { key, value } = entry {
                    write_out(key);
                    write_out(value);
                }
            }
        }
    }
}

/// The entries of what a merge key (`<<`) names; of another key its own.
fn entries_of(entry: Entry) -> Vec<Entry> {
    let Entry::Pair { key, value } = &entry else {
        return vec![entry];
    };
    if key.text() != Some(MERGE) {
        return vec![entry];
    }
    let mappings = std::iter::once(value).chain(value.items());
    let pairs = mappings.flat_map(Node::pairs);
    let pairs = pairs.map(|(key, value)| Entry::Pair {
        key: key.clone(),
        value: value.clone(),
    });
    pairs.flat_map(entries_of).collect()
}
