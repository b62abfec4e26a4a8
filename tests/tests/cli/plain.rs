//! Somebody without a fleet: a folder with plain SOPS files.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use signet_tests::binaries::binaries;
use signet_tests::person::Person;

use crate::fixture::{Run, SECRET, run, text};

/// A folder below somebody's home, whose age key is where sops looks for it.
pub(crate) struct Plain {
    pub(crate) person: Person,
    pub(crate) recipient: String,
    folder: PathBuf,
}

impl Plain {
    /// An empty folder, in no work tree of git.
    pub(crate) fn new() -> Self {
        let person = Person::new("zoe").unwrap();
        let folder = person.home().join("work");
        let keys = person.home().join(".config/sops/age");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(&keys).unwrap();
        let mut keygen = person.command(binaries().signet);
        keygen.args(["keygen", "-o", &text(&keys.join("keys.txt"))]);
        let recipient = run(keygen, &[]).succeeded().stdout.trim().to_owned();
        Self {
            person,
            recipient,
            folder,
        }
    }

    /// The same as a work tree of git.
    pub(crate) fn repository() -> Self {
        let plain = Self::new();
        plain.git(&["init", "--quiet"]);
        plain
    }

    /// A folder whose `.sops.yaml` names the person for every file.
    pub(crate) fn with_rule(rule: &str) -> Self {
        let plain = Self::new();
        plain.rules(rule);
        plain
    }

    /// A folder with a Secret in `db.yaml` that is sealed for the person.
    pub(crate) fn with_secret() -> Self {
        let plain = Self::new();
        plain.write("db.yaml", SECRET);
        plain
            .signet(&["seal", "--age", &plain.recipient, "db.yaml"])
            .succeeded();
        plain
    }

    /// Writes a `.sops.yaml` with one rule for the person, in flow style without braces.
    pub(crate) fn rules(&self, rule: &str) {
        let recipient = &self.recipient;
        let separator = if rule.is_empty() { "" } else { ", " };
        let rules = format!("creation_rules:\n- {{age: {recipient}{separator}{rule}}}\n");
        self.write(".sops.yaml", &rules);
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap()
    }

    /// A `signet` command line in the folder.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.person.command(binaries().signet);
        command.current_dir(&self.folder);
        command
    }

    pub(crate) fn signet(&self, words: &[&str]) -> Run {
        run(self.command(), words)
    }

    /// Runs `signet` with a text on stdin.
    pub(crate) fn piped(&self, input: &str, words: &[&str]) -> Run {
        piped(self.command(), input, words)
    }

    /// Commits all that stands in the folder.
    #[track_caller]
    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", "Change"]);
    }

    #[track_caller]
    pub(crate) fn git(&self, words: &[&str]) -> String {
        let mut command = self.person.command("git");
        command.current_dir(&self.folder);
        run(command, words).succeeded().stdout
    }
}

/// Runs a prepared command line with a text on stdin.
pub(crate) fn piped(mut command: Command, input: &str, words: &[&str]) -> Run {
    let ends = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
    let [stdin, stdout, stderr] = ends;
    let mut child = command
        .args(words)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .expect("signet starts");
    let mut stdin = child.stdin.take().unwrap();
    // A command that refuses its arguments reads nothing.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap().into()
}
