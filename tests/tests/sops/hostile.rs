//! What our tests refuse, shown to sops: what it accepts is what the seal is for.
//!
//! The corpus is that of `signet-seal`, where each file is refused by its own error. Here the second line of each is proven:
//! `accepts`, `refuses`, or part of what sops says when it refuses; where its versions differ, each with its own answer.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use signet_envelope::Store;
use signet_tests::sops::{Sops, Version};

use crate::people::{Audience, key_file};

const CORPUS: &str = "../seal/src/open/tests";

/// How many changes sops 3.13.3 accepts.
const ACCEPTED: usize = 211;

#[test]
fn sops_answers_to_each_change_as_the_corpus_says() {
    let (newer, older) = thread::scope(|scope| {
        let older = scope.spawn(|| answers(Version::V3_11));
        (answers(Version::V3_13), older.join().unwrap())
    });
    let wrong = [newer.wrong, older.wrong].concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(newer.accepted, ACCEPTED);
}

/// What a version says to the corpus.
#[derive(Default)]
struct Answers {
    accepted: usize,
    wrong: Vec<String>,
}

fn answers(version: Version) -> Answers {
    let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
    let mut answers = Answers::default();
    for (store, path) in files() {
        let file = fs::read(&path).unwrap();
        let mut lines = file.splitn(3, |byte| *byte == b'\n').skip(1);
        let line = std::str::from_utf8(lines.next().unwrap()).unwrap();
        let Some(expected) = answer_of(version, line.strip_prefix("# sops: ").unwrap()) else {
            continue;
        };
        let found = match sops.decrypt(name(store), lines.next().unwrap()) {
            Ok(_) => "accepts".to_owned(),
            Err(error) => error.to_string(),
        };
        answers.accepted += usize::from(found == "accepts");
        let holds = if expected == "refuses" {
            found != "accepts"
        } else {
            found.contains(expected)
        };
        if !holds {
            let path = path.display();
            answers
                .wrong
                .push(format!("{path}: {}: {found}", version.as_str()));
        }
    }
    answers
}

#[test]
fn sops_opens_what_the_corpus_was_made_from() {
    let bases = [
        (Store::Yaml, "sealed.yaml"),
        (Store::Yaml, "documents.yaml"),
        (Store::Json, "sealed.json"),
        (Store::Dotenv, "sealed.env"),
        (Store::Ini, "sealed.ini"),
        (Store::Binary, "sealed.p12"),
    ];
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for (store, base) in bases {
            let sealed = fs::read(Path::new(CORPUS).join(base)).unwrap();
            let opened = sops.decrypt(name(store), &sealed).unwrap();
            assert!(String::from_utf8_lossy(&opened).contains("canary-7f3a-hunter2"));
        }
    }
}

/// The part of an answer that is of this version: `3.13.3 …, 3.11.0 …`, or one for both. Of a version that is not named, the
/// answer changes from run to run.
fn answer_of(version: Version, answer: &str) -> Option<&str> {
    let of_version = |version: Version| {
        let mut parts = answer.split(", ");
        parts.find_map(|part| part.strip_prefix(version.as_str())?.strip_prefix(' '))
    };
    match of_version(Version::V3_13) {
        None => Some(answer),
        Some(_) => of_version(version),
    }
}

fn name(store: Store) -> &'static str {
    match store {
        Store::Yaml => "db.yaml",
        Store::Json => "db.json",
        Store::Dotenv => "db.env",
        Store::Ini => "db.ini",
        Store::Binary => "key.p12",
    }
}

fn files() -> Vec<(Store, PathBuf)> {
    let of_store = |store: Store| {
        let entries = fs::read_dir(Path::new(CORPUS).join("hostile").join(store.as_str()));
        entries
            .unwrap()
            .map(move |entry| (store, entry.unwrap().path()))
    };
    let mut files: Vec<_> = Store::ALL.into_iter().flat_map(of_store).collect();
    files.sort_by(|one, other| one.1.cmp(&other.1));
    files
}
