//! A home folder with a key and git's configuration.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::git_remote::GitRemote;

/// A temporary folder that programs take for the user's home.
pub(super) struct Home {
    folder: TempDir,
}

impl Home {
    pub(super) fn create(name: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("{name}-"))
            .tempdir()
            .context("creating a home")?;
        let home = Self { folder };
        let key = home.key();
        home.write(
            ".gitconfig",
            &format!(
                "[user]\n\tname = {name}\n\temail = {name}@example.org\n\tsigningKey = {key}\n\
                 [gpg]\n\tformat = ssh\n\
                 [init]\n\tdefaultBranch = main\n\
                 [push]\n\tdefault = current\n\
                 [advice]\n\tdetachedHead = false\n\
                 [credential]\n\thelper = store --file={passwords}\n\
                 [include]\n\tpath = {remote}\n",
                key = key.display(),
                passwords = home.path().join("passwords").display(),
                remote = home.path().join("remote.gitconfig").display(),
            ),
        )?;
        Ok(home)
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn key(&self) -> PathBuf {
        self.path().join("id_ed25519")
    }

    /// Copies a key here. Its file is readable by the owner alone, which a work tree does not
    /// preserve and ssh-keygen insists on.
    pub(super) fn take_key(&self, from: &Path) -> Result<()> {
        let key = self.key();
        for (from, to) in [
            (from.to_owned(), key.clone()),
            (from.with_extension("pub"), key.with_extension("pub")),
        ] {
            fs::copy(&from, &to).with_context(|| format!("copying {}", from.display()))?;
        }
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))
            .with_context(|| format!("protecting {}", key.display()))
    }

    pub(super) fn learn(&self, remote: &GitRemote) -> Result<()> {
        let url = remote.url();
        let ca = remote.ca_path();
        self.write(
            "remote.gitconfig",
            &format!("[http \"{url}\"]\n\tsslCAInfo = {}\n", ca.display()),
        )?;
        let host = url
            .trim_start_matches("https://")
            .split('/')
            .next()
            .unwrap_or_default();
        self.write(
            "passwords",
            &format!(
                "https://{}:{}@{host}\n",
                remote.username(),
                remote.password()
            ),
        )
    }

    /// What programs get to see of the world.
    pub(super) fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("PATH", std::env::var_os("PATH").unwrap_or_default()),
            ("HOME", self.path().into()),
            ("XDG_CONFIG_HOME", self.path().join(".config").into()),
            ("GIT_CONFIG_GLOBAL", self.path().join(".gitconfig").into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_TERMINAL_PROMPT", "0".into()),
            ("LC_ALL", "C".into()),
        ]
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.path().join(name);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
    }
}
