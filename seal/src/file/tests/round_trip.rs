//! Texts as people write them, sealed and opened again.

use proptest::prelude::*;

use super::*;

/// A key that nothing in YAML takes for something else.
fn key() -> impl Strategy<Value = String> {
    "[a-z][a-zA-Z0-9_.-]{0,8}é?".prop_filter("a word with a type of its own", |key| {
        !matches!(
            key.as_str(),
            "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "sops"
        )
    })
}

/// A scalar in one of the styles, behind a key at the given indentation.
fn scalar(indent: usize) -> impl Strategy<Value = String> {
    let word = "[?:-]?[a-z][a-zA-Z0-9/_.,{}é\\[\\]-]{1,12}(,? [a-z0-9]{1,6}){0,2}z";
    let lines = proptest::collection::vec("([a-zé#:'\"\\\\{-][ -~é]{0,20}[a-z])?", 1..4);
    prop_oneof![
        word,
        "[a-z é:#{}\\[\\],&*!|>%@`-]{1,20}".prop_map(|text| format!("'{text}'")),
        "[a-z é:#{}']{1,20}".prop_map(|text| format!("\"{text}\"")),
        any::<i64>().prop_map(|number| number.to_string()),
        (1..1000_u32).prop_map(|number| format!("{number}.5")),
        Just("true".to_owned()),
        Just("\"\"".to_owned()),
        Just("null".to_owned()),
        (lines, prop_oneof![Just("|"), Just("|-"), Just("|+")]).prop_map(move |(lines, header)| {
            let indented = |line: &str| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!("{:indent$}{line}", "")
                }
            };
            // A block that keeps its end and has nothing to keep comes back as one that does not.
            let kept = (header == "|+").then_some("");
            let lines = ["first"]
                .into_iter()
                .chain(lines.iter().map(String::as_str))
                .chain(kept);
            format!(
                "{header}\n{}",
                lines.map(indented).collect::<Vec<_>>().join("\n")
            )
        }),
    ]
}

fn comment() -> impl Strategy<Value = String> {
    "( [ -~é]{0,20}[a-z])?".prop_map(|text| format!("#{text}"))
}

/// Lines of `stringData`: pairs, comments and blank lines.
fn entry() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (key(), scalar(6)).prop_map(|(key, value)| format!("  {key}: {value}")),
        1 => comment().prop_map(|comment| format!("  {comment}")),
        1 => Just(String::new()),
        1 => (key(), proptest::collection::vec(scalar(8), 1..3)).prop_map(|(key, items)| {
            let items: Vec<String> = items.iter().map(|item| format!("    - {item}")).collect();
            format!("  {key}:\n{}", items.join("\n"))
        }),
    ]
}

pub(crate) fn document() -> impl Strategy<Value = String> {
    (comment(), proptest::collection::vec(entry(), 0..8), comment()).prop_map(|(first, entries, last)| {
        let mut seen = std::collections::BTreeSet::new();
        let unique = |entry: &String| match entry.trim_start().split_once(':') {
            Some((key, _)) if !entry.trim_start().starts_with('#') => seen.insert(key.to_owned()),
            _ => true,
        };
        let entries: Vec<String> = entries.into_iter().filter(unique).collect();
        format!(
            "{first}\nkind: Secret\nmetadata: {{name: x}} # here\nstringData:\n  start: begin\n{}\n  end: \"x\"\n{last}\n",
            entries.join("\n")
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn opening_gives_back_the_bytes_that_were_sealed(
        documents in proptest::collection::vec(document(), 1..3),
        crlf in any::<bool>(),
    ) {
        let text = documents.join("---\n");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let place = Place::team_a();
        let sealed = place.seal(&text).map_err(|error| TestCaseError::fail(format!("{}\n{text}", chain(&error))))?;
        let opened = place.open(&sealed).map_err(|error| TestCaseError::fail(format!("{}\n{text}", chain(&error))))?;
        prop_assert_eq!(&opened, &text, "sealed:\n{}", sealed);
        prop_assert_eq!(place.seal(&sealed).unwrap(), sealed);
    }
}
