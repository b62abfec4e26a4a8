//! Identities behind a passphrase, at a terminal and without one.

use std::fs;
use std::process::Command;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Run, run, text};
use crate::identities::{Holder, SEALED, ssh_keygen};
use crate::merging::{Branches, FILE, TEXT};

pub(crate) const PASSPHRASE: &str = "correct horse";

/// Runs the command at a terminal of its own, and types the first argument whenever it is asked for a passphrase.
const AT_A_TERMINAL: &str = "
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
said, typed = b'', 0
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    said += part
    while typed < said.count(b'passphrase of '):
        os.write(terminal, sys.argv[1].encode() + b'\\r')
        typed += 1
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

/// What a program says at a terminal, to which the person knows the passphrase.
pub(crate) fn at_a_terminal(mut python: Command, program: &str, words: &[&str]) -> Run {
    python.args(["-c", AT_A_TERMINAL, PASSPHRASE, program]);
    run(python, words)
}

/// How often the person was asked.
pub(crate) fn asked(run: &Run) -> usize {
    run.stdout.matches("passphrase of ").count()
}

/// An identity file as `age -p` makes it, with less work.
pub(crate) fn protect(keys: &str) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(PASSPHRASE.into());
    recipient.set_work_factor(12);
    age::encrypt(&recipient, keys.as_bytes()).unwrap()
}

/// The holder of a file, whose first key is behind a passphrase.
pub(crate) fn careful() -> Holder {
    let holder = Holder::new();
    fs::write(holder.file("keys.age"), protect(&holder.keys("one"))).unwrap();
    holder
}

fn signet(holder: &Holder, words: &[&str]) -> Run {
    let mut python = holder.person.command("python3");
    python.env("SOPS_AGE_KEY_FILE", holder.file("keys.age"));
    at_a_terminal(python, binaries().signet.to_str().unwrap(), words)
}

#[test]
fn a_passphrase_is_asked_for_at_the_terminal_once_and_not_shown() {
    let holder = careful();
    let opened = signet(&holder, &["open", SEALED]).succeeded();
    let said = &opened.stdout;
    assert!(
        said.contains("passphrase of ") && said.contains("keys.age: "),
        "{said}"
    );
    assert!(said.contains(&format!("token: {CANARY}")), "{said}");
    assert!(!said.contains(PASSPHRASE), "{said}");
    // Where the text is piped in, there may be a terminal still.
    let mut python = holder.person.command("python3");
    python.env("SOPS_AGE_KEY_FILE", holder.file("keys.age"));
    let program = text(&binaries().signet);
    let line = format!("cat {SEALED} | {program} open - --type yaml");
    let piped = at_a_terminal(python, "sh", &["-c", &line]).succeeded();
    assert_eq!(asked(&piped), 1, "{}", piped.stdout);
    assert!(piped.stdout.contains(&format!("token: {CANARY}")));
    let keys = text(&holder.file("keys.age"));
    let named = signet(&holder, &["open", "--identity", &keys, SEALED]).succeeded();
    assert_eq!(asked(&named), 1, "{}", named.stdout);
    // Nobody is asked for what is not needed, nor where there is no terminal.
    let two = holder.keys("two");
    holder.opens_with(&[("SOPS_AGE_KEY_FILE", &keys), ("SOPS_AGE_KEY", &two)]);
    let said = holder.signet_with(&[("SOPS_AGE_KEY_FILE", &keys)], &["open", SEALED]);
    let said = said.failed(1, &["the identities are encrypted with age", "keys.age"]);
    assert!(
        said.contains("where stdin or stderr is a terminal"),
        "{said}"
    );
}

#[test]
fn the_passphrase_of_an_ssh_key_is_asked_for_only_for_what_is_sealed_for_it() {
    let holder = Holder::new();
    let key = holder.file(".ssh/id_ed25519");
    fs::create_dir_all(key.parent().unwrap()).unwrap();
    let recipient = ssh_keygen(&key, PASSPHRASE);
    fs::write(holder.file("ssh.yaml"), format!("token: {CANARY}\n")).unwrap();
    holder
        .signet(&["seal", "--age", &recipient, "ssh.yaml"])
        .succeeded();
    let open = |file: &str| {
        let python = holder.person.command("python3");
        at_a_terminal(python, binaries().signet.to_str().unwrap(), &["open", file])
    };
    let opened = open("ssh.yaml").succeeded();
    assert_eq!(asked(&opened), 1, "{}", opened.stdout);
    assert!(opened.stdout.contains(&format!("token: {CANARY}")));
    assert!(!opened.stdout.contains(PASSPHRASE), "{}", opened.stdout);
    let other = open(SEALED);
    assert_eq!(asked(&other), 0, "{}", other.stdout);
    holder.signet(&["open", "ssh.yaml"]).failed(
        1,
        &[
            "the SSH key is protected by a passphrase",
            "a passphrase is asked for where stdin or stderr is a terminal",
        ],
    );
}

/// Files that are sealed for both keys, with a value more in the clear in each.
pub(crate) fn with_more(holder: &Holder, names: &[&str]) {
    let [one, two] = &holder.recipients;
    for name in names {
        fs::write(holder.file(name), format!("token: {CANARY}\n")).unwrap();
        holder
            .signet(&["seal", "--age", one, "--age", two, name])
            .succeeded();
        let sealed = fs::read_to_string(holder.file(name)).unwrap();
        fs::write(holder.file(name), format!("more: {CANARY}-more\n{sealed}")).unwrap();
    }
}

#[test]
fn sealing_and_rotating_many_files_ask_for_a_passphrase_once() {
    let holder = careful();
    let names = ["a.yaml", "b.yaml", "c.yaml"];
    with_more(&holder, &names);
    let keys = text(&holder.file("keys.age"));
    let seal = [&["seal", "--yes"][..], &names].concat();
    let unasked = holder.signet_with(&[("SOPS_AGE_KEY_FILE", &keys)], &seal);
    unasked.failed(
        1,
        &["needs an identity", "where stdin or stderr is a terminal"],
    );
    let sealed = signet(&holder, &seal).succeeded();
    assert_eq!(asked(&sealed), 1, "{}", sealed.stdout);
    let again = signet(&holder, &seal).succeeded();
    assert_eq!(asked(&again), 0, "{}", again.stdout);
    let before = fs::read_to_string(holder.file("a.yaml")).unwrap();
    let rotated = signet(&holder, &[&["rotate"][..], &names].concat()).succeeded();
    assert_eq!(asked(&rotated), 1, "{}", rotated.stdout);
    assert_ne!(fs::read_to_string(holder.file("a.yaml")).unwrap(), before);
    for name in names {
        let two = holder.keys("two");
        let opened = holder.signet_with(&[("SOPS_AGE_KEY", &two)], &["open", name]);
        let expected = format!("more: {CANARY}-more\ntoken: {CANARY}\n");
        assert_eq!(opened.succeeded().stdout, expected);
    }
}

#[test]
fn a_passphrase_is_asked_for_only_where_too_few_key_groups_open_without() {
    let holder = careful();
    let three = holder.signet(&["keygen", "-o", "three"]).succeeded();
    let [one, two] = &holder.recipients;
    let rule = format!(
        "creation_rules:\n- shamir_threshold: 2\n  key_groups: [{{age: [{one}]}}, {{age: [{two}]}}, {{age: [{}]}}]\n",
        three.stdout.trim()
    );
    fs::write(holder.file(".sops.yaml"), rule).unwrap();
    fs::write(holder.file("split.yaml"), format!("token: {CANARY}\n")).unwrap();
    holder.signet(&["seal", "split.yaml"]).succeeded();
    let two = holder.keys("two");
    for (keys, times) in [(two.clone(), 1), (two + &holder.keys("three"), 0)] {
        let mut python = holder.person.command("python3");
        python.env("SOPS_AGE_KEY_FILE", holder.file("keys.age"));
        python.env("SOPS_AGE_KEY", keys);
        let signet = binaries().signet;
        let words = ["open", "split.yaml"];
        let opened = at_a_terminal(python, signet.to_str().unwrap(), &words).succeeded();
        assert_eq!(asked(&opened), times, "{}", opened.stdout);
        assert!(opened.stdout.contains(CANARY), "{}", opened.stdout);
    }
}

/// Two branches that changed different values, and a key behind a passphrase.
fn apart() -> Branches {
    let branches = Branches::of(TEXT);
    branches.on("main", &[("/db/password", "new")]);
    branches.on("topic", &[("/db/user", "app")]);
    branches.git(&["checkout", "--quiet", "main"]).succeeded();
    let keys = branches.0.person.home().join(".config/sops/age/keys.txt");
    let clear = fs::read_to_string(&keys).unwrap();
    fs::write(&keys, protect(&clear)).unwrap();
    branches
}

#[test]
fn a_merge_at_a_terminal_asks_for_a_passphrase_and_git_can_forbid_it() {
    const MERGE: &[&str] = &["merge", "--quiet", "-m", "Merge", "topic"];
    let branches = apart();
    let at = |prompt: &str, program: &str, words: &[&str]| {
        let mut python = branches.command("python3");
        python.env("GIT_TERMINAL_PROMPT", prompt);
        at_a_terminal(python, program, words)
    };
    for no in ["0", "false"] {
        let forbidden = at(no, "git", MERGE);
        let said = &forbidden.stdout;
        assert_eq!(asked(&forbidden), 0, "{said}");
        assert!(
            said.contains("the identities are encrypted with age"),
            "{said}"
        );
        branches.git(&["merge", "--abort"]).succeeded();
    }
    let merged = at("1", "git", MERGE).succeeded();
    assert_eq!(asked(&merged), 1, "{}", merged.stdout);
    let opened = at("1", "signet", &["open", FILE]).succeeded();
    for line in ["password: new", "user: app"] {
        assert!(opened.stdout.contains(line), "{}", opened.stdout);
    }
}

#[test]
fn what_git_shows_behind_a_pager_asks_nobody_for_a_passphrase() {
    let branches = apart();
    let shown = at_a_terminal(
        branches.command("python3"),
        "signet",
        &["textconv", "--open", FILE],
    )
    .succeeded();
    assert_eq!(asked(&shown), 0, "{}", shown.stdout);
    // Nor does it say how one could be typed.
    assert!(
        shown.stdout.contains("encrypted with age") && !shown.stdout.contains("a terminal"),
        "{}",
        shown.stdout
    );
    assert!(!shown.stdout.contains("canary-9f3a1c"), "{}", shown.stdout);
}
