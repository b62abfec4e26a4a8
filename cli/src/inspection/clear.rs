//! What must not stand in a file that is not sealed.

use super::finding::Remedy;
use super::to_seal::By;
use super::{Finding, Kind, documents, identity, loose, merged, secret, template};
use signet_api::RepoPath;
use signet_cluster::chain;
use signet_envelope::LAST_APPLIED;
use signet_yaml::{ParseError, Position, Stream};

/// The words that end a name, with an extension behind them or none, where the file is meant to be sealed.
const SEALED_NAMES: [&str; 4] = [".sops", ".enc", ".secret", ".secrets"];

/// The endings of manifests.
const MANIFESTS: [&str; 3] = ["yaml", "yml", "json"];

/// Those of what manifests are made of: partials of Helm, values of helmfile, templates of Go, Jinja, Terraform, Ruby,
/// Mustache and Handlebars.
const TEMPLATES: [&str; 12] = [
    "tpl",
    "gotmpl",
    "tmpl",
    "template",
    "j2",
    "jinja",
    "jinja2",
    "tftpl",
    "erb",
    "mustache",
    "hbs",
    "handlebars",
];

/// What to do about a Secret that does not read as it stands, so that whoever seals it is told.
const UNREAD: &str = "put it into a file of its own that is valid YAML, and signet seal that";

/// What to do about one in a template, which nobody can seal.
const TEMPLATE: &str = "leave the value to what fills in the template, and seal that; or write the Secret without a template";

/// What to do about what kustomize makes a Secret of, who reads no sealed file.
const GENERATED: &str =
    "take the values out of FILE, write the Secret into a file of its own, and signet seal that";

/// A private identity in clear text, which a rule may leave so in a sealed file too.
pub(super) fn identity_in(path: &RepoPath, text: &str) -> Option<Finding> {
    let at = identity::first(text)?;
    let problem = "a private age identity in clear text";
    Some(Finding::new(Kind::ClearIdentity, path, at, problem))
}

/// Secrets and private identities in clear text.
pub(super) fn secrets(path: &RepoPath, text: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = identity_in(path, text).into_iter().collect();
    let is_kustomize = path.file_name() == "Kustomization";
    let may_be_one = is_of(path, &MANIFESTS) || is_of(path, &TEMPLATES) || is_kustomize;
    if may_be_one && may_say_secret(text) {
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
            .map(|line| unread(path, part.above + line, template::is_in(part.text)))
            .into_iter()
            .collect(),
    });
    found.flatten().collect()
}

fn in_tree(path: &RepoPath, stream: &Stream, above: usize) -> Vec<Finding> {
    let finding = |at: Position, problem| {
        let line = at.line + above;
        Finding::new(Kind::ClearSecret, path, Position { line, ..at }, problem)
    };
    let places = secret::places(stream).into_iter();
    let clear = places.map(|at| finding(at, "a Secret in clear text"));
    let places = secret::shown(stream).into_iter();
    let shown = places.map(|at| {
        let remedy = Remedy::around(format!("take the annotation {LAST_APPLIED} out of "), "");
        finding(at, secret::SHOWN).with_remedy(remedy)
    });
    let generated = secret::generated(stream).into_iter();
    let generated = generated.map(|at| {
        let problem = "a value in clear text of which kustomize makes a Secret";
        finding(at, problem).with_remedy(GENERATED)
    });
    clear.chain(shown).chain(generated).collect()
}

fn unread(path: &RepoPath, line: usize, is_template: bool) -> Finding {
    let at = Position { line, column: 1 };
    let finding = |problem| Finding::new(Kind::ClearSecret, path, at, problem);
    if is_template {
        finding("a Secret with a value in clear text, in a template")
            .sealed_by(By::Nobody, TEMPLATE)
    } else {
        finding("a Secret in clear text, in a document that is not valid YAML")
            .sealed_by(By::Signet, UNREAD)
    }
}

/// Whether a manifest says `Secret` in any spelling: with escapes, or as base64.
fn may_say_secret(text: &str) -> bool {
    let spellings = ["Secret", "secretGenerator", "\\", "binary", "%TAG"];
    spellings.iter().any(|spelling| text.contains(spelling))
}

/// What keeps a manifest from being rendered.
pub(super) fn unreadable(path: &RepoPath, text: &str) -> Option<Finding> {
    let error = is_of(path, &MANIFESTS)
        .then(|| merged::read(text).err())
        .flatten()?;
    let kind = match error {
        ParseError::DuplicateKey { .. } => Kind::DuplicateKey,
        _ => Kind::Unreadable,
    };
    Some(Finding::new(kind, path, error.at(), chain(&error)))
}

/// Whether a file's name says that it is sealed, as in `db.sops.yaml` or `db.env.enc`. The hook for pre-commit has the same words.
pub(super) fn is_named_sealed(path: &RepoPath) -> bool {
    let name = path.file_name();
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let ends = |name: &str, word: &&str| name.len() > word.len() && name.ends_with(*word);
    let mut words = SEALED_NAMES.iter();
    words.any(|word| ends(stem, word) || ends(name, word))
}

fn is_of(path: &RepoPath, extensions: &[&str]) -> bool {
    let extension = path
        .as_str()
        .rsplit_once('.')
        .map(|(_, extension)| extension);
    let is_it = |known: &&str| extension.is_some_and(|found| found.eq_ignore_ascii_case(known));
    extensions.iter().any(is_it)
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
    fn what_kustomize_makes_a_secret_of_is_found_in_its_own_file() {
        let text = "secretGenerator:\n- name: db\n  literals:\n  - user=\n  - password=hunter2\n";
        for path in ["app/kustomization.yaml", "app/Kustomization"] {
            assert_eq!(found(path, text), [(Kind::ClearSecret, 5)]);
            assert_eq!(found(path, &text.replace("hunter2", "${PASSWORD}")), []);
            assert_eq!(found(path, &text.replace("secret", "configMap")), []);
        }
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
    fn a_template_may_hold_a_secret_and_need_not_be_valid_yaml() {
        for name in [
            "secret.yaml.tpl",
            "_secret.tpl",
            "db.yaml.gotmpl",
            "x.TMPL",
            "x.yaml.j2",
            "x.yml.jinja2",
            "x.jinja",
            "x.yaml.erb",
            "x.mustache",
            "x.yaml.hbs",
            "x.yaml.handlebars",
            "x.yaml.template",
        ] {
            let literal = "{{- if .x }}\nkind: Secret\nstringData:\n  a: hunter2\n{{- end }}\n";
            assert_eq!(found(name, literal), [(Kind::ClearSecret, 2)], "{name}");
            for filled in ["{{ .a }}", "<%= a %>", "{{{ a }}}", "{% a %}"] {
                let filled = literal.replace("hunter2", filled);
                assert_eq!(found(name, &filled), [], "{name}: {filled}");
            }
            assert!(
                unreadable(&name.parse().unwrap(), literal).is_none(),
                "{name}"
            );
        }
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
            "a.secret",
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
