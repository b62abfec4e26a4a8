//! What must not stand in a file that is not sealed.

use super::{Finding, Kind, documents, identity, loose, merged, secret};
use signet_api::RepoPath;
use signet_cluster::chain;
use signet_yaml::{ParseError, Position, Stream};

/// The words that end a name in front of its extension, where the file is meant to be sealed.
const SEALED_NAMES: [&str; 4] = [".sops", ".enc", ".secret", ".secrets"];

/// What to do where a Secret stands in another object, of which only its data is to be sealed.
const WITHIN: &str = "signet seal --only '^(data|stringData)$' FILE";

/// Secrets and private identities in clear text.
pub(super) fn secrets(path: &RepoPath, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(identity::first(text).map(|at| {
        Finding::new(
            Kind::ClearIdentity,
            path,
            at,
            "a private age identity in clear text",
        )
    }));
    if is_manifest(path) && may_say_secret(text) {
        findings.extend(in_manifest(path, text));
    }
    findings
}

/// The Secrets of a manifest: document by document where the whole does not read.
fn in_manifest(path: &RepoPath, text: &str) -> Vec<Finding> {
    if let Ok(stream) = merged::read(text) {
        return in_tree(path, &stream, 0);
    }
    let parts = documents::split(text).into_iter();
    let found = parts.map(|part| match merged::read(part.text) {
        Ok(stream) => in_tree(path, &stream, part.above),
        Err(_) => loose::secret(part.text)
            .map(|line| unread(path, part.above + line))
            .into_iter()
            .collect(),
    });
    found.flatten().collect()
}

fn in_tree(path: &RepoPath, stream: &Stream, above: usize) -> Vec<Finding> {
    let roots = stream.documents.iter();
    let roots: Vec<Position> = roots
        .filter_map(|document| Some(document.root.as_ref()?.at))
        .collect();
    let places = secret::places(stream).into_iter();
    let found = places.map(|at| {
        let line = at.line + above;
        let place = Position { line, ..at };
        let finding = Finding::new(Kind::ClearSecret, path, place, "a Secret in clear text");
        if roots.contains(&at) {
            finding
        } else {
            finding.with_remedy(WITHIN)
        }
    });
    found.collect()
}

fn unread(path: &RepoPath, line: usize) -> Finding {
    let at = Position { line, column: 1 };
    let problem = "a Secret in clear text, in a document that is not valid YAML";
    Finding::new(Kind::ClearSecret, path, at, problem)
        .with_remedy("put it into a file of its own that is valid YAML, and signet seal that")
}

/// Whether a manifest says `Secret` in any spelling: with escapes, or as base64.
fn may_say_secret(text: &str) -> bool {
    let spellings = ["Secret", "\\", "binary", "%TAG"];
    spellings.iter().any(|spelling| text.contains(spelling))
}

/// What keeps a manifest from being rendered.
pub(super) fn unreadable(path: &RepoPath, text: &str) -> Option<Finding> {
    let error = is_manifest(path)
        .then(|| merged::read(text).err())
        .flatten()?;
    let kind = match error {
        ParseError::DuplicateKey { .. } => Kind::DuplicateKey,
        _ => Kind::Unreadable,
    };
    Some(Finding::new(kind, path, error.at(), chain(&error)))
}

/// Whether a file's name says that it is sealed, as in `db.sops.yaml` or `db.env.enc`.
pub(super) fn is_named_sealed(path: &RepoPath) -> bool {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let ends = |name: &str, word: &&str| name.len() > word.len() && name.ends_with(*word);
    SEALED_NAMES.iter().any(|word| ends(stem, word)) || ends(name, &".enc") || ends(name, &".sops")
}

fn is_manifest(path: &RepoPath) -> bool {
    let extension = path
        .as_str()
        .rsplit_once('.')
        .map(|(_, extension)| extension);
    let is_it = |known: &&str| extension.is_some_and(|found| found.eq_ignore_ascii_case(known));
    ["yaml", "yml", "json"].iter().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(Kind, usize)> {
        let findings = secrets(&path.parse().unwrap(), text);
        let line = |finding: Finding| (finding.kind, finding.at.unwrap().line);
        findings.into_iter().map(line).collect()
    }

    #[test]
    fn finds_each_secret_in_clear_text_in_any_document_and_in_lists() {
        let secret = "kind: Secret\nstringData: {a: b}\n";
        let two = format!("kind: ConfigMap\n---\n{secret}---\n{secret}");
        assert_eq!(
            found("tenants/a/prod/x.yaml", &two),
            [(Kind::ClearSecret, 3), (Kind::ClearSecret, 6)]
        );
        let list = "kind: List\nitems:\n- kind: Secret\n  stringData: {a: Yg==}\n- kind: ConfigMap\n  data: {a: b}\n";
        assert_eq!(found("x.yml", list), [(Kind::ClearSecret, 3)]);
        let list = "kind: SecretList\nitems:\n- data: {a: Yg==}\n";
        assert_eq!(found("x.yml", list), [(Kind::ClearSecret, 3)]);
        let json = r#"{"kind": "Secret", "data": {"a": "Yg=="}}"#;
        assert_eq!(found("x.json", json), [(Kind::ClearSecret, 1)]);
    }

    #[test]
    fn a_secret_without_values_and_other_kinds_are_fine() {
        for text in [
            "kind: Secret\ntype: Opaque\n",
            "kind: Secret\ndata: {a: '', b: null}\n",
            "kind: ConfigMap\ndata: {a: Secret}\n",
            "kind: List\nitems: [{kind: Secret}]\n",
        ] {
            assert_eq!(found("x.yaml", text), [], "{text}");
        }
        assert_eq!(found("README.md", "kind: Secret\ndata: {a: b}\n"), []);
    }

    #[test]
    fn a_key_that_stands_twice_is_told_from_other_mistakes() {
        let kind = |text| unreadable(&"x.yaml".parse().unwrap(), text).map(|found| found.kind);
        assert_eq!(kind("a: 1\na: 2\n"), Some(Kind::DuplicateKey));
        assert_eq!(kind("a: ["), Some(Kind::Unreadable));
        assert_eq!(kind("a: []"), None);
    }

    #[test]
    fn some_names_say_that_the_file_is_sealed() {
        let says = |name: &str| is_named_sealed(&name.parse().unwrap());
        for name in [
            "db.sops.yaml",
            "a/db.secret.yml",
            "x.env.enc",
            "x.enc.env",
            "a.secrets.json",
        ] {
            assert!(says(name), "{name}");
        }
        for name in [
            ".sops.yaml",
            "db.yaml",
            "secret.yaml",
            "db.secret.yaml.md",
            ".enc",
            "sops/db.yaml",
        ] {
            assert!(!says(name), "{name}");
        }
    }
}
