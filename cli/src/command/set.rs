//! `signet set`: puts one value into a sealed file.

use crate::applicable::Misfit;
use crate::change::ChangeArgs;
use crate::failure::{Result, refused};
use crate::plain::{PlaceArgs, Plain};
use crate::session::Session;
use crate::value::ValueArgs;
use std::path::PathBuf;

/// Put a value into a sealed file: sealed where the file's rule seals values, the others keep their ciphertext
#[derive(clap::Args)]
#[command(
    after_help = "VALUE is JSON, so text stands in double quotes; with --string it is the text itself. In dotenv and INI files all is text.\n\
    Other people of the machine may see the command line: `-` reads the value from stdin, --value-file from a file.\n\n\
    Example:\n  signet set tenants/team-a/prod/db.yaml /stringData/port '\"5432\"'\n  \
    openssl rand -hex 32 | tr -d '\\n' | signet set tenants/team-a/prod/db.yaml /stringData/password --string -\n  \
    signet set prod.ini '[\"database\"][\"port\"]' 5432"
)]
pub(crate) struct Set {
    /// The sealed file
    file: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    value: ValueArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

impl Set {
    /// Writes the file with the value.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let value = self.value.read()?;
        let file = self.change.open(&self.file, &session.out)?;
        let before = Plain::read(file.store, &file.plain)?;
        let after = before.set(&self.place, &value)?;
        let misfit = Plain::read(file.store, &after)?.new_misfit(&before);
        if let Some(Misfit { name, problem, .. }) = misfit {
            return Err(refused(format!(
                "set {}: {name} of a Secret would be {problem}, and Kubernetes refuses it",
                self.file.display()
            ))
            .hint(
                "text goes into stringData, a number in quotes too (--string); data takes base64",
            ));
        }
        let sealed = file.with(&after)?;
        self.change.write(file, sealed, &session.out)
    }
}
