//! A second thread, for as long as there is work for two: where the system gives none, the first does both, and no pool of threads
//! stays with the agent between two fetches.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder};

use signet_provenance::Task;

/// Does both, each once, at the same time where another thread can be had.
pub(super) fn both(one: Task<'_>, other: Task<'_>) {
    let waiting = Mutex::new(Some(other));
    let take = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.take()
    };
    let do_other = || {
        if let Some(other) = take() {
            other();
        }
    };
    thread::scope(|scope| {
        let started = Builder::new().spawn_scoped(scope, do_other);
        one();
        // Where the system gives no thread, or has not come to start it.
        drop(started);
        do_other();
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn does_both_at_once() {
        let met = Barrier::new(2);
        let (mut one, mut other) = (0, 0);
        let wait = |times: &mut u32| {
            met.wait();
            *times += 1;
        };
        both(&mut || wait(&mut one), &mut || wait(&mut other));
        assert_eq!([one, other], [1, 1]);
    }
}
