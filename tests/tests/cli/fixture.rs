//! A state repository that `signet` itself made, and what came of a command.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use signet_tests::binaries::binaries;
use signet_tests::git_remote::GitRemote;
use signet_tests::person::{Person, WorkTree};

/// The value that must never be seen where it was not asked for.
pub(crate) const CANARY: &str = "canary-9f3a1c";

/// A Secret as somebody writes it, with what a careless tool would lose.
pub(crate) const SECRET: &str = "# The database, see the runbook.\n\
    apiVersion: v1\n\
    kind: Secret\n\
    metadata: {name: db,   labels: {app: \"shop\"}}   # two spaces\n\
    \n\
    stringData:\n    \
    # rotated in spring\n    \
    username: 'shop'\n    \
    password: \"canary-9f3a1c\"\n    \
    url: |\n      \
    postgres://shop:canary-9f3a1c@db/shop\n\
    type: Opaque\n";

/// Where the Secret of team-a stands.
pub(crate) const SECRET_PATH: &str = "tenants/team-a/prod/db.yaml";

/// What a run of `signet` came to.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("ended by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Run {
    /// The run again, if it succeeded.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self
    }

    /// What it said on stderr, if it failed with this code and said all of that.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, words: &[&str]) -> String {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        for word in words {
            assert!(
                self.stderr.contains(word),
                "no {word:?} in:\n{}",
                self.stderr
            );
        }
        self.stderr
    }
}

/// Runs `signet` as the person in the work tree.
pub(crate) fn signet(tree: &WorkTree, words: &[&str]) -> Run {
    run(tree.command(binaries().signet), words)
}

/// Runs a prepared command line further.
pub(crate) fn run(mut command: Command, words: &[&str]) -> Run {
    command.args(words).output().expect("signet starts").into()
}

/// Somebody new with an empty clone of an empty remote.
pub(crate) fn newcomer() -> (GitRemote, WorkTree) {
    let remote = GitRemote::start().unwrap();
    let tree = Person::new("alice").unwrap().clone_of(&remote).unwrap();
    (remote, tree)
}

/// A repository with the cluster `prod` and the tenants `team-a` (signed for by alice and dave) and `team-b`.
pub(crate) struct Fleet {
    pub(crate) remote: GitRemote,
    pub(crate) alice: WorkTree,
    pub(crate) dave: Person,
}

impl Fleet {
    /// Made and pushed by alice.
    pub(crate) fn new() -> Self {
        let fleet = Self::founded();
        fleet.add_tenant("team-a");
        fleet.add_tenant("team-b");
        fleet.alice.commit("Add the tenants").unwrap();
        fleet.alice.push().unwrap();
        fleet
    }

    /// With the cluster, and no tenant yet.
    pub(crate) fn founded() -> Self {
        let (remote, alice) = newcomer();
        let dave = Person::new("dave").unwrap();
        let fleet = Self {
            remote,
            alice,
            dave,
        };
        let recovery = text(&fleet.recovery());
        signet(&fleet.alice, &["init", "--recovery-out", &recovery]).succeeded();
        let identity = text(&fleet.identity());
        signet(
            &fleet.alice,
            &["cluster", "add", "prod", "--identity-out", &identity],
        )
        .succeeded();
        fleet.alice.commit("Add the cluster").unwrap();
        fleet.alice.push().unwrap();
        fleet
    }

    /// The commit with which trust begins.
    pub(crate) fn introduction(&self) -> String {
        self.alice.root().unwrap()
    }

    /// Seals a file of alice's work tree with the recovery key at hand.
    pub(crate) fn seal(&self, words: &[&str]) -> Run {
        let mut command = self.alice.command(binaries().signet);
        command
            .env("SIGNET_IDENTITY_FILE", self.recovery())
            .arg("seal");
        run(command, words)
    }

    /// Puts a tenant into alice's work tree.
    pub(crate) fn add_tenant(&self, name: &str) -> Run {
        let dave = format!("dave={}", self.dave.public_key().unwrap());
        #[rustfmt::skip]
        let words = ["tenant", "add", name, "--cluster", "prod", "--namespace", name, "--signer", &dave, "--signer", "alice"];
        signet(&self.alice, &words).succeeded()
    }

    /// Writes the Secret of team-a and seals it.
    pub(crate) fn seal_secret(&self) -> String {
        self.alice.write(SECRET_PATH, SECRET).unwrap();
        signet(&self.alice, &["seal", SECRET_PATH]).succeeded();
        self.alice.read(SECRET_PATH).unwrap()
    }

    /// Opens a file of alice's work tree with the recovery key.
    pub(crate) fn open(&self, words: &[&str]) -> Run {
        let mut command = self.alice.command(binaries().signet);
        command
            .env("SIGNET_IDENTITY_FILE", self.recovery())
            .arg("open");
        run(command, words)
    }

    /// The file with the recovery key.
    pub(crate) fn recovery(&self) -> PathBuf {
        self.alice.person().home().join("recovery.key")
    }

    /// The file with the cluster's identity.
    pub(crate) fn identity(&self) -> PathBuf {
        self.alice.person().home().join("prod.key")
    }
}

/// Takes away what says whose work the files of a clone are.
pub(crate) fn forget_own_work(clone: &Path) {
    fs::remove_file(clone.join(".git/signet/written")).unwrap();
}

/// Everything below a folder but Git's own, with its content.
pub(crate) fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().is_some_and(|name| name == ".git") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.clone(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The permissions of a file.
pub(crate) fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
