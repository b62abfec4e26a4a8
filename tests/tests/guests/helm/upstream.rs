//! The charts that come with Helm's own module, for its tests.

use std::fs;
use std::path::{Path, PathBuf};

use signet_tests::tools::PinnedModule;

use crate::compared::{Outcome, each};

use super::compared::compared;

/// What our guest is made of; the checksum is that of `render/guests/go.sum`.
const HELM: PinnedModule = PinnedModule {
    path: "helm.sh/helm/v4",
    version: "v4.3.1",
    sum: "h1:UndCoLe9UPmNoL7IvWzaUXveL7T5t/ijoorEmgJdI9g=",
};

/// What differs: a password is made by chance where none is given, which a render refuses.
const DIFFERENT: [&str; 3] = [
    "pkg/action/testdata/charts/chart-with-compressed-dependencies",
    "pkg/action/testdata/charts/chart-with-uncompressed-dependencies",
    "pkg/action/testdata/charts/chart-with-uncompressed-dependencies/charts/mariadb",
];

/// Folders with a chart, those within charts included.
fn charts(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join("Chart.yaml").is_file() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            charts(&path, found);
        }
    }
}

#[test]
fn prints_what_helm_prints_of_its_own_examples() {
    let module = HELM.folder().unwrap();
    let mut cases = Vec::new();
    charts(&module.join("pkg"), &mut cases);
    let outcomes = each(&cases, |case| compared(case, ""));
    let (mut same, mut refused, mut differing) = (0, 0, Vec::new());
    for (case, outcome) in cases.iter().zip(outcomes) {
        let name = case.strip_prefix(&module).unwrap().to_str().unwrap();
        match outcome {
            Ok(Outcome::Same) => same += 1,
            Ok(Outcome::Refused) => refused += 1,
            Ok(Outcome::Differs(how)) | Err(how) => differing.push((name, how)),
        }
    }
    println!("{same} the same, {refused} refused by both");
    differing.sort();
    let known = DIFFERENT.map(|chart| (chart, "randAlphaNum".to_owned()));
    assert_eq!(differing, known);
    assert!(same > 50, "{same}");
}
