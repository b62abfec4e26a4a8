//! The figures with their bounds.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use signet_tests::sops::Version;

use crate::machine::machine;
use crate::timing::Pair;

/// Prints each row as it is measured, and remembers whether one missed its bound.
pub(crate) struct Table {
    wanted: Option<String>,
    missed: usize,
}

impl Table {
    /// Prints the head; only rows that hold the wanted word are measured.
    pub(crate) fn new(wanted: Option<String>) -> Self {
        say(&format!(
            "signet beside sops {}; {}",
            Version::V3_13.as_str(),
            machine()
        ));
        say("");
        say("| what | sops | Signet | figure | bound |  |");
        say("|---|---|---|---|---|---|");
        Self { wanted, missed: 0 }
    }

    /// Whether the row is to be measured.
    pub(crate) fn wants(&self, what: &str) -> bool {
        self.wanted
            .as_ref()
            .is_none_or(|wanted| what.contains(wanted))
    }

    /// A row of times, with how many times faster Signet must be.
    pub(crate) fn times(&mut self, what: &str, pair: Pair, at_least: f64) {
        let ratio = pair.sops.as_secs_f64() / pair.signet.as_secs_f64();
        let [sops, signet] = [pair.sops, pair.signet].map(shown);
        let figures = format!("{sops} | {signet} | {ratio:.1}× faster | ≥ {at_least}×");
        self.row(what, &figures, ratio >= at_least);
    }

    /// A row of peaks of memory in KiB, with how much Signet may use.
    pub(crate) fn peaks(&mut self, what: &str, sops: u64, signet: u64, at_most: u64) {
        let [theirs, ours, bound] = [sops, signet, at_most].map(mebibytes);
        let figures = format!("{theirs} | {ours} | {ours} | ≤ {bound}");
        self.row(what, &figures, signet <= at_most);
    }

    fn row(&mut self, what: &str, figures: &str, held: bool) {
        self.missed += usize::from(!held);
        let verdict = if held { "holds" } else { "MISSED" };
        say(&format!("| {what} | {figures} | {verdict} |"));
    }

    /// The exit code: 1 if a bound was missed.
    pub(crate) fn finish(self) -> ExitCode {
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
