//! The stores whose values are all text.

use std::fmt::Write as _;

use super::{key, word};
use crate::dice::Dice;

pub(super) fn dotenv(dice: &mut Dice) -> String {
    let mut text = String::new();
    for number in 0..4 + dice.below(8) {
        if dice.once_in(4) {
            writeln!(
                text,
                "#{}",
                dice.pick(&[" public note", " seal this", "x=y"])
            )
            .unwrap();
        }
        if dice.once_in(6) {
            text.push('\n');
        }
        let word = word(dice);
        let value = dice.pick(&["", "two\\nlines", " leading and trailing ", word]);
        writeln!(text, "{}={value}", key(number, dice)).unwrap();
    }
    text + "secret_always=canary\nalways_sealed=canary\npublic_always=x\nalways_unencrypted=x\n"
}

pub(super) fn ini(dice: &mut Dice) -> String {
    let mut text = String::new();
    if dice.once_in(2) {
        pairs(dice, &mut text);
    }
    for number in 0..=dice.below(3) {
        writeln!(text, "[section {number}]").unwrap();
        pairs(dice, &mut text);
    }
    text + "[always]\nsecret_always = canary\nalways_sealed = canary\npublic_always = x\nalways_unencrypted = x\n"
}

fn pairs(dice: &mut Dice, text: &mut String) {
    for number in 0..=dice.below(5) {
        if dice.once_in(4) {
            writeln!(
                text,
                "; {}",
                dice.pick(&["public note", "seal this", "just a note"])
            )
            .unwrap();
        }
        let value = dice.pick(&["", "plain", "pässwörd 🔑", "a: b", "0755", "true", "x y  z"]);
        writeln!(text, "{} = {value}", key(number, dice)).unwrap();
    }
}
