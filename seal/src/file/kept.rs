//! Ciphertext of an earlier text, put back where the new text has the same in the same place.

use std::collections::{BTreeMap, VecDeque};

use signet_envelope::{Content, Enc, Pointer, Sealed, Slot};
use signet_yaml::{Edit, Node, Span};
use zeroize::Zeroizing;

use crate::layout::Layout;
use crate::open::written;
use crate::unlock::{Opened, Value, text_of};

/// The sealed parts of a text by their full position: pointer and additional data.
///
/// SOPS keys what it keeps by the additional data alone, and so gives equal elements of a list equal ciphertext, which tells
/// that they are equal.
#[derive(Default)]
pub(super) struct Kept(BTreeMap<(Pointer, String), VecDeque<(Part, Value)>>);

/// A sealed part of a text.
pub(super) struct Part {
    pub(super) enc: Enc,
    written: Option<Written>,
}

/// How a part stands in the sealed text and in the opened one; nothing where opening finds no place for it. The comments of a
/// list that holds nothing else stand together with its brackets: the first has the text of all.
type Written = (String, Zeroizing<String>);

impl Kept {
    /// Adds what of a file was opened, in file order.
    pub(super) fn add(&mut self, sealed: &Sealed, opened: Vec<Opened<'_>>) {
        let texts = texts(sealed, &opened);
        for (mut one, written) in opened.into_iter().zip(texts) {
            let Ok(enc) = text_of(&one.slot).0.parse() else {
                continue;
            };
            let Some(value) = one.value.take() else {
                continue;
            };
            let place = (one.slot.pointer(), one.slot.aad());
            let part = Part { enc, written };
            self.0.entry(place).or_default().push_back((part, value));
        }
    }

    /// The part that held this value in this place, each once; comments of one container in file order.
    pub(super) fn take(&mut self, slot: &Slot<'_>, value: &Value) -> Option<Part> {
        let (part, _) = self.take_where(slot, |(_, was)| was.is(value))?;
        Some(part)
    }

    /// The part that stands in this place as opening writes it, on one line, and its value, whatever type the text has now: that
    /// of other stores than YAML does not tell each type that sops seals, as of `1234` where all numbers were floats.
    pub(super) fn take_untouched(&mut self, text: &str, slot: &Slot<'_>) -> Option<(Part, Value)> {
        self.take_where(slot, |(part, _)| part.is_untouched(text, slot))
    }

    fn take_where(
        &mut self,
        slot: &Slot<'_>,
        is_it: impl FnMut(&(Part, Value)) -> bool,
    ) -> Option<(Part, Value)> {
        if self.0.is_empty() {
            return None;
        }
        let parts = self.0.get_mut(&(slot.pointer(), slot.aad()))?;
        parts.remove(parts.iter().position(is_it)?)
    }
}

impl Part {
    /// The edit that puts the part back as it stood, with those that stand together with it; nothing if it is not written in
    /// the clear as opening writes it.
    pub(super) fn edit(&self, text: &str, slot: &Slot<'_>) -> Option<Edit> {
        let (sealed, clear) = self.written.as_ref()?;
        let span = span_of(slot);
        let behind = text[span.start..].strip_prefix(clear.as_str())?;
        let end = span.start + clear.len();
        // Behind the last line of a block scalar stand line breaks, some of which its span may include.
        let between = &text[end.min(span.end)..end.max(span.end)];
        let is_together = matches!(slot.content, Content::Comment(_)) && ends_line(behind);
        (between.trim().is_empty() || is_together).then(|| Edit {
            span: span.start..end,
            text: sealed.clone(),
        })
    }

    /// Whether the part stands in the text as opening writes it, a value on one line: of several, the last line breaks may count.
    /// Opening writes no tags, which make another value of the same text.
    fn is_untouched(&self, text: &str, slot: &Slot<'_>) -> bool {
        let is_tagged = |node: &Node| node.tag().is_some();
        if matches!(slot.content, Content::Scalar(node) if is_tagged(node)) {
            return false;
        }
        let clear = self.written.as_ref().map(|(_, clear)| clear.as_str());
        let is_comment = matches!(slot.content, Content::Comment(_));
        clear == Some(&text[span_of(slot).clone()])
            && clear.is_some_and(|clear| is_comment || !clear.contains('\n'))
    }
}

/// How each slot is written.
fn texts(sealed: &Sealed, opened: &[Opened<'_>]) -> Vec<Option<Written>> {
    let layout = Layout::of_sealed(sealed);
    let is_comment = |one: &Opened<'_>| !matches!(one.slot.content, Content::Scalar(_));
    let are_of_one_list = |one: &Opened<'_>, next: &Opened<'_>| {
        is_comment(one) && is_comment(next) && one.slot.pointer() == next.slot.pointer()
    };
    let mut texts = Vec::with_capacity(opened.len());
    for comments in opened.chunk_by(are_of_one_list) {
        let leaves_brackets = |one: &Opened<'_>| layout.leaves_brackets(&one.slot);
        if comments.last().is_some_and(leaves_brackets) {
            texts.push(written(sealed, &layout, comments));
            texts.extend(comments[1..].iter().map(|_| None));
        } else {
            let each = comments.chunks(1);
            texts.extend(each.map(|one| written(sealed, &layout, one)));
        }
    }
    texts
}

/// Whether nothing else stands on the line in front of a text.
fn ends_line(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    line.trim().is_empty()
}

fn span_of<'a>(slot: &Slot<'a>) -> &'a Span {
    match slot.content {
        Content::Scalar(node) | Content::SealedElement(node) => &node.span,
        Content::Comment(comment) => &comment.span,
    }
}
