//! The same work on many values, on all cores.

use rayon::prelude::*;

/// So many values that working on them takes longer than waking another core.
const MANY: usize = 256;

/// What the work gives for each thing, in their order. A few wake no other core: most files have no more.
pub(crate) fn map<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    if things.len() < 2 * MANY {
        return things.iter().map(work).collect();
    }
    let all = things.par_iter().with_min_len(MANY);
    all.map(work).collect()
}

/// What both kinds of work give, beside each other if they are for so many values.
pub(crate) fn both<A: Send, B: Send>(
    values: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if values < 2 * MANY {
        return (one(), other());
    }
    rayon::join(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_things() {
        for count in [0, 1, 2 * MANY, 9 * MANY + 7] {
            let things: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = things.iter().map(|thing| 2 * thing).collect();
            assert_eq!(map(&things, |thing| 2 * thing), doubled);
        }
    }
}
