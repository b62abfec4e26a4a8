//! Asks a person, where there is one.

use crate::failure::{Result, refused};
use crate::output::visible::visible;
use std::io::{self, BufRead, IsTerminal, Write};

/// `--yes`, for commands that would ask before they do something. It never says where trust begins: that is `--trust`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Consent {
    /// Answer yes where a person would be asked
    #[arg(short, long)]
    yes: bool,
    /// Whether nothing is done, so that nobody is asked.
    #[arg(skip)]
    is_rehearsed: bool,
}

impl Consent {
    /// That of a person who agreed already.
    pub(crate) const GIVEN: Self = Self {
        yes: true,
        is_rehearsed: false,
    };

    /// The same for a command that changes nothing where this says so: each question is told, and nobody has to answer it.
    pub(crate) fn rehearsed_if(self, is_rehearsed: bool) -> Self {
        Self {
            is_rehearsed,
            ..self
        }
    }

    /// Returns once the person agreed.
    ///
    /// # Errors
    /// When the person says no, and where nobody can be asked and `--yes` was not given.
    pub(crate) fn to(self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        if self.is_rehearsed {
            return tell_of(question);
        }
        ask(question, "say --yes if that is what you want")
    }

    /// The same about people who come to open something: whoever said `--yes` reads who they are.
    ///
    /// # Errors
    /// As [`Self::to`].
    pub(crate) fn to_people(self, question: &str) -> Result<()> {
        if self.yes {
            return tell(question, "--yes");
        }
        self.to(question)
    }

    /// The same for a command that the person did not type themselves: without a terminal, what to do `instead`.
    ///
    /// # Errors
    /// As [`Self::to`].
    pub(crate) fn to_or(self, question: &str, instead: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        ask(question, instead)
    }
}

/// `--take-in`, for commands that seal a file which no seal shows to be of its place. `--yes` is said too often for that.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct TakeIn {
    /// Seal for their place also named files that were sealed for another path or, in a fleet, for none; else a person is asked
    /// about each, whatever --yes says
    #[arg(long)]
    take_in: bool,
    /// Whether nothing is done, so that nobody is asked.
    #[arg(skip)]
    is_rehearsed: bool,
}

impl TakeIn {
    /// As [`Consent::rehearsed_if`].
    pub(crate) fn rehearsed_if(self, is_rehearsed: bool) -> Self {
        Self {
            is_rehearsed,
            ..self
        }
    }

    /// Returns once the person agreed.
    ///
    /// # Errors
    /// When the person says no, and where nobody can be asked and `--take-in` was not given.
    pub(crate) fn to(self, question: &str) -> Result<()> {
        if self.take_in {
            return tell(question, "--take-in");
        }
        if self.is_rehearsed {
            return tell_of(question);
        }
        ask(question, "say --take-in if that is what you want")
    }
}

/// Shows a question that a flag answered.
fn tell(question: &str, flag: &str) -> Result<()> {
    writeln!(io::stderr().lock(), "{} {flag}", visible(question))?;
    Ok(())
}

/// Shows a question that will be asked.
fn tell_of(question: &str) -> Result<()> {
    writeln!(io::stderr().lock(), "would be asked: {}", visible(question))?;
    Ok(())
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

/// Whether the person at the terminal takes an offer, after what is said first; without a terminal nothing is said and nobody
/// takes it.
pub(crate) fn offer(question: &str, first: impl FnOnce()) -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    first();
    let answer = prompt(&format!("{question} [Y/n] "))?;
    Ok(matches!(answer.as_deref(), Some("" | "y" | "Y" | "yes")))
}

fn answer(question: &str) -> io::Result<bool> {
    let answer = prompt(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.as_deref(), Some("y" | "Y" | "yes")))
}

/// The line that the person typed; nothing at the end of the input.
fn prompt(question: &str) -> io::Result<Option<String>> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{}", visible(question))?;
    stderr.flush()?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer)?;
    Ok((read > 0).then(|| answer.trim().to_owned()))
}
