use std::fs;

use super::*;
use crate::Store;
use crate::testing::Origin;
use signet_provenance::{ObjectId, Objects, ReadError};

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

/// A pack with a text, and with a change to it that says to be of this length.
fn pack_with_change(folder: &Path, length: u32) -> ObjectId {
    // Each is deflated without being compressed (RFC 1951, 3.2.4).
    let text = b"\x78\x01\x01\x01\x00\xfe\xffx\x00\x79\x00\x79";
    let change = [b"\x78\x01\x01\x20\x00\xdf\xff".as_slice(), &[1; 32]].concat();
    let mut pack = b"PACK\0\0\0\x02\0\0\0\x02\x31".to_vec();
    pack.extend_from_slice(text);
    let offset = pack.len();
    // In front of the change, its length by four and then seven bits, and how far back the text is.
    pack.push(0xe0 | u8::try_from(length & 15).unwrap());
    let sevens = (0..4).map(|group| u8::try_from(length >> (4 + 7 * group) & 127).unwrap());
    pack.extend(
        sevens
            .enumerate()
            .map(|(group, bits)| bits | if group < 3 { 128 } else { 0 }),
    );
    pack.push(u8::try_from(offset - 12).unwrap());
    pack.extend_from_slice(&change);
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(&pack);
    let checksum = hasher.try_finalize().unwrap();
    pack.extend_from_slice(checksum.as_slice());
    let index = folder.join("pack-with-change.idx");
    fs::write(index.with_extension("pack"), pack).unwrap();
    let id: ObjectId = "1".repeat(40).parse().unwrap();
    let entries =
        [(12, [2; 20]), (offset as u64, *id.as_bytes())].map(|(offset, id)| index::Entry {
            id: gix::ObjectId::Sha1(id),
            crc32: 0,
            offset,
        });
    index::write(fs::File::create(&index).unwrap(), entries.into(), &checksum).unwrap();
    id
}

#[test]
fn what_takes_too_much_memory_to_put_together_is_no_failure_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(folder.path()).unwrap();
    let git = super::super::layout::store_path(folder.path());
    let id = pack_with_change(&git.join("objects/pack"), 400 << 20);
    let error = store.read(&id).unwrap_err();
    assert!(matches!(error, ReadError::TooCostly), "{error:?}");
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
    join_surplus(&git).unwrap_err();
    assert_eq!(indexes(&git).len(), before.len());
    let files = fs::read_dir(git.join("objects/pack")).unwrap();
    assert_eq!(files.count(), before.len() * 2, "something was left behind");
    store.keep_packs_few().unwrap();
    assert_eq!(indexes(&git), [] as [PathBuf; 0], "it waits for nothing");
}

#[test]
fn throws_a_store_away_in_which_a_pack_is_not_what_it_was() {
    let origin = Origin::new();
    let (_folder, store, git) = store_with_packs(&origin, MOST_PACKS + 1);
    let pack = indexes(&git)[0].with_extension("pack");
    let mut bytes = fs::read(&pack).unwrap();
    // The number of objects; the trailer, which is all that is looked at before, stays.
    bytes[11] += 1;
    fs::remove_file(&pack).unwrap();
    fs::write(&pack, bytes).unwrap();
    assert!(store.is_sound());
    store.keep_packs_few().unwrap();
    assert_eq!(indexes(&git), [] as [PathBuf; 0]);
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
