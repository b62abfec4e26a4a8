//! What the person's own `ssh` would show to a server and know it by, its configuration apart.

use crate::failure::{Explain, Result};
use crate::identities::passphrase;
use crate::reading;
use secrecy::SecretString;
use signet_git::{SshKey, SshKeyError};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Their files in `~/.ssh`.
const KEYS: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];
/// The machine's file beside the person's.
const KNOWN_HOSTS: &str = "/etc/ssh/ssh_known_hosts";

/// What there is. No `Debug`.
pub(super) struct OwnSsh {
    pub(super) known_hosts: String,
    pub(super) agent: Option<PathBuf>,
    pub(super) keys: Vec<SshKey>,
    /// Keys that a passphrase protects, for when no other is let in.
    pub(super) protected: Vec<Protected>,
}

/// A key that a passphrase protects. No `Debug`.
pub(super) struct Protected {
    file: PathBuf,
    text: SecretString,
}

impl OwnSsh {
    /// What the variables of the environment lead to. A file that holds nothing of use is passed over.
    pub(super) fn find(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let folder = set("HOME").map(|home| PathBuf::from(home).join(".ssh"));
        let mut found = Self {
            known_hosts: known_hosts(folder.as_deref()),
            agent: set("SSH_AUTH_SOCK").map(PathBuf::from),
            keys: Vec::new(),
            protected: Vec::new(),
        };
        let files = KEYS
            .iter()
            .filter_map(|name| Some(folder.as_ref()?.join(name)));
        for file in files {
            let Some(text) = text(&file) else { continue };
            match SshKey::read(&text) {
                Ok(key) => found.keys.push(key),
                Err(SshKeyError::Protected) => found.protected.push(Protected { file, text }),
                Err(SshKeyError::Unreadable) => {}
            }
        }
        found
    }
}

impl Protected {
    /// The key, once the person has typed its passphrase; nothing where nobody is there to be asked.
    ///
    /// # Errors
    /// When the terminal fails, the person gives up, or the passphrase is another.
    pub(super) fn unprotect(&self) -> Result<Option<SshKey>> {
        let place = format!("the SSH key {}", self.file.display());
        let passphrase =
            passphrase::of(&place).with_context(|| format!("ask for the passphrase of {place}"))?;
        let key = passphrase.map(|passphrase| SshKey::unprotect(&self.text, &passphrase));
        key.transpose().with_context(|| format!("read {place}"))
    }
}

fn known_hosts(folder: Option<&Path>) -> String {
    let own = folder.map(|folder| folder.join("known_hosts"));
    let files = own.into_iter().chain([PathBuf::from(KNOWN_HOSTS)]);
    let texts =
        files.filter_map(|file| Some(String::from_utf8_lossy(&fs::read(file).ok()?).into_owned()));
    texts.collect::<Vec<_>>().join("\n")
}

fn text(file: &Path) -> Option<SecretString> {
    let bytes = reading::identity_file(file).ok()?;
    reading::text(bytes).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::OwnSsh;
    use std::ffi::OsString;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    fn found(home: &Path) -> OwnSsh {
        OwnSsh::find(|name| match name {
            "HOME" => Some(home.into()),
            "SSH_AUTH_SOCK" => Some(OsString::from("/run/agent")),
            _ => None,
        })
    }

    fn make(file: &Path, passphrase: &str) {
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", passphrase, "-f"]);
        assert!(command.arg(file).status().unwrap().success());
    }

    #[test]
    fn finds_keys_agent_and_known_hosts_where_ssh_does() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".ssh");
        fs::create_dir(&folder).unwrap();
        make(&folder.join("id_ed25519"), "");
        make(&folder.join("id_ecdsa"), "canary");
        make(&folder.join("another"), "");
        fs::write(folder.join("id_rsa"), "no key").unwrap();
        fs::write(
            folder.join("known_hosts"),
            "git.example.org ssh-ed25519 AAAA",
        )
        .unwrap();
        let found = found(home.path());
        assert_eq!((found.keys.len(), found.protected.len()), (1, 1));
        assert_eq!(found.agent, Some(PathBuf::from("/run/agent")));
        assert!(
            found
                .known_hosts
                .starts_with("git.example.org ssh-ed25519 AAAA")
        );
    }

    #[test]
    fn finds_nothing_without_a_home() {
        let found = OwnSsh::find(|_| None);
        assert!(found.keys.is_empty() && found.protected.is_empty() && found.agent.is_none());
    }
}
