//! What can be said about files without a key: whether what should be sealed is, in its place and for the right people.

use signet_api::{Fleet, RepoPath, SealedMode, owner};
use signet_cluster::chain;
use signet_envelope::{
    Scope, check_scope, is_clear, is_sealed, parse, parse_unfinished, recipients,
};
use signet_provenance::check_policy;
use signet_yaml::{Aliases, Limits, Node};

/// Something that is not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The file.
    pub(crate) path: String,
    /// What is wrong with it, and where.
    pub(crate) problem: String,
}

/// What is wrong with the fleet's own documents.
pub(crate) fn of_fleet(fleet: &Fleet) -> Vec<Finding> {
    let documents = fleet.problems.iter().map(|problem| Finding {
        path: problem.path.to_string(),
        problem: format!(
            "line {}, column {}: {}",
            problem.line, problem.column, problem.message
        ),
    });
    let policy = check_policy(&fleet.policy).err().map(|error| Finding {
        path: signet_api::POLICY_PATH.to_owned(),
        problem: chain(&error),
    });
    documents.chain(policy).collect()
}

/// What is wrong with a file that may or may not have to be sealed.
pub(crate) fn of_file(fleet: &Fleet, path: &RepoPath, bytes: &[u8]) -> Option<Finding> {
    let problem = if is_sealed(bytes) {
        of_sealed(fleet, path, bytes)
    } else {
        of_clear(path, bytes)
    };
    problem.map(|problem| Finding {
        path: path.to_string(),
        problem: without(path, &problem),
    })
}

/// Errors of other rooms begin with the path, which a finding names anyway.
fn without(path: &RepoPath, problem: &str) -> String {
    let rest = problem.strip_prefix(path.as_str());
    rest.map_or(problem, |rest| rest.trim_start_matches([':', ' ']))
        .to_owned()
}

/// What is wrong with a file that has to be sealed.
pub(crate) fn of_secret_file(fleet: &Fleet, path: &RepoPath, bytes: &[u8]) -> Option<Finding> {
    if is_sealed(bytes) {
        return of_file(fleet, path, bytes);
    }
    Some(Finding {
        path: path.to_string(),
        problem: "it is not sealed".to_owned(),
    })
}

fn of_sealed(fleet: &Fleet, path: &RepoPath, bytes: &[u8]) -> Option<String> {
    if fleet.policy.shares(path) {
        return Some("it is sealed, but lies in a folder that all sources may read".to_owned());
    }
    let checked = std::str::from_utf8(bytes)
        .map_err(|error| chain(&error))
        .and_then(|text| parse(text, path).map_err(|error| chain(&error)))
        .and_then(|sealed| {
            scopes(fleet, path)?
                .iter()
                .try_for_each(|scope| check_scope(&sealed, scope).map_err(|error| chain(&error)))
        });
    checked.err()
}

/// The file as each cluster that opens it would look at it.
fn scopes(fleet: &Fleet, path: &RepoPath) -> Result<Vec<Scope>, String> {
    let recipients = recipients(fleet, path).map_err(|error| chain(&error))?;
    let owner = owner(fleet, path).ok_or("it belongs to nobody")?;
    let mode = fleet
        .tenants
        .get(&owner.tenant)
        .map_or(SealedMode::Strict, |tenant| tenant.sealed);
    let scope = |cluster| Scope {
        repository: fleet.policy.repository.clone(),
        tenant: owner.tenant.clone(),
        cluster: Some(cluster),
        path: path.clone(),
        recipients: recipients.clone(),
        mode,
    };
    Ok(owner.clusters.iter().cloned().map(scope).collect())
}

fn of_clear(path: &RepoPath, bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    if let Some(line) = text
        .lines()
        .position(|line| line.contains("AGE-SECRET-KEY-1"))
    {
        return Some(format!(
            "line {}: a private age identity in clear text",
            line + 1
        ));
    }
    if !is_manifest(path) {
        return None;
    }
    match signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand) {
        Ok(stream) => stream
            .documents
            .iter()
            .filter_map(|document| document.root.as_ref())
            .find_map(clear_secret),
        Err(_) if !is_rendered(path) => None,
        Err(error) => Some(chain(&error)),
    }
}

/// Whether something in the file has to be sealed, whoever looks at it: a Secret in clear text, or a value that was added to
/// what is sealed.
pub(crate) fn has_clear_secret(path: &RepoPath, bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    if is_sealed(bytes) {
        let sealed = parse_unfinished(text, path);
        return sealed.is_ok_and(|sealed| sealed.slots().iter().any(is_clear));
    }
    let stream = is_manifest(path)
        .then(|| signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand).ok())
        .flatten();
    let documents = stream.iter().flat_map(|stream| &stream.documents);
    documents
        .filter_map(|document| document.root.as_ref())
        .any(|root| clear_secret(root).is_some())
}

fn is_manifest(path: &RepoPath) -> bool {
    [".yaml", ".yml", ".json"]
        .iter()
        .any(|ending| path.as_str().ends_with(ending))
}

fn is_rendered(path: &RepoPath) -> bool {
    ["tenants/", "clusters/", "signet/"]
        .iter()
        .any(|folder| path.as_str().starts_with(folder))
}

fn clear_secret(root: &Node) -> Option<String> {
    if let Some(items) = root.get("items") {
        return items.items().find_map(clear_secret);
    }
    let has_values = |field| {
        root.get(field)
            .is_some_and(|values| values.pairs().next().is_some())
    };
    let is_secret = root.get("kind").and_then(Node::text) == Some("Secret");
    (is_secret && (has_values("data") || has_values("stringData"))).then(|| {
        format!(
            "{}: a Secret in clear text; `signet seal` seals it",
            root.at
        )
    })
}

#[cfg(test)]
mod tests {
    use super::of_clear;

    fn problem(path: &str, text: &str) -> Option<String> {
        of_clear(&path.parse().unwrap(), text.as_bytes())
    }

    #[test]
    fn finds_a_secret_in_clear_text_in_any_document_and_in_lists() {
        let secret = "kind: Secret\nstringData: {a: b}\n";
        assert!(
            problem(
                "tenants/a/prod/x.yaml",
                &format!("kind: ConfigMap\n---\n{secret}")
            )
            .is_some()
        );
        assert!(
            problem(
                "x.yml",
                "kind: List\nitems:\n- kind: Secret\n  data: {a: Yg==}\n"
            )
            .is_some()
        );
        assert!(problem("x.json", r#"{"kind": "Secret", "data": {"a": "Yg=="}}"#).is_some());
    }

    #[test]
    fn a_secret_without_values_and_other_kinds_are_fine() {
        assert_eq!(problem("x.yaml", "kind: Secret\ntype: Opaque\n"), None);
        assert_eq!(problem("x.yaml", "kind: ConfigMap\ndata: {a: b}\n"), None);
        assert_eq!(problem("README.md", "kind: Secret\ndata: {a: b}\n"), None);
    }

    #[test]
    fn finds_a_private_identity_in_any_text() {
        let found = problem("notes.txt", "# mine\nAGE-SECRET-KEY-1QQQQ\n").unwrap();
        assert!(found.starts_with("line 2"));
        assert!(!found.contains("QQQQ"));
    }

    #[test]
    fn a_manifest_that_does_not_parse_is_a_finding_where_it_would_be_rendered() {
        assert!(problem("tenants/a/prod/x.yaml", "a: [").is_some());
        assert_eq!(problem("charts/x.yaml", "a: {{ .Values.x }}: ["), None);
    }
}
