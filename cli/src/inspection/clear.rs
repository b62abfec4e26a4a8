//! What must not stand in a file that is not sealed.

use super::{Finding, Kind};
use signet_api::RepoPath;
use signet_cluster::chain;
use signet_envelope::passes_through;
use signet_yaml::{Aliases, Limits, Node, ParseError, Position, Stream};

const IDENTITY: &str = "AGE-SECRET-KEY-";

/// The words that end a name in front of its extension, where the file is meant to be sealed.
const SEALED_NAMES: [&str; 4] = [".sops", ".enc", ".secret", ".secrets"];

/// Secrets and private identities in clear text.
pub(super) fn secrets(path: &RepoPath, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(identity(text).map(|at| {
        Finding::new(
            Kind::ClearIdentity,
            path,
            at,
            "a private age identity in clear text",
        )
    }));
    if is_manifest(path) && text.contains("Secret") {
        let stream = read(text).ok();
        let found = stream
            .iter()
            .flat_map(places)
            .map(|at| Finding::new(Kind::ClearSecret, path, at, "a Secret in clear text"));
        findings.extend(found);
    }
    findings
}

/// What keeps a manifest from being rendered.
pub(super) fn unreadable(path: &RepoPath, text: &str) -> Option<Finding> {
    let error = is_manifest(path).then(|| read(text).err()).flatten()?;
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

/// Where the Secrets with a value begin.
fn places(stream: &Stream) -> Vec<Position> {
    let roots = stream.documents.iter();
    let roots = roots.filter_map(|document| document.root.as_ref());
    let mut found = Vec::new();
    roots.for_each(|root| collect(root, None, &mut found));
    found
}

/// Adds the Secrets of a document; those in a list take the kind that the list implies.
fn collect(node: &Node, implied: Option<&str>, found: &mut Vec<Position>) {
    let kind = node.get("kind").and_then(Node::text).or(implied);
    if let Some(of) = kind.and_then(|kind| kind.strip_suffix("List")) {
        let implied = Some(of).filter(|of| !of.is_empty());
        let items = node.get("items").into_iter().flat_map(Node::items);
        items.for_each(|item| collect(item, implied, found));
    } else if kind == Some("Secret") && ["data", "stringData"].iter().any(|name| holds(node, name))
    {
        found.push(node.at);
    }
}

fn holds(secret: &Node, field: &str) -> bool {
    let mut values = secret.get(field).into_iter().flat_map(Node::pairs);
    values.any(|(_, value)| !passes_through(value))
}

fn identity(text: &str) -> Option<Position> {
    let (before, _) = text.split_once(IDENTITY)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    Some(Position {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    })
}

fn read(text: &str) -> Result<Stream, ParseError> {
    signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand)
}

fn is_manifest(path: &RepoPath) -> bool {
    [".yaml", ".yml", ".json"]
        .iter()
        .any(|ending| path.as_str().ends_with(ending))
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
    fn finds_a_private_identity_in_any_text_and_quotes_nothing_of_it() {
        let text = "# mine\n key: AGE-SECRET-KEY-1QQQQ\n";
        let finding = secrets(&"notes.txt".parse().unwrap(), text).remove(0);
        assert_eq!(finding.at, Some(Position { line: 2, column: 7 }));
        assert!(!finding.problem.contains("QQQQ"));
        assert_eq!(
            found("x", "AGE-SECRET-KEY-PQ-1QQ"),
            [(Kind::ClearIdentity, 1)]
        );
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
