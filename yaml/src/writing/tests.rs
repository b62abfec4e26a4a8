use super::*;

#[test]
fn quotes_what_any_reader_would_retype() {
    for text in [
        "",
        "yes",
        "n",
        "on",
        "null",
        "~",
        "007",
        "1_000",
        "1e3",
        "0o7",
        ".5",
        ".inf",
        "2001-01-01",
        "12:30:45",
        "<<",
        "=",
        "true",
    ] {
        assert!(!is_plain(text, Context::Block), "{text}");
    }
}

#[test]
fn quotes_what_would_be_read_as_syntax() {
    for text in [
        "- a",
        "a: b",
        "a #b",
        "a:",
        "a ",
        " a",
        "#a",
        "&a",
        "*a",
        "!a",
        "|",
        "'a'",
        "\"a\"",
        "%a",
        "@a",
        "`a",
        "...",
        "---",
        "a\tb",
        "a\u{2028}b",
    ] {
        assert!(!is_plain(text, Context::Block), "{text:?}");
    }
}

#[test]
fn leaves_ordinary_text_plain() {
    for text in [
        "a",
        "signet/**",
        "ssh-ed25519 AAAA alice",
        "refs/heads/main",
        "a:b",
        "a, b [c] {d}",
        "-a",
        "--flag",
        "?a",
        ":a",
        "ENC[AES256_GCM,data:x,type:str]",
        "1.2.3",
        "ü",
        "a b",
    ] {
        assert!(is_plain(text, Context::Block), "{text:?}");
    }
    for text in ["ENC[AES256_GCM,data:x,type:str]", "a, b", "-a", "?a", ":a"] {
        assert!(!is_plain(text, Context::Flow), "{text:?}");
    }
}

#[test]
fn takes_numbers_as_tokens() {
    for text in ["-5", "-.5", "12", "1e3", "true"] {
        assert!(is_plain_token(text, Context::Flow), "{text}");
    }
}

#[test]
fn a_literal_block_keeps_the_last_line_break() {
    let text =
        |text: &str| literal(text).map(|block| block.header.to_owned() + &block.content(2, "\n"));
    assert_eq!(text("a\n\nb\n").as_deref(), Some("|\n  a\n\n  b"));
    assert_eq!(text("a\nb").as_deref(), Some("|-\n  a\n  b"));
    for unfit in ["a", "a\n\n", " a\nb", "\na", "a\r\nb", "a\tb\nc"] {
        assert_eq!(text(unfit), None, "{unfit:?}");
    }
}
