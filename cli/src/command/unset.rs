//! `signet unset`: takes one value out of a sealed file.

use crate::change::ChangeArgs;
use crate::failure::{Result, refused};
use crate::plain::{PlaceArgs, Plain};
use crate::session::Session;
use std::path::PathBuf;

/// Take a value out of a sealed file
#[derive(clap::Args)]
#[command(after_help = "Example:\n  signet unset tenants/team-a/prod/db.yaml /stringData/password")]
pub(crate) struct Unset {
    /// The sealed file
    file: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
    /// Change nothing, and say so, if the value is not there
    #[arg(long)]
    idempotent: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

impl Unset {
    /// Writes the file without the value.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let file = self.change.open(&self.file, &session.out)?;
        let plain = Plain::read(file.store, &file.plain)?;
        match plain.unset(&self.place)? {
            Some(after) => {
                let sealed = file.with(&after)?;
                self.change.write(file, sealed, &session.out)
            }
            None if self.idempotent => {
                session
                    .out
                    .note(format!("{}: nothing to change", file.path));
                Ok(())
            }
            None => Err(
                refused(format!("{} has nothing there to take out", file.path))
                    .hint("--idempotent takes that as done"),
            ),
        }
    }
}
