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

/// A list of mappings with these lines each, in a file with another value.
fn mappings(elements: &[&str]) -> String {
    let element = |lines: &&str| format!("  - {}\n", lines.replace("; ", "\n    "));
    "user: app\nlist:\n".to_owned() + &elements.iter().map(element).collect::<String>()
}

#[track_caller]
fn together(before: &[&str], ours: &[&str], theirs: &[&str]) -> Option<String> {
    let texts = [before, ours, theirs].map(mappings);
    let (merged, conflict) = merged_as(Store::Yaml, [&texts[0], &texts[1], &texts[2]]);
    (!conflict).then_some(merged)
}

#[test]
fn a_change_does_not_end_up_in_another_element_where_as_many_as_before_stand_there() {
    // One was taken out, the next one changed, and one put in.
    let before = ["name: al; role: user", "name: bo; role: user"];
    let ours = ["name: bo; role: guest", "name: cy; role: user"];
    let theirs = ["name: al; role: admin", "name: bo; role: user"];
    assert_eq!(together(&before, &ours, &theirs), None);
    assert_eq!(together(&before, &theirs, &ours), None);
    // Nor where one took the place of the only one.
    let (al, cy) = (["name: al; role: user"], ["name: cy; role: user"]);
    let admin = ["name: al; role: admin"];
    assert_eq!(together(&al, &cy, &admin), None);
    // Without names nobody knows.
    let before = ["role: a; at: p", "role: b; at: q"];
    let ours = ["role: B; at: q", "role: c; at: z"];
    let theirs = ["role: a; at: X", "role: b; at: q"];
    assert_eq!(together(&before, &ours, &theirs), None);
}

#[test]
fn elements_that_say_what_they_are_called_are_merged_however_many_stand_there() {
    let before = ["name: al; role: user; at: p", "name: bo; role: user; at: p"];
    let ours = [
        "name: al; role: admin; at: p",
        "name: bo; role: admin; at: p",
    ];
    let theirs = ["name: al; role: user; at: q", "name: bo; role: user; at: q"];
    let both = [
        "name: al; role: admin; at: q",
        "name: bo; role: admin; at: q",
    ];
    assert_eq!(together(&before, &ours, &theirs), Some(mappings(&both)));
    // The only one that changed between others needs no name.
    let before = ["a: 1; b: 1", "c: 1; d: 1"];
    let ours = ["a: 2; b: 1", "c: 1; d: 1"];
    let theirs = ["a: 1; b: 2", "c: 1; d: 1"];
    let both = ["a: 2; b: 2", "c: 1; d: 1"];
    assert_eq!(together(&before, &ours, &theirs), Some(mappings(&both)));
}

#[test]
fn comments_of_both_sides_beside_the_same_new_element_are_a_conflict() {
    let before = "user: app\nlist:\n  - a\n";
    let [ours, theirs] = ["ours", "theirs"].map(|side| format!("{before}  - c # {side}\n"));
    let (_, conflict) = merged_as(Store::Yaml, [before, &ours, &theirs]);
    assert!(conflict);
}
