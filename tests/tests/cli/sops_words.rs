//! Every word that the real sops knows: it is one of ours, or leads to one.

use signet_tests::binaries::binaries;
use std::collections::BTreeSet;
use std::process::Command;

use crate::fixture::run;
use crate::loner::Loner;

/// The commands of sops with the verbs that do the same; nothing for what Signet has no verb for.
const VERBS: [(&str, Option<&str>); 14] = [
    ("completion", None),
    ("exec-env", Some("exec")),
    ("exec-file", Some("exec")),
    ("publish", None),
    ("keyservice", None),
    ("filestatus", Some("check")),
    ("groups", None),
    ("updatekeys", Some("seal")),
    ("decrypt", Some("open")),
    ("encrypt", Some("seal")),
    ("rotate", Some("rotate")),
    ("edit", Some("edit")),
    ("set", Some("set")),
    ("unset", Some("unset")),
];

/// The lines of a section of sops' help, each from its first word on.
fn section<'h>(help: &'h str, title: &str) -> Vec<&'h str> {
    let lines = help.lines().skip_while(|line| *line != title).skip(1);
    let lines = lines.take_while(|line| line.starts_with("   "));
    lines.map(str::trim).collect()
}

/// The flags that a section lists, in both forms.
fn flags(lines: &[&str]) -> Vec<String> {
    let words = lines.iter().flat_map(|line| {
        let names = line.split("  ").next().unwrap_or_default();
        names.split([',', ' ']).filter(|word| word.starts_with('-'))
    });
    words.map(str::to_owned).collect()
}

#[test]
fn each_word_of_the_real_sops_is_ours_or_leads_to_one_that_is() {
    let loner = Loner::new();
    let help = |words: &[&str]| {
        String::from_utf8(loner.sops_alone(&[words, &["--help"]].concat())).unwrap()
    };
    let all = help(&[]);
    let listed = section(&all, "COMMANDS:");
    let listed = listed
        .iter()
        .filter_map(|line| line.split_whitespace().next());
    let listed: Vec<&str> = listed.filter(|word| *word != "help,").collect();
    assert_eq!(listed, VERBS.map(|(word, _)| word));
    let global = flags(&section(&all, "GLOBAL OPTIONS:"));
    assert!(global.len() > 50, "{global:?}");
    let mut lines: Vec<Vec<String>> = Vec::new();
    let global = global
        .iter()
        .filter(|flag| !["--version", "-v"].contains(&flag.as_str()));
    for flag in global {
        for verb in ["", "seal", "open"] {
            let words = [verb, flag].into_iter().filter(|word| !word.is_empty());
            lines.push(words.map(str::to_owned).collect());
        }
    }
    for (command, verb) in VERBS {
        lines.push(vec![command.to_owned()]);
        let own = flags(&section(&help(&[command]), "OPTIONS:"));
        for flag in own.into_iter().filter(|_| verb.is_some()) {
            lines.push(vec![verb.unwrap_or_default().to_owned(), flag]);
        }
    }
    let mut led_to = BTreeSet::new();
    for line in &lines {
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        let signet: Command = loner.person.command(binaries().signet);
        let said = run(signet, &words).stderr;
        let is_unknown = said.contains("unexpected argument") || said.contains("unrecognized");
        assert!(!is_unknown, "{line:?}: {said}");
        assert!(
            !said.contains(" has no ") || said.contains("hint: "),
            "{line:?}: {said}"
        );
        let hints = said.split("`signet ").skip(1);
        let verbs = hints.filter_map(|hint| hint.split([' ', '`']).next());
        led_to.extend(
            verbs
                .filter(|verb| !verb.starts_with('-'))
                .map(str::to_owned),
        );
    }
    assert!(led_to.len() > 5, "{led_to:?}");
    for verb in led_to {
        let signet: Command = loner.person.command(binaries().signet);
        run(signet, &[&verb, "--help"]).succeeded();
    }
}
