//! Every verb on JSON, dotenv, INI and binary files; what comes of it, the real sops opens.

use std::fs;

use crate::fixture::{CANARY, run};
use crate::loner::Loner;
use crate::plain::Plain;
use crate::rotating::another;
use signet_tests::sops::{Sops, Version};

/// A file of each store, a path to a secret in it, and the secret.
const FILES: [(&str, &str, &str, &str); 4] = [
    (
        "prod.json",
        "{\n  \"USER\": \"app\",\n  \"TOKEN\": \"canary-9f3a1c\",\n  \"PORT\": 5432\n}\n",
        r#"["TOKEN"]"#,
        CANARY,
    ),
    (
        "prod.env",
        "USER=app\nTOKEN=canary-9f3a1c\n# last\nPORT=5432\n",
        r#"["TOKEN"]"#,
        CANARY,
    ),
    (
        "prod.ini",
        "[db]\nUSER  = app\nTOKEN = canary-9f3a1c\nPORT  = 5432\n",
        r#"["db"]["TOKEN"]"#,
        CANARY,
    ),
    (
        "key.pem",
        "canary-9f3a1c\n\n",
        r#"["data"]"#,
        "canary-9f3a1c\n\n",
    ),
];

/// What sops opens with the text of an identity.
fn opened_by_sops(identity: &str, name: &str, sealed: &str) -> Option<String> {
    let sops = Sops::new(Version::V3_13, identity).unwrap();
    let opened = sops.decrypt(name, sealed.as_bytes()).ok()?;
    Some(String::from_utf8(opened).unwrap())
}

#[test]
fn one_value_is_extracted_as_sops_extracts_it() {
    let loner = Loner::new();
    for (name, text, path, secret) in FILES {
        loner.seal_by_sops(name, text);
        let ours = loner.signet(&["open", name, "--extract", path]).succeeded();
        assert_eq!(ours.stdout, secret, "{name}");
        let theirs = loner.sops(name, &["decrypt", "--extract", path, name]);
        assert_eq!(ours.stdout.as_bytes(), theirs, "{name}");
        loner
            .signet(&["open", name, "--extract", r#"["nothing"]"#])
            .failed(1, &["/nothing"]);
    }
}

#[test]
fn a_command_gets_the_values_or_the_file() {
    let loner = Loner::new();
    for (name, text, ..) in FILES {
        loner.seal_by_sops(name, text);
        let file = loner.signet(&["exec", "--file", name, "--", "cat", "{}"]);
        assert_eq!(
            file.succeeded().stdout,
            loner.signet(&["open", name]).stdout
        );
    }
    let print = ["--", "printenv", "USER", "TOKEN", "PORT"];
    let printed = format!("app\n{CANARY}\n5432\n");
    for words in [
        &["exec", "prod.json"][..],
        &["exec", "prod.env"],
        &["exec", "prod.ini", "--extract", "/db"],
    ] {
        let said = loner.signet(&[words, &print].concat()).succeeded();
        assert_eq!(said.stdout, printed, "{words:?}");
    }
    loner
        .signet(&["exec", "key.pem", "--", "true"])
        .failed(1, &[]);
}

#[test]
fn a_rotated_file_is_sealed_anew_and_one_who_was_removed_opens_it_no_more() {
    let plain = Plain::repository();
    let (gone, identity) = another(&plain, "gone");
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    let mine = fs::read_to_string(keys).unwrap();
    for (name, text, ..) in FILES {
        plain.write(name, text);
        let both = format!("{},{gone}", plain.recipient);
        plain.signet(&["seal", name, "--age", &both]).succeeded();
        let before = plain.read(name);
        let clear = opened_by_sops(&identity, name, &before).unwrap();
        plain.signet(&["rotate", name]).succeeded();
        let between = plain.read(name);
        assert_eq!(opened_by_sops(&identity, name, &between).unwrap(), clear);
        let said = plain
            .signet(&["rotate", name, "--remove", &gone])
            .succeeded();
        assert!(
            said.stdout
                .contains(if name == "key.pem" { "data" } else { "TOKEN" }),
            "{}",
            said.stdout
        );
        let after = plain.read(name);
        assert_eq!(opened_by_sops(&mine, name, &after).unwrap(), clear);
        assert_eq!(opened_by_sops(&identity, name, &after), None);
        let encs = |text: &str| -> Vec<String> {
            let parts = text.split("ENC[").skip(1);
            parts
                .map(|part| part.split(']').next().unwrap().to_owned())
                .collect()
        };
        let (before, between, after) = (encs(&before), encs(&between), encs(&after));
        assert!(!between.is_empty() && between.iter().all(|enc| !before.contains(enc)));
        assert!(!after.is_empty() && after.iter().all(|enc| !between.contains(enc)));
    }
}

#[test]
fn a_check_finds_nothing_in_a_sealed_file_and_the_value_that_is_clear() {
    for (name, text, ..) in FILES {
        let plain = Plain::with_rule("");
        plain.write(name, text);
        plain.signet(&["seal", name]).succeeded();
        plain.signet(&["check", name]).succeeded();
        plain.signet(&["seal", "--check", name]).succeeded();
        let sealed = plain.read(name);
        let clear = match name {
            "prod.json" => sealed.replace("{\n  \"USER\"", "{\n  \"NEW\": \"x\",\n  \"USER\""),
            "prod.env" => format!("NEW=x\n{sealed}"),
            "prod.ini" => sealed.replace("[db]\n", "[db]\nNEW = x\n"),
            _ => continue,
        };
        assert_ne!(clear, sealed);
        plain.write(name, &clear);
        let said = plain.signet(&["check", name]);
        assert_eq!(said.code, 1, "{}{}", said.stdout, said.stderr);
        assert!(said.stdout.contains("NEW"), "{}", said.stdout);
    }
}

#[test]
fn a_type_overrules_the_extension_for_every_verb() {
    let loner = Loner::new();
    let signet = |words: &[&str]| {
        let mut command = loner.command();
        command.env("EDITOR", "sed -i s/shop/till/");
        run(command, &[words, &["--type", "dotenv"]].concat())
    };
    loner.write("app.conf", "USER=shop\nTOKEN=canary-9f3a1c\n");
    signet(&["seal", "app.conf", "--age", &loner.recipient]).succeeded();
    signet(&["seal", "--check", "app.conf"]).succeeded();
    let unsaid = loner.signet(&["seal", "--check", "app.conf"]);
    assert_eq!(unsaid.code, 1);
    signet(&["set", "app.conf", "/PORT", "5432"]).succeeded();
    signet(&["unset", "app.conf", "/TOKEN"]).succeeded();
    signet(&["edit", "app.conf"]).succeeded();
    let before = loner.read("app.conf");
    signet(&["rotate", "app.conf"]).succeeded();
    assert_ne!(loner.read("app.conf"), before);
    let opened = signet(&["open", "app.conf"]).succeeded().stdout;
    assert_eq!(opened, "USER=till\nPORT=5432\n");
    let decrypt = [
        "decrypt",
        "--input-type",
        "dotenv",
        "--output-type",
        "dotenv",
        "app.conf",
    ];
    assert_eq!(loner.sops("app.conf", &decrypt), opened.as_bytes());
    let mut exec = loner.command();
    exec.args([
        "exec", "--type", "dotenv", "app.conf", "--", "printenv", "USER",
    ]);
    assert_eq!(run(exec, &[]).succeeded().stdout, "till\n");
    loner.write("app.conf", &format!("NEW=x\n{}", loner.read("app.conf")));
    let said = signet(&["seal", "--check", "app.conf"]);
    assert!(
        said.code == 1 && said.stdout.contains("NEW"),
        "{}",
        said.stdout
    );
}

#[test]
fn what_git_shows_of_each_store_is_its_lines_without_ciphertext_and_for_whom_it_is() {
    let loner = Loner::new();
    for (name, text, path, _) in &FILES[..3] {
        loner.seal_by_sops(name, text);
        let shown = || loner.signet(&["textconv", name]).succeeded().stdout;
        let before = shown();
        let keys = ["USER", "TOKEN", "PORT"];
        assert!(keys.iter().all(|key| before.contains(key)), "{before}");
        assert!(!before.contains("BEGIN AGE"), "{before}");
        let whom = format!("# sealed for {}\n", loner.recipient);
        assert!(before.ends_with(&whom), "{before}");
        loner
            .signet(&["set", name, path, "\"another\""])
            .succeeded();
        let after = shown();
        let lines = before.lines().zip(after.lines());
        let changed: Vec<_> = lines.filter(|(one, other)| one != other).collect();
        assert_eq!(changed.len(), 1, "{name}: {before}{after}");
        assert!(changed[0].0.contains("TOKEN"), "{name}");
    }
}
