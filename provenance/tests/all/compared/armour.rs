//! Armour as nobody should write it.

use super::text::Edit;
use crate::crafted::armour;

/// All places of one text in another, exchanged.
pub(super) fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|part| part == from) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}

/// A signature in the making: its bytes in an armour whose lines have this width.
#[derive(Debug)]
pub(super) struct Armoured {
    pub(super) blob: Vec<u8>,
    pub(super) width: usize,
    pub(super) begin: String,
    pub(super) end: String,
}

impl Armoured {
    pub(super) fn text(&self) -> Vec<u8> {
        let text = armour(&self.blob, self.width);
        let text = text.replace("-----BEGIN SSH SIGNATURE-----\n", &self.begin);
        text.replace("-----END SSH SIGNATURE-----\n", &self.end)
            .into_bytes()
    }
}

const BEGINS: &[&str] = &[
    "-----BEGIN SSH SIGNATURE-----",
    "-----BEGIN SSH SIGNATURE----- \n",
    "-----BEGIN SSH SIGNATURE-----\r\n",
    "-----BEGIN SSH SIGNATURE-----\n\n",
    "-----BEGIN SSH SIGNATURE-----\n \n",
    "-----BEGIN SSH SIGNATURE----\n",
    "----BEGIN SSH SIGNATURE-----\n",
    "-----begin ssh signature-----\n",
    " -----BEGIN SSH SIGNATURE-----\n",
    "\n-----BEGIN SSH SIGNATURE-----\n",
    "text\n-----BEGIN SSH SIGNATURE-----\n",
    "\u{feff}-----BEGIN SSH SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n-----BEGIN SSH SIGNATURE-----\n",
    "-----BEGIN SSH SIGNATURE-----\nComment: x\n",
    "-----BEGIN SSH SIGNATURE-----\n-----BEGIN SSH SIGNATURE-----\n",
    "-----BEGIN PGP MESSAGE-----\n",
    "-----BEGIN SIGNED MESSAGE-----\n",
    "",
];
const ENDS: &[&str] = &[
    "-----END SSH SIGNATURE-----",
    "-----END SSH SIGNATURE-----\n\n",
    "-----END SSH SIGNATURE-----\n \t\n",
    "-----END SSH SIGNATURE-----\r\n",
    "-----END SSH SIGNATURE----- \n",
    "-----END SSH SIGNATURE-----x\n",
    "-----END SSH SIGNATURE-----\ntext\n",
    " -----END SSH SIGNATURE-----\n",
    "-----END SSH SIGNATURE\n",
    "-----END PGP SIGNATURE-----\n",
    "-----END SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
    "\n-----END SSH SIGNATURE-----\n",
    "",
    "=\n-----END SSH SIGNATURE-----\n",
    "-----END SSH SIGNATURE-----\u{b}\n",
    "-----END SSH SIGNATURE-----\u{a0}\n",
    "-----END SSH SIGNATURE-----\n-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
];

/// The marks around the armour.
pub(super) const MARKS: &[Edit<Armoured>] = &[
    ("lines of another width", |dice, armoured| {
        armoured.width = [1, 4, 17, 64, 72, 76, 10_000][dice.below(7)];
    }),
    ("another beginning", |dice, armoured| {
        dice.pick(BEGINS).clone_into(&mut armoured.begin);
    }),
    ("another end", |dice, armoured| {
        dice.pick(ENDS).clone_into(&mut armoured.end);
    }),
];

/// The text, marks and all.
pub(super) const TEXTS: &[Edit<Vec<u8>>] = &[
    ("CRLF in the armour", |_, text| {
        *text = replace(text, b"\n", b"\r\n");
    }),
    ("no padding", |_, text| *text = replace(text, b"=", b"")),
    ("a padding too many", |_, text| {
        *text = replace(text, b"\n-----END", b"=\n-----END");
    }),
    ("padding in the midst", |_, text| {
        *text = replace(text, b"\nAAAA", b"\nAAA=");
    }),
    ("base64 for addresses", |_, text| {
        *text = replace(&replace(text, b"+", b"-"), b"/", b"_");
    }),
    ("bits behind the last byte", |_, text| {
        if let Some(at) = text.iter().position(|byte| *byte == b'=') {
            text[at - 1] = text[at - 1].saturating_add(1);
        }
    }),
    ("space within the base64", |dice, text| {
        let at = 30 + dice.below(text.len().saturating_sub(60).max(1));
        let space = dice.pick(&[" ", "\t", "\r", "\n", "\n\n", "\u{b}", "\u{c}"]);
        let at = at.min(text.len());
        text.splice(at..at, space.bytes());
    }),
    ("a byte that is no base64", |dice, text| {
        let at = (30 + dice.below(text.len().saturating_sub(60).max(1))).min(text.len());
        let byte = dice.pick(&["!", "=", "-", "é", "\0", "."]);
        text.splice(at..at, byte.bytes());
    }),
    ("a line of the armour indented", |_, text| {
        *text = replace(text, b"\n", b"\n ");
    }),
    ("two armours", |_, text| {
        *text = [&text[..], &text[..]].concat();
    }),
    ("half an armour", |dice, text| {
        let length = dice.below(text.len() + 1);
        text.truncate(length);
    }),
    ("no armour at all", |_, text| text.clear()),
];
