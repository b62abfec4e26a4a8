use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::fetch;
use crate::testing::Origin;

fn id(hex: &str) -> ObjectId {
    hex.parse().unwrap()
}

fn error(result: Result<Store, StoreError>) -> StoreError {
    match result {
        Ok(_) => panic!("the store was opened"),
        Err(error) => error,
    }
}

#[test]
fn makes_the_folder_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data/store");
    Store::create_or_open(&dir).unwrap();
    for path in [dir.clone(), layout::store_path(&dir)] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", path.display());
    }
}

#[test]
fn says_which_folder_cannot_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("file/store");
    fs::write(folder.path().join("file"), "").unwrap();
    let error = error(Store::create_or_open(&dir));
    assert!(matches!(error, StoreError::Write { .. }), "{error}");
    assert!(error.to_string().contains("file/store"), "{error}");
}

#[tokio::test]
async fn keeps_what_it_has_between_runs() {
    let origin = Origin::new();
    let tip = id(&origin.commit("a", "one"));
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(folder.path()).unwrap();
    fetch(&origin.remote(), &store).await.unwrap();
    drop(store);
    let store = Store::create_or_open(folder.path()).unwrap();
    assert_eq!(store.read(&tip).unwrap().unwrap().kind, Kind::Commit);
}

#[test]
fn replaces_a_store_that_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    Store::create_or_open(folder.path()).unwrap();
    let beside = folder.path().join("state.json");
    fs::write(&beside, "kept").unwrap();
    let git = layout::store_path(folder.path());
    fs::remove_file(git.join("HEAD")).unwrap();
    fs::write(git.join("config"), [0xff, 0x00, b'[']).unwrap();
    let store = Store::create_or_open(folder.path()).unwrap();
    assert!(store.is_sound());
    assert_eq!(fs::read_to_string(beside).unwrap(), "kept");
}

#[test]
fn clears_away_what_an_interrupted_fetch_left() {
    let folder = tempfile::tempdir().unwrap();
    Store::create_or_open(folder.path()).unwrap();
    let git = layout::store_path(folder.path());
    let packs = git.join("objects/pack");
    let leftovers = [
        packs.join(".tmp8hJ2kQ"),
        packs.join("pack-1111.pack"),
        packs.join("pack-2222.pack"),
        packs.join("pack-2222.idx"),
        packs.join("pack-2222.keep"),
        packs.join("pack-3333.idx"),
        packs.join("joined.pack.new"),
        git.join("config.lock"),
    ];
    let whole = [packs.join("pack-4444.pack"), packs.join("pack-4444.idx")];
    for file in leftovers.iter().chain(&whole) {
        fs::write(file, "").unwrap();
    }
    layout::sweep(&git).unwrap();
    for file in leftovers {
        assert!(!file.exists(), "{} was left", file.display());
    }
    assert!(whole.iter().all(|file| file.exists()));
}

#[test]
fn refuses_a_store_that_borrows_objects_or_history() {
    for (file, content) in [
        ("objects/info/alternates", "/elsewhere/objects\n"),
        ("info/grafts", "1111 2222\n"),
        ("shallow", "1111\n"),
        ("refs/replace/1111", "2222\n"),
        ("packed-refs", "2222 refs/replace/1111\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        Store::create_or_open(folder.path()).unwrap();
        let path = layout::store_path(folder.path()).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let error = error(Store::create_or_open(folder.path()));
        assert!(
            matches!(error, StoreError::Borrows { .. }),
            "{file}: {error}"
        );
    }
}

#[test]
fn refuses_a_clone_with_replaced_commits_and_says_how_to_undo_it() {
    let origin = Origin::new();
    let unsigned = origin.commit("a", "one");
    let signed = origin.commit("a", "two");
    origin.git(&["replace", &unsigned, &signed]);
    let error = error(Store::open(origin.path())).to_string();
    assert!(error.contains("refs/replace"), "{error}");
    assert!(error.contains("git replace -d"), "{error}");
}

#[test]
fn opens_a_clone_from_a_folder_below_its_top() {
    let origin = Origin::new();
    let tip = id(&origin.commit("a/b/c", "one"));
    let store = Store::open(&origin.path().join("a/b")).unwrap();
    assert_eq!(store.resolve("HEAD").unwrap(), tip);
    assert_eq!(
        store.common_dir().canonicalize().unwrap(),
        origin.path().join(".git").canonicalize().unwrap()
    );
}

#[test]
fn opens_a_linked_worktree_with_the_objects_of_its_clone() {
    let origin = Origin::new();
    let main = id(&origin.commit("a", "one"));
    let linked = origin.beside("linked");
    origin.git(&["worktree", "add", "--quiet", linked.to_str().unwrap()]);
    let store = Store::open(&linked).unwrap();
    assert_eq!(store.resolve("main").unwrap(), main);
    assert_eq!(
        store.common_dir().canonicalize().unwrap(),
        origin.path().join(".git").canonicalize().unwrap()
    );
}

#[test]
fn opens_a_bare_repository() {
    let origin = Origin::new();
    let tip = id(&origin.commit("a", "one"));
    let bare = origin.beside("bare.git");
    origin.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    assert_eq!(Store::open(&bare).unwrap().resolve("main").unwrap(), tip);
}

#[test]
fn says_that_a_folder_is_in_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    let error = error(Store::open(folder.path()));
    assert!(
        matches!(error, StoreError::NotARepository { .. }),
        "{error}"
    );
}

#[test]
fn resolves_revisions_to_commits_as_git_does() {
    let origin = Origin::new();
    let first = origin.commit("a", "one");
    let second = origin.commit("a", "two");
    origin.git(&["tag", "--annotate", "--message", "release", "v1"]);
    let store = Store::open(origin.path()).unwrap();
    for (revision, commit) in [
        ("HEAD", &second),
        ("HEAD~1", &first),
        ("main", &second),
        ("v1", &second),
        ("v1^", &first),
        (first.as_str(), &first),
        (&first[..10], &first),
    ] {
        assert_eq!(store.resolve(revision).unwrap(), id(commit), "{revision}");
    }
}

#[test]
fn says_which_revision_names_no_commit() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let store = Store::open(origin.path()).unwrap();
    for revision in ["nowhere", "HEAD~7", "HEAD:a", "", "--all", "HEAD^{tree}"] {
        let error = store.resolve(revision).unwrap_err();
        assert!(error.to_string().contains(revision), "{error}");
    }
}

#[test]
fn reads_objects_of_every_kind_byte_for_byte() {
    let origin = Origin::new();
    let commit = origin.commit("a", "one");
    origin.git(&["tag", "--annotate", "--message", "release", "v1"]);
    let store = Store::open(origin.path()).unwrap();
    for (revision, kind) in [
        ("HEAD", Kind::Commit),
        ("HEAD^{tree}", Kind::Tree),
        ("HEAD:a", Kind::Blob),
        ("refs/tags/v1", Kind::Tag),
    ] {
        let name = origin.git(&["rev-parse", revision]);
        let object = store.read(&id(&name)).unwrap().unwrap();
        assert_eq!(object.kind, kind);
        let size = origin.git(&["cat-file", "-s", &name]);
        assert_eq!(object.bytes.len().to_string(), size);
    }
    let blob = origin.git(&["rev-parse", &format!("{commit}:a")]);
    assert_eq!(store.read(&id(&blob)).unwrap().unwrap().bytes, b"one");
}

#[test]
fn shows_the_object_itself_where_another_stands_in_for_it() {
    let origin = Origin::new();
    let first = origin.commit("a", "one");
    let before = Store::open(origin.path()).unwrap().read(&id(&first));
    let second = origin.commit("a", "two");
    origin.git(&["replace", &first, &second]);
    // Opening refuses this; it may also happen while the store is open.
    let repository = layout::discover(origin.path()).unwrap();
    let after = Store::new(origin.path(), false, repository).read(&id(&first));
    assert_eq!(after.unwrap(), before.unwrap());
}

#[test]
fn has_no_object_that_was_never_there() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let store = Store::open(origin.path()).unwrap();
    assert!(store.read(&ObjectId::new([7; 20])).unwrap().is_none());
}

#[test]
fn is_read_from_many_threads_at_once() {
    let origin = Origin::new();
    let commits: Vec<_> = (0..20)
        .map(|n| id(&origin.commit("a", &format!("text {n}"))))
        .collect();
    origin.git(&["gc", "--quiet"]);
    let store = Store::open(origin.path()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for commit in &commits {
                    assert!(store.read(commit).unwrap().is_some());
                }
            });
        }
    });
}

#[test]
fn sees_objects_that_arrive_after_it_was_opened() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let store = Store::open(origin.path()).unwrap();
    let later = id(&origin.commit("a", "two"));
    origin.git(&["gc", "--quiet"]);
    assert!(store.read(&later).unwrap().is_some());
}

#[test]
fn leaves_a_persons_repository_alone_when_asked_to_rebuild() {
    let origin = Origin::new();
    let tip = id(&origin.commit("a", "one"));
    let store = Store::open(origin.path()).unwrap();
    store.rebuild().unwrap();
    assert_eq!(store.resolve("HEAD").unwrap(), tip);
}

#[test]
fn refuses_to_take_up_more_memory_than_an_object_may() {
    let origin = Origin::new();
    let blob = origin.path().join("bomb");
    let file = fs::File::create(&blob).unwrap();
    file.set_len(65 << 20).unwrap();
    let bomb = origin.git(&["hash-object", "-w", "bomb"]);
    let store = Store::open(origin.path()).unwrap();
    let error = store.read(&id(&bomb)).unwrap_err();
    assert!(
        matches!(error, ReadError::TooLarge { bytes } if bytes == 65 << 20),
        "{error}"
    );
}

#[test]
fn what_others_follow_is_what_a_remote_was_seen_to_have() {
    let origin = Origin::new();
    let first = origin.commit("a", "one");
    let main = "refs/heads/main";
    let followed = |dir: &Path| Store::open(dir).unwrap().followed(main).unwrap();
    assert_eq!(followed(origin.path()), None);
    let url = origin.path().to_str().unwrap();
    origin.git(&["clone", "--quiet", "--bare", url, "bare.git"]);
    assert_eq!(followed(&origin.path().join("bare.git")), Some(id(&first)));
    origin.git(&["clone", "--quiet", url, "clone"]);
    let clone = origin.path().join("clone");
    let git = |words: &[&str]| origin.git(&[&["-C", "clone"], words].concat());
    git(&["commit", "--quiet", "--allow-empty", "--message", "own"]);
    assert_eq!(followed(&clone), Some(id(&first)));
    let own = git(&["rev-parse", "HEAD"]);
    git(&["update-ref", "refs/remotes/fork/main", &own]);
    git(&["config", "remote.fork.url", url]);
    assert_eq!(followed(&clone), Some(id(&first)));
    git(&["config", "branch.main.remote", "fork"]);
    assert_eq!(followed(&clone), Some(id(&own)));
    for no_remote in [".", "gone"] {
        git(&["config", "branch.main.remote", no_remote]);
        assert_eq!(followed(&clone), Some(id(&first)), "{no_remote}");
    }
    git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    assert_eq!(followed(&clone), None);
}
