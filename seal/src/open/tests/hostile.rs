//! What somebody without the key may do to a sealed file: each change is refused, and says what it is.
//!
//! `sealed.yaml` opens. Each file of `hostile/` is that file after the change that is its name; its first line says
//! what opening it answers.

use std::fs;
use std::path::Path;

use super::*;
use signet_envelope::ScopeError;

const SEALED: &str = include_str!("sealed.yaml");

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
    assert!(place.open(SEALED).unwrap().contains(CANARY));
    assert_eq!(corpus().len(), 37);
    for Change {
        name,
        text,
        expected,
    } in corpus()
    {
        match place.open(&text) {
            Ok(_) => panic!("{name}: opened"),
            Err(error) => assert_eq!(chain(&error), expected, "{name}"),
        }
    }
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
