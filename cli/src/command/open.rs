//! `signet open`: the plaintext to stdout.

mod extract;

use crate::failure::{Explain, Result, refused};
use crate::identities::IdentityArgs;
use crate::remedy;
use crate::repository::{path_below, work_tree};
use crate::session::Session;
use signet_api::RepoPath;
use signet_envelope::{is_sealed, parse};
use signet_seal::OpenError;
use std::path::PathBuf;
use std::{env, fs};

/// Print what was sealed
#[derive(clap::Args)]
#[command(after_help = "Example:\n  signet open tenants/team-a/prod/db.yaml\n  \
    signet open tenants/team-a/prod/db.yaml --extract /stringData/password")]
pub(crate) struct Open {
    /// The sealed file
    file: PathBuf,
    /// Print only this value: a JSON pointer (/stringData/password) or sops' form (`["stringData"]["password"]`)
    #[arg(long, value_name = "PATH")]
    extract: Option<extract::Path>,
    #[command(flatten)]
    identity: IdentityArgs,
}

impl Open {
    /// Prints the text, or one value of it.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let root = match work_tree(&session.out)? {
            Some(root) => root,
            None => env::current_dir()?.canonicalize()?,
        };
        let path = path_below(&root, &self.file)?;
        let text = fs::read_to_string(&self.file).with_context(|| format!("read {path}"))?;
        if !is_sealed(text.as_bytes()) {
            session.out.warn(format!("{path} is not sealed"));
        }
        let found = self.identity.find()?;
        if found.identities.is_empty() {
            return Err(found.explain(refused("no identity was found to open it with")));
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a person opens a file with an identity of their own"
        )]
        let opened = signet_seal::open_file(&text, &path, &found.identities, None);
        let opened = match opened {
            Ok(opened) => opened,
            Err(error @ OpenError::NotForIdentity { .. }) => {
                return Err(found.explain(error.into()).hint(sealed_for(&text, &path)));
            }
            Err(error) => return Err(remedy::of_opening(error)),
        };
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

/// Whose identity would help. The file itself says so, hence anybody who wrote it.
fn sealed_for(text: &str, path: &RepoPath) -> String {
    let sealed = parse(text, path);
    let keys = sealed.iter().flat_map(|sealed| sealed.metadata().keys());
    let recipients: Vec<&str> = keys.map(|key| key.recipient.as_str()).collect();
    format!("it says that it is sealed for {}", recipients.join(", "))
}
