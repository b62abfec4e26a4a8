use proptest::prelude::*;

use crate::load::{events, ordinary};
use crate::{Aliases, Limits, Stream};

fn read(text: &str) -> Option<Stream> {
    ordinary::read(&text.into(), &Limits::SEALED, Aliases::Expand)
}

/// Whether the line reader takes a text; if so, the parser has to see the same tree.
fn is_ordinary(text: &str) -> bool {
    let Some(ours) = read(text) else {
        return false;
    };
    let theirs = events::read(&text.into(), &Limits::SEALED, Aliases::Expand);
    assert_eq!(Ok(ours), theirs, "{text:?}");
    true
}

#[test]
fn ordinary_texts_are_read_as_the_parser_reads_them() {
    let texts = [
        "a: 1\n",
        "a: 1\nb:\n  c: x y # z\n  d: '#'\n",
        "a:\n- 1\n- b: 2\n  c: 3\nd: e\n",
        "a:\n  - 1\n  -   b: 2\n      c:\n      - 3\n",
        "a:\n# one\n  # two\n  b: 1\n # three\nc:\n",
        "a:\nb: # nothing\nc: []\nd: {} # empty\n",
        "---\na: 1\n---\nb: 2\n",
        "# before\n---\na: 1\n",
        "a: 1\n# between\n---\n# behind\nb: 2\n# end\n",
        "- 1\n- -1\n- --- \n- a\n",
        "a: \"x\\ny\\\"z\\\\\\t\"\nb: 'it''s'\n",
        "a: |\n  one\n   two\n\n  three\n\nb: |-\n  x\nc: |+\n  y\n\n",
        "a: |\n\n  b\n  # no comment\n# a comment\n",
        "a:\n  - x: |\n      b\n    y: 2\n",
        "a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n#ENC[AES256_GCM,data:x,type:comment]\n",
        "a: http://b:80/c#d\n.e/f: g\n",
        "\n\n  \na: 1  \n\n",
    ];
    for text in texts {
        assert!(is_ordinary(text), "{text:?}");
    }
}

#[test]
fn what_is_not_ordinary_is_left_to_the_parser() {
    let texts = [
        "",
        "# a\n",
        "---\n",
        "a: 1",
        "a: b: c\n",
        "a: b\n  c\n",
        "a:\n  b\n",
        "a: [1]\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !b c\n",
        "? a\n: b\n",
        "\"a\": b\n",
        "a: >\n  b\n",
        "a: |2\n  b\n",
        "a: |\nb: 1\n",
        "a: |\n    \n  b\n",
        "a: |\n  b\n   \n",
        "-\n  a\n",
        "- - a\n",
        "a:\n  b: 1\n c: 2\n",
        "a: 1\n- b\n",
        "a:\tb\n",
        "a: b\r\n",
        "a: ä\n",
        "a: 1\n...\n",
        "%YAML 1.2\n---\na: 1\n",
        "--- a: 1\n",
        "a: \"\\u0041\"\n",
        "a: \"b\n  c\"\n",
        "a: 'b' c\n",
        "a: 1\na: 2\n",
        "a: |\n  b\n c: d\n",
        " a: 1\n",
        "<<: a\n",
        "a: 1\n---\n---\nb: 1\n",
    ];
    for text in texts {
        assert_eq!(read(text), None, "{text:?}");
    }
}

/// What stands where a value does.
const VALUES: [&str; 20] = [
    "",
    "",
    "",
    "",
    "x",
    "x y ",
    "-x",
    "'it''s'",
    "\"q\\n\"",
    "[]",
    "{} # z",
    "x#y",
    "# z",
    "x # z",
    "http://x/",
    "|",
    "|",
    "|-",
    "|+",
    "x:y",
];
/// What may stand there otherwise.
const ODD_VALUES: [&str; 16] = [
    "-", "\"", "x: y", "[x]", "&a x", "*a", "!t x", ">", "? x", "%x", "@", "`", "<<: x", "--- x",
    "{", "' '' x",
];
/// What stands in front of it; `K` is another letter in each line.
const KEYS: [&str; 8] = [
    "K: ",
    "K: ",
    "K:  ",
    "K.g/h-i: ",
    "K:",
    "- ",
    "- K: ",
    "-   K: ",
];
/// Lines that are no entries.
const OTHERS: [&str; 8] = ["", "  ", "---", "# x", "    # y", "x y", "...", "        z"];

/// One line: how far it goes in or out from the line before, and what stands there.
type Line = (i8, usize, usize, u8);

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let steps = prop::sample::select(vec![-4, -2, -2, 0, 0, 0, 2, 2, 2, 1]);
    let line = (steps, 0..KEYS.len(), 0..VALUES.len(), any::<u8>());
    prop::collection::vec(line, 1..14)
}

fn write(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut indent = 0_i8;
    for (letter, &(step, key, value, other)) in ('a'..).zip(lines) {
        if let Some(other) = OTHERS.get(usize::from(other) / 3) {
            text.extend([*other, "\n"]);
            continue;
        }
        // Deeper lines mostly follow what may have lines below it.
        let may_hold = text.trim_end().ends_with([':', '|']) || other > 250;
        let deepest = if may_hold { 8 } else { indent };
        indent = (indent + step).clamp(0, deepest);
        let value = ODD_VALUES
            .get(255 - usize::from(other))
            .unwrap_or(&VALUES[value]);
        let key = KEYS[key].replace('K', &letter.to_string());
        text.push_str(&" ".repeat(usize::try_from(indent).unwrap()));
        text.extend([&key, *value, "\n"]);
        if key.starts_with("- ") && other % 2 == 0 {
            indent += 2;
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn any_text_that_is_read_by_lines_is_read_the_same_by_the_parser(lines in lines()) {
        is_ordinary(&write(&lines));
    }
}

#[test]
fn limits_hold_for_ordinary_texts() {
    let nested = "a:\n b:\n  c:\n";
    let limits = Limits {
        depth: 2,
        ..Limits::SEALED
    };
    assert!(matches!(
        crate::parse(nested, &limits, Aliases::Refuse),
        Err(crate::ParseError::TooDeep { limit: 2, .. })
    ));
    let limits = Limits {
        nodes: 5,
        ..Limits::SEALED
    };
    assert!(matches!(
        crate::parse("a: 1\nb: 2\nc: 3\n", &limits, Aliases::Refuse),
        Err(crate::ParseError::TooManyNodes { limit: 5, .. })
    ));
}
