use serde_json::json;
use signet_yaml::kubernetes::to_json;

use super::*;

fn root(text: &str) -> Node {
    read(text).unwrap().documents.remove(0).root.unwrap()
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn entries<'n>(root: &'n Node, section: &str) -> &'n [Entry] {
    match &root.get(section).unwrap().value {
        signet_yaml::Value::Mapping(entries) => entries,
        _ => panic!("a section is a mapping"),
    }
}

/// The comments of a section, each with the bytes that it has in the text.
fn comments<'t>(text: &'t str, section: &str) -> Vec<(String, &'t str)> {
    let of = |entry: &Entry| match entry {
        Entry::Comment(comment) => Some((comment.text.clone(), &text[comment.span.clone()])),
        Entry::Pair { .. } => None,
    };
    entries(&root(text), section)
        .iter()
        .filter_map(of)
        .collect()
}

#[test]
fn keys_and_sections_are_taken_as_go_ini_takes_them() {
    let text =
        "\u{feff}top: 1\n[ a.b ]\n  x y = 1 = 2\r\n\"q=\" = z\n`k` = \n[empty]\n[a] [b] # c\nz=1\n";
    assert_eq!(
        to_json(&root(text)).unwrap(),
        json!({
            "DEFAULT": {"top": "1"},
            " a.b ": {"x y": "1 = 2", "q=": "z", "k": ""},
            "empty": {},
            "a] [b": {"z": "1"},
        })
    );
}

#[test]
fn values_are_taken_as_go_ini_takes_them() {
    let cases = [
        ("x  y ", "x  y"),
        ("\"a b\"", "a b"),
        ("' a '", " a "),
        ("\"a\" b \"c\"", "\"a\" b \"c\""),
        ("`a;#'\"`", "a;#'\""),
        ("`a` ; see `b`", "a` ; see `b"),
        ("\"\"\"a`b\"\"\"", "a`b"),
        ("\"\"\"a\n  b\n\"\"\"", "a\n  b\n"),
        ("`a\r\nb` # c", "a\r\nb"),
        ("p#ss", "p"),
        ("\"a;b\"", "\"a"),
        ("C:\\dir", "C:\\dir"),
        ("one \\\n  two\\\n\nk2 = x", "one two"),
        ("\"\"\"", "\"\"\""),
        ("\"\"", ""),
        ("; c", ""),
    ];
    for (written, expected) in cases {
        let line_break = if written == "\"\"\"" { "" } else { "\n" };
        let root = root(&format!("k = {written}{line_break}"));
        let value = root.get("DEFAULT").and_then(|section| section.get("k"));
        assert_eq!(value.and_then(Node::text), Some(expected), "{written}");
    }
}

#[test]
fn every_value_knows_its_bytes() {
    let text = "a = \"x\" ; c\nb = one \\\n  two  \nc =  \nd = `é\nf`\n";
    let root = root(text);
    let spans: Vec<&str> = root
        .get("DEFAULT")
        .unwrap()
        .pairs()
        .map(|(_, value)| &text[value.span.clone()])
        .collect();
    assert_eq!(spans, ["\"x\"", "one \\\n  two", "", "`é\nf`"]);
}

#[test]
fn a_comment_belongs_to_what_stands_below_it() {
    let text = "; top\nj = 1\nk = 1 # same line\n\n;; one\n  ; two\n\n#three\n[s] ; name\n; x\nk = 1\n; last\n";
    assert_eq!(
        comments(text, "DEFAULT"),
        [("top".into(), "top"), ("same line".into(), "same line")]
    );
    assert_eq!(
        comments(text, "s"),
        [
            (
                "one\n; two\u{b}  \n\u{b}\n#three\u{b}\nname\u{b} \u{c} ".into(),
                "one\n  ; two\n\n#three\n[s] ; name"
            ),
            ("x".into(), "x"),
            ("last".into(), "last"),
        ]
    );
    let root = root(text);
    assert!(matches!(entries(&root, "s")[1], Entry::Pair { .. }));
}

#[test]
fn comments_come_back_as_they_stood() {
    let cases = [
        "a",
        "a\n; b",
        "a  \r\n;b\r\n\t;  c",
        "\n;\n\n \n; d",
        "\ta\n# b\n#c\u{b}\n; d \u{b} ",
        "a\u{b}b\n\u{b}; c",
    ];
    for lines in cases {
        let text = format!(";{lines}x\nk = 1\n");
        let comment = comments(&text, "DEFAULT").remove(0);
        assert!(
            comment.0.split('\n').all(|line| !line.is_empty()),
            "{lines:?}"
        );
        let above = comment_lines(&comment.0).above;
        assert_eq!(above.as_deref(), Some(comment.1), "{lines:?}");
        assert_eq!(
            comment.1,
            format!("{lines}x").trim_start_matches([';', ' '])
        );
    }
}

#[test]
fn comments_that_sops_sealed_come_back_as_sops_writes_them() {
    let lines = comment_lines(" a\r\n;b \n  c\n# d");
    assert_eq!(lines.above.as_deref(), Some("a\n; b\n; c\n# d"));
    assert_eq!(lines.behind, None);
}

#[test]
fn a_comment_behind_a_section_or_a_commented_key_is_one_with_what_stands_above() {
    let cases = [
        ("[s]\t#; x ", "s", None, "\t#; x"),
        ("; a\n[s] ; x", "s", Some("a"), " ; x"),
        (";\n[s];x", "s", Some(""), ";x"),
        (
            "# a\n[s]\n; b\n;c\nk = `\n` ##  x",
            "s",
            Some("b\n;c"),
            " ##  x",
        ),
        ("# a\nk = # x\u{b}", "DEFAULT", Some("a"), " # x"),
    ];
    for (text, section, above, behind) in cases {
        let (comment, _) = comments(text, section).pop().unwrap();
        assert!(comment.split('\n').all(|line| !line.is_empty()), "{text}");
        let lines = comment_lines(&comment);
        assert_eq!(lines.above.as_deref(), above, "{text}");
        assert_eq!(lines.behind.as_deref(), Some(behind), "{text}");
    }
    let alone = comments("k = 1 ; x\n[s] ;\n", "DEFAULT");
    assert_eq!(alone, [("x".into(), "x")]);
}

#[test]
fn a_sealed_comment_stands_alone() {
    let text = "; ENC[AES256_GCM,data:x]\n; more\n; lines\nk = 1\n";
    let texts: Vec<String> = comments(text, "DEFAULT")
        .into_iter()
        .map(|(text, _)| text)
        .collect();
    assert_eq!(texts, ["ENC[AES256_GCM,data:x]", "more\n; lines"]);
}

#[test]
fn metadata_stands_below_one_key_and_takes_no_comments() {
    let text = "[a]\nk = 1\n; of a\n[sops] ; no\n; no\nmac = \"m\" ; no\nage__list_0__map_enc = a\\nb\n[b]\nk = 2\n";
    let root = root(text);
    assert_eq!(
        to_json(&root).unwrap(),
        json!({
            "a": {"k": "1"},
            "b": {"k": "2"},
            "sops": {"mac": "m", "age": [{"enc": "a\nb"}]},
        })
    );
    assert_eq!(comments(text, "a"), [("of a".into(), "of a")]);
    assert_eq!(comments(text, "b"), []);
}

#[test]
fn what_sops_would_lose_is_refused() {
    let cases = [
        (
            "k = 1\nk = 2\n",
            "the key \"k\" stands already at line 1, column 1",
        ),
        (
            "- = 1\n",
            "not valid ini: the key - stands for a number, which sops cannot write",
        ),
        (
            "k = `a` b\n",
            "not valid ini: only a comment may follow here",
        ),
        ("[a] b\n", "not valid ini: only a comment may follow here"),
        (
            "\"k\" x = 1\n",
            "not valid ini: something stands between a key and its delimiter",
        ),
        (
            "k = `a\nb` ; \\\nc\n",
            "not valid ini: a backslash behind the quotes of a value is read in two ways",
        ),
        (
            "[sops]\n[sops]\n",
            "not valid ini: a second section holds metadata",
        ),
    ];
    for (text, expected) in cases {
        let message = refusal(text);
        let (_, problem) = message.split_once(": ").unwrap();
        assert_eq!(problem, expected, "{text}");
    }
}

#[test]
fn what_go_ini_cannot_read_is_refused_and_not_shown() {
    for text in [
        "hunter2\n",
        "[hunter2\n",
        "[]\n",
        "= hunter2\n",
        "k = `hunter2\n",
        "\"hunter2 = 1\n",
        "'' = 1\n\"\" = 1\n",
    ] {
        let message = refusal(text);
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_written_value_is_one_value_and_nothing_else() {
    assert_eq!(value("`a;b`").as_deref(), Some("a;b"));
    assert_eq!(value("\"\"\"a\nb\"\"\"").as_deref(), Some("a\nb"));
    assert_eq!(value("").as_deref(), Some(""));
    for written in ["a;b", "a\nb = c", " a", "a\\", "`a", "a \n; c", "`a` ; `b"] {
        let read = value(written);
        assert_ne!(read.as_deref(), Some(written), "{written}");
    }
}
