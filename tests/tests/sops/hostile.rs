//! What our tests refuse, shown to sops: what it accepts is what the seal is for.
//!
//! The corpus is that of `signet-seal`, where each file is refused by its own error. Here its second line is proven: `accepts`,
//! `refuses`, or part of what sops says when it refuses.

use std::fs;
use std::path::{Path, PathBuf};

use signet_tests::sops::{Sops, Version};

use crate::people::{Audience, key_file};

const CORPUS: &str = "../seal/src/open/tests";

#[test]
fn sops_answers_to_each_change_as_the_corpus_says() {
    let mut wrong = Vec::new();
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for path in files() {
            let text = fs::read_to_string(&path).unwrap();
            let expected = text
                .lines()
                .find_map(|line| line.strip_prefix("# sops: "))
                .unwrap();
            let found = match sops.decrypt("db.yaml", text.as_bytes()) {
                Ok(_) => "accepts".to_owned(),
                Err(error) => error.to_string(),
            };
            let holds = if expected == "refuses" {
                found != "accepts"
            } else {
                found.contains(expected)
            };
            if !holds {
                let name = path.file_stem().unwrap().display();
                wrong.push(format!("{name}: {}: {found}", version.as_str()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sops_opens_what_the_corpus_was_made_from() {
    for version in Version::ALL {
        let sops = Sops::new(version, &key_file(Audience::One)).unwrap();
        for base in ["sealed.yaml", "documents.yaml"] {
            let sealed = fs::read(Path::new(CORPUS).join(base)).unwrap();
            let opened = sops.decrypt("db.yaml", &sealed).unwrap();
            assert!(String::from_utf8_lossy(&opened).contains("canary-7f3a-hunter2"));
        }
    }
}

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(CORPUS).join("hostile")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
