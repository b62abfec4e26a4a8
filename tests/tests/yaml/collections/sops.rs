//! The reading of sops, and what passes between sops and us.

use std::thread;

use signet_envelope::{LeafType, Pointer, Store, parse_as};
use signet_seal::SealError;
use signet_tests::sops::Sops;

use super::{Published, published};
use crate::held::Holding;
use crate::sops::{
    decrypted, decrypted_to_json, encrypted, opened_with_notes, sealed, sops as real_sops,
};

/// Of five files so many are compared: each takes several processes of sops. The files that are named below always are.
const OF_FIVE: usize = 2;

/// What sops refuses and we read: the escape `\/` of YAML 1.2, and a text behind `...` that begins without `---`.
const REFUSED_BY_SOPS: [&str; 2] = [
    "pipeline@v1.0.0/.pre-commit-config.yaml",
    "provenance/testdata/msgblock.yaml",
];
/// What we refuse and sops seals: an anchor with an alias, which sops expands.
const REFUSED_BY_US: [&str; 1] = [".goreleaser.yml"];
/// Comments that sops itself moves to a place in which it cannot open them.
const MOVED_BY_SOPS: [&str; 4] = [
    "pipeline@v1.0.0/.github/workflows/codeql-analysis.yml",
    "pipeline@v1.0.0/config/200-clusterrole.yaml",
    "testdata/spire/spire-server.yaml",
    "v3@v3.22.0/.github/workflows/codeql-analysis.yml",
];
/// A comment that sops loses when it prints, sealed or not: one above the first element of a list that begins with one.
const LOST_BY_SOPS: [&str; 1] = ["pods/overlay-env-vars.yaml"];
/// An empty comment in a list, of which sops makes an empty text.
const MADE_A_VALUE_BY_SOPS: [&str; 1] = ["serving@v0.51.0/.golangci.yaml"];

/// How a file was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    /// In all ways.
    Whole,
    /// But for JSON, in which sops prints the first document alone.
    Documents,
    /// It is no YAML, or nothing that can be sealed, to both.
    Refused,
    /// It has nothing to seal: sops adds its block nevertheless.
    Nothing,
    /// As one of the lists says.
    Known,
}

fn compare(sops: &Sops, file: &Published) -> Compared {
    match (sealed(&file.text), encrypted(sops, &file.text)) {
        (Ok(ours), Ok(theirs)) => both_ways(sops, file, &ours, &theirs),
        (Err(_), Err(_)) => Compared::Refused,
        (Err(SealError::NothingSelected { .. }), Ok(_)) => Compared::Nothing,
        (Err(_), Ok(_)) if is_one_of(file, &REFUSED_BY_US) => Compared::Known,
        (Ok(_), Err(_)) if is_one_of(file, &REFUSED_BY_SOPS) => Compared::Known,
        (ours, theirs) => panic!("{}: {ours:?} {theirs:?}", file.path.display()),
    }
}

fn both_ways(sops: &Sops, file: &Published, ours: &str, theirs: &str) -> Compared {
    we_open_what_sops_sealed(sops, file, theirs);
    let opened = Holding::of(&decrypted(sops, ours));
    if is_one_of(file, &MADE_A_VALUE_BY_SOPS) {
        let theirs = Holding::of(&decrypted(sops, theirs));
        assert_eq!(opened, theirs, "{}", file.path.display());
        return Compared::Known;
    }
    is_what_we_sealed(file, &opened);
    assert_eq!(types(ours), types(theirs), "{}", file.path.display());
    let plain = Holding::of(&file.text);
    let is_single = !theirs.lines().any(|line| line == "---");
    if let ([document], true) = (plain.documents.as_slice(), is_single) {
        let json = decrypted_to_json(sops, theirs);
        assert!(document.is(&json), "{}", file.path.display());
        return Compared::Whole;
    }
    Compared::Documents
}

fn we_open_what_sops_sealed(sops: &Sops, file: &Published, theirs: &str) {
    let (text, left) = opened_with_notes(theirs);
    let opened = Holding::of(&text);
    let was_moved = is_one_of(file, &MOVED_BY_SOPS);
    assert_eq!(left > 0, was_moved, "{}", file.path.display());
    let expected = if was_moved || is_one_of(file, &MADE_A_VALUE_BY_SOPS) {
        Holding::of(&decrypted(sops, theirs))
    } else {
        Holding::of(&file.text)
    };
    assert_eq!(opened, expected, "{}", file.path.display());
}

/// We seal what kubectl reads, which ends the last line of a file where its writer did not.
fn is_what_we_sealed(file: &Published, opened: &Holding) {
    let plain = Holding::of(&format!("{}\n", file.text));
    let name = file.path.display();
    assert_eq!(opened.documents, plain.documents, "{name}");
    let is_lost = is_one_of(file, &LOST_BY_SOPS);
    assert_eq!(opened.comments != plain.comments, is_lost, "{name}");
}

/// The type of each sealed value.
fn types(sealed: &str) -> Vec<(Pointer, LeafType)> {
    let sealed = parse_as(Store::Yaml, sealed, &"text.yaml".parse().unwrap()).unwrap();
    let leaves = sealed.leaves();
    leaves.map(|leaf| (leaf.pointer, leaf.enc.kind)).collect()
}

fn is_one_of(file: &Published, names: &[&str]) -> bool {
    names.iter().any(|name| file.is(name))
}

fn is_named(file: &Published) -> bool {
    let lists: [&[&str]; 5] = [
        &REFUSED_BY_SOPS,
        &REFUSED_BY_US,
        &MOVED_BY_SOPS,
        &LOST_BY_SOPS,
        &MADE_A_VALUE_BY_SOPS,
    ];
    lists.iter().any(|names| is_one_of(file, names))
}

/// What became of each file, on two threads.
fn compare_all(files: &[Published]) -> Vec<Compared> {
    let on_one_thread = |part: &[Published]| -> Vec<Compared> {
        let sops = real_sops();
        part.iter().map(|file| compare(&sops, file)).collect()
    };
    thread::scope(|scope| {
        let parts = files.chunks(files.len().div_ceil(2));
        let threads: Vec<_> = parts
            .map(|part| scope.spawn(move || on_one_thread(part)))
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.flatten().collect()
    })
}

#[test]
fn sops_and_we_open_what_the_other_has_sealed_of_published_files() {
    let files = published().into_iter().enumerate();
    let chosen = files.filter(|(number, file)| number % 5 < OF_FIVE || is_named(file));
    let files: Vec<Published> = chosen.map(|(_, file)| file).collect();
    let compared = compare_all(&files);
    let count = |wanted| compared.iter().filter(|found| **found == wanted).count();
    let (whole, refused) = (count(Compared::Whole), count(Compared::Refused));
    let opened = whole + count(Compared::Documents);
    assert!(opened >= 550, "only {opened} files were opened both ways");
    assert!(whole >= 450, "only {whole} files were compared in JSON");
    assert!(refused <= 120, "{refused} files were refused by both");
}
