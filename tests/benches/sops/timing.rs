//! Takes the time of two that take turns.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How long sops and Signet took for the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) sops: Duration,
    pub(crate) signet: Duration,
}

/// The times for each of `count` files, in turns of a few files.
pub(crate) fn each_of(
    count: usize,
    mut sops: impl FnMut(Range<usize>) -> Result<()>,
    mut signet: impl FnMut(Range<usize>) -> Result<()>,
) -> Result<Pair> {
    const TURN: usize = 50;
    let mut sum = Pair {
        sops: Duration::ZERO,
        signet: Duration::ZERO,
    };
    for start in (0..count).step_by(TURN) {
        let turn = start..count.min(start + TURN);
        sum.sops += timed(|| sops(turn.clone()))?;
        sum.signet += timed(|| signet(turn))?;
    }
    let files = u32::try_from(count)?;
    Ok(Pair {
        sops: sum.sops / files,
        signet: sum.signet / files,
    })
}

/// The median times of some turns.
pub(crate) fn median(
    turns: usize,
    mut sops: impl FnMut() -> Result<()>,
    mut signet: impl FnMut() -> Result<()>,
) -> Result<Pair> {
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..turns {
        times.0.push(timed(&mut sops)?);
        times.1.push(timed(&mut signet)?);
    }
    times.0.sort_unstable();
    times.1.sort_unstable();
    Ok(Pair {
        sops: times.0[turns / 2],
        signet: times.1[turns / 2],
    })
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}
