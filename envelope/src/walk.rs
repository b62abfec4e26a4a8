//! The order in which SOPS visits the leaves and comments of a file.

use signet_yaml::sops::{self, Typed};
use signet_yaml::{Comment, Document, Entry, Item, Node, Position, Stream, Value};

use crate::{Enc, LeafType, Pointer, Rule};

/// One scalar or comment on SOPS' way through a file.
#[derive(Debug, Clone)]
pub struct Slot<'a> {
    /// The index of its document.
    pub document: usize,
    /// Where it stands; for a comment, where its container stands.
    pub pointer: Pointer,
    /// The additional authenticated data of its ciphertext: the keys on the way, each followed by a colon.
    pub aad: String,
    /// Whether the rule wants it sealed.
    pub selected: bool,
    /// What stands there.
    pub content: Content<'a>,
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
    /// A merge key, which Kubernetes resolves and SOPS does not.
    #[error("{at}: merge keys (<<) cannot be sealed")]
    MergeKey {
        /// Where the key stands.
        at: Position,
    },
    /// An anchor or an alias.
    #[error("{at}: anchors and aliases cannot be sealed")]
    Anchor {
        /// Where it stands.
        at: Position,
    },
}

/// The slots of all documents in SOPS' order, the `sops` blocks left out.
///
/// # Errors
/// [`WalkError`] at the first node that SOPS could not seal, or not with one meaning.
pub fn walk<'a>(stream: &'a Stream, rule: &Rule) -> Result<Vec<Slot<'a>>, WalkError> {
    let mut slots = Vec::new();
    for (index, document) in stream.documents.iter().enumerate() {
        Walk {
            rule,
            document: index,
            keys: Vec::new(),
            pointer: Pointer::document(index),
            aad: String::new(),
            comments: Vec::new(),
            slots: &mut slots,
        }
        .document(document)?;
    }
    Ok(slots)
}

struct Walk<'a, 'w> {
    rule: &'w Rule,
    document: usize,
    keys: Vec<&'a str>,
    /// Where the walk is.
    pointer: Pointer,
    /// The keys, each followed by a colon.
    aad: String,
    /// Comments in force, a list for each container on the way.
    comments: Vec<Vec<&'a str>>,
    slots: &'w mut Vec<Slot<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn document(&mut self, document: &'a Document) -> Result<(), WalkError> {
        self.comments.push(Vec::new());
        for comment in &document.comments {
            self.comment(comment);
        }
        self.comments.pop();
        match &document.root {
            Some(root) => self.root(root),
            None => Ok(()),
        }
    }

    fn root(&mut self, root: &'a Node) -> Result<(), WalkError> {
        refuse_anchor(root)?;
        match &root.value {
            Value::Mapping(entries) => self.mapping(entries),
            Value::Scalar(_) if sops::scalar(root) == Ok(Typed::Null) => Ok(()),
            Value::Scalar(_) | Value::Sequence(_) => Err(WalkError::Root { at: root.at }),
        }
    }

    fn mapping(&mut self, entries: &'a [Entry]) -> Result<(), WalkError> {
        self.comments.push(Vec::new());
        for entry in entries {
            match entry {
                Entry::Comment(comment) => self.comment(comment),
                Entry::Pair { key, value } => {
                    self.pair(key, value)?;
                    self.comments
                        .last_mut()
                        .expect("a list was pushed above")
                        .clear();
                }
            }
        }
        self.comments.pop();
        Ok(())
    }

    fn pair(&mut self, key: &'a Node, value: &'a Node) -> Result<(), WalkError> {
        let name = key_text(key)?;
        if self.keys.is_empty() && name == "sops" {
            return Ok(());
        }
        let above = self.aad.len();
        self.keys.push(name);
        self.aad.extend([name, ":"]);
        self.pointer.push(name);
        self.node(value)?;
        self.pointer.pop();
        self.aad.truncate(above);
        self.keys.pop();
        Ok(())
    }

    fn sequence(&mut self, items: &'a [Item]) -> Result<(), WalkError> {
        self.comments.push(Vec::new());
        let mut index = 0;
        for item in items {
            match item {
                Item::Comment(comment) => self.comment(comment),
                Item::Node(node) if self.selected() && is_sealed_comment(node) => {
                    self.push(true, Content::SealedElement(node));
                }
                Item::Node(node) => {
                    self.pointer.push(index);
                    self.node(node)?;
                    self.pointer.pop();
                    self.comments
                        .last_mut()
                        .expect("a list was pushed above")
                        .clear();
                    index += 1;
                }
            }
        }
        self.comments.pop();
        Ok(())
    }

    fn node(&mut self, node: &'a Node) -> Result<(), WalkError> {
        refuse_anchor(node)?;
        match &node.value {
            Value::Mapping(entries) => self.mapping(entries),
            Value::Sequence(items) => self.sequence(items),
            Value::Scalar(_) => {
                self.push(self.selected(), Content::Scalar(node));
                Ok(())
            }
        }
    }

    fn comment(&mut self, comment: &'a Comment) {
        self.comments
            .last_mut()
            .expect("each container pushed a list")
            .push(&comment.text);
        let selected = self.rule.selects_comment(&self.keys, &self.in_force());
        self.push(selected, Content::Comment(comment));
    }

    fn push(&mut self, selected: bool, content: Content<'a>) {
        let aad = if self.keys.is_empty() { ":" } else { &self.aad };
        self.slots.push(Slot {
            document: self.document,
            pointer: self.pointer.clone(),
            aad: aad.to_owned(),
            selected,
            content,
        });
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

fn key_text(key: &Node) -> Result<&str, WalkError> {
    refuse_anchor(key)?;
    let text = key.text().ok_or(WalkError::Key { at: key.at })?;
    if text == "<<" {
        return Err(WalkError::MergeKey { at: key.at });
    }
    match sops::scalar(key) {
        Ok(Typed::Str(_)) => Ok(text),
        _ => Err(WalkError::Key { at: key.at }),
    }
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
    text.and_then(|text| text.parse::<Enc>().ok())
        .is_some_and(|enc| enc.kind == LeafType::Comment)
}

#[cfg(test)]
mod tests;
