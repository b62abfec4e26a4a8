//! Commits as nobody should make them.

use signet_provenance::ObjectId;

use super::text::{Edit, Text, edit};
use super::{Crafted, armour, bytes, dates, signatures};
use crate::dice::Dice;
use crate::support::{BEGIN, key, sign};

/// What every commit starts from.
pub(super) struct Facts {
    pub(super) tree: ObjectId,
    pub(super) parent: ObjectId,
}

impl Facts {
    fn plain(&self, second: i64) -> Text {
        let headers = [
            format!("tree {}", self.tree),
            format!("parent {}", self.parent),
            format!("author A <a@example.org> {second} +0000"),
            format!("committer C <c@example.org> {second} +0000"),
        ];
        Text::new(&headers, "work\n")
    }

    /// A commit of the dice's, and what was done to it.
    pub(super) fn craft(&self, dice: &mut Dice) -> Crafted {
        let mut made = Vec::new();
        // Around the end of the time of one key.
        let second = BEGIN + 3600 + i64::try_from(dice.below(7200)).unwrap();
        let mut text = self.plain(second);
        for _ in 0..[0, 0, 0, 1, 1, 2][dice.below(6)] {
            edit(dice, PAYLOAD, &mut text, &mut made);
        }
        let signature = signatures::craft(dice, &text.bytes(), &mut made);
        let signature = signature.strip_suffix(b"\n").unwrap_or(&signature);
        let header = [b"gpgsig ", &armour::replace(signature, b"\n", b"\n ")[..]].concat();
        text.headers.push(header);
        if dice.once_in(5) {
            edit(dice, PLACES, &mut text, &mut made);
        }
        let mut bytes = text.bytes();
        if dice.once_in(8) {
            edit(dice, bytes::EDITS, &mut bytes, &mut made);
        }
        Crafted {
            bytes,
            made,
            second,
        }
    }
}

/// The name of an object, in a spelling that is not git's.
fn id(dice: &mut Dice, text: &Text, name: &str) -> String {
    let line = text.headers.get(text.place(name));
    let line = line.map_or_else(String::new, |line| {
        String::from_utf8_lossy(line).into_owned()
    });
    let id = line.get(name.len() + 1..).unwrap_or_default();
    match dice.below(8) {
        0 => id.to_uppercase(),
        1 => id.chars().take(39).collect(),
        2 => format!("{id}0"),
        3 => format!(" {id}"),
        4 => format!("{id} "),
        5 => format!("{id}\r"),
        6 => "0".repeat(40),
        _ => id.replace(|char: char| char.is_ascii_digit(), "x"),
    }
}

fn again(dice: &mut Dice, text: &mut Text, name: &str, value: &str) {
    let header = format!("{name} {value}");
    match dice.below(3) {
        0 => text.insert(name, header),
        1 => text.headers.insert(
            (text.place(name) + 1).min(text.headers.len()),
            header.into_bytes(),
        ),
        _ => text.push(header),
    }
}

/// What is done before the signature is made, which covers it.
const PAYLOAD: &[Edit<Text>] = &[
    ("another message", |dice, text| {
        *text.body() = format!("work {}\n", dice.below(1000)).into_bytes();
    }),
    ("a header of one's own", |dice, text| {
        let header = dice.pick(&[
            "other x",
            "encoding ISO-8859-1",
            "encoding",
            "change-id abc",
            "HG:extra x",
            "Tree x",
            "x",
            "x: y",
            "x\ty",
            "x ",
            "é x",
            " x",
            "\tx",
        ]);
        text.push(header);
    }),
    ("a header of several lines", |dice, text| {
        let header = dice.pick(&[
            "other x\n y",
            "other x\n ",
            "other x\n  y\n z",
            "mergetag object 1\n type commit\n tag x\n \n text",
            "other x\n tree y",
            "other x\n\ty",
        ]);
        text.push(header);
    }),
    ("a mergetag with a signature in it", |_, text| {
        let signature = sign(&key("mallory"), b"other")
            .trim_end()
            .replace('\n', "\n ");
        text.push(format!("mergetag object {}\n type commit\n tag x\n tagger T <t@example.org> 1 +0000\n \n text\n {signature}", "1".repeat(40)));
    }),
    ("a continuation of a header of one line", |dice, text| {
        let place = dice.below(text.headers.len());
        text.headers[place].extend_from_slice(b"\n more");
    }),
    ("a second tree", |dice, text| {
        again(dice, text, "tree", &"1".repeat(40));
    }),
    ("a second author", |dice, text| {
        again(dice, text, "author", "E <e@example.org> 1 +0000");
    }),
    ("a second committer", |dice, text| {
        again(dice, text, "committer", "E <e@example.org> 1 +0000");
    }),
    ("a second parent", |dice, text| {
        again(dice, text, "parent", &"1".repeat(40));
    }),
    ("many parents", |dice, text| {
        for _ in 0..14 + dice.below(4) {
            text.insert("author", format!("parent {}", "2".repeat(40)));
        }
    }),
    ("a missing header", |dice, text| {
        let place = dice.below(text.headers.len());
        text.headers.remove(place);
    }),
    ("headers in another order", |dice, text| {
        let (one, other) = (
            dice.below(text.headers.len()),
            dice.below(text.headers.len()),
        );
        text.headers.swap(one, other);
    }),
    ("another tree", |dice, text| {
        let value = id(dice, text, "tree");
        text.set("tree", value);
    }),
    ("another parent", |dice, text| {
        let value = id(dice, text, "parent");
        text.set("parent", value);
    }),
    ("no parent", |_, text| drop(text.remove("parent"))),
    ("an odd date", |dice, text| {
        let date = dates::odd(dice);
        text.set("committer", format!("C <c@example.org> {date}"));
    }),
    ("a date to come", |dice, text| {
        let second = BEGIN + 100_000 * i64::try_from(dice.below(1000)).unwrap();
        text.set("committer", format!("C <c@example.org> {second} +0000"));
    }),
    ("an odd date of the author's", |dice, text| {
        let date = dates::odd(dice);
        text.set("author", format!("A <a@example.org> {date}"));
    }),
    ("an odd person", |dice, text| {
        let (name, person) = (dice.pick(&["author", "committer"]), dates::person(dice));
        text.set(name, format!("{person} {BEGIN} +0000"));
    }),
    ("a person who is no UTF-8", |dice, text| {
        let name = dice.pick(&["author", "committer"]);
        text.set(
            name,
            [
                b"\xc3\xff <\xff@x> ",
                BEGIN.to_string().as_bytes(),
                b" +0000",
            ]
            .concat(),
        );
    }),
    ("space at the end of a header", |dice, text| {
        let place = dice.below(text.headers.len());
        let space = dice.pick(&[" ", "\t", "\r"]);
        text.headers[place].extend_from_slice(space.as_bytes());
    }),
    ("another name of a header", |dice, text| {
        let (name, other) = (
            dice.pick(&["tree", "parent", "author", "committer"]),
            dice.pick(&["Tree", "tre", "trees", "", " tree"]),
        );
        if let Some(header) = text.remove(name) {
            text.insert(name, [other.as_bytes(), &header[name.len()..]].concat());
        }
    }),
    ("a signature header under the signature", |dice, text| {
        let header = dice.pick(&[
            "gpgsig x",
            "gpgsig ",
            "gpgsig",
            "gpgsig-sha256 x",
            "gpgsigX x",
            "gpgsig-sha256 x\n y",
        ]);
        let before = dice.pick(&["tree", "parent", "author", "committer", "none"]);
        text.insert(before, header);
    }),
    ("no message", |_, text| text.body().clear()),
    ("no message and no empty line", |_, text| text.body = None),
    ("no line feed at the end", |_, text| {
        text.body().pop();
    }),
    ("line feeds in front of the message", |_, text| {
        text.body().insert(0, b'\n');
    }),
    ("a NUL in the message", |dice, text| {
        let at = dice.below(text.body().len() + 1);
        text.body().insert(at, 0);
    }),
    ("a NUL in a header", |dice, text| {
        let place = dice.below(text.headers.len());
        text.headers[place].push(0);
    }),
    ("a message with CRLF", |_, text| {
        text.body().extend_from_slice(b"\r\nmore\r\n");
    }),
    ("a message that is no UTF-8", |_, text| {
        text.body().extend_from_slice(b"\xff\xfe\x80\n");
    }),
    ("a signature in the message", |_, text| {
        let signature = sign(&key("mallory"), b"other");
        text.body().extend_from_slice(signature.as_bytes());
    }),
    ("a signature header in the message", |_, text| {
        let signature = sign(&key("mallory"), b"other").replace('\n', "\n ");
        text.body()
            .extend_from_slice(format!("gpgsig {signature}\n").as_bytes());
    }),
    ("headers in the message", |_, text| {
        let headers = text.headers.concat();
        text.body().extend_from_slice(&headers);
    }),
    ("a long message", |dice, text| {
        let length = 1000 * dice.below(30);
        text.body().extend(std::iter::repeat_n(b'x', length));
    }),
];

fn signature(text: &mut Text) -> &mut Vec<u8> {
    let last = text
        .headers
        .iter()
        .rposition(|header| header.starts_with(b"gpgsig "));
    &mut text.headers[last.expect("a commit is signed before its signature is edited")]
}

fn of_mallory(text: &Text) -> Vec<u8> {
    let mut payload = text.clone();
    payload
        .headers
        .retain(|header| !header.starts_with(b"gpgsig"));
    let signature = sign(&key("mallory"), &payload.bytes());
    format!("gpgsig {}", signature.trim_end().replace('\n', "\n ")).into_bytes()
}

/// What is done to the signature's header and beside it, which no signature covers.
const PLACES: &[Edit<Text>] = &[
    ("the signature elsewhere", |dice, text| {
        let header = text.headers.pop().unwrap();
        let place = dice.below(text.headers.len() + 1);
        text.headers.insert(place, header);
    }),
    ("the signature twice", |_, text| {
        let header = signature(text).clone();
        text.push(header);
    }),
    ("an attacker's signature too", |dice, text| {
        let header = of_mallory(text);
        let place = text.headers.len() - dice.below(2);
        text.headers.insert(place, header);
    }),
    ("text as a second signature", |dice, text| {
        let header = dice.pick(&[
            "gpgsig x",
            "gpgsig ",
            "gpgsig -----BEGIN SSH SIGNATURE-----",
            "gpgsig  ",
            "gpgsig \n x",
        ]);
        let place = text.headers.len() - dice.below(2);
        text.headers.insert(place, header.as_bytes().to_vec());
    }),
    ("a signature of the other hash", |dice, text| {
        let header = dice.pick(&[
            "gpgsig-sha256 x",
            "gpgsig-sha256 x\n y\n  z",
            "gpgsig-sha256 ",
            "gpgsig-sha256",
            "gpgsig-sha256 x\ngpgsig-sha256 y",
        ]);
        let place = text.headers.len() - dice.below(2);
        text.headers.insert(place, header.as_bytes().to_vec());
    }),
    ("a signature header of another name", |dice, text| {
        let header = dice.pick(&[
            "gpgsigX x",
            "gpgsig-sha512 x",
            "gpgsig",
            "gpgsig\tx",
            "gpgsigs x\n y",
            "gpgsig-sha256X x",
            "gpgsig-sha256\tx",
        ]);
        let place = text.headers.len() - dice.below(2);
        text.headers.insert(place, header.as_bytes().to_vec());
    }),
    ("a header that nobody signed", |dice, text| {
        let header = dice.pick(&[
            "other x",
            "encoding utf-8",
            "gpg x",
            "Gpgsig x",
            "mergetag x\n y",
        ]);
        let place = dice.below(text.headers.len() + 1);
        text.headers.insert(place, header.as_bytes().to_vec());
    }),
    ("a signature between tabs", |_, text| {
        let header = signature(text);
        *header = armour::replace(header, b"\n ", b"\n\t");
    }),
    ("a signature whose name ends in a tab", |_, text| {
        signature(text)[6] = b'\t';
    }),
    ("a signature without its space", |_, text| {
        signature(text).remove(6);
    }),
    ("a signature behind two spaces", |_, text| {
        signature(text).insert(7, b' ');
    }),
    ("an empty line within the signature", |dice, text| {
        let header = signature(text);
        let feeds: Vec<usize> = (0..header.len())
            .filter(|at| header[*at] == b'\n')
            .collect();
        if let Some(at) = feeds.get(dice.below(feeds.len().max(1))) {
            header.insert(*at, b'\n');
        }
    }),
    ("a line of the signature without its space", |dice, text| {
        let header = signature(text);
        let feeds: Vec<usize> = (0..header.len())
            .filter(|at| header[*at] == b'\n')
            .collect();
        if let Some(at) = feeds.get(dice.below(feeds.len().max(1))) {
            header.remove(at + 1);
        }
    }),
    ("blank continuations behind the signature", |dice, text| {
        let blank = dice.pick(&["\n ", "\n \n ", "\n  \t", "\n \r", "\n x", "\n \n x"]);
        signature(text).extend_from_slice(blank.as_bytes());
    }),
    ("no signature", |_, text| {
        text.headers.retain(|header| !header.starts_with(b"gpgsig"));
    }),
    ("the signature in the message", |_, text| {
        let header = signature(text).clone();
        text.headers.retain(|header| !header.starts_with(b"gpgsig"));
        text.body().extend_from_slice(&header);
    }),
];
