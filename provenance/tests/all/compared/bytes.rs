//! What may happen to any bytes, whatever they mean.

use super::text::Edit;

/// Bytes that mean something to some reader.
const TELLING: &[u8] = b"\0\t\n\r -<>=+/:@gtA\x7f\x80\xff";

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

pub(super) const EDITS: &[Edit<Vec<u8>>] = &[
    ("a bit flipped", |dice, bytes| {
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 << dice.below(8);
    }),
    ("a byte put in", |dice, bytes| {
        let at = dice.below(bytes.len() + 1);
        bytes.insert(at, TELLING[dice.below(TELLING.len())]);
    }),
    ("a byte exchanged", |dice, bytes| {
        let at = dice.below(bytes.len());
        bytes[at] = TELLING[dice.below(TELLING.len())];
    }),
    ("a byte taken out", |dice, bytes| {
        let at = dice.below(bytes.len());
        bytes.remove(at);
    }),
    ("a line twice", |dice, bytes| {
        let mut lines = lines(bytes);
        let at = dice.below(lines.len());
        lines.insert(at, lines[at].clone());
        *bytes = lines.concat();
    }),
    ("a line taken out", |dice, bytes| {
        let mut lines = lines(bytes);
        lines.remove(dice.below(lines.len()));
        *bytes = lines.concat();
    }),
    ("two lines exchanged", |dice, bytes| {
        let mut lines = lines(bytes);
        let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
        lines.swap(one, other);
        *bytes = lines.concat();
    }),
    ("a line feed that became CRLF", |dice, bytes| {
        let feeds: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
        if !feeds.is_empty() {
            bytes.insert(feeds[dice.below(feeds.len())], b'\r');
        }
    }),
    ("an empty line put in", |dice, bytes| {
        let feeds: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
        if !feeds.is_empty() {
            bytes.insert(feeds[dice.below(feeds.len())], b'\n');
        }
    }),
    ("space behind a line", |dice, bytes| {
        let feeds: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
        if !feeds.is_empty() {
            bytes.insert(feeds[dice.below(feeds.len())], b' ');
        }
    }),
    ("the end cut off", |dice, bytes| {
        let length = dice.below(bytes.len());
        bytes.truncate(length.max(bytes.len().saturating_sub(40)));
    }),
    ("more at the end", |dice, bytes| {
        let more = dice.pick(&[
            "\n",
            "x",
            "\0",
            "\r\n",
            " ",
            "-----BEGIN SSH SIGNATURE-----\n",
            "\n-----END SSH SIGNATURE-----\n",
        ]);
        bytes.extend_from_slice(more.as_bytes());
    }),
];
