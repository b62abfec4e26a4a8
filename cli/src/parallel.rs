//! The same work on many files, on all cores.

use rayon::prelude::*;

/// What the work gives for each thing, in their order. A single one wakes no other core.
pub(crate) fn map<T: Send, R: Send>(
    things: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Send + Sync,
) -> Vec<R> {
    let things: Vec<T> = things.into_iter().collect();
    match things.len() {
        0 | 1 => things.into_iter().map(work).collect(),
        _ => things.into_par_iter().map(work).collect(),
    }
}
