//! Whether a text reads as what was put into it.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use signet_envelope::{Content, Rule, Slot, walk};
use signet_yaml::{Comment, Document, Entry, Item, Node, Stream, Value};

/// Where the values and comments stood whose places ciphertexts take, in the order of the slots, and a hash of each
/// ciphertext: a text in another place has the same by chance once in 2^64.
#[derive(Default)]
pub(super) struct Puts {
    puts: Vec<(usize, u64)>,
    hasher: RandomState,
}

/// What happened to the `sops` block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// It was put there, or has another MAC and time.
    Filled,
    /// Another one stands in its place.
    Replaced,
}

impl Puts {
    /// None yet, with room for so many.
    pub(super) fn of(count: usize) -> Self {
        Self {
            puts: Vec::with_capacity(count),
            ..Self::default()
        }
    }

    /// Adds a ciphertext behind the others.
    pub(super) fn push(&mut self, slot: &Slot<'_>, enc: &str) {
        self.puts.push((place(slot), self.hasher.hash_one(enc)));
    }

    /// Whether `after` is `before` with each ciphertext in its place, and nothing else changed but the block as it is said.
    ///
    /// Equal trees have equal paths and are hashed in the same order, so what was sealed in the one opens in the other.
    pub(super) fn are_in(mut self, before: &Stream, block: Block, after: &Stream) -> bool {
        // SOPS visits some comments in front of what stands before them.
        self.puts.sort_unstable();
        let mut reading = Reading {
            puts: &self.puts,
            found: 0,
            next: 0,
            hasher: &self.hasher,
            block,
        };
        let same = all(&before.documents, &after.documents, |before, after| {
            reading.document(before, after)
        });
        same && reading.found == self.puts.len()
    }
}

/// Where a slot begins in its text.
pub(super) fn place(slot: &Slot<'_>) -> usize {
    match slot.content {
        Content::Scalar(node) | Content::SealedElement(node) => node.span.start,
        Content::Comment(comment) => comment.span.start,
    }
}

struct Reading<'p> {
    /// By their places.
    puts: &'p [(usize, u64)],
    /// How many were come across.
    found: usize,
    /// Behind the one that was come across last, where the next one is looked for first.
    next: usize,
    hasher: &'p RandomState,
    block: Block,
}

impl Reading<'_> {
    fn document(&mut self, before: &Document, after: &Document) -> bool {
        if let Some(same) = self.filled(before, after) {
            return same;
        }
        let roots = match (&before.root, &after.root) {
            (Some(before), Some(after)) => self.root(before, after),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        roots
            && all(&before.comments, &after.comments, |before, after| {
                self.comment(before, after)
            })
    }

    /// Whether a document that had no keys has its comments still, those in front of a block in its mapping; nothing if it got no
    /// block.
    fn filled(&mut self, before: &Document, after: &Document) -> Option<bool> {
        let had = comments(before, entries(before))?;
        let last = entries(after).split_last();
        let (_, rest) = last.filter(|(last, _)| is_block(last))?;
        let has = comments(after, rest);
        Some(has.is_some_and(|has| all(&had, &has, |before, after| self.comment(before, after))))
    }

    /// A block that is there for the first time is the last pair.
    fn root(&mut self, before: &Node, after: &Node) -> bool {
        let (Value::Mapping(before), Value::Mapping(after)) = (&before.value, &after.value) else {
            return self.node(before, after);
        };
        let after = match after.split_last() {
            Some((last, rest)) if is_block(last) && rest.len() == before.len() => rest,
            _ => after.as_slice(),
        };
        all(before, after, |before, after| {
            if is_block(before) && is_block(after) {
                self.block == Block::Replaced || self.block(before, after)
            } else {
                self.entry(before, after)
            }
        })
    }

    fn block(&mut self, before: &Entry, after: &Entry) -> bool {
        match (before, after) {
            (Entry::Pair { value: before, .. }, Entry::Pair { value: after, .. }) => {
                match (&before.value, &after.value) {
                    (Value::Mapping(before), Value::Mapping(after)) => {
                        all(before, after, |before, after| {
                            is_made_anew(before) && is_made_anew(after) || self.entry(before, after)
                        })
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn node(&mut self, before: &Node, after: &Node) -> bool {
        match (&before.value, &after.value) {
            (Value::Scalar(_), Value::Scalar(_)) => self.scalar(before, after),
            (Value::Sequence(before), Value::Sequence(after)) => {
                all(before, after, |before, after| self.item(before, after))
            }
            (Value::Mapping(before), Value::Mapping(after)) => {
                all(before, after, |before, after| self.entry(before, after))
            }
            _ => false,
        }
    }

    fn entry(&mut self, before: &Entry, after: &Entry) -> bool {
        match (before, after) {
            (Entry::Comment(before), Entry::Comment(after)) => self.comment(before, after),
            (
                Entry::Pair { key, value: before },
                Entry::Pair {
                    key: same,
                    value: after,
                },
            ) => is_same(key, same) && self.node(before, after),
            (Entry::Comment(_), Entry::Pair { .. }) | (Entry::Pair { .. }, Entry::Comment(_)) => {
                false
            }
        }
    }

    fn item(&mut self, before: &Item, after: &Item) -> bool {
        match (before, after) {
            (Item::Node(before), Item::Node(after)) => self.node(before, after),
            (Item::Comment(before), Item::Comment(after)) => self.comment(before, after),
            // sops writes a sealed comment of a list as an element.
            (Item::Comment(before), Item::Node(after)) => after
                .text()
                .is_some_and(|after| self.is_put(before.span.start, after) == Some(true)),
            (Item::Node(_), Item::Comment(_)) => false,
        }
    }

    fn scalar(&mut self, before: &Node, after: &Node) -> bool {
        let is_put = self.is_put(before.span.start, after.text().unwrap_or_default());
        is_put.unwrap_or_else(|| is_same(before, after))
    }

    fn comment(&mut self, before: &Comment, after: &Comment) -> bool {
        let is_put = self.is_put(before.span.start, &after.text);
        is_put.unwrap_or_else(|| before.text == after.text)
    }

    /// Whether the text is the ciphertext that was put in the place of what stood there; nothing if none was.
    fn is_put(&mut self, start: usize, text: &str) -> Option<bool> {
        let index = self.index_of(start)?;
        self.next = index + 1;
        self.found += 1;
        Some(self.hasher.hash_one(text) == self.puts[index].1)
    }

    /// Which put begins there, if one does. Most are come across in the order of their places, comments of INI files
    /// are not.
    fn index_of(&self, start: usize) -> Option<usize> {
        let at = |index: usize| self.puts.get(index).map(|(at, _)| *at);
        if at(self.next) == Some(start) {
            return Some(self.next);
        }
        let is_behind_last = self.next.checked_sub(1).and_then(at) < Some(start);
        if is_behind_last && at(self.next).is_none_or(|next| start < next) {
            return None;
        }
        self.puts.binary_search_by_key(&start, |(at, _)| *at).ok()
    }
}

/// Whether a rule by comments, of which some are sealed now, selects in both what it selects in the one.
pub(super) fn selects_alike(rule: &Rule, before: &Stream, after: &Stream) -> bool {
    let selected = |stream| {
        let slots = walk(stream, rule).ok()?;
        Some(slots.iter().map(|slot| slot.selected).collect::<Vec<_>>())
    };
    !rule.is_comment_rule()
        || selected(before).is_some_and(|before| selected(after) == Some(before))
}

/// What stands in the mapping that a document is; nothing in another one.
fn entries(document: &Document) -> &[Entry] {
    match document.root.as_ref().map(|root| &root.value) {
        Some(Value::Mapping(entries)) => entries,
        _ => &[],
    }
}

/// The comments of a document, those among its entries first; nothing if there is a pair among them.
fn comments<'d>(document: &'d Document, entries: &'d [Entry]) -> Option<Vec<&'d Comment>> {
    let inside = entries.iter().map(|entry| match entry {
        Entry::Comment(comment) => Some(comment),
        Entry::Pair { .. } => None,
    });
    inside.chain(document.comments.iter().map(Some)).collect()
}

fn is_block(entry: &Entry) -> bool {
    has_key(entry, &["sops"])
}

/// Whether it is the MAC or its time.
fn is_made_anew(entry: &Entry) -> bool {
    has_key(entry, &["mac", "lastmodified"])
}

fn has_key(entry: &Entry, names: &[&str]) -> bool {
    matches!(entry, Entry::Pair { key, .. } if key.text().is_some_and(|key| names.contains(&key)))
}

fn is_same(before: &Node, after: &Node) -> bool {
    before.value == after.value && before.tag() == after.tag()
}

fn all<T>(before: &[T], after: &[T], mut same: impl FnMut(&T, &T) -> bool) -> bool {
    before.len() == after.len()
        && before
            .iter()
            .zip(after)
            .all(|(before, after)| same(before, after))
}

#[cfg(test)]
mod tests;
