use super::{LARGEST_TEXT, OwnWork};
use signet_api::RepoPath;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;

fn path(text: &str) -> RepoPath {
    text.parse().unwrap()
}

/// A text that passes for sealed.
fn sealed(value: &str) -> String {
    format!("a: ENC[AES256_GCM,data:{value}]\nsops: {{}}\n")
}

fn list_in(folder: &Path) -> PathBuf {
    folder.join("signet/written")
}

#[test]
fn the_last_text_of_a_path_counts_in_its_place_alone_and_while_head_is_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let own = |head: &str| OwnWork::listed_in(list_in(folder.path()), head);
    let (db, other) = (path("db.yaml"), path("k8s/other.yaml"));
    own("1")
        .record([(&db, &*sealed("one")), (&other, &*sealed("other"))])
        .unwrap();
    own("1").record([(&db, &*sealed("two"))]).unwrap();
    assert_eq!(own("1").last(&db), Some(&*sealed("two")));
    assert_eq!(own("1").last(&other), Some(&*sealed("other")));
    assert_eq!(own("1").last(&path("new.yaml")), None);
    assert_eq!(own("2").last(&db), None);
    own("2").record([(&db, &*sealed("three"))]).unwrap();
    assert_eq!(own("2").last(&db), Some(&*sealed("three")));
    assert_eq!(own("2").last(&other), None);
    assert_eq!(own("1").last(&other), None, "it is gone");
}

#[test]
fn only_its_owner_reads_the_list_and_nothing_in_the_clear_comes_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let list = list_in(folder.path());
    let own = OwnWork::listed_in(list.clone(), "1");
    let both = [
        (path("db.yaml"), sealed("one")),
        (path("clear.yaml"), "password: canary\n".to_owned()),
    ];
    own.record(both.iter().map(|(path, text)| (path, &text[..])))
        .unwrap();
    assert_eq!(list.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!fs::read_to_string(&list).unwrap().contains("canary"));
    assert_eq!(own.last(&path("db.yaml")), Some(&*sealed("one")));
}

#[test]
fn a_line_that_was_cut_short_takes_no_other_one_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let list = list_in(folder.path());
    let own = || OwnWork::listed_in(list.clone(), "1");
    let (first, second) = (path("first.yaml"), path("second.yaml"));
    own()
        .record([(&first, &*sealed("one")), (&second, &*sealed("päßwörter"))])
        .unwrap();
    let whole = fs::read(&list).unwrap();
    for end in 0..whole.len() {
        fs::write(&list, &whole[..end]).unwrap();
        own().record([(&second, &*sealed("two"))]).unwrap();
        assert_eq!(own().last(&second), Some(&*sealed("two")), "cut at {end}");
        let there = own().last(&first).map(str::to_owned);
        assert!(
            there.is_none_or(|there| there == sealed("one")),
            "cut at {end}"
        );
    }
    assert_eq!(own().last(&first), Some(&*sealed("one")), "that was whole");
}

#[test]
fn the_list_is_bounded_and_what_does_not_count_any_more_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let list = list_in(folder.path());
    let own = || OwnWork::listed_in(list.clone(), "1");
    let (kept, db) = (path("kept.yaml"), path("db.yaml"));
    own().record([(&kept, &*sealed("one"))]).unwrap();
    let large = sealed(&"x".repeat(LARGEST_TEXT - 100));
    for _ in 0..6 {
        own().record([(&db, &*large)]).unwrap();
        assert!(list.metadata().unwrap().len() <= super::LARGEST as u64 + 1000);
    }
    assert_eq!(own().last(&kept), Some(&*sealed("one")));
    assert_eq!(own().last(&db), Some(&*large));
    let larger = sealed(&"x".repeat(LARGEST_TEXT));
    own().record([(&kept, &*larger)]).unwrap();
    assert_eq!(
        own().last(&kept),
        None,
        "what was there before vouches for nothing later"
    );
    let many: Vec<RepoPath> = (0..6).map(|number| path(&number.to_string())).collect();
    own()
        .record(many.iter().map(|path| (path, &large[..])))
        .unwrap();
    assert_eq!(own().last(&many[0]), Some(&*large));
    assert_eq!(own().last(&many[5]), None);
    assert!(list.metadata().unwrap().len() <= super::LARGEST as u64 + 1000);
}

#[test]
fn two_that_record_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let list = list_in(folder.path());
    let own = || OwnWork::listed_in(list.clone(), "1");
    let record = |run: usize| {
        for file in 0..50 {
            let path = path(&format!("{run}/{file}.yaml"));
            own()
                .record([(&path, &*sealed(&format!("{run}-{file}")))])
                .unwrap();
        }
    };
    thread::scope(|scope| {
        for run in 0..4 {
            scope.spawn(move || record(run));
        }
    });
    for run in 0..4 {
        for file in 0..50 {
            let there = own()
                .last(&path(&format!("{run}/{file}.yaml")))
                .map(str::to_owned);
            assert_eq!(there, Some(sealed(&format!("{run}-{file}"))));
        }
    }
}
