//! What somebody without the key may do to a sealed file: each change is refused, and says what it is.
//!
//! `sealed.yaml` and `documents.yaml` open. Each file of `hostile/` is one of them after the change that is its name; its
//! first line says what opening it answers, the second what sops does with it, which the tests across rooms prove.

use std::fs;
use std::path::Path;

use super::*;
use signet_envelope::ScopeError;

const SEALED: &str = include_str!("sealed.yaml");
const DOCUMENTS: &str = include_str!("documents.yaml");

pub(super) struct Change {
    pub(super) name: String,
    pub(super) text: String,
    expected: String,
}

pub(super) fn corpus() -> Vec<Change> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/open/tests/hostile");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut changes: Vec<Change> = files.map(|path| change(&path)).collect();
    changes.sort_by(|one, other| one.name.cmp(&other.name));
    changes
}

fn change(path: &Path) -> Change {
    let text = fs::read_to_string(path).unwrap();
    let expected = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# expect: "))
        .unwrap()
        .to_owned();
    Change {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        text,
        expected,
    }
}

#[test]
fn each_change_without_the_key_is_refused_for_what_it_is() {
    let place = Place::team_a();
    for base in [SEALED, DOCUMENTS] {
        assert!(place.open(base).unwrap().contains(CANARY));
    }
    let mut wrong = Vec::new();
    for Change {
        name,
        text,
        expected,
    } in corpus()
    {
        let found = match place.open(&text) {
            Ok(_) => "opened".to_owned(),
            Err(error) => chain(&error).lines().next().unwrap().to_owned(),
        };
        if found != expected {
            wrong.push(format!("{name}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(corpus().len(), 84);
}

#[test]
fn a_file_carried_elsewhere_is_refused() {
    let mut place = Place::team_a();
    place.path = "tenants/team-a/prod/copy.yaml".parse().unwrap();
    assert!(matches!(
        place.open(SEALED),
        Err(OpenError::Scope(ScopeError::Path { .. }))
    ));
    let mut place = Place::team_a();
    place.tenant = "team-b".parse().unwrap();
    let refusal = place.open(SEALED).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "tenants/team-a/prod/db.yaml was sealed for tenant team-a, not team-b"
    );
}

#[test]
fn a_file_beyond_a_limit_is_refused_before_any_key_is_tried() {
    let mut place = Place::team_a();
    place.identities = vec![identity(9)];
    let with = |labels: String| {
        SEALED.replace("  name: db\n", &format!("  name: db\n  labels: {labels}\n"))
    };
    let nested = format!("{}{}", "{a: ".repeat(63), "}".repeat(63));
    let keys = "    - {enc: x, recipient: age1x}\n".repeat(63);
    let cases = [
        (
            SEALED.to_owned() + &"\n".repeat(16 << 20),
            "more than 16777216 bytes",
        ),
        (with(nested), "nested more than 64 levels deep"),
        (
            with(format!("[{}]", "\"\",".repeat(100_001))),
            "more than 100000 values",
        ),
        (
            with(format!("[{}]", "{},".repeat(200_001))),
            "more than 200000 nodes",
        ),
        (
            SEALED.replace("  age:\n", &format!("  age:\n{keys}")),
            "more than 64 recipients",
        ),
    ];
    for (text, expected) in cases {
        let refusal = chain(&place.open(&text).unwrap_err());
        assert!(refusal.contains(expected), "{refusal}");
    }
}
