//! `signet open`: the plaintext to stdout.

use crate::extract::extract;
use crate::failure::Result;
use crate::identities::IdentityArgs;
use crate::opening;
use crate::session::Session;
use crate::store_args::StoreArgs;
use crate::value_path::ValuePath;
use signet_api::RepoPath;
use std::path::PathBuf;

/// Print what was sealed
#[derive(clap::Args)]
#[command(after_help = "Example:\n  signet open tenants/team-a/prod/db.yaml\n  \
    signet open tenants/team-a/prod/db.yaml --extract /stringData/password")]
pub(crate) struct Open {
    /// The sealed file
    file: PathBuf,
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
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let store = |path: &RepoPath| self.store.of(path);
        let (sealed, opened) = opening::open_as(store, &self.file, &self.identity, &session.out)?;
        let wanted = match &self.extract {
            None => opened,
            Some(wanted) => extract(sealed.store(), &opened, wanted)?,
        };
        Ok(session.out.bytes(&wanted)?)
    }
}
