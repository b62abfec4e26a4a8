//! Where identities come from: everywhere that sops looks, with what it tells the commands that it runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use signet_tests::binaries::binaries;
use signet_tests::person::Person;
use signet_tests::sops::{Sops, Version};

use crate::fixture::{CANARY, Run, mode, run, text};
use crate::plain::Plain;

pub(crate) const SEALED: &str = "sealed.yaml";

/// A person with a file that is sealed for two identities, whose key files lie where nobody looks.
pub(crate) struct Holder {
    pub(crate) person: Person,
    pub(crate) recipients: [String; 2],
}

impl Holder {
    pub(crate) fn new() -> Self {
        let person = Person::new("dave").unwrap();
        let recipients = ["one", "two"].map(|name| keygen(&person, &[], name));
        let holder = Self { person, recipients };
        fs::write(holder.file(SEALED), format!("token: {CANARY}\n")).unwrap();
        let [one, two] = &holder.recipients;
        holder
            .signet(&["seal", "--age", one, "--age", two, SEALED])
            .succeeded();
        holder
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.person.home().join(name)
    }

    pub(crate) fn signet(&self, words: &[&str]) -> Run {
        self.signet_with(&[], words)
    }

    pub(crate) fn signet_with(&self, environment: &[(&str, &str)], words: &[&str]) -> Run {
        let mut command = self.person.command(binaries().signet);
        command.envs(environment.iter().copied());
        run(command, words)
    }

    #[track_caller]
    pub(crate) fn opens_with(&self, environment: &[(&str, &str)]) {
        let opened = self.signet_with(environment, &["open", SEALED]).succeeded();
        assert_eq!(opened.stdout, format!("token: {CANARY}\n"));
    }

    pub(crate) fn keys(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// A program that prints a key file for one recipient, and writes down for whom it was asked.
    fn asked(&self, answers: &str) -> String {
        let program = self.file("ask");
        let log = text(&self.file("log"));
        let script = format!(
            "#!/bin/sh\necho \"$SOPS_AGE_RECIPIENT\" >> '{log}'\n\
             [ \"$SOPS_AGE_RECIPIENT\" = '{answers}' ] && exec cat '{}'\nexit 3\n",
            text(&self.file("two"))
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        text(&program)
    }

    fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.file("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

/// Makes an identity file in the person's home, and returns its recipient.
fn keygen(person: &Person, words: &[&str], name: &str) -> String {
    let file = text(&person.home().join(name));
    let made = run(
        person.command(binaries().signet),
        &[&["keygen", "-o", &file], words].concat(),
    );
    made.succeeded().stdout.trim().to_owned()
}

pub(crate) fn ssh_keygen(key: &Path, passphrase: &str) -> String {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-C", "", "-N", passphrase, "-f"])
        .arg(key)
        .status()
        .expect("ssh-keygen starts");
    assert!(made.success());
    fs::read_to_string(key.with_extension("pub"))
        .unwrap()
        .trim()
        .to_owned()
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let plain = Plain::repository();
    plain.rules("path_regex: ^db");
    for variable in [
        "SIGNET_IDENTITY_FILE",
        "SOPS_AGE_KEY",
        "SOPS_AGE_KEY_FILE",
        "SOPS_AGE_KEY_CMD",
        "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
        "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
        "SOPS_AGE_RECIPIENTS",
        "SOPS_CONFIG",
    ] {
        plain.write("db.yaml", "token: canary-9f3a1c\n");
        let with = |words: &[&str]| {
            let mut command = plain.command();
            command.env(variable, "");
            run(command, words)
        };
        assert_eq!(with(&["check"]).code, 1, "{variable}");
        with(&["seal", "db.yaml"]).succeeded();
        with(&["check"]).succeeded();
        with(&["rotate", "db.yaml"]).succeeded();
        let opened = with(&["open", "db.yaml"]).succeeded();
        assert_eq!(opened.stdout, "token: canary-9f3a1c\n", "{variable}");
    }
    let named = plain.signet(&["open", "--identity", "", "db.yaml"]);
    named.failed(2, &["a value is required for '--identity <FILE>'"]);
}

#[test]
fn every_source_of_sops_opens_a_file() {
    let holder = Holder::new();
    holder
        .signet(&["open", SEALED])
        .failed(1, &["no identity was found"]);
    let file = text(&holder.file("one"));
    let command = format!("cat '{file}'");
    holder.opens_with(&[("SIGNET_IDENTITY_FILE", &file)]);
    holder.opens_with(&[("SOPS_AGE_KEY", &holder.keys("one"))]);
    holder.opens_with(&[("SOPS_AGE_KEY_FILE", &file)]);
    holder.opens_with(&[("SOPS_AGE_KEY_CMD", &command)]);
    let default = holder.file(".config/sops/age");
    fs::create_dir_all(&default).unwrap();
    fs::copy(&file, default.join("keys.txt")).unwrap();
    holder.opens_with(&[]);
}

#[test]
fn a_new_identity_gets_a_private_folder_where_there_is_none() {
    let person = Person::new("erin").unwrap();
    let recipient = keygen(&person, &[], "keys/age/keys.txt");
    assert!(recipient.starts_with("age1"), "{recipient}");
    for folder in ["keys", "keys/age"] {
        assert_eq!(mode(&person.home().join(folder)), 0o700, "{folder}");
    }
}

#[test]
fn several_identities_may_stand_on_one_line_of_the_variable() {
    let holder = Holder::new();
    let stranger = holder.signet(&["keygen"]).succeeded().stdout;
    let secret = |text: &str| text.lines().last().unwrap().to_owned();
    let line = format!("{} {}", secret(&stranger), secret(&holder.keys("two")));
    holder.opens_with(&[("SOPS_AGE_KEY", &line)]);
}

#[test]
fn ssh_keys_are_found_by_name_by_command_and_by_default() {
    let holder = Holder::new();
    let key = holder.file("ssh key");
    let recipient = ssh_keygen(&key, "");
    fs::write(holder.file(SEALED), format!("token: {CANARY}\n")).unwrap();
    holder
        .signet(&["seal", "--age", &recipient, SEALED])
        .succeeded();
    let file = text(&key);
    let command = format!("cat '{file}'");
    holder.opens_with(&[("SOPS_AGE_SSH_PRIVATE_KEY_FILE", &file)]);
    holder.opens_with(&[("SOPS_AGE_SSH_PRIVATE_KEY_CMD", &command)]);
    fs::create_dir_all(holder.file(".ssh")).unwrap();
    fs::copy(&key, holder.file(".ssh/id_ed25519")).unwrap();
    holder.opens_with(&[]);
}

#[test]
fn a_command_is_asked_for_each_recipient_until_one_opens() {
    let holder = Holder::new();
    let [one, two] = &holder.recipients;
    let command = holder.asked(two);
    holder.opens_with(&[("SOPS_AGE_KEY_CMD", &command)]);
    // A file names its recipients in their own order, and the other one's answer is asked for only if it comes first.
    let expected: Vec<&str> = if one < two { vec![one, two] } else { vec![two] };
    assert_eq!(holder.log(), expected);
}

#[test]
fn no_command_is_run_for_a_file_that_a_key_at_hand_opens() {
    let holder = Holder::new();
    let command = holder.asked(&holder.recipients[1]);
    let keys = holder.keys("one");
    holder.opens_with(&[("SOPS_AGE_KEY", &keys), ("SOPS_AGE_KEY_CMD", &command)]);
    assert_eq!(holder.log(), Vec::<String>::new());
}

/// Each verb but `open` that opens a sealed file, where there is something to do for it.
const VERBS: [&[&str]; 4] = [
    &["seal", "--yes", SEALED],
    &["rotate", SEALED],
    &["textconv", "--open", SEALED],
    &[
        "merge-driver",
        "base.yaml",
        "base.yaml",
        SEALED,
        "7",
        SEALED,
    ],
];

/// The holder of a file that has a value more in the clear than the one beside it; that one is whole.
fn unfinished(verb: &[&str]) -> Holder {
    let holder = Holder::new();
    let sealed = fs::read_to_string(holder.file(SEALED)).unwrap();
    fs::write(holder.file("base.yaml"), &sealed).unwrap();
    if verb[0] == "seal" {
        let more = format!("more: {CANARY}-more\n{sealed}");
        fs::write(holder.file(SEALED), more).unwrap();
    }
    holder
}

#[test]
fn no_verb_runs_a_command_that_it_does_not_need_or_tells_it_no_recipient() {
    for verb in VERBS {
        let holder = unfinished(verb);
        let command = holder.asked(&holder.recipients[1]);
        let keys = holder.keys("one");
        let both = [("SOPS_AGE_KEY", &*keys), ("SOPS_AGE_KEY_CMD", &command)];
        holder.signet_with(&both, verb).succeeded();
        assert_eq!(holder.log(), Vec::<String>::new(), "{verb:?}");

        let holder = unfinished(verb);
        let [first, second] = &holder.recipients;
        let command = holder.asked(second);
        let done = holder.signet_with(&[("SOPS_AGE_KEY_CMD", &command)], verb);
        let done = done.succeeded();
        assert!(!done.stderr.contains("was found"), "{}", done.stderr);
        let expected = if first < second {
            vec![first.clone(), second.clone()]
        } else {
            vec![second.clone()]
        };
        assert_eq!(holder.log(), expected, "{verb:?}");
    }
}

#[test]
fn sops_tells_the_same_command_the_same_recipients() {
    let holder = Holder::new();
    let [_, two] = &holder.recipients;
    let command = holder.asked(two);
    let sops = Sops::new(Version::V3_13, "").unwrap();
    let sealed = fs::read(holder.file(SEALED)).unwrap();
    fs::write(sops.path(SEALED), sealed).unwrap();
    let decrypted = sops
        .command(&["decrypt", SEALED])
        .env_remove("SOPS_AGE_KEY_FILE")
        .env("SOPS_AGE_KEY_CMD", &command)
        .output()
        .unwrap();
    assert_eq!(decrypted.stdout, format!("token: {CANARY}\n").as_bytes());
    let asked_by_sops = holder.log();
    fs::remove_file(holder.file("log")).unwrap();
    holder.opens_with(&[("SOPS_AGE_KEY_CMD", &command)]);
    assert_eq!(asked_by_sops, holder.log());
}

#[test]
fn keys_behind_a_passphrase_are_named_as_such_and_hide_no_others() {
    let holder = Holder::new();
    let locked = holder.file("locked");
    ssh_keygen(&locked, "long and secret");
    let binary = holder.file("keys.age");
    fs::write(
        &binary,
        b"age-encryption.org/v1\n-> scrypt x 18\n\xff\xfe\n",
    )
    .unwrap();
    let environment = [
        ("SOPS_AGE_SSH_PRIVATE_KEY_FILE", text(&locked)),
        ("SOPS_AGE_KEY_FILE", text(&binary)),
    ];
    let mut environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let said = holder.signet_with(&environment, &["open", SEALED]);
    let said = said.failed(1, &["the identities are encrypted with age", "keys.age"]);
    // Of a key for which the file is not sealed there is nothing to say.
    assert!(!said.contains("locked"), "{said}");
    let keys = holder.keys("one");
    environment.push(("SOPS_AGE_KEY", &keys));
    holder.opens_with(&environment);
}

#[test]
fn an_identity_of_a_plugin_hides_no_other_in_its_file() {
    let holder = Holder::new();
    let mixed = format!("AGE-PLUGIN-YUBIKEY-1QQQQ\n{}", holder.keys("one"));
    holder.opens_with(&[("SOPS_AGE_KEY", &mixed)]);
    let only = [("SOPS_AGE_KEY", "AGE-PLUGIN-YUBIKEY-1QQQQ")];
    holder
        .signet_with(&only, &["open", SEALED])
        .failed(1, &["plugin identities"]);
}

#[test]
fn sops_opens_what_is_sealed_for_a_post_quantum_identity() {
    let holder = Holder::new();
    let recipient = keygen(&holder.person, &["--post-quantum"], "pq");
    assert!(recipient.starts_with("age1pq1"), "{recipient}");
    fs::write(holder.file(SEALED), format!("token: {CANARY}\n")).unwrap();
    holder
        .signet(&["seal", "--age", &recipient, SEALED])
        .succeeded();
    let sops = Sops::new(Version::V3_13, &holder.keys("pq")).unwrap();
    let sealed = fs::read(holder.file(SEALED)).unwrap();
    let decrypted = sops.decrypt(SEALED, &sealed).unwrap();
    assert_eq!(decrypted, format!("token: {CANARY}\n").as_bytes());
    holder.opens_with(&[("SOPS_AGE_KEY_FILE", &text(&holder.file("pq")))]);
}

#[test]
fn a_classical_recipient_beside_a_post_quantum_one_is_warned_of() {
    let holder = Holder::new();
    let quantum = keygen(&holder.person, &["--post-quantum"], "pq");
    let classical = keygen(&holder.person, &[], "classical");
    let warning = |recipients: &str| {
        fs::write(holder.file(SEALED), "token: x\n").unwrap();
        let sealed = holder.signet(&["seal", "--age", recipients, SEALED]);
        sealed.succeeded().stderr.clone()
    };
    let mixed = warning(&format!("{quantum},{classical}"));
    let said = format!("whoever has a quantum computer opens it as {classical},");
    assert!(mixed.contains(&said), "{mixed}");
    assert!(!warning(&quantum).contains("quantum computer"));
    assert!(!warning(&classical).contains("quantum computer"));
}

#[test]
fn a_new_identity_is_the_owners_alone_and_written_over_nothing() {
    let person = Person::new("dave").unwrap();
    for words in [&[][..], &["--post-quantum"]] {
        let name = format!("keys{}", words.len());
        let recipient = keygen(&person, words, &name);
        let file = person.home().join(&name);
        assert_eq!(mode(&file), 0o600);
        let written = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = written.lines().collect();
        let [created, public, secret] = lines[..] else {
            panic!("three lines expected in {name}")
        };
        let time = created.strip_prefix("# created: ").unwrap();
        assert!(
            time.parse::<jiff::Timestamp>().is_ok() && time.len() == 20,
            "{time}"
        );
        assert_eq!(public, format!("# public key: {recipient}"));
        assert!(secret.starts_with("AGE-SECRET-KEY-"));
        let again = run(
            person.command(binaries().signet),
            &["keygen", "-o", &text(&file)],
        );
        again.failed(1, &["exists already"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), written);
    }
}

#[test]
fn the_recipients_of_an_identity_file_can_be_shown_again() {
    let person = Person::new("dave").unwrap();
    let signet = |words: &[&str]| run(person.command(binaries().signet), words);
    let recipients = [
        keygen(&person, &[], "one"),
        keygen(&person, &["--post-quantum"], "pq"),
    ];
    let both = person.home().join("both");
    let texts = ["one", "pq"].map(|name| fs::read_to_string(person.home().join(name)).unwrap());
    fs::write(&both, texts.concat()).unwrap();
    let shown = signet(&["keygen", "-y", &text(&both)]).succeeded().stdout;
    assert_eq!(shown, recipients.map(|recipient| recipient + "\n").concat());
    let ssh = signet(&["keygen", "-y", &text(person.key_path().as_path())])
        .succeeded()
        .stdout;
    assert!(
        person.public_key().unwrap().starts_with(ssh.trim()),
        "{ssh}"
    );
}
