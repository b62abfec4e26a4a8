//! Headers that are doubled, misplaced, unsigned or unusual; messages of all sorts.

use signet_provenance::Reason;

use super::{Facts, Row, accept, row};
use crate::support::{key, sign};

/// Signature headers that are doubled, misplaced, foreign or missing.
pub(super) fn signatures(facts: &Facts) -> Vec<Row> {
    let mallory = key("mallory");
    let (good, evil) = (facts.signature(&facts.signer), facts.signature(&mallory));
    let malformed = Some(Reason::Malformed);
    vec![
        row(
            "the same signature twice",
            facts.with_header(&format!("{good}\n{good}")),
            malformed,
            true,
        ),
        row(
            "a valid signature, then an attacker's",
            facts.with_header(&format!("{good}\n{evil}")),
            malformed,
            true,
        ),
        row(
            "a valid signature, then garbage",
            facts.with_header(&format!("{good}\ngpgsig garbage")),
            malformed,
            true,
        ),
        row(
            "an attacker's signature, then a valid one",
            facts.with_header(&format!("{evil}\n{good}")),
            malformed,
            false,
        ),
        row(
            "an unsigned gpgsigX header",
            facts.with_header(&format!("{good}\ngpgsigX data")),
            malformed,
            true,
        ),
        accept(
            "an unsigned gpgsig-sha256 header",
            facts.with_header(&format!("{good}\ngpgsig-sha256 junk\n more")),
        ),
        row(
            "an unsigned header of another name",
            facts.with_header(&format!("{good}\nother data")),
            Some(Reason::BadSignature),
            false,
        ),
        row(
            "a signature between tree and author",
            facts
                .payload()
                .replacen("\nauthor", &format!("\n{good}\nauthor"), 1)
                .into_bytes(),
            malformed,
            true,
        ),
        row(
            "a signature in the message alone",
            facts
                .payload()
                .replacen("\n\n", &format!("\n\n{good}\n"), 1)
                .into_bytes(),
            Some(Reason::Unsigned),
            false,
        ),
        row(
            "an empty signature",
            facts.with_header("gpgsig "),
            Some(Reason::Unsigned),
            false,
        ),
        row(
            "no signature",
            facts.payload().into_bytes(),
            Some(Reason::Unsigned),
            false,
        ),
    ]
}

/// Headers that are there twice or out of place, though signed over.
pub(super) fn doubled(facts: &Facts) -> Vec<Row> {
    let malformed = Some(Reason::Malformed);
    let insert = |before: &'static str, line: String| {
        move |text: String| text.replacen(before, &format!("{line}{before}"), 1)
    };
    let tree = format!("\ntree {}", facts.parent);
    vec![
        row(
            "a second tree, signed over",
            facts.signed(insert("\nauthor", tree)),
            malformed,
            true,
        ),
        row(
            "a second author, signed over",
            facts.signed(insert(
                "\ncommitter",
                "\nauthor E <e@example.org> 1 +0000".into(),
            )),
            malformed,
            true,
        ),
        row(
            "a second committer, signed over",
            facts.signed(insert(
                "\n\n",
                "\ncommitter E <e@example.org> 1 +0000".into(),
            )),
            malformed,
            true,
        ),
        row(
            "a parent behind the author, signed over",
            facts.signed(insert("\ncommitter", format!("\nparent {}", facts.parent))),
            malformed,
            true,
        ),
        accept(
            "signed headers of several lines",
            facts.signed(insert(
                "\n\n",
                "\nmergetag object 1\n type commit\n \n tag x\nchange-id abc".into(),
            )),
        ),
    ]
}

pub(super) fn messages(facts: &Facts) -> Vec<Row> {
    vec![
        accept(
            "no line feed at the end",
            facts.signed(|text| text.trim_end().to_owned()),
        ),
        accept(
            "a message with CRLF",
            facts.signed(|text| text.replace("work\n", "work\r\nmore\r\n")),
        ),
        row(
            "a NUL in the message",
            facts.signed(|text| text.replace("work", "wo\0rk")),
            Some(Reason::Malformed),
            true,
        ),
        row(
            "no message and no empty line",
            no_body(facts),
            Some(Reason::Malformed),
            true,
        ),
    ]
}

fn no_body(facts: &Facts) -> Vec<u8> {
    let text = facts.payload();
    let text = &text[..=text.find("\n\n").unwrap()];
    let signature = sign(&facts.signer, text.as_bytes());
    format!(
        "{text}gpgsig {}\n",
        signature.trim_end().replace('\n', "\n ")
    )
    .into_bytes()
}
