use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use signet_provenance::Objects;
use tempfile::TempDir;

use super::*;
use crate::session::patience;
use crate::testing::Origin;

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(folder.path()).unwrap();
    (folder, store)
}

fn id(hex: &str) -> ObjectId {
    hex.parse().unwrap()
}

/// Every object that git finds behind a commit.
fn objects_behind(origin: &Origin, commit: &str) -> Vec<ObjectId> {
    let list = origin.git(&["rev-list", "--objects", "--no-object-names", commit]);
    list.lines().map(id).collect()
}

#[tokio::test]
async fn brings_every_object_behind_the_ref() {
    let origin = Origin::new();
    origin.commit("clusters/prod/a", "one");
    let tip = origin.commit("tenants/team-a/b", "two");
    let (_folder, store) = store();
    let fetched = fetch(&origin.remote(), &store).await.unwrap();
    assert_eq!(fetched.tip, id(&tip));
    assert!(fetched.received);
    for object in objects_behind(&origin, &tip) {
        assert!(store.read(&object).unwrap().is_some(), "{object}");
    }
}

#[tokio::test]
async fn brings_nothing_twice() {
    let origin = Origin::new();
    let tip = origin.commit("a", "one");
    let (_folder, store) = store();
    fetch(&origin.remote(), &store).await.unwrap();
    let again = fetch(&origin.remote(), &store).await.unwrap();
    let nothing_new = Fetched {
        tip: id(&tip),
        received: false,
        shortfall: None,
    };
    assert_eq!(again, nothing_new);
}

#[tokio::test]
async fn a_look_at_a_folder_brings_nothing() {
    let origin = Origin::new();
    let tip = origin.commit("a", "one");
    let (_folder, store) = store();
    let patience = Duration::from_secs(20);
    let seen = look(&origin.remote(), &store, patience).await.unwrap();
    assert_eq!(seen, id(&tip));
    assert!(store.read(&seen).unwrap().is_none());
}

#[tokio::test]
async fn brings_no_other_ref() {
    let origin = Origin::new();
    origin.commit("a", "one");
    origin.git(&["checkout", "--quiet", "-b", "other"]);
    let other = origin.commit("a", "two");
    origin.git(&["tag", "v1"]);
    let (_folder, store) = store();
    fetch(&origin.remote(), &store).await.unwrap();
    assert!(store.read(&id(&other)).unwrap().is_none());
}

/// Tags what is checked out, as an approval or not, and returns the tag.
fn tag(origin: &Origin, name: &str) -> ObjectId {
    origin.git(&["tag", "--annotate", "--force", "--message", "x", name]);
    id(&origin.git(&["rev-parse", name]))
}

fn names(store: &Store) -> Vec<String> {
    let approvals = store.approvals().unwrap().into_iter();
    approvals.map(|tag| tag.reference).collect()
}

#[tokio::test]
async fn brings_approvals_with_what_they_tag_and_no_other_tag() {
    let origin = Origin::new();
    origin.commit("a", "one");
    origin.git(&["checkout", "--quiet", "-b", "other"]);
    let other = origin.commit("a", "two");
    let approval = tag(&origin, "signet/approve/raise-memory");
    let release = tag(&origin, "v1");
    let (_folder, store) = store();
    let fetched = fetch(&origin.remote(), &store).await.unwrap();
    assert_eq!(fetched.shortfall, None);
    assert_eq!(names(&store), ["refs/tags/signet/approve/raise-memory"]);
    assert_eq!(store.approvals().unwrap()[0].tag, approval);
    assert!(store.read(&approval).unwrap().is_some());
    assert!(store.read(&id(&other)).unwrap().is_some());
    assert!(store.read(&release).unwrap().is_none());
}

#[tokio::test]
async fn approvals_are_those_that_the_remote_has_now_and_are_kept_between_runs() {
    let origin = Origin::new();
    origin.commit("a", "one");
    tag(&origin, "signet/approve/gone");
    let moved = tag(&origin, "signet/approve/moved");
    let (folder, store) = store();
    fetch(&origin.remote(), &store).await.unwrap();
    assert_eq!(store.approvals().unwrap().len(), 2);
    origin.git(&["tag", "--delete", "signet/approve/gone"]);
    origin.commit("a", "two");
    let now = tag(&origin, "signet/approve/moved");
    assert_ne!(now, moved);
    fetch(&origin.remote(), &store).await.unwrap();
    drop(store);
    let store = Store::create_or_open(folder.path()).unwrap();
    assert_eq!(names(&store), ["refs/tags/signet/approve/moved"]);
    assert_eq!(store.approvals().unwrap()[0].tag, now);
    origin.git(&["tag", "--delete", "signet/approve/moved"]);
    fetch(&origin.remote(), &store).await.unwrap();
    assert_eq!(names(&store), [""; 0]);
}

#[tokio::test]
async fn approvals_of_a_repository_of_a_person_are_read_where_they_stand() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let packed = tag(&origin, "signet/approve/b");
    origin.git(&["pack-refs", "--all"]);
    let loose = tag(&origin, "signet/approve/a");
    origin.git(&[
        "symbolic-ref",
        "refs/tags/signet/approve/c",
        "refs/heads/main",
    ]);
    let approvals = Store::open(origin.path()).unwrap().approvals().unwrap();
    let tags: Vec<ObjectId> = approvals.iter().map(|tag| tag.tag).collect();
    assert_eq!(tags, [loose, packed]);
}

#[tokio::test]
async fn an_approval_of_too_much_is_left_out_and_the_ref_is_fetched() {
    let origin = Origin::new();
    let tip = origin.commit("a", "one");
    tag(&origin, "signet/approve/small");
    origin.git(&["checkout", "--quiet", "-b", "other"]);
    fs::write(origin.path().join("large"), "\0".repeat(65 << 20)).unwrap();
    origin.commit("b", "two");
    tag(&origin, "signet/approve/large");
    let (_folder, store) = store();
    let fetched = fetch(&origin.remote(), &store).await.unwrap();
    assert_eq!(fetched.tip, id(&tip));
    let shortfall = fetched.shortfall.unwrap();
    assert!(shortfall.contains("at most 64 MiB"), "{shortfall}");
    assert_eq!(names(&store), ["refs/tags/signet/approve/small"]);
}

#[tokio::test]
async fn a_damaged_list_of_approvals_is_written_anew() {
    let origin = Origin::new();
    origin.commit("a", "one");
    tag(&origin, "signet/approve/a");
    let (folder, store) = store();
    fetch(&origin.remote(), &store).await.unwrap();
    fs::write(folder.path().join("store.git/packed-refs"), "damaged\n").unwrap();
    fetch(&origin.remote(), &store).await.unwrap();
    assert_eq!(names(&store), ["refs/tags/signet/approve/a"]);
}

#[tokio::test]
async fn follows_a_rewritten_history_and_keeps_the_old_one() {
    let origin = Origin::new();
    let old = origin.commit("a", "one");
    let (_folder, store) = store();
    fetch(&origin.remote(), &store).await.unwrap();
    origin.git(&["checkout", "--quiet", "--orphan", "new"]);
    let new = origin.commit("a", "another");
    origin.git(&["branch", "--force", "main", "new"]);
    let fetched = fetch(&origin.remote(), &store).await.unwrap();
    assert_eq!(fetched.tip, id(&new));
    assert!(store.read(&id(&old)).unwrap().is_some());
}

#[tokio::test]
async fn takes_the_commit_that_an_annotated_tag_names() {
    let origin = Origin::new();
    let tip = origin.commit("a", "one");
    origin.git(&["tag", "--annotate", "--message", "release", "v1"]);
    let (_folder, store) = store();
    let fetched = fetch(&origin.remote_for("refs/tags/v1"), &store).await;
    assert_eq!(fetched.unwrap().tip, id(&tip));
}

#[tokio::test]
async fn leaves_the_commits_of_submodules_out() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let elsewhere = "160000,1111111111111111111111111111111111111111,module";
    origin.git(&["update-index", "--add", "--cacheinfo", elsewhere]);
    origin.git(&["commit", "--quiet", "--message", "submodule"]);
    let (_folder, store) = store();
    fetch(&origin.remote(), &store).await.unwrap();
}

#[tokio::test]
async fn names_the_ref_that_is_missing() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let (_folder, store) = store();
    let error = fetch(&origin.remote_for("refs/heads/nowhere"), &store)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::RefMissing { .. }), "{error}");
    assert!(error.to_string().contains("refs/heads/nowhere"), "{error}");
}

#[tokio::test]
async fn says_that_there_is_no_repository() {
    let origin = Origin::new();
    let remote = origin.remote();
    fs::remove_dir_all(origin.path().join(".git")).unwrap();
    let (_folder, store) = store();
    let error = fetch(&remote, &store).await.unwrap_err();
    assert!(
        matches!(error, FetchError::RepositoryMissing { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn refuses_a_remote_with_holes() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let blob = origin.git(&["rev-parse", "HEAD:a"]);
    let loose = Path::new("objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(origin.path().join(".git").join(loose)).unwrap();
    let (_folder, store) = store();
    let error = fetch(&origin.remote(), &store).await.unwrap_err();
    assert!(matches!(error, FetchError::Protocol { .. }), "{error}");
    assert!(error.to_string().contains(&blob), "{error}");
}

/// Checks a pack of these objects alone, received into an empty store.
fn check_pack_of(origin: &Origin, revisions: &[&str]) -> Result<(), FetchError> {
    check_pack(origin, |packs| origin.pack(revisions, packs))
}

/// Checks a pack that is put into an empty store, by its index.
fn check_pack(origin: &Origin, put: impl FnOnce(&Path) -> PathBuf) -> Result<(), FetchError> {
    let (folder, store) = store();
    let index = put(&folder.path().join("store.git/objects/pack"));
    let repository = store.repository();
    let (_waiting, patience) = patience();
    let session = Session::new(origin.remote(), store, Handle::current(), patience);
    let tip = origin.git(&["rev-parse", "HEAD"]).parse().unwrap();
    completeness::check(&session, &repository, Some(&index), &[tip])
}

#[tokio::test]
async fn takes_no_more_than_its_budget() {
    let origin = Origin::new();
    let (_folder, store) = store();
    let (_waiting, patience) = patience();
    let session = Session::new(origin.remote(), store, Handle::current(), patience);
    session.count(512 << 20).unwrap();
    let error = session.count(1).unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { .. }), "{error}");
    assert!(error.to_string().contains("512 MiB"), "{error}");
}

#[tokio::test]
async fn refuses_a_pack_that_holds_an_object_twice() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let error = check_pack(&origin, |packs| {
        let once = origin.pack(&["HEAD:a"], packs).with_extension("pack");
        let once = fs::read(once).unwrap();
        // What stands between the header and the checksum.
        let entry = &once[12..once.len() - 20];
        let mut twice = [b"PACK\0\0\0\x02\0\0\0\x02".as_slice(), entry, entry].concat();
        let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
        hasher.update(&twice);
        twice.extend_from_slice(hasher.try_finalize().unwrap().as_slice());
        let pack = packs.join("pack-twice.pack");
        fs::write(&pack, twice).unwrap();
        origin.git(&["index-pack", pack.to_str().unwrap()]);
        pack.with_extension("idx")
    })
    .unwrap_err();
    assert!(error.to_string().contains("twice in a pack"), "{error}");
}

#[tokio::test]
async fn accepts_a_pack_that_is_closed() {
    let origin = Origin::new();
    origin.commit("folder/a", "one");
    let all = ["HEAD", "HEAD^{tree}", "HEAD:folder", "HEAD:folder/a"];
    check_pack_of(&origin, &all).unwrap();
}

#[tokio::test]
async fn refuses_a_pack_with_holes() {
    let origin = Origin::new();
    origin.commit("folder/a", "one");
    origin.commit("folder/a", "two");
    let parent = [
        "HEAD~1",
        "HEAD~1^{tree}",
        "HEAD~1:folder",
        "HEAD~1:folder/a",
    ];
    let tip = ["HEAD", "HEAD^{tree}", "HEAD:folder", "HEAD:folder/a"];
    for hole in 0..8 {
        let mut sent = [parent, tip].concat();
        let missing = sent.remove(hole);
        let error = check_pack_of(&origin, &sent).unwrap_err();
        let name = origin.git(&["rev-parse", missing]);
        assert!(error.to_string().contains(&name), "{missing}: {error}");
    }
}

#[tokio::test]
async fn rebuilds_a_store_whose_tip_is_gone() {
    let origin = Origin::new();
    let tip = origin.commit("a", "one");
    let (folder, store) = store();
    fetch(&origin.remote(), &store).await.unwrap();
    let git = folder.path().join("store.git");
    fs::remove_dir_all(git.join("objects").join(&tip[..2])).unwrap();
    let fetched = fetch(&origin.remote(), &store).await.unwrap();
    assert!(fetched.received);
    assert!(store.read(&id(&tip)).unwrap().is_some());
}

#[tokio::test]
async fn rebuilds_a_store_whose_ref_is_half_written() {
    let origin = Origin::new();
    origin.commit("a", "one");
    let (folder, store) = store();
    fetch(&origin.remote(), &store).await.unwrap();
    let reference = folder.path().join("store.git/refs/signet/fetched");
    fs::write(reference, "12ab").unwrap();
    assert!(fetch(&origin.remote(), &store).await.unwrap().received);
}

#[tokio::test]
async fn brings_everything_again_after_a_rebuild() {
    let origin = Origin::new();
    let tip = origin.commit("a", "one");
    let (_folder, store) = store();
    let objects = store.objects();
    fetch(&origin.remote(), &store).await.unwrap();
    assert!(objects.read(&id(&tip)).unwrap().is_some());
    store.rebuild().unwrap();
    assert!(objects.read(&id(&tip)).unwrap().is_none());
    fetch(&origin.remote(), &store).await.unwrap();
    assert!(objects.read(&id(&tip)).unwrap().is_some());
}

#[tokio::test]
async fn lets_fetches_into_one_store_wait_for_each_other() {
    let origin = Origin::new();
    let tip = origin.commit("a", "one");
    let (_folder, store) = store();
    let remote = origin.remote();
    let (one, two) = tokio::join!(fetch(&remote, &store), fetch(&remote, &store));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((one.tip, two.tip), (id(&tip), id(&tip)));
    assert!(one.received != two.received);
}
