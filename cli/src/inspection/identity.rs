//! Private age identities in a text.

use signet_yaml::Position;
use std::collections::BTreeSet;

/// What each begins with: X25519, and the post-quantum hybrid. Bech32 is all in capitals or has none.
const BEGINNINGS: [&str; 4] = [
    "AGE-SECRET-KEY-1",
    "AGE-SECRET-KEY-PQ-1",
    "age-secret-key-1",
    "age-secret-key-pq-1",
];

/// The alphabet of bech32 (BIP 173).
const LETTERS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The characters of 32 bytes and a checksum.
const LENGTH: usize = 58;

/// What is written for show (`XXXX…`) has fewer different characters; next to no key has.
const DIFFERENT: usize = 10;

/// Where the first one begins. The checksum is not asked for: whoever has all of a key but a letter soon has the key.
pub(super) fn first(text: &str) -> Option<Position> {
    let begins = BEGINNINGS.iter().flat_map(|beginning| {
        let found = text.match_indices(beginning);
        found.filter_map(|(at, _)| is_key(&text[at + beginning.len()..]).then_some(at))
    });
    let before = &text[..begins.min()?];
    let line = before.rsplit('\n').next().unwrap_or_default();
    Some(Position {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    })
}

fn is_key(text: &str) -> bool {
    let key = text.bytes().take(LENGTH).map(|c| c.to_ascii_lowercase());
    let key: Vec<u8> = key.take_while(|c| LETTERS.as_bytes().contains(c)).collect();
    key.len() == LENGTH && key.iter().collect::<BTreeSet<_>>().len() > DIFFERENT
}

#[cfg(test)]
mod tests {
    use super::first;
    use signet_yaml::Position;

    const REST: &str = "GFPYYSJZGFPYYSJZQLDX0T3KV92NAM7RCE5U4WH86GFPYYSJZDQK2M3N4V";

    #[test]
    fn finds_a_key_of_either_kind_in_any_text_in_large_and_small_letters() {
        let key = format!("AGE-SECRET-KEY-1{REST}");
        let at = |line, column| Some(Position { line, column });
        assert_eq!(first(&format!("# mine\n key: {key}")), at(2, 7));
        assert_eq!(first(&format!("ü{}", key.to_lowercase())), at(1, 2));
        assert_eq!(
            first(&format!("AGE-SECRET-KEY-PQ-1{REST}\n{key}")),
            at(1, 1)
        );
        assert_eq!(
            first(&format!("AGE-SECRET-KEY-1… is none.\n{key}")),
            at(2, 1)
        );
    }

    #[test]
    fn what_only_speaks_of_keys_is_none() {
        for text in [
            "They begin with AGE-SECRET-KEY-1, in capitals.",
            "AGE-SECRET-KEY-1QQQQ",
            &format!("AGE-SECRET-KEY-1{}", "X".repeat(58)),
            &format!("AGE-SECRET-KEY-1{}", &REST[..57]),
            &format!("AGE-SECRET-KEY-{REST}"),
            &format!("AGE-SECRET-KEY-1B{REST}"),
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }
}
