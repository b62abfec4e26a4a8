//! `signet completions`: what a shell completes command lines by.

use crate::arguments::Arguments;
use crate::failure::Result;
use crate::session::Session;
use clap::CommandFactory;
use clap_complete::{Shell, generate};

/// Print what a shell needs to complete command lines of signet
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  signet completions bash > ~/.local/share/bash-completion/completions/signet\n  \
    signet completions zsh > ~/.zfunc/_signet\n  signet completions fish > ~/.config/fish/completions/signet.fish"
)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints the shell's script.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let mut script = Vec::new();
        generate(self.shell, &mut Arguments::command(), "signet", &mut script);
        Ok(session.out.bytes(&script)?)
    }
}
