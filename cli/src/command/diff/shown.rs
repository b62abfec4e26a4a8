//! How changes are shown to people and programs.

use super::changes::{ObjectChange, Shown, SourceChange};
use crate::failure::Result;
use crate::output::Tone;
use serde_json::{Value, json};
use signet_envelope::{Occurrence, occurrences};
use similar::TextDiff;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many unchanged lines stand around changed ones.
const AROUND: usize = 3;

/// The value with a description in the place of each stand-in; what was in base64 around one is shown as it is in there.
pub(super) fn without_stand_ins(value: &Value, names: &BTreeMap<&str, String>) -> Value {
    match value {
        Value::String(text) => match occurrences(text.as_bytes()) {
            Ok(found) => Value::String(described(text.as_bytes(), &found, names)),
            Err(_) => value.clone(),
        },
        Value::Array(items) => items
            .iter()
            .map(|item| without_stand_ins(item, names))
            .collect(),
        Value::Object(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| (key.clone(), without_stand_ins(value, names)));
            Value::Object(entries.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn described(text: &[u8], found: &[Occurrence], names: &BTreeMap<&str, String>) -> String {
    let mut shown = String::new();
    let mut done = 0;
    for occurrence in found {
        let at = occurrence.at();
        shown.push_str(&lossy(&text[done..at.start]));
        match occurrence {
            Occurrence::Plain { stand_in, .. } => {
                shown.push_str(
                    names
                        .get(stand_in.as_str())
                        .map_or("(sealed)", String::as_str),
                );
            }
            Occurrence::Base64 {
                decoded, inside, ..
            } => shown.push_str(&described(decoded, inside, names)),
        }
        done = at.end;
    }
    shown.push_str(&lossy(&text[done..]));
    shown
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The lines of all changes for people.
pub(super) fn text(changed: &[SourceChange]) -> Vec<(Tone, String)> {
    let mut lines = Vec::new();
    for SourceChange { place, objects } in changed {
        lines.push((
            Tone::Heading,
            format!("{}/{} on {}", place.tenant, place.source, place.cluster),
        ));
        for object in objects {
            lines.push((Tone::Heading, format!("  {}", headline(object))));
            lines.extend(
                body(object)
                    .into_iter()
                    .map(|(tone, line)| (tone, format!("    {line}"))),
            );
        }
    }
    lines
}

/// `changed Secret team-a/db (tenants/team-a/prod/db.yaml)`
pub(super) fn headline(object: &ObjectChange) -> String {
    let file = object
        .file()
        .map(|file| format!(" ({file})"))
        .unwrap_or_default();
    format!("{} {}{file}", object.kind(), object.title())
}

/// The lines that come and go with some around them, and which sealed values are others.
pub(super) fn body(object: &ObjectChange) -> Vec<(Tone, String)> {
    let yaml = |shown: &Option<Shown>| {
        shown
            .as_ref()
            .map(|shown| signet_yaml::emit(&shown.json))
            .unwrap_or_default()
    };
    let (before, after) = (yaml(&object.before), yaml(&object.after));
    let compared = TextDiff::from_lines(&before, &after);
    let unified = compared.unified_diff().context_radius(AROUND).to_string();
    let mut lines: Vec<_> = unified
        .lines()
        .filter(|line| !line.starts_with("\\ "))
        .map(toned)
        .collect();
    let resealed = object.resealed.iter();
    lines.extend(resealed.map(|field| {
        (
            Tone::Changes,
            format!("~ {field}: the sealed value is another one"),
        )
    }));
    lines
}

fn toned(line: &str) -> (Tone, String) {
    let tone = match line.as_bytes().first() {
        Some(b'+') => Tone::Comes,
        Some(b'-') => Tone::Goes,
        Some(b'@') => Tone::Changes,
        _ => Tone::Stays,
    };
    (tone, line.to_owned())
}

/// One line an object: `prod team-a/apps changed Secret team-a/db`.
pub(super) fn names(changed: &[SourceChange]) -> String {
    let lines = changed.iter().flat_map(|SourceChange { place, objects }| {
        objects.iter().map(move |object| {
            format!(
                "{} {}/{} {} {}\n",
                place.cluster,
                place.tenant,
                place.source,
                object.kind(),
                object.id
            )
        })
    });
    lines.collect()
}

/// All changes as one JSON document.
pub(super) fn json(changed: &[SourceChange]) -> Result<String> {
    let sources = changed.iter().map(|SourceChange { place, objects }| {
        let objects = objects.iter().map(|object| {
            let shown = |shown: &Option<Shown>| shown.as_ref().map(|shown| shown.json.clone());
            json!({
                "change": object.kind(),
                "apiVersion": api_version(object),
                "kind": object.id.kind,
                "namespace": object.id.namespace,
                "name": object.id.name,
                "file": object.file().map(ToString::to_string),
                "hook": object.hook().map(ToString::to_string),
                "before": shown(&object.before),
                "after": shown(&object.after),
                "resealed": object.resealed,
            })
        });
        json!({
            "cluster": place.cluster.as_str(),
            "tenant": place.tenant.as_str(),
            "source": place.source.as_str(),
            "objects": objects.collect::<Vec<_>>(),
        })
    });
    let document = json!({"sources": sources.collect::<Vec<_>>()});
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn api_version(object: &ObjectChange) -> String {
    match object.id.group.as_str() {
        "" => object.id.version.clone(),
        group => format!("{group}/{}", object.id.version),
    }
}
