//! What holds for every text: nothing panics, edits touch what they name and nothing else, what was written is read back.

use proptest::prelude::*;
use serde_json::Value as Json;
use signet_yaml::{
    Aliases, Entry, Item, Limits, Node, Value, apply, comment_edit, emit, from_node, kubernetes,
    parse, scalar_edit, sops,
};

/// Documents in many layouts, made of pieces that are correct by themselves.
fn documents() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("plain".to_owned()),
        Just("'it''s'".to_owned()),
        Just("\"a\\nb\"".to_owned()),
        Just("0644".to_owned()),
        Just("!!str 5".to_owned()),
        Just(String::new()),
        Just("[1, 'b', {c: d}]".to_owned()),
        Just("{a: 1, b: }".to_owned()),
        "[a-z]{1,8}".prop_map(|text| format!("x{text}")),
    ];
    let comment = prop_oneof![3 => Just(String::new()), 1 => Just(" # a comment".to_owned())];
    let line = (scalar, comment, 0..4_usize);
    let lines = prop::collection::vec(line, 1..8);
    (lines, any::<bool>(), any::<bool>()).prop_map(|(lines, windows, mark)| {
        let text: String = lines
            .iter()
            .enumerate()
            .map(|(i, (scalar, comment, shape))| pair(i, scalar, comment, *shape))
            .collect();
        let text = if windows {
            text.replace('\n', "\r\n")
        } else {
            text
        };
        if mark {
            format!("\u{FEFF}{text}")
        } else {
            text
        }
    })
}

fn pair(i: usize, scalar: &str, comment: &str, shape: usize) -> String {
    match shape {
        0 => format!("k{i}: {scalar}{comment}\n"),
        1 => format!("# above\n\"k{i}\":\n    # head\n    n: {scalar}{comment}\n    # foot\n"),
        2 => format!("k{i}:\n- {scalar}{comment}\n- - y\n\n"),
        _ => format!("k{i}: |{comment}\n  text\n   more\n\n"),
    }
}

fn root(text: &str) -> Node {
    let mut stream = parse(text, &Limits::DOCUMENT, Aliases::Expand).expect("the text is correct");
    stream
        .documents
        .remove(0)
        .root
        .expect("the text is not empty")
}

/// All scalar values in file order.
fn scalars<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    match &node.value {
        Value::Scalar(_) => found.push(node),
        Value::Sequence(_) => node.items().for_each(|item| scalars(item, found)),
        Value::Mapping(_) => node.pairs().for_each(|(_, value)| scalars(value, found)),
    }
}

fn comments(node: &Node) -> Vec<&signet_yaml::Comment> {
    let own: Vec<_> = match &node.value {
        Value::Scalar(_) => vec![],
        Value::Sequence(items) => items
            .iter()
            .filter_map(|item| {
                if let Item::Comment(c) = item {
                    Some(c)
                } else {
                    None
                }
            })
            .collect(),
        Value::Mapping(entries) => entries
            .iter()
            .filter_map(|entry| {
                if let Entry::Comment(c) = entry {
                    Some(c)
                } else {
                    None
                }
            })
            .collect(),
    };
    let below = node
        .items()
        .chain(node.pairs().map(|(_, value)| value))
        .flat_map(comments);
    own.into_iter().chain(below).collect()
}

fn values(text: &str) -> Vec<sops::Typed> {
    let root = root(text);
    let mut found = Vec::new();
    scalars(&root, &mut found);
    found
        .into_iter()
        .map(|node| sops::scalar(node).expect("the scalar has a type"))
        .collect()
}

fn new_texts() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]".to_owned()),
        Just("l1\nl2\n".to_owned()),
        Just("yes".to_owned()),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Ok(stream) = parse(&text, &Limits::DOCUMENT, Aliases::Expand) {
            for root in stream.documents.iter().filter_map(|document| document.root.as_ref()) {
                let _ = kubernetes::to_json(root);
                let _ = from_node::<Json>(root);
            }
        }
    }

    #[test]
    fn any_text_of_syntax_is_read_or_refused(text in "[-a: \\n#\\[\\]{},&*!|>'\"%?.0]{0,40}") {
        if let Ok(stream) = parse(&text, &Limits::DOCUMENT, Aliases::Expand) {
            for root in stream.documents.iter().filter_map(|document| document.root.as_ref()) {
                let _ = kubernetes::to_json(root);
                let mut found = Vec::new();
                scalars(root, &mut found);
                for node in found {
                    prop_assert!(text.get(node.span.clone()).is_some());
                    let _ = apply(&text, scalar_edit(&text, node, "new"));
                }
            }
        }
    }

    #[test]
    fn a_scalar_edit_changes_that_value_alone(text in documents(), pick in any::<prop::sample::Index>(), new in new_texts()) {
        let before = root(&text);
        let mut nodes = Vec::new();
        scalars(&before, &mut nodes);
        let number = pick.index(nodes.len());
        let edits = scalar_edit(&text, nodes[number], &new);
        let touched: Vec<_> = edits.iter().map(|edit| edit.span.clone()).collect();
        let after = apply(&text, edits).unwrap();

        let mut wanted = values(&text);
        wanted[number] = sops::Typed::Str(new.into());
        prop_assert_eq!(values(&after), wanted, "{}", after);

        let first = touched.iter().map(|span| span.start).min().unwrap();
        let last = touched.iter().map(|span| span.end).max().unwrap();
        prop_assert!(after.starts_with(&text[..first]));
        prop_assert!(after.ends_with(&text[last..]));
        let texts = |text: &str| -> Vec<String> {
            let mut texts: Vec<_> = comments(&root(text)).iter().map(|comment| comment.text.clone()).collect();
            texts.sort();
            texts
        };
        prop_assert_eq!(texts(&after), texts(&text));
    }

    #[test]
    fn all_values_and_comments_can_change_at_once(text in documents()) {
        let before = root(&text);
        let mut nodes = Vec::new();
        scalars(&before, &mut nodes);
        let mut edits: Vec<_> = nodes.iter().flat_map(|node| scalar_edit(&text, node, "ENC[x,y:z]")).collect();
        edits.extend(comments(&before).into_iter().map(|comment| comment_edit(comment, "ENC[c]")));
        let after = apply(&text, edits).unwrap();
        prop_assert!(values(&after).iter().all(|value| *value == sops::Typed::Str("ENC[x,y:z]".into())), "{}", after);
        prop_assert_eq!(comments(&root(&after)).len(), comments(&before).len());
    }

    #[test]
    fn what_was_emitted_is_read_back(texts in prop::collection::btree_map(any::<String>().prop_filter("keys have 1024 characters at most", |key| key.len() < 100), any::<String>(), 0..4)) {
        let value = serde_json::json!({"m": texts.clone(), "s": texts.values().collect::<Vec<_>>()});
        prop_assert_eq!(kubernetes::to_json(&root(&emit(&value))).unwrap(), value);
    }
}
