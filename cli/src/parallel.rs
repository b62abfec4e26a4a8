//! The same work on many files, on all cores.

use rayon::prelude::*;

/// What the work gives for each thing, in their order. A single one wakes no other core.
pub(crate) fn map<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    match things {
        [] | [_] => things.iter().map(work).collect(),
        _ => things.par_iter().map(work).collect(),
    }
}
