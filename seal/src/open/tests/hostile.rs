//! What somebody without the key may do to a sealed file: each change is refused, and says what it is.
//!
//! `sealed.*` and `documents.yaml` open. Each file of `hostile/STORE/` is one of them after the change that is its name, below
//! two lines that are no part of it: what opening it answers, and what sops does with it, which the tests across rooms prove.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use signet_envelope::{ScopeError, Store};

const SEALED: &str = include_str!("sealed.yaml");

/// What the changes were made to, and the name under which it was sealed.
const BASES: [(&str, &str); 6] = [
    ("sealed.yaml", "db.yaml"),
    ("documents.yaml", "db.yaml"),
    ("sealed.json", "db.json"),
    ("sealed.env", "db.env"),
    ("sealed.ini", "db.ini"),
    ("sealed.p12", "key.p12"),
];

pub(super) struct Change {
    pub(super) name: String,
    place: Place,
    bytes: Vec<u8>,
    expected: String,
}

impl Change {
    pub(super) fn open(&self) -> Result<String, OpenError> {
        let sealed = read(&self.bytes, &self.place.path)?;
        self.place.open(sealed.text())
    }
}

pub(super) fn corpus() -> Vec<Change> {
    Store::ALL.into_iter().flat_map(of_store).collect()
}

fn of_store(store: Store) -> Vec<Change> {
    let entries = fs::read_dir(folder().join("hostile").join(store.as_str())).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|path| change(store, path)).collect()
}

fn change(store: Store, path: &Path) -> Change {
    let file = fs::read(path).unwrap();
    let mut lines = file.splitn(3, |byte| *byte == b'\n');
    let expected = lines
        .next()
        .and_then(|line| line.strip_prefix(b"# expect: "));
    let bytes = lines.nth(1).unwrap().to_owned();
    let name = path.file_stem().unwrap().to_string_lossy();
    let (_, file) = BASES
        .into_iter()
        .find(|(_, file)| place(file).request().store == store)
        .unwrap();
    Change {
        name: format!("{store}/{name}"),
        place: place(file),
        bytes,
        expected: String::from_utf8(expected.unwrap().to_owned()).unwrap(),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/open/tests")
}

fn place(file: &str) -> Place {
    Place {
        path: format!("tenants/team-a/prod/{file}").parse().unwrap(),
        ..Place::team_a()
    }
}

#[test]
fn each_change_without_the_key_is_refused_for_what_it_is() {
    for (base, file) in BASES {
        let text = fs::read_to_string(folder().join(base)).unwrap();
        assert!(place(file).open(&text).unwrap().contains(CANARY));
    }
    let mut wrong = Vec::new();
    for change in corpus() {
        let found = match change.open() {
            Ok(_) => "opened".to_owned(),
            Err(error) => chain(&error).lines().next().unwrap().to_owned(),
        };
        if found != change.expected {
            wrong.push(format!("{}: {found}", change.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let counts = Store::ALL.map(|store| of_store(store).len());
    assert_eq!(counts, [90, 104, 98, 116, 58]);
}

#[test]
fn what_comments_and_layout_say_is_not_in_the_seal() {
    let (ini, env) = (include_str!("sealed.ini"), include_str!("sealed.env"));
    let comment = |text: &str| {
        let mut lines = text.split_inclusive('\n');
        lines
            .find(|line| line.contains("type:comment"))
            .unwrap()
            .to_owned()
    };
    let cases = [
        ("db.ini", ini.replace('\n', "\r\n")),
        ("db.ini", format!("\u{feff}{ini}")),
        ("db.ini", format!("[DEFAULT]\n{ini}")),
        ("db.ini", ini.replace("user = ", "user : ")),
        ("db.ini", ini.replace(&comment(ini), "")),
        ("db.env", env.replace(&comment(env), "")),
        ("db.env", format!("sops_note=x\n{env}")),
    ];
    for (file, text) in cases {
        assert!(place(file).open(&text).unwrap().contains(CANARY), "{text}");
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
