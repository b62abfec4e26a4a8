//! dotenv and INI files, changed by signet and read by sops.

use crate::loner::Loner;

const ENV: &str = "# how to get in\nUSER=shop\nTOKEN=canary-9f3a1c\n# last\nKEY=a\\nb\n";
const INI: &str = "top = 1\n\n; of the database\n[db]\nuser     = shop\npassword = canary-9f3a1c\n\n[cache]\nhost = h\n";

/// The lines that only the new text has, by their keys; the time aside, which may be the same.
fn changed(before: &str, after: &str) -> Vec<String> {
    let new = after
        .lines()
        .filter(|line| !before.lines().any(|old| old == *line));
    let keys = new.map(|line| line.split('=').next().unwrap().trim().to_owned());
    let is_time = |key: &String| key.trim_start_matches("sops_") == "lastmodified";
    keys.filter(|key| !is_time(key) && !key.is_empty())
        .collect()
}

/// A file sealed by sops.
fn sealed(name: &str) -> (Loner, String) {
    let loner = Loner::new();
    let text = if name == "prod.ini" { INI } else { ENV };
    loner.seal_by_sops(name, text);
    let sealed = loner.read(name);
    (loner, sealed)
}

#[test]
fn one_value_of_dotenv_is_set_and_the_ciphertext_of_the_others_stays() {
    let (loner, before) = sealed("prod.env");
    let set = |path: &str, value: &str| {
        loner.signet(&["set", "prod.env", path, value]).succeeded();
    };
    set("/TOKEN", "\"canary-9f3a1c-new # \\\"x\\\"\"");
    let after = loner.read("prod.env");
    assert_eq!(changed(&before, &after), ["TOKEN", "sops_mac"]);
    set(r#"["PORT"]"#, "5432");
    set("/KEY", "\"one\\ntwo\\n\"");
    assert!(!loner.read("prod.env").contains("canary"));
    let expected = ENV
        .replace("9f3a1c", "9f3a1c-new # \"x\"")
        .replace("a\\nb", "one\\ntwo\\n");
    let expected = format!("{expected}PORT=5432\n");
    assert_eq!(
        loner.signet(&["open", "prod.env"]).succeeded().stdout,
        expected
    );
    assert_eq!(loner.opened_by_sops("prod.env"), expected);
}

#[test]
fn one_value_of_ini_is_set_and_the_ciphertext_of_the_others_stays() {
    let (loner, before) = sealed("prod.ini");
    let set = |path: &str, value: &str| {
        loner.signet(&["set", "prod.ini", path, value]).succeeded();
    };
    set("/db/password", "\"canary-9f3a1c; new\"");
    let after = loner.read("prod.ini");
    assert_eq!(changed(&before, &after), ["password", "mac"]);
    set(r#"["db"]["port"]"#, "5432");
    set(r#"["new"]["key"]"#, "\"-----BEGIN-----\\nabc\\n\"");
    set("/DEFAULT/top", "\"2\"");
    assert!(!loner.read("prod.ini").contains("canary"));
    let value = |path: &str| {
        let by_sops = loner.sops("prod.ini", &["decrypt", "--extract", path, "prod.ini"]);
        let by_signet = loner.signet(&["open", "prod.ini", "--extract", path]);
        assert_eq!(by_signet.succeeded().stdout.as_bytes(), by_sops, "{path}");
        String::from_utf8(by_sops).unwrap()
    };
    assert_eq!(value(r#"["db"]["user"]"#), "shop");
    assert_eq!(value(r#"["db"]["password"]"#), "canary-9f3a1c; new");
    assert_eq!(value(r#"["db"]["port"]"#), "5432");
    assert_eq!(value(r#"["new"]["key"]"#), "-----BEGIN-----\nabc\n");
    assert_eq!(value(r#"["DEFAULT"]["top"]"#), "2");
    assert_eq!(value(r#"["cache"]["host"]"#), "h");
}

#[test]
fn a_value_is_taken_out_and_every_other_byte_stays() {
    for (name, path, gone) in [
        ("prod.env", "/TOKEN", "TOKEN"),
        ("prod.ini", "/db/password", "password"),
    ] {
        let (loner, before) = sealed(name);
        let clear = loner.signet(&["open", name]).succeeded().stdout;
        loner.signet(&["unset", name, path]).succeeded();
        let mac = if name == "prod.env" {
            "sops_mac"
        } else {
            "mac"
        };
        assert_eq!(changed(&before, &loner.read(name)), [mac], "{name}");
        let kept = clear.lines().filter(|line| !line.starts_with(gone));
        let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
        assert_eq!(loner.signet(&["open", name]).succeeded().stdout, kept);
        assert!(!loner.opened_by_sops(name).contains("canary"));
        loner
            .signet(&["unset", name, path])
            .failed(1, &["--idempotent"]);
        loner
            .signet(&["unset", "--idempotent", name, path])
            .succeeded();
    }
    let (loner, _) = sealed("prod.ini");
    loner.signet(&["unset", "prod.ini", "/db"]).succeeded();
    let left = loner.opened_by_sops("prod.ini");
    assert!(!left.contains("db") && left.contains("[cache]"), "{left}");
}

#[test]
fn what_a_flat_file_cannot_hold_is_refused_without_showing_it() {
    for (name, path, value, why) in [
        ("prod.env", "/TOKEN", "\"canary\\\\n\"", "a backslash"),
        ("prod.env", "/TOKEN", "[\"canary\"]", "is text"),
        ("prod.env", "/a=b", "\"canary\"", "reads as something else"),
        ("prod.env", "/a/b", "\"canary\"", "one key"),
        (
            "prod.ini",
            "/db/user",
            "\"canary\\n`\\\"\\\"\\\"\\n\"",
            "no quotes fit",
        ),
        ("prod.ini", "/user", "\"canary\"", "a section and a key"),
        ("prod.ini", "/sops/mac", "\"canary\"", "not for people"),
    ] {
        let (loner, before) = sealed(name);
        let said = loner.signet(&["set", name, path, value]);
        let said = said.failed(1, &[why]);
        assert!(!said.contains("canary"), "{said}");
        assert_eq!(loner.read(name), before, "{path}");
    }
}
