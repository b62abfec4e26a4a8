//! The tree of a text with what its anchors, aliases and merge keys stand for written out.

use signet_yaml::{Aliases, Entry, Item, Limits, Node, ParseError, Stream, Value};

/// The tree as sops and Kubernetes see it; what is merged stands beside the rest.
pub(super) fn read(text: &str) -> Result<Stream, ParseError> {
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand)?;
    Ok(written_out(stream))
}

/// The tree with what its merge keys name beside their neighbours.
pub(super) fn written_out(mut stream: Stream) -> Stream {
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
    if key.text() != Some("<<") {
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
