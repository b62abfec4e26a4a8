//! `exec`: real commands with what a file holds.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use signet_tests::binaries::binaries;

use crate::fixture::{CANARY, Fleet, SECRET_PATH, run};
use crate::loner::Loner;

const FLAT: &str =
    "USER_NAME: shop\nTOKEN: canary-9f3a1c\nPORT: 5432\nEMPTY: \"\"\nLINES: |\n  one\n  two\n";

/// A person with `env.yaml`, sealed by sops.
fn with_environment(text: &str) -> Loner {
    let loner = Loner::new();
    loner.seal_by_sops("env.yaml", text);
    loner
}

#[test]
fn every_value_of_a_flat_file_is_a_variable_as_with_sops() {
    let loner = with_environment(FLAT);
    let print = ["printenv", "USER_NAME", "TOKEN", "PORT", "EMPTY", "LINES"];
    let ours = loner.signet(&[&["exec", "env.yaml", "--"][..], &print].concat());
    let theirs = loner.sops("env.yaml", &["exec-env", "env.yaml", &print.join(" ")]);
    assert_eq!(ours.succeeded().stdout.as_bytes(), theirs);
}

#[test]
fn the_command_gets_the_callers_environment_unless_it_is_to_be_pristine() {
    let loner = with_environment("TOKEN: canary-9f3a1c\n");
    let print = |words: &[&str]| {
        let mut command = loner.command();
        command.env("OUTER", "1");
        run(command, words).succeeded().stdout
    };
    let all = print(&["exec", "env.yaml", "--", "/usr/bin/env"]);
    assert!(
        all.contains("OUTER=1\n") && all.contains("TOKEN=canary-9f3a1c\n"),
        "{all}"
    );
    let pristine = print(&["exec", "--pristine", "env.yaml", "--", "/usr/bin/env"]);
    assert_eq!(pristine, "TOKEN=canary-9f3a1c\n");
}

#[test]
fn the_command_gets_no_private_key_and_the_callers_limit_of_core_dumps() {
    let loner = with_environment("TOKEN: canary-9f3a1c\n");
    loner.seal_by_sops("key.yaml", "SOPS_AGE_KEY: of the file\n");
    let key = fs::read_to_string(loner.person.home().join("mine")).unwrap();
    let with_key = || {
        let mut command = loner.command();
        command.env_remove("SIGNET_IDENTITY_FILE");
        command.env("SOPS_AGE_KEY", &key);
        command.env("SOPS_AGE_KEY_CMD", "false");
        command
    };
    let print = |words: &[&str]| run(with_key(), words).succeeded().stdout;
    let all = print(&["exec", "env.yaml", "--", "/usr/bin/env"]);
    assert!(all.contains("TOKEN=") && all.contains("SOPS_AGE_KEY_CMD=false\n"));
    assert!(!all.contains("AGE-SECRET-KEY") && !all.contains("SOPS_AGE_KEY="));
    let all = print(&["exec", "--file", "env.yaml", "--", "/usr/bin/env", "A={}"]);
    assert!(!all.contains("AGE-SECRET-KEY"));
    let all = print(&["exec", "key.yaml", "--", "/usr/bin/env"]);
    assert!(all.contains("SOPS_AGE_KEY=of the file\n"));

    let limited = |words: &str| {
        let mut shell = loner.person.command("sh");
        let set = "ulimit -S -c 7 2>/dev/null; ulimit -S -c; exec \"$0\" exec env.yaml -- ";
        shell.arg("-c").arg(set.to_owned() + words);
        shell.arg(binaries().signet);
        shell.env("SOPS_AGE_KEY", &key);
        String::from_utf8(shell.output().unwrap().stdout).unwrap()
    };
    let both = limited("sh -c 'ulimit -S -c'");
    let both: Vec<&str> = both.lines().collect();
    assert!(both.len() == 2 && both[0] == both[1], "{both:?}");
}

#[test]
fn the_exit_code_and_the_signals_are_the_commands_own() {
    let loner = with_environment("TOKEN: canary-9f3a1c\n");
    loner
        .signet(&["exec", "env.yaml", "--", "sh", "-c", "exit 42"])
        .failed(42, &[]);
    let ready = loner.person.home().join("ready");
    let script = "trap 'exit 7' TERM; touch ~/ready; while true; do sleep 0.05; done";
    let mut command = loner.command();
    let mut child = command
        .args(["exec", "env.yaml", "--", "sh", "-c", script])
        .spawn()
        .unwrap();
    while !ready.exists() {
        thread::sleep(Duration::from_millis(20));
    }
    assert!(
        Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(7));
    loner
        .signet(&["exec", "env.yaml", "--", "/nowhere/command"])
        .failed(127, &["/nowhere/command"]);
    loner
        .signet(&["exec", "env.yaml", "--", "echo $TOKEN"])
        .failed(127, &["-- sh -c 'COMMAND'"]);
    loner
        .signet(&["exec", "env.yaml", "--", "./env.yaml"])
        .failed(126, &["./env.yaml"]);
}

#[test]
fn of_a_secret_a_command_gets_what_a_container_would() {
    let fleet = Fleet::new();
    fleet.seal_secret();
    let mut command = fleet.alice.command(binaries().signet);
    command.env("SIGNET_IDENTITY_FILE", fleet.recovery());
    let said = run(
        command,
        &["exec", "--pristine", SECRET_PATH, "--", "/usr/bin/env"],
    )
    .succeeded();
    let url = "url=postgres://shop:canary-9f3a1c@db/shop\n";
    assert_eq!(
        said.stdout,
        format!("password={CANARY}\n{url}\nusername=shop\n")
    );
}

#[test]
fn a_variable_whose_name_no_shell_knows_reaches_the_command() {
    let loner = with_environment("ca.crt: canary-9f3a1c\nTOKEN: x\n");
    let words = ["exec", "--pristine", "env.yaml", "--", "/usr/bin/env"];
    let printed = loner.signet(&words).succeeded().stdout;
    assert_eq!(printed, "TOKEN=x\nca.crt=canary-9f3a1c\n");
    // A name with the sign that ends it would set another one.
    loner.seal_by_sops("env.yaml", "LD_PRELOAD=/tmp/theirs.so: x\n");
    loner
        .signet(&words)
        .failed(1, &["LD_PRELOAD=/tmp/theirs.so", "no names of variables"]);
}

#[test]
fn what_makes_no_variable_is_named_and_nothing_runs() {
    let loner = with_environment("A: 1\nNESTED: {token: canary-9f3a1c}\n");
    let run_it = |more: &[&str]| {
        let words = [&["exec", "env.yaml"], more, &["--", "touch", "ran"]].concat();
        loner.signet(&words)
    };
    let said = run_it(&[]).failed(1, &["NESTED", "--extract"]);
    assert!(!said.contains(CANARY), "{said}");
    assert!(!loner.person.home().join("ran").exists());
    run_it(&["--extract", "/NESTED"]).succeeded();
    assert!(loner.person.home().join("ran").exists());
}

#[test]
fn a_variable_that_runs_code_of_whoever_sealed_the_file_needs_a_yes() {
    let loner =
        with_environment("TOKEN: canary-9f3a1c\nLD_PRELOAD: /tmp/theirs.so\nPATH: /tmp/theirs\n");
    let words = ["exec", "env.yaml", "--", "/usr/bin/env"];
    let said = loner
        .signet(&words)
        .failed(1, &["LD_PRELOAD, PATH", "--yes"]);
    assert!(!said.contains(CANARY) && !said.contains("theirs"), "{said}");
    let allowed = loner.signet(&["exec", "--yes", "env.yaml", "--", "/usr/bin/env"]);
    assert!(allowed.succeeded().stdout.contains("PATH=/tmp/theirs\n"));
}

#[test]
fn a_file_in_memory_has_the_bytes_can_be_read_twice_and_never_written() {
    let loner = Loner::new();
    loner.seal_by_signet("env.yaml", "A: [canary-9f3a1c] # mine\n");
    let script = "cat $1 $1; stat -L -c %a $1; readlink $1; echo x > $1";
    let words = [
        "exec", "--file", "env.yaml", "--", "sh", "-c", script, "sh", "{}",
    ];
    let text = "A: [\"canary-9f3a1c\"] # mine\n";
    let said = loner.signet(&words);
    assert_ne!(said.code, 0, "writing it was possible: {}", said.stdout);
    let expected = format!("{text}{text}400\n/memfd:signet-exec (deleted)\n");
    assert_eq!(said.stdout, expected);
}

#[test]
fn one_value_can_be_the_file_and_its_name_can_stand_inside_a_word() {
    let loner = with_environment("A:\n  b: \"canary-9f3a1c\\n\"\n");
    let dd = [
        "exec",
        "--file",
        "--extract",
        "/A/b",
        "env.yaml",
        "--",
        "dd",
        "status=none",
        "if={}",
    ];
    assert_eq!(loner.signet(&dd).succeeded().stdout, "canary-9f3a1c\n");
    loner
        .signet(&["exec", "--file", "env.yaml", "--", "cat"])
        .failed(2, &["{}"]);
}

#[test]
fn no_file_and_no_command_line_holds_the_plaintext_while_the_command_runs() {
    let loner = with_environment("TOKEN: canary-9f3a1c\n");
    let home = loner.person.home();
    for mode in [&[][..], &["--file"]] {
        let script = "touch ~/ready; read line";
        let words = [
            &["exec"],
            mode,
            &["env.yaml", "--", "sh", "-c", script, "{}"],
        ]
        .concat();
        let mut command = loner.command();
        command
            .env("TMPDIR", home)
            .args(words)
            .stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        while !home.join("ready").exists() {
            thread::sleep(Duration::from_millis(20));
        }
        let line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
        assert!(!String::from_utf8_lossy(&line).contains(CANARY));
        let found = Command::new("grep")
            .args(["-rl", CANARY])
            .arg(home)
            .arg("/dev/shm")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "");
        drop(child.stdin.take());
        child.wait().unwrap();
        fs::remove_file(home.join("ready")).unwrap();
    }
}
