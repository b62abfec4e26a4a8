//! Files in the clear that a creation rule names.

mod spared;

use super::finding::Remedy;
use super::sealed::place_of_tree;
use super::text::decoded;
use super::to_seal::{By, Sealing};
use super::{Finding, Kind, merged, people};
use crate::audience::are_exported;
use crate::creation::{NAME, Said, seen_from};
use signet_api::RepoPath;
use signet_envelope::{
    Content, CreationRule, Naming, ReadError, Slot, Store, passes_through, read, walk,
};
use signet_yaml::{Position, Stream};
use spared::Spared;
use std::borrow::Cow;
use std::path::Path;

/// The finding about a file with something to seal that the first rule for it names by more than its ending. What cannot be
/// read may hold something: sops reads more than Signet does.
pub(super) fn in_clear(
    said: &Said<'_>,
    root: &Path,
    path: &RepoPath,
    bytes: &[u8],
) -> Option<Finding> {
    let Named { naming, by, rule } = named(said, root, path)?;
    if bytes.trim_ascii().is_empty() {
        return None;
    }
    let at = to_seal(rule, &Spared::by(rule, naming), path, bytes)?;
    let problem = format!("it is not sealed, and {by}");
    let finding = Finding::new(Kind::NotSealed, path, at, problem);
    Some(as_said(Some(said), finding))
}

/// That the first rule for a file of which nothing is read names it by more than its ending; nothing where it would mean no
/// bytes without keys.
pub(super) fn unread(said: &Said<'_>, root: &Path, path: &RepoPath) -> Option<String> {
    let Named { naming, by, rule } = named(said, root, path)?;
    (!Spared::by(rule, naming).keyless).then_some(by)
}

/// How a rule names a file.
struct Named<'s> {
    naming: Naming,
    rule: &'s CreationRule,
    /// Which one it is, in words.
    by: String,
}

fn named<'s>(said: &'s Said<'_>, root: &Path, path: &RepoPath) -> Option<Named<'s>> {
    let Said::Rule(config, rule) = said else {
        return None;
    };
    let naming = rule.naming(&seen_from(config, &root.join(path.as_str())));
    let shown = config.strip_prefix(root).unwrap_or(config).display();
    let by = format!("a creation rule names it: {shown}, {}", rule.at);
    let is_meant = naming != Naming::Ending && !is_never_sealed(path);
    is_meant.then_some(Named { naming, rule, by })
}

/// The finding about a file that is sealed as the rules say: by sops, where they ask for keys that only sops wraps for; once
/// somebody is named, where nobody is.
pub(super) fn as_said(said: Option<&Said<'_>>, finding: Finding) -> Finding {
    if finding.sealing != Sealing::Mends(By::Signet) {
        return finding;
    }
    let rule = said.and_then(Said::rule);
    if rule.is_some_and(|rule| rule.recipients().is_err()) {
        return finding.sealed_by(By::Sops, "sops encrypt -i FILE");
    }
    if are_exported() || !finding.is_to_be_sealed() {
        return finding;
    }
    let first = match said {
        Some(Said::Rule(config, rule)) if rule.age_recipients().is_empty() => {
            let (config, at) = (config.display(), rule.at);
            format!(
                "name somebody in the creation rule for it, {config}, {at}, or signet seal --age RECIPIENT "
            )
        }
        Some(Said::Rule(config, rule)) => match people::first(config, rule) {
            Some(first) => first,
            None => return finding,
        },
        Some(Said::NoRule(config)) => format!(
            "add a creation rule for it to {}, or signet seal --age RECIPIENT ",
            config.display()
        ),
        Some(Said::Nothing) | None => {
            "write a creation rule for it into .sops.yaml, or signet seal --age RECIPIENT "
                .to_owned()
        }
    };
    finding.sealed_by(By::Signet, Remedy::around(first, ""))
}

/// What git, kustomize, sops and people read as it stands, whatever the folder.
fn is_never_sealed(path: &RepoPath) -> bool {
    let name = path.file_name();
    let names = [
        NAME,
        "kustomization.yaml",
        "kustomization.yml",
        "Kustomization",
        ".gitignore",
        ".gitattributes",
        ".gitmodules",
        ".gitkeep",
        "README.md",
        "README",
    ];
    names.contains(&name)
}

/// Where the first value stands that sops would seal under the rule, but for what is spared; else where reading ended. Of the
/// binary store the whole file is one value.
fn to_seal(
    rule: &CreationRule,
    spared: &Spared,
    path: &RepoPath,
    bytes: &[u8],
) -> Option<Position> {
    let store = Store::of(path);
    if store == Store::Binary {
        return (!spared.keyless).then_some(Position::START);
    }
    let text = decoded(bytes);
    let stream = match &text {
        Cow::Borrowed(text) => tree(store, text).map_err(|error| place_of(&error)),
        Cow::Owned(_) => Err(Position::START),
    };
    match stream {
        Ok(stream) => first(&stream, rule, spared),
        Err(at) => (!spared.text(&text)).then_some(at),
    }
}

/// The tree as sops sees it, who writes out what anchors and aliases stand for; what is merged stands beside the rest, as far
/// as its keys are selected.
fn tree(store: Store, text: &str) -> Result<Stream, ReadError> {
    if store != Store::Yaml {
        return read(store, text);
    }
    Ok(merged::read(text)?)
}

fn place_of(error: &ReadError) -> Position {
    match error {
        ReadError::Syntax { at, .. } | ReadError::List { at } => *at,
        ReadError::Parse(error) => error.at().unwrap_or(Position::START),
    }
}

fn first(stream: &Stream, rule: &CreationRule, spared: &Spared) -> Option<Position> {
    let roots = stream.documents.iter();
    let counts: Vec<bool> = roots
        .map(|document| document.root.as_ref().is_some_and(|r| !spared.document(r)))
        .collect();
    let selection = rule.selection.clone().unwrap_or_default();
    match walk(stream, &selection) {
        Ok(slots) => slots
            .iter()
            .filter(|slot| counts[slot.document])
            .find_map(value),
        Err(error) => counts.contains(&true).then(|| place_of_tree(&error)),
    }
}

fn value(slot: &Slot<'_>) -> Option<Position> {
    match slot.content {
        Content::Scalar(node) if slot.selected && !passes_through(node) => Some(node.at),
        _ => None,
    }
}
