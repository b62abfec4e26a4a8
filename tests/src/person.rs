//! Somebody with a key, who works as people do: with stock git, in a clone, signing commits.

mod home;
mod work_tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use crate::git_remote::GitRemote;
use crate::tools::require;
use home::Home;

pub use work_tree::WorkTree;

/// A person with a throw-away SSH key and a home folder of their own, so that nothing of the
/// machine's real user matters: no configuration, no agent, no keys.
#[derive(Clone)]
pub struct Person {
    name: String,
    home: Arc<Home>,
}

impl Person {
    /// Somebody with a new key.
    ///
    /// # Errors
    /// If `ssh-keygen` is missing, in words that say how to get it.
    pub fn new(name: &str) -> Result<Self> {
        let home = Home::create(name)?;
        let keygen = require(
            "ssh-keygen",
            "install OpenSSH's client (Debian: apt-get install openssh-client)",
        )?;
        let output = Command::new(keygen)
            .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
            .arg(home.key())
            .output()
            .context("starting ssh-keygen")?;
        ensure!(
            output.status.success(),
            "making a key for {name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(Self::at(name, home))
    }

    /// Somebody of `keys-examples`: alice, dave, erin or mallory.
    ///
    /// # Errors
    /// If there is no key of that name.
    pub fn example(name: &str) -> Result<Self> {
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keys-examples/ssh");
        let home = Home::create(name)?;
        home.take_key(&keys.join(name))?;
        Ok(Self::at(name, home))
    }

    /// The name, which is that of the principal in policies.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half of the key as policies write it: `ssh-ed25519 AAAA… alice`.
    ///
    /// # Errors
    /// If the key is gone.
    pub fn public_key(&self) -> Result<String> {
        let path = self.public_key_path();
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(text.trim().to_owned())
    }

    /// The file with the private key, readable by its owner alone.
    pub fn key_path(&self) -> PathBuf {
        self.home.key()
    }

    /// The file with the public key.
    pub fn public_key_path(&self) -> PathBuf {
        self.home.key().with_extension("pub")
    }

    /// The home folder. It is removed with the last clone of the person and of their work trees.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A command that runs as this person: in their home, with nothing else of this process's
    /// environment than the `PATH`.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.home.environment())
            .current_dir(self.home.path());
        command
    }

    /// Tells this person's git the remote's certificate authority and password, as they are now.
    ///
    /// # Errors
    /// If the home cannot be written.
    pub fn learn(&self, remote: &GitRemote) -> Result<()> {
        self.home.learn(remote)
    }

    /// A clone of the remote's repository, empty or not.
    ///
    /// # Errors
    /// git's own.
    pub fn clone_of(&self, remote: &GitRemote) -> Result<WorkTree> {
        self.learn(remote)?;
        WorkTree::clone_of(self.clone(), &remote.url())
    }

    fn at(name: &str, home: Home) -> Self {
        Self {
            name: name.to_owned(),
            home: Arc::new(home),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What git says of the signature of the commit that is checked out.
    fn verify(tree: &WorkTree, trusted: &Person) -> Result<String> {
        let allowed = format!("* {}\n", trusted.public_key()?);
        fs::write(tree.person().home().join("allowed"), allowed)?;
        let file = tree.person().home().join("allowed");
        let setting = format!("gpg.ssh.allowedSignersFile={}", file.display());
        tree.git(&["-c", &setting, "verify-commit", "HEAD"])
    }

    #[test]
    fn everybody_of_the_examples_signs_commits_that_git_verifies() {
        let remote = GitRemote::start().unwrap();
        for name in ["alice", "dave", "erin", "mallory"] {
            let person = Person::example(name).unwrap();
            let tree = person.clone_of(&remote).unwrap();
            tree.write("greeting", name).unwrap();
            let commit = tree.commit("Greet").unwrap();
            tree.push().unwrap();
            assert_eq!(tree.head().unwrap(), commit);
            verify(&tree, &person).unwrap();
        }
    }

    #[test]
    fn nobody_signs_in_the_name_of_somebody_else() {
        let remote = GitRemote::start().unwrap();
        let tree = Person::new("dave").unwrap().clone_of(&remote).unwrap();
        tree.write("greeting", "hello").unwrap();
        tree.commit("Greet").unwrap();
        verify(&tree, &Person::new("dave").unwrap()).unwrap_err();
        tree.write("greeting", "hello again").unwrap();
        tree.commit_unsigned("Greet").unwrap();
        verify(&tree, tree.person()).unwrap_err();
    }

    #[test]
    fn a_revert_is_signed_and_puts_back_what_was_there() {
        let remote = GitRemote::start().unwrap();
        let tree = Person::new("dave").unwrap().clone_of(&remote).unwrap();
        tree.write("greeting", "hello").unwrap();
        tree.commit("Greet").unwrap();
        tree.write("greeting", "bye").unwrap();
        let bad = tree.commit("Leave").unwrap();
        tree.revert(&bad).unwrap();
        assert_eq!(tree.read("greeting").unwrap(), "hello");
        verify(&tree, tree.person()).unwrap();
    }
}
