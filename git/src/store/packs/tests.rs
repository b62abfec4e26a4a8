use std::fs;

use super::*;
use crate::Store;
use crate::testing::Origin;
use signet_provenance::Objects;

/// A store with a pack for each of so many commits, each with a file of its own.
fn store_with_packs(origin: &Origin, count: usize) -> (tempfile::TempDir, Store, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(folder.path()).unwrap();
    let git = super::super::layout::store_path(folder.path());
    for number in 0..count {
        origin.commit("a", &format!("text {number}"));
        origin.pack(
            &["HEAD", "HEAD^{tree}", "HEAD:a"],
            &git.join("objects/pack"),
        );
    }
    (folder, store, git)
}

fn indexes(git: &Path) -> Vec<PathBuf> {
    let packs = by_size(&git.join("objects/pack")).unwrap();
    packs.into_iter().map(|(_, index)| index).collect()
}

fn has_all(store: &Store, origin: &Origin) -> bool {
    let list = origin.git(&["rev-list", "--objects", "--no-object-names", "HEAD"]);
    list.lines()
        .all(|id| store.read(&id.parse().unwrap()).unwrap().is_some())
}

#[test]
fn joins_packs_into_one_that_git_accepts() {
    let origin = Origin::new();
    let (_folder, store, git) = store_with_packs(&origin, MOST_PACKS + 1);
    store.keep_packs_few().unwrap();
    let [index] = indexes(&git).try_into().unwrap();
    origin.git(&["verify-pack", index.to_str().unwrap()]);
    assert!(has_all(&store, &origin));
    assert_eq!(fs::read_dir(git.join("objects/pack")).unwrap().count(), 2);
}

#[test]
fn joins_packs_that_hold_the_same_objects() {
    let origin = Origin::new();
    let (_folder, store, git) = store_with_packs(&origin, MOST_PACKS);
    origin.pack(&["HEAD", "HEAD^{tree}"], &git.join("objects/pack"));
    store.keep_packs_few().unwrap();
    assert_eq!(indexes(&git).len(), 1);
    assert!(has_all(&store, &origin));
    let bare = git.to_str().unwrap();
    origin.git(&["--git-dir", bare, "fsck", "--full", "--strict"]);
}

#[test]
fn leaves_as_many_packs_as_may_be() {
    let origin = Origin::new();
    let (_folder, store, git) = store_with_packs(&origin, MOST_PACKS);
    let before = indexes(&git);
    store.keep_packs_few().unwrap();
    assert_eq!(indexes(&git), before);
}

#[test]
fn leaves_a_pack_alone_that_outweighs_all_others() {
    let origin = Origin::new();
    let (_folder, store, git) = store_with_packs(&origin, MOST_PACKS);
    // What compresses to more than all those together.
    let noise = (0..20_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string());
    origin.commit("a", &noise.collect::<String>()[..100_000]);
    let large = origin.pack(
        &["HEAD", "HEAD^{tree}", "HEAD:a"],
        &git.join("objects/pack"),
    );
    store.keep_packs_few().unwrap();
    let left = indexes(&git);
    assert_eq!((left.len(), &left[1]), (2, &large));
    assert!(has_all(&store, &origin));
}

#[test]
fn gives_no_good_checksum_to_a_pack_that_was_cut_short() {
    let origin = Origin::new();
    let (_folder, store, git) = store_with_packs(&origin, MOST_PACKS + 1);
    let before = indexes(&git);
    let pack = before[0].with_extension("pack");
    let bytes = fs::read(&pack).unwrap();
    fs::remove_file(&pack).unwrap();
    fs::write(&pack, &bytes[..20]).unwrap();
    store.keep_packs_few().unwrap_err();
    assert_eq!(indexes(&git).len(), before.len());
    let files = fs::read_dir(git.join("objects/pack")).unwrap();
    assert_eq!(files.count(), before.len() * 2, "something was left behind");
}

#[test]
fn a_store_keeps_both_after_a_crash_before_the_old_packs_were_removed() {
    let origin = Origin::new();
    let (folder, store, git) = store_with_packs(&origin, MOST_PACKS + 1);
    join_surplus(&git).unwrap();
    assert_eq!(indexes(&git).len(), MOST_PACKS + 2);
    drop(store);
    let store = Store::create_or_open(folder.path()).unwrap();
    assert!(has_all(&store, &origin));
    store.keep_packs_few().unwrap();
    assert!(indexes(&git).len() <= 2);
    assert!(has_all(&store, &origin));
}
