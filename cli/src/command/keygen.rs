//! `signet keygen`: an age identity.

use crate::failure::{Explain, Result};
use crate::files::private;
use crate::identities::all_in;
use crate::new_identity::{generate, identity_file};
use crate::session::Session;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Make an age identity
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  signet keygen -o ~/.config/sops/age/keys.txt\n  \
    signet keygen -y ~/.config/sops/age/keys.txt"
)]
pub(crate) struct Keygen {
    /// Write it to this new file (mode 0600) and print the recipient only
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Make one that a quantum computer cannot break either; what it opens, sops opens from 3.12 on
    #[arg(long)]
    post_quantum: bool,
    /// Make nothing: print the recipients of the identities in this file, age's or SSH's
    #[arg(
        short = 'y',
        long,
        value_name = "FILE",
        conflicts_with_all = ["output", "post_quantum"]
    )]
    recipients_of: Option<PathBuf>,
}

impl Keygen {
    /// Prints the identity, or writes it and prints its public half.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        if let Some(file) = &self.recipients_of {
            return print_recipients(file, session);
        }
        let (identity, secret) = generate(self.post_quantum);
        let text = identity_file(identity.recipient(), &secret);
        match self.output {
            None => session.out.bytes(text.as_bytes())?,
            Some(file) => {
                make_folder_of(&file)?;
                private::write_new(&file, &text)
                    .with_context(|| format!("write the identity to {}", file.display()))?;
                session.out.line(identity.recipient())?;
            }
        }
        Ok(())
    }
}

/// sops' default file lies in a folder that nobody else makes.
fn make_folder_of(file: &Path) -> Result<()> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    let mut private = DirBuilder::new();
    let made = private.recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("make the folder {}", folder.display()))
}

fn print_recipients(file: &Path, session: &Session) -> Result<()> {
    for identity in all_in(file)? {
        session.out.line(identity.recipient())?;
    }
    Ok(())
}
