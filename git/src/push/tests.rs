use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tempfile::TempDir;

use super::*;
use crate::store::theirs;
use crate::testing::Origin;
use crate::{Credentials, Draft, Ident, SshKey, fetch};

/// A bare repository with one commit, and a store that fetched it.
struct Bare {
    origin: Origin,
    folder: TempDir,
    store: Store,
    tip: ObjectId,
}

impl Bare {
    async fn new() -> Self {
        let origin = Origin::new();
        origin.commit("tenants/team-a/a", "one");
        origin.commit("tenants/team-b/b", "two");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.git");
        origin.git(&["clone", "--quiet", "--bare", ".", path.to_str().unwrap()]);
        origin.git(&["remote", "add", "bare", path.to_str().unwrap()]);
        let store = Store::create_or_open(&folder.path().join("store")).unwrap();
        let mut bare = Self {
            origin,
            folder,
            store,
            tip: ObjectId::new([0; 20]),
        };
        bare.tip = fetch(&bare.remote("main"), &bare.store).await.unwrap().tip;
        bare
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("fleet.git")
    }

    fn remote(&self, branch: &str) -> Remote {
        remote(&self.path(), branch)
    }

    /// Runs git in the bare repository.
    fn git(&self, arguments: &[&str]) -> String {
        let path = self.path();
        let folder = ["-C", path.to_str().unwrap()];
        self.origin.git(&[&folder[..], arguments].concat())
    }

    async fn push(&self, commit: ObjectId, expected: Option<ObjectId>) -> Result<(), PushError> {
        push(&self.remote("main"), &self.store, commit, expected).await
    }

    /// Where main stands in it.
    fn main(&self) -> ObjectId {
        self.git(&["rev-parse", "refs/heads/main"]).parse().unwrap()
    }

    /// Commits to it with git, and returns the commit.
    fn theirs(&self, text: &str) -> ObjectId {
        let commit = self.origin.commit("theirs", text);
        self.origin.git(&["push", "--quiet", "bare", "HEAD:main"]);
        commit.parse().unwrap()
    }
}

fn remote(path: &Path, branch: &str) -> Remote {
    let (url, name) = (
        format!("file://{}", path.display()),
        format!("refs/heads/{branch}"),
    );
    let patience = Duration::from_secs(20);
    Remote::new(&url, &name, Credentials::default(), patience).unwrap()
}

/// A commit of the store that writes one file.
fn commit(store: &Store, parent: ObjectId, path: &str, text: &str) -> ObjectId {
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keys-examples/ssh/dave");
    let key = SecretString::from(fs::read_to_string(key).unwrap());
    let dave = Ident {
        name: "dave".into(),
        mail: "dave@example.org".into(),
        time: Timestamp::from_second(1_800_000_000).unwrap(),
    };
    let content = Some(text.as_bytes().to_vec());
    let draft = Draft {
        parent,
        changes: BTreeMap::from([(path.parse().unwrap(), content)]),
        author: dave.clone(),
        committer: dave,
        message: text.into(),
    };
    store.commit(&draft, &SshKey::read(&key).unwrap()).unwrap()
}

#[tokio::test]
async fn brings_a_commit_with_all_behind_it_that_git_finds_whole() {
    let bare = Bare::new().await;
    let first = commit(&bare.store, bare.tip, "tenants/team-a/a", "new");
    let second = commit(&bare.store, first, "tenants/team-c/c", "newer");
    bare.push(second, Some(bare.tip)).await.unwrap();
    assert_eq!(bare.main(), second);
    bare.git(&["fsck", "--strict", "--full"]);
    let other = Store::create_or_open(&bare.folder.path().join("other")).unwrap();
    let fetched = fetch(&bare.remote("main"), &other).await.unwrap();
    assert_eq!(fetched.tip, second);
    let text = bare.git(&["show", "main:tenants/team-c/c"]);
    assert_eq!(text, "newer");
}

#[tokio::test]
async fn moves_no_ref_that_somebody_else_moved_and_names_both_places() {
    let bare = Bare::new().await;
    let ours = commit(&bare.store, bare.tip, "a", "ours");
    let theirs = bare.theirs("theirs");
    let error = bare.push(ours, Some(bare.tip)).await.unwrap_err();
    let text = error.to_string();
    let PushError::Moved {
        expected, found, ..
    } = error
    else {
        panic!("{text}");
    };
    assert_eq!((expected, found), (Some(bare.tip), Some(theirs)));
    assert!(text.contains(&theirs.to_string()), "{text}");
    assert!(text.contains(&bare.tip.to_string()), "{text}");
    assert_eq!(bare.main(), theirs);
}

#[tokio::test]
async fn makes_a_ref_that_is_not_there_and_no_other() {
    let bare = Bare::new().await;
    let ours = commit(&bare.store, bare.tip, "a", "ours");
    let error = bare.push(ours, None).await.unwrap_err();
    assert!(matches!(error, PushError::Moved { expected: None, .. }));
    let new = bare.remote("new");
    push(&new, &bare.store, ours, None).await.unwrap();
    assert_eq!(bare.git(&["rev-parse", "new"]), ours.to_string());
    let gone = bare.remote("gone");
    let error = push(&gone, &bare.store, ours, Some(bare.tip)).await;
    let error = error.unwrap_err();
    assert!(matches!(error, PushError::Moved { found: None, .. }));
    assert!(error.to_string().contains("is absent"), "{error}");
}

#[tokio::test]
async fn of_two_at_once_one_wins_and_the_other_is_told() {
    let bare = Bare::new().await;
    let mut at = bare.tip;
    for round in 0..20 {
        let one = commit(&bare.store, at, "one", &format!("{round}"));
        let two = commit(&bare.store, at, "two", &format!("{round}"));
        let (first, second) = tokio::join!(bare.push(one, Some(at)), bare.push(two, Some(at)));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        at = if first.is_ok() { one } else { two };
        let error = first.and(second).unwrap_err();
        assert!(matches!(error, PushError::Moved { .. }), "{error}");
        assert_eq!(bare.main(), at);
    }
    bare.git(&["fsck", "--strict", "--full"]);
}

#[tokio::test]
async fn takes_nothing_back() {
    let bare = Bare::new().await;
    let before = bare.git(&["rev-parse", "main~1"]).parse().unwrap();
    let beside = commit(&bare.store, before, "a", "ours");
    for commit in [before, beside] {
        let error = bare.push(commit, Some(bare.tip)).await.unwrap_err();
        assert!(matches!(error, PushError::NotAhead { .. }), "{error}");
    }
    assert_eq!(bare.main(), bare.tip);
}

#[tokio::test]
async fn says_which_commit_it_does_not_have() {
    let bare = Bare::new().await;
    let unknown = ObjectId::new([0x12; 20]);
    let error = bare.push(unknown, Some(bare.tip)).await.unwrap_err();
    assert!(matches!(error, PushError::History { .. }), "{error}");
    let error = push(&bare.remote("new"), &bare.store, unknown, None).await;
    let error = error.unwrap_err();
    assert!(matches!(error, PushError::Objects { .. }), "{error}");
    assert!(error.to_string().contains(&unknown.to_string()), "{error}");
}

#[tokio::test]
async fn leaves_a_folder_alone_whose_hooks_it_would_pass_by() {
    let bare = Bare::new().await;
    let ours = commit(&bare.store, bare.tip, "a", "ours");
    let own = bare.path().join("hooks");
    fs::create_dir_all(&own).unwrap();
    let elsewhere = bare.folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for folder in [own, elsewhere.clone()] {
        for name in ["pre-receive", "update", "reference-transaction"] {
            let hook = folder.join(name);
            fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
            fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
            let error = bare.push(ours, Some(bare.tip)).await.unwrap_err();
            assert!(matches!(error, PushError::Hook { .. }), "{error}");
            assert!(error.to_string().contains(name), "{error}");
            fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
        }
        bare.git(&["config", "core.hooksPath", elsewhere.to_str().unwrap()]);
    }
    bare.git(&["config", "core.hooksPath", "~/hooks"]);
    let error = bare.push(ours, Some(bare.tip)).await.unwrap_err();
    assert!(matches!(error, PushError::Hook { .. }), "{error}");
    bare.git(&["config", "--unset", "core.hooksPath"]);
    assert_eq!(bare.main(), bare.tip);
    bare.push(ours, Some(bare.tip)).await.unwrap();
}

#[tokio::test]
async fn leaves_a_work_tree_alone() {
    let bare = Bare::new().await;
    let ours = commit(&bare.store, bare.tip, "a", "ours");
    let checked_out = remote(bare.origin.path(), "main");
    let error = push(&checked_out, &bare.store, ours, Some(bare.tip)).await;
    let error = error.unwrap_err();
    assert!(matches!(error, PushError::WorkTree { .. }), "{error}");
}

#[tokio::test]
async fn moves_no_ref_through_another_name() {
    let bare = Bare::new().await;
    let ours = commit(&bare.store, bare.tip, "a", "ours");
    bare.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    let alias = bare.remote("alias");
    let error = push(&alias, &bare.store, ours, Some(bare.tip)).await;
    let error = error.unwrap_err();
    assert!(matches!(error, PushError::Rejected { .. }), "{error}");
    assert!(error.to_string().contains("refs/heads/main"), "{error}");
    assert_eq!(bare.main(), bare.tip);
}

#[tokio::test]
async fn moves_a_ref_of_which_a_log_is_kept() {
    let bare = Bare::new().await;
    bare.git(&["config", "core.logAllRefUpdates", "always"]);
    let theirs = bare.theirs("theirs");
    fetch(&bare.remote("main"), &bare.store).await.unwrap();
    let ours = commit(&bare.store, theirs, "a", "ours");
    bare.push(ours, Some(theirs)).await.unwrap();
    assert_eq!(bare.main(), ours);
}

#[tokio::test]
async fn is_over_where_the_ref_stands_there_already() {
    let bare = Bare::new().await;
    bare.push(bare.tip, Some(bare.tip)).await.unwrap();
    let error = bare.push(bare.tip, None).await.unwrap_err();
    let PushError::Moved { found, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(found, Some(bare.tip));
}

/// What is lacking of these where those are, by us and by git.
fn lacking_by_both(
    origin: &Origin,
    tip: &str,
    present: &[&str],
) -> (BTreeSet<String>, BTreeSet<String>) {
    let name = |revision: &str| -> gix::ObjectId {
        let id: ObjectId = origin.git(&["rev-parse", revision]).parse().unwrap();
        theirs(&id)
    };
    let store = Store::open(origin.path()).unwrap();
    let ours = present.iter().map(|revision| name(revision));
    let ours = lacking::lacking(&store.lend(), name(tip), ours).unwrap();
    let unique: BTreeSet<String> = ours.iter().map(ToString::to_string).collect();
    assert_eq!(unique.len(), ours.len(), "an object is sent twice");
    let list = ["rev-list", "--objects", "--no-object-names", tip, "--not"];
    let list = origin.git(&[&list[..], present].concat());
    (unique, list.lines().map(str::to_owned).collect())
}

#[test]
fn finds_what_git_finds_lacking() {
    let origin = Origin::new();
    origin.commit("a/one", "1");
    origin.commit("a/b/two", "2");
    origin.git(&["tag", "first"]);
    origin.git(&["checkout", "--quiet", "-b", "side"]);
    origin.commit("s/three", "3");
    origin.git(&["checkout", "--quiet", "main"]);
    origin.commit("a/one", "4");
    origin.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "side"]);
    origin.commit("a/b/five", "5");
    origin.git(&["tag", "--annotate", "--message", "x", "tagged"]);
    let elsewhere = "160000,1111111111111111111111111111111111111111,module";
    origin.git(&["update-index", "--add", "--cacheinfo", elsewhere]);
    origin.git(&["commit", "--quiet", "--message", "submodule"]);
    for (tip, present) in [
        ("main", &[][..]),
        ("main", &["first"]),
        ("main", &["side"]),
        ("main", &["main~1"]),
        ("main", &["main"]),
        ("main", &["first", "side"]),
        ("side", &["main"]),
        ("tagged", &["first"]),
        ("tagged", &["tagged"]),
        ("main", &["tagged"]),
    ] {
        let (ours, theirs) = lacking_by_both(&origin, tip, present);
        assert_eq!(ours, theirs, "{tip} --not {present:?}");
    }
}

#[test]
fn sends_what_was_moved_rather_than_leave_anything_out() {
    let origin = Origin::new();
    origin.commit("a/one", "1");
    fs::create_dir(origin.path().join("b")).unwrap();
    origin.git(&["mv", "a/one", "b/one"]);
    origin.commit("two", "2");
    let (ours, theirs) = lacking_by_both(&origin, "main", &["main~1"]);
    assert!(ours.is_superset(&theirs), "{theirs:?} of {ours:?}");
}
