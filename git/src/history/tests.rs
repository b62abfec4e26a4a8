use super::*;
use crate::testing::Origin;
use gix::prelude::Write as _;
use signet_provenance::Objects;

/// The last changes of lines, each a part of its file, as `file line: subject of the commit`.
fn last_changes(origin: &Origin, files: &[(&str, &[&str])]) -> Vec<String> {
    let store = Store::open(origin.path()).unwrap();
    let tip = store.resolve("HEAD").unwrap();
    let wanted = files.iter().map(|(path, lines)| Parts {
        path: (*path).to_owned(),
        parts: lines.iter().map(|line| (*line).to_owned()).collect(),
    });
    let holds = |blob: ObjectId, line: &str| {
        let bytes = store.read(&blob).unwrap().unwrap().bytes;
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .any(|one| one == line)
    };
    let found = store.last_changes(tip, wanted.collect(), |_, newer, older, line: &String| {
        assert_ne!(newer, older);
        holds(newer, line) == holds(older, line)
    });
    let shown = found.unwrap().into_iter().map(|change| {
        let subject = origin.git(&["log", "-1", "--format=%s", &change.commit.to_string()]);
        format!("{} {}: {subject}", change.path, change.part)
    });
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    shown
}

/// The versions of files in the history of HEAD, as `file text: subject of the commit`, each followed past what `goes_on` says.
fn versions(origin: &Origin, files: &[&str], goes_on: impl Fn(&str) -> bool) -> Vec<String> {
    let store = Store::open(origin.path()).unwrap();
    let tip = store.resolve("HEAD").unwrap();
    let mut shown = Vec::new();
    let walked = store.versions(&[tip], files, usize::MAX, |Seen { file, blob, commit }| {
        let bytes = store.read(&blob).unwrap().unwrap().bytes;
        let text = String::from_utf8(bytes).unwrap();
        let subject = origin.git(&["log", "-1", "--format=%s", &commit.to_string()]);
        shown.push(format!("{} {}: {subject}", files[file], text.trim()));
        Ok::<_, HistoryError>(goes_on(text.trim()))
    });
    walked.unwrap();
    shown
}

/// Commits a file under a subject of its own.
fn commit(origin: &Origin, file: &str, text: &str, subject: &str) {
    origin.commit(file, text);
    origin.git(&["commit", "--quiet", "--amend", "--message", subject]);
}

#[test]
fn each_part_was_changed_by_a_commit_of_its_own() {
    let origin = Origin::new();
    commit(&origin, "a/b/db", "user\n", "first");
    commit(&origin, "a-b", "other\n", "second");
    commit(&origin, "a/b/db", "user\npassword\n", "third");
    commit(&origin, "README", "unrelated\n", "fourth");
    let found = last_changes(
        &origin,
        &[("a/b/db", &["user", "password"]), ("a-b", &["other"])],
    );
    assert_eq!(
        found,
        [
            "a-b other: second",
            "a/b/db password: third",
            "a/b/db user: first"
        ]
    );
}

#[test]
fn a_part_that_went_and_came_back_was_changed_last_when_it_came_back() {
    let origin = Origin::new();
    commit(&origin, "db", "password\n", "first");
    commit(&origin, "db", "other\n", "second");
    commit(&origin, "db", "password\n", "third");
    assert_eq!(
        last_changes(&origin, &[("db", &["password"])]),
        ["db password: third"]
    );
}

#[test]
fn a_merge_changed_nothing_that_one_of_its_parents_has() {
    let origin = Origin::new();
    commit(&origin, "db", "one\n-\ntwo\n", "first");
    origin.git(&["checkout", "--quiet", "-b", "side"]);
    commit(&origin, "db", "one\n-\ntwo\n-\nside\n", "side");
    origin.git(&["checkout", "--quiet", "main"]);
    commit(&origin, "db", "main\n-\none\n-\ntwo\n", "main");
    origin.git(&["merge", "--quiet", "--message", "merge", "side"]);
    let lines: &[&str] = &["main", "one", "side", "two"];
    assert_eq!(
        last_changes(&origin, &[("db", lines)]),
        [
            "db main: main",
            "db one: first",
            "db side: side",
            "db two: first"
        ]
    );
}

#[test]
fn what_a_merge_itself_brings_was_changed_by_the_merge() {
    let origin = Origin::new();
    commit(&origin, "db", "one\n", "first");
    origin.git(&["checkout", "--quiet", "-b", "side"]);
    commit(&origin, "other", "x\n", "side");
    origin.git(&["checkout", "--quiet", "main"]);
    commit(&origin, "third", "y\n", "main");
    origin.git(&["merge", "--quiet", "--no-commit", "side"]);
    commit(&origin, "db", "one\nevil\n", "merge");
    assert_eq!(
        last_changes(&origin, &[("db", &["evil", "one"])]),
        ["db evil: merge", "db one: first"]
    );
}

#[test]
fn a_file_that_the_tip_does_not_have_is_left_out() {
    let origin = Origin::new();
    commit(&origin, "gone", "x\n", "first");
    origin.git(&["rm", "--quiet", "gone"]);
    commit(&origin, "db", "x\n", "second");
    let files: &[(&str, &[&str])] = &[("gone", &["x"]), ("never/was", &["x"]), ("db", &["x"])];
    assert_eq!(last_changes(&origin, files), ["db x: second"]);
}

#[test]
fn a_file_that_came_in_the_place_of_a_folder_begins_there() {
    let origin = Origin::new();
    commit(&origin, "db/x", "x\n", "first");
    origin.git(&["rm", "--quiet", "-r", "db"]);
    commit(&origin, "db", "x\n", "second");
    assert_eq!(last_changes(&origin, &[("db", &["x"])]), ["db x: second"]);
}

#[test]
fn the_time_is_the_committers() {
    let origin = Origin::new();
    commit(&origin, "db", "x\n", "first");
    let store = Store::open(origin.path()).unwrap();
    let parts = Parts {
        path: "db".to_owned(),
        parts: vec![()],
    };
    let tip = store.resolve("HEAD").unwrap();
    let found = store.last_changes(tip, vec![parts], |_, _, _, ()| true);
    let seconds = origin.git(&["log", "-1", "--format=%ct"]);
    assert_eq!(found.unwrap()[0].seconds.to_string(), seconds);
}

#[test]
fn each_version_is_shown_once_as_the_newest_commit_has_it() {
    let origin = Origin::new();
    commit(&origin, "a/db", "one\n", "first");
    commit(&origin, "a-b", "other\n", "second");
    commit(&origin, "a/db", "two\n", "third");
    commit(&origin, "a/x/db", "deep\n", "fourth");
    commit(&origin, "a/db", "one\n", "fifth");
    commit(&origin, "README", "unrelated\n", "sixth");
    let found = versions(&origin, &["a/db", "a-b", "a/x/db", "a", "none"], |_| true);
    let expected = [
        "a-b other: sixth",
        "a/db one: sixth",
        "a/x/db deep: sixth",
        "a/db two: fourth",
    ];
    assert_eq!(found, expected);
}

#[test]
fn no_version_is_shown_behind_one_that_ends_its_file() {
    let origin = Origin::new();
    for (text, subject) in [
        ("one\n", "first"),
        ("two\n", "second"),
        ("three\n", "third"),
    ] {
        commit(&origin, "db", text, subject);
        commit(&origin, "other", text, subject);
    }
    let found = versions(&origin, &["db", "other"], |text| text != "two");
    let expected = [
        "db three: third",
        "other three: third",
        "db two: third",
        "other two: second",
    ];
    assert_eq!(found.len(), 4, "{found:?}");
    for one in expected {
        assert!(
            found.iter().any(|shown| shown[..8] == one[..8]),
            "{found:?}"
        );
    }
    assert!(versions(&origin, &["db"], |_| false).len() == 1);
}

#[test]
fn what_a_merge_left_behind_is_shown_too() {
    let origin = Origin::new();
    commit(&origin, "db", "one\n", "first");
    origin.git(&["checkout", "--quiet", "-b", "side"]);
    commit(&origin, "db", "side\n", "side");
    origin.git(&["checkout", "--quiet", "main"]);
    commit(&origin, "other", "x\n", "main");
    origin.git(&[
        "merge",
        "--quiet",
        "--strategy=ours",
        "--message",
        "merge",
        "side",
    ]);
    let found = versions(&origin, &["db"], |_| true);
    assert_eq!(found, ["db one: merge", "db side: side"]);
    let elsewhere = versions(&origin, &["db"], |text| text != "side");
    assert_eq!(elsewhere, ["db one: merge", "db side: side"]);
}

#[test]
fn files_are_followed_into_a_commit_that_was_passed_with_others() {
    let origin = Origin::new();
    // What stands in `a` and `b`, under which parents, at which second.
    let commit = |texts: [&str; 2], parents: &[&str], seconds: u32| {
        for (file, text) in ["a", "b"].iter().zip(texts) {
            std::fs::write(origin.path().join(file), text).unwrap();
        }
        origin.git(&["add", "--all"]);
        let tree = origin.git(&["write-tree"]);
        let parents = parents.iter().map(|parent| format!("parent {parent}\n"));
        let parents: String = parents.collect();
        let who = format!("dave <dave@example.org> {seconds} +0000");
        let text = format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\n{seconds}\n");
        origin.git_with_input(&["hash-object", "-t", "commit", "-w", "--stdin"], &text)
    };
    let first = commit(["old", "old"], &[], 30);
    let second = commit(["same", "same"], &[&first], 40);
    let ending = commit(["end", "same"], &[&second], 50);
    let late = commit(["same", "same"], &[&second], 1);
    let tip = commit(["same", "same"], &[&ending, &late], 60);
    origin.git(&["reset", "--quiet", "--hard", &tip]);
    let found = versions(&origin, &["a", "b"], |text| text != "end");
    let expected = [
        "a same: 60",
        "b same: 60",
        "a end: 50",
        "b old: 30",
        "a old: 30",
    ];
    assert_eq!(found, expected);
}

/// Has the tip's tree hold its entries in the opposite order, as git neither writes nor refuses to read it.
fn reverse_the_tree(origin: &Origin) {
    let repository = Store::open(origin.path()).unwrap().repository();
    let tree = gix::ObjectId::from_hex(origin.git(&["rev-parse", "HEAD:"]).as_bytes()).unwrap();
    let data = repository.find_object(tree).unwrap().detach().data;
    let mut entries = Vec::new();
    let mut rest = &data[..];
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let (entry, behind) = rest.split_at(end + 21);
        entries.push(entry);
        rest = behind;
    }
    entries.reverse();
    let reversed = repository
        .write_buf(gix::objs::Kind::Tree, &entries.concat())
        .unwrap();
    assert_ne!(reversed, tree);
    let (reversed, subject) = (
        reversed.to_string(),
        origin.git(&["log", "-1", "--format=%s"]),
    );
    let commit = origin.git(&["commit-tree", &reversed, "-p", "HEAD~1", "-m", &subject]);
    origin.git(&["update-ref", "refs/heads/main", &commit]);
}

#[test]
fn a_tree_in_another_order_than_gits_hides_no_earlier_version() {
    let origin = Origin::new();
    commit(&origin, "z", "text\n", "first");
    commit(&origin, "db", "one\n", "second");
    commit(&origin, "db", "two\n", "third");
    reverse_the_tree(&origin);
    commit(&origin, "db", "three\n", "fourth");
    assert_eq!(
        versions(&origin, &["db"], |_| true),
        ["db three: fourth", "db two: third", "db one: second"]
    );
    assert_eq!(
        last_changes(&origin, &[("z", &["text"])]),
        ["z text: first"]
    );
}
