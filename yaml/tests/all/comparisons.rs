//! Two versions of a text differ in scalars alone exactly where one was made of the other by changing scalars.

use proptest::prelude::*;
use serde_json::Value as Json;
use signet_yaml::{
    Aliases, Edit, Limits, Node, Span, Stream, Unlike, Value, apply, differing_scalars, kubernetes,
    parse, scalar_edit,
};

use crate::documents::streams;

fn read(text: &str) -> Option<Stream> {
    parse(text, &Limits::DOCUMENT, Aliases::Refuse).ok()
}

fn compare(old: &str, new: &str) -> Option<Result<Vec<String>, Unlike>> {
    let (was, is) = (read(old)?, read(new)?);
    Some(differing_scalars((old, &was), (new, &is)))
}

/// All scalar values with their pointers, in file order.
fn scalars<'n>(pointer: &str, node: &'n Node, found: &mut Vec<(String, &'n Node)>) {
    match &node.value {
        Value::Scalar(_) => found.push((pointer.to_owned(), node)),
        Value::Sequence(_) => {
            for (number, item) in node.items().enumerate() {
                scalars(&format!("{pointer}/{number}"), item, found);
            }
        }
        Value::Mapping(_) => {
            for (key, value) in node.pairs() {
                let key = key.text().unwrap();
                scalars(&format!("{pointer}/{key}"), value, found);
            }
        }
    }
}

fn all(stream: &Stream) -> Vec<(String, &Node)> {
    let mut found = Vec::new();
    for root in stream.roots() {
        scalars("", root, &mut found);
    }
    found
}

/// What Kubernetes reads, without the values at these pointers.
fn but_for(stream: &Stream, pointers: &[String]) -> Vec<Json> {
    let read = |root: &Node| {
        let mut json = kubernetes::to_json(root).unwrap();
        for pointer in pointers {
            if let Some(value) = json.pointer_mut(pointer) {
                *value = Json::Null;
            }
        }
        json
    };
    stream.roots().map(read).collect()
}

/// The parts of a text between these spans.
fn around<'t>(text: &'t str, spans: &[Span]) -> Vec<&'t str> {
    let starts = std::iter::once(0).chain(spans.iter().map(|span| span.end));
    let ends = spans.iter().map(|span| span.start).chain([text.len()]);
    starts
        .zip(ends)
        .map(|(start, end)| &text[start..end])
        .collect()
}

/// Values that may stand in the place of others.
fn value() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("registry/app:2"),
        Just("true"),
        Just("# no comment"),
        Just("a: b"),
        Just("tab\there"),
        Just("- x"),
        Just("'\""),
        Just("---"),
        Just("é ☃"),
    ]
}

proptest! {
    #[test]
    fn scalars_that_were_changed_in_place_are_those_that_differ(
        text in streams(), picked in prop::collection::vec((any::<prop::sample::Index>(), value()), 0..4)
    ) {
        let Some(stream) = read(&text) else { return Ok(()) };
        let nodes = all(&stream);
        // What has no bytes is not there yet, and what has a tag or is a block may need another header.
        let is_plain = |node: &Node| !node.span.is_empty() && node.tag().is_none()
            && !text[node.span.clone()].starts_with(['|', '>']);
        let mut changed = std::collections::BTreeMap::new();
        if !nodes.is_empty() {
            for (index, value) in &picked {
                let number = index.index(nodes.len());
                if is_plain(nodes[number].1) {
                    changed.insert(number, *value);
                }
            }
        }
        let edits = changed.iter().flat_map(|(number, value)| scalar_edit(&text, nodes[*number].1, value));
        let new = apply(&text, edits.collect::<Vec<Edit>>()).unwrap();
        let is_spelled_otherwise = |number: usize, value: &str| {
            apply(&text, scalar_edit(&text, nodes[number].1, value)).unwrap() != text
        };
        let expected = changed.iter().filter(|(number, value)| is_spelled_otherwise(**number, value));
        let expected: Vec<String> = expected.map(|(number, _)| nodes[*number].0.clone()).collect();
        let is_readable = |text: &str| read(text).is_some_and(|stream| stream.roots().all(|root| kubernetes::to_json(root).is_ok()));
        let gains_a_tab = changed.iter().any(|(number, value)| {
            value.contains('\t') && !nodes[*number].1.text().unwrap_or_default().contains('\t')
        });
        if !is_readable(&text) || !is_readable(&new) {
            return Ok(());
        }
        if gains_a_tab {
            prop_assert!(matches!(compare(&text, &new).unwrap(), Err(Unlike::Control { .. })), "{:?}\n{:?}", text, new);
        } else {
            prop_assert_eq!(compare(&text, &new).unwrap(), Ok(expected), "{:?}\n{:?}", text, new);
        }
    }

    #[test]
    fn whatever_was_written_into_a_text_nothing_differs_but_what_is_told(
        text in streams(),
        at in any::<prop::sample::Index>(),
        length in 0..6_usize,
        written in prop_oneof![
            Just(""), Just("x"), Just("#"), Just(" # x"), Just("\n"), Just("\n  k9: 1"), Just(": "), Just("\""), Just("'"),
            Just(", "), Just("]"), Just("{"), Just("- "), Just("|"), Just("&a "), Just("!t "), Just("---\n"), Just("\t"), Just("k0: 1\n"), Just("\\n"), Just("\"\\n\""),
        ],
    ) {
        let start = at.index(text.len() + 1);
        let end = (start + length).min(text.len());
        prop_assume!(text.is_char_boundary(start) && text.is_char_boundary(end));
        let new = format!("{}{written}{}", &text[..start], &text[end..]);
        if let Some(Ok(differing)) = compare(&text, &new) {
            let (was, is) = (read(&text).unwrap(), read(&new).unwrap());
            prop_assert_eq!(but_for(&was, &differing), but_for(&is, &differing), "{:?}\n{:?}", text, new);
            let (was, is) = (all(&was), all(&is));
            prop_assert_eq!(was.len(), is.len());
            let mut told = differing.iter().peekable();
            let (mut old_spans, mut new_spans) = (Vec::new(), Vec::new());
            for ((pointer, was), (_, is)) in was.iter().zip(&is) {
                for c in is.text().unwrap().chars().filter(|c| c.is_control()) {
                    prop_assert!(was.text().unwrap().contains(c), "{:?}\n{:?}", text, new);
                }
                let is_same = text[was.span.clone()] == new[is.span.clone()] && was.value == is.value;
                let is_told = told.next_if(|told| !is_same && *told == pointer).is_some();
                prop_assert!(is_same || is_told, "{}\n{:?}\n{:?}", pointer, text, new);
                if is_told {
                    old_spans.push(was.span.clone());
                    new_spans.push(is.span.clone());
                }
            }
            prop_assert_eq!(told.next(), None);
            prop_assert_eq!(around(&text, &old_spans), around(&new, &new_spans));
        }
    }
}
