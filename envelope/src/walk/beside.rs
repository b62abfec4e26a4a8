//! Comments that stand beside an entry or in brackets, under the rules that go by comments.

use std::sync::Arc;

use signet_yaml::{Comment, CommentPlace, Document, Entry, Item, Node, Stream, Value};

use super::{Container, Walk, WalkError};
use crate::Rule;

impl<'a> Walk<'a, '_> {
    /// Visits, of the comments that follow an entry, those that stand beside it, and says how many they are: SOPS has them
    /// in front of it.
    pub(super) fn beside(
        &mut self,
        following: impl Iterator<Item = &'a Comment>,
        here: &Arc<Container>,
    ) -> usize {
        let by_comments = self.rule.is_comment_rule();
        following
            .take_while(|comment| by_comments && comment.place == CommentPlace::Beside)
            .map(|comment| self.comment(comment, here))
            .count()
    }

    /// Inside brackets, and behind them, SOPS has a comment for one entry, and loses some.
    pub(super) fn refuse_in_brackets(
        &self,
        parts: impl ExactSizeIterator<Item = Option<&'a Comment>> + Clone,
    ) -> Result<(), WalkError> {
        let is_empty = parts.clone().all(|part| part.is_some());
        if is_empty || !self.rule.is_comment_rule() {
            return Ok(());
        }
        let comments = parts.flatten();
        self.refuse_deciding(comments.filter(|comment| comment.place == CommentPlace::Brackets))
    }

    /// Behind a bare dash go-yaml hangs a comment on what comes next, and SOPS writes one behind a collection there.
    pub(super) fn refuse_behind(
        &self,
        following: impl Iterator<Item = &'a Comment>,
        element: &Node,
    ) -> Result<(), WalkError> {
        let mut following = following.peekable();
        let is_collection = !matches!(element.value, Value::Scalar(_));
        match following.peek() {
            Some(comment) if element.span.is_empty() && self.any_decides => {
                Err(WalkError::Comment { at: comment.at })
            }
            _ => self.refuse_deciding(
                following.filter(|comment| is_collection && comment.place == CommentPlace::Beside),
            ),
        }
    }

    /// In front of a bare dash too go-yaml hangs a comment on what comes next.
    pub(super) fn refuse_before_nothing(&self, element: &Node) -> Result<(), WalkError> {
        let is_commented = self.comments.last().is_some_and(|own| !own.is_empty());
        if element.span.is_empty() && is_commented && self.any_decides {
            return Err(WalkError::Comment { at: element.at });
        }
        Ok(())
    }

    /// Above the first entry of an element SOPS has a comment for that entry, and writes it above the element.
    pub(super) fn refuse_in_front(&self, element: &'a Node) -> Result<(), WalkError> {
        match &element.value {
            Value::Scalar(_) => Ok(()),
            Value::Mapping(entries) => self.refuse_deciding(entries.iter().map_while(comment_of)),
            Value::Sequence(items) => self.refuse_deciding(items.iter().map_while(comment_among)),
        }
    }

    /// What SOPS has for a comment of something else must neither decide here, nor must others decide on it.
    pub(super) fn refuse_ahead(&self, comment: &Comment) -> Result<(), WalkError> {
        if comment.place == CommentPlace::Ahead && self.any_decides {
            return Err(WalkError::Comment { at: comment.at });
        }
        Ok(())
    }

    /// Of a document of nothing but comments SOPS has some at the end of the one before.
    pub(super) fn refuse_alone(&self, document: &Document) -> Result<(), WalkError> {
        match document.comments.first() {
            Some(comment) if document.root.is_none() && self.document > 0 && self.any_decides => {
                Err(WalkError::Comment { at: comment.at })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn refuse_deciding(
        &self,
        mut comments: impl Iterator<Item = &'a Comment>,
    ) -> Result<(), WalkError> {
        match comments.find(|comment| self.rule.goes_by(&comment.text)) {
            Some(comment) => Err(WalkError::Comment { at: comment.at }),
            None => Ok(()),
        }
    }
}

/// Whether any comment decides.
pub(super) fn any_decides(stream: &Stream, rule: &Rule) -> bool {
    let decides = |comment: &Comment| rule.goes_by(&comment.text);
    rule.is_comment_rule()
        && stream.documents.iter().any(|document| {
            document.comments.iter().any(decides)
                || document.root.iter().any(|root| any_in(root, &decides))
        })
}

fn any_in(node: &Node, decides: &dyn Fn(&Comment) -> bool) -> bool {
    match &node.value {
        Value::Scalar(_) => false,
        Value::Mapping(entries) => entries.iter().any(|entry| match entry {
            Entry::Comment(comment) => decides(comment),
            Entry::Pair { value, .. } => any_in(value, decides),
        }),
        Value::Sequence(items) => items.iter().any(|item| match item {
            Item::Comment(comment) => decides(comment),
            Item::Node(node) => any_in(node, decides),
        }),
    }
}

pub(super) fn comment_of(entry: &Entry) -> Option<&Comment> {
    match entry {
        Entry::Comment(comment) => Some(comment),
        Entry::Pair { .. } => None,
    }
}

pub(super) fn comment_among(item: &Item) -> Option<&Comment> {
    match item {
        Item::Comment(comment) => Some(comment),
        Item::Node(_) => None,
    }
}
