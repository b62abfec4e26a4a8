use std::path::Path;
use std::process::Command;

use signet_guests::{Answer, Kustomize, Limits, Request};
use signet_tests::tools;

use crate::folder::{Folder, cases, printed};

const OVERLAY: &str = "overlay";

fn render(case: &Path, origins: bool) -> Answer {
    let folder = Folder::read(case);
    let options = Kustomize {
        folder: OVERLAY,
        origins,
        ..Kustomize::default()
    };
    let answer = signet_guests::render(
        &Request::Kustomize(&options, &folder.files()),
        &Limits::default(),
    );
    answer.unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}

fn text(answer: &Answer) -> String {
    let texts: Vec<&str> = answer
        .documents
        .iter()
        .map(|document| &*document.text)
        .collect();
    texts.join("---\n")
}

#[test]
fn prints_what_kustomize_prints() {
    for case in cases("overlays") {
        let real = printed(
            Command::new(tools::kustomize())
                .arg("build")
                .arg(case.join(OVERLAY)),
        );
        let answer = render(&case, false);
        assert_eq!(text(&answer), real, "{}", case.display());
    }
}

#[test]
fn tells_origins_without_changing_what_is_printed() {
    for case in cases("overlays") {
        let plain = render(&case, false);
        let told = render(&case, true);
        assert_eq!(text(&told), text(&plain), "{}", case.display());
        for document in told.documents {
            let source = document.source.unwrap();
            assert!(case.join(&source).is_file(), "{source}");
        }
    }
}
