pub(crate) mod generated;
mod upstream;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use signet_guests::{Answer, GuestError, Kustomize, Request};
use signet_tests::tools;
use signet_yaml::{Aliases, kubernetes};

use crate::compared::{Outcome, first_difference, patient};
use crate::folder::{Folder, cases, printed};

const OVERLAY: &str = "overlay";

fn render(case: &Path, origins: bool) -> Answer {
    let options = Kustomize {
        folder: OVERLAY,
        origins,
        ..Kustomize::default()
    };
    let answer = rendered(&Folder::read(case), &options);
    answer.unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}

fn rendered(folder: &Folder, options: &Kustomize<'_>) -> Result<Answer, GuestError> {
    signet_guests::render(&Request::Kustomize(options, &folder.files()), &patient())
}

fn text(answer: &Answer) -> String {
    let texts: Vec<&str> = answer
        .documents
        .iter()
        .map(|document| &*document.text)
        .collect();
    texts.join("---\n")
}

/// What becomes of a folder in a tree of files, as a source's kustomization is built: it may name files beside itself.
fn compared(tree: &Folder, folder: &str) -> Outcome {
    let options = Kustomize {
        folder,
        unrestricted: true,
        ..Kustomize::default()
    };
    let ours = rendered(tree, &options);
    let written = tempfile::tempdir().unwrap();
    tree.write(written.path());
    let real = offline(tools::kustomize())
        .arg("build")
        .arg(written.path().join(folder))
        .args(["--load-restrictor", "LoadRestrictionsNone"])
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&real.stderr);
    match ours {
        Ok(ours) if real.status.success() => {
            let options = Kustomize {
                json: true,
                ..options
            };
            let json = rendered(tree, &options);
            if !json.is_ok_and(|json| said_in_json(&json) == said(&ours)) {
                return Outcome::Differs("in JSON it says something else".to_owned());
            }
            let (ours, real) = (text(&ours), String::from_utf8(real.stdout).unwrap());
            if ours == real {
                Outcome::Same
            } else {
                Outcome::Differs(first_difference(&ours, &real))
            }
        }
        Ok(_) => Outcome::Differs(format!("kustomize alone refuses it: {complaint}")),
        Err(GuestError::Complained { .. }) if !real.status.success() => Outcome::Refused,
        Err(error) => Outcome::Differs(format!("{error}; kustomize: {complaint}")),
    }
}

/// A program that finds neither other programs nor a way out of this machine.
fn offline(program: impl AsRef<std::ffi::OsStr>) -> Command {
    const NOBODY: &str = "http://127.0.0.1:1";
    let mut command = Command::new(program);
    command
        .env("PATH", "")
        .envs(["HTTP_PROXY", "HTTPS_PROXY"].map(|name| (name, NOBODY)));
    command
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

/// What the documents of an answer in YAML say.
fn said(answer: &Answer) -> Vec<Value> {
    let said = answer.documents.iter().map(|document| {
        let limits = signet_yaml::Limits::SEALED;
        let stream = signet_yaml::parse(&document.text, &limits, Aliases::Expand).unwrap();
        kubernetes::to_json(stream.roots().next().unwrap()).unwrap()
    });
    said.collect()
}

/// The same of an answer in JSON.
fn said_in_json(answer: &Answer) -> Vec<Value> {
    let said = answer.documents.iter().map(|document| {
        let mut json = serde_json::from_str(&document.text).unwrap();
        large_as_floats(&mut json);
        json
    });
    said.collect()
}

/// Integers beyond what Kubernetes has are printed as floats.
fn large_as_floats(json: &mut Value) {
    match json {
        Value::Number(number) if number.as_i64().is_none() => *json = number.as_f64().into(),
        Value::Array(items) => items.iter_mut().for_each(large_as_floats),
        Value::Object(map) => map.values_mut().for_each(large_as_floats),
        _ => {}
    }
}

#[test]
fn what_it_answers_in_json_is_what_it_prints() {
    for case in cases("overlays") {
        let folder = Folder::read(&case);
        let options = Kustomize {
            folder: OVERLAY,
            json: true,
            ..Kustomize::default()
        };
        let answer = rendered(&folder, &options).unwrap();
        assert_eq!(
            said_in_json(&answer),
            said(&render(&case, false)),
            "{}",
            case.display()
        );
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
