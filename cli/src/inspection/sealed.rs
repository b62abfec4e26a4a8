//! What can be said about any sealed file.

use super::{Finding, Kind};
use crate::applicable::{NO_TEXT, misfits};
use crate::unmerged;
use signet_api::RepoPath;
use signet_cluster::chain;
use signet_envelope::{
    Content, Enc, EnvelopeError, MetadataError, ReadError, Sealed, Slot, Store, StrictError,
    WalkError, WrappedKey, is_clear, is_clear_comment, parse_unfinished_as,
};
use signet_seal::check_last_modified;
use signet_yaml::{Aliases, Limits, Node, ParseError, Position, Stream, sops};

/// Whether a file is a sealed one, and not a text about sealed files.
pub(super) fn claims_to_be(store: Store, bytes: &[u8]) -> bool {
    let needle = b"ENC[AES256_GCM,";
    let begins = |with: &[u8]| bytes.trim_ascii_start().starts_with(with);
    let envelope = || begins(b"{") || begins(b"<<<<<<<");
    let has_value = bytes.windows(needle.len()).any(|window| window == needle);
    has_value && (store != Store::Binary || envelope())
}

/// The sealed file; nothing if it only quotes one.
///
/// # Errors
/// A finding, if it cannot be read as one.
pub(super) fn read(store: Store, path: &RepoPath, bytes: &[u8]) -> Result<Option<Sealed>, Finding> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Finding::new(Kind::Damaged, path, None, "it is not UTF-8 text"))?;
    if let Some(line) = unmerged::marker(store, bytes) {
        let at = Position { line, column: 1 };
        let problem = "one of Git's conflict markers stands in it";
        return Err(Finding::new(Kind::Unmerged, path, at, problem));
    }
    match parse_unfinished_as(store, text, path) {
        Ok(sealed) => Ok(Some(sealed)),
        Err(EnvelopeError::NotSealed { .. }) if !has_sealed_value(text) => Ok(None),
        Err(error) => {
            let (kind, at) = place_of(&error);
            Err(Finding::new(kind, path, at, chain(&error)))
        }
    }
}

fn has_sealed_value(text: &str) -> bool {
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Refuse);
    let mut roots = stream.iter().flat_map(Stream::roots);
    roots.any(holds_sealed_value)
}

fn holds_sealed_value(node: &Node) -> bool {
    node.text().is_some_and(Enc::looks_sealed)
        || node.items().any(holds_sealed_value)
        || node.pairs().any(|(_, value)| holds_sealed_value(value))
}

/// The values and comments that the file's rule wants sealed and that are not.
pub(super) fn clear(path: &RepoPath, sealed: &Sealed) -> Vec<Finding> {
    let moves_none = sealed.signet().is_some() || sealed.store() != Store::Yaml;
    let slots = sealed.slots();
    let behind_empty = behind_empty(sealed.text());
    let is_behind_empty = |line: usize| behind_empty.get(line.saturating_sub(1)) == Some(&true);
    let is_comment = |slot: &&Slot| matches!(slot.content, Content::Comment(_));
    let mut values = slots.iter().filter(|slot| !is_comment(slot)).peekable();
    let (mut findings, mut last) = (Vec::new(), None);
    for slot in &slots {
        let place = match slot.content {
            Content::Scalar(node) if is_clear(slot) => Some((node.at, slot.pointer().to_string())),
            Content::Comment(comment) if is_clear_comment(slot) => {
                let mut is_added = || {
                    let next = values.peek().copied();
                    !may_be_moved(slot, last, next) && !is_behind_empty(comment.at.line)
                };
                (moves_none || is_added()).then(|| (comment.at, "the comment".to_owned()))
            }
            _ => None,
        };
        findings.extend(place.map(|(at, what)| {
            Finding::new(Kind::ClearValue, path, at, format!("{what} is not sealed"))
        }));
        if !is_comment(&slot) {
            last = values.next();
        }
    }
    findings
}

/// Whether sops itself may have left a comment in the clear between these values: in YAML it writes one that it read in a place
/// that the rule leaves out behind the last value of a mapping or list that the rule selects, and behind a value that it leaves out.
fn may_be_moved(comment: &Slot, last: Option<&Slot>, next: Option<&Slot>) -> bool {
    let place = comment.pointer();
    let is_before = |next: &Slot| {
        let next = next.pointer();
        let below = next.as_str().strip_prefix(place.as_str());
        below.is_some_and(|below| below.starts_with('/'))
    };
    let is_behind_clear = last.is_some_and(|last| !last.selected);
    is_behind_clear || !next.is_some_and(is_before)
}

/// For each line, whether what stands above it and its comments is an empty mapping or list, which is no value, and may be left
/// out.
fn behind_empty(text: &str) -> Vec<bool> {
    let mut is_empty = false;
    let behind = text.lines().map(|line| {
        let behind = is_empty;
        if !line.trim_start().starts_with('#') {
            is_empty = line.ends_with("[]") || line.ends_with("{}");
        }
        behind
    });
    behind.collect()
}

/// The values of Secrets that Kubernetes refuses, as far as their types say so.
pub(super) fn inapplicable(path: &RepoPath, sealed: &Sealed) -> Vec<Finding> {
    let found = misfits(sealed.stream()).into_iter();
    let found = found.filter(|one| one.problem == NO_TEXT);
    found
        .map(|one| {
            let problem = format!(
                "{} of a Secret is {}, and Kubernetes refuses it",
                one.name, one.problem
            );
            Finding::new(Kind::Inapplicable, path, one.at, problem)
        })
        .collect()
}

/// The wrapped keys that nobody can unwrap, whoever has which key.
pub(super) fn broken_keys(path: &RepoPath, sealed: &Sealed) -> Vec<Finding> {
    let metadata = sealed.metadata();
    let is_share = metadata.groups.len() > 1;
    let checked = metadata
        .age_keys()
        .map(|key| (key, key.check_wrapping(is_share)));
    let checked: Vec<_> = checked.collect();
    let is_any_whole = checked.iter().any(|(_, checked)| checked.is_ok());
    let broken = checked
        .iter()
        .filter_map(|(key, checked)| Some((key, checked.err()?)));
    let found = broken.map(|(key, error)| {
        let at = place_in_block(sealed, &[]);
        let at = block(sealed)
            .and_then(|block| place_of_key(block, key))
            .or(at);
        let problem = format!(
            "the data key for {} cannot be unwrapped: {error}",
            key.recipient
        );
        let finding = Finding::new(Kind::Damaged, path, at, problem);
        if is_any_whole && !is_share {
            finding.with_remedy(
                "signet rotate FILE, by somebody who opens it, wraps a new data key for everybody",
            )
        } else {
            finding
        }
    });
    found.collect()
}

/// That a file does not say when it was changed, without which nobody opens it, sops neither.
pub(super) fn no_time(path: &RepoPath, sealed: &Sealed) -> Option<Finding> {
    check_last_modified(sealed).err()?;
    let at = place_in_block(sealed, &["lastmodified"]);
    let problem = "lastmodified is not a time of RFC 3339, and nobody opens the file without one";
    Some(Finding::new(Kind::Damaged, path, at, problem))
}

/// That sops finds no block: it looks into the first document alone, and Signet once left out one without keys.
pub(super) fn no_block_in_first(path: &RepoPath, sealed: &Sealed) -> Option<Finding> {
    let first = sealed.stream().documents.first()?.root.as_ref();
    let has_keys = first.is_some_and(|root| root.pairs().next().is_some());
    let finding = Finding::new(
        Kind::Damaged,
        path,
        place_in_block(sealed, &[]),
        "the first document has no sops block, and sops looks into no other: it does not open the file",
    );
    let remedy = "signet rotate FILE, by somebody who opens it, puts one there";
    (!has_keys).then(|| finding.with_remedy(remedy))
}

/// Where a wrapped key stands in the `sops` block.
fn place_of_key(node: &Node, key: &WrappedKey) -> Option<Position> {
    let enc = node.get("enc").filter(|enc| enc.text() == Some(&key.enc));
    let below = || {
        let values = node.pairs().map(|(_, value)| value);
        values
            .chain(node.items())
            .find_map(|node| place_of_key(node, key))
    };
    enc.map(|enc| enc.at).or_else(below)
}

/// Where a part of the `sops` block stands, else the block.
pub(super) fn place_in_block(sealed: &Sealed, steps: &[&str]) -> Option<Position> {
    let block = block(sealed)?;
    let found = steps.iter().try_fold(block, |node, step| node.get(step));
    Some(found.unwrap_or(block).at)
}

fn block(sealed: &Sealed) -> Option<&Node> {
    sops::blocks(sealed.stream()).next()
}

/// What is ambiguous, and where.
pub(super) fn ambiguous(error: &StrictError, sealed: &Sealed) -> Option<Position> {
    match error {
        StrictError::ColonInKey { at }
        | StrictError::TwoReadings { at }
        | StrictError::ClearComment { at } => Some(*at),
        _ => place_in_block(sealed, &[]),
    }
}

fn place_of(error: &EnvelopeError) -> (Kind, Option<Position>) {
    match error {
        EnvelopeError::Parse { source, .. } => place_of_text(source),
        EnvelopeError::Tree { source, .. } => (Kind::TwoReadings, Some(place_of_tree(source))),
        EnvelopeError::Type { source, .. } => (Kind::TwoReadings, Some(source.at())),
        EnvelopeError::Metadata { source, .. } => (Kind::Damaged, Some(place_of_metadata(source))),
        EnvelopeError::Leaf { at, .. } => (Kind::Damaged, Some(*at)),
        _ => (Kind::Damaged, None),
    }
}

fn place_of_text(error: &ReadError) -> (Kind, Option<Position>) {
    if let ReadError::Syntax { at, .. } = error {
        return (Kind::Damaged, Some(*at));
    }
    let ReadError::Parse(error) = error else {
        return (Kind::Damaged, None);
    };
    let kind = match error {
        ParseError::DuplicateKey { .. } => Kind::DuplicateKey,
        ParseError::Alias { .. } => Kind::TwoReadings,
        _ => Kind::Damaged,
    };
    (kind, error.at())
}

/// Where the tree of a text is none that can be sealed.
pub(super) fn place_of_tree(error: &WalkError) -> Position {
    match error {
        WalkError::Root { at }
        | WalkError::Key { at }
        | WalkError::MergeKey { at }
        | WalkError::Tag { at }
        | WalkError::Comment { at }
        | WalkError::Anchor { at } => *at,
    }
}

fn place_of_metadata(error: &MetadataError) -> Position {
    match error {
        MetadataError::Missing { at, .. }
        | MetadataError::Field { at, .. }
        | MetadataError::Rules { at, .. }
        | MetadataError::Pattern { at, .. }
        | MetadataError::Mac { at, .. }
        | MetadataError::TooManyKeys { at, .. } => *at,
    }
}

#[cfg(test)]
mod tests {
    use super::no_block_in_first;
    use signet_api::RepoPath;
    use signet_envelope::{Store, parse_unfinished_as};

    const FILE: &str = include_str!("../../../envelope/tests/sealed.yaml");

    #[test]
    fn a_first_document_without_keys_and_block_is_found() {
        let path: RepoPath = "tenants/team-a/prod/db.yaml".parse().unwrap();
        let block = &FILE[FILE.find("sops:").unwrap()..];
        for (first, is_found) in [
            (String::new(), false),
            ("---\n# x\n---\n".to_owned(), true),
            ("{}\n---\n".to_owned(), true),
            (format!("{block}---\n"), false),
        ] {
            let text = first + FILE;
            let sealed = parse_unfinished_as(Store::Yaml, text.as_str(), &path).unwrap();
            let found = no_block_in_first(&path, &sealed);
            assert_eq!(found.is_some(), is_found, "{text}");
        }
    }
}
