//! What is sealed already is kept only if something answers for it.

use super::*;
use crate::testing::{CANARY, Place, chain, counting};

const LIST: &str = "kind: Secret\nstringData:\n  user: app\n  password: canary-7f3a-hunter2\nspec:\n  data: [one, two]\n  keep: clear\n";

fn altered(now: &str, earlier: &str) -> Vec<String> {
    match Place::team_a().seal_again(now, earlier).unwrap_err() {
        SealError::Altered { parts, .. } => parts.iter().map(ToString::to_string).collect(),
        other => panic!("{}", chain(&other)),
    }
}

fn encs(text: &str) -> Vec<&str> {
    let starts = text.match_indices("ENC[").map(|(at, _)| at);
    starts
        .map(|at| &text[at..=at + text[at..].find(']').unwrap()])
        .collect()
}

/// The elements of the list exchanged, which SOPS' additional data do not notice.
fn swapped(text: &str) -> String {
    let encs = encs(text);
    text.replace(encs[2], "@")
        .replace(encs[3], encs[2])
        .replace('@', encs[3])
}

#[test]
fn values_that_changed_places_are_named_not_blessed() {
    let first = sealed(LIST);
    let expected = [
        "/0/spec/data/0: another sealed value",
        "/0/spec/data/1: another sealed value",
    ];
    assert_eq!(altered(&swapped(&first), &first), expected);
    let with_more = swapped(&first).replace("  user:", "  more: x\n  user:");
    assert_eq!(altered(&with_more, &first), expected);
}

#[test]
fn a_value_of_before_is_named() {
    let first = sealed(LIST);
    let enc = encs(&first)[1];
    let clear = first.replace(enc, "new");
    let second = Place::team_a().seal_again(&clear, &first).unwrap();
    let rolled_back = second.replace(encs(&second)[1], enc);
    assert_eq!(
        altered(&rolled_back, &second),
        ["/0/stringData/password: another sealed value"]
    );
}

#[test]
fn a_value_that_was_taken_out_or_put_in_is_named() {
    let first = sealed(LIST);
    let line = first.lines().find(|line| line.starts_with("  user:"));
    let without = first.replace(&format!("{}\n", line.unwrap()), "");
    assert_eq!(
        altered(&without, &first),
        ["/0/stringData/user: no longer there"]
    );
    let second = Place::team_a().seal(&without);
    assert!(matches!(second, Err(SealError::Altered { .. })));
    let place = Place::team_a();
    let accepted = SealRequest {
        vouched_by: Voucher::Person,
        ..place.request()
    };
    let second = seal_file(&without, &accepted, &mut counting()).unwrap();
    let back = first.replace("  keep: clear", "  keep: other");
    assert_eq!(
        altered(&back, &second),
        ["/0/stringData/user: a sealed value that was not there"]
    );
}

#[test]
fn a_value_of_another_file_does_not_open_whoever_vouches() {
    let place = Place::team_a();
    let first = sealed(LIST);
    let mut other_key = |bytes: &mut [u8]| bytes.fill(77);
    let other = seal_file(LIST, &place.request(), &mut other_key).unwrap();
    let mixed = first.replace(encs(&first)[1], encs(&other)[1]);
    for vouched_by in [Voucher::Nobody, Voucher::Earlier(&first), Voucher::Person] {
        let request = SealRequest {
            vouched_by,
            ..place.request()
        };
        let refusal = seal_file(&mixed, &request, &mut counting()).unwrap_err();
        assert!(
            chain(&refusal).contains("/0/stringData/password"),
            "{refusal}"
        );
    }
}

#[test]
fn a_data_key_that_somebody_else_chose_seals_nothing() {
    let place = Place::team_a();
    let first = sealed(LIST);
    let mut theirs = |bytes: &mut [u8]| bytes.fill(77);
    let planted = seal_file(LIST, &place.request(), &mut theirs).unwrap();
    let with_more = planted.replace("  user:", "  more: x\n  user:");
    let parts = altered(&with_more, &first);
    assert!(parts[0].starts_with("the data key as wrapped for age1"));
    assert!(
        parts
            .iter()
            .any(|part| part.starts_with("the data key, which")),
        "{parts:?}"
    );
}

#[test]
fn a_narrower_rule_is_named_before_anything_stays_in_the_clear() {
    let first = sealed(LIST);
    let narrowed = first
        .replace("^(data|stringData)$", "^data$")
        .replace("  user: ENC", "  more: x\n  user: ENC");
    let parts = altered(&narrowed, &first);
    assert_eq!(parts[0], "the rule that says what is sealed");
}

#[test]
fn a_seal_that_was_taken_out_is_not_made_again() {
    let first = sealed(LIST);
    let start = first.find("  signet:\n").unwrap();
    let end = start + first[start..].find("\n  version:").unwrap() + 1;
    let stripped = format!("{}{}", &first[..start], &first[end..]);
    assert!(!stripped.contains("signet:"), "{stripped}");
    assert_eq!(
        altered(&stripped, &first),
        ["the seal, which was taken out"]
    );
}

#[test]
fn an_honest_change_is_vouched_for_by_the_earlier_version() {
    let place = Place::team_a();
    let first = sealed(LIST);
    let cases = [
        first.replace("  user:", "  more: canary-7f3a-hunter2\n  user:"),
        first.replace(encs(&first)[1], "canary-7f3a-hunter2-new"),
        first.replace("keep: clear", "keep: canary"),
    ];
    for changed in cases {
        assert!(matches!(
            place.seal(&changed),
            Err(SealError::Altered { .. })
        ));
        let again = place.seal_again(&changed, &first).unwrap();
        assert!(!again.contains(CANARY), "{again}");
        place.open(&again).unwrap();
    }
}

#[test]
fn a_version_that_is_broken_itself_or_opens_for_others_vouches_for_nothing() {
    let first = sealed(LIST);
    let changed = first.replace("keep: clear", "keep: other");
    for earlier in [&changed, &swapped(&first), LIST, "a: [", ""] {
        let parts = altered(&changed, earlier);
        assert!(parts[0].contains("was not there"), "{parts:?}");
    }
}
