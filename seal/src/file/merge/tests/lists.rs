//! Lists that both sides changed, and what is the same in another order.

use super::*;
use signet_envelope::Store;

/// A list of these letters, in a file with another value.
fn list(letters: &str) -> String {
    let element = |letter: char| format!("  - {letter}\n");
    "user: app\nlist:\n".to_owned() + &letters.chars().map(element).collect::<String>()
}

/// What comes of a list on both sides; nothing if a person has to decide.
fn merged(before: &str, ours: &str, theirs: &str) -> Option<String> {
    let texts = [before, ours, theirs].map(list);
    let (merged, conflict) = merged_as(Store::Yaml, [&texts[0], &texts[1], &texts[2]]);
    (!conflict).then_some(merged)
}

#[test]
fn what_both_sides_put_in_at_one_place_is_there_once_if_it_is_the_same_and_else_a_conflict() {
    assert_eq!(merged("ab", "axb", "axb"), Some(list("axb")));
    assert_eq!(merged("abc", "axbC", "axbc"), Some(list("axbC")));
    assert_eq!(merged("ab", "xab", "abz"), Some(list("xabz")));
    for (ours, theirs) in [
        ("axb", "azb"),
        ("abx", "abz"),
        ("xab", "zab"),
        ("axb", "axzb"),
    ] {
        assert_eq!(merged("ab", ours, theirs), None, "{ours} {theirs}");
        assert_eq!(merged("ab", theirs, ours), None, "{ours} {theirs}");
    }
}

#[test]
fn an_element_that_one_side_took_out_is_gone_unless_the_other_one_changed_it() {
    assert_eq!(merged("abc", "ac", "abC"), Some(list("aC")));
    assert_eq!(merged("abc", "abC", "ac"), Some(list("aC")));
    assert_eq!(merged("abc", "ac", "aBc"), None);
    assert_eq!(merged("abc", "aBc", "ac"), None);
}

#[test]
fn keys_that_changed_their_order_and_their_values_have_changed() {
    let text = "user: app\nmore:\n  a: s\n  b: t\n";
    let theirs = "user: app\nmore:\n  b: s\n  a: t\n";
    let ours = text.replace("app", "shop");
    let (merged, conflict) = merged_as(Store::Yaml, [text, &ours, theirs]);
    assert!(!conflict);
    assert_eq!(merged, ours.replace("a: s\n  b: t", "a: t\n  b: s"));
}
