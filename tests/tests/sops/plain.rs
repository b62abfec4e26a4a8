//! Plaintexts by chance: what people write into files of each store.

mod flat;
mod tree;

use signet_envelope::Store;

use crate::dice::Dice;

/// What a plaintext may hold, beside what every store can.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    /// Comments among the elements of lists.
    pub(crate) comments_in_lists: bool,
    /// What SOPS reads otherwise than Kubernetes, or than other readers of dotenv and INI.
    pub(crate) two_readings: bool,
    /// Integers that no float holds, which sops before 3.13.2 loses in JSON.
    pub(crate) integers_beyond_floats: bool,
}

/// A plaintext of a store.
pub(crate) fn text(store: Store, allowed: Allowed, dice: &mut Dice) -> Vec<u8> {
    match store {
        Store::Yaml => tree::yaml(allowed, dice).into_bytes(),
        Store::Json => tree::json(allowed, dice).into_bytes(),
        Store::Dotenv => flat::dotenv(allowed, dice).into_bytes(),
        Store::Ini => flat::ini(allowed, dice).into_bytes(),
        Store::Binary => bytes(dice),
    }
}

fn bytes(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = vec![0; 1 + dice.below(5000)];
    dice.fill(&mut bytes);
    bytes
}

/// Keys on which the rules of the matrix decide; the number keeps siblings apart.
fn key(number: usize, dice: &mut Dice) -> String {
    let stem = dice.pick(&[
        "user",
        "data",
        "secret",
        "public",
        "port",
        "Größe",
        "键",
        "ключ",
        "with space",
        "a.b-c",
    ]);
    let ending = dice.pick(&["", "", "", "_unencrypted", "_sealed"]);
    format!("{stem}{number}{ending}")
}

/// One line of text.
fn word(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "canary",
        "pässwörd 🔑",
        "it's \"quoted\"",
        "a: b",
        "# no comment",
        "true",
        "0755",
        "2024-01-02",
        "null",
        "~",
        "-",
        "{a: b}",
        "key=value",
        "ENC[",
        "$HOME `x` %d",
        "1e3",
        "<&>",
    ])
}
