use super::*;

const REF: &str = "refs/tags/signet/approve/one";
const OBJECT: &str = "object b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0\n";
const TYPE: &str = "type commit\n";
const NAME: &str = "tag signet/approve/one\n";
const TAGGER: &str = "tagger T <t@example.org> 2 +0200\n";
const SIGNATURE: &str = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";

fn parse(text: &str) -> Result<Tag, TagError> {
    Tag::parse(text.as_bytes(), REF)
}

fn head() -> String {
    format!("{OBJECT}{TYPE}{NAME}{TAGGER}")
}

#[test]
fn a_signature_covers_all_that_stands_in_front_of_it() {
    let payload = format!("{}\nsubject\n\nbody\n", head());
    let tag = parse(&format!("{payload}{SIGNATURE}")).unwrap();
    assert_eq!(tag.payload, payload.as_bytes());
    assert_eq!(tag.message, b"subject\n\nbody\n");
    assert_eq!(tag.signature.as_deref(), Some(SIGNATURE.as_bytes()));
    assert_eq!(tag.tagged.as_second(), 2);
    assert_eq!(tag.target.to_string(), OBJECT[7..47]);
}

#[test]
fn the_signature_begins_at_the_last_armour_as_for_git() {
    let payload = format!("{}\nquotes\n{SIGNATURE}", head());
    let tag = parse(&format!("{payload}{SIGNATURE}")).unwrap();
    assert_eq!(tag.payload, payload.as_bytes());
    assert_eq!(tag.signature.as_deref(), Some(SIGNATURE.as_bytes()));
    let indented = format!("{}\n {SIGNATURE}", head());
    assert_eq!(parse(&indented).unwrap().signature, None);
}

#[test]
fn white_space_behind_the_signature_is_no_text() {
    for space in ["\n", " \r\n\t\n"] {
        let tag = parse(&format!("{}\nwork\n{SIGNATURE}{space}", head())).unwrap();
        assert!(tag.signature.unwrap().ends_with(space.as_bytes()));
    }
}

#[test]
fn an_unsigned_tag_and_one_without_a_message_have_a_reading() {
    let tag = parse(&format!("{}\n", head())).unwrap();
    assert_eq!((tag.signature, &tag.message[..]), (None, &b""[..]));
    let tag = parse(&format!("{}\n{SIGNATURE}", head())).unwrap();
    assert_eq!(tag.payload, format!("{}\n", head()).as_bytes());
}

#[test]
fn refuses_what_has_two_readings() {
    let header = |line, expected| TagError::Header { line, expected };
    let signed = |extra: &str| format!("{}{extra}\nwork\n{SIGNATURE}", head());
    let signature_header = |line| TagError::SignatureHeader { line };
    let named = |name: &str| TagError::Name { name: name.into() };
    for (text, error) in [
        (
            format!("{TYPE}{OBJECT}{NAME}{TAGGER}\n"),
            header(1, "object"),
        ),
        (format!("{OBJECT}{NAME}{TYPE}{TAGGER}\n"), header(2, "type")),
        (
            format!("{OBJECT}{OBJECT}{TYPE}{NAME}{TAGGER}\n"),
            header(2, "type"),
        ),
        (format!("{OBJECT}{TYPE}{TAGGER}{NAME}\n"), header(3, "tag")),
        (format!("{OBJECT}{TYPE}{NAME}\n"), header(4, "tagger")),
        (
            format!("object b6fc\n{TYPE}{NAME}{TAGGER}\n"),
            header(1, "object"),
        ),
        (format!("\n{}\n", head()), header(1, "object")),
        (signed(TAGGER), TagError::Foreign { line: 5 }),
        (signed("encoding x\n"), TagError::Foreign { line: 5 }),
        (signed(" continued\n"), TagError::Foreign { line: 5 }),
        (signed("gpgsig x\n"), signature_header(5)),
        (signed("gpgsig-sha256 x\n"), signature_header(5)),
        (signed("gpgsigX x\n"), signature_header(5)),
        (
            format!("{OBJECT}gpgsig x\n{TYPE}{NAME}{TAGGER}\n"),
            signature_header(2),
        ),
        (
            format!("{OBJECT}type tag\n{NAME}{TAGGER}\n"),
            TagError::Nested,
        ),
        (
            format!("{OBJECT}type blob\n{NAME}{TAGGER}\n"),
            TagError::Type,
        ),
        (
            format!("{OBJECT}type commit \n{NAME}{TAGGER}\n"),
            TagError::Type,
        ),
        (
            format!("{OBJECT}{TYPE}tag signet/approve/two\n{TAGGER}\n"),
            named("signet/approve/two"),
        ),
        (format!("{OBJECT}{TYPE}tag {REF}\n{TAGGER}\n"), named(REF)),
        (
            format!("{OBJECT}{TYPE}{NAME}tagger T <t@x> 2\n\n"),
            TagError::Date { line: 4 },
        ),
        (
            format!("{}\nwork\n{SIGNATURE}more\n", head()),
            TagError::Followed,
        ),
        (
            format!("{}\nwork\n{}more\n", head(), SIGNATURE.trim_end()),
            TagError::Followed,
        ),
        (format!("{}\nwo\0rk\n", head()), TagError::Nul),
        (head(), TagError::NoBody),
        (String::new(), TagError::NoBody),
    ] {
        assert_eq!(parse(&text), Err(error), "{text:?}");
    }
}

#[test]
fn a_tag_under_a_ref_that_is_no_tags_is_refused() {
    let text = format!("{}\nwork\n", head());
    for reference in ["signet/approve/one", "refs/heads/signet/approve/one", ""] {
        assert!(matches!(
            Tag::parse(text.as_bytes(), reference),
            Err(TagError::Name { .. })
        ));
    }
}

#[test]
fn refuses_what_is_too_large() {
    let text = format!("{}\n{}", head(), "x".repeat(MAX_OBJECT));
    assert!(matches!(parse(&text), Err(TagError::TooLarge { .. })));
    let line = format!("{}\n", "A".repeat(70)).repeat(MAX_SIGNATURE / 70);
    let signature = SIGNATURE.replace("AAAA\n", &line);
    let text = format!("{}\nwork\n{signature}", head());
    assert!(matches!(
        parse(&text),
        Err(TagError::SignatureTooLarge { .. })
    ));
}

proptest::proptest! {
    #[test]
    fn never_panics_and_splits_the_bytes_without_a_rest(bytes in proptest::collection::vec(0u8.., 0..200), signed: bool) {
        let _ = Tag::parse(&bytes, REF);
        let end = if signed { SIGNATURE } else { "" };
        let text = [format!("{}\n", head()).as_bytes(), &bytes, b"\n", end.as_bytes()].concat();
        if let Ok(tag) = Tag::parse(&text, REF) {
            let signature = tag.signature.unwrap_or_default();
            proptest::prop_assert!(signature.is_empty() || signed);
            proptest::prop_assert_eq!([tag.payload, signature].concat(), text);
        }
    }
}
