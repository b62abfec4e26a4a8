//! One case, rendered here and by the program itself.

use std::num::NonZero;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use signet_guests::Limits;

/// Those of a render, with time enough on a machine where much else goes on: what is compared is what comes out.
pub(crate) fn patient() -> Limits {
    Limits {
        time: Duration::from_mins(1),
        ..Limits::default()
    }
}

/// What becomes of each case, found on all cores.
pub(crate) fn each<C: Sync, R: Send>(cases: &[C], of: impl Fn(&C) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let waiting = Mutex::new(cases.iter().enumerate());
    let found = Mutex::new(Vec::with_capacity(cases.len()));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next();
                    let Some((index, case)) = next else { break };
                    let outcome = of(case);
                    found.lock().unwrap().push((index, outcome));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, outcome)| outcome).collect()
}

/// How what is rendered here relates to what the program prints.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The same bytes.
    Same,
    /// Both refuse it.
    Refused,
    /// Something else, as is said.
    Differs(String),
}

/// The first line that is not the same.
pub(crate) fn first_difference(ours: &str, real: &str) -> String {
    let mut lines = ours.lines().zip(real.lines()).enumerate();
    match lines.find(|(_, (ours, real))| ours != real) {
        Some((index, (ours, real))) => format!("line {}: {ours:?}, not {real:?}", index + 1),
        None => format!("{} bytes, not {}", ours.len(), real.len()),
    }
}
