//! A repository behind a real `sshd`, and somebody who pushes to it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use signet_git::{Credentials, FetchError, Fetched, Remote, SshKey};
use signet_tests::ssh_server::{SshServer, make_key};
use tempfile::TempDir;

use crate::fixture::{Fixture, MAIN, PATIENCE};

pub(crate) struct Ssh {
    pub(crate) git: Fixture,
    pub(crate) sshd: SshServer,
    folder: TempDir,
    files: AtomicUsize,
}

impl Ssh {
    /// One commit is on the remote's main branch; the server lets nobody in.
    pub(crate) fn new() -> Self {
        Self::behind(SshServer::start().unwrap())
    }

    pub(crate) fn behind(sshd: SshServer) -> Self {
        Self {
            git: Fixture::new(),
            sshd,
            folder: tempfile::tempdir().unwrap(),
            files: AtomicUsize::new(0),
        }
    }

    /// A path for a new file.
    pub(crate) fn path(&self) -> PathBuf {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("file{number}"))
    }

    /// A new file with this content.
    pub(crate) fn file(&self, content: &[u8]) -> PathBuf {
        let path = self.path();
        fs::write(&path, content).unwrap();
        path
    }

    /// A new key of a type, in a file.
    pub(crate) fn key_file(&self, kind: &str, passphrase: &str) -> PathBuf {
        let file = self.path();
        make_key(&file, kind, passphrase).unwrap();
        file
    }

    /// A new Ed25519 key that is let in; `options` are those of `authorized_keys`.
    pub(crate) fn key(&self, options: &str) -> SshKey {
        let file = self.key_file("ed25519", "");
        self.let_in(options, &file);
        read(&file)
    }

    pub(crate) fn let_in(&self, options: &str, key: &Path) {
        let public = fs::read_to_string(key.with_extension("pub")).unwrap();
        self.sshd.let_in(options, &public).unwrap();
    }

    /// These keys, and the server's own as known.
    pub(crate) fn credentials(&self, keys: Vec<SshKey>) -> Credentials {
        Credentials {
            ssh_keys: keys,
            known_hosts: Some(self.sshd.known_hosts().unwrap()),
            ..Credentials::default()
        }
    }

    pub(crate) fn url(&self) -> String {
        self.sshd.url_of(&self.git.server.repository())
    }

    pub(crate) fn remote(&self, credentials: Credentials) -> Remote {
        Remote::new(&self.url(), MAIN, credentials, PATIENCE).unwrap()
    }

    /// The remote as it is reached through another address.
    pub(crate) fn remote_at(&self, address: SocketAddr, key: SshKey) -> Remote {
        let url = self.sshd.url_at(address, &self.git.server.repository());
        let credentials = Credentials {
            ssh_keys: vec![key],
            known_hosts: Some(self.sshd.known_hosts_at(address).unwrap()),
            ..Credentials::default()
        };
        Remote::new(&url, MAIN, credentials, PATIENCE).unwrap()
    }

    /// The remote with a new key that is let in.
    pub(crate) fn open_remote(&self) -> Remote {
        self.remote(self.credentials(vec![self.key("")]))
    }

    /// The remote with a new key for which the server runs a script, whatever is asked for.
    pub(crate) fn scripted_remote(&self, script: &str, patience: Duration) -> Remote {
        let script = self.file(script.as_bytes());
        let key = self.key(&format!("command=\"sh {}\"", script.display()));
        Remote::new(&self.url(), MAIN, self.credentials(vec![key]), patience).unwrap()
    }

    pub(crate) async fn fetch(&self, remote: &Remote) -> Result<Fetched, FetchError> {
        signet_git::fetch(remote, &self.git.store).await
    }

    /// The error of a fetch that fails.
    pub(crate) async fn refusal(&self, credentials: Credentials) -> FetchError {
        let remote = self.remote(credentials);
        self.fetch(&remote).await.unwrap_err()
    }
}

pub(crate) fn text(file: &Path) -> SecretString {
    SecretString::from(fs::read_to_string(file).unwrap())
}

pub(crate) fn read(file: &Path) -> SshKey {
    SshKey::read(&text(file)).unwrap()
}
