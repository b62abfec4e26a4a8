//! What is sealed arrives as if it had been rendered in clear text, or is refused for a reason that is written down.

mod cases;
mod source;

use std::collections::BTreeMap;

use serde_json::Value;
use signet_envelope::Rule;
use signet_render::RenderError;

use crate::compared::each;
use crate::folder::Folder;
use crate::helm::others::external_dns;
use crate::kustomize::generated::{OVERLAYS, Overlay, TOP};

use cases::{CASES, Case};
use source::{Refusal, Texts, sent};

/// What Kustomize's hashes are made of, and their length.
const HASH: (&str, usize) = ("bcdfghkmt2456789", 10);

/// The objects without what follows the sealed value: suffixes of names, and digests in annotations.
fn comparable(objects: Vec<Value>) -> Vec<String> {
    let mut objects: Vec<String> = objects
        .into_iter()
        .map(|mut object| {
            without_digests(&mut object);
            without_suffixes(&object.to_string())
        })
        .collect();
    // By a hash in its name an object may come before another or after it.
    objects.sort();
    objects
}

fn without_suffixes(text: &str) -> String {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric();
    let words = text.split_inclusive(|letter| !is_of_word(letter));
    let mut after_dash = false;
    let words = words.map(|word| {
        let (letters, mark) = word.split_at(word.trim_end_matches(|of| !is_of_word(of)).len());
        let is_hash = after_dash
            && letters.len() == HASH.1
            && letters.chars().all(|letter| HASH.0.contains(letter));
        after_dash = mark == "-";
        (if is_hash { "HASH" } else { letters }).to_owned() + mark
    });
    words.collect()
}

fn without_digests(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::Object(annotations) if key == "annotations" => {
                        let texts = annotations.values_mut();
                        for text in texts.filter(|text| is_digest(text)) {
                            *text = "DIGEST".into();
                        }
                    }
                    _ => without_digests(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_digests),
        _ => {}
    }
}

fn is_digest(value: &Value) -> bool {
    let is_hex = |text: &str| text.len() == 64 && text.bytes().all(|of| of.is_ascii_hexdigit());
    value.as_str().is_some_and(is_hex)
}

#[test]
fn what_is_sealed_arrives_as_in_clear_text_or_is_refused_with_the_reason() {
    for Case {
        what,
        files,
        sealed,
        refused,
    } in CASES
    {
        let texts: Texts = files
            .iter()
            .map(|(path, text)| (format!("prod/{path}"), (*text).to_owned()))
            .collect();
        let paths: Vec<String> = sealed.iter().map(|path| format!("prod/{path}")).collect();
        let sealed: Vec<(&str, Option<Rule>)> = paths
            .iter()
            .map(|path| (path.as_str(), Some(cases::rule(&texts[path]))))
            .collect();
        let clear = sent(&texts, "prod", &[]).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        match (sent(&texts, "prod", &sealed), refused) {
            (Ok(objects), None) => {
                assert_eq!(comparable(objects), comparable(clear), "{what}");
            }
            (Err(refusal), Some(why)) => {
                let told = match &refusal {
                    Refusal::Rendering(error) => chain(error),
                    Refusal::Splicing(error) => chain(error),
                };
                assert!(told.contains(why), "{what}: {told}");
                assert!(!told.contains("canary"), "{what}: {told}");
            }
            (Ok(objects), Some(why)) => panic!("{what}: not {why}, but {objects:?}"),
            (Err(refusal), None) => panic!("{what}: {refusal:?}"),
        }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

#[test]
fn overlays_that_chance_made_arrive_as_in_clear_text_where_their_secrets_are_sealed() {
    let seeds: Vec<u64> = (0..OVERLAYS / 2).collect();
    let outcomes = each(&seeds, |seed| {
        let texts = Overlay::of(*seed).texts;
        let holds_secrets_alone = |text: &str| {
            let mut kinds = text.lines().filter(|line| line.starts_with("kind: "));
            text.contains("kind: Secret\n") && kinds.all(|kind| kind == "kind: Secret")
        };
        let is_secret = |(path, text): &(&String, &String)| {
            path.ends_with("access.env") || path.ends_with("key.pem") || holds_secrets_alone(text)
        };
        let sealed: Vec<(&str, Option<Rule>)> = texts
            .iter()
            .filter(is_secret)
            .map(|(path, text)| (path.as_str(), Some(cases::rule(text))))
            .collect();
        let clear = sent(&texts, TOP, &[]);
        (!sealed.is_empty()).then(|| (clear, sent(&texts, TOP, &sealed)))
    });
    let (mut same, mut refused) = (0, BTreeMap::<String, usize>::new());
    for (seed, outcome) in seeds.iter().zip(outcomes) {
        match outcome {
            None | Some((Err(_), _)) => {}
            Some((Ok(clear), Ok(objects))) => {
                assert_eq!(comparable(objects), comparable(clear), "{seed}");
                same += 1;
            }
            Some((Ok(_), Err(Refusal::Rendering(error)))) => {
                *refused.entry(kind(*seed, &error)).or_default() += 1;
            }
            Some((_, Err(other))) => panic!("{seed}: {other:?}"),
        }
    }
    println!("{same} the same, refused: {refused:?}");
    assert!(same >= 10, "{same}");
}

/// Which of the documented reasons it is.
fn kind(seed: u64, error: &RenderError) -> String {
    match error {
        RenderError::Computed(_) => "computed from a sealed value".to_owned(),
        RenderError::SealedHere { problem, .. } => format!("sealed {problem}"),
        other => panic!("{seed}: {}", chain(other)),
    }
}

#[test]
fn a_chart_that_others_publish_arrives_as_in_clear_text_where_its_values_are_sealed() {
    let mut texts: Texts = Folder::read(&external_dns())
        .texts()
        .map(|(path, text)| (format!("prod/{path}"), text))
        .collect();
    texts.insert(
        "prod/signet-source.yaml".to_owned(),
        "helm: {valuesFiles: [secret.yaml], values: {secretConfiguration: {enabled: true, mountPath: /etc/access}}}\n".to_owned(),
    );
    let secret = "secretConfiguration:\n  data:\n    credentials: |\n      [default]\n      aws_secret_access_key = canary-key\n    token: canary \"token\"\n";
    texts.insert("prod/secret.yaml".to_owned(), secret.to_owned());
    let sealed = [("prod/secret.yaml", Some(cases::rule(secret)))];
    let clear = sent(&texts, "prod", &[]).unwrap();
    let objects = sent(&texts, "prod", &sealed).unwrap();
    let is_secret = |object: &&Value| object["kind"] == "Secret";
    assert!(objects.iter().any(|object| is_secret(&object)));
    assert_eq!(comparable(objects), comparable(clear));
}
