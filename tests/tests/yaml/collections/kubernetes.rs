//! The reading of Kubernetes.

use serde_json::Value as Json;
use signet_yaml::{Aliases, Limits, kubernetes, parse};

use super::{Published, published};
use crate::kubectl::{self, is_printed};

/// What we refuse and kubectl reads: a key twice, of which kubectl takes the last, and a document behind `...`, which it passes
/// over.
const READ_BY_KUBECTL: [&str; 2] = [
    "duplicate-entries/plugin.yaml",
    "provenance/testdata/msgblock.yaml",
];

/// The documents as we read them for Kubernetes; nothing where we refuse one.
fn ours(file: &Published) -> Option<Vec<Json>> {
    let stream = parse(&file.text, &Limits::SEALED, Aliases::Expand).ok()?;
    let roots = stream
        .documents
        .iter()
        .filter_map(|document| document.root.as_ref());
    let documents = roots
        .map(kubernetes::to_json)
        .collect::<Result<Vec<_>, _>>();
    Some(
        documents
            .ok()?
            .into_iter()
            .filter(|document| !document.is_null())
            .collect(),
    )
}

fn is_one_of(file: &Published, names: &[&str]) -> bool {
    names.iter().any(|name| file.is(name))
}

#[test]
fn kubectl_reads_every_published_file_as_we_do() {
    let files = published();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_path()).collect();
    let (mut same, mut refused, mut known) = (0, 0, 0);
    for (file, theirs) in files.iter().zip(kubectl::documents(&paths)) {
        match (ours(file), theirs) {
            (Some(ours), Ok(theirs)) => {
                let equal = ours
                    .iter()
                    .zip(&theirs)
                    .all(|(ours, theirs)| is_printed(ours, theirs));
                assert!(
                    equal && ours.len() == theirs.len(),
                    "{}",
                    file.path.display()
                );
                same += 1;
            }
            // Templates, mostly: `{{` is no YAML.
            (None, Err(_)) => refused += 1,
            (None, Ok(_)) if is_one_of(file, &READ_BY_KUBECTL) => known += 1,
            (ours, theirs) => panic!(
                "{}: we {}, kubectl {theirs:?}",
                file.path.display(),
                ours.is_some()
            ),
        }
    }
    assert_eq!(known, READ_BY_KUBECTL.len());
    assert!(same >= 1_500, "only {same} files were compared");
    assert!(refused <= 215, "{refused} files are no YAML");
}

/// Whether kubectl takes a document for an object, and for one alone.
fn is_object(document: &Json) -> bool {
    let is_text = |value: &Json| value.as_str().is_some_and(|text| !text.is_empty());
    is_text(&document["apiVersion"])
        && is_text(&document["kind"])
        && is_text(&document["metadata"]["name"])
        && document.get("items").is_none()
        && ["labels", "annotations"]
            .iter()
            .all(|field| holds_texts(&document["metadata"][field]))
}

fn holds_texts(labels: &Json) -> bool {
    labels
        .as_object()
        .is_none_or(|labels| labels.values().all(Json::is_string))
}

/// Without the annotation that the command adds, and without annotations if there are no others.
fn without_mark(mut object: Json) -> Json {
    let metadata = object["metadata"].as_object_mut().unwrap();
    let mut none_left = true;
    if let Some(Json::Object(annotations)) = metadata.get_mut("annotations") {
        annotations.remove(kubectl::MARK);
        none_left = annotations.is_empty();
    }
    if none_left {
        metadata.remove("annotations");
    }
    object
}

#[test]
fn kubectl_itself_has_every_published_object_as_we_do() {
    let files = published();
    let of_objects = |file: &&Published| {
        ours(file).is_some_and(|documents| !documents.is_empty() && documents.iter().all(is_object))
    };
    let files: Vec<&Published> = files.iter().filter(of_objects).collect();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_path()).collect();
    let ours: Vec<Json> = files
        .iter()
        .flat_map(|file| ours(file).unwrap())
        .map(without_mark)
        .collect();
    let theirs: Vec<Json> = kubectl::objects(&paths)
        .into_iter()
        .map(without_mark)
        .collect();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!(
            is_printed(ours, theirs),
            "we read {ours}\nkubectl has {theirs}"
        );
    }
    assert_eq!(ours.len(), theirs.len());
    assert!(
        files.len() >= 500 && ours.len() >= 1_000,
        "{} objects in {} files",
        ours.len(),
        files.len()
    );
}
