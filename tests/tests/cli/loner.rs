//! Somebody with a key and no fleet, and the real sops beside.

use std::fs;
use std::process::Command;

use signet_tests::binaries::binaries;
use signet_tests::person::Person;
use signet_tests::sops::{Sops, Version};

use crate::fixture::{Run, run, text};

/// A file of theirs in the clear.
pub(crate) const NOTES: &str = "# mine\nuser: shop # who\ntoken: \"canary-9f3a1c\"\nlist:\n  - one\n  - two\nport: 5432\nempty: \"\"\n";

/// A person in a folder that is in no repository.
pub(crate) struct Loner {
    pub(crate) person: Person,
    pub(crate) recipient: String,
    sops: Sops,
}

impl Loner {
    /// With a key of their own.
    pub(crate) fn new() -> Self {
        let person = Person::new("alice").unwrap();
        let key = text(&person.home().join("mine"));
        let made = run(person.command(binaries().signet), &["keygen", "-o", &key]);
        let identity = fs::read_to_string(&key).unwrap();
        Self {
            recipient: made.succeeded().stdout.trim().to_owned(),
            sops: Sops::new(Version::V3_13, &identity).unwrap(),
            person,
        }
    }

    /// With [`NOTES`] in `notes.yaml`, sealed by sops, and what sops wrote.
    pub(crate) fn with_notes() -> (Self, String) {
        let loner = Self::new();
        loner.seal_by_sops("notes.yaml", NOTES);
        let sealed = loner.read("notes.yaml");
        (loner, sealed)
    }

    /// Writes a file that sops sealed.
    pub(crate) fn seal_by_sops(&self, name: &str, text: &str) {
        self.seal_by_sops_under(name, text, "");
    }

    /// Writes a file that sops sealed, with more settings of a creation rule.
    pub(crate) fn seal_by_sops_under(&self, name: &str, text: &str, settings: &str) {
        let rule = format!("{{age: {}{settings}}}", self.recipient);
        let sealed = self.sops.encrypt(name, text.as_bytes(), &rule);
        self.write(name, &String::from_utf8(sealed.unwrap()).unwrap());
    }

    /// Writes a file and seals it.
    pub(crate) fn seal_by_signet(&self, name: &str, text: &str) {
        self.write(name, text);
        self.signet(&["seal", "--age", &self.recipient, name])
            .succeeded();
    }

    /// `signet` with the key at hand.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.person.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", self.person.home().join("mine"));
        command
    }

    /// What came of `signet`.
    pub(crate) fn signet(&self, words: &[&str]) -> Run {
        run(self.command(), words)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.person.home().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.person.home().join(name)).unwrap()
    }

    /// The plaintext of a file, by sops.
    pub(crate) fn opened_by_sops(&self, name: &str) -> String {
        let plain = self.sops.decrypt(name, self.read(name).as_bytes());
        String::from_utf8(plain.unwrap()).unwrap()
    }

    /// What sops prints for these arguments.
    pub(crate) fn sops_alone(&self, arguments: &[&str]) -> Vec<u8> {
        self.sops.run(arguments).unwrap()
    }

    /// What sops prints for these arguments in its own folder, where the file stands too.
    pub(crate) fn sops(&self, name: &str, arguments: &[&str]) -> Vec<u8> {
        fs::write(self.sops.path(name), self.read(name)).unwrap();
        self.sops.run(arguments).unwrap()
    }
}
