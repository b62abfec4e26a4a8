//! What does not work, by name.

use super::Case;
use crate::people::Audience;

/// A combination that fails, and why it must.
pub(super) struct Exception {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
    /// What the failure says.
    pub(super) expected: &'static str,
}

pub(super) fn exception(case: &Case) -> Option<Exception> {
    (case.audience == Audience::Shamir).then_some(Exception {
        name: "groups",
        reason: "shares of the data key are not put together yet",
        expected: "is sealed for a threshold of key groups, which cannot be opened yet",
    })
}
