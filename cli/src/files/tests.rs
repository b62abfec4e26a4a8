use super::Changes;
use signet_api::RepoPath;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn path(text: &str) -> RepoPath {
    text.parse().expect("a valid path")
}

fn names_below(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn writes_new_files_and_keeps_the_mode_of_old_ones() {
    let root = tempfile::tempdir().expect("a folder");
    let old = root.path().join("run.sh");
    fs::write(&old, "old").expect("written");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o755)).expect("set");
    let mut changes = Changes::to(root.path());
    changes.write(path("run.sh"), "new".into());
    changes.write(path("a/b/c.yaml"), "x: 1\n".into());
    assert!(changes.apply().is_ok());
    assert_eq!(fs::read_to_string(&old).expect("read"), "new");
    assert_eq!(
        old.metadata().expect("metadata").permissions().mode() & 0o777,
        0o755
    );
    assert_eq!(
        fs::read_to_string(root.path().join("a/b/c.yaml")).expect("read"),
        "x: 1\n"
    );
}

#[test]
fn leaves_everything_as_it_was_when_one_file_cannot_be_put_in_place() {
    let root = tempfile::tempdir().expect("a folder");
    fs::write(root.path().join("first"), "before").expect("written");
    fs::create_dir_all(root.path().join("blocked/by-a-folder")).expect("made");
    let mut changes = Changes::to(root.path());
    changes.write(path("first"), "after".into());
    changes.write(path("second"), "after".into());
    changes.write(path("blocked"), "after".into());
    assert!(changes.apply().is_err());
    assert_eq!(
        fs::read_to_string(root.path().join("first")).expect("read"),
        "before"
    );
    assert_eq!(names_below(root.path()), ["blocked", "first"]);
}

#[test]
fn writes_nothing_over_what_somebody_saved_meanwhile() {
    let root = tempfile::tempdir().expect("a folder");
    fs::write(root.path().join("db.yaml"), "read").expect("written");
    let mut changes = Changes::to(root.path());
    changes.write(path("other"), "new".into());
    changes.replace(path("db.yaml"), "read", "sealed".into());
    fs::write(root.path().join("db.yaml"), "saved meanwhile").expect("written");
    assert!(changes.apply().is_err());
    assert_eq!(
        fs::read_to_string(root.path().join("db.yaml")).expect("read"),
        "saved meanwhile"
    );
    assert_eq!(names_below(root.path()), ["db.yaml"]);
}

#[test]
fn never_creates_over_something_that_is_there() {
    let root = tempfile::tempdir().expect("a folder");
    fs::write(root.path().join("policy.yaml"), "mine").expect("written");
    let mut changes = Changes::to(root.path());
    assert!(
        changes
            .create(path("policy.yaml"), "theirs".into())
            .is_err()
    );
}
