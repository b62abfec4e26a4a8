//! How much may be compared.
//!
//! Whoever signs what it may not change decides how much there is to compare, so there is an end to it: in one commit, and in all
//! of its signer's since the last good one, which are judged again with every new tip.
//!
//! What counts is how much there is, and not whether it was compared before: so a verdict goes by the commits from the last good
//! one on, wherever a walk began.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// After as many bytes no more files are compared for one step: 64 MiB.
const OF_ONE: usize = 64 << 20;
/// After as many bytes no more files are compared for a signer's steps until one is good, whoever's: 256 MiB.
const OF_ALL: usize = 256 << 20;
/// As many bytes a comparison counts for at least: small files take time too.
const LEAST: usize = 8 << 10;

/// How many bytes were compared since the last good commit, by the principals who signed for that on the mainline.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spent(RefCell<BTreeMap<String, usize>>);

impl Spent {
    /// A good commit came.
    pub(crate) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

/// What is compared for a step, those of its side branches included.
pub(crate) struct Account<'a> {
    spent: &'a Spent,
    /// Who signed the step.
    principal: &'a str,
    compared: Cell<usize>,
}

impl<'a> Account<'a> {
    /// That of a step for which nothing was compared yet.
    pub(crate) fn new(spent: &'a Spent, principal: &'a str) -> Self {
        Self {
            spent,
            principal,
            compared: Cell::new(0),
        }
    }

    /// Why no more is compared, if so.
    pub(crate) fn ended(&self) -> Option<&'static str> {
        if self.compared.get() > OF_ONE {
            return Some("the commit changes more than is compared of one");
        }
        let spent = self.spent.0.borrow();
        let all = spent.get(self.principal).copied().unwrap_or_default();
        (all > OF_ALL).then_some(
            "with its signer's refused commits before it, it changes more than is compared until a good commit",
        )
    }

    /// Counts a comparison of so many bytes.
    pub(crate) fn charge(&self, bytes: usize) {
        let bytes = bytes.max(LEAST);
        self.compared.set(self.compared.get() + bytes);
        let mut spent = self.spent.0.borrow_mut();
        *spent.entry(self.principal.to_owned()).or_default() += bytes;
    }
}
