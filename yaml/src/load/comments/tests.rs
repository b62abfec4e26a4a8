use crate::{Aliases, Entry, Item, Limits, Node, Value, parse};

/// Each comment of a text with its container, in the order of the text.
fn containers(text: &str) -> Vec<String> {
    let stream = parse(text, &Limits::SEALED, Aliases::Expand).unwrap();
    let mut found = Vec::new();
    for document in &stream.documents {
        found.extend(
            document
                .comments
                .iter()
                .map(|comment| (comment.span.start, written(&comment.text, ""))),
        );
        if let Some(root) = &document.root {
            collect(root, "", &mut found);
        }
    }
    found.sort();
    found.into_iter().map(|(_, comment)| comment).collect()
}

fn collect(node: &Node, path: &str, found: &mut Vec<(usize, String)>) {
    let below = |step: &str| {
        if path.is_empty() {
            step.to_owned()
        } else {
            format!("{path}/{step}")
        }
    };
    for (number, item) in node.items().enumerate() {
        collect(item, &below(&number.to_string()), found);
    }
    for (key, value) in node.pairs() {
        collect(value, &below(key.text().unwrap()), found);
    }
    let comments: Vec<_> = match &node.value {
        Value::Scalar(_) => Vec::new(),
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
    found.extend(
        comments
            .into_iter()
            .map(|comment| (comment.span.start, written(&comment.text, path))),
    );
}

fn written(text: &str, path: &str) -> String {
    format!("{}=/{path}", text.trim().replace(' ', "_"))
}

#[test]
fn comments_stand_in_the_containers_of_sops() {
    let mut count = 0;
    for row in include_str!("containers.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let (text, theirs) = row.split_once('\t').unwrap();
        let text: String = serde_json::from_str(text).unwrap();
        let mut theirs: Vec<&str> = theirs.split_whitespace().collect();
        let mut ours = containers(&text);
        theirs.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, theirs, "{text}");
        count += 1;
    }
    assert!(count > 100);
}

#[test]
fn a_comment_behind_an_opening_bracket_is_kept_where_sops_loses_it() {
    assert_eq!(containers("a: [ # x\n  1]\n"), ["x=/a"]);
}

#[test]
fn line_breaks_of_windows_change_nothing() {
    let text = "a: # in\n  # head\n  b: 1\n  # foot\n\n# next\nc: [1, # one\n 2]\n";
    assert_eq!(containers(&text.replace('\n', "\r\n")), containers(text));
}

#[test]
fn a_document_of_comments_keeps_them() {
    assert_eq!(containers("# a\n---\n# b\n"), ["a=/", "b=/"]);
    assert_eq!(containers("# a\n"), Vec::<String>::new());
}
