//! Whatever may hold identities behind a passphrase, and what ends the question.

use std::fs;
use std::io::Write;

use age::armor::{ArmoredWriter, Format};
use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Run, run, text};
use crate::identities::{Holder, SEALED, ssh_keygen};
use crate::passphrase::{PASSPHRASE, asked, at_a_terminal, careful, with_more};

/// Runs the command at a terminal of its own, and sends the signal once it asks for a passphrase; then says whether the
/// terminal shows what is typed, and how the command ended.
const ENDED_WHILE_ASKING: &str = "
import os, pty, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shows = lambda: bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
said = b''
while b': ' not in said:
    said += os.read(terminal, 4096)
assert not shows()
os.kill(pid, int(sys.argv[1]))
ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(shows(), ended.si_status)
";

fn at_terminal(holder: &Holder, environment: &[(&str, &str)], words: &[&str]) -> Run {
    let mut python = holder.person.command("python3");
    python.envs(environment.iter().copied());
    at_a_terminal(python, binaries().signet.to_str().unwrap(), words)
}

fn armored(file: &[u8]) -> String {
    let mut armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).unwrap();
    armor.write_all(file).unwrap();
    String::from_utf8(armor.finish().unwrap()).unwrap()
}

#[test]
fn identities_behind_a_passphrase_may_come_from_everywhere() {
    let holder = careful();
    let file = text(&holder.file("keys.age"));
    let armored = format!("\n{}", armored(&fs::read(&file).unwrap()));
    let command = format!("cat '{file}'");
    for (variable, value, place) in [
        ("SOPS_AGE_KEY", &armored, "SOPS_AGE_KEY: "),
        ("SOPS_AGE_KEY_CMD", &command, "what cat printed: "),
    ] {
        let opened = at_terminal(&holder, &[(variable, value)], &["open", SEALED]).succeeded();
        let said = &opened.stdout;
        assert_eq!(asked(&opened), 1, "{said}");
        assert!(said.contains(place) && said.contains(CANARY), "{said}");
        let unasked = holder.signet_with(&[(variable, value)], &["open", SEALED]);
        unasked.failed(
            1,
            &[
                "the identities are encrypted with age",
                "where stdin or stderr is a terminal",
            ],
        );
    }
}

#[test]
fn the_recipients_of_identities_behind_a_passphrase_are_printed_once_it_is_given() {
    let holder = careful();
    let ssh = ssh_keygen(&holder.file("ssh"), PASSPHRASE);
    for (name, recipient) in [("keys.age", &holder.recipients[0]), ("ssh", &ssh)] {
        let file = text(&holder.file(name));
        let printed = at_terminal(&holder, &[], &["keygen", "-y", &file]).succeeded();
        assert_eq!(asked(&printed), 1, "{}", printed.stdout);
        assert!(printed.stdout.contains(recipient), "{}", printed.stdout);
        let unasked = holder.signet(&["keygen", "-y", &file]);
        unasked.failed(1, &["where stdin or stderr is a terminal"]);
    }
}

#[test]
fn a_signal_while_the_passphrase_is_typed_leaves_a_terminal_that_shows_what_is_typed() {
    let holder = careful();
    let signet = binaries().signet;
    with_more(&holder, &["a.yaml", "b.yaml"]);
    // For several files there are several threads by then, and the kernel chooses one of them.
    let rotate = ["rotate", "a.yaml", "b.yaml"];
    for (words, signal) in [
        (&["open", SEALED][..], 1),
        (&["open", SEALED], 2),
        (&["open", SEALED], 3),
        (&["open", SEALED], 15),
        (&rotate, 1),
        (&rotate, 15),
    ] {
        let mut python = holder.person.command("python3");
        python.env("SOPS_AGE_KEY_FILE", holder.file("keys.age"));
        let number = signal.to_string();
        python.args(["-c", ENDED_WHILE_ASKING, &number, signet.to_str().unwrap()]);
        let ended = run(python, words).succeeded();
        assert_eq!(
            ended.stdout,
            format!("True {}\n", 128 + signal),
            "{words:?}"
        );
    }
}
