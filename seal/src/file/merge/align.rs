//! Which elements of one sequence are which of another.

use std::ops::Range;

/// An element of the earlier sequence beside what it is in the later one; one that stands alone was taken out or put in.
pub(super) type Pair = (Option<usize>, Option<usize>);

/// Beyond this many comparisons, elements between an equal beginning and an equal end count as unlike.
const COMPARISONS: usize = 4_000_000;

/// All elements of two sequences of these lengths, in order.
///
/// Between two that are the same, as many as before are taken to be the same ones, changed; of another number nothing is
/// known, so all are taken out and others put in.
pub(super) fn align(before: usize, after: usize, same: impl Fn(usize, usize) -> bool) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let (mut from, mut to) = (0, 0);
    let ends = [(before, after)];
    for (one, other) in matches(before, after, same).into_iter().chain(ends) {
        between(&mut pairs, from..one, to..other);
        if one < before {
            pairs.push((Some(one), Some(other)));
        }
        (from, to) = (one + 1, other + 1);
    }
    pairs
}

fn between(pairs: &mut Vec<Pair>, before: Range<usize>, after: Range<usize>) {
    if before.len() == after.len() {
        pairs.extend(before.map(Some).zip(after.map(Some)));
    } else {
        pairs.extend(before.map(|index| (Some(index), None)));
        pairs.extend(after.map(|index| (None, Some(index))));
    }
}

/// A longest common subsequence.
pub(super) fn matches(
    before: usize,
    after: usize,
    same: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let least = before.min(after);
    let head = (0..least).take_while(|&at| same(at, at)).count();
    let from_end = |at: usize| (before - 1 - at, after - 1 - at);
    let is_end = |at: &usize| {
        let (one, other) = from_end(*at);
        same(one, other)
    };
    let tail = (0..least - head).take_while(is_end).count();
    let mut found: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    found.extend(longest(head..before - tail, head..after - tail, &same));
    found.extend((0..tail).rev().map(from_end));
    found
}

fn longest(
    before: Range<usize>,
    after: Range<usize>,
    same: &dyn Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    if before.len().saturating_mul(after.len()) > COMPARISONS {
        return Vec::new();
    }
    let width = after.len() + 1;
    let mut lengths = vec![0_u32; (before.len() + 1) * width];
    let equal = |row: usize, column: usize| same(before.start + row, after.start + column);
    for row in (0..before.len()).rev() {
        for column in (0..after.len()).rev() {
            let below = (row + 1) * width + column;
            lengths[row * width + column] = if equal(row, column) {
                lengths[below + 1] + 1
            } else {
                lengths[below].max(lengths[row * width + column + 1])
            };
        }
    }
    let mut found = Vec::new();
    let (mut row, mut column) = (0, 0);
    while row < before.len() && column < after.len() {
        let below = lengths[(row + 1) * width + column];
        if equal(row, column) {
            found.push((before.start + row, after.start + column));
            (row, column) = (row + 1, column + 1);
        } else if below >= lengths[row * width + column + 1] {
            row += 1;
        } else {
            column += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(before: &str, after: &str) -> Vec<Pair> {
        let (one, other) = (before.as_bytes(), after.as_bytes());
        align(one.len(), other.len(), |a, b| one[a] == other[b])
    }

    #[test]
    fn as_many_as_before_are_the_same_ones_changed() {
        let pairs = [(Some(0), Some(0)), (Some(1), Some(1)), (Some(2), Some(2))];
        assert_eq!(aligned("abc", "axc"), pairs);
        assert_eq!(aligned("abc", "xyz"), pairs);
    }

    #[test]
    fn what_was_put_in_or_taken_out_stands_alone() {
        assert_eq!(
            aligned("ab", "xab")[..2],
            [(None, Some(0)), (Some(0), Some(1))]
        );
        assert_eq!(aligned("ab", "b"), [(Some(0), None), (Some(1), Some(0))]);
        assert_eq!(aligned("", "a"), [(None, Some(0))]);
        assert_eq!(aligned("a", ""), [(Some(0), None)]);
    }

    /// The length of a longest common subsequence, by its definition.
    fn longest_length(before: &[u8], after: &[u8]) -> usize {
        match (before, after) {
            ([], _) | (_, []) => 0,
            ([one, before @ ..], [other, after @ ..]) if one == other => {
                1 + longest_length(before, after)
            }
            ([_, fewer @ ..], [_, less @ ..]) => {
                longest_length(fewer, after).max(longest_length(before, less))
            }
        }
    }

    #[test]
    fn matches_are_equal_in_order_and_as_many_as_there_can_be() {
        let mut texts = vec![Vec::new()];
        for length in 0..5 {
            let longer = texts.iter().filter(|text: &&Vec<u8>| text.len() == length);
            let longer =
                longer.flat_map(|text| b"abc".map(|letter| [&text[..], &[letter]].concat()));
            texts.extend(longer.collect::<Vec<_>>());
        }
        for (before, after) in texts
            .iter()
            .flat_map(|one| texts.iter().map(move |other| (one, other)))
        {
            let found = matches(before.len(), after.len(), |a, b| before[a] == after[b]);
            assert!(found.iter().all(|&(a, b)| before[a] == after[b]));
            assert!(found.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1));
            assert_eq!(found.len(), longest_length(before, after));
        }
    }

    #[test]
    fn too_many_comparisons_are_not_made() {
        let never = |_: usize, _: usize| false;
        assert_eq!(matches(1 << 20, 1 << 20, never), []);
    }
}
