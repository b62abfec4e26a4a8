//! Ciphertext of an earlier text, put back where the new text has the same in the same place.

use std::collections::{BTreeMap, VecDeque};

use signet_envelope::{Content, Enc, Pointer, Sealed, Slot};
use signet_yaml::Edit;
use zeroize::Zeroizing;

use crate::layout::Layout;
use crate::open::written;
use crate::unlock::{Opened, Value, text_of};

/// The sealed parts of a text by their full position: pointer and additional data.
///
/// SOPS keys what it keeps by the additional data alone, and so gives equal elements of a list equal ciphertext, which tells
/// that they are equal.
#[derive(Default)]
pub(super) struct Kept(BTreeMap<(Pointer, String), VecDeque<Part>>);

/// A sealed part of a text.
pub(super) struct Part {
    pub(super) enc: Enc,
    value: Value,
    /// How it stands in the sealed text and in the opened one; nothing where opening finds no place for it.
    written: Option<(String, Zeroizing<String>)>,
}

impl Kept {
    /// Adds what of a file was opened, in file order.
    pub(super) fn add(&mut self, sealed: &Sealed, opened: Vec<Opened<'_>>) {
        let layout = Layout::of_sealed(sealed);
        for mut one in opened {
            let Ok(enc) = text_of(&one.slot).0.parse() else {
                continue;
            };
            let written = written(sealed, &layout, &one);
            let Some(value) = one.value.take() else {
                continue;
            };
            let place = (one.slot.pointer(), one.slot.aad());
            self.0.entry(place).or_default().push_back(Part {
                enc,
                value,
                written,
            });
        }
    }

    /// The part that held this value in this place, each once; comments of one container in file order.
    pub(super) fn take(&mut self, slot: &Slot<'_>, value: &Value) -> Option<Part> {
        if self.0.is_empty() {
            return None;
        }
        let parts = self.0.get_mut(&(slot.pointer(), slot.aad()))?;
        let same = |part: &Part| part.value.is(value);
        parts.remove(parts.iter().position(same)?)
    }
}

impl Part {
    /// The edit that puts the part back as it stood; nothing if it is not written in the clear as opening writes it.
    pub(super) fn edit(&self, text: &str, slot: &Slot<'_>) -> Option<Edit> {
        let (sealed, clear) = self.written.as_ref()?;
        let span = match slot.content {
            Content::Scalar(node) | Content::SealedElement(node) => &node.span,
            Content::Comment(comment) => &comment.span,
        };
        let rest = text[span.clone()].strip_prefix(clear.as_str())?;
        // Behind the last line of a block scalar stand at most the line breaks that its span includes.
        rest.trim().is_empty().then(|| Edit {
            span: span.start..span.start + clear.len(),
            text: sealed.clone(),
        })
    }
}
