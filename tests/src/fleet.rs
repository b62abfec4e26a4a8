//! A fleet as people make one: with `signet` and stock git, in clones of a real remote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::git_remote::GitRemote;
use crate::person::{Person, WorkTree};

/// The cluster that the example fleet is for.
pub const CLUSTER: &str = "prod";

/// A state repository with one cluster, and the person who looks after it.
pub struct Fleet {
    signet: PathBuf,
    /// The platform's administrator, and the only member of `root`, in a clone of their own.
    pub alice: WorkTree,
}

impl Fleet {
    /// Founds a fleet in `remote`: `signet init`, `signet cluster add`, the
    /// platform's manifests of `keys-examples`, signed by alice and pushed.
    ///
    /// # Errors
    /// The first command that fails, with what it said.
    pub fn found(remote: &GitRemote, signet: &Path) -> Result<Self> {
        let alice = Person::example("alice")?.clone_of(remote)?;
        let fleet = Self {
            signet: signet.to_owned(),
            alice,
        };
        let alice = format!("alice={}", fleet.alice.person().public_key()?);
        let recovery = text(&fleet.recovery_key())?;
        fleet.run(
            &fleet.alice,
            &["init", "--signer", &alice, "--recovery-out", &recovery],
        )?;
        let identity = text(&fleet.cluster_identity())?;
        fleet.run(
            &fleet.alice,
            &["cluster", "add", CLUSTER, "--identity-out", &identity],
        )?;
        copy_examples("clusters", &fleet.alice)?;
        fleet.alice.commit("Found the fleet")?;
        fleet.alice.push()?;
        Ok(fleet)
    }

    /// Adds a tenant with one namespace of the same name and `signer` as its only
    /// signer, in one commit that alice signs and pushes.
    ///
    /// # Errors
    /// The first command that fails, with what it said.
    pub fn add_tenant(&self, tenant: &str, signer: &Person) -> Result<()> {
        self.alice.catch_up()?;
        let signer = format!("{}={}", signer.name(), signer.public_key()?);
        #[rustfmt::skip]
        let words = ["tenant", "add", tenant, "--cluster", CLUSTER, "--namespace", tenant, "--signer", &signer];
        self.run(&self.alice, &words)?;
        self.alice.commit(&format!("Add {tenant}"))?;
        self.alice.push()
    }

    /// Puts Signet into the cluster of `kubeconfig` (in `context`, if given), the
    /// agent apart, and returns a kubeconfig for the agent's own account.
    ///
    /// # Errors
    /// What `signet bootstrap` says.
    pub fn bootstrap(
        &self,
        remote: &GitRemote,
        kubeconfig: &Path,
        context: Option<&str>,
    ) -> Result<PathBuf> {
        let home = self.alice.person().home();
        let credentials = home.join("git-credentials.yaml");
        fs::write(&credentials, git_credentials(remote)).context("writing git's credentials")?;
        let agent = home.join("agent.kubeconfig");
        let (kubeconfig, credentials, account) =
            (text(kubeconfig)?, text(&credentials)?, text(&agent)?);
        let (url, identity) = (remote.url(), text(&self.cluster_identity())?);
        #[rustfmt::skip]
        let mut words = vec![
            "bootstrap", "--cluster", CLUSTER, "--repository", &url, "--identity", &identity,
            "--git-credentials", &credentials, "--no-agent", "--agent-kubeconfig", &account,
            "--interval", "5s", "--kubeconfig", &kubeconfig, "--yes",
        ];
        if let Some(context) = context {
            words.extend(["--context", context]);
        }
        self.run(&self.alice, &words)?;
        Ok(agent)
    }

    /// The commit with which trust begins, as alice would tell it to a colleague.
    ///
    /// # Errors
    /// What git says.
    pub fn introduction(&self) -> Result<String> {
        self.alice.root()
    }

    /// Seals a file in the clone of somebody who knows the introduction from alice.
    ///
    /// # Errors
    /// What `signet seal` says.
    pub fn seal(&self, tree: &WorkTree, path: &str) -> Result<()> {
        let introduction = self.introduction()?;
        self.run(tree, &["seal", path, "--trust", &introduction])?;
        Ok(())
    }

    /// Runs `signet` in somebody's work tree and returns what it prints.
    ///
    /// # Errors
    /// If it does not exit with 0: what it said.
    pub fn run(&self, tree: &WorkTree, words: &[&str]) -> Result<String> {
        let output = self.command(tree).args(words).output();
        let output = output.with_context(|| format!("starting signet {}", words.join(" ")))?;
        ensure!(
            output.status.success(),
            "signet {} ended with {}:\n{}",
            words.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Returns the start of a `signet` command line in somebody's work tree.
    pub fn command(&self, tree: &WorkTree) -> Command {
        tree.command(&self.signet)
    }

    /// The file with the key that opens everything.
    pub fn recovery_key(&self) -> PathBuf {
        self.alice.person().home().join("recovery.key")
    }

    /// The file with the cluster's identity.
    pub fn cluster_identity(&self) -> PathBuf {
        self.alice.person().home().join("prod.key")
    }
}

/// Returns the text of a file for `signet bootstrap --git-credentials`.
pub fn git_credentials(remote: &GitRemote) -> String {
    let ca = remote.ca_pem().replace('\n', "\n  ");
    format!(
        "username: {}\npassword: {}\nca.crt: |\n  {}\n",
        remote.username(),
        remote.password(),
        ca.trim_end()
    )
}

/// Copies a folder of the example fleet into the same place of somebody's work tree.
///
/// # Errors
/// If a file can't be read or written.
pub fn copy_examples(folder: &str, tree: &WorkTree) -> Result<()> {
    let fleet = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keys-examples/fleet");
    let mut folders = vec![fleet.join(folder)];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(&fleet)
                .context("the file lies in the fleet")?;
            let content =
                fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            tree.write(&text(name)?, &content)?;
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<String> {
    path.to_str()
        .map(str::to_owned)
        .with_context(|| format!("{} is not UTF-8", path.display()))
}
