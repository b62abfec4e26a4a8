//! What Kubernetes takes of a Secret once it is opened: base64 in `data`, texts in `stringData`.

use crate::output::{Output, some_of};
use data_encoding::BASE64;
use signet_api::RepoPath;
use signet_envelope::{Enc, LeafType, SECRET_FIELDS, Store, read, secrets};
use signet_yaml::sops::{self, Typed};
use signet_yaml::{Node, Position, Stream};

/// What every value of a Secret has to be, and a number is not.
pub(crate) const NO_TEXT: &str = "no text";

/// A value of a Secret that Kubernetes refuses, and the object with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) at: Position,
    /// The field and the key in it.
    pub(crate) name: String,
    /// What it is not.
    pub(crate) problem: &'static str,
}

/// Those of a tree, as far as they can be told: of a sealed value its type alone.
pub(crate) fn misfits(stream: &Stream) -> Vec<Misfit> {
    let mut found = Vec::new();
    for secret in secrets(stream) {
        for field in SECRET_FIELDS {
            let pairs = secret.get(field).into_iter().flat_map(Node::pairs);
            found.extend(pairs.filter_map(|(key, value)| {
                let key = key.text().unwrap_or_default();
                Some(Misfit {
                    at: value.at,
                    name: format!("{field}/{key}"),
                    problem: problem(field, value)?,
                })
            }));
        }
    }
    found
}

/// Tells of those of a clear text that is sealed.
pub(crate) fn tell(store: Store, path: &RepoPath, clear: &[u8], out: &Output) {
    let text = str::from_utf8(clear).ok();
    let Some(stream) = text.and_then(|text| read(store, text).ok()) else {
        return;
    };
    let found = misfits(&stream).into_iter();
    let found = found.map(|one| format!("{} (line {}) is {}", one.name, one.at.line, one.problem));
    let found: Vec<String> = found.collect();
    if !found.is_empty() {
        out.warn(format!(
            "{path}: Kubernetes refuses this Secret: {}",
            some_of(&found)
        ));
    }
}

fn problem(field: &str, value: &Node) -> Option<&'static str> {
    let Some(text) = value.text() else {
        return Some(NO_TEXT);
    };
    if let Ok(enc) = text.parse::<Enc>() {
        return (enc.kind != LeafType::Str).then_some(NO_TEXT);
    }
    match sops::scalar(value) {
        Ok(Typed::Null) => None,
        Ok(Typed::Str(_)) if field != "data" => None,
        Ok(Typed::Str(_)) => {
            let packed: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
            let is_base64 =
                value.tag() == Some("!!binary") || BASE64.decode(packed.as_bytes()).is_ok();
            (!is_base64).then_some("no base64")
        }
        _ => Some(NO_TEXT),
    }
}

#[cfg(test)]
mod tests {
    use super::misfits;
    use signet_envelope::{Store, read};

    fn found(text: &str) -> Vec<String> {
        let stream = read(Store::Yaml, text).unwrap();
        let found = misfits(&stream).into_iter();
        found
            .map(|one| format!("{} {}: {}", one.at.line, one.name, one.problem))
            .collect()
    }

    #[test]
    fn what_kubernetes_refuses_of_a_secret_is_told_by_field_and_key() {
        let text = "kind: Secret\ndata: {a: hello, b: aGVsbG8=, c: 5, d: ~, e: [YQ==]}\nstringData: {f: 5, g: x, h: true}\n";
        let expected = [
            "2 data/a: no base64",
            "2 data/c: no text",
            "2 data/e: no text",
            "3 stringData/f: no text",
            "3 stringData/h: no text",
        ];
        assert_eq!(found(text), expected);
        assert_eq!(found("kind: ConfigMap\ndata: {a: 5}\n"), [""; 0]);
        assert_eq!(
            found("kind: Secret\ndata:\n  a: |\n    aGVs\n    bG8=\n"),
            [""; 0]
        );
    }

    #[test]
    fn of_a_sealed_value_its_type_is_told() {
        let sealed = |kind| {
            let enc = format!(
                "ENC[AES256_GCM,data:/w==,iv:{}=,tag:{}==,type:{kind}]",
                "A".repeat(43),
                "A".repeat(22)
            );
            found(&format!("kind: Secret\nstringData:\n  a: {enc}\n"))
        };
        assert_eq!(sealed("int"), ["3 stringData/a: no text"]);
        assert_eq!(sealed("str"), [""; 0]);
    }
}
