use super::journal::{Journal, Note, Recovered};
use super::placing::{Prepared, Written};
use super::{Changes, recover};
use crate::output::{Color, Output, Volume};
use crate::own_work::OwnWork;
use signet_api::RepoPath;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
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
fn many_files_are_written_together_or_not_at_all() {
    let root = tempfile::tempdir().expect("a folder");
    let paths: Vec<RepoPath> = (0..super::MANY)
        .map(|number| path(&format!("f{}/{number}.yaml", number % 3)))
        .collect();
    let mut changes = Changes::to(root.path());
    for path in &paths {
        changes.write(path.clone(), "old".into());
    }
    assert!(changes.apply().is_ok());
    let mut changes = Changes::to(root.path());
    for path in &paths {
        changes.replace(path.clone(), "old", "new".into());
    }
    let last = root.path().join(paths[super::MANY - 1].as_str());
    fs::write(&last, "saved meanwhile").expect("written");
    assert!(changes.apply().is_err());
    let held = |path: &RepoPath| fs::read_to_string(root.path().join(path.as_str())).expect("read");
    assert_eq!(held(&paths[0]), "old");
    assert_eq!(names_below(root.path()), ["f0", "f1", "f2"]);
    fs::write(&last, "old").expect("written");
    assert!(changes.apply().is_ok());
    assert!(paths.iter().all(|path| held(path) == "new"));
    let count = |name: &str| names_below(&root.path().join(name)).len();
    assert_eq!(count("f0") + count("f1") + count("f2"), paths.len());
}

#[test]
fn a_file_stays_with_whom_it_belongs_to_where_that_is_permitted() {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("db.yaml");
    fs::write(&file, "old").expect("written");
    // Who is not root can give a file away to nobody, and only the group can differ.
    let _ = chown(&file, Some(12345), Some(12345));
    let before = file.metadata().expect("metadata");
    let mut changes = Changes::to(root.path());
    changes.write(path("db.yaml"), "new".into());
    assert!(changes.apply().is_ok());
    let after = file.metadata().expect("metadata");
    assert_eq!(fs::read_to_string(&file).expect("read"), "new");
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
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

const FILES: [&str; 4] = ["a/one", "a/two", "b/three", "four"];

/// A folder with four old files, left as by a process that was killed when it had written its new files, had noted
/// that, and had put so many of them in place.
fn killed(complete: bool, placed: usize) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let paths = FILES.map(path);
    for path in &paths {
        let place = root.path().join(path.as_str());
        fs::create_dir_all(place.parent().expect("a parent")).expect("made");
        fs::write(place, "old").expect("written");
    }
    let notes = Note::for_all(root.path(), paths.iter());
    let mut journal = Journal::begin(root.path(), &notes).expect("begun");
    let prepared = notes.iter().zip(&paths).map(|(note, path)| {
        let target = root.path().join(path.as_str());
        let written = Written::create(&note.place(root.path()), &target, b"new");
        written.and_then(Written::flush).expect("written")
    });
    let mut prepared: Vec<Prepared> = prepared.collect();
    if complete {
        journal.complete().expect("noted");
    }
    for file in prepared.drain(..placed) {
        file.put_in_place(None).expect("placed");
    }
    prepared.into_iter().for_each(std::mem::forget);
    root
}

fn texts(root: &Path) -> Vec<String> {
    let texts = FILES
        .iter()
        .map(|file| fs::read_to_string(root.join(file)).expect("read"));
    texts.collect()
}

fn quiet() -> Output {
    Output::new(Volume::Quiet, Color::Never)
}

/// Nothing else is left than the files.
fn is_clean(root: &Path) -> bool {
    let folders = [root.to_owned(), root.join("a"), root.join("b")];
    let names: Vec<Vec<String>> = folders.iter().map(|folder| names_below(folder)).collect();
    names == [vec!["a", "b", "four"], vec!["one", "two"], vec!["three"]]
}

#[test]
fn who_was_killed_before_all_was_ready_has_changed_nothing() {
    let root = killed(false, 0);
    recover(root.path(), &quiet()).expect("recovered");
    assert_eq!(texts(root.path()), ["old"; 4]);
    assert!(is_clean(root.path()));
}

#[test]
fn who_was_killed_among_the_renames_has_changed_all_once_somebody_comes() {
    for placed in 0..=FILES.len() {
        let root = killed(true, placed);
        recover(root.path(), &quiet()).expect("recovered");
        assert_eq!(texts(root.path()), ["new"; 4]);
        assert!(is_clean(root.path()));
    }
}

#[test]
fn work_is_recorded_before_the_first_file_is_in_its_place_so_that_nobody_asks_whose_a_killed_run_was()
 {
    let root = tempfile::tempdir().expect("a folder");
    let own = OwnWork::listed_in(root.path().join("list"), "");
    let sealed = "a: ENC[AES256_GCM,data:new]\nsops: {}\n";
    let mut changes = Changes::to(root.path()).recorded_in(&own);
    // A folder, over which nothing is put.
    fs::create_dir(root.path().join("one")).expect("made");
    changes.write(path("one"), "new".into());
    changes.write(path("two"), sealed.into());
    changes.apply().expect_err("refused");
    assert_eq!(own.last(&path("two")), Some(sealed));
}

#[test]
fn whoever_writes_next_brings_it_to_an_end_first() {
    let root = killed(true, 2);
    let mut changes = Changes::to(root.path());
    changes.replace(path("four"), "new", "newer".into());
    changes.replace(path("a/one"), "new", "newer".into());
    changes.apply().expect("applied");
    assert_eq!(texts(root.path()), ["newer", "new", "new", "newer"]);
    assert!(is_clean(root.path()));
}

#[test]
fn who_was_killed_while_putting_files_back_leaves_their_names() {
    let root = killed(true, 2);
    let journal = root.path().join(".signet-changes");
    let notes = fs::read_to_string(&journal).expect("read");
    fs::write(&journal, notes + "\"back\"\n").expect("written");
    let mut journal = Journal::open(root.path(), false)
        .expect("opened")
        .expect("there");
    let undecided = FILES.map(|file| file.parse().expect("a path")).to_vec();
    assert_eq!(
        journal.recover().expect("recovered"),
        Recovered::Undecided(undecided)
    );
    journal.end();
    assert_eq!(texts(root.path()), ["new", "new", "old", "old"]);
    assert!(is_clean(root.path()));
}

#[test]
fn a_file_that_was_changed_since_the_kill_is_not_overwritten() {
    let root = killed(true, 1);
    fs::write(root.path().join("four"), "mine, saved later").expect("written");
    let refused = recover(root.path(), &quiet()).expect_err("refused");
    assert!(refused.report(false).contains("four was changed after"));
    assert_eq!(texts(root.path())[3], "mine, saved later");
}

#[test]
fn two_processes_do_not_write_to_one_work_tree() {
    let root = tempfile::tempdir().expect("a folder");
    let journal = Journal::begin(root.path(), &[]).expect("begun");
    let mut changes = Changes::to(root.path());
    changes.write(path("one"), "x".into());
    changes.write(path("two"), "x".into());
    let refused = changes.apply().expect_err("refused");
    assert!(refused.report(false).contains("another signet"));
    journal.end();
    assert_eq!(names_below(root.path()), Vec::<String>::new());
}

#[test]
fn a_journal_that_came_with_a_repository_moves_nothing_but_new_files_of_ours() {
    let root = tempfile::tempdir().expect("a folder");
    fs::write(root.path().join("theirs"), "x").expect("written");
    let lines = [
        r#"["theirs", "four", null]"#,
        r#"["../theirs", "four", null]"#,
        r#"[".signet-1", "../four", null]"#,
        "\"complete\"",
    ];
    fs::write(root.path().join(".signet-changes"), lines.join("\n") + "\n").expect("written");
    recover(root.path(), &quiet()).expect("recovered");
    assert_eq!(names_below(root.path()), ["theirs"]);
}

#[test]
fn a_journal_that_came_with_a_repository_leads_through_no_folder_to_elsewhere() {
    let (root, elsewhere) = (tempfile::tempdir(), tempfile::tempdir());
    let (root, elsewhere) = (root.expect("a folder"), elsewhere.expect("a folder"));
    symlink(elsewhere.path(), root.path().join("out")).expect("made");
    fs::write(elsewhere.path().join(".signet-1"), "x").expect("written");
    for complete in ["", "\"complete\"\n"] {
        let note = format!("[\".signet-1\", \"out/made\", null]\n{complete}");
        fs::write(root.path().join(".signet-changes"), note).expect("written");
        recover(root.path(), &quiet()).expect("recovered");
        assert_eq!(names_below(elsewhere.path()), [".signet-1"]);
    }
}

#[test]
fn in_git_a_journal_that_came_with_a_repository_is_none_and_none_leads_into_gits_own_folder() {
    let root = tempfile::tempdir().expect("a folder");
    let git = root.path().join(".git");
    fs::create_dir_all(git.join("signet")).expect("made");
    let note = "[\".signet-1\", \"made\", null]\n\"complete\"\n";
    fs::write(root.path().join(".signet-1"), "x").expect("written");
    fs::write(root.path().join(".signet-changes"), note).expect("written");
    recover(root.path(), &quiet()).expect("recovered");
    assert!(!root.path().join("made").exists());
    let own = git.join("signet/changes");
    fs::write(git.join(".signet-1"), "x").expect("written");
    fs::write(&own, note.replace("made", ".git/made")).expect("written");
    recover(root.path(), &quiet()).expect("recovered");
    assert!(!git.join("made").exists() && !own.exists());
    fs::write(&own, note).expect("written");
    recover(root.path(), &quiet()).expect("recovered");
    assert!(root.path().join("made").exists(), "its own leads on");
}

#[test]
fn a_link_in_the_journals_place_leads_nowhere() {
    let root = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::NamedTempFile::new().expect("a file");
    fs::write(elsewhere.path(), "precious").expect("written");
    symlink(elsewhere.path(), root.path().join(".signet-changes")).expect("made");
    let mut changes = Changes::to(root.path());
    changes.write(path("one"), "x".into());
    changes.write(path("two"), "x".into());
    assert!(changes.apply().is_err());
    assert!(recover(root.path(), &quiet()).is_err());
    assert_eq!(
        fs::read_to_string(elsewhere.path()).expect("read"),
        "precious"
    );
    assert_eq!(names_below(root.path()), [".signet-changes"]);
}

#[test]
fn what_cannot_be_read_is_not_taken_for_absent_and_stays() {
    let root = tempfile::tempdir().expect("a folder");
    let [link, folder] = ["a", "b"].map(|name| root.path().join(name));
    symlink("a", &link).expect("a link to itself");
    fs::create_dir(&folder).expect("made");
    let mut changes = Changes::to(root.path());
    changes.write(path("a"), "new".to_owned());
    changes.write(path("b"), "new".to_owned());
    let refusal = changes.apply().expect_err("neither can be written back");
    assert!(refusal.report(false).contains("read a again"));
    assert!(link.is_symlink() && folder.is_dir());
}

#[test]
fn what_stands_in_the_journals_place_and_is_none_is_refused_and_not_waited_for() {
    let root = tempfile::tempdir().expect("a folder");
    let place = root.path().join(".signet-changes");
    let out = Output::new(Volume::Quiet, Color::Never);
    let apply = || {
        let mut changes = Changes::to(root.path());
        changes.write(path("a"), "new".into());
        changes.write(path("b"), "new".into());
        changes.apply()
    };
    let refused = |words: &str| {
        for done in [recover(root.path(), &out), apply()] {
            let report = done.expect_err("refused").report(false);
            assert!(report.contains(words), "{report}");
            assert!(report.contains("remove"), "{report}");
        }
    };
    let made = std::process::Command::new("mkfifo").arg(&place).status();
    assert!(made.expect("mkfifo runs").success());
    refused("is no file");
    fs::remove_file(&place).expect("removed");
    let huge = fs::File::create(&place).expect("made");
    huge.set_len(6 << 30).expect("of holes");
    refused("more than 64 MiB");
    assert!(!root.path().join("a").exists());
}
