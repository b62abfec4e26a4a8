//! What the demo prints: phases with their times, and checked lines.

use std::fmt::Display;
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The demo's words and whether every checked line held.
pub(crate) struct Report {
    started: Instant,
    phase: Instant,
    held: usize,
    failed: Vec<String>,
}

impl Report {
    /// Starts the clock.
    #[expect(clippy::disallowed_methods, reason = "the demo times real work")]
    pub(crate) fn start() -> Self {
        let now = Instant::now();
        Self {
            started: now,
            phase: now,
            held: 0,
            failed: Vec::new(),
        }
    }

    /// Prints the title of a group of lines.
    pub(crate) fn title(&mut self, title: &str) {
        say(&format!("\n{title}"));
        self.lap();
    }

    /// Prints a phase that has just ended, with the time since the one before.
    pub(crate) fn phase(&mut self, what: &str) {
        let took = self.lap();
        say(&format!("  {:>7.2} s  {what}", took.as_secs_f64()));
    }

    /// Prints the moment at which the agent is at work.
    pub(crate) fn at_work(&self) {
        let after = self.started.elapsed().as_secs_f64();
        say(&format!("at work after {after:.1} s"));
    }

    /// Prints a claim, whether it holds, and the time since the line before.
    pub(crate) fn check(&mut self, claim: &str, outcome: Result<impl Display>) {
        let took = self.lap().as_secs_f64();
        match outcome {
            Ok(evidence) => {
                self.held += 1;
                say(&format!("  {took:>7.2} s  holds   {claim}"));
                for line in evidence.to_string().lines() {
                    say(&format!("                     {line}"));
                }
            }
            Err(error) => {
                self.failed.push(claim.to_owned());
                say(&format!("  {took:>7.2} s  FAILS   {claim}: {error:#}"));
            }
        }
    }

    /// Prints how many claims held.
    pub(crate) fn summary(&self) {
        let all = self.held + self.failed.len();
        let took = self.started.elapsed().as_secs_f64();
        say(&format!(
            "\n{} of {all} claims hold; {took:.1} s in all",
            self.held
        ));
        for claim in &self.failed {
            say(&format!("does not hold: {claim}"));
        }
    }

    /// Tells whether at least one claim was checked and none failed.
    pub(crate) fn all_held(&self) -> bool {
        self.held > 0 && self.failed.is_empty()
    }

    #[expect(clippy::disallowed_methods, reason = "the demo times real work")]
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.phase, now))
    }
}

/// Prints a line.
pub(crate) fn say(line: &str) {
    // A closed standard output must not turn a failed claim into a panic.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
