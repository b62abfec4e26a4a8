//! A remote, somebody who pushes to it, and a store that fetches from it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use signet_git::{Credentials, Draft, FetchError, Fetched, Ident, Remote, SshKey, Store};
use signet_provenance::{ObjectId, Objects};
use signet_tests::git_remote::GitRemote;
use signet_tests::person::{Person, WorkTree};
use tempfile::TempDir;

pub(crate) const MAIN: &str = "refs/heads/main";

/// When what the store commits is committed.
pub(crate) const SECONDS: i64 = 1_800_000_000;

/// Long enough for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Fixture {
    pub(crate) server: GitRemote,
    pub(crate) dave: WorkTree,
    pub(crate) remote: Remote,
    pub(crate) store: Store,
    folder: TempDir,
}

impl Fixture {
    /// One commit is on the remote's main branch; the store is empty.
    pub(crate) fn new() -> Self {
        let server = GitRemote::start().unwrap();
        let dave = Person::new("dave").unwrap().clone_of(&server).unwrap();
        dave.write("README.md", "A fleet.\n").unwrap();
        dave.commit("Begin").unwrap();
        dave.push().unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self {
            remote: remote(&server, &server.url(), credentials(&server), PATIENCE),
            store: Store::create_or_open(folder.path()).unwrap(),
            server,
            dave,
            folder,
        }
    }

    pub(crate) async fn fetch(&self) -> Result<Fetched, FetchError> {
        signet_git::fetch(&self.remote, &self.store).await
    }

    /// Commits a file, pushes, and returns the commit.
    pub(crate) fn push(&self, path: &str, text: &str) -> ObjectId {
        self.dave.write(path, text).unwrap();
        let commit = self.dave.commit(path).unwrap();
        self.dave.push().unwrap();
        commit.parse().unwrap()
    }

    /// Commits a file in the store, on top of a commit.
    pub(crate) fn commit(&self, parent: ObjectId, path: &str, text: &str) -> ObjectId {
        commit(&self.store, parent, path, text)
    }

    /// Where main stands at the remote.
    pub(crate) fn main(&self) -> ObjectId {
        self.git(&["rev-parse", MAIN]).parse().unwrap()
    }

    /// Runs git in the remote's repository.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let path = self.server.repository();
        let folder = ["-C", path.to_str().unwrap()];
        self.dave.git(&[&folder[..], arguments].concat()).unwrap()
    }

    /// Puts a hook into the remote's repository.
    pub(crate) fn hook(&self, name: &str, script: &str) {
        let hook = self.server.repository().join("hooks").join(name);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Pushes a file whose pack has about this many bytes.
    pub(crate) fn push_large(&self, path: &str, bytes: usize) -> ObjectId {
        self.push(path, &incompressible(bytes))
    }

    /// A pack with everything behind a commit.
    pub(crate) fn pack(&self, commit: &str) -> Vec<u8> {
        let base = self.folder.path().join("sent");
        let mut command = self.dave.command("git");
        command
            .args(["pack-objects", "--quiet", "--revs"])
            .arg(&base);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = command.spawn().unwrap();
        let mut stdin = running.stdin.take().unwrap();
        stdin.write_all(format!("{commit}\n").as_bytes()).unwrap();
        drop(stdin);
        let name = String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap();
        std::fs::read(format!("{}-{}.pack", base.display(), name.trim())).unwrap()
    }

    pub(crate) fn has(&self, id: &ObjectId) -> bool {
        self.store.read(id).unwrap().is_some()
    }

    /// Whether the store has everything behind a commit.
    pub(crate) fn has_all_behind(&self, commit: &ObjectId) -> bool {
        let list = ["rev-list", "--objects", "--no-object-names"];
        let commit = commit.to_string();
        let objects = self.dave.git(&[&list[..], &[&commit]].concat()).unwrap();
        objects.lines().all(|id| self.has(&id.parse().unwrap()))
    }

    /// Where the store keeps its objects.
    pub(crate) fn git_folder(&self) -> PathBuf {
        self.folder.path().join("store.git")
    }

    /// The files in the store's folder of packs.
    pub(crate) fn packs(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.git_folder().join("objects/pack")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// A commit of the store, signed by dave of keys-examples, in which one file holds this.
pub(crate) fn commit(store: &Store, parent: ObjectId, path: &str, text: &str) -> ObjectId {
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keys-examples/ssh/dave");
    let key = SecretString::from(std::fs::read_to_string(key).unwrap());
    let dave = Ident {
        name: "dave".into(),
        mail: "dave@example.org".into(),
        time: Timestamp::from_second(SECONDS).unwrap(),
    };
    let content = Some(text.as_bytes().to_vec());
    let draft = Draft {
        parent,
        changes: BTreeMap::from([(path.parse().unwrap(), content)]),
        author: dave.clone(),
        committer: dave,
        message: path.into(),
    };
    store.commit(&draft, &SshKey::read(&key).unwrap()).unwrap()
}

pub(crate) fn credentials(server: &GitRemote) -> Credentials {
    Credentials {
        username: Some(server.username().to_owned()),
        password: Some(SecretString::from(server.password())),
        ca: Some(server.ca_pem().as_bytes().to_vec()),
        ..Credentials::default()
    }
}

pub(crate) fn remote(
    server: &GitRemote,
    url: &str,
    credentials: Credentials,
    patience: Duration,
) -> Remote {
    let remote = Remote::new(url, MAIN, credentials, patience);
    remote.unwrap_or_else(|error| panic!("{}: {error}", server.url()))
}

/// What a fetch says that brought a new tip and all approvals.
pub(crate) fn brought(tip: ObjectId) -> Fetched {
    Fetched {
        tip,
        received: true,
        shortfall: None,
    }
}

/// All that a log or a status could show of an error, checked to hold no password and no key.
pub(crate) fn shown(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, ": {error}").unwrap();
        cause = error.source();
    }
    let everything = format!("{text} {error:?}");
    for form in ["canary", "Basic", "Zmxl", "PRIVATE KEY", "b3BlbnNzaC1rZXkt"] {
        assert!(!everything.contains(form), "{form} in {everything}");
    }
    text
}

/// Text that zlib makes no smaller than six bits a letter.
pub(crate) fn incompressible(bytes: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let letters = (0..bytes * 4 / 3).map(|_| {
        // xorshift64 (Marsaglia, 2003)
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(LETTERS[(state >> 58) as usize])
    });
    letters.collect()
}
