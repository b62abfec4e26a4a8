//! The YAML loader.

use signet_yaml::{Aliases, Limits, Node, Value, kubernetes, sops};

/// A text is read within its limits or refused, and each node's bytes are the text's. A text that is read line by line is
/// the same tree to the parser.
pub fn a_stream_is_read_or_refused(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for aliases in [Aliases::Refuse, Aliases::Expand] {
        let Ok(stream) = signet_yaml::parse(text, &Limits::DOCUMENT, aliases) else {
            continue;
        };
        let by_parser = signet_yaml::parse_by_parser(text, &Limits::DOCUMENT, aliases);
        assert_eq!(Ok(&stream), by_parser.as_ref());
        for root in stream
            .documents
            .iter()
            .filter_map(|document| document.root.as_ref())
        {
            check(text, root);
            let Ok(json) = kubernetes::to_json(root) else {
                continue;
            };
            emitted_reads_back(&json);
        }
    }
}

fn check(text: &str, node: &Node) {
    assert!(text.get(node.span.clone()).is_some(), "{:?}", node.span);
    match &node.value {
        Value::Scalar(_) => drop(sops::scalar(node)),
        Value::Sequence(_) => node.items().for_each(|item| check(text, item)),
        Value::Mapping(_) => node.pairs().for_each(|(key, value)| {
            check(text, key);
            check(text, value);
        }),
    }
}

fn emitted_reads_back(json: &serde_json::Value) {
    let emitted = signet_yaml::emit(json);
    let stream = signet_yaml::parse(&emitted, &Limits::SEALED, Aliases::Refuse);
    let root = stream
        .unwrap_or_else(|error| panic!("{error}: {emitted:?}"))
        .documents[0]
        .root
        .clone();
    let again = root.map_or(Ok(serde_json::Value::Null), |root| {
        kubernetes::to_json(&root)
    });
    assert_eq!(again.as_ref(), Ok(json), "{emitted:?}");
}
