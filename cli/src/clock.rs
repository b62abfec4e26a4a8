//! The one clock of this tool; everything below it takes `now` as an argument.

use jiff::Timestamp;

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "the edge at which `now` enters")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
