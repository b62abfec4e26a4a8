//! What `check` says of files in the clear that creation rules name, and of those that they do not mean.

use std::fs;

use signet_tests::sops::{Sops, Version};

use crate::fixture::{CANARY, Fleet, signet};
use crate::inspecting::{checked, one};
use crate::plain::Plain;

/// Texts that Signet does not seal, with the line of what it stops at.
const UNREADABLE: &[(&str, &[u8], u64)] = &[
    ("a.creds.yaml", b"password: &p canary-9f3a1c\n", 1),
    (
        "a.creds.yaml",
        b"base: &b {p: canary-9f3a1c}\nmore: {<<: *b}\n",
        1,
    ),
    ("a.creds.yaml", b"a: canary-9f3a1c\nb: 1\nb: 2\n", 3),
    ("a.creds.yaml", b"a: canary-9f3a1c\nb: {{ x }}\n", 2),
    ("a.creds.yaml", b"a: canary-9f3a1c\nb:\n\t- 1\n", 3),
    ("a.creds.yaml", b"a: canary-9f3a1c\nb: \xe4\n", 1),
    ("a.creds.yaml", b"a: canary-9f3a1c\nb: \"\xc2\x85\n", 2),
    ("a.creds.yaml", b"- canary-9f3a1c\n", 1),
    ("a.creds.yaml", b"1: canary-9f3a1c\n", 1),
    ("a.creds.json", b"{\"a\": \"canary-9f3a1c\",}\n", 1),
    ("a.creds.json", b"[\"canary-9f3a1c\"]\n", 1),
    ("a.creds.env", b"a=canary-9f3a1c\nexport\n", 2),
];

#[test]
fn a_file_that_a_rule_names_and_that_cannot_be_read_is_found_where_reading_ends() {
    let plain = Plain::repository();
    for (name, text, line) in UNREADABLE {
        for rule in [r"'\.creds\.'", "^prod/"] {
            plain.rules(&format!("path_regex: {rule}"));
            let file = format!("prod/{name}");
            plain.write(&file, "");
            fs::write(plain.path().join(&file), text).unwrap();
            let found = checked(&plain, &[]);
            let shown = String::from_utf8_lossy(text);
            assert_eq!(found.len(), 1, "{rule}: {shown}");
            assert_eq!(found, one("not-sealed", &file, found[0].2), "{shown}");
            assert!((1..=*line).contains(&found[0].2), "{shown}: {found:?}");
            fs::remove_file(plain.path().join(&file)).unwrap();
        }
    }
}

#[test]
fn the_real_sops_seals_anchors_that_signet_does_not_and_check_finds_them() {
    let text = "user: &u canary-9f3a1c\npassword: *u\n";
    let sops = Sops::new(Version::V3_13, "").unwrap();
    let plain = Plain::repository();
    plain.rules(r"path_regex: '\.creds\.', encrypted_regex: ^password$");
    fs::copy(plain.path().join(".sops.yaml"), sops.path(".sops.yaml")).unwrap();
    fs::write(sops.path("a.creds.yaml"), text).unwrap();
    let theirs = String::from_utf8(sops.run(&["encrypt", "a.creds.yaml"]).unwrap()).unwrap();
    assert!(theirs.contains("password: ENC["), "{theirs}");
    plain.write("a.creds.yaml", text);
    assert_eq!(checked(&plain, &[]).len(), 1);
    plain.write("a.creds.yaml", "user: &u canary-9f3a1c\nname: *u\n");
    assert_eq!(
        checked(&plain, &[]),
        [],
        "of these the rule selects nothing"
    );
}

#[test]
fn what_is_merged_counts_as_the_real_sops_would_seal_it() {
    let plain = Plain::repository();
    plain.rules(r"path_regex: '\.creds\.', encrypted_regex: ^password$");
    let merged = |key: &str| format!("a: &a {{{key}: canary-9f3a1c}}\nb:\n  <<: *a\n  c: 1\n");
    let sops = Sops::new(Version::V3_13, "").unwrap();
    fs::copy(plain.path().join(".sops.yaml"), sops.path(".sops.yaml")).unwrap();
    for (key, found) in [
        ("user", vec![]),
        ("password", one("not-sealed", "a.creds.yaml", 1)),
    ] {
        fs::write(sops.path("a.creds.yaml"), merged(key)).unwrap();
        let theirs = String::from_utf8(sops.run(&["encrypt", "a.creds.yaml"]).unwrap()).unwrap();
        assert_eq!(!theirs.contains(CANARY), key == "password", "{theirs}");
        plain.write("a.creds.yaml", &merged(key));
        assert_eq!(checked(&plain, &[]), found);
    }
}

#[test]
fn a_template_of_a_secret_is_found_where_a_value_stands_in_it() {
    let plain = Plain::repository();
    plain.rules("path_regex: ^clusters/, encrypted_regex: ^(data|stringData)$");
    let template = |value: &str| {
        format!(
            "{{{{ if .x }}}}\napiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData:\n  # why: so\n  password: {value}\n{{{{ end }}}}\n"
        )
    };
    let file = "clusters/secret.yaml";
    plain.write(file, &template("{{ .password }}"));
    assert_eq!(checked(&plain, &[]), []);
    let more = "  labels: {app: shop}\ntype: Opaque\nimmutable: true\nstringData:\n  {{- if .y }}\n  a: {{ .a | quote }}\n  {{- end }}\n";
    plain.write(
        file,
        &format!("apiVersion: v1\nkind: Secret\nmetadata:\n{more}"),
    );
    assert_eq!(checked(&plain, &[]), [], "no value of the Secret's own");
    plain.write(file, &template("canary-9f3a1c"));
    assert_eq!(checked(&plain, &[]), one("clear-secret", file, 3));
    let said = plain.signet(&["check"]).stdout;
    assert!(said.contains("in a template"), "{said}");
    let run = plain.signet(&["seal", "."]).succeeded();
    assert!(
        run.stderr.contains("which nobody can seal"),
        "{}",
        run.stderr
    );
    assert_eq!(plain.signet(&["seal", "--check", "."]).code, 1);
}

#[test]
fn names_that_only_begin_like_those_of_git_and_of_readmes_are_found() {
    let plain = Plain::repository();
    plain.rules("path_regex: ^prod/");
    for name in [
        ".gitignore",
        ".gitattributes",
        ".gitmodules",
        ".gitkeep",
        "README.md",
        "README",
    ] {
        plain.write(&format!("prod/{name}"), "# text\n");
    }
    assert_eq!(checked(&plain, &[]), []);
    for name in [".git-credentials", "README-passwords.txt"] {
        let file = format!("prod/{name}");
        plain.write(&file, CANARY);
        assert_eq!(checked(&plain, &[]), one("not-sealed", &file, 1));
        fs::remove_file(plain.path().join(file)).unwrap();
    }
}

#[test]
fn a_rule_for_the_secrets_of_a_folder_does_not_mean_what_else_a_flux_repository_has_there() {
    let plain = Plain::repository();
    let object = "apiVersion: apps/v1\nkind: Deployment\n";
    for (name, text) in [
        (".sops.pub.asc", "a public key\n"),
        ("install.sh", "#!/bin/sh\n"),
        ("NOTES.md", "notes\n"),
        ("chart/templates/_helpers.tpl", "{{ x }}\n"),
        (".editorconfig", "root = true\n"),
        ("chart/templates/a.yaml", "{{ if x }}\na: b\n{{ end }}\n"),
        ("patch.yaml", "- op: replace\n  path: /data\n  value: a\n"),
        ("anchors.yaml", "a: &a {b: c}\nd: *a\n"),
    ] {
        plain.write(&format!("clusters/{name}"), text);
    }
    plain.write(
        "clusters/anchored.yaml",
        &format!("{object}a: &a 1\nb: *a\n"),
    );
    plain.write("clusters/twice.yaml", &format!("{object}a: 1\na: 1\n"));
    plain.rules("path_regex: ^clusters/.*, encrypted_regex: ^(data|stringData)$");
    assert_eq!(checked(&plain, &[]), []);
    let secret = "apiVersion: v1\nkind: Secret\nstringData: {a: canary-9f3a1c}\nstringData: {}\n";
    plain.write("clusters/twice.yaml", &format!("{object}---\n{secret}"));
    assert_eq!(
        checked(&plain, &[]),
        one("clear-secret", "clusters/twice.yaml", 5)
    );
}

#[test]
fn a_rule_that_selects_what_secrets_hold_means_no_other_object_by_its_name() {
    let plain = Plain::repository();
    let external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {data: [{secretKey: a}]}\n";
    plain.write("external-secret.yaml", external);
    plain.rules("path_regex: secret, encrypted_regex: ^(data|stringData)$");
    assert_eq!(checked(&plain, &[]), []);
    plain.write("secret-values.yaml", "data: canary-9f3a1c\n");
    assert_eq!(
        checked(&plain, &[]),
        one("not-sealed", "secret-values.yaml", 1)
    );
    plain.rules("path_regex: external, encrypted_regex: ^secretKey$");
    assert_eq!(
        checked(&plain, &[]),
        one("not-sealed", "external-secret.yaml", 3)
    );
}

/// Texts with a Secret that cannot be sealed as they stand, with what keeps them from it.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "list.yaml",
        "kind: List\nitems:\n- kind: Secret\n  data: {a: Yg==}\n- kind: ConfigMap\n  data: {x: y}\n",
        "line 6, column 13: this stands in no Secret",
    ),
    (
        "two.yaml",
        "kind: Secret\ndata: {a: Yg==}\n---\nkind: ConfigMap\ndata: {x: y}\n",
        "line 5, column 11: this stands in no Secret",
    ),
    (
        "anchor.yaml",
        "kind: Secret\nstringData: {a: &x b, c: *x}\n",
        "line 2, column 20: anchors and aliases",
    ),
    (
        "list.json",
        "[{\"kind\": \"Secret\", \"data\": {\"a\": \"Yg==\"}}]",
        "line 1, column 1: a JSON file that is a list",
    ),
    (
        "key.yaml",
        "kind: Secret\nstringData: {1: b}\n",
        "line 2, column 14: the key is not a string",
    ),
];

#[test]
fn nobody_is_told_to_seal_as_it_stands_what_sealing_refuses() {
    let plain = Plain::repository();
    plain.rules("");
    for (name, text, why) in REFUSED {
        plain.write(name, text);
        plain.signet(&["seal", name]).failed(1, &[why]);
        let said = plain.signet(&["check", name]).stdout;
        assert!(said.contains("[clear-secret]"), "{said}");
        assert!(
            said.contains(&format!("    put this right first: {why}")),
            "{said}"
        );
        assert!(
            said.ends_with(&format!("; then signet seal {name}\n")),
            "{said}"
        );
        fs::remove_file(plain.path().join(name)).unwrap();
    }
    let fleet = Fleet::new();
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: canary-9f3a1c}\n";
    fleet.alice.write("clusters/db.yaml", secret).unwrap();
    signet(&fleet.alice, &["seal", "clusters/db.yaml"]).failed(1, &["belongs to nobody"]);
    let said = signet(&fleet.alice, &["check"]).stdout;
    let moved = "move clusters/db.yaml to a folder of its tenant, and signet seal it there\n";
    assert!(said.ends_with(moved), "{said}");
    fleet.alice.remove("clusters/db.yaml").unwrap();
    fleet
        .alice
        .write("tenants/team-a/prod/db.yaml", secret)
        .unwrap();
    let said = signet(&fleet.alice, &["check"]).stdout;
    assert!(
        said.ends_with("    signet seal tenants/team-a/prod/db.yaml\n"),
        "{said}"
    );
}
