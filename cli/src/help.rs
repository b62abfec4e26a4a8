//! Helps whose examples stay on their lines, to be pasted: clap breaks every line that is too long.

use crate::arguments::Arguments;
use clap::builder::Resettable;
use clap::{Arg, Command, CommandFactory, FromArgMatches, Parser};
use std::env;
use std::io::{self, IsTerminal, Write};

/// What begins the examples of a help.
const EXAMPLES: &str = "Example:\n";

/// What begins the word in the place of examples: no help has a letter of its own for private use.
const MARK: char = '\u{e000}';

/// The command line of this process, and the examples of its helps.
///
/// The flags of all verbs, most of what a start takes, are made for who asks for help or is mistaken.
pub(crate) fn read() -> Result<Arguments, (clap::Error, Vec<String>)> {
    if !env::vars_os().any(|(_, value)| value.is_empty())
        && let Ok(arguments) = Arguments::try_parse()
    {
        return Ok(arguments);
    }
    let mut examples = Vec::new();
    let command = without_empty_variables(whole());
    let mut command = without_examples(command, &mut examples);
    let matches = command.try_get_matches_from_mut(env::args_os());
    let arguments = matches.and_then(|matches| {
        let arguments = Arguments::from_arg_matches(&matches);
        arguments.map_err(|error| error.format(&mut command))
    });
    arguments.map_err(|error| (error, examples))
}

/// The commands with all their flags.
pub(crate) fn whole() -> Command {
    let mut command = Arguments::command();
    command.build();
    command
}

/// Prints a help with its examples in their place.
pub(crate) fn print(help: &clap::Error, examples: &[String]) -> io::Result<()> {
    let help = help.render();
    let is_plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let mut text = if io::stdout().is_terminal() && !is_plain {
        help.ansi().to_string()
    } else {
        help.to_string()
    };
    for (number, example) in examples.iter().enumerate() {
        text = text.replace(&word(number), example);
    }
    io::stdout().lock().write_all(text.as_bytes())
}

fn word(number: usize) -> String {
    format!("{MARK}{number}{MARK}")
}

/// An empty variable is as good as none, to sops too. On the command line an empty name is a mistake.
fn without_empty_variables(command: Command) -> Command {
    let is_empty = |arg: &Arg| {
        let value = arg.get_env().and_then(env::var_os);
        value.is_some_and(|value| value.is_empty())
    };
    let command = command.mut_args(|arg| {
        if is_empty(&arg) {
            arg.env(Resettable::Reset)
        } else {
            arg
        }
    });
    command.mut_subcommands(without_empty_variables)
}

fn without_examples(command: Command, examples: &mut Vec<String>) -> Command {
    let command = match command.get_after_help().map(ToString::to_string) {
        Some(help) => match help.split_once(EXAMPLES) {
            Some((prose, example)) => {
                let word = word(examples.len());
                examples.push(example.to_owned());
                command.after_help(format!("{prose}{EXAMPLES}{word}"))
            }
            None => command,
        },
        None => command,
    };
    command.mut_subcommands(|below| without_examples(below, examples))
}
