//! The examples that come with kustomize's library: what its own tests of whole builds write and run.

mod go;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use signet_tests::tools::PinnedModule;

use crate::compared::{Outcome, each};
use crate::folder::Folder;

use go::{Function, Step};

/// The library that our guest is made of; the checksum is that of `render/guests/go.sum`.
const LIBRARY: PinnedModule = PinnedModule {
    path: "sigs.k8s.io/kustomize/api",
    version: "v0.21.2",
    sum: "h1:MRyw+zLnFBP+G40gZJoKZErAuRiOPEPao+ddS9L6xt4=",
};

/// What differs, and why.
const DIFFERENT: [(&str, &str); 1] = [(
    "TestNameReferenceDeploymentIssue3489",
    "`../ov1` in the root of the tree: above a root in memory there is the root again. \
     Signet never gets there, since a path that leads out of the repository is refused before.",
)];

/// Files of a tree by their paths.
type Texts = BTreeMap<String, String>;

struct Case {
    name: String,
    texts: Texts,
    folder: String,
}

/// One case for each build that a test makes, of the files that it has written until then.
fn cases() -> Vec<Case> {
    let library = LIBRARY.folder().unwrap();
    let tests = fs::read_dir(library.join("krusty")).unwrap();
    let mut tests: Vec<_> = tests.map(|test| test.unwrap().path()).collect();
    tests.retain(|test| test.to_str().unwrap().ends_with("_test.go"));
    tests.sort();
    let functions: BTreeMap<String, Function> = tests
        .iter()
        .flat_map(|test| go::functions(&fs::read_to_string(test).unwrap()))
        .collect();
    let mut cases = Vec::new();
    for name in functions.keys().filter(|name| name.starts_with("Test")) {
        take(&functions, name, name, &mut Texts::new(), &mut cases, 0);
    }
    cases
}

/// Takes the steps of a function for a test.
fn take(
    functions: &BTreeMap<String, Function>,
    function: &str,
    test: &str,
    texts: &mut Texts,
    cases: &mut Vec<Case>,
    depth: usize,
) {
    let steps = functions.get(function).filter(|_| depth < 5);
    for step in steps.into_iter().flatten() {
        match step {
            Step::Write(path, content) => {
                texts.insert(path.clone(), content.clone());
            }
            Step::Build(folder) => cases.push(Case {
                name: test.to_owned(),
                texts: texts.clone(),
                folder: folder.clone(),
            }),
            Step::Call(called) => take(functions, called, test, texts, cases, depth + 1),
        }
    }
}

#[test]
fn prints_what_kustomize_prints_of_its_own_examples() {
    let cases = cases();
    let outcomes = each(&cases, |case| {
        super::compared(&case.texts.iter().collect::<Folder>(), &case.folder)
    });
    let (mut same, mut refused, mut differing) = (0, 0, BTreeSet::new());
    let mut unexpected = Vec::new();
    for (case, outcome) in cases.iter().zip(outcomes) {
        match outcome {
            Outcome::Same => same += 1,
            Outcome::Refused => refused += 1,
            Outcome::Differs(how) => {
                differing.insert(case.name.as_str());
                if !DIFFERENT.iter().any(|(name, _)| *name == case.name) {
                    unexpected.push(format!("{} ({}): {how}", case.name, case.folder));
                }
            }
        }
    }
    println!("{same} the same, {refused} refused by both");
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
    assert_eq!(differing, DIFFERENT.iter().map(|(name, _)| *name).collect());
    assert!(same > 200, "{same}");
}
