//! The last part of an author, a committer and a tagger.

use crate::dice::Dice;

const SECONDS: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "+1767225700",
    "01767225700",
    "1767225700",
    "1767225700.5",
    "1e9",
    "0x69",
    "253402207200",
    "253402300799",
    "999999999999",
    "9223372036854775807",
    "18446744073709551616",
    "2026-01-01",
    "now",
];
const ZONES: &[&str] = &[
    "",
    "+0000",
    "-0000",
    "+0530",
    "-1200",
    "+9999",
    "-9999",
    "+00000",
    "+000",
    "0000",
    "Z",
    "UTC",
    "+00:00",
    "+-100",
    "+0000 ",
    "+0000\r",
    "+0000 x",
    "+०००",
];

/// A date as one would not write it.
pub(super) fn odd(dice: &mut Dice) -> String {
    let seconds = dice.pick(SECONDS);
    let zone = dice.pick(ZONES);
    let between = dice.pick(&[" ", " ", " ", "  ", "\t", ""]);
    format!("{seconds}{between}{zone}")
}

/// A person as one would not write them.
pub(super) fn person(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "C <c@example.org>",
        "<>",
        " <>",
        "C <>",
        "C",
        "<c@example.org>",
        "C c@example.org",
        "C <c@example.org",
        "C <c@a> <c@b>",
        "C <c>@b>",
        "C  <c@example.org>",
        "C <c@example.org> ",
        "C\t<c@example.org>",
        "C <c@example.org> 5 +0000 <d@b>",
        "Ç <ç@example.org>",
        "",
    ])
}
