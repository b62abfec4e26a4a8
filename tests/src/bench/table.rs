//! The figures with their bounds.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use super::machine::machine;
use super::timing::Pair;

/// Prints each row as it is measured, and remembers whether one missed its bound.
pub struct Table {
    wanted: Option<String>,
    missed: usize,
}

impl Table {
    /// Prints the head, with the program that Signet is compared with and its version. Of the arguments of this process
    /// the first that is no flag is a word: only rows that hold it are measured.
    pub fn new(peer: &str, version: &str) -> Self {
        // cargo itself passes `--bench`.
        let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
        say(&format!("signet beside {peer} {version}; {}", machine()));
        say("");
        say(&format!("| what | {peer} | Signet | figure | bound |  |"));
        say("|---|---|---|---|---|---|");
        Self { wanted, missed: 0 }
    }

    /// Whether the row is to be measured.
    pub fn wants(&self, what: &str) -> bool {
        self.wanted
            .as_ref()
            .is_none_or(|wanted| what.contains(wanted))
    }

    /// A row of times, with how many times faster Signet must be.
    pub fn times(&mut self, what: &str, pair: Pair, at_least: f64) {
        let ratio = pair.theirs.as_secs_f64() / pair.ours.as_secs_f64();
        let [theirs, ours] = [pair.theirs, pair.ours].map(shown);
        let figures = format!("{theirs} | {ours} | {ratio:.1}× faster | ≥ {at_least}×");
        self.row(what, &figures, ratio >= at_least);
    }

    /// A row of times, with how long Signet may take; what has no bound is told alone.
    pub fn within(
        &mut self,
        what: &str,
        theirs: Option<Duration>,
        ours: Duration,
        at_most: Option<Duration>,
    ) {
        let theirs = theirs.map_or_else(String::new, shown);
        let bound = at_most.map_or_else(String::new, |bound| format!("≤ {}", shown(bound)));
        let ours_shown = shown(ours);
        let figures = format!("{theirs} | {ours_shown} | {ours_shown} | {bound}");
        self.row(what, &figures, at_most.is_none_or(|bound| ours <= bound));
    }

    /// A row of peaks of memory in KiB, with how much Signet may use.
    pub fn peaks(&mut self, what: &str, theirs: u64, ours: u64, at_most: u64) {
        let held = ours <= at_most;
        let [theirs, ours, bound] = [theirs, ours, at_most].map(mebibytes);
        let figures = format!("{theirs} | {ours} | {ours} | ≤ {bound}");
        self.row(what, &figures, held);
    }

    fn row(&mut self, what: &str, figures: &str, held: bool) {
        self.missed += usize::from(!held);
        let verdict = if held { "holds" } else { "MISSED" };
        say(&format!("| {what} | {figures} | {verdict} |"));
    }

    /// The exit code: 1 if a bound was missed.
    pub fn finish(self) -> ExitCode {
        match self.missed {
            0 => ExitCode::SUCCESS,
            missed => {
                say(&format!("\n{missed} missed"));
                ExitCode::FAILURE
            }
        }
    }
}

fn shown(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 10.0 {
        format!("{milliseconds:.2} ms")
    } else {
        format!("{milliseconds:.0} ms")
    }
}

fn mebibytes(kib: u64) -> String {
    format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
}

/// A closed stdout is no reason to stop measuring.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
