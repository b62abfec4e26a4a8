//! What every command takes.

use crate::output::{Color, Volume};
use std::path::PathBuf;

/// The heading of flags that say nothing about the command at hand, so that its own stand together.
const EVERYWHERE: &str = "Every command";

/// The command line: one verb and what goes with it.
#[derive(clap::Parser)]
#[command(
    name = "signet",
    version,
    about = "Whole clusters in Git: every secret sealed, every change signed",
    after_help = "Results go to stdout, everything else to stderr.\n\
                  Exit codes: 0 done, 1 failed or refused, 2 wrong usage.",
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: crate::command::Command,
}

/// Flags that every command understands.
#[derive(clap::Args)]
pub(crate) struct Global {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = EVERYWHERE)]
    pub(crate) directory: Option<PathBuf>,
    /// Use this context of the kubeconfig
    #[arg(long, value_name = "NAME", global = true, help_heading = "Cluster")]
    pub(crate) context: Option<String>,
    /// Use this kubeconfig instead of `KUBECONFIG` or the default one
    #[arg(long, value_name = "FILE", global = true, help_heading = "Cluster")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// When to colour messages: auto (not where `NO_COLOR` is set), always or never
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        hide_possible_values = true,
        global = true,
        help_heading = EVERYWHERE
    )]
    pub(crate) color: Color,
    /// Say nothing but results and errors
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = EVERYWHERE
    )]
    quiet: bool,
    /// Also show the git commands that are run
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    verbose: bool,
}

impl Global {
    /// How much the person wants to hear.
    pub(crate) fn volume(&self) -> Volume {
        match (self.quiet, self.verbose) {
            (true, _) => Volume::Quiet,
            (false, true) => Volume::Verbose,
            (false, false) => Volume::Normal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use crate::help::whole;
    use clap::Parser;
    use clap::error::ErrorKind;

    #[test]
    fn the_command_line_is_well_formed() {
        whole().debug_assert();
    }

    #[test]
    fn where_the_recovery_key_says_where_trust_begins_nobody_else_does() {
        let mut words = vec!["signet", "bootstrap", "--cluster", "prod", "--no-agent"];
        words.extend(["--repository", "https://git.example.org/fleet.git"]);
        words.extend(["--recovery", "recovery.key"]);
        assert!(Arguments::try_parse_from(&words).is_ok());
        words.extend(["--trust", "0123456789abcdef0123456789abcdef01234567"]);
        let refused = Arguments::try_parse_from(&words).err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::ArgumentConflict);
    }

    #[test]
    fn no_help_breaks_a_sentence_where_the_terminal_does_not() {
        fn broken(command: &clap::Command, found: &mut Vec<String>) {
            for below in command.get_subcommands() {
                let help = below.get_after_help().map(ToString::to_string);
                let help = help.unwrap_or_default();
                let prose = help.split("Example:").next().unwrap_or_default();
                let lines = prose.lines().filter(|line| !line.is_empty());
                let cut = lines.filter(|line| !line.ends_with(['.', ':']));
                found.extend(cut.map(|line| format!("{}: {line}", below.get_name())));
                broken(below, found);
            }
        }
        let mut found = Vec::new();
        broken(&whole(), &mut found);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn every_command_shows_an_example() {
        fn without_example(command: &clap::Command, found: &mut Vec<String>) {
            let own = |below: &&clap::Command| below.get_name() != "help";
            for below in command.get_subcommands().filter(own) {
                let help = below
                    .get_after_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                if !below.has_subcommands() && !help.contains("Example") {
                    found.push(below.get_name().to_owned());
                }
                without_example(below, found);
            }
        }
        let mut found = Vec::new();
        without_example(&whole(), &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
