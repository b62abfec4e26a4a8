//! A folder of keys that gpg makes and signs with.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use std::io::Write as _;

use tempfile::TempDir;

use crate::support::{BEGIN, at};

/// Keys of gpg's, without passphrases.
pub(crate) struct Keyring {
    /// Short, for an agent's socket is in it.
    home: TempDir,
}

impl Keyring {
    pub(crate) fn new() -> Self {
        let home = tempfile::Builder::new()
            .prefix("pgp")
            .tempdir_in("/tmp")
            .unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Self { home }
    }

    /// Another one with the same keys.
    pub(crate) fn twin(&self) -> Self {
        let twin = Self::new();
        let keys = "private-keys-v1.d";
        fs::create_dir(twin.path().join(keys)).unwrap();
        fs::set_permissions(twin.path().join(keys), fs::Permissions::from_mode(0o700)).unwrap();
        for folder in ["", keys] {
            for entry in fs::read_dir(self.path().join(folder)).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    fs::copy(
                        entry.path(),
                        twin.path().join(folder).join(entry.file_name()),
                    )
                    .unwrap();
                }
            }
        }
        twin
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    /// Makes a key of these uses an hour before every history begins, and gives its fingerprint.
    pub(crate) fn key(&self, algorithm: &str, uses: &str) -> String {
        self.key_until(algorithm, uses, "0")
    }

    /// The same of a key that ends.
    pub(crate) fn key_until(&self, algorithm: &str, uses: &str, ends: &str) -> String {
        let name = format!("{algorithm} {uses} <a@example.org>");
        let before = self.fingerprints();
        self.gpg(
            BEGIN - 3600,
            &["--quick-gen-key", &name, algorithm, uses, ends],
            b"",
        );
        self.one_more(&before)
    }

    /// Adds a subkey, and gives its fingerprint.
    pub(crate) fn subkey(&self, key: &str, algorithm: &str, uses: &str, ends: &str) -> String {
        let before = self.fingerprints();
        self.gpg(
            BEGIN - 3000,
            &["--quick-add-key", key, algorithm, uses, ends],
            b"",
        );
        self.one_more(&before)
    }

    fn one_more(&self, before: &[String]) -> String {
        let mut after = self.fingerprints();
        after.retain(|fingerprint| !before.contains(fingerprint));
        assert_eq!(after.len(), 1, "{after:?}");
        after.remove(0)
    }

    fn fingerprints(&self) -> Vec<String> {
        let listing = self.gpg(
            BEGIN,
            &[
                "--list-keys",
                "--with-colons",
                "--with-subkey-fingerprint",
                "--list-options",
                "show-unusable-subkeys",
            ],
            b"",
        );
        let lines = listing.lines().filter(|line| line.starts_with("fpr:"));
        let fields = lines.map(|line| line.split(':').nth(9).unwrap());
        fields.map(str::to_owned).collect()
    }

    /// The certificate as people are told to export it.
    pub(crate) fn certificate(&self, key: &str) -> String {
        let arguments = ["--armor", "--export-options", "export-minimal", "--export"];
        self.gpg(BEGIN, &[&arguments[..], &[key]].concat(), b"")
    }

    /// An armoured signature of that second by exactly this key or subkey.
    pub(crate) fn sign(&self, key: &str, second: i64, payload: &[u8]) -> String {
        self.sign_with(key, second, payload, &[])
    }

    /// The same with options.
    pub(crate) fn sign_with(
        &self,
        key: &str,
        second: i64,
        payload: &[u8],
        options: &[&str],
    ) -> String {
        let key = format!("{key}!");
        let arguments = ["--armor", "--local-user", &key, "--detach-sign"];
        self.gpg(second, &[options, &arguments[..]].concat(), payload)
    }

    /// Revokes a key at a second, with one of the reasons that gpg asks for: 1 compromised, 2 superseded, 3 no longer used.
    pub(crate) fn revoke(&self, key: &str, second: i64, reason: u8) {
        let answers = format!("y\n{reason}\n\ny\n");
        let arguments = ["--command-fd", "0", "--no-batch", "--gen-revoke", key];
        let revocation = self.gpg(second, &arguments, answers.as_bytes());
        self.gpg(second, &["--import"], revocation.as_bytes());
    }

    /// Revokes the first subkey of a key, likewise.
    pub(crate) fn revoke_subkey(&self, key: &str, second: i64, reason: u8) {
        let answers = format!("key 1\nrevkey\ny\n{reason}\n\ny\nsave\n");
        let arguments = ["--command-fd", "0", "--no-batch", "--edit-key", key];
        self.gpg(second, &arguments, answers.as_bytes());
    }

    /// A program that is this gpg at the second of `SIGNED_AT`, for git.
    pub(crate) fn program(&self) -> PathBuf {
        let path = self.path().join("program");
        let home = self.path().display();
        let script = format!(
            "#!/bin/sh\nexec gpg --homedir {home} --batch --faked-system-time \"$SIGNED_AT\" \"$@\"\n"
        );
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    /// What gpg prints at a second.
    pub(crate) fn gpg(&self, second: i64, arguments: &[&str], input: &[u8]) -> String {
        let mut gpg = Command::new("gpg");
        gpg.arg("--homedir").arg(self.path());
        if !arguments.contains(&"--no-batch") {
            gpg.arg("--batch");
        }
        gpg.args(["--quiet", "--no-tty", "--yes", "--no-auto-check-trustdb"]);
        gpg.args(["--pinentry-mode", "loopback", "--passphrase", ""]);
        gpg.arg("--faked-system-time").arg(fake(second));
        gpg.args(arguments);
        gpg.stdin(Stdio::piped());
        gpg.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = gpg.spawn();
        let mut child = child.unwrap_or_else(|error| {
            panic!("{gpg:?}: {error}; gpg (apt install gnupg) must be installed")
        });
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{gpg:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Keyring {
    /// Ends the agent that gpg started.
    fn drop(&mut self) {
        let mut gpgconf = Command::new("gpgconf");
        gpgconf.arg("--homedir").arg(self.path());
        gpgconf.args(["--kill", "all"]).status().ok();
    }
}

/// A time at which gpg's clock stands.
pub(crate) fn fake(second: i64) -> String {
    at(second).strftime("%Y%m%dT%H%M%S!").to_string()
}
