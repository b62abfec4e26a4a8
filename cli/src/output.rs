//! What a command says: results on stdout, everything else on stderr.

pub(crate) mod listing;
pub(crate) mod shell;
pub(crate) mod visible;

use crate::failure::Failure;
use clap::ValueEnum;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use visible::{one_remark, visible};

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Where it goes to a terminal and `NO_COLOR` is not set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How much to say on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Volume {
    /// Errors only.
    Quiet,
    /// What was done and what comes next.
    Normal,
    /// Each command of Git that is run, too.
    Verbose,
}

/// The two streams of a command.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    volume: Volume,
    color: bool,
    /// Whether results are coloured, which are not for another program then.
    color_results: bool,
}

/// What a line of a result is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// What the lines below are about.
    Heading,
    /// Something that is not there yet.
    Comes,
    /// Something that is no longer there.
    Goes,
    /// Something that is another one.
    Changes,
    /// Something that stays.
    Stays,
}

impl Tone {
    /// Its colour, as in `git diff`.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Heading => Some("1"),
            Self::Comes => Some("32"),
            Self::Goes => Some("31"),
            Self::Changes => Some("36"),
            Self::Stays => None,
        }
    }
}

impl Output {
    /// The streams of this process.
    pub(crate) fn new(volume: Volume, color: Color) -> Self {
        let wanted = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Self {
            volume,
            color: wanted(io::stderr().is_terminal()),
            color_results: wanted(io::stdout().is_terminal()),
        }
    }

    /// Writes one line of the result.
    pub(crate) fn line(&self, line: impl Display) -> io::Result<()> {
        self.text(&format!("{line}\n"))
    }

    /// Writes a result for people, in which nothing controls the terminal.
    pub(crate) fn text(&self, text: &str) -> io::Result<()> {
        self.bytes(visible(text).as_bytes())
    }

    /// Writes the lines of a result for people, in colours where there are some.
    pub(crate) fn toned(&self, lines: &[(Tone, String)]) -> io::Result<()> {
        let painted = lines.iter().map(|(tone, line)| {
            let line = visible(line);
            match tone.code().filter(|_| self.color_results) {
                Some(code) => format!("\x1b[{code}m{line}\x1b[0m\n"),
                None => format!("{line}\n"),
            }
        });
        self.bytes(painted.collect::<String>().as_bytes())
    }

    /// Writes the result as it is.
    ///
    /// A reader that went away (`signet … | head -1`) is no error: what the command did is done.
    #[expect(
        clippy::unused_self,
        reason = "results go through the streams of the command"
    )]
    pub(crate) fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        survive_closed_pipe(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// Writes the result as it is, of any size.
    #[expect(
        clippy::unused_self,
        reason = "results go through the streams of the command"
    )]
    pub(crate) fn stream(&self, mut from: impl Read) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        let written = io::copy(&mut from, &mut stdout);
        survive_closed_pipe(written.and_then(|_| stdout.flush()))
    }

    /// Says on stderr what was done or comes next.
    pub(crate) fn note(&self, note: impl Display) {
        if self.volume >= Volume::Normal {
            to_stderr(&format!("{}\n", one_remark(&note.to_string())));
        }
    }

    /// Says on stderr what only the curious want to know.
    pub(crate) fn detail(&self, detail: impl Display) {
        if self.volume >= Volume::Verbose {
            to_stderr(&visible(&format!("{detail}\n")));
        }
    }

    /// Says on stderr what was done all the same but may not be meant.
    pub(crate) fn warn(&self, warning: impl Display) {
        let heading = paint("warning", "1;33", self.color);
        let warning = one_remark(&warning.to_string());
        to_stderr(&format!("{heading} {warning}\n"));
    }

    /// Reports how the command failed.
    pub(crate) fn failure(&self, failure: &Failure) {
        to_stderr(&failure.report(self.color));
    }
}

/// The first of these names, as many as a person reads, and how many more there are.
pub(crate) fn some_of(names: &[String]) -> String {
    const READ: usize = 5;
    let read = names[..names.len().min(READ)].join(", ");
    match names.len().saturating_sub(READ) {
        0 => read,
        more => format!("{read} and {more} more"),
    }
}

/// A heading with its colon, coloured by this code of ECMA-48 ("Select Graphic Rendition").
pub(crate) fn paint(heading: &str, code: &str, color: bool) -> String {
    if color {
        format!("\x1b[{code}m{heading}:\x1b[0m")
    } else {
        format!("{heading}:")
    }
}

fn survive_closed_pipe(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Where stderr cannot be written there is nobody left to tell.
fn to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
