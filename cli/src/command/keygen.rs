//! `signet keygen`: an age identity.

use crate::failure::{Explain, Result};
use crate::files::private;
use crate::new_identity::identity_file;
use crate::random::from_system;
use crate::session::Session;
use signet_seal::Identity;
use std::path::PathBuf;

/// Make an age identity
#[derive(clap::Args)]
#[command(after_help = "Example:\n  signet keygen -o ~/.config/sops/age/keys.txt")]
pub(crate) struct Keygen {
    /// Write it to this new file (mode 0600) and print the recipient only
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Keygen {
    /// Prints the identity, or writes it and prints its public half.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let (identity, secret) = Identity::generate(&mut from_system);
        let text = identity_file(identity.recipient(), &secret);
        match self.output {
            None => session.out.bytes(text.as_bytes())?,
            Some(file) => {
                private::write_new(&file, &text)
                    .with_context(|| format!("write the identity to {}", file.display()))?;
                session.out.line(identity.recipient())?;
            }
        }
        Ok(())
    }
}
