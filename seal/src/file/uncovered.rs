//! Comments of a new plaintext that show in the clear what was sealed.

use std::collections::BTreeSet;

use signet_envelope::{Content, Slot};
use signet_yaml::Position;

use crate::unlock::{Opened, text_of};

/// What is shorter stands in many a comment.
const SHORTEST: usize = 4;

/// Where the first of them stands: one that was sealed, or that has a value which was sealed behind its key, as of a line that was
/// commented out. What was in the clear before may stay.
pub(super) fn first(slots: &[Slot<'_>], opened: &[Opened<'_>]) -> Option<Position> {
    let (sealed, clear): (Vec<_>, Vec<_>) = opened.iter().partition(|one| one.value.is_some());
    let clear = clear.iter().filter(|one| is_comment(&one.slot));
    let clear: BTreeSet<&str> = clear.flat_map(|one| lines(text_of(&one.slot).0)).collect();
    let shows = |line: &str| sealed.iter().any(|one| is_shown(one, line));
    let comments = slots.iter().filter(|slot| !slot.selected);
    let mut comments = comments.filter_map(|slot| match slot.content {
        Content::Comment(comment) => Some(comment),
        _ => None,
    });
    let found = comments.find(|comment| {
        let mut new = lines(&comment.text).filter(|line| !clear.contains(line));
        new.any(shows)
    });
    found.map(|comment| comment.at)
}

fn is_comment(slot: &Slot<'_>) -> bool {
    matches!(
        slot.content,
        Content::Comment(_) | Content::SealedElement(_)
    )
}

/// The lines of a comment without its signs: in INI, comments that stand together are one.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(bare);
    lines.filter(|line| !line.is_empty())
}

fn bare(line: &str) -> &str {
    line.trim().trim_start_matches(['#', ';']).trim()
}

/// Whether a line of a comment shows what was opened there.
fn is_shown(one: &Opened<'_>, line: &str) -> bool {
    let bytes = one.value.as_ref().map(|value| &*value.bytes);
    let Some(text) = bytes.and_then(|bytes| str::from_utf8(bytes).ok()) else {
        return false;
    };
    if is_comment(&one.slot) {
        return lines(text).any(|own| own == line);
    }
    let pointer = one.slot.pointer();
    let key = pointer.in_document().rsplit('/').next().unwrap_or_default();
    let element = line.strip_prefix("- ").unwrap_or(line);
    let element = element.trim_matches(['"', '\'']);
    let mut parts = text
        .lines()
        .map(str::trim)
        .filter(|part| part.len() >= SHORTEST);
    parts.any(|part| element == part || line.contains(key) && line.contains(part))
}
