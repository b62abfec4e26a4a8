//! Asks a person, where there is one.

use crate::failure::{Result, refused};
use std::io::{self, BufRead, IsTerminal, Write};

/// `--yes`, for commands that would ask before they do something. It never says where trust begins: that is `--trust`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Consent {
    /// Answer yes where a person would be asked
    #[arg(short, long)]
    yes: bool,
}

impl Consent {
    /// Returns once the person agreed.
    ///
    /// # Errors
    /// When the person says no, and where nobody can be asked and `--yes` was not given.
    pub(crate) fn to(self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        ask(question, "say --yes if that is what you want")
    }
}

/// Returns once the person at the terminal agreed.
///
/// # Errors
/// When the person says no; without a terminal a refusal, with what to say `instead`.
pub(crate) fn ask(question: &str, instead: &str) -> Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(refused(format!("nobody is here to be asked: {question}")).hint(instead));
    }
    if answer(question)? {
        Ok(())
    } else {
        Err(refused("you said no; nothing was changed"))
    }
}

fn answer(question: &str) -> io::Result<bool> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
