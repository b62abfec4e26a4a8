//! Secrets of Kubernetes that stand in the clear.

use super::merged;
use super::template::says_something;
use signet_envelope::{Enc, last_applied, passes_through, secret_values, secrets};
use signet_yaml::{Node, Position, Stream};

/// What is wrong with an annotation that shows a Secret.
pub(crate) const SHOWN: &str =
    "an annotation of kubectl shows in clear text what a Secret was when it was applied last";

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

/// Where the first value stands that kustomize makes a Secret of.
pub(super) fn generated(stream: &Stream) -> Option<Position> {
    let mut literals = signet_envelope::generated(stream).into_iter();
    let says = |literal: &&Node| {
        let pair = literal.text().and_then(|pair| pair.split_once('='));
        pair.is_some_and(|(_, value)| says_something(value))
    };
    literals.find(says).map(|literal| literal.at)
}

/// Where an annotation of a Secret shows in the clear what `kubectl apply` sent of it last.
pub(crate) fn shown(stream: &Stream) -> Vec<Position> {
    let annotations = secrets(stream).into_iter().filter_map(last_applied);
    let showing = annotations.filter(|annotation| shows(annotation));
    showing.map(|annotation| annotation.at).collect()
}

/// Whether such an annotation holds a value in the clear; one that is cut short or filled in is not read.
fn shows(annotation: &Node) -> bool {
    match merged::read(annotation.text().unwrap_or_default()) {
        Ok(sent) => !places(&sent).is_empty(),
        Err(_) => is_clear(annotation),
    }
}

/// Whether a value says something that is neither sealed nor filled in later.
pub(super) fn is_clear(value: &Node) -> bool {
    let says = |text: &str| Enc::check(text).is_err() && says_something(text);
    !passes_through(value) && value.text().is_some_and(says)
}
