//! `signet open`: the plaintext to stdout.

use crate::failure::{Explain, Result};
use crate::identities::{IdentityArgs, key_groups};
use crate::opening;
use crate::repository::{folder_of, path_below, work_tree_around};
use crate::session::Session;
use crate::value_path::ValuePath;
use signet_api::RepoPath;
use signet_envelope::{is_sealed, parse};
use std::fs;
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
    identity: IdentityArgs,
}

impl Open {
    /// Prints the text, or one value of it.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let folder = folder_of(&self.file)?;
        let root = work_tree_around(&folder, &session.out)?.unwrap_or(folder);
        let path = path_below(&root, &self.file)?;
        let text = fs::read_to_string(&self.file).with_context(|| format!("read {path}"))?;
        if !is_sealed(text.as_bytes()) {
            session.out.warn(format!("{path} is not sealed"));
        }
        let found = self.identity.find_for(key_groups(&text, &path))?;
        let opened = opening::open(&text, &path, &found)?;
        if let Some(place) = sealed_elsewhere(&text, &path) {
            session.out.warn(format!(
                "{path} was sealed as {place}: an agent refuses it here"
            ));
        }
        match &self.extract {
            None => session.out.bytes(&opened)?,
            Some(wanted) => session.out.bytes(&wanted.of(&opened)?)?,
        }
        Ok(())
    }
}

/// The place that the seal names, if the file was moved.
fn sealed_elsewhere(text: &str, path: &RepoPath) -> Option<String> {
    let sealed = parse(text, path).ok()?;
    let place = sealed.signet()?.path.clone();
    (place != path.as_str()).then_some(place)
}
