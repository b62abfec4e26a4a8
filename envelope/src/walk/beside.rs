//! Comments that stand beside an entry or in brackets, under the rules that go by comments.

use std::sync::Arc;

use signet_yaml::{Comment, CommentPlace, Entry, Item, Node, Value};

use super::{Container, Walk, WalkError};

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
        let is_collection = !matches!(element.value, Value::Scalar(_));
        self.refuse_deciding(following.filter(|comment| {
            element.span.is_empty() || is_collection && comment.place == CommentPlace::Beside
        }))
    }

    /// Above the first entry of an element SOPS has a comment for that entry, and writes it above the element.
    pub(super) fn refuse_in_front(&self, element: &'a Node) -> Result<(), WalkError> {
        match &element.value {
            Value::Scalar(_) => Ok(()),
            Value::Mapping(entries) => self.refuse_deciding(entries.iter().map_while(comment_of)),
            Value::Sequence(items) => self.refuse_deciding(items.iter().map_while(comment_among)),
        }
    }

    /// What SOPS has for a comment of what is further below must not decide here, nor may others decide on it here.
    pub(super) fn refuse_ahead(&self, comment: &'a Comment) -> Result<(), WalkError> {
        if comment.place != CommentPlace::Ahead {
            return Ok(());
        }
        let in_force = self.comments.last().into_iter().flatten();
        let decides = |text: &&str| self.rule.goes_by(text);
        if in_force.copied().any(|text| decides(&text)) || decides(&comment.text.as_str()) {
            return Err(WalkError::Comment { at: comment.at });
        }
        Ok(())
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
