//! `signet open`: the plaintext to stdout.

use crate::extract::extract;
use crate::failure::{Result, usage};
use crate::identities::IdentityArgs;
use crate::opening;
use crate::session::Session;
use crate::store_args::StoreArgs;
use crate::value_path::ValuePath;
use secrecy::ExposeSecret;
use std::path::{Path, PathBuf};

/// Print what was sealed
#[derive(clap::Args)]
#[command(after_help = "Example:\n  signet open tenants/team-a/prod/db.yaml\n  \
    signet open tenants/team-a/prod/db.yaml --extract /stringData/password\n  \
    git show HEAD~3:tenants/team-a/prod/db.yaml | signet open - --type yaml")]
pub(crate) struct Open {
    /// The sealed file; `-`: stdin
    file: PathBuf,
    /// With `-`: the file that the text is of, whose name says its form and its place
    #[arg(long, value_name = "FILE")]
    filename: Option<PathBuf>,
    /// Print only this value: a JSON pointer (/stringData/password) or sops' form (`["stringData"]["password"]`)
    #[arg(long, value_name = "PATH")]
    extract: Option<ValuePath>,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    identity: IdentityArgs,
}

impl Open {
    /// Prints the text, or one value of it.
    #[expect(
        clippy::disallowed_methods,
        reason = "a person opens a file to see what it holds"
    )]
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let filename = self.filename.as_deref();
        let (sealed, opened) = if self.file == Path::new("-") {
            opening::open_stdin(&self.store, filename, &self.identity, out)?
        } else if filename.is_some() {
            return Err(usage("--filename is for `-` alone"));
        } else {
            opening::open_as(&self.store, &self.file, &self.identity, out)?
        };
        let wanted = match &self.extract {
            None => opened,
            Some(wanted) => extract(sealed.store(), opened, wanted)?,
        };
        Ok(out.bytes(wanted.expose_secret())?)
    }
}
