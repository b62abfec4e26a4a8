use super::*;
use crate::{Aliases, Limits, parse};

fn compare(old: &str, new: &str) -> Result<Vec<String>, Unlike> {
    let read = |text: &str| parse(text, &Limits::DOCUMENT, Aliases::Refuse).unwrap();
    differing_scalars((old, &read(old)), (new, &read(new)))
}

#[track_caller]
fn differ(old: &str, new: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(compare(old, new), Ok(expected.clone()), "{new}");
    assert_eq!(compare(new, old), Ok(expected), "{old}");
}

#[track_caller]
fn unlike(old: &str, new: &str, message: &str) {
    let error = compare(old, new).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

const POD: &str = "\
# deployed by the bot
kind: Pod
metadata: {name: a, labels: {app: \"x\"}}   # two spaces
spec:
  containers:
    - name: app
      image: registry/app:1  # {\"$imagepolicy\": \"a\"}
    - {name: side, image: 'side:1'}
";

#[test]
fn the_same_text_differs_in_nothing_and_others_in_the_scalars_that_do() {
    differ(POD, POD, &[]);
    let new = POD.replace("app:1 ", "app:2.10-rc ");
    differ(POD, &new, &["/spec/containers/0/image"]);
    let new = new.replace("'side:1'", "\"side:2\"");
    let both = ["/spec/containers/0/image", "/spec/containers/1/image"];
    differ(POD, &new, &both);
    let windows = |text: &str| format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
    differ(&windows(POD), &windows(&new), &both);
}

#[test]
fn a_scalar_may_become_one_of_another_type_or_style_and_one_that_means_the_same_differs_too() {
    differ("a: 1\nb: x\n", "a: one\nb: x\n", &["/a"]);
    differ("a: 1\nb: x\n", "a: \"1\"\nb: x\n", &["/a"]);
    differ("a: 1\nb: x\n", "a: 0x1\nb: x\n", &["/a"]);
    differ("- a\n- b\n", "- a\n- c\n", &["/1"]);
    differ("a\n", "b\n", &[""]);
}

#[test]
fn keys_are_as_kubernetes_reads_them_and_slashes_and_tildes_of_them_are_escaped() {
    differ("a/b~c: 1\n", "a/b~c: 2\n", &["/a~1b~0c"]);
    differ("on: {0x10: 1}\n", "on: {0x10: 2}\n", &["/true/16"]);
}

#[test]
fn in_each_document_the_same_is_asked() {
    let docs = "a: 1\n---\n# nothing\n---\na: 1\n";
    differ(docs, "a: 2\n---\n# nothing\n---\na: 3\n", &["/a", "/a"]);
    unlike(docs, "a: 1\n---\na: 1\n", "it has 2 documents, and had 3");
    unlike("a: 1\n", "a: 1\n---\nb: 1\n", "it has 2 documents");
    unlike("a: 1\n---\nb: 1\n", "b: 1\n---\na: 1\n", "/b came");
    unlike(
        docs,
        "a: 1\n---\nb: 1\n---\na: 1\n",
        "the document is another kind",
    );
}

#[test]
fn what_makes_another_structure_is_named_by_its_key_and_without_a_value() {
    for (new, message) in [
        ("a: {b: canary}\nc: [1, 2]\n", "/a is another kind of value"),
        ("a: [canary]\nc: [1, 2]\n", "/a is another kind of value"),
        (
            "a: !!str canary\nc: [1, 2]\n",
            "/a is another kind of value",
        ),
        ("a: 1\nc: canary\n", "/c is another kind of value"),
        ("a: 1\nc: [1, 2, canary]\n", "/c has 3 elements, and had 2"),
        ("a: 1\nc: [1]\n", "/c has 1 elements, and had 2"),
        ("a: 1\nb: canary\nc: [1, 2]\n", "/b came"),
        ("a: 1\nc: [1, 2]\nsops: {mac: canary}\n", "/sops came"),
        ("c: [1, 2]\n", "/a went"),
        ("a: 1\n", "/c went"),
        ("c: [1, 2]\na: 1\n", "/a stands in another place"),
        (
            "\"a\": 1\nc: [1, 2]\n",
            "line 1, column 1: what is no value",
        ),
        ("[canary]\n", "the document is another kind of value"),
        ("canary\n", "the document is another kind of value"),
    ] {
        unlike("a: 1\nc: [1, 2]\n", new, message);
        let error = compare("a: 1\nc: [1, 2]\n", new).unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn no_byte_outside_of_the_scalars_that_differ_is_another_one() {
    let old = "a: 1 # note\nb: x\n";
    for (new, at) in [
        ("a: 2 # other\nb: x\n", "line 1, column 8"),
        ("a: 2\nb: x\n", "line 1, column 5"),
        ("a: 2 # note\n# more\nb: x\n", "line 2, column 1"),
        ("a: 2 # note\nb:  x\n", "line 2, column 4"),
        ("a: 2 # note\n\nb: x\n", "line 2, column 1"),
        ("a: 2 # note\r\nb: x\r\n", "line 1, column 12"),
        ("---\na: 2 # note\nb: x\n", "line 1, column 1"),
        ("a: 2 # note\nb: x", "line 2, column 5"),
        ("a: 2 # note\nb: x\n...\n", "line 3, column 1"),
        ("'a': 2 # note\nb: x\n", "line 1, column 1"),
    ] {
        unlike(old, new, at);
    }
    unlike("a:\nb: 1\n", "a: x\nb: 1\n", "line 1, column 3");
    unlike("{a: 1, b: 2}\n", "{a: 3,  b: 2}\n", "line 1, column 8");
}

#[test]
fn a_comment_does_not_come_or_go_behind_the_header_of_a_block() {
    let old = "a: | # note\n  x\nb: 1\n";
    differ(old, "a: | # note\n  y\nb: 1\n", &["/a"]);
    for new in [
        "a: | # other\n  x\nb: 1\n",
        "a: |\n  x\nb: 1\n",
        "a: y\nb: 1\n",
    ] {
        unlike(old, new, "line 1, column 4: what is no value");
    }
    unlike(
        "a: |\n  x\n# end\nb: 1\n",
        "a: |\n  x\nb: 1\n",
        "line 3, column 1",
    );
}

#[test]
fn a_value_that_stands_on_one_line_stays_there() {
    for new in [
        "a: |\n  x\nb: 1\n",
        "a: x\n  y\nb: 1\n",
        "a: \"x\n\n  y\"\nb: 1\n",
    ] {
        unlike("a: x\nb: 1\n", new, "/a stands on one line no more");
    }
    let lines = "a: |\n  x\n  y\nb: 1\n";
    differ(lines, "a: >\n  z\nb: 1\n", &["/a"]);
    assert_eq!(
        compare(lines, "a: \"x\"\nb: 1\n"),
        Ok(vec!["/a".to_owned()])
    );
}

#[test]
fn a_value_that_stands_on_one_line_takes_no_more_to_readers_of_yaml_1_1_either() {
    for (escape, raw) in [(r"\L", '\u{2028}'), (r"\P", '\u{2029}')] {
        let old = format!("a: \"x{escape}y\"\nb: 1\n");
        unlike(
            &old,
            &format!("a: 'x{raw}evil: 1'\nb: 1\n"),
            "/a stands on one line no more",
        );
    }
}

#[test]
fn no_line_of_a_value_begins_further_left_than_they_did() {
    let left = "/a/b has a line that begins further left than they did";
    let old = "a:\n  b: \"x\n    y\n\n      z\"\nc: 1\n";
    for new in ["'v\n    w'", "'v\n\n\t\n     w'", "|\n    v\n     w", "v"] {
        let same = compare(old, &format!("a:\n  b: {new}\nc: 1\n"));
        assert_eq!(same, Ok(vec!["/a/b".to_owned()]), "{new}");
    }
    for line in [
        "kind: Secret",
        "---x",
        "# x",
        "%YAML 1.1",
        "  evil: 1",
        "   z",
        "\tz",
        "\"",
    ] {
        let new = format!("a:\n  b: \"x\n    y\n{line}\"\nc: 1\n");
        let new = new.replace("\"\"", "\"");
        unlike(old, &new, left);
    }
    let broken = "a:\n  b: 'x\u{2028}    y'\nc: 1\n";
    let new = broken.replace("    y", "evil: 1");
    unlike(broken, &new, left);
    unlike(old, "a:\n  b: 'x\revil: 1'\nc: 1\n", left);
    unlike("a:\n  b: |\n    x\n", "a:\n  b: |1\n   x\n", left);
    // Where they stood in the first column, none stands there any more.
    let old = "a:\n  b: 'x\ny'\nc: 1\n";
    unlike(old, "a:\n  b: 'x\nkind: Secret'\nc: 1\n", left);
    assert!(compare(old, "a:\n  b: 'x\n y'\nc: 1\n").is_ok());
}

#[test]
fn a_value_gains_no_line_break_and_no_other_control_character() {
    let gains = "/a gains a line break or another control character";
    for new in [
        r#""e\nargs: x""#,
        r#""e\rargs: x""#,
        r#""e\N""#,
        r#""e\L""#,
        r#""e\u2029""#,
        r#""e\t""#,
        r#""e\e[2J""#,
        r#""e\0""#,
        "e\tf",
    ] {
        unlike("a: e\n", &format!("a: {new}\n"), gains);
        assert_eq!(
            compare(&format!("a: {new}\n"), "a: e\n"),
            Ok(vec!["/a".to_owned()]),
            "{new}"
        );
    }
    unlike("a: !!binary eHk=\n", "a: !!binary eAp5\n", gains);
    // Folded, its two lines were one.
    unlike("a: \"x\n  y\"\n", "a: \"x\\ny\"\n", gains);
    unlike("a: \"x\\ty\"\n", "a: \"x\\ty\\n\"\n", gains);
    differ("a: \"x\\ny\"\n", "a: \"z\\n\\ny\"\n", &["/a"]);
}

#[test]
fn a_value_holds_no_action_of_a_template() {
    for new in [
        "'nginx:2{{ printf \"%c\" 39 }}'",
        "x{{y",
        r#""{\x7b .Files }}""#,
    ] {
        for old in ["nginx:1", "'{{ .Values.image }}'"] {
            unlike(
                &format!("a: {old}\n"),
                &format!("a: {new}\n"),
                "/a holds an action of a template",
            );
        }
    }
    let away = compare("a: '{{ .Values.image }}'\n", "a: nginx:1\n");
    assert_eq!(away, Ok(vec!["/a".to_owned()]));
    differ("a: x\n", "a: 'x{y}'\n", &["/a"]);
}

#[test]
fn a_value_that_looks_like_the_text_around_it_makes_no_key_and_no_element() {
    let old = "- {image: a, x: b}\n- {image: c, x: d}\n";
    unlike(
        old,
        "- {image: a, x: b}\n- {image: e, x: b}\n- {image: c, x: d}\n",
        "3 elements",
    );
    unlike(old, "- {image: e, z: b}\n- {image: c, x: d}\n", "/0/z came");
    unlike(
        "image: a\nb: 1\n",
        "image: e\nargs: x\nb: 1\n",
        "/args came",
    );
    // What stood behind the value stands in it.
    unlike(
        "a: 1\nb: 2\n",
        "a: 1\n  b, 2\n",
        "/a stands on one line no more",
    );
    unlike(
        "a: [1, 2]\nb: 2\n",
        "a: ['1, 2']\nb: 2\n",
        "/a has 1 elements, and had 2",
    );
    unlike("{a: 'x', b: 'y'}\n", "{a: 'x, b: ', z: ''}\n", "/z came");
}

#[test]
fn what_kubernetes_does_not_take_or_takes_from_elsewhere_is_not_compared() {
    unlike(
        "a: 1\n<<: {b: 1}\n",
        "a: 2\n<<: {b: 1}\n",
        "line 2, column 1: merge keys",
    );
    unlike("a: 1\n", "a: .inf\n", "infinity");
    unlike("a: !!int 1\n", "a: !!int x\n", "cannot be read as !!int");
    unlike(
        "a: 1\non: 1\ntrue: 2\n",
        "a: 2\non: 1\ntrue: 2\n",
        "stands already",
    );
}

#[test]
fn of_keys_without_end_not_every_pointer_is_kept() {
    let key = "k".repeat(1_000);
    let of = |value: usize| {
        let lines: Vec<String> = (0..300).map(|i| format!("  {i}: {value}\n")).collect();
        format!("{key}:\n{}", lines.concat())
    };
    assert_eq!(compare(&of(1), &of(2)), Err(Unlike::TooMany));
    let many = |value: usize| -> String {
        let lines = (0..3_000).map(|i| format!("{i}: {value}\n"));
        lines.collect()
    };
    assert_eq!(compare(&many(1), &many(2)).unwrap().len(), 3_000);
}
