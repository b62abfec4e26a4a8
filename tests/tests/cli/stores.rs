//! JSON files and files of any bytes, for somebody without a fleet.

use std::fs;

use serde_json::Value as Json;
use signet_tests::tools;

use crate::plain::Plain;

const BYTES: &[u8] = b"\x30\x82\0\xff canary-7f3a-hunter2 \r\n\0";
const CONFIG: &str = "{\n  \"user\": \"app\",\n  \"password\": \"canary-7f3a-hunter2\"\n}\n";

/// What a program prints for a file; its stderr where it fails.
fn printed(plain: &Plain, mut program: std::process::Command, words: &[&str]) -> Vec<u8> {
    let output = program
        .current_dir(plain.path())
        .args(words)
        .output()
        .unwrap();
    let failure = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{failure}");
    output.stdout
}

#[test]
fn any_bytes_are_opened_by_signet_and_by_sops_as_they_were() {
    let plain = Plain::new();
    let file = plain.path().join("keystore.p12");
    fs::write(&file, BYTES).unwrap();
    plain
        .signet(&["seal", "keystore.p12", "--age", &plain.recipient])
        .succeeded();
    assert!(!plain.read("keystore.p12").contains("canary"));
    let ours = printed(&plain, plain.command(), &["open", "keystore.p12"]);
    assert_eq!(ours, BYTES);
    let sops = plain.person.command(tools::sops());
    assert_eq!(printed(&plain, sops, &["decrypt", "keystore.p12"]), BYTES);
}

#[test]
fn textconv_is_told_the_store_that_a_name_does_not_say() {
    let plain = Plain::new();
    plain.write("settings", CONFIG);
    plain
        .signet(&[
            "seal",
            "--type",
            "json",
            "settings",
            "--age",
            &plain.recipient,
        ])
        .succeeded();
    let shown = |words: &[&str]| {
        let words = [&["textconv", "--type", "json", "settings"][..], words].concat();
        plain.signet(&words).succeeded().stdout.clone()
    };
    let redacted = shown(&[]);
    assert!(redacted.contains("# sealed for "), "{redacted}");
    assert_eq!(shown(&["--open"]), CONFIG);
}

#[test]
fn json_is_sealed_in_place_and_opened_to_the_same_text() {
    let plain = Plain::new();
    plain.write("config.json", CONFIG);
    let only = ["--only", "^password$", "--age", &plain.recipient];
    plain
        .signet(&[&["seal", "config.json"], &only[..]].concat())
        .succeeded();
    let sealed = plain.read("config.json");
    assert!(sealed.starts_with("{\n  \"user\": \"app\",\n  \"password\": \"ENC["));
    assert_eq!(
        plain.signet(&["open", "config.json"]).succeeded().stdout,
        CONFIG
    );
    let sops = plain.person.command(tools::sops());
    let theirs = printed(&plain, sops, &["decrypt", "config.json"]);
    let [theirs, expected]: [Json; 2] =
        [&theirs[..], CONFIG.as_bytes()].map(|text| serde_json::from_slice(text).unwrap());
    assert_eq!(theirs, expected);
}

#[test]
fn a_type_overrules_the_extension() {
    let plain = Plain::new();
    plain.write("settings.conf", CONFIG);
    let json = ["--type", "json"];
    let age = ["--age", &plain.recipient];
    plain
        .signet(&[&["seal", "settings.conf"], &json[..], &age[..]].concat())
        .succeeded();
    assert!(
        plain
            .read("settings.conf")
            .starts_with("{\n  \"user\": \"ENC[")
    );
    let opened = plain.signet(&["open", "settings.conf", "--type", "json"]);
    assert_eq!(opened.succeeded().stdout, CONFIG);
    let unknown = plain.signet(&["open", "settings.conf", "--type", "toml"]);
    assert!(unknown.stderr.contains("yaml, json, dotenv, ini, binary"));
}

#[test]
fn spellings_that_sealing_loses_are_told_of_once_by_name_alone() {
    let plain = Plain::with_rule("");
    let text = "port: 0x1F\nratio: 2.50\nword: canary-9f3a1c\nanswer: on\ncount: 31\n";
    plain.write("a.yaml", text);
    let lost = "a.yaml: /port, /ratio, /answer will come back in another spelling";
    let run = plain.signet(&["seal", "a.yaml"]).succeeded();
    assert!(run.stderr.contains(lost), "{}", run.stderr);
    assert!(!run.stderr.contains("0x1F") && !run.stderr.contains("2.50"));
    let run = plain.signet(&["seal", "a.yaml"]).succeeded();
    assert!(!run.stderr.contains("spelling"));
    let opened = plain.signet(&["open", "a.yaml"]).succeeded().stdout;
    let expected = "port: 31\nratio: 2.5\nword: canary-9f3a1c\nanswer: \"on\"\ncount: 31\n";
    assert_eq!(opened, expected);
    let sops = plain.person.command(tools::sops());
    let theirs = printed(&plain, sops, &["decrypt", "a.yaml"]);
    assert!(
        String::from_utf8(theirs)
            .unwrap()
            .starts_with("port: 31\nratio: 2.5\n")
    );
    let run = plain.piped(text, &["seal", "-", "--filename", "a.yaml"]);
    assert!(run.succeeded().stderr.contains(lost));
    plain.write("b.yaml", &opened);
    let run = plain.signet(&["seal", "b.yaml"]).succeeded();
    assert!(!run.stderr.contains("spelling"), "{}", run.stderr);
}
