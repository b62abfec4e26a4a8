//! Tags as nobody should make them.

use signet_provenance::ObjectId;

use super::ours::NAME;
use super::text::{Edit, Text, edit};
use super::{Crafted, bytes, dates, signatures};
use crate::dice::Dice;
use crate::support::{BEGIN, key, sign};

/// What every tag starts from.
pub(super) struct Facts {
    pub(super) target: ObjectId,
    pub(super) message: String,
}

impl Facts {
    /// A tag of the dice's, and what was done to it.
    pub(super) fn craft(&self, dice: &mut Dice) -> Crafted {
        let mut made = Vec::new();
        let headers = [
            format!("object {}", self.target),
            "type commit".to_owned(),
            format!("tag {NAME}"),
            format!("tagger T <t@example.org> {} +0000", BEGIN + 300),
        ];
        let mut text = Text::new(&headers, &self.message);
        for _ in 0..[0, 0, 0, 1, 1, 2][dice.below(6)] {
            edit(dice, PAYLOAD, &mut text, &mut made);
        }
        let signature = signatures::craft(dice, &text.bytes(), &mut made);
        if dice.once_in(8) {
            edit(dice, UNSIGNED, &mut text, &mut made);
        }
        let mut tag = [text.bytes(), signature].concat();
        if dice.once_in(8) {
            edit(dice, bytes::EDITS, &mut tag, &mut made);
        }
        Crafted {
            bytes: tag,
            made,
            second: BEGIN,
        }
    }
}

/// What is done before the signature is made, which covers it.
const PAYLOAD: &[Edit<Text>] = &[
    ("another subject", |dice, text| {
        let subject = format!("{} times looked at it\n", dice.below(1000));
        text.body().splice(0..0, subject.bytes());
    }),
    ("a header of one's own", |dice, text| {
        let header = dice.pick(&[
            "other x",
            "encoding x",
            "x",
            " x",
            "tagger",
            "gpg x",
            "mergetag x\n y",
        ]);
        let before = dice.pick(&["object", "type", "tag", "tagger", "none"]);
        text.insert(before, header);
    }),
    ("a header twice", |dice, text| {
        let place = dice.below(text.headers.len());
        let header = text.headers[place].clone();
        text.headers
            .insert(dice.below(text.headers.len() + 1), header);
    }),
    ("a missing header", |dice, text| {
        drop(text.headers.remove(dice.below(text.headers.len())));
    }),
    ("headers in another order", |dice, text| {
        let (one, other) = (
            dice.below(text.headers.len()),
            dice.below(text.headers.len()),
        );
        text.headers.swap(one, other);
    }),
    ("of something else", |dice, text| {
        text.set(
            "type",
            dice.pick(&[
                "tag", "tree", "blob", "Commit", "commit ", "", "commit\0", "comit",
            ]),
        );
    }),
    ("another name", |dice, text| {
        let name = dice.pick(&[
            "x",
            "signet/approve/y",
            "refs/tags/signet/approve/x",
            "",
            " signet/approve/x",
            "signet/approve/x ",
            "signet/approve/x\r",
            "Signet/approve/x",
            "../x",
        ]);
        text.set("tag", name);
    }),
    ("another object", |dice, text| {
        let digits = "ab".repeat(20);
        let id = match dice.below(6) {
            0 => digits,
            1 => digits.to_uppercase(),
            2 => digits[1..].to_owned(),
            3 => format!("{digits}0"),
            4 => format!(" {digits}"),
            _ => String::new(),
        };
        text.set("object", id);
    }),
    ("an odd date", |dice, text| {
        let date = dates::odd(dice);
        text.set("tagger", format!("T <t@example.org> {date}"));
    }),
    ("an odd person", |dice, text| {
        let person = dates::person(dice);
        text.set("tagger", format!("{person} {BEGIN} +0000"));
    }),
    ("space at the end of a header", |dice, text| {
        let place = dice.below(text.headers.len());
        let space = dice.pick(&[" ", "\t", "\r"]);
        text.headers[place].extend_from_slice(space.as_bytes());
    }),
    ("a continuation", |dice, text| {
        let place = dice.below(text.headers.len());
        text.headers[place].extend_from_slice(b"\n more");
    }),
    ("a signature header", |dice, text| {
        let header = dice.pick(&["gpgsig x", "gpgsig-sha256 x\n y", "gpgsigX x", "gpgsig"]);
        text.push(header);
    }),
    ("no message", |_, text| text.body().clear()),
    ("no message and no empty line", |_, text| text.body = None),
    ("no line feed at the end", |_, text| {
        text.body().pop();
    }),
    ("a NUL in the message", |dice, text| {
        let at = dice.below(text.body().len() + 1);
        text.body().insert(at, 0);
    }),
    ("a message with CRLF", |_, text| {
        *text.body() = super::armour::replace(text.body(), b"\n", b"\r\n");
    }),
    ("a message that is no UTF-8", |_, text| {
        text.body().splice(0..0, *b"\xff\xfe\x80\n").for_each(drop);
    }),
    ("a signature in the message", |dice, text| {
        let signature = sign(&key("mallory"), b"other") + "\n";
        let at = [0, text.body().len()][dice.below(2)];
        text.body().splice(at..at, signature.bytes());
    }),
    ("another armour in the message", |dice, text| {
        let marks = dice.pick(&[
            "-----BEGIN PGP SIGNATURE-----\n",
            "-----BEGIN SIGNED MESSAGE-----\nx\n",
            "-----BEGIN SSH SIGNATURE-----",
            "x -----BEGIN SSH SIGNATURE-----\n",
        ]);
        text.body().splice(0..0, marks.bytes());
    }),
    ("headers in the message", |_, text| {
        let headers = text.headers.join(&b"\n"[..]);
        text.body().splice(0..0, headers);
    }),
    ("a trailer less", |dice, text| {
        let body = String::from_utf8_lossy(text.body()).into_owned();
        let mut lines: Vec<&str> = body.split_inclusive('\n').collect();
        if !lines.is_empty() {
            lines.remove(dice.below(lines.len()));
        }
        *text.body() = lines.concat().into_bytes();
    }),
    ("something else in a trailer", |dice, text| {
        let at = dice.below(text.body().len().max(1)).min(text.body().len());
        text.body().insert(at, b'0');
    }),
    ("a paragraph behind the trailers", |_, text| {
        text.body().extend_from_slice(b"\nmore\n");
    }),
];

/// What is done to the text in front of the signature once that is made.
const UNSIGNED: &[Edit<Text>] = &[
    ("a signature header that nobody signed", |dice, text| {
        let header = dice.pick(&[
            "gpgsig x",
            "gpgsig-sha256 x\n y",
            "gpgsig x\n\ty",
            "gpgsigX x",
            "gpgsig",
            "gpgsig-sha512 x",
        ]);
        let before = dice.pick(&["object", "type", "tag", "tagger", "none"]);
        text.insert(before, header);
    }),
    ("a header that nobody signed", |_, text| {
        text.push("other x");
    }),
    ("another name afterwards", |_, text| {
        text.set("tag", "signet/approve/y");
    }),
    ("another object afterwards", |_, text| {
        text.set("object", "ab".repeat(20));
    }),
    ("words that nobody signed", |_, text| {
        text.body().extend_from_slice(b"more\n");
    }),
    ("a line feed that nobody signed", |_, text| {
        text.body().push(b'\n');
    }),
    ("a word taken out", |_, text| {
        text.body().pop();
    }),
];
