//! Makes the introduction once where it leaves no trace, so that whatever is wrong with signing is found before anything
//! is written.

use crate::failure::{Explain, Result};
use crate::gitcmd::Git;
use crate::output::Output;
use crate::signing_key::SETUP;
use signet_api::POLICY_PATH;
use signet_provenance::{Kind, MemoryObjects, introduction_of};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Signs a commit of the policy with the person's own git, and checks that it would introduce the repository.
///
/// `repository` is the one whose configuration counts; without one, the person's global configuration does.
///
/// # Errors
/// When git cannot sign, or signs in a way or with a key that the policy does not take.
pub(super) fn sign(repository: Option<&Path>, policy: &str, out: &Output) -> Result<()> {
    let aside = tempfile::tempdir()?;
    let git = match repository {
        Some(folder) => Git::at(folder, out),
        None => Git::at(aside.path(), out),
    };
    if repository.is_none() {
        git.run(&["init", "--quiet"])?;
    }
    let commit = commit(&git.aside_in(aside.path()), aside.path(), policy)?;
    let objects = MemoryObjects::default();
    objects.write_files([(POLICY_PATH, policy)]);
    let commit = objects.write(Kind::Commit, commit);
    introduction_of(Arc::new(objects), commit)
        .context("git signs, but such a commit would not introduce this repository")
        .hint(SETUP)
        .hint("the key must be that of a --signer; without --signer it is")?;
    Ok(())
}

/// The bytes of the commit, whose objects stay aside.
fn commit(git: &Git, aside: &Path, policy: &str) -> Result<Vec<u8>> {
    let file = aside.join("policy.yaml");
    fs::write(&file, policy)?;
    fs::create_dir_all(aside.join("objects"))?;
    let file = file
        .to_str()
        .expect("the system's folder for temporary files has a UTF-8 name");
    let blob = git.read(&["hash-object", "-w", "--no-filters", "--", file])?;
    let entry = format!("100644,{blob},{POLICY_PATH}");
    git.read(&["update-index", "--add", "--cacheinfo", &entry])?;
    let tree = git.read(&["write-tree"])?;
    let commit = git
        .read(&["commit-tree", "-S", "-m", "signet: does git sign?", &tree])
        .context("sign a commit")
        .hint(SETUP)?;
    git.read_bytes(&["cat-file", "commit", &commit])
}
