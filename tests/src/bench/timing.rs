//! Takes the time of two that take turns.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How long another program and Signet took for the same.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The other program's time.
    pub theirs: Duration,
    /// Signet's.
    pub ours: Duration,
}

/// The times for each of `count` things, in turns of a few.
///
/// # Errors
/// Those of the work.
pub fn each_of(
    count: usize,
    mut theirs: impl FnMut(Range<usize>) -> Result<()>,
    mut ours: impl FnMut(Range<usize>) -> Result<()>,
) -> Result<Pair> {
    const TURN: usize = 50;
    let mut sum = Pair {
        theirs: Duration::ZERO,
        ours: Duration::ZERO,
    };
    for start in (0..count).step_by(TURN) {
        let turn = start..count.min(start + TURN);
        sum.theirs += timed(|| theirs(turn.clone()))?;
        sum.ours += timed(|| ours(turn))?;
    }
    let each = u32::try_from(count)?;
    Ok(Pair {
        theirs: sum.theirs / each,
        ours: sum.ours / each,
    })
}

/// The median times of some turns.
///
/// # Errors
/// Those of the work.
pub fn median(
    turns: usize,
    mut theirs: impl FnMut() -> Result<()>,
    mut ours: impl FnMut() -> Result<()>,
) -> Result<Pair> {
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..turns {
        times.0.push(timed(&mut theirs)?);
        times.1.push(timed(&mut ours)?);
    }
    Ok(Pair {
        theirs: middle(times.0),
        ours: middle(times.1),
    })
}

/// The median of what some turns say that they took.
///
/// # Errors
/// Those of the work.
pub fn median_of(turns: usize, work: impl FnMut() -> Result<Duration>) -> Result<Duration> {
    let times = std::iter::repeat_with(work).take(turns);
    Ok(middle(times.collect::<Result<_>>()?))
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}
