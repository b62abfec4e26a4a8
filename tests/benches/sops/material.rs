//! The files that both work on, the keys, and the two programs.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use secrecy::{ExposeSecret, SecretString};
use signet_api::RepoPath;
use signet_envelope::{Recipients, Store};
use signet_seal::{Identity, SealRequest, Voucher, seal_file};
use signet_tests::sops::{Sops, Version};

/// Two recipients, of whom the first of a file opens it, and a folder in which both programs work.
pub(crate) struct Material {
    pub(crate) sops: Sops,
    pub(crate) recipients: Recipients,
    pub(crate) identities: Vec<Identity>,
    key: SecretString,
    signet: PathBuf,
}

impl Material {
    pub(crate) fn new(signet: PathBuf) -> Result<Self> {
        let mut pairs =
            [1, 2].map(|person| Identity::generate(&mut |bytes: &mut [u8]| bytes.fill(person)));
        pairs.sort_by_key(|(identity, _)| identity.recipient().to_owned());
        let required = pairs
            .iter()
            .map(|(identity, _)| identity.recipient().to_owned());
        let recipients = Recipients {
            required: required.collect(),
            transitional: [].into(),
        };
        let [(identity, key), _] = pairs;
        Ok(Self {
            sops: Sops::new(Version::V3_13, "")?,
            recipients,
            identities: vec![identity],
            key,
            signet,
        })
    }

    /// What seals a file as sops does, bound to no place.
    pub(crate) fn request<'a>(&'a self, path: &'a RepoPath) -> SealRequest<'a> {
        SealRequest {
            path,
            store: Store::of(path),
            place: None,
            in_fleet: false,
            recipients: &self.recipients,
            key_groups: None,
            rule: None,
            mac_only_encrypted: false,
            identities: &self.identities,
            vouched_by: Voucher::Person,
            now: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    /// The recipients as sops takes them.
    pub(crate) fn age(&self) -> String {
        let recipients: Vec<&str> = self
            .recipients
            .required
            .iter()
            .map(String::as_str)
            .collect();
        recipients.join(",")
    }

    /// Writes the plaintext to a file.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> Result<()> {
        fs::write(self.sops.path(name), text).with_context(|| format!("writing {name}"))
    }

    /// Writes the plaintext to a file, sealed.
    pub(crate) fn write_sealed(&self, name: &str, text: impl AsRef<[u8]>) -> Result<()> {
        let path = name.parse()?;
        let sealed = seal_file(text, &self.request(&path), &mut random)?;
        self.write(name, sealed)
    }

    /// A run of sops with the key in its environment.
    pub(crate) fn sops(&self, words: &[&str]) -> Command {
        let mut command = self.sops.command(words);
        self.prepare(&mut command);
        command
    }

    /// A run of Signet in the same surroundings.
    pub(crate) fn signet(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.signet);
        command.args(words).current_dir(self.sops.path(""));
        for (name, value) in self.sops.command(&[]).get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        self.prepare(&mut command);
        command
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a throw-away key is given to both programs in the same way"
    )]
    fn prepare(&self, command: &mut Command) {
        command
            .env_remove("SOPS_AGE_KEY_FILE")
            .env("SOPS_AGE_KEY", self.key.expose_secret())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
    }
}

/// Runs a prepared command to its end.
pub(crate) fn run(mut command: Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("starting {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

/// The system's randomness, as the programs use it.
pub(crate) fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has a random generator");
}

/// A Secret with four values.
pub(crate) fn small(number: usize) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n    name: db-{number}\n    namespace: shop\nstringData:\n    \
         username: shop-{number}\n    password: correct horse battery staple {number}\n    \
         url: postgres://shop@db-{number}/shop\n    # rotated in spring\n    token: \"{number}\"\n"
    )
}

/// As many values as that in one YAML file, in groups of fifty.
pub(crate) fn yaml_of(values: usize) -> String {
    let mut text = String::new();
    for number in 0..values {
        if number % 50 == 0 {
            let _ = writeln!(text, "group-{}:", number / 50);
        }
        let _ = writeln!(
            text,
            "    key-{number}: a secret value of some length, number {number}"
        );
    }
    text
}

/// That many bytes, which no store but the binary one takes.
pub(crate) fn any_bytes(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    random(&mut bytes);
    bytes
}

/// A JSON file with as many values as that.
pub(crate) fn json_of(values: usize) -> String {
    let value =
        |number| format!("  \"key-{number}\": \"a secret value of some length, number {number}\"");
    let values: Vec<String> = (0..values).map(value).collect();
    format!("{{\n{}\n}}\n", values.join(",\n"))
}
