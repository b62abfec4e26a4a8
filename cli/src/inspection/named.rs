//! Files in the clear that a creation rule names.

use super::{Finding, Kind};
use crate::creation::{NAME, Said, seen_from};
use signet_api::RepoPath;
use signet_envelope::{
    Content, CreationRule, Naming, Rule, Slot, Store, WalkError, passes_through, read, walk,
};
use signet_yaml::{Node, Position, Stream};
use std::path::Path;

/// A file with something to seal that the first rule for it names by more than its ending.
///
/// A rule that names no more than the folder does not mean the objects in it of which Kubernetes keeps no secrets.
pub(super) fn in_clear(
    said: &Said<'_>,
    root: &Path,
    path: &RepoPath,
    bytes: &[u8],
) -> Option<Finding> {
    let Said::Rule(config, rule) = said else {
        return None;
    };
    if is_never_sealed(path) {
        return None;
    }
    let naming = rule.naming(&seen_from(config, &root.join(path.as_str())));
    let at = match naming {
        Naming::Ending => None,
        Naming::Folder => to_seal(rule, path, bytes, is_object),
        Naming::File => to_seal(rule, path, bytes, |_| false),
    }?;
    let shown = config.strip_prefix(root).unwrap_or(config).display();
    let problem = format!(
        "it is not sealed, and a creation rule names it: {shown}, {}",
        rule.at
    );
    Some(Finding::new(Kind::NotSealed, path, at, problem))
}

/// What git, kustomize, sops and people read as it stands, whatever the folder.
fn is_never_sealed(path: &RepoPath) -> bool {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    let names = [
        NAME,
        "kustomization.yaml",
        "kustomization.yml",
        "Kustomization",
    ];
    names.contains(&name) || name.starts_with(".git") || name.starts_with("README")
}

/// Where the first value stands that sops would seal under the rule, but for documents of this kind. Of the binary store
/// the whole file is one, if it is not empty.
fn to_seal(
    rule: &CreationRule,
    path: &RepoPath,
    bytes: &[u8],
    is_left_out: impl Fn(&Node) -> bool,
) -> Option<Position> {
    let store = Store::of(path);
    if store == Store::Binary {
        return (!bytes.is_empty()).then_some(Position { line: 1, column: 1 });
    }
    let stream = read(store, std::str::from_utf8(bytes).ok()?).ok()?;
    let counts = |document: usize| {
        let root = stream.documents[document].root.as_ref();
        root.is_some_and(|root| !is_left_out(root))
    };
    let selection = rule.selection.clone().unwrap_or_default();
    first(&stream, &selection, counts)
}

fn first(stream: &Stream, rule: &Rule, counts: impl Fn(usize) -> bool) -> Option<Position> {
    match walk(stream, rule) {
        Ok(slots) => slots
            .iter()
            .filter(|slot| counts(slot.document))
            .find_map(value),
        // sops writes these out, and seals what stands there.
        Err(WalkError::Anchor { at } | WalkError::MergeKey { at } | WalkError::Tag { at }) => {
            Some(at)
        }
        Err(WalkError::Root { .. } | WalkError::Key { .. }) => None,
    }
}

fn value(slot: &Slot<'_>) -> Option<Position> {
    match slot.content {
        Content::Scalar(node) if slot.selected && !passes_through(node) => Some(node.at),
        _ => None,
    }
}

/// Whether a document is an object of Kubernetes; its Secrets are found without any rule.
fn is_object(root: &Node) -> bool {
    ["apiVersion", "kind"]
        .iter()
        .all(|field| root.get(field).is_some_and(|value| value.text().is_some()))
}
