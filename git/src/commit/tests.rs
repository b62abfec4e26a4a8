use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use secrecy::SecretString;
use signet_provenance::Tree;

use super::*;
use crate::testing::Origin;

/// When everything here is committed.
const SECONDS: i64 = 1_800_000_000;

/// A private key made by `ssh-keygen`, and its file.
fn key(origin: &Origin, arguments: &[&str]) -> (SshKey, PathBuf) {
    let file = origin.beside(&arguments.join(""));
    let made = Command::new("ssh-keygen")
        .args(["-q", "-N", "", "-C", "dave", "-t"])
        .args(arguments)
        .arg("-f")
        .arg(&file)
        .status();
    assert!(made.unwrap().success(), "{arguments:?}");
    let text = SecretString::from(fs::read_to_string(&file).unwrap());
    (SshKey::read(&text).unwrap(), file)
}

/// A key of keys-examples.
fn daves() -> SshKey {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keys-examples/ssh/dave");
    SshKey::read(&SecretString::from(fs::read_to_string(file).unwrap())).unwrap()
}

fn dave() -> Ident {
    Ident {
        name: "dave".into(),
        mail: "dave@example.org".into(),
        time: Timestamp::from_second(SECONDS).unwrap(),
    }
}

fn draft(parent: &str, changes: &[(&str, Option<&str>)]) -> Draft {
    let changes = changes.iter().map(|(path, content)| {
        let content = content.map(|content| content.as_bytes().to_vec());
        (path.parse().unwrap(), content)
    });
    Draft {
        parent: parent.parse().unwrap(),
        changes: changes.collect(),
        author: dave(),
        committer: dave(),
        message: "Raise the limit\n\nTwice as much.".into(),
    }
}

fn commit(origin: &Origin, draft: &Draft) -> Result<ObjectId, CommitError> {
    let store = Store::open(origin.path()).unwrap();
    store.commit(draft, &daves())
}

/// The commit that git itself makes of what is in the work tree.
fn commit_of_git(origin: &Origin, key: &Path, draft: &Draft) -> String {
    origin.git(&["add", "--all"]);
    let tree = origin.git(&["write-tree"]);
    let key = format!("user.signingKey={}", key.display());
    let date = format!("@{SECONDS} +0000");
    let mut git = Command::new("git");
    git.args(["-c", "gpg.format=ssh", "-c", &key]);
    git.args(["-c", "user.name=dave", "-c", "user.email=dave@example.org"]);
    git.args(["commit-tree", "-S", &tree, "-p", &draft.parent.to_string()]);
    git.args(["-m", &draft.message]).current_dir(origin.path());
    git.env("GIT_CONFIG_GLOBAL", "/dev/null");
    git.env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date);
    let output = git.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn is_byte_for_byte_what_git_makes() {
    for arguments in [&["ed25519"][..], &["rsa", "-b", "2048"]] {
        let origin = Origin::new();
        let parent = origin.commit("tenants/team-a/a.yaml", "a: 1\n");
        let (key, file) = key(&origin, arguments);
        let draft = draft(&parent, &[("tenants/team-a/a.yaml", Some("a: 2\n"))]);
        let ours = Store::open(origin.path()).unwrap().commit(&draft, &key);
        fs::write(origin.path().join("tenants/team-a/a.yaml"), "a: 2\n").unwrap();
        let theirs = commit_of_git(&origin, &file, &draft);
        assert_eq!(ours.unwrap().to_string(), theirs, "{arguments:?}");
    }
}

#[test]
fn is_signed_so_that_git_verifies_it_with_a_key_of_each_type() {
    let origin = Origin::new();
    let parent = origin.commit("a", "one");
    let store = Store::open(origin.path()).unwrap();
    for arguments in [
        &["ed25519"][..],
        &["ecdsa", "-b", "256"],
        &["ecdsa", "-b", "384"],
        &["ecdsa", "-b", "521"],
        &["rsa", "-b", "3072"],
    ] {
        let (key, file) = key(&origin, arguments);
        let made = store.commit(&draft(&parent, &[("a", Some("two"))]), &key);
        let made = made.unwrap().to_string();
        let public = fs::read_to_string(file.with_extension("pub")).unwrap();
        let allowed = origin.beside("allowed");
        fs::write(&allowed, format!("* namespaces=\"git\" {public}")).unwrap();
        let allowed = format!("gpg.ssh.allowedSignersFile={}", allowed.display());
        origin.git(&["-c", &allowed, "verify-commit", &made]);
        origin.git(&["update-ref", "refs/heads/made", &made]);
    }
    origin.git(&["fsck", "--strict", "--full"]);
}

#[test]
fn changes_adds_and_removes_files_and_leaves_every_other_one() {
    let origin = Origin::new();
    for file in ["a/b/one", "a/b/two", "c/three", "d.x/four", "run"] {
        origin.commit(file, file);
    }
    let run = origin.path().join("run");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    let parent = origin.commit("d", "five");
    let changes = [
        ("a/b/one", None),
        ("a/b/two", None),
        ("c/three", Some("3\n")),
        ("d.x/e/f", Some("new\n")),
        ("run", Some("#!/bin/sh\n")),
        ("z", Some("")),
    ];
    let made = commit(&origin, &draft(&parent, &changes)).unwrap();
    for (path, content) in changes {
        let file = origin.path().join(path);
        match content {
            Some(content) => {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, content).unwrap();
            }
            None => fs::remove_file(file).unwrap(),
        }
    }
    origin.git(&["add", "--all"]);
    let tree = Tree::unverified(Store::open(origin.path()).unwrap().objects(), made).unwrap();
    assert_eq!(tree.id().to_string(), origin.git(&["write-tree"]));
}

#[test]
fn may_take_the_last_file_away() {
    let origin = Origin::new();
    let parent = origin.commit("a/b", "one");
    let made = commit(&origin, &draft(&parent, &[("a/b", None)])).unwrap();
    assert_eq!(origin.git(&["ls-tree", &made.to_string()]), "");
}

#[test]
fn puts_no_file_where_something_else_is() {
    let origin = Origin::new();
    origin.commit("folder/file", "one");
    symlink("folder", origin.path().join("link")).unwrap();
    let parent = origin.commit("b", "two");
    for (path, said) in [
        ("folder", "folder is a folder"),
        ("link", "link is a symbolic link"),
        ("link/file", "link is a symbolic link"),
        ("folder/file/a/b", "folder/file is a file"),
    ] {
        for content in [Some("x"), None] {
            let error = commit(&origin, &draft(&parent, &[(path, content)])).unwrap_err();
            assert!(matches!(error, CommitError::InTheWay { .. }), "{error}");
            let text = error.to_string();
            assert!(text.contains(path) && text.contains(said), "{text}");
        }
    }
}

#[test]
fn takes_no_path_that_stands_for_something_else() {
    let origin = Origin::new();
    let parent = origin.commit("a", "one");
    let long = "x".repeat(256);
    for path in [
        ".git/config",
        "a/.GIT",
        "git~1/b",
        ".g\u{200c}it/b",
        ".git /b",
        &long,
    ] {
        let error = commit(&origin, &draft(&parent, &[(path, Some("x"))])).unwrap_err();
        assert!(matches!(error, CommitError::Path { .. }), "{path}: {error}");
    }
    let both = [("b", Some("x")), ("b/c/d", Some("x"))];
    let error = commit(&origin, &draft(&parent, &both)).unwrap_err();
    assert!(matches!(error, CommitError::Path { .. }), "{error}");
    let error = commit(&origin, &draft(&parent, &[("b", None)])).unwrap_err();
    assert!(matches!(error, CommitError::Absent { .. }), "{error}");
}

#[test]
fn is_not_made_where_nothing_changes() {
    let origin = Origin::new();
    let parent = origin.commit("a", "one");
    for changes in [&[][..], &[("a", Some("one"))]] {
        let error = commit(&origin, &draft(&parent, changes)).unwrap_err();
        assert!(matches!(error, CommitError::Unchanged { .. }), "{error}");
    }
}

#[test]
fn says_nothing_in_a_name_that_would_be_a_header() {
    let origin = Origin::new();
    let parent = origin.commit("a", "one");
    for name in [
        "",
        " dave",
        "dave <mallory@example.org>",
        "dave\nparent",
        "d\0",
    ] {
        for is_mail in [false, true] {
            let mut draft = draft(&parent, &[("a", Some("two"))]);
            let ident = &mut draft.committer;
            let field = if is_mail {
                &mut ident.mail
            } else {
                &mut ident.name
            };
            name.clone_into(field);
            let error = commit(&origin, &draft).unwrap_err();
            assert!(
                matches!(error, CommitError::Ident { .. }),
                "{name:?}: {error}"
            );
        }
    }
}

#[test]
fn is_one_that_every_reader_can_read() {
    let origin = Origin::new();
    let parent = origin.commit("a", "one");
    let mut with_nul = draft(&parent, &[("a", Some("two"))]);
    with_nul.message = "a\0b".into();
    let error = commit(&origin, &with_nul).unwrap_err();
    assert!(matches!(error, CommitError::Form(_)), "{error}");
    let mut too_old = draft(&parent, &[("a", Some("two"))]);
    too_old.author.time = Timestamp::from_second(-1).unwrap();
    let error = commit(&origin, &too_old).unwrap_err();
    assert!(matches!(error, CommitError::Time { .. }), "{error}");
    let unknown = "1234567890123456789012345678901234567890";
    let error = commit(&origin, &draft(unknown, &[("a", Some("two"))])).unwrap_err();
    assert!(matches!(error, CommitError::Parent { .. }), "{error}");
}

#[test]
fn is_not_signed_by_a_key_that_does_not_count() {
    let origin = Origin::new();
    let parent = origin.commit("a", "one");
    let (short, _) = key(&origin, &["rsa", "-b", "1024"]);
    let store = Store::open(origin.path()).unwrap();
    let error = store.commit(&draft(&parent, &[("a", Some("two"))]), &short);
    let error = error.unwrap_err();
    assert!(matches!(error, CommitError::Key(_)), "{error}");
}
