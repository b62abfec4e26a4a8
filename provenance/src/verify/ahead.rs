//! Commits that are read, and whose signatures are checked, before they are judged.
//!
//! One after the other each is judged by those in front of it; what its bytes and its signature are depends on none of them, so
//! that it can be found out beside. Nothing that is found out so decides anything: whoever judges asks again and is told what
//! is known.

use std::collections::VecDeque;
use std::sync::Arc;

use super::chain::MOST;
use crate::Objects;
use crate::authority::Authority;
use crate::signature::KnownKeys;
use crate::step::Read;

/// The most commits that are read at a time.
const AHEAD: usize = 4096;
/// As few as these are not divided among two.
const FEW: usize = 16;

/// As many of the first of these commits as are read at a time; their signatures are checked with the keys of a policy, those of
/// nobody's keys not at all.
pub(super) fn read(
    objects: &Arc<dyn Objects>,
    commits: &mut VecDeque<Vec<u8>>,
    authority: &Authority,
    known: &KnownKeys,
) -> VecDeque<Read> {
    let mut bytes = 0;
    let taken = commits.iter().take(AHEAD).take_while(|commit| {
        bytes += commit.len();
        bytes <= MOST
    });
    let taken = taken.count();
    let commits: Vec<_> = commits.drain(..taken).collect();
    let read = |commits: &[Vec<u8>]| -> VecDeque<Read> {
        let read = commits.iter().map(|bytes| Read::of(bytes));
        read.map(|read| read.checked(authority, known)).collect()
    };
    if taken < FEW {
        return read(&commits);
    }
    let (older, newer) = commits.split_at(taken / 2);
    let (mut first, mut rest) = (VecDeque::new(), VecDeque::new());
    objects.both(&mut || first = read(older), &mut || rest = read(newer));
    first.append(&mut rest);
    first
}
