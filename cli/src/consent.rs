//! Asks a person, where there is one.

use crate::failure::{Result, refused};
use std::io::{self, BufRead, IsTerminal, Write};

/// `--yes`, for commands that would ask.
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
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(refused(format!("nobody is here to be asked: {question}"))
                .hint("say --yes if that is what you want"));
        }
        if ask(question)? {
            Ok(())
        } else {
            Err(refused("you said no; nothing was changed"))
        }
    }
}

fn ask(question: &str) -> io::Result<bool> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
