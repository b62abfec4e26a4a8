//! Which scalars differ between two versions of a text that are the same in all else.
//!
//! *All else* is every byte: what stands outside of the scalars that differ has to be spelled as it was. That the trees agree is
//! not enough, for a comment, a quote or a line break means something to other readers, and what is spelled as it was is read as it
//! was by all of them. The trees are compared as well, so that a scalar does not become what looks like the text around it.

use std::collections::BTreeSet;

use crate::load::position_of;
use crate::typing::{self, TypeError};
use crate::{Comment, Entry, Item, Node, Position, Span, Stream, Value, kubernetes};

/// The most bytes that the pointers of what changed have together, each with [`EACH`] more: keys may be as long as a text.
const MOST: usize = 256 << 10;
/// What a pointer takes besides its bytes.
const EACH: usize = 32;

/// What ends a line, to readers of YAML 1.1 or 1.2.
const BREAKS: [char; 4] = ['\n', '\r', '\u{2028}', '\u{2029}'];

/// Why two texts differ in more than scalars. Keys are named, values never.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unlike {
    /// Documents came or went.
    #[error("it has {new} documents, and had {old}")]
    Documents {
        /// How many there were.
        old: usize,
        /// How many there are.
        new: usize,
    },
    /// A key came.
    #[error("{pointer} came")]
    Came {
        /// The key's JSON pointer.
        pointer: String,
    },
    /// A key went.
    #[error("{pointer} went")]
    Went {
        /// The key's JSON pointer.
        pointer: String,
    },
    /// The keys of a mapping stand in another order.
    #[error("{pointer} stands in another place")]
    Order {
        /// The JSON pointer of the first key that does.
        pointer: String,
    },
    /// Elements came or went.
    #[error("{pointer} has {new} elements, and had {old}")]
    Elements {
        /// The sequence's JSON pointer.
        pointer: String,
        /// How many there were.
        old: usize,
        /// How many there are.
        new: usize,
    },
    /// A scalar, a sequence or a mapping became another of these, or has another tag.
    #[error("{pointer} is another kind of value")]
    Kind {
        /// The value's JSON pointer.
        pointer: String,
    },
    /// A value that stood on one line takes more: where it ends is up to the lines around it then.
    #[error("{pointer} stands on one line no more")]
    Lines {
        /// The value's JSON pointer.
        pointer: String,
    },
    /// A value of several lines has one that begins further left than they did, or in the first column: who goes by lines reads it
    /// as one of those around.
    #[error("{pointer} has a line that begins further left than they did")]
    Margin {
        /// The value's JSON pointer.
        pointer: String,
    },
    /// A value has a line break, or another control character, of a sort that it had not, be it by an escape: who writes it into another
    /// text, as templates do, would begin a line there.
    #[error("{pointer} gains a line break or another control character")]
    Control {
        /// The value's JSON pointer.
        pointer: String,
    },
    /// A value has an action of a template, as Helm's charts are: who renders the file runs it, and it writes what it likes.
    #[error("{pointer} holds an action of a template")]
    Template {
        /// The value's JSON pointer.
        pointer: String,
    },
    /// A merge key, by which a value is another one's too.
    #[error("{at}: merge keys are not compared")]
    Merge {
        /// Where it stands, in the text that has it.
        at: Position,
    },
    /// A text that Kubernetes' tools do not take.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// Something that is no value is not spelled as it was: a comment, a quote of a key, white space.
    #[error("{at}: what is no value is spelled in another way")]
    Outside {
        /// Where in the new text.
        at: Position,
    },
    /// More scalars differ than are looked at.
    #[error("more values differ than are compared in one file")]
    TooMany,
}

/// The JSON pointers, each within its document, of the scalars that differ between two versions of a text, in file order; keys are
/// as Kubernetes reads them.
///
/// A scalar differs if it is spelled in another way, whatever it means.
///
/// # Errors
/// [`Unlike`] where anything else differs, or is not compared: merge keys, and what Kubernetes' tools do not take. Anchors and
/// aliases are for the caller to have refused.
pub fn differing_scalars(
    old: (&str, &Stream),
    new: (&str, &Stream),
) -> Result<Vec<String>, Unlike> {
    let (olds, news) = (&old.1.documents, &new.1.documents);
    if olds.len() != news.len() {
        return Err(Unlike::Documents {
            old: olds.len(),
            new: news.len(),
        });
    }
    let mut comparison = Comparison {
        old: old.0,
        new: new.0,
        pointer: String::new(),
        found: Vec::new(),
        spans: Vec::new(),
        bytes: 0,
    };
    for (old, new) in olds.iter().zip(news) {
        match (&old.root, &new.root) {
            (Some(old), Some(new)) => {
                // What Kubernetes reads in two ways, or not at all, has no fields to go by.
                kubernetes::to_json(old)?;
                kubernetes::to_json(new)?;
                comparison.node(old, new)?;
            }
            (None, None) => {}
            _ => return Err(comparison.kind()),
        }
        comparison.comments(old.comments.iter(), new.comments.iter())?;
    }
    comparison.rest()?;
    Ok(comparison.found)
}

/// How an action of a template of Go begins.
const ACTION: &str = "{{";

struct Comparison<'t> {
    old: &'t str,
    new: &'t str,
    /// Where the nodes stand that are looked at.
    pointer: String,
    found: Vec<String>,
    /// Where what was found stands, in the old and the new text.
    spans: Vec<(Span, Span)>,
    bytes: usize,
}

impl Comparison<'_> {
    fn node(&mut self, old: &Node, new: &Node) -> Result<(), Unlike> {
        if old.tag() != new.tag() {
            return Err(self.kind());
        }
        match (&old.value, &new.value) {
            (Value::Scalar(_), Value::Scalar(_)) => self.scalar(old, new),
            (Value::Sequence(_), Value::Sequence(_)) => self.sequence(old, new),
            (Value::Mapping(_), Value::Mapping(_)) => self.mapping(old, new),
            _ => Err(self.kind()),
        }
    }

    fn scalar(&mut self, old: &Node, new: &Node) -> Result<(), Unlike> {
        let (was, is) = (&self.old[old.span.clone()], &self.new[new.span.clone()]);
        if was == is && old.value == new.value && old.unended == new.unended {
            return Ok(());
        }
        let has_lines = |spelled: &str| spelled.contains(BREAKS);
        if has_lines(is) && !has_lines(was) {
            let pointer = self.here();
            return Err(Unlike::Lines { pointer });
        }
        let least = margin(was).unwrap_or(usize::MAX).max(1);
        if margin(is).is_some_and(|margin| margin < least) {
            let pointer = self.here();
            return Err(Unlike::Margin { pointer });
        }
        if !controls(new)?.is_subset(&controls(old)?) {
            let pointer = self.here();
            return Err(Unlike::Control { pointer });
        }
        if is.contains(ACTION) || new.text().is_some_and(|text| text.contains(ACTION)) {
            let pointer = self.here();
            return Err(Unlike::Template { pointer });
        }
        self.bytes += self.pointer.len() + EACH;
        if self.bytes > MOST {
            return Err(Unlike::TooMany);
        }
        self.found.push(self.pointer.clone());
        self.spans.push((old.span.clone(), new.span.clone()));
        Ok(())
    }

    fn sequence(&mut self, old: &Node, new: &Node) -> Result<(), Unlike> {
        let lengths = (old.items().count(), new.items().count());
        if lengths.0 != lengths.1 {
            return Err(Unlike::Elements {
                pointer: self.here(),
                old: lengths.0,
                new: lengths.1,
            });
        }
        for (number, (old, new)) in old.items().zip(new.items()).enumerate() {
            self.below(&number.to_string(), |this| this.node(old, new))?;
        }
        self.comments(comments(old), comments(new))
    }

    fn mapping(&mut self, old: &Node, new: &Node) -> Result<(), Unlike> {
        let mut pairs = (old.pairs(), new.pairs());
        loop {
            let (was, is) = match (pairs.0.next(), pairs.1.next()) {
                (None, None) => break,
                (Some(was), Some(is)) if is_same_key(was.0, is.0) => (was, is),
                (was, is) => {
                    let keys = (was.map(|pair| pair.0), is.map(|pair| pair.0));
                    return Err(self.other_keys((old, keys.0), (new, keys.1))?);
                }
            };
            if typing::is_merge(is.0) {
                return Err(Unlike::Merge { at: is.0.at });
            }
            let key = kubernetes::key_to_string(is.0)?;
            self.below(&key, |this| this.node(was.1, is.1))?;
        }
        self.comments(comments(old), comments(new))
    }

    /// What became of the first key that is not the same.
    fn other_keys(
        &mut self,
        (old, was): (&Node, Option<&Node>),
        (new, is): (&Node, Option<&Node>),
    ) -> Result<Unlike, Unlike> {
        let is_in = |mapping: &Node, key: &Node| mapping.pairs().any(|(k, _)| is_same_key(k, key));
        let (key, unlike): (_, fn(String) -> Unlike) = match (was, is) {
            (_, Some(is)) if !is_in(old, is) => (is, |pointer| Unlike::Came { pointer }),
            (Some(was), _) if !is_in(new, was) => (was, |pointer| Unlike::Went { pointer }),
            (Some(key), _) | (None, Some(key)) => (key, |pointer| Unlike::Order { pointer }),
            (None, None) => return Err(self.kind()),
        };
        let key = kubernetes::key_to_string(key)?;
        self.below(&key, |this| Ok(unlike(this.pointer.clone())))
    }

    /// Comments stand outside of scalars, but for those behind the header of a block.
    fn comments<'c>(
        &self,
        old: impl Iterator<Item = &'c Comment>,
        new: impl Iterator<Item = &'c Comment>,
    ) -> Result<(), Unlike> {
        let text = |comment: &'c Comment| &comment.text;
        if old.map(text).eq(new.map(text)) {
            return Ok(());
        }
        self.rest()?;
        let header = self.spans.last().map_or(0, |(_, new)| new.start);
        Err(self.outside(header))
    }

    /// Compares what stands between the scalars that differ.
    fn rest(&self) -> Result<(), Unlike> {
        let (mut old, mut new) = (0, 0);
        let ends = (
            self.old.len()..self.old.len(),
            self.new.len()..self.new.len(),
        );
        for (was, is) in self.spans.iter().chain([&ends]) {
            let between = (self.old.get(old..was.start), self.new.get(new..is.start));
            let (Some(before), Some(after)) = between else {
                return Err(self.outside(new));
            };
            if before != after {
                let both = before.char_indices().zip(after.chars());
                let same = both.take_while(|((_, old), new)| old == new).last();
                let same = same.map_or(0, |((offset, c), _)| offset + c.len_utf8());
                return Err(self.outside(new + same));
            }
            (old, new) = (was.end, is.end);
        }
        Ok(())
    }

    fn below<T>(
        &mut self,
        step: &str,
        look: impl FnOnce(&mut Self) -> Result<T, Unlike>,
    ) -> Result<T, Unlike> {
        let length = self.pointer.len();
        self.pointer.push('/');
        if step.contains(['~', '/']) {
            self.pointer
                .push_str(&step.replace('~', "~0").replace('/', "~1"));
        } else {
            self.pointer.push_str(step);
        }
        let found = look(self)?;
        self.pointer.truncate(length);
        Ok(found)
    }

    fn kind(&self) -> Unlike {
        let pointer = self.here();
        Unlike::Kind { pointer }
    }

    fn here(&self) -> String {
        match &*self.pointer {
            "" => "the document".to_owned(),
            pointer => pointer.to_owned(),
        }
    }

    fn outside(&self, offset: usize) -> Unlike {
        Unlike::Outside {
            at: position_of(self.new, offset),
        }
    }
}

/// How many spaces stand at least in front of a scalar's lines, as spelled, but for its first and blank ones.
fn margin(spelled: &str) -> Option<usize> {
    let lines = spelled.split(BREAKS).skip(1);
    let lines = lines.filter(|line| !line.trim_matches([' ', '\t']).is_empty());
    lines
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
}

/// The sorts of line breaks and other control characters in a scalar's text, and in what Kubernetes makes of it: `!!binary` hides
/// them.
fn controls(scalar: &Node) -> Result<BTreeSet<char>, TypeError> {
    let is_control = |c: &char| c.is_control() || BREAKS.contains(c);
    let read = kubernetes::to_json(scalar)?;
    let texts = [scalar.text(), read.as_str()].into_iter().flatten();
    Ok(texts.flat_map(str::chars).filter(is_control).collect())
}

fn is_same_key(one: &Node, other: &Node) -> bool {
    one.text() == other.text() && one.tag() == other.tag()
}

fn comments(node: &Node) -> impl Iterator<Item = &Comment> {
    let (items, entries): (&[Item], &[Entry]) = match &node.value {
        Value::Sequence(items) => (items, &[]),
        Value::Mapping(entries) => (&[], entries),
        Value::Scalar(_) => (&[], &[]),
    };
    let items = items.iter().filter_map(|item| match item {
        Item::Comment(comment) => Some(comment),
        Item::Node(_) => None,
    });
    let entries = entries.iter().filter_map(|entry| match entry {
        Entry::Comment(comment) => Some(comment),
        Entry::Pair { .. } => None,
    });
    items.chain(entries)
}

#[cfg(test)]
mod tests;
