//! dotenv and INI.

use super::*;

const ENV: &str =
    "# who\nUSER=app\n# how\nPASSWORD=canary-7f3a-hunter2\nPORT=5432\nHOST=h\n# last\n";
const INI: &str = "\
top = 1

; of the database
[db] ; main
; who
user     = app
password = canary-7f3a-hunter2 ; how
port     = 5432

[cache]
host = h
; last
";

fn three(name: &str, text: &str) -> Three {
    let place = Place {
        path: format!("tenants/team-a/prod/{name}").parse().unwrap(),
        ..Place::team_a()
    };
    let base = place
        .seal(text)
        .unwrap_or_else(|error| panic!("{}", chain(&error)));
    Three { place, base }
}

fn replaced(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    })
}

/// Both sides' changes, merged either way, give the text with all of them; nobody seals anew what nobody changed.
#[track_caller]
pub(super) fn merges(name: &str, text: &str, ours: &[(&str, &str)], theirs: &[(&str, &str)]) {
    let three = three(name, text);
    let both = replaced(&replaced(text, ours), theirs);
    let (ours, theirs) = (replaced(text, ours), replaced(text, theirs));
    assert_eq!(three.opened(&ours, &theirs), both);
    assert_eq!(three.opened(&theirs, &ours), both);
}

#[test]
fn sides_that_changed_different_keys_merge() {
    let (ours, theirs) = (&[("app", "till"), ("5432", "1 # 2")], &[("=h", "=db1\\nx")]);
    merges("db.env", ENV, ours, theirs);
    let (ours, theirs) = (&[("app", "till"), ("5432", "`1 # 2`")], &[("= h", "= db1")]);
    merges("db.ini", INI, ours, theirs);
}

#[test]
fn ciphertext_that_neither_side_changed_is_as_it_was() {
    for (name, text, value) in [("db.env", ENV, "=h"), ("db.ini", INI, "= h")] {
        let three = three(name, text);
        let ours = three.edited(&text.replace("app", "till"), &mut other(1));
        let theirs = three.edited(&text.replace(value, "= x"), &mut other(2));
        let merged = three.merged(&ours, &theirs).text;
        let new = |line: &&str| !three.base.contains(*line);
        let new: Vec<&str> = merged.lines().filter(new).collect();
        assert_eq!(new.len(), 4, "two values, MAC and seal: {new:?}");
    }
}

#[test]
fn keys_and_comments_that_a_side_put_in_or_took_out_come_and_go() {
    merges("db.env", ENV, &[("PORT=5432\n", "")], &[("# how\n", "")]);
    merges(
        "db.env",
        ENV,
        &[("app", "till")],
        &[("# last\n", "# last\nNEW=1\n")],
    );
    merges(
        "db.env",
        ENV,
        &[("# who", "# what")],
        &[("PORT", "# where\nPORT")],
    );
    merges(
        "db.ini",
        INI,
        &[("port     = 5432\n", "")],
        &[(" ; how", "")],
    );
    let new = [("port     = 5432\n", "port     = 5432\nname     = n\n")];
    merges("db.ini", INI, &[("app", "till"), ("; last\n", "")], &new);
    merges(
        "db.ini",
        INI,
        &[("; who", "; what")],
        &[("port ", "; where\nport ")],
    );
    merges(
        "db.ini",
        INI,
        &[("; of the database\n", "")],
        &[("host = h", "host = h ; cache")],
    );
}

#[test]
fn a_comment_below_a_section_without_keys_stays_there() {
    let text = "[db]\nuser = app\n\n[empty]\n; last\n";
    merges("db.ini", text, &[("app", "till")], &[("; last", "; end")]);
}

#[test]
fn sections_that_a_side_put_in_or_took_out_come_and_go() {
    let (start, end) = (INI.find("; of the").unwrap(), INI.find("[cache]").unwrap());
    merges("db.ini", INI, &[(&INI[start..end], "")], &[("= h", "= x")]);
    let new = "\n; last\n\n; more\n[new]\na = 1\nb = 2 ; two\n";
    merges("db.ini", INI, &[("app", "till")], &[("; last\n", new)]);
}

#[test]
fn keys_that_both_sides_added_all_stay() {
    let add = |text: &str, new: &str| text.replace("5432\n", &format!("5432\n{new}\n"));
    let opened = three("db.env", ENV).opened(&add(ENV, "A=1"), &add(ENV, "B=2"));
    assert!(
        opened.contains("A=1\n") && opened.contains("B=2\n"),
        "{opened}"
    );
    let opened = three("db.ini", INI).opened(&add(INI, "a = 1"), &add(INI, "; b\nb = 2"));
    assert!(opened.contains("\na = 1\n; b\nb = 2\n"), "{opened}");
}

#[test]
fn a_key_that_both_sides_changed_stands_sealed_between_markers() {
    for (name, text) in [("db.env", ENV), ("db.ini", INI)] {
        let three = three(name, text);
        let with = |value| {
            text.replace("canary-7f3a-hunter2", value)
                .replace("app", value)
        };
        let ours = three.edited(&text.replace("canary", "canary-ours"), &mut other(1));
        let theirs = three.edited(&with("canary-theirs"), &mut other(2));
        let merged = three.merged(&ours, &theirs);
        let keys: Vec<String> = merged.conflicts.iter().map(ToString::to_string).collect();
        assert_eq!(keys.len(), 1, "{keys:?}");
        assert!(keys[0].to_lowercase().ends_with("/password"), "{keys:?}");
        assert!(!merged.text.contains("canary"), "{}", merged.text);
        assert_eq!(merged.text.matches("<<<<<<< HEAD").count(), 1);
    }
}
