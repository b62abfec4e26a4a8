use super::*;
use crate::{Node, Style, Value};

fn root(text: &str) -> Node {
    parse(text, &Limits::SEALED, Aliases::Expand)
        .unwrap()
        .documents
        .remove(0)
        .root
        .unwrap()
}

fn refusal(text: &str) -> ParseError {
    parse(text, &Limits::DOCUMENT, Aliases::Expand).unwrap_err()
}

/// The source of the value of `v`, and its line and column.
fn source(text: &str) -> (&str, usize, usize) {
    let root = root(text);
    let node = root.get("v").unwrap();
    (&text[node.span.clone()], node.at.line, node.at.column)
}

#[test]
fn spans_hold_exactly_the_value() {
    for (text, value, line, column) in [
        ("v: a # c\n", "a", 1, 4),
        ("ä: 1\nv:  'ü' \n", "'ü'", 2, 5),
        ("\u{FEFF}v: a\r\n", "a", 1, 4),
        ("v: !!str &x a\n", "a", 1, 13),
        ("v:\n", "", 1, 3),
        ("v: # c\nw: 1\n", "", 1, 3),
        ("v: !!null # c\n", "", 1, 10),
        ("v: [a, b] # c\n", "[a, b]", 1, 4),
        ("v:\n  - a\n  - b # c\n", "- a\n  - b", 2, 3),
        ("v:\n- a\nw: 1\n", "- a", 2, 1),
        ("v:\n  a: 1\n  b:\nw: 1\n", "a: 1\n  b:", 2, 3),
        ("v: a\n  b\n\n", "a\n  b", 1, 4),
    ] {
        assert_eq!(source(text), (value, line, column), "{text:?}");
    }
}

#[test]
fn a_block_scalar_begins_at_its_indicator() {
    for (text, value, line, column) in [
        ("v: |\n  a\n  b\nw: 1\n", "|\n  a\n  b", 1, 4),
        ("v: >- # c\n\n  a\n\n\nw: 1\n", ">- # c\n\n  a", 1, 4),
        (
            "\"v|\": 1\nv: # |\n  !!binary |2-\n    QQ==\n",
            "|2-\n    QQ==",
            3,
            12,
        ),
        ("v: |\r\n  a\r\n\r\nw: 1\r\n", "|\r\n  a", 1, 4),
        ("v: |\nw: 1\n", "|", 1, 4),
        ("v: |", "|", 1, 4),
        ("\u{FEFF}v: |\n  a\n", "|\n  a", 1, 4),
    ] {
        assert_eq!(source(text), (value, line, column), "{text:?}");
    }
}

#[test]
fn blanks_that_go_further_than_a_block_are_its_text() {
    for (block, is_text) in [
        ("|\n  x\n    ", true),
        ("|-\n  x\n\n    \n   ", true),
        (">\n  x\n   ", true),
        ("|2\n    x\n   ", true),
        ("|2\n    ", true),
        ("|\n  x\n  ", false),
        ("|+\n  x\n\n ", false),
    ] {
        let text = format!("v: {block}\nb: 1\n");
        let span = root(&text).get("v").unwrap().span.clone();
        let written = if is_text { block } else { block.trim_end() };
        assert_eq!(&text[span], written);
    }
}

#[test]
fn a_document_can_be_a_block_scalar() {
    for text in [
        "|\n  a\n",
        "--- |\n  a\n",
        "%YAML 1.1\n---\n|\n  a\n",
        "# c |\n--- # |\n!x |\n  a\n",
    ] {
        let root = root(text);
        assert_eq!(
            (&text[root.span.clone()], root.text()),
            ("|\n  a", Some("a\n")),
            "{text:?}"
        );
    }
}

#[test]
fn the_last_line_break_of_a_block_scalar_is_there_only_if_written() {
    assert_eq!(root("v: |\n  a").get("v").unwrap().text(), Some("a"));
    assert_eq!(root("v: |\n  a\n").get("v").unwrap().text(), Some("a\n"));
}

#[test]
fn knows_styles_tags_and_anchors() {
    let root = root("[a, 'a', \"a\", !!int 1, !x 1, ! 1, !<tag:yaml.org,2002:str> 1, &a 1]");
    let nodes: Vec<&Node> = root.items().collect();
    let style = |node: &Node| match &node.value {
        Value::Scalar(scalar) => scalar.style,
        _ => panic!("a scalar"),
    };
    assert_eq!(
        [style(nodes[0]), style(nodes[1]), style(nodes[2])],
        [Style::Plain, Style::Single, Style::Double]
    );
    let tags: Vec<_> = nodes[3..7].iter().map(|node| node.tag()).collect();
    assert_eq!(tags, [Some("!!int"), Some("!x"), Some("!"), Some("!!str")]);
    assert!(nodes[7].anchor && !nodes[6].anchor);
}

#[test]
fn counts_documents_and_leaves_empty_ones_without_root() {
    let stream = parse(
        "---\n---\na: 1\n...\n---\n# c\n",
        &Limits::SEALED,
        Aliases::Refuse,
    )
    .unwrap();
    let roots: Vec<bool> = stream
        .documents
        .iter()
        .map(|document| document.root.is_some())
        .collect();
    assert_eq!(roots, [false, true, false]);
    assert_eq!(stream.documents[2].comments.len(), 1);
    assert_eq!(
        parse("", &Limits::SEALED, Aliases::Refuse)
            .unwrap()
            .documents,
        []
    );
}

#[test]
fn refuses_a_key_twice_and_names_both_places() {
    let error = refusal("a:\n  b: 1\n  c: 2\n  'b': 3\n");
    assert_eq!(
        error.to_string(),
        "line 4, column 3: the key \"b\" stands already at line 2, column 3"
    );
    assert!(parse("a: {b: 1}\nc: {b: 1}\n", &Limits::DOCUMENT, Aliases::Refuse).is_ok());
}

#[test]
fn refuses_collections_as_keys() {
    assert!(matches!(
        refusal("{a: 1}: 2\n"),
        ParseError::ComplexKey { .. }
    ));
}

#[test]
fn refuses_anchors_and_aliases_where_told() {
    for text in ["a: &x 1\n", "a: &x 1\nb: *x\n"] {
        let error = parse(text, &Limits::DOCUMENT, Aliases::Refuse).unwrap_err();
        assert!(matches!(error, ParseError::Alias { .. }), "{text}");
    }
}

#[test]
fn refuses_aliases_of_nothing_and_of_themselves() {
    assert!(matches!(refusal("a: *x\n"), ParseError::Syntax { .. }));
    assert!(matches!(
        refusal("a: &x [*x]\n"),
        ParseError::CyclicAlias { .. }
    ));
}

#[test]
fn refuses_a_bomb_of_aliases_before_it_goes_off() {
    let level = |i: usize| format!("a{i}: &a{i} [{}]\n", format!("*a{}, ", i - 1).repeat(9));
    let text =
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned() + &(1..9).map(level).collect::<String>();
    assert!(matches!(refusal(&text), ParseError::TooManyNodes { .. }));
}

#[test]
fn each_alias_counts_as_what_it_names() {
    let limits = Limits {
        nodes: 100,
        ..Limits::DOCUMENT
    };
    let text = |aliases: usize| format!("a: &x [1, 2, 3, 4]\nb: [{}]\n", "*x, ".repeat(aliases));
    assert!(parse(text(10), &limits, Aliases::Expand).is_ok());
    assert!(matches!(
        parse(text(20), &limits, Aliases::Expand),
        Err(ParseError::TooManyNodes { .. })
    ));
}

#[test]
fn aliases_of_a_long_text_count_its_bytes() {
    let limits = Limits {
        bytes: 10_000,
        ..Limits::DOCUMENT
    };
    let long = "x".repeat(1_000);
    let text = |aliases: usize| format!("a: &x {long}\nb: [{}]\n", "*x, ".repeat(aliases));
    assert!(parse(text(8), &limits, Aliases::Expand).is_ok());
    assert!(matches!(
        parse(text(10), &limits, Aliases::Expand),
        Err(ParseError::TooLarge { limit: 10_000 })
    ));
}

#[test]
fn aliases_of_a_long_tag_count_its_bytes() {
    let limits = Limits {
        bytes: 10_000,
        ..Limits::DOCUMENT
    };
    let long = "x".repeat(1_000);
    for anchored in [
        format!("&x !<tag:{long}> v"),
        format!("&x !<tag:{long}> [v]"),
        format!("&x {{!<tag:{long}> k: v}}"),
    ] {
        let text = |aliases: usize| format!("a: {anchored}\nb: [{}]\n", "*x, ".repeat(aliases));
        assert!(parse(text(8), &limits, Aliases::Expand).is_ok());
        let error = parse(text(10), &limits, Aliases::Expand).err();
        assert_eq!(error, Some(ParseError::TooLarge { limit: 10_000 }));
    }
}

#[test]
fn what_a_directive_adds_to_tags_counts() {
    let limits = Limits {
        bytes: 10_000,
        ..Limits::DOCUMENT
    };
    let long = "x".repeat(500);
    for tagged in ["!e!t v, ", "!e!t [v], ", "!e!t {k: v}, "] {
        let text = |nodes: usize| format!("%TAG !e! tag:{long}\n---\n[{}]\n", tagged.repeat(nodes));
        assert!(parse(text(19), &limits, Aliases::Refuse).is_ok());
        let error = parse(text(20), &limits, Aliases::Refuse).err();
        assert_eq!(error, Some(ParseError::TooLarge { limit: 10_000 }));
    }
}

#[test]
fn nested_anchors_count_each_time() {
    let text = format!("{}x{}", "&a [".repeat(30), "]".repeat(30));
    let limits = Limits {
        nodes: 100,
        ..Limits::DOCUMENT
    };
    assert!(matches!(
        parse(&text, &limits, Aliases::Expand),
        Err(ParseError::TooManyNodes { .. })
    ));
}

#[test]
fn holds_the_limits() {
    let limits = Limits {
        bytes: 100,
        depth: 3,
        nodes: 10,
    };
    let parse = |text: &str| parse(text, &limits, Aliases::Expand);
    assert!(matches!(
        parse(&" ".repeat(101)),
        Err(ParseError::TooLarge { limit: 100 })
    ));
    assert!(parse("[[[a]]]").is_ok());
    assert!(matches!(
        parse("[[[[a]]]]"),
        Err(ParseError::TooDeep { limit: 3, .. })
    ));
    assert!(matches!(
        parse("a:\n b:\n  c:\n   d: 1\n"),
        Err(ParseError::TooDeep { limit: 3, .. })
    ));
    assert!(matches!(
        parse("- - - - a\n"),
        Err(ParseError::TooDeep { limit: 3, .. })
    ));
    assert!(parse("[1, 2, 3, 4, 5, 6, 7, 8, 9]").is_ok());
    assert!(matches!(
        parse("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"),
        Err(ParseError::TooManyNodes { limit: 10, .. })
    ));
    assert!(matches!(
        parse(&"#\n".repeat(11)),
        Err(ParseError::TooManyNodes { limit: 10, .. })
    ));
}

#[test]
fn an_alias_counts_with_the_depth_of_what_it_names() {
    let limits = Limits {
        depth: 3,
        ..Limits::DOCUMENT
    };
    let text = "a: &x [[1]]\nb: [*x]\n";
    assert!(matches!(
        parse(text, &limits, Aliases::Expand),
        Err(ParseError::TooDeep { .. })
    ));
}

#[test]
fn refuses_characters_on_which_readers_differ() {
    for (text, code) in [
        ("a: \u{2028}b: 1", 0x2028),
        ("a: x\u{2029}y\n", 0x2029),
        ("a: \"x\u{2028}y\"\n", 0x2028),
        ("a: 'x\u{2028}y'\nb: |\n  x\u{2029}y\n", 0x2029),
        ("a: 1 # x\u{2028}b: 2\n", 0x2028),
        ("a: 'x\u{2028}--- y'\n", 0x2028),
        ("a: 'x\r\n\u{2028}y'\n", 0x2028),
        ("a: 'x\u{2028}y", 0x2028),
        ("a: \u{85}b", 0x85),
        ("a: \0", 0),
        ("a: \u{1b}[0m", 0x1b),
        ("a\u{7f}: 1", 0x7f),
    ] {
        assert!(
            matches!(refusal(text), ParseError::Character { code: found, .. } if found == code),
            "{text:?}"
        );
    }
    assert_eq!(
        root("v: \"\\u2028\\x85\"").get("v").unwrap().text(),
        Some("\u{2028}\u{85}")
    );
}

#[test]
fn a_directive_that_nobody_knows_is_refused_as_by_go_yaml() {
    for text in [
        "%FOO canary\n---\na: 1\n",
        "\u{feff}%FOO canary\n---\na: 1\n",
        "%YAML 1.1\n%FOO canary\n---\na: 1\n",
        "a: 1\n...\n# said\n%FOO canary\n---\nb: 2\n",
        "a: 1\r\n...\r\n%YAMLcanary\r\n---\r\nb: 2\r\n",
    ] {
        let error = refusal(text);
        assert!(
            matches!(&error, ParseError::Syntax { problem, .. } if problem == "unknown directive"),
            "{text:?}: {error}"
        );
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    for text in [
        "%YAML 1.1\n%TAG !a! tag:a,2000:\n---\na: 1\n",
        "%YAML \t1.1 # why\n---\na: 1\n",
        "# %FOO\n---\na: 1\n",
        "a: |\n  x\n\n  %FOO\n---\nb: \"\n  %FOO\"\n",
    ] {
        assert!(
            parse(text, &Limits::SEALED, Aliases::Refuse).is_ok(),
            "{text:?}"
        );
    }
}

#[test]
fn errors_do_not_quote_the_text() {
    for text in [
        "%canary canary\n---\na: 1\n",
        "canary: [canary",
        "canary: *canary",
        "canary: `canary",
        "canary\ncanary: 1",
        "canary: &canary canary\n",
    ] {
        let error = parse(text, &Limits::DOCUMENT, Aliases::Refuse).unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn expanded_aliases_have_the_place_of_the_alias() {
    let text = "a: &x {b: 1}\nv: *x\n";
    assert_eq!(source(text), ("*x", 2, 4));
}

#[test]
fn a_version_of_yaml_that_go_yaml_does_not_read_is_refused() {
    for text in [
        "%YAML 1.2\n---\na: 1\n",
        "%YAML 1.10\n---\na: 1\n",
        "a: 1\n...\n%YAML\t1.2\n---\nb: 2\n",
    ] {
        let error = refusal(text);
        assert!(error.to_string().contains("than 1.1"), "{text:?}: {error}");
    }
}

#[test]
fn line_breaks_of_yaml_1_1_in_single_quotes_are_read_as_by_go_yaml() {
    for (text, value) in [
        ("'x\u{2028}    y'", "x\u{2028}y"),
        ("'\u{2028}'", "\u{2028}"),
        ("'x\u{2028}'", "x\u{2028}"),
        ("'x\u{2028}\u{2029}    y'", "x\u{2028}\u{2029}y"),
        ("'x''\u{2028}    y''''z'", "x'\u{2028}y''z"),
        ("'x  \u{2028} \t y  z '", "x\u{2028}y  z "),
        (
            "'x\n  y\n\n  z\u{2028}\n\n  q\n \u{2028}  r'",
            "x y\nz\u{2028}\n\nq\u{2028}r",
        ),
    ] {
        let text = format!("v: {text}\nw: é\n");
        let root = root(&text);
        assert_eq!(root.get("v").unwrap().text(), Some(value), "{text:?}");
        assert_eq!(root.get("w").unwrap().text(), Some("é"), "{text:?}");
    }
}

#[test]
fn a_tab_in_a_margin_is_a_blank_only_where_go_yaml_takes_it_for_one() {
    for text in [
        "a: 1\n  \t# c\nb: 2\n",
        "a: x\n  \ty\n",
        "a:\n  b: 1\n   \t\n  c: 2\n",
        "a: |\n  x\n  \ty\n",
        "a: |2\n  \tx\n",
        "a: [1,\n\t2]\n",
        "\t{\"a\": 1}\n",
        "a: [\n\t1,\n\t\t'2'\n\t]\n",
        "a:\n  b: {\n \tc: 1,\n\t\"d\": \"x\n\ty\"\n  }\ne: |\n  x\n  \ty\n",
    ] {
        assert_eq!(parse(text, &Limits::SEALED, Aliases::Expand).err(), None);
    }
    for text in [
        "a: 1\n\t# c\nb: 2\n",
        "a: \"x\"\n  \t# c\nb: 2\n",
        "a:\n  b: 1\n  \t\n  c: 2\n",
        "a: x\n\n\t\n  y\n",
        "a: |\n  \tx\n",
        "a: |\n  x\n \t\n",
        "a: |\n  x\n# c\n\t\n",
        "a:\n-\t1\n",
        "a: 1\n\t",
        "a: [\n\t1,\n\t2\n\t]\n",
        "a: [\n\t1]\n\t# c\nb: 2\n",
        "a:\n\t[\n\t1]\n",
    ] {
        assert!(
            matches!(refusal(text), ParseError::Syntax { .. }),
            "{text:?}"
        );
    }
}

#[test]
fn blanks_for_tabs_in_brackets_change_no_scalar_of_a_later_document() {
    let behind = |brackets: &str, scalar: &str| {
        let text = format!("a: {brackets}\n--- {scalar}");
        let stream = parse(text, &Limits::SEALED, Aliases::Expand).ok()?;
        let root = stream.documents.last()?.root.as_ref()?;
        root.text().map(str::to_owned)
    };
    for (scalar, value) in [
        ("|\nx\n\ty\n", None),
        ("|+\nx\n\t\n", None),
        (">\nx\n\n\ty\n", None),
        ("|\n\tx\n", None),
        ("|1\n x\n\ty\n", None),
        ("|\n x\n \ty\n", Some("x\n\ty\n")),
        ("\"x\n\t\\ty\"", Some("x \ty")),
        ("\"x\\\n\ty\"", Some("xy")),
        ("'x\n\n\ty'", Some("x\ny")),
        ("x\n\ty\n", Some("x y")),
    ] {
        for brackets in ["[1]", "[\n\t1]"] {
            let read = behind(brackets, scalar);
            assert_eq!(read.as_deref(), value, "{brackets} {scalar:?}");
        }
    }
}
