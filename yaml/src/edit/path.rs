//! Where a change is asked for, and why it cannot be made there.

use crate::edit::slot::Slot;
use crate::{EmitError, Node, Position, Stream, Value};

/// A way into a stream: a document, then keys and numbers of elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The number of the document, from 0.
    pub document: usize,
    /// From the document's root down; none for the root itself.
    pub steps: Vec<Step>,
}

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The text of a key. In a sequence decimal digits are an element's number and `-` the place behind the last one, as
    /// in a JSON pointer (RFC 6901).
    Key(String),
    /// The number of an element, from 0; the place behind the last one where something is to be added.
    Index(usize),
}

/// Why a change cannot be made. No variant quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// The stream has no such document, or the document holds nothing and is not the last one.
    #[error("the text has no document {document} that could be changed")]
    NoDocument {
        /// The number asked for, from 0.
        document: usize,
    },
    /// What is to be removed is not there.
    #[error("step {step} of the path leads nowhere")]
    Missing {
        /// The number of the first step that nothing answers to, from 1.
        step: usize,
    },
    /// What is to be inserted as a new key is there already.
    #[error("{at}: the key is there already")]
    Exists {
        /// Where its value begins.
        at: Position,
    },
    /// The path goes on where a value ends it.
    #[error("{at}: the path goes on, but here stands a value without keys or elements")]
    NotCollection {
        /// Where the value begins.
        at: Position,
    },
    /// A key was asked of a sequence.
    #[error("{at}: the path names a key, but here stands a sequence")]
    NotMapping {
        /// Where the sequence begins.
        at: Position,
    },
    /// An element was asked of a mapping.
    #[error("{at}: the path names an element, but here stands a mapping")]
    NotSequence {
        /// Where the mapping begins.
        at: Position,
    },
    /// An element beyond the end.
    #[error("{at}: the sequence has {length} elements, the path names one further on")]
    Index {
        /// Where the sequence begins, or would have to.
        at: Position,
        /// How many elements it has.
        length: usize,
    },
    /// The path leads through an alias: a change there would change what its anchor names.
    #[error("{at}: the path leads through an alias; change what its anchor names")]
    Alias {
        /// Where the alias stands.
        at: Position,
    },
    /// What is to be changed has an anchor, and aliases stand behind it.
    #[error("{at}: an anchor stands here, and an alias further on may mean it")]
    Anchored {
        /// Where the anchored node begins.
        at: Position,
    },
    /// The root cannot be removed.
    #[error("a document's root cannot be removed")]
    Root,
    /// The layout leaves no place for the change.
    #[error("{at}: the layout leaves no place for this change")]
    Layout {
        /// The node at which there is none.
        at: Position,
    },
    /// The new value cannot be written.
    #[error(transparent)]
    Emit(#[from] EmitError),
}

impl Step {
    /// The number of an element in a sequence of that length.
    fn index(&self, length: usize) -> Option<usize> {
        match self {
            Self::Index(index) => Some(*index),
            Self::Key(key) if key == "-" => Some(length),
            Self::Key(key) => key
                .parse()
                .ok()
                .filter(|index: &usize| index.to_string() == *key),
        }
    }
}

/// The root of the document that a path names; nothing if the document is there, last, and empty.
pub(super) fn root<'n>(stream: &'n Stream, path: &Path) -> Result<Option<&'n Node>, PathError> {
    let none = PathError::NoDocument {
        document: path.document,
    };
    match stream.documents.get(path.document) {
        Some(document) if document.root.is_some() => Ok(document.root.as_ref()),
        _ if path.document == stream.documents.len().saturating_sub(1) => Ok(None),
        _ => Err(none),
    }
}

/// How far a path leads: the last node that is there, and the steps that nothing answers to.
pub(super) fn walk<'n, 'p>(
    text: &str,
    root: &'n Node,
    steps: &'p [Step],
) -> Result<(Slot<'n>, &'p [Step]), PathError> {
    let mut slot = Slot::root(root);
    let mut rest = steps;
    while let [step, behind @ ..] = rest {
        if slot.is_alias(text) {
            return Err(PathError::Alias { at: slot.node.at });
        }
        let Some(number) = number(slot.node, step)? else {
            break;
        };
        slot = slot.child(number);
        rest = behind;
    }
    Ok((slot, rest))
}

/// The number of the pair or element that a step names; nothing if it is not there but has a place.
fn number(node: &Node, step: &Step) -> Result<Option<usize>, PathError> {
    let at = node.at;
    match (&node.value, step) {
        (Value::Mapping(_), Step::Key(key)) => {
            Ok(node.pairs().position(|(k, _)| k.text() == Some(key)))
        }
        (Value::Mapping(_), Step::Index(_)) => Err(PathError::NotSequence { at }),
        (Value::Sequence(_), step) => {
            let length = node.items().count();
            let index = step.index(length).ok_or(PathError::NotMapping { at })?;
            within(index, length, at)
        }
        (Value::Scalar(_), _) if is_null(node) => Ok(None),
        (Value::Scalar(_), _) => Err(PathError::NotCollection { at }),
    }
}

fn within(index: usize, length: usize, at: Position) -> Result<Option<usize>, PathError> {
    if index > length {
        return Err(PathError::Index { at, length });
    }
    Ok((index < length).then_some(index))
}

fn is_null(node: &Node) -> bool {
    matches!(crate::sops::scalar(node), Ok(crate::sops::Typed::Null))
}
