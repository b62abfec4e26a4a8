//! The stores whose values are all text.

use super::{Allowed, key, word};
use crate::dice::Dice;

pub(super) fn dotenv(allowed: Allowed, dice: &mut Dice) -> String {
    let end = line_end(allowed, dice);
    let mark = if allowed.two_readings { "\u{feff}" } else { "" };
    let mut lines = vec![format!("{}first=1", dice.pick(&["", mark]))];
    for number in 0..4 + dice.below(8) {
        if dice.once_in(4) {
            lines.push(format!(
                "#{}",
                dice.pick(&[" public note", " seal this", "x=y", ""])
            ));
        }
        if dice.once_in(6) && end == "\n" {
            lines.push(String::new());
        }
        let name = match dice.below(6) {
            0 if allowed.two_readings => format!("export {} ", key(number, dice)),
            _ => key(number, dice),
        };
        let word = word(dice);
        let value = dice.pick(&[
            "",
            "two\\nlines\\n",
            " leading and trailing ",
            "\"a\\\"b\"",
            "a=b#c",
            word,
            word,
        ]);
        lines.push(format!("{name}={value}"));
    }
    lines.push(SEALING.to_owned());
    lines.extend(ALWAYS.map(|(key, value)| format!("{key}={value}")));
    ended(&lines, end, dice)
}

pub(super) fn ini(allowed: Allowed, dice: &mut Dice) -> String {
    let end = dice.pick(&["\n", "\n", "\r\n"]);
    let mut lines = Vec::new();
    if dice.once_in(2) {
        pairs(dice, &mut lines);
    }
    for number in 0..=dice.below(3) {
        comment(dice, &mut lines);
        let number = if allowed.two_readings {
            number % 2
        } else {
            number
        };
        let name = dice.pick(&["section", "Größe", "a.b-c", "public"]);
        lines.push(format!(
            "[{name} {number}]{}",
            dice.pick(&["", "", " ; seal this", "#note"])
        ));
        pairs(dice, &mut lines);
    }
    lines.push("[always]".to_owned());
    lines.push(SEALING.to_owned());
    lines.extend(ALWAYS.map(|(key, value)| format!("{key} = {value}")));
    dice.pick(&["", "\u{feff}"]).to_owned() + &ended(&lines, end, dice)
}

/// The comment by which what follows is sealed under `encrypted_comment_regex`.
const SEALING: &str = "# seal this";

/// Something for each rule to seal and to leave clear.
const ALWAYS: [(&str, &str); 4] = [
    ("secret_always", "canary"),
    ("always_sealed", "canary"),
    ("public_always", "x"),
    ("always_unencrypted", "x"),
];

fn pairs(dice: &mut Dice, lines: &mut Vec<String>) {
    for number in 0..=dice.below(5) {
        comment(dice, lines);
        if dice.once_in(6) {
            lines.push(String::new());
        }
        let delimiter = dice.pick(&["=", " = ", "\t= ", ": "]);
        let behind = dice.pick(&["", "", "", " ; just a note", "  # seal this"]);
        let (value, behind) = match dice.below(12) {
            0 => ("\"in quotes\"", behind),
            1 => ("'in quotes'", behind),
            2 => ("\"  blanks \"", behind),
            3 => ("\"\"\"a\nb `c`\n\"\"\"", behind),
            // What stands behind these, sops drops.
            4 => ("`a;b # 'c' \"d\"`", ""),
            5 => ("\"\"\"a`b\"\"\"", ""),
            6 => ("", behind),
            _ => (
                dice.pick(&[
                    "plain",
                    "pässwörd 🔑",
                    "a: b=c",
                    "0755",
                    "true",
                    "x y  z",
                    "it's \"so\"",
                    "~",
                ]),
                behind,
            ),
        };
        lines.push(format!("{}{delimiter}{value}{behind}", key(number, dice)));
    }
}

/// No empty ones: sops panics where it writes one.
fn comment(dice: &mut Dice, lines: &mut Vec<String>) {
    let texts = [
        "; public note",
        "; seal this",
        "  ;just a note",
        "#  number",
    ];
    for _ in 0..dice.pick(&[0, 0, 0, 1, 2, 3]) {
        lines.push(dice.pick(&texts).to_owned());
        if dice.once_in(6) {
            lines.push(String::new());
        }
    }
}

fn line_end(allowed: Allowed, dice: &mut Dice) -> &'static str {
    let ends = ["\n", "\n", "\r\n"];
    dice.pick(&ends[..if allowed.two_readings { 3 } else { 2 }])
}

fn ended(lines: &[String], end: &str, dice: &mut Dice) -> String {
    let text = lines.join("\n").replace('\n', end);
    if dice.once_in(3) { text } else { text + end }
}
