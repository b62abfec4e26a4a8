use super::*;
use crate::header::MAX_SIGNATURE;

const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
const PARENT: &str = "parent b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0\n";
const PEOPLE: &str = "author A <a@example.org> 1 +0000\ncommitter C <c@example.org> 2 +0000\n";

fn parse(text: &str) -> Result<Commit, CommitError> {
    Commit::parse(text.as_bytes())
}

#[test]
fn takes_the_signature_out_of_the_payload() {
    let text = format!(
        "{TREE}{PARENT}{PEOPLE}encoding x\ngpgsig one\n two\n  three\nother y\n z\n\nwork\n"
    );
    let commit = parse(&text).unwrap();
    assert_eq!(
        commit.signature.as_deref(),
        Some(&b"one\ntwo\n three\n"[..])
    );
    let payload = format!("{TREE}{PARENT}{PEOPLE}encoding x\nother y\n z\n\nwork\n");
    assert_eq!(commit.payload, payload.as_bytes());
    assert_eq!(commit.parents.len(), 1);
    assert_eq!(commit.committed.as_second(), 2);
}

#[test]
fn drops_the_signature_of_the_other_hash_as_git_does() {
    let text = format!("{TREE}{PEOPLE}gpgsig-sha256 one\n two\ngpgsig s\n\nwork\n");
    let commit = parse(&text).unwrap();
    assert_eq!(commit.payload, format!("{TREE}{PEOPLE}\nwork\n").as_bytes());
    assert_eq!(commit.signature.as_deref(), Some(&b"s\n"[..]));
}

#[test]
fn an_empty_signature_is_none() {
    for header in ["gpgsig \n", "gpgsig \n \n", ""] {
        let commit = parse(&format!("{TREE}{PEOPLE}{header}\nwork\n")).unwrap();
        assert_eq!(commit.signature, None, "{header:?}");
    }
}

#[test]
fn keeps_the_message_as_it_is() {
    for message in [
        "",
        "no line feed",
        "a\r\nb\r\n",
        "\n\n\n",
        "gpgsig -----BEGIN\n x\n",
        "ü\u{feff}",
    ] {
        let text = format!("{TREE}{PEOPLE}\n{message}");
        assert_eq!(
            parse(&text).unwrap().payload,
            text.as_bytes(),
            "{message:?}"
        );
    }
    let mut latin1 = format!("{TREE}{PEOPLE}encoding ISO-8859-1\n\n").into_bytes();
    latin1.push(0xfc);
    assert_eq!(Commit::parse(&latin1).unwrap().payload, latin1);
}

#[test]
fn refuses_what_has_two_readings() {
    let people = |extra: &str| format!("{TREE}{PEOPLE}{extra}\nwork\n");
    let repeated = |line, name| CommitError::Repeated { line, name };
    let header = |line, expected| CommitError::Header { line, expected };
    for (text, error) in [
        (format!("{TREE}{TREE}{PEOPLE}\n"), header(2, "author")),
        (people(TREE), repeated(4, "tree")),
        (people(PARENT), repeated(4, "parent")),
        (people("author A <a@b> 1 +0000\n"), repeated(4, "author")),
        (
            people("committer C <c@d> 2 +0000\n"),
            repeated(4, "committer"),
        ),
        (people("gpgsig a\ngpgsig b\n"), repeated(5, "gpgsig")),
        (
            people("gpgsig-sha256 a\ngpgsig-sha256 b\n"),
            repeated(5, "gpgsig-sha256"),
        ),
        (
            people("gpgsigX a\n"),
            CommitError::ForeignSignature { line: 4 },
        ),
        (people("gpgsig\n"), CommitError::Name { line: 4 }),
        (people("gpgsig\ta\n"), CommitError::Name { line: 4 }),
        (people(" a\n"), CommitError::Continuation { line: 4 }),
        (people("word\n"), CommitError::Name { line: 4 }),
        (people("\ta b\n"), CommitError::Name { line: 4 }),
        (format!("{TREE}gpgsig a\n{PEOPLE}\n"), header(2, "author")),
        (format!("{PARENT}{TREE}{PEOPLE}\n"), header(1, "tree")),
        (format!("{TREE}\n"), header(2, "author")),
        (
            format!("{TREE}author A <a@b> 1 +0000\n\n"),
            header(3, "committer"),
        ),
        (
            "tree 4B825DC642CB6EB9A060E54BF8D69288FBEE4904\n\n".to_owned(),
            header(1, "tree"),
        ),
        (
            format!("{TREE}parent b6fc\n{PEOPLE}\n"),
            header(2, "parent"),
        ),
        (
            format!("{TREE}author A\ncommitter C <c@d> x +0000\n\n"),
            CommitError::Date { line: 3 },
        ),
        (format!("{TREE}{PEOPLE}"), CommitError::NoBody),
        (format!("{TREE}{PEOPLE}\na\0b"), CommitError::Nul),
        (String::new(), CommitError::NoBody),
    ] {
        assert_eq!(parse(&text), Err(error), "{text:?}");
    }
}

#[test]
fn refuses_what_is_too_large() {
    let text = format!("{TREE}{}{PEOPLE}\nwork\n", PARENT.repeat(17));
    assert_eq!(parse(&text), Err(CommitError::TooManyParents { count: 17 }));
    assert!(parse(&format!("{TREE}{}{PEOPLE}\nwork\n", PARENT.repeat(16))).is_ok());
    let text = format!("{TREE}{PEOPLE}\n{}", "x".repeat(MAX_OBJECT));
    assert!(matches!(parse(&text), Err(CommitError::TooLarge { .. })));
    let text = format!("{TREE}{PEOPLE}gpgsig {}\n\n", "x".repeat(MAX_SIGNATURE));
    assert!(matches!(
        parse(&text),
        Err(CommitError::SignatureTooLarge { .. })
    ));
}

proptest::proptest! {
    #[test]
    fn never_panics_and_keeps_every_byte_that_is_not_signature(bytes in proptest::collection::vec(0u8.., 0..200)) {
        let _ = Commit::parse(&bytes);
        let text = [format!("{TREE}{PEOPLE}\n").as_bytes(), &bytes].concat();
        if let Ok(commit) = Commit::parse(&text) {
            proptest::prop_assert_eq!(commit.payload, text);
        }
    }
}
