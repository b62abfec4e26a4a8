//! Secrets in clear text that something in their file would hide from `check`, and what only looks like one.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use crate::inspecting::{checked, one};
use crate::plain::Plain;

const SECRET: &str = "apiVersion: v1\nkind: Secret\nstringData:\n  password: canary-9f3a1c\n";

type Hidden = (&'static str, Vec<u8>, u64);

/// Marks of a template's comment where they are none: in a comment of YAML, and in quotes.
fn between_marks() -> Vec<Hidden> {
    let twice = "a: 1\na: 2\n";
    [
        ("marked.yaml", "# {{/*\n", "# */}}\n"),
        ("quoted.yaml", "w: \"{# \"\n", "z: \" #}\"\n"),
        ("quoted-go.yaml", "x: \"{{/*\"\n", "y: \"*/}}\"\n"),
    ]
    .map(|(name, begin, end)| (name, format!("{begin}{SECRET}{end}{twice}").into_bytes(), 3))
    .into()
}

/// Texts that do not read as a whole, named by what is wrong with them, with the line of the Secret in them.
fn unreadable() -> Vec<Hidden> {
    let map = "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n";
    let texts = [
        ("twice.yaml", format!("{SECRET}type: a\ntype: b\n"), 2),
        (
            "beside.yaml",
            format!("{map}---\nx: {{{{ .x }}}}\n---\n{SECRET}"),
            7,
        ),
        ("above.yaml", format!("a: [\n---\n{SECRET}"), 3),
        (
            "inline.yaml",
            "a: {{ x }}\n--- {kind: Secret, data: {a: Yg==}}\n".to_owned(),
            2,
        ),
        ("ended.yaml", format!("a: {{{{ x }}}}\n...\n{SECRET}"), 3),
        (
            "named.yaml",
            SECRET.replace("stringData", "metadata: {name: {{ .x }}}\nstringData"),
            2,
        ),
        (
            "commented.yaml",
            SECRET.replace("9f3a1c", "9f3a1c # {{ .x }}") + "x: {{ y }}\n",
            2,
        ),
        (
            "encoded.yaml",
            SECRET.replace("canary-9f3a1c", "{{ \"canary-9f3a1c\" | b64enc }}"),
            2,
        ),
        (
            "flow.yaml",
            "x: {{ y }}\n{kind: 'Secret', \"data\": {a: Yg==}}\n".to_owned(),
            2,
        ),
        (
            "carriage.yaml",
            SECRET.replace('\n', "\r") + "a: 1\ra: 2\r",
            2,
        ),
        (
            "explicit.yaml",
            SECRET.replace("kind:", "? kind\n:") + "a: 1\na: 2\n",
            2,
        ),
        ("control.yaml", format!("# \u{1}\n{SECRET}"), 3),
        (
            "deep.yaml",
            format!("{SECRET}x: {}{}\n", "[".repeat(80), "]".repeat(80)),
            2,
        ),
        (
            "long.yaml",
            format!("{SECRET}x: [{}]\n", "1,".repeat(200_000)),
            2,
        ),
        (
            "two.json",
            "{\"kind\": \"List\"}\n{\"kind\": \"Secret\", \"data\": {\"a\": \"Yg==\"}}\n"
                .to_owned(),
            2,
        ),
        (
            "conditional.yaml",
            SECRET.replace("kind: Secret", "{{ if .x }}kind: Secret{{ end }}"),
            2,
        ),
        (
            "secret-list.yaml",
            "kind: SecretList\nitems:\n- data:\n    a: Yg==\nx: {{ y }}\n".to_owned(),
            1,
        ),
        (
            "folded.yaml",
            SECRET.replace("Secret", "\"Sec\\\nret\"") + "x: {{ y }}\n",
            2,
        ),
        (
            "emoji.json",
            "{\"kind\": \"Secret\", \"data\": {\"a\": \"\\ud83d\\ude00\"}}".to_owned(),
            1,
        ),
        (
            "comma.json",
            "{\n\"kind\":\"Secret\",\"data\":{\"a\":\"Yg==\"},}".to_owned(),
            1,
        ),
    ];
    texts.map(in_bytes).into()
}

/// Texts that do not read, with a line in front of a value that is no deeper than the key of the data.
fn in_between() -> Vec<Hidden> {
    let with = |line: &str| SECRET.replace("  password", &format!("{line}  password"));
    let texts = [
        ("if.yaml", with("{{- if .x }}\n") + "{{- end }}\n", 2),
        ("indent.yaml", with("{{ .y | indent 2 }}\n"), 2),
        ("jinja.yaml", with("{% if x %}\n") + "{% endif %}\n", 2),
        ("ruby.yaml", with("<% if x %>\n") + "<% end %>\n", 2),
        (
            "remark.yaml",
            with("# why\n{{/* so */}}\n") + "a: {{ b }}\n",
            2,
        ),
        (
            "conflict.yaml",
            with("<<<<<<< HEAD\n=======\n") + ">>>>>>> side\n",
            2,
        ),
        (
            "three-sides.yaml",
            with("<<<<<<< HEAD\n  a: ''\n||||||| 1a2b3c4\n=======\n") + ">>>>>>> side\n",
            2,
        ),
        (
            "one-line.yaml",
            SECRET.replace("  password", "{{ if .x }}  password") + "{{ end }}\n",
            2,
        ),
        (
            "filled-key.yaml",
            SECRET.replace("  password", "{{ .name | indent 2 }}"),
            2,
        ),
        (
            "behind.yaml",
            SECRET.replace("stringData:", "stringData: {{- if .x }}") + "{{- end }}\n",
            2,
        ),
    ];
    texts.map(in_bytes).into()
}

/// Texts that say a Secret in other letters, named by how.
fn spelt() -> Vec<Hidden> {
    let texts = [
        (
            "merged.yaml",
            format!(
                "m: &m {{a: b}}\n{}",
                SECRET.replace("\n  password", " {<<: *m}\n#")
            ),
            1,
        ),
        (
            "root.yaml",
            "x: &k {kind: Secret}\ny: &d {data: {a: Yg==}}\n<<: [*k, *d]\n".to_owned(),
            1,
        ),
        (
            "alias.yaml",
            "x: &k Secret\nkind: *k\ndata: {a: Yg==}\nb: 1\nb: 2\n".to_owned(),
            2,
        ),
        ("hex.yaml", SECRET.replace("Secret", "\"\\x53ecret\""), 1),
        ("key.yaml", SECRET.replace("kind:", "\"kin\\u0064\":"), 1),
        (
            "hex-twice.yaml",
            SECRET.replace("Secret", "\"\\x53ecret\"") + "a: 1\na: 1\n",
            2,
        ),
        ("tag.yaml", SECRET.replace("Secret", "!!str Secret"), 1),
        (
            "base64.yaml",
            SECRET.replace("Secret", "!!binary U2VjcmV0"),
            1,
        ),
        ("capital.YAML", SECRET.to_owned(), 1),
        (
            "array.json",
            "[{\"kind\": \"Secret\", \"data\": {\"a\": \"Yg==\"}}]".to_owned(),
            1,
        ),
        (
            "carried.yaml",
            "kind: Work\nspec:\n  objects:\n  - kind: Secret\n    data: {a: Yg==}\n".to_owned(),
            4,
        ),
        (
            "nested.yaml",
            "kind: Secret\ndata: {a: {b: [c]}}\n".to_owned(),
            1,
        ),
    ];
    texts.map(in_bytes).into()
}

/// Texts that are no UTF-8.
fn encoded() -> Vec<Hidden> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let quadruple = SECRET.chars().flat_map(|c| u32::from(c).to_be_bytes());
    vec![
        ("utf-16.yaml", wide(&format!("\u{feff}{SECRET}")), 1),
        ("no-mark.yaml", wide(SECRET), 1),
        ("utf-32.yaml", quadruple.collect(), 1),
        ("latin.yaml", [SECRET.as_bytes(), b"a: \xe4\n"].concat(), 1),
    ]
}

fn in_bytes((name, text, line): (&'static str, String, u64)) -> Hidden {
    (name, text.into_bytes(), line)
}

#[test]
fn a_secret_in_clear_text_is_found_whatever_else_stands_in_its_file_and_however_it_is_spelt() {
    let plain = Plain::repository();
    let mut expected = BTreeSet::new();
    for (name, bytes, line) in [
        unreadable(),
        between_marks(),
        in_between(),
        spelt(),
        encoded(),
    ]
    .concat()
    {
        plain.write(name, "");
        fs::write(plain.path().join(name), bytes).unwrap();
        expected.insert(("clear-secret".to_owned(), name.to_owned(), line));
    }
    let found: BTreeSet<_> = checked(&plain, &[]).into_iter().collect();
    assert_eq!(found, expected);
    plain.git(&["add", "--all"]);
    let staged: BTreeSet<_> = checked(&plain, &["--staged"]).into_iter().collect();
    assert_eq!(staged, expected);
}

#[test]
fn what_is_no_secret_of_the_core_group_or_is_filled_in_later_is_fine() {
    let plain = Plain::repository();
    let filled = |value: &str| SECRET.replace("canary-9f3a1c", value);
    for (name, text) in [
        ("variable.yaml", filled("${PASSWORD}")),
        ("helm.yaml", filled("\"{{ .Values.password }}\"")),
        ("bare.yaml", filled("{{ .Values.password | b64enc }}")),
        ("address.yaml", filled("postgres://app:${PASSWORD}@db/shop")),
        ("block.yaml", filled("|\n    {{ .Values.password }}")),
        (
            "loop.yaml",
            filled("a\n{{- range $k, $v := .x }}\n  {{ $k }}: {{ $v }}\n{{- end }}")
                .replace("password: a\n", ""),
        ),
        (
            "below.yaml",
            filled("{{ .p }}") + "{{- if .x }}\ntype: Opaque\n{{- end }}\n",
        ),
        (
            "beside.yaml",
            filled("{{ .p }}") + "{{ if .x }}type: Opaque{{ end }}\n",
        ),
        ("group.yaml", SECRET.replace("v1", "example.com/v1")),
        (
            "group-template.yaml",
            SECRET.replace("v1", "example.com/v1") + "x: {{ y }}\n",
        ),
        (
            "map.yaml",
            format!(
                "kind: ConfigMap\ndata:\n  x: |\n    {}a: {{{{ y }}}}\n",
                SECRET.replace('\n', "\n    ")
            ),
        ),
        (
            "role.yaml",
            "kind: Role\nrules: [{resources: [{{ x }}], kind: Secret}]\n".to_owned(),
        ),
        (
            "external.yaml",
            "kind: ExternalSecret\nspec: {data: [{{ x }}]}\n".to_owned(),
        ),
        (
            "empty.yaml",
            "kind: Secret\ndata: {a: '', b: null}\nx: {{ y }}\n".to_owned(),
        ),
        ("notes.md", SECRET.to_owned()),
    ] {
        plain.write(name, &text);
        assert_eq!(checked(&plain, &[]), [], "{name}:\n{text}");
        fs::remove_file(plain.path().join(name)).unwrap();
    }
}

#[test]
fn rules_that_are_no_text_are_found() {
    let plain = Plain::with_rule("");
    let rules = plain.read(".sops.yaml");
    let wide: Vec<u8> = format!("\u{feff}{rules}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(plain.path().join(".sops.yaml"), wide).unwrap();
    let found = checked(&plain, &[]);
    assert_eq!(
        found,
        [("creation-rules".to_owned(), ".sops.yaml".to_owned(), 0)]
    );
}

/// A clear text with the `sops` block of a sealed file, whose selection is exchanged for another.
fn borrowed(plain: &Plain, text: &str, selection: &str) -> String {
    plain.write("block.yaml", "password: canary-9f3a1c\n");
    let recipient = &plain.recipient;
    plain
        .signet(&["seal", "--age", recipient, "block.yaml"])
        .succeeded();
    let sealed = plain.read("block.yaml");
    fs::remove_file(plain.path().join("block.yaml")).unwrap();
    let (_, block) = sealed.split_once("sops:\n").unwrap();
    let own = "unencrypted_suffix: _unencrypted";
    assert!(block.contains(own));
    format!("{text}sops:\n{}", block.replace(own, selection))
}

#[test]
fn a_clear_file_with_a_borrowed_block_is_found_whatever_its_selection_says() {
    let plain = Plain::repository();
    let all = [
        "unencrypted_regex: .*",
        "encrypted_regex: ^nothing$",
        "encrypted_suffix: _x",
    ];
    for selection in all {
        let ids = |text: &str| -> Vec<String> {
            plain.write("db.yaml", &borrowed(&plain, text, selection));
            let found = checked(&plain, &[]).into_iter();
            found.map(|(id, ..)| id).collect()
        };
        let clear = "password: canary-9f3a1c\n";
        assert_eq!(ids(clear), ["nothing-sealed"], "{selection}");
        assert_eq!(ids(SECRET), ["clear-secret"], "{selection}");
        plain.rules("");
        assert_eq!(
            ids(clear),
            ["nothing-sealed", "rule-mismatch"],
            "{selection}"
        );
        assert_eq!(ids(SECRET), ["clear-secret"], "{selection}");
        fs::remove_file(plain.path().join(".sops.yaml")).unwrap();
    }
}

#[test]
fn a_selection_leaves_no_value_of_a_secret_out_but_where_a_creation_rule_asks_for_it() {
    let plain = Plain::repository();
    let secret = format!("{SECRET}  user: shop\n");
    plain.write("db.yaml", &secret);
    let recipient = plain.recipient.clone();
    let seal = [
        "seal",
        "--only",
        "^password$",
        "--age",
        &recipient,
        "db.yaml",
    ];
    plain.signet(&seal).succeeded();
    assert_eq!(checked(&plain, &[]), one("clear-secret", "db.yaml", 5));
    plain.rules("encrypted_regex: ^password$");
    assert_eq!(checked(&plain, &[]), []);
    plain.write("db.yaml", &secret.replace("user", "user_unencrypted"));
    plain.rules("unencrypted_suffix: _unencrypted");
    plain.signet(&["seal", "db.yaml"]).succeeded();
    assert_eq!(checked(&plain, &[]), []);
}

#[test]
fn without_a_word_of_the_rule_a_selection_is_that_of_sops_but_for_secrets() {
    let plain = Plain::with_rule("");
    plain.write("db.yaml", "password: canary-9f3a1c\nuser: shop\n");
    plain.write("secret.yaml", SECRET);
    plain.signet(&["seal", "secret.yaml"]).succeeded();
    let recipient = plain.recipient.clone();
    let seal = [
        "seal",
        "--only",
        "^password$",
        "--age",
        &recipient,
        "db.yaml",
    ];
    plain.signet(&seal).succeeded();
    let found = checked(&plain, &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].0.as_str(), found[0].1.as_str()),
        ("rule-mismatch", "db.yaml")
    );
}

/// A Secret, alone and in a list, as `kubectl get -o yaml` shows it: with an annotation that holds all of it once more.
fn applied(value: &str) -> [String; 2] {
    let sent =
        format!(r#"{{"apiVersion":"v1","kind":"Secret","stringData":{{"password":"{value}"}}}}"#);
    let annotation = format!("kubectl.kubernetes.io/last-applied-configuration: |\n      {sent}\n");
    let one = SECRET.replace(
        "stringData",
        &format!("metadata:\n  annotations:\n    {annotation}stringData"),
    );
    let listed = one.replace('\n', "\n  ");
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}\n",
        listed.trim_end()
    );
    [one, list]
}

#[test]
fn an_annotation_that_shows_what_is_sealed_of_a_secret_is_told_of_and_found() {
    let plain = Plain::repository();
    plain.rules("encrypted_regex: ^(data|stringData)$");
    for (text, line) in applied("canary-9f3a1c").iter().zip([5, 8]) {
        plain.write("db.yaml", text);
        let found = checked(&plain, &[]);
        assert_eq!(found.len(), 2, "{found:?}");
        let run = plain.signet(&["seal", "db.yaml"]).succeeded();
        assert!(run.stderr.contains("take it out"), "{}", run.stderr);
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        assert_eq!(checked(&plain, &[]), one("clear-secret", "db.yaml", line));
        let said = plain.signet(&["check"]).stdout;
        assert!(said.contains("out with signet edit db.yaml"), "{said}");
    }
    for text in applied("") {
        plain.write("db.yaml", &text);
        let run = plain.signet(&["seal", "db.yaml"]).succeeded();
        assert!(!run.stderr.contains("take it out"), "{}", run.stderr);
        assert_eq!(checked(&plain, &[]), []);
    }
    plain.rules("");
    let [text, _] = applied("canary-9f3a1c");
    plain.write(
        "db.yaml",
        &text.replace("  password: canary-9f3a1c", "  password: ''"),
    );
    assert_eq!(checked(&plain, &[]), one("clear-secret", "db.yaml", 5));
    plain.rules("unencrypted_suffix: _unencrypted");
    plain.write("db.yaml", &text);
    plain.signet(&["seal", "db.yaml"]).succeeded();
    assert_eq!(checked(&plain, &[]), [], "the rule seals it as well");
}

#[test]
fn what_stays_in_the_clear_beside_a_secret_is_told_of() {
    let plain = Plain::with_rule("");
    let seal = |text: &str| {
        plain.write("db.yaml", text);
        plain.signet(&["seal", "db.yaml"]).succeeded().stderr
    };
    let said = seal(&format!("{SECRET}---\ntoken: canary-9f3a1c\n"));
    let sealed = plain.read("db.yaml");
    let line = sealed.lines().position(|line| line.starts_with("token:"));
    let place = format!("what begins at line {};", line.unwrap() + 1);
    assert!(said.contains(&place), "{said}");
    assert!(!said.contains("canary"), "{said}");
    for text in [
        SECRET.to_owned(),
        format!("{SECRET}---\n{SECRET}"),
        format!("{SECRET}---\nkind: Secret\ndata: {{}}\n"),
        format!(
            "kind: List\nitems:\n- {}\n",
            SECRET.trim_end().replace('\n', "\n  ")
        ),
    ] {
        let said = seal(&text);
        assert!(!said.contains("in the clear"), "{said}");
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the time that is taken is what is tested"
)]
fn a_file_of_many_findings_is_judged_in_a_time_that_grows_with_it() {
    let plain = Plain::repository();
    let secret =
        "- {apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {a: hunter2}}\n";
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}",
        secret.repeat(1_000)
    );
    plain.write("list.yaml", &list);
    plain.write("a.yaml", "a: hunter2\n");
    plain
        .signet(&["seal", "--age", &plain.recipient, "a.yaml"])
        .succeeded();
    let commented = "# why\n".repeat(20_000) + &plain.read("a.yaml");
    plain.write("a.yaml", &commented);
    let begin = Instant::now();
    let found = checked(&plain, &[]);
    // Of either, a square would take minutes.
    assert!(begin.elapsed() < Duration::from_secs(30));
    assert_eq!(found.len(), 21_000);
}

#[test]
fn a_block_that_seals_nothing_as_its_rule_asks_is_told_of_and_is_no_failure() {
    let plain = Plain::repository();
    let selection = "encrypted_regex: ^nothing$";
    plain.write("db.yaml", &borrowed(&plain, "user: shop\n", selection));
    plain.rules(selection);
    let said = plain.signet(&["check"]).succeeded().stdout;
    assert!(
        said.contains("note: none of its values is sealed"),
        "{said}"
    );
    assert!(said.contains("[seals-nothing]"), "{said}");
}
