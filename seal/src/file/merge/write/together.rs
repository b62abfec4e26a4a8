//! Edits that several steps make in one text.

use std::collections::BTreeMap;

use signet_yaml::Edit;

/// Edits in the order of their steps, of which those that insert at one place become one.
#[derive(Default)]
pub(super) struct Together {
    edits: Vec<Edit>,
    inserted: BTreeMap<usize, Inserted>,
}

/// What is inserted at a place.
#[derive(Default)]
struct Inserted {
    /// The last one stands first: steps are made from the back.
    elements: Vec<String>,
    keys: Vec<String>,
}

impl Together {
    /// Adds an edit; one that inserts an element stands in front of those inserted there before, one with a key behind them.
    pub(super) fn add(&mut self, edit: Edit, is_element: bool) {
        if !edit.span.is_empty() {
            self.edits.push(edit);
            return;
        }
        let there = self.inserted.entry(edit.span.start).or_default();
        if is_element {
            there.elements.push(edit.text);
        } else {
            there.keys.push(edit.text);
        }
    }

    pub(super) fn into_edits(self) -> Vec<Edit> {
        let inserted = self.inserted.into_iter().map(|(at, inserted)| Edit {
            span: at..at,
            text: inserted.into_text(),
        });
        self.edits.into_iter().chain(inserted).collect()
    }
}

impl Inserted {
    fn into_text(self) -> String {
        let elements = self.elements.into_iter().rev();
        elements.chain(self.keys).collect()
    }
}
