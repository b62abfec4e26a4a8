//! The order in which SOPS visits the leaves and comments of a file.

mod beside;

use std::sync::Arc;

use signet_yaml::sops::{self, Typed};
use signet_yaml::{Comment, Document, Entry, Item, Node, Position, Stream, Value};

use self::beside::{any_decides, comment_among, comment_of};
use crate::{Enc, LeafType, Pointer, Rule};

/// One scalar or comment on SOPS' way through a file.
#[derive(Debug, Clone)]
pub struct Slot<'a> {
    /// The index of its document.
    pub document: usize,
    /// Whether the rule wants it sealed.
    pub selected: bool,
    /// What stands there.
    pub content: Content<'a>,
    container: Arc<Container>,
    step: Step<'a>,
}

/// A mapping or a sequence on the way: what its slots have in common is not written down for each.
#[derive(Debug)]
struct Container {
    pointer: Pointer,
    /// The keys on the way, each followed by a colon.
    aad: String,
}

/// The way from a container to what stands in it.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
    /// To a comment, which has no name of its own.
    None,
}

/// What stands in a slot.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// A scalar: a value, or an element of a sequence.
    Scalar(&'a Node),
    /// A comment.
    Comment(&'a Comment),
    /// A comment of a sequence that sops sealed: it stands there as an element.
    SealedElement(&'a Node),
}

/// A document that SOPS cannot seal, or not with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WalkError {
    /// The document is a sequence or a scalar.
    #[error("{at}: the document is not a mapping")]
    Root {
        /// Where it begins.
        at: Position,
    },
    /// A key is not a string.
    #[error("{at}: the key is not a string")]
    Key {
        /// Where the key stands.
        at: Position,
    },
    /// A merge key, which Kubernetes resolves and SOPS writes out behind a key with the tag `!!merge`.
    #[error("{at}: merge keys (<<) are not supported")]
    MergeKey {
        /// Where the key stands.
        at: Position,
    },
    /// A mapping or sequence that the rule selects has a tag of its own, which nobody would seal and SOPS throws away.
    #[error("{at}: a mapping or a list with a tag cannot be sealed")]
    Tag {
        /// Where it begins, behind the tag.
        at: Position,
    },
    /// A comment decides what is sealed, and it is not certain for what it stands there.
    #[error("{at}: what a comment here decides on is uncertain")]
    Comment {
        /// Where it stands.
        at: Position,
    },
    /// An anchor or an alias.
    #[error("{at}: anchors and aliases cannot be sealed")]
    Anchor {
        /// Where it stands.
        at: Position,
    },
}

impl Slot<'_> {
    /// Where it stands; for a comment, where its container stands.
    pub fn pointer(&self) -> Pointer {
        let Container { pointer, .. } = &*self.container;
        match self.step {
            Step::Key(key) => pointer.child(key),
            Step::Index(index) => pointer.child(index),
            Step::None => pointer.clone(),
        }
    }

    /// The additional authenticated data of its ciphertext: the keys on the way, each followed by a colon; of a document's own
    /// comment a colon alone.
    pub fn aad(&self) -> String {
        let Container { aad, .. } = &*self.container;
        match self.step {
            Step::Key(key) => [aad, key, ":"].concat(),
            Step::Index(_) | Step::None if aad.is_empty() => ":".to_owned(),
            Step::Index(_) | Step::None => aad.clone(),
        }
    }
}

impl Container {
    fn document(index: usize) -> Arc<Self> {
        Arc::new(Self {
            pointer: Pointer::document(index),
            aad: String::new(),
        })
    }

    fn below(&self, step: Step<'_>) -> Arc<Self> {
        let Self { pointer, aad } = self;
        Arc::new(match step {
            Step::Key(key) => Self {
                pointer: pointer.child(key),
                aad: [aad, key, ":"].concat(),
            },
            Step::Index(index) => Self {
                pointer: pointer.child(index),
                aad: aad.clone(),
            },
            Step::None => unreachable!("a comment holds nothing"),
        })
    }
}

/// The slots of all documents in SOPS' order, the `sops` blocks left out.
///
/// # Errors
/// [`WalkError`] at the first node that SOPS could not seal, or not with one meaning.
pub fn walk<'a>(stream: &'a Stream, rule: &Rule) -> Result<Vec<Slot<'a>>, WalkError> {
    let mut slots = Vec::new();
    visit(stream, rule, &mut |slot| slots.push(slot))?;
    Ok(slots)
}

/// Shows the same slots one after the other, also those in front of an error: a large file has many.
pub(crate) fn visit<'a>(
    stream: &'a Stream,
    rule: &Rule,
    show: &mut dyn FnMut(Slot<'a>),
) -> Result<(), WalkError> {
    let any_decides = any_decides(stream, rule);
    for (index, document) in stream.documents.iter().enumerate() {
        Walk {
            rule,
            merges: stream.merges,
            document: index,
            keys: Vec::new(),
            comments: Vec::new(),
            any_decides,
            show,
        }
        .document(document)?;
    }
    Ok(())
}

struct Walk<'a, 'w> {
    rule: &'w Rule,
    /// Whether `<<` is a merge key.
    merges: bool,
    document: usize,
    keys: Vec<&'a str>,
    /// Comments in force, a list for each container on the way.
    comments: Vec<Vec<&'a str>>,
    /// Whether any comment decides, in whichever document.
    any_decides: bool,
    show: &'w mut dyn FnMut(Slot<'a>),
}

impl<'a> Walk<'a, '_> {
    fn document(&mut self, document: &'a Document) -> Result<(), WalkError> {
        let here = Container::document(self.document);
        if let Some(root) = &document.root {
            self.root(root, &here)?;
        }
        self.refuse_alone(document)?;
        self.comments.push(Vec::new());
        for comment in &document.comments {
            self.comment(comment, &here);
        }
        self.comments.pop();
        Ok(())
    }

    fn root(&mut self, root: &'a Node, here: &Arc<Container>) -> Result<(), WalkError> {
        refuse_anchor(root)?;
        self.refuse_tag(root)?;
        match &root.value {
            Value::Mapping(entries) => self.mapping(entries, here),
            Value::Scalar(_) if sops::scalar(root) == Ok(Typed::Null) => Ok(()),
            Value::Scalar(_) | Value::Sequence(_) => Err(WalkError::Root { at: root.at }),
        }
    }

    fn mapping(&mut self, entries: &'a [Entry], here: &Arc<Container>) -> Result<(), WalkError> {
        self.refuse_in_brackets(entries.iter().map(comment_of))?;
        self.comments.push(Vec::new());
        let mut rest = entries;
        while let Some((entry, behind)) = rest.split_first() {
            rest = behind;
            match entry {
                Entry::Comment(comment) => {
                    self.refuse_ahead(comment)?;
                    self.comment(comment, here);
                }
                Entry::Pair { key, value } => {
                    let following = behind.iter().map_while(comment_of);
                    // Of a tag with nothing behind it, go-yaml hangs the comment on what comes next.
                    let is_bare_tag = value.tag().is_some() && value.span.is_empty();
                    self.refuse_deciding(following.clone().filter(|_| is_bare_tag))?;
                    rest = &behind[self.beside(following, here)..];
                    self.pair(key, value, here)?;
                    self.forget_comments();
                }
            }
        }
        self.comments.pop();
        Ok(())
    }

    fn pair(
        &mut self,
        key: &'a Node,
        value: &'a Node,
        here: &Arc<Container>,
    ) -> Result<(), WalkError> {
        let name = key_text(key, self.merges)?;
        if self.keys.is_empty() && name == "sops" {
            return Ok(());
        }
        self.keys.push(name);
        self.node(value, here, Step::Key(name))?;
        self.keys.pop();
        Ok(())
    }

    fn sequence(&mut self, items: &'a [Item], here: &Arc<Container>) -> Result<(), WalkError> {
        self.refuse_in_brackets(items.iter().map(comment_among))?;
        self.comments.push(Vec::new());
        let mut index = 0;
        let mut rest = items;
        while let Some((item, behind)) = rest.split_first() {
            rest = behind;
            match item {
                Item::Comment(comment) => {
                    self.refuse_ahead(comment)?;
                    self.comment(comment, here);
                }
                Item::Node(node) if self.selected() && is_sealed_comment(node) => {
                    self.push(true, Content::SealedElement(node), here, Step::None);
                }
                Item::Node(node) => {
                    let following = behind.iter().map_while(comment_among);
                    self.refuse_behind(following.clone(), node)?;
                    self.refuse_before_nothing(node)?;
                    rest = &behind[self.beside(following, here)..];
                    self.refuse_in_front(node)?;
                    self.node(node, here, Step::Index(index))?;
                    self.forget_comments();
                    index += 1;
                }
            }
        }
        self.comments.pop();
        Ok(())
    }

    fn node(
        &mut self,
        node: &'a Node,
        here: &Arc<Container>,
        step: Step<'a>,
    ) -> Result<(), WalkError> {
        refuse_anchor(node)?;
        self.refuse_tag(node)?;
        match &node.value {
            Value::Mapping(entries) => self.mapping(entries, &here.below(step)),
            Value::Sequence(items) => self.sequence(items, &here.below(step)),
            Value::Scalar(_) => {
                self.push(self.selected(), Content::Scalar(node), here, step);
                Ok(())
            }
        }
    }

    fn comment(&mut self, comment: &'a Comment, here: &Arc<Container>) {
        self.comments
            .last_mut()
            .expect("each container pushed a list")
            .push(&comment.text);
        let selected = self.rule.selects_comment(&self.keys, &self.in_force());
        self.push(selected, Content::Comment(comment), here, Step::None);
    }

    /// What stands behind a value has other comments in front of it.
    fn forget_comments(&mut self) {
        self.comments
            .last_mut()
            .expect("each container pushed a list")
            .clear();
    }

    fn push(
        &mut self,
        selected: bool,
        content: Content<'a>,
        here: &Arc<Container>,
        step: Step<'a>,
    ) {
        (self.show)(Slot {
            document: self.document,
            selected,
            content,
            container: Arc::clone(here),
            step,
        });
    }

    /// Refuses a tag of its own on a collection that is selected.
    fn refuse_tag(&self, node: &Node) -> Result<(), WalkError> {
        if has_own_tag(node) && self.selected() {
            Err(WalkError::Tag { at: node.at })
        } else {
            Ok(())
        }
    }

    fn selected(&self) -> bool {
        self.rule.selects(&self.keys, &self.in_force())
    }

    fn in_force(&self) -> Vec<&'a str> {
        if self.rule.is_comment_rule() {
            self.comments.concat()
        } else {
            Vec::new()
        }
    }
}

fn key_text(key: &Node, merges: bool) -> Result<&str, WalkError> {
    refuse_anchor(key)?;
    let text = key.text().ok_or(WalkError::Key { at: key.at })?;
    match (text, key.tag()) {
        // What sops writes for a merge key, once it has written out what is merged: to it a key like another.
        ("<<", Some("!!merge")) => return Ok(text),
        // In quotes too, which sops does not write back: it makes a merge key of it.
        ("<<", _) if merges => return Err(WalkError::MergeKey { at: key.at }),
        _ => {}
    }
    match sops::scalar(key) {
        Ok(Typed::Str(_)) => Ok(text),
        _ => Err(WalkError::Key { at: key.at }),
    }
}

/// Whether a collection has another tag than the one that it has without any.
fn has_own_tag(node: &Node) -> bool {
    let own = match node.value {
        Value::Mapping(_) => "!!map",
        Value::Sequence(_) => "!!seq",
        Value::Scalar(_) => return false,
    };
    node.tag().is_some_and(|tag| tag != "!" && tag != own)
}

fn refuse_anchor(node: &Node) -> Result<(), WalkError> {
    if node.anchor {
        Err(WalkError::Anchor { at: node.at })
    } else {
        Ok(())
    }
}

/// Whether an element of a sequence is a comment that sops sealed.
pub fn is_sealed_comment(node: &Node) -> bool {
    let text = node.text().filter(|text| Enc::looks_sealed(text));
    text.is_some_and(|text| Enc::check(text) == Ok(LeafType::Comment))
}

#[cfg(test)]
mod tests;
