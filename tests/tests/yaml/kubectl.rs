//! What kubectl reads.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value as Json;
use signet_tests::tools;

/// The annotation with which kubectl marks what it reads.
pub(crate) const MARK: &str = "signet.dev/read";

/// The objects that kubectl reads from files and from those in folders; it passes over a file that it refuses.
pub(crate) fn objects(paths: &[&Path]) -> Vec<Json> {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(tools::kubectl());
    command.args(["annotate", "--local", "--output", "json"]);
    for path in paths {
        command.arg("--filename").arg(path);
    }
    command.arg(format!("{MARK}=yes")).env("HOME", home.path());
    let output = command.output().unwrap();
    let objects = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    let objects: Vec<Json> = objects.collect::<Result<_, _>>().unwrap();
    assert!(
        !objects.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    objects
}

/// The documents that kubectl's decoder makes of each file, objects or not; its complaint where it refuses one.
pub(crate) fn documents(paths: &[&Path]) -> Vec<Result<Vec<Json>, String>> {
    let mut command = Command::new(tools::kubectl());
    let command = command
        .arg("to-json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut kubectl = command.spawn().unwrap();
    let mut stdin = kubectl.stdin.take().unwrap();
    let lines: Vec<String> = paths
        .iter()
        .map(|path| format!("{}\n", path.display()))
        .collect();
    let writer = thread::spawn(move || stdin.write_all(lines.concat().as_bytes()).unwrap());
    let output = kubectl.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let readings = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    let readings: Vec<Json> = readings.collect::<Result<_, _>>().unwrap();
    assert_eq!(readings.len(), paths.len());
    readings.into_iter().map(documents_of).collect()
}

/// What a line of `to-json` says.
fn documents_of(mut reading: Json) -> Result<Vec<Json>, String> {
    if let Some(error) = reading["error"].as_str() {
        return Err(error.to_owned());
    }
    let documents = reading["documents"].take();
    let documents = documents.as_array().unwrap().iter();
    Ok(documents
        .filter(|document| !document.is_null())
        .cloned()
        .collect())
}

/// What kubectl reads behind `v: ` from each of some texts, each the end of a file; nothing where it refuses the file.
pub(crate) fn values(texts: &[String]) -> Vec<Option<Json>> {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in texts.iter().enumerate() {
        let object = format!(
            "apiVersion: example.org/v1\nkind: X\nmetadata: {{name: n{number}}}\nv: {text}"
        );
        fs::write(folder.path().join(format!("{number}.yaml")), object).unwrap();
    }
    let mut values = vec![None; texts.len()];
    for mut object in objects(&[folder.path()]) {
        let name = object["metadata"]["name"].as_str().unwrap();
        let number: usize = name.strip_prefix('n').unwrap().parse().unwrap();
        values[number] = Some(object["v"].take());
    }
    values
}

/// Whether what kubectl prints is this value: beyond 64 bits with a sign it holds floats, and prints them without a fraction
/// where there is none.
pub(crate) fn is_printed(value: &Json, printed: &Json) -> bool {
    match (value, printed) {
        (Json::Number(value), Json::Number(printed)) => {
            let integers = value.as_i64().zip(printed.as_i64());
            integers.map_or_else(
                || is_near(value.as_f64().unwrap(), printed.as_f64().unwrap()),
                |(value, printed)| value == printed,
            )
        }
        (Json::Array(values), Json::Array(printed)) => {
            let mut pairs = values.iter().zip(printed);
            values.len() == printed.len()
                && pairs.all(|(value, printed)| is_printed(value, printed))
        }
        (Json::Object(values), Json::Object(printed)) => {
            let mut pairs = values.iter();
            let is_there = |(key, value)| {
                printed
                    .get(key)
                    .is_some_and(|printed| is_printed(value, printed))
            };
            values.len() == printed.len() && pairs.all(is_there)
        }
        _ => value == printed,
    }
}

/// Whether two floats are one, but for the last digit, which is read loosely from JSON.
pub(crate) fn is_near(value: f64, printed: f64) -> bool {
    (value - printed).abs() <= value.abs() * 2.0 * f64::EPSILON
}
