//! Objects with the metadata that Kubernetes 1.37 recorded for them, after server-side apply by `signet:team-a:apps` and after
//! what the file's name says was done to them with kubectl.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::*;

#[derive(Deserialize)]
struct Recorded {
    expect: Expected,
    applied: Value,
    metadata: LiveObject,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Expected {
    fields: Vec<String>,
    managers: Vec<String>,
}

fn recorded() -> Vec<(String, Recorded)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/drift/recorded");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let recorded = serde_json::from_slice(&std::fs::read(&path).unwrap());
        (
            name,
            recorded.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        )
    };
    files.map(read).collect()
}

fn found(recorded: &Recorded) -> Expected {
    let id = ObjectRef {
        group: String::new(),
        version: "v1".into(),
        kind: "Any".into(),
        namespace: None,
        name: "any".into(),
    };
    let drift = Owners::of(&recorded.metadata, "signet:team-a:apps").drift(&id, &recorded.applied);
    let (fields, managers) = drift
        .map(|drift| (drift.fields, drift.managers))
        .unwrap_or_default();
    Expected {
        fields,
        managers: managers.into_iter().collect(),
    }
}

#[test]
fn finds_in_recorded_objects_what_others_have_taken_and_nothing_else() {
    let recorded = recorded();
    assert!(recorded.len() > 30, "the recorded objects are there");
    for (case, recorded) in recorded {
        assert_eq!(found(&recorded), recorded.expect, "{case}");
    }
}
