use signet_envelope::Store;

use super::respelled;
use crate::testing::{Place, chain, counting};
use crate::{SealRequest, seal_file};

/// Scalars of YAML.
const YAML: [&str; 43] = [
    "31",
    "0x1F",
    "0o17",
    "017",
    "0b11",
    "1_000",
    "+5",
    "-5",
    "-0",
    "2.5",
    "2.50",
    "2.0",
    "1e3",
    "1.0e+3",
    ".5",
    "5.",
    "-.inf",
    ".Inf",
    ".nan",
    ".NaN",
    "true",
    "True",
    "TRUE",
    "false",
    "on",
    "yes",
    "'on'",
    "\"on\"",
    "2024-01-02",
    "2024-01-02T03:04:05Z",
    "2024-01-02 03:04:05",
    "'2024-01-02'",
    "word",
    "two words",
    "~",
    "\"\"",
    "\"0x1F\"",
    "'2.50'",
    "\"a\\tb\"",
    "it's",
    "'it''s'",
    "é",
    "x: y#z",
];

const JSON: [&str; 14] = [
    "31",
    "-0",
    "2.5",
    "2.50",
    "2.0",
    "1e3",
    "1E3",
    "1e-7",
    "true",
    "null",
    "\"a\"",
    "\"\\n\"",
    "\"0x1F\"",
    "\"2024-01-02\"",
];

/// Asserts of each text that it is told of exactly if it comes back as another.
fn told_only_if_so(file: &str, texts: impl Iterator<Item = String>) {
    let place = Place {
        path: format!("tenants/team-a/prod/{file}").parse().unwrap(),
        ..Place::team_a()
    };
    let store = Store::of(&place.path);
    let mut told = 0;
    for text in texts {
        let Ok(sealed) = place.seal(&text) else {
            continue;
        };
        let opened = place
            .open(&sealed)
            .unwrap_or_else(|error| panic!("{text}: {}", chain(&error)));
        let found = respelled(store, &place.path, &text, &sealed);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found.len(),
            usize::from(opened != text),
            "{text} -> {opened}"
        );
        assert!(found.iter().all(|pointer| pointer.ends_with("/a")));
        told += found.len();
    }
    assert!(told > 4);
}

#[test]
fn a_value_of_yaml_is_told_of_exactly_if_it_comes_back_otherwise() {
    let block = YAML.iter().map(|scalar| format!("a: {scalar}\nb: x\n"));
    told_only_if_so("x.yaml", block);
}

#[test]
fn in_flow_what_only_gets_quotes_is_told_of_where_they_say_something_else_to_kubernetes() {
    let place = Place::team_a();
    let text = "a: {a: 0x1F, b: word, c: on, d: 31, e: 'on', f: 1_0}\n";
    let sealed = place.seal(text).unwrap();
    let found = respelled(Store::Yaml, &place.path, text, &sealed);
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["/a/a", "/a/c", "/a/f"]);
}

#[test]
fn a_value_of_json_is_told_of_exactly_if_it_comes_back_otherwise() {
    let texts = JSON
        .iter()
        .map(|scalar| format!("{{\"a\": {scalar}, \"b\": \"x\"}}\n"));
    told_only_if_so("x.json", texts);
}

#[test]
fn a_null_in_the_place_of_the_first_of_several_documents_is_told_of() {
    let place = Place::team_a();
    for (first, expected) in [("~\n", 1), ("--- null # x\n", 1), ("---\n", 0), ("{}\n", 0)] {
        let text = format!("{first}---\na: x\n");
        let sealed = place.seal(&text).unwrap();
        let found = respelled(Store::Yaml, &place.path, &text, &sealed);
        assert_eq!(found.len(), expected, "{first}");
        let opened = place.open(&sealed).unwrap();
        assert_eq!(opened != text, expected == 1, "{opened}");
    }
}

#[test]
fn what_stays_in_the_clear_is_not_told_of() {
    let place = Place::team_a();
    let text = "kind: Secret\nport: 0x1F\nstringData: {a: 0x1F}\n";
    let sealed = place.seal(text).unwrap();
    let found = respelled(Store::Yaml, &place.path, text, &sealed);
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["/stringData/a"]);
}

#[test]
fn bytes_that_come_back_as_they_stood_are_not_told_of() {
    let place = Place::team_a();
    let plain = SealRequest {
        place: None,
        ..place.request()
    };
    let text = "a: !!binary /wD+\nb: 0x1F\n";
    let sealed = seal_file(text, &plain, &mut counting()).unwrap();
    let found = respelled(Store::Yaml, &place.path, text, &sealed);
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["/b"]);
}
