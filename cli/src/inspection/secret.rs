//! Secrets of Kubernetes that stand in the clear.

use super::template::says_something;
use signet_envelope::{Enc, passes_through, secret_values, secrets};
use signet_yaml::{Node, Position, Stream};

/// Where the Secrets begin that hold a value in the clear.
pub(super) fn places(stream: &Stream) -> Vec<Position> {
    let found = secrets(stream).into_iter();
    let is_clear = |secret: &&Node| {
        let values = secret_values(secret);
        values.iter().any(|(_, value)| is_clear(value))
    };
    let clear = found.filter(is_clear);
    clear.map(|secret| secret.at).collect()
}

/// Whether a value says something that is neither sealed nor filled in later.
pub(super) fn is_clear(value: &Node) -> bool {
    let says = |text: &str| Enc::check(text).is_err() && says_something(text);
    !passes_through(value) && value.text().is_some_and(says)
}
