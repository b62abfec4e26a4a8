//! Comments of YAML: each comes, goes and changes by itself.

use super::flat::merges;
use super::*;

const TEXT: &str = "\
user: app # who
# how
password: canary-7f3a-hunter2
key: |
  abc
list:
  # first
  - one # uno
  - two
  # second
  - three
  # of the list
port: 5432
# last
";

#[test]
fn a_comment_that_a_side_put_in_took_out_or_changed_is_so_in_the_result() {
    for (old, new) in [
        (" # who", ""),
        (" # who", " # whose"),
        ("hunter2", "hunter2 # new"),
        ("key: |", "key: | # new"),
        ("# how\n", ""),
        ("# how\n", "# how\n# new\n"),
        ("port:", "# new\nport:"),
        ("  - two", "  # new\n  - two"),
        (" # uno", ""),
        ("  # first\n", ""),
        ("  # of the list\n", ""),
        ("  # of the list\n", "  # of the list\n  # new\n"),
        ("# last\n", ""),
        ("# last\n", "# last\n# new\n"),
    ] {
        merges("db.yaml", TEXT, &[("app", "shop")], &[(old, new)]);
    }
}

#[test]
fn comments_go_with_their_elements() {
    let ours = [("  # first\n  - one # uno\n", "")];
    let theirs = [("# second", "# zwei"), ("  - two", "  - two # due")];
    merges("db.yaml", TEXT, &ours, &theirs);
}

#[test]
fn a_text_that_does_not_end_in_a_line_break_does_not_after_a_comment_either() {
    let text = "user: app\nport: 1";
    merges(
        "db.yaml",
        text,
        &[("app", "shop")],
        &[("port: 1", "port: 1\n# last")],
    );
}

#[test]
fn a_comment_that_one_side_changed_above_a_key_that_the_other_one_took_out_is_a_conflict() {
    let three = Three::of(TEXT);
    let ours = three.edited(&TEXT.replace("# how", "# why"), &mut other(1));
    let gone = TEXT.replace("# how\npassword: canary-7f3a-hunter2\n", "");
    let theirs = three.edited(&gone, &mut other(2));
    for merged in [three.merged(&ours, &theirs), three.merged(&theirs, &ours)] {
        let keys: Vec<&str> = merged.conflicts.iter().map(Pointer::as_str).collect();
        assert!(keys.contains(&"/0/password"), "{keys:?}");
    }
}

#[test]
fn a_comment_that_one_side_wrote_behind_what_the_other_one_took_out_is_left_to_a_person() {
    for (gone, old, new, at) in [
        ("user: app # who\n", "# who", "# whose", "/0/user"),
        ("port: 5432\n", "5432", "5432 # new", "/0/port"),
        ("  # first\n  - one # uno\n", "# uno", "# eins", "/0/list"),
        ("  - two\n", "- two", "- two # due", "/0/list"),
        ("  # second\n  - three\n", "# second", "# zwei", "/0/list"),
    ] {
        let three = Three::of(TEXT);
        let ours = three.edited(&TEXT.replace(gone, ""), &mut other(1));
        let theirs = three.edited(&TEXT.replace(old, new), &mut other(2));
        for merged in [three.merged(&ours, &theirs), three.merged(&theirs, &ours)] {
            let keys: Vec<&str> = merged.conflicts.iter().map(Pointer::as_str).collect();
            assert!(keys.contains(&at), "{gone}: {keys:?}");
            assert!(merged.text.contains("<<<<<<<"), "{}", merged.text);
        }
        let left = picked(&three.merged(&theirs, &ours).text, true);
        let expected = TEXT.replace(old, new);
        assert_eq!(three.place.open(&left).unwrap(), expected, "{gone}");
    }
}

#[test]
fn of_a_comment_that_both_sides_changed_each_side_keeps_its_own() {
    let three = Three::of(TEXT);
    let [ours, theirs] = ["# why", "# when"].map(|new| TEXT.replace("# how", new));
    let (our, their) = (
        three.edited(&ours, &mut other(1)),
        three.edited(&theirs, &mut other(2)),
    );
    let merged = three.merged(&our, &their);
    assert_eq!(merged.conflicts.len(), 1);
    let left = picked(&merged.text, true);
    assert_eq!(three.place.open(&left).unwrap(), ours);
}
