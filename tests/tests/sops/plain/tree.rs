//! Trees, and their text in YAML and in JSON.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{Allowed, key, word};
use crate::dice::Dice;

enum Value {
    /// A scalar as JSON has it; YAML may write it in another way.
    Scalar(Json),
    /// What only YAML types: a time, a number in another base, an infinity.
    Yaml(&'static str),
    /// Lines that end in a line break.
    Lines(Vec<&'static str>),
    List(Vec<Item>),
    Map(Vec<(Option<&'static str>, String, Value)>),
}

/// What SOPS and Kubernetes read alike, in spellings of YAML.
const ONE_READING: [&str; 5] = ["2024-01-02T03:04:05Z", "0x1F", "0755", "1_000", "True"];
/// What they do not.
const TWO_READINGS: [&str; 6] = [
    "2024-01-02",
    "2006-01-02 15:04:05.123 +7",
    "0o17",
    ".inf",
    "-.inf",
    "yes",
];

struct Item {
    comment: Option<&'static str>,
    value: Value,
}

/// How deep and of what a tree may be.
struct Shape {
    depth: usize,
    yaml: bool,
    allowed: Allowed,
}

pub(super) fn json(allowed: Allowed, dice: &mut Dice) -> String {
    let shape = Shape {
        depth: 4,
        yaml: false,
        allowed: Allowed {
            comments_in_lists: false,
            two_readings: false,
            ..allowed
        },
    };
    let Value::Map(mut pairs) = map(&shape, 4 + dice.below(5), dice) else {
        unreachable!("a map was asked for")
    };
    pairs.extend(always(dice));
    let mut tree = to_json(&Value::Map(pairs));
    if !allowed.integers_beyond_floats {
        replace_large(&mut tree);
    }
    match dice.below(3) {
        0 => tree.to_string(),
        1 => serde_json::to_string_pretty(&tree).unwrap() + "\n",
        _ => format!("{tree:#}"),
    }
}

fn replace_large(value: &mut Json) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(replace_large),
        Json::Object(pairs) => pairs.values_mut().for_each(replace_large),
        Json::Number(number) if number.as_i64().is_some_and(|n| n.unsigned_abs() > 1 << 53) => {
            *value = json!(1_u64 << 53);
        }
        _ => {}
    }
}

pub(super) fn yaml(allowed: Allowed, dice: &mut Dice) -> String {
    let shape = Shape {
        depth: 4,
        yaml: true,
        allowed,
    };
    let documents = dice.pick(&[1, 1, 1, 2, 3]);
    let mut texts = Vec::new();
    for _ in 0..documents {
        let mut text = String::new();
        let size = 3 + dice.below(5);
        let Value::Map(mut pairs) = map(&shape, size, dice) else {
            unreachable!("a map was asked for")
        };
        pairs.extend(always(dice));
        write_map(&pairs, 0, dice, &mut text);
        texts.push(text);
    }
    texts.join("---\n")
}

/// What each rule of the matrix seals or leaves.
fn always(dice: &mut Dice) -> Vec<(Option<&'static str>, String, Value)> {
    let names = [
        "secret_always",
        "always_sealed",
        "public_always",
        "always_unencrypted",
    ];
    let mut value = || Value::Scalar(json!(dice.pick(&["canary", "two\nlines"])));
    names
        .map(|name| (Some("seal this"), name.to_owned(), value()))
        .into()
}

fn map(shape: &Shape, size: usize, dice: &mut Dice) -> Value {
    let pairs = (0..size).map(|number| {
        let key = key(number, dice);
        (comment(shape.yaml, dice), key, value(shape, dice))
    });
    Value::Map(pairs.collect())
}

fn comment(wanted: bool, dice: &mut Dice) -> Option<&'static str> {
    let comments = ["public note", "seal this", "ünïcode: [x]", "just a note"];
    (wanted && dice.once_in(4)).then(|| dice.pick(&comments))
}

fn value(shape: &Shape, dice: &mut Dice) -> Value {
    if shape.depth == 0 || !dice.once_in(3) {
        return scalar(shape, dice);
    }
    let below = Shape {
        depth: shape.depth - 1,
        ..*shape
    };
    let size = dice.below(4);
    if dice.once_in(2) {
        return map(&below, size, dice);
    }
    let items = (0..size).map(|_| Item {
        comment: comment(shape.allowed.comments_in_lists, dice),
        value: without_first_comment(value(&below, dice)),
    });
    Value::List(items.collect())
}

/// go-yaml loses a comment between a dash and what is first behind it.
fn without_first_comment(mut element: Value) -> Value {
    match &mut element {
        Value::Map(pairs) => pairs.iter_mut().take(1).for_each(|pair| pair.0 = None),
        Value::List(items) => items
            .iter_mut()
            .take(1)
            .for_each(|item| item.comment = None),
        Value::Scalar(_) | Value::Yaml(_) | Value::Lines(_) => {}
    }
    element
}

fn scalar(shape: &Shape, dice: &mut Dice) -> Value {
    let scalar = match dice.below(if shape.yaml { 12 } else { 9 }) {
        0 => json!(""),
        1 => Json::Null,
        2 => json!(dice.once_in(2)),
        3 => json!(dice.pick(&[0, 1, -7, 5432, i64::MAX, i64::MIN, 9_007_199_254_740_993])),
        4 => json!(dice.pick(&[1.5, -0.25, 1e10, 1e21, 2.0, 123_456.789, 5e-7])),
        5 => json!("first\nsecond\n\n  third: x\n"),
        9 if shape.allowed.two_readings => return Value::Yaml(dice.pick(&TWO_READINGS)),
        9 | 10 => return Value::Yaml(dice.pick(&ONE_READING)),
        11 => return Value::Lines(vec![word(dice), "", word(dice)]),
        _ => json!(word(dice)),
    };
    Value::Scalar(scalar)
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Scalar(scalar) => scalar.clone(),
        Value::Yaml(text) => json!(text),
        Value::Lines(lines) => json!(lines.join("\n")),
        Value::List(items) => items.iter().map(|item| to_json(&item.value)).collect(),
        Value::Map(pairs) => pairs
            .iter()
            .map(|(_, key, value)| (key.clone(), to_json(value)))
            .collect(),
    }
}

fn write_map(
    pairs: &[(Option<&'static str>, String, Value)],
    indent: usize,
    dice: &mut Dice,
    out: &mut String,
) {
    for (comment, key, value) in pairs {
        if let Some(comment) = comment {
            writeln!(out, "{:indent$}# {comment}", "").unwrap();
        }
        write!(out, "{:indent$}{}:", "", signet_yaml::quote(key)).unwrap();
        write_value(value, indent, dice, out);
    }
}

/// Writes what follows a colon or a dash, and the line break.
fn write_value(value: &Value, indent: usize, dice: &mut Dice, out: &mut String) {
    match value {
        Value::Scalar(Json::Null) => out.push_str(dice.pick(&[" null\n", "\n", " ~\n"])),
        Value::Scalar(Json::String(text)) => writeln!(out, " {}", quoted(text, dice)).unwrap(),
        Value::Scalar(scalar) => writeln!(out, " {scalar}").unwrap(),
        Value::Yaml(text) => writeln!(out, " {text}").unwrap(),
        Value::Lines(lines) => {
            out.push_str(dice.pick(&[" |\n", " |-\n", " >-\n"]));
            for line in lines {
                let line = format!("{:width$}{line}", "", width = indent + 2);
                writeln!(out, "{}", line.trim_end()).unwrap();
            }
        }
        Value::List(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Map(pairs) if pairs.is_empty() => out.push_str(" {}\n"),
        Value::List(items)
            if items.iter().all(|item| item.comment.is_none()) && dice.once_in(4) =>
        {
            writeln!(out, " {}", flow(value)).unwrap();
        }
        Value::List(items) => {
            out.push('\n');
            for item in items {
                if let Some(comment) = item.comment {
                    writeln!(out, "{:indent$}  # {comment}", "").unwrap();
                }
                write!(out, "{:indent$}  -", "").unwrap();
                match &item.value {
                    // Before an absent element go-yaml loses comments.
                    Value::Scalar(Json::Null) => out.push_str(" null\n"),
                    value => write_value(value, indent + 4, dice, out),
                }
            }
        }
        Value::Map(pairs) => {
            out.push('\n');
            write_map(pairs, indent + 2, dice, out);
        }
    }
}

/// One line, without comments: JSON is YAML.
fn flow(value: &Value) -> String {
    match value {
        Value::Yaml(text) => (*text).to_owned(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(&item.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(_, key, value)| format!("{}: {}", json!(key), flow(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Scalar(_) | Value::Lines(_) => to_json(value).to_string(),
    }
}

fn quoted(text: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 if !text.contains('\n') => format!("'{}'", text.replace('\'', "''")),
        1 => json!(text).to_string(),
        _ => signet_yaml::quote(text),
    }
}
