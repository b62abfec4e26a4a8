//! Creation rules that name other people, or the same in other key groups, for files that are sealed already.

use std::fs;
use std::process::Command;

use signet_tests::sops::{Sops, Version};

use crate::fixture::run;
use crate::inspecting::checked;
use crate::plain::Plain;
use crate::rotating::another;

const CLEAR: &str = "password: canary-9f3a1c\n";

fn rules(plain: &Plain, rule: &str) {
    plain.write(".sops.yaml", &format!("creation_rules:\n- {{{rule}}}\n"));
}

/// What a refusal tells to run, in order.
fn commands(said: &str) -> Vec<String> {
    let quoted = said.split('`').skip(1).step_by(2);
    let commands = quoted.filter_map(|words| words.strip_prefix("signet "));
    commands.map(str::to_owned).collect()
}

/// Runs what the shell makes of it.
fn paste(mut signet: Command, words: &str) {
    let line = format!("\"$0\" {words}");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(line).arg(signet.get_program());
    shell.current_dir(signet.get_current_dir().unwrap());
    shell.envs(
        signet
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    signet.env_clear();
    run(shell, &[]).succeeded();
}

#[test]
fn a_rule_that_swaps_people_is_followed_by_the_commands_that_the_refusal_names() {
    let plain = Plain::new();
    let own = plain.recipient.clone();
    let names = ["second", "third", "fourth"];
    let [(second, second_key), (third, third_key), (fourth, _)] =
        names.map(|name| another(&plain, name));
    let one = |people: &[&String]| {
        let people: Vec<&str> = people.iter().map(|one| one.as_str()).collect();
        format!("age: '{}'", people.join(","))
    };
    let split = |last: &str| {
        format!("shamir_threshold: 2, key_groups: [{{age: [{own}]}}, {{age: [{last}]}}]")
    };
    let two = format!("{second}, {third}");
    let swapped = format!("{third}, {fourth}");
    for (before, after, count) in [
        (one(&[&own, &second]), one(&[&own, &third]), 1),
        (one(&[&own, &second]), one(&[&own]), 1),
        (one(&[&second]), one(&[&own, &third]), 1),
        (one(&[&own, &second]), split(&third), 2),
        (split(&two), split(&swapped), 2),
        (split(&two), split(&third), 1),
    ] {
        rules(&plain, &before);
        let name = "it's mine/db.yaml";
        plain.write(name, CLEAR);
        plain.signet(&["seal", name]).succeeded();
        rules(&plain, &after);
        let with_keys = || {
            let mut command = plain.command();
            command.env("SOPS_AGE_KEY", format!("{second_key}\n{third_key}"));
            command
        };
        let found = run(with_keys(), &["check"]).stdout;
        let refused = run(with_keys(), &["seal", name]).failed(1, &[&second, "any more"]);
        let told = commands(&found);
        let commands = commands(&refused);
        assert_eq!(told, commands, "{found}");
        assert_eq!(commands.len(), count, "{refused}");
        for words in &commands {
            paste(with_keys(), words);
        }
        assert_eq!(checked(&plain, &[]), [], "{after}");
        let sealed = plain.read(name);
        let sops = Sops::new(Version::V3_13, &second_key).unwrap();
        sops.decrypt("db.yaml", sealed.as_bytes()).unwrap_err();
        assert_eq!(run(with_keys(), &["open", name]).succeeded().stdout, CLEAR);
    }
}

#[test]
fn a_name_that_no_flag_can_say_is_taken_out_by_hand_and_by_a_rotation() {
    let plain = Plain::new();
    rules(&plain, &format!("age: {}", plain.recipient));
    for label in ["-x", "a,b", "''", "\"a\\u202eb\"", "\"a\\nFILE\""] {
        plain.write("db.yaml", CLEAR);
        plain.signet(&["seal", "db.yaml"]).succeeded();
        let sealed = plain.read("db.yaml");
        let start = sealed.find("  age:\n").unwrap() + "  age:\n".len();
        let end = start + sealed[start..].find("  lastmodified").unwrap();
        let entry = sealed[start..end].replace(&plain.recipient, label);
        plain.write(
            "db.yaml",
            &[&sealed[..end], &entry, &sealed[end..]].concat(),
        );
        let said = plain.signet(&["check"]).stdout;
        let by_hand =
            "out of the sops block of db.yaml with an editor, and then `signet rotate db.yaml`\n";
        assert!(said.contains(by_hand), "{label}: {said}");
        plain.signet(&["seal", "db.yaml"]).failed(1, &[by_hand]);
        plain.write("db.yaml", &sealed);
        plain.signet(&["rotate", "db.yaml"]).succeeded();
        assert_eq!(checked(&plain, &[]), [], "{label}");
    }
}

#[test]
fn a_rule_that_names_what_nobody_can_be_is_put_right_before_anything_is_run() {
    let plain = Plain::new();
    let (second, _) = another(&plain, "second");
    rules(&plain, &format!("age: '{},{second}'", plain.recipient));
    let name = "a;touch b;.yaml";
    plain.write(name, CLEAR);
    plain.signet(&["seal", name]).succeeded();
    for odd in ["\"x\\0y\"", "\"x\\u202ey\\nsignet FOO\"", "-x"] {
        let rule = format!("key_groups: [{{age: [{}, {odd}]}}]", plain.recipient);
        rules(&plain, &rule);
        let said = plain.signet(&["check"]).stdout;
        assert!(said.contains(", which is no recipient, right in"), "{said}");
        assert!(!said.contains("    signet "), "{said}");
        assert!(
            !said.lines().any(|line| line.starts_with("signet")),
            "{said}"
        );
    }
}

#[test]
fn who_is_alone_in_a_key_group_leaves_it_as_the_refusal_says() {
    let plain = Plain::new();
    let own = plain.recipient.clone();
    let (second, key) = another(&plain, "second");
    let (third, _) = another(&plain, "third");
    let split = |last: &str| format!("key_groups: [{{age: [{own}]}}, {{age: [{last}]}}]");
    rules(&plain, &split(&second));
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    let with_key = || {
        let mut command = plain.command();
        command.env("SOPS_AGE_KEY", &key);
        command
    };
    rules(&plain, &split(&third));
    let refused = run(with_key(), &["seal", "db.yaml"]).failed(1, &["name", "there again"]);
    rules(&plain, &split(&format!("{second}, {third}")));
    let commands = commands(&refused);
    assert_eq!(commands.len(), 2, "{refused}");
    paste(with_key(), &commands[0]);
    rules(&plain, &split(&third));
    paste(with_key(), &(commands[1].clone() + " --yes"));
    assert_eq!(checked(&plain, &[]), []);
}

#[test]
fn a_rule_with_other_key_groups_for_the_same_people_is_followed_by_sealing_again() {
    let plain = Plain::new();
    let own = plain.recipient.clone();
    let (second, second_key) = another(&plain, "second");
    let (third, third_key) = another(&plain, "third");
    rules(&plain, &format!("age: '{own},{second},{third}'"));
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    let keys = format!("{second_key}\n{third_key}");
    let with_keys = |words: &[&str]| {
        let mut command = plain.command();
        command.env("SOPS_AGE_KEY", &keys);
        run(command, words)
    };
    let three = format!("[{{age: [{own}]}}, {{age: [{second}]}}, {{age: [{third}]}}]");
    for (rule, needed) in [
        (format!("key_groups: {three}"), 3),
        (format!("shamir_threshold: 2, key_groups: {three}"), 2),
        (
            format!("key_groups: [{{age: [{own}]}}, {{age: [{second}, {third}]}}]"),
            2,
        ),
        (format!("age: '{own},{second},{third}'"), 1),
    ] {
        rules(&plain, &rule);
        let found = checked(&plain, &[]);
        assert_eq!(found[0].0, "wrong-recipients", "{rule}");
        let before = plain.read("db.yaml");
        let sealed = with_keys(&["seal", "."]).succeeded();
        assert_eq!(sealed.stdout, "db.yaml\n", "{rule}");
        assert_eq!(checked(&plain, &[]), [], "{rule}");
        let after = plain.read("db.yaml");
        let value = |text: &str| text.lines().next().unwrap().to_owned();
        assert_ne!(value(&before), value(&after), "under a new key");
        let sops = Sops::new(Version::V3_13, &format!("{keys}\n{}", own_key(&plain))).unwrap();
        assert_eq!(
            sops.decrypt("db.yaml", after.as_bytes()).unwrap(),
            CLEAR.as_bytes()
        );
        let alone = Sops::new(Version::V3_13, &second_key).unwrap();
        let alone = alone.decrypt("db.yaml", after.as_bytes());
        assert_eq!(alone.is_ok(), needed == 1, "{rule}");
        let again = with_keys(&["seal", "db.yaml"]).succeeded();
        assert!(again.stderr.contains("sealed already"), "{}", again.stderr);
    }
}

#[test]
fn a_file_that_too_few_key_groups_open_here_is_not_split_anew() {
    let plain = Plain::new();
    let own = plain.recipient.clone();
    let (second, _) = another(&plain, "second");
    let split = format!("[{{age: [{own}]}}, {{age: [{second}]}}]");
    rules(&plain, &format!("key_groups: {split}"));
    plain.write("db.yaml", CLEAR);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    let before = plain.read("db.yaml");
    rules(&plain, &format!("age: '{own},{second}'"));
    plain
        .signet(&["seal", "db.yaml"])
        .failed(1, &["--identity"]);
    assert_eq!(plain.read("db.yaml"), before);
}

fn own_key(plain: &Plain) -> String {
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    fs::read_to_string(keys).unwrap()
}

#[test]
fn who_lost_the_files_of_a_folder_is_taken_out_of_all_by_the_one_command_that_is_printed() {
    let plain = Plain::repository();
    let (other, _) = another(&plain, "other");
    rules(&plain, &format!("age: '{},{other}'", plain.recipient));
    for file in ["secrets/a.yaml", "secrets/b.yaml"] {
        plain.write(file, "a: 1\n");
        plain.signet(&["seal", file]).succeeded();
    }
    rules(&plain, &format!("age: {}", plain.recipient));
    let remove = format!("rotate secrets --remove {other}");
    plain
        .signet(&["seal", "secrets"])
        .failed(1, &[&format!("`signet {remove}`")]);
    paste(plain.command(), &remove);
    plain.signet(&["check"]).succeeded();
}
