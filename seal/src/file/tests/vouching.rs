//! What is sealed already is kept only if something answers for it.

use super::*;
use crate::testing::{CANARY, Place, chain, counting};
use crate::{OpenError, edit_file};

const LIST: &str = "kind: Secret\nstringData:\n  user: app\n  password: canary-7f3a-hunter2\nspec:\n  data: [one, two]\n  keep: clear\n";

fn altered(now: &str, earlier: &str) -> Vec<String> {
    match Place::team_a().seal_again(now, earlier).unwrap_err() {
        SealError::Altered { parts, .. } => parts.iter().map(ToString::to_string).collect(),
        other => panic!("{}", chain(&other)),
    }
}

/// Whoever wrote the text without its key is not asked about: nothing shows that it belongs there.
#[track_caller]
fn refused_for_its_seal(text: &str, vouched_by: Voucher<'_>) {
    let place = Place::team_a();
    let request = SealRequest {
        vouched_by,
        ..place.request()
    };
    let refusal = seal_file(text, &request, &mut counting()).unwrap_err();
    assert!(
        matches!(refusal, SealError::Open(OpenError::Seal { .. })),
        "{}",
        chain(&refusal)
    );
}

/// Another plaintext under the key of the version before.
fn edited(earlier: &str, plain: &str) -> String {
    let place = Place::team_a();
    let versions = [earlier.to_owned()];
    let request = SealRequest {
        vouched_by: Voucher::Earlier(&versions),
        ..place.request()
    };
    edit_file(earlier, plain, &request, &mut counting()).unwrap()
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
        "/spec/data/0: another sealed value",
        "/spec/data/1: another sealed value",
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
        ["/stringData/password: another sealed value"]
    );
}

#[test]
fn a_value_that_was_taken_out_or_put_in_is_named() {
    let first = sealed(LIST);
    let line = first.lines().find(|line| line.starts_with("  user:"));
    let without = first.replace(&format!("{}\n", line.unwrap()), "");
    assert_eq!(
        altered(&without, &first),
        ["/stringData/user: no longer there"]
    );
    refused_for_its_seal(&without, Voucher::Nobody);
    let second = edited(&first, &LIST.replace("  user: app\n", ""));
    let back = first.replace("  keep: clear", "  keep: other");
    assert_eq!(
        altered(&back, &second),
        ["/stringData/user: a sealed value that was not there"]
    );
}

#[test]
fn a_value_of_another_file_does_not_open_whoever_vouches() {
    let place = Place::team_a();
    let first = sealed(LIST);
    let mut other_key = |bytes: &mut [u8]| bytes.fill(77);
    let other = seal_file(LIST, &place.request(), &mut other_key).unwrap();
    let mixed = first.replace(encs(&first)[1], encs(&other)[1]);
    for vouched_by in [
        Voucher::Nobody,
        Voucher::Earlier(std::slice::from_ref(&first)),
        Voucher::Person,
    ] {
        let request = SealRequest {
            vouched_by,
            ..place.request()
        };
        let refusal = seal_file(&mixed, &request, &mut counting()).unwrap_err();
        assert!(
            chain(&refusal).contains("/stringData/password"),
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
    refused_for_its_seal(&with_more, Voucher::Earlier(std::slice::from_ref(&first)));
    let with_comment = planted.replace("  user:", "  # more\n  user:");
    let parts = altered(&with_comment, &first);
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
        refused_for_its_seal(&changed, Voucher::Nobody);
        let again = place.seal_again(&changed, &first).unwrap();
        assert!(!again.contains(CANARY), "{again}");
        place.open(&again).unwrap();
    }
}

#[test]
fn what_was_sealed_since_under_the_known_key_is_kept_and_gets_more() {
    let place = Place::team_a();
    let first = sealed(LIST);
    let second = place
        .seal_again(&first.replace(encs(&first)[0], "second"), &first)
        .unwrap();
    // A newer text whose own seal holds, and the version of before it that is committed still.
    let clear = second.replace("  user:", "  more: x\n  user:");
    assert!(matches!(
        place.seal_again(&clear, &first),
        Err(SealError::Altered { .. })
    ));
    let person = edit_file(
        &second,
        LIST.replace("user: app", "user: third"),
        &SealRequest {
            vouched_by: Voucher::Earlier(std::slice::from_ref(&first)),
            place: None,
            ..place.request()
        },
        &mut counting(),
    );
    assert!(person.is_ok(), "{:?}", person.err());
}

#[test]
fn a_version_that_is_broken_itself_or_opens_for_others_vouches_for_nothing() {
    let first = sealed(LIST);
    let changed = first.replace("keep: clear", "keep: other");
    for earlier in [&changed, &swapped(&first), LIST, "a: [", ""] {
        refused_for_its_seal(&changed, Voucher::Earlier(&[earlier.to_owned()]));
    }
}

/// What somebody without an identity makes for the public recipients, under a data key of their own.
fn planted(text: &str) -> String {
    let mut theirs = |bytes: &mut [u8]| bytes.fill(77);
    seal_file(text, &Place::team_a().request(), &mut theirs).unwrap()
}

/// The text must be refused under each of these, for its data key, and without showing what was to be added.
#[track_caller]
fn refused_for_its_key(text: &str, vouchers: &[Voucher<'_>]) {
    let place = Place::team_a();
    for vouched_by in vouchers.iter().copied() {
        let request = SealRequest {
            vouched_by,
            ..place.request()
        };
        let refusal = chain(&seal_file(text, &request, &mut counting()).unwrap_err());
        assert!(refusal.contains("the data key, which"), "{refusal}");
        assert!(!refusal.contains(CANARY), "{refusal}");
    }
}

/// The text with a seal that holds, as whoever knows its data key can make one.
fn sealed_as_it_stands(text: &str) -> String {
    let place = Place::team_a();
    let request = SealRequest {
        vouched_by: Voucher::Person,
        ..place.request()
    };
    seal_file(text, &request, &mut counting()).unwrap()
}

#[test]
fn a_planted_file_with_empty_places_gets_nothing_filled_in() {
    let first = sealed(LIST);
    let one = planted("kind: Secret\nstringData:\n  password: theirs\n");
    let form = sealed_as_it_stands(&one.replace(encs(&one)[0], "\"\""));
    Place::team_a().open(&form).unwrap();
    let form_read = parse(&form, &Place::team_a().path).unwrap();
    assert!(form_read.leaves().next().is_none(), "{form}");
    let filled = form.replace("password: \"\"", &format!("password: {CANARY}"));
    for vouched_by in [
        Voucher::Nobody,
        Voucher::Earlier(std::slice::from_ref(&first)),
    ] {
        refused_for_its_seal(&filled, vouched_by);
    }
}

#[test]
fn a_planted_file_whose_own_seal_holds_gets_no_comment_added() {
    let first = sealed(LIST);
    let with_comment = planted(LIST).replace("  user:", &format!("  # was {CANARY}\n  user:"));
    refused_for_its_key(
        &with_comment,
        &[
            Voucher::Nobody,
            Voucher::Earlier(&[String::new()]),
            Voucher::Earlier(std::slice::from_ref(&first)),
        ],
    );
}

#[test]
fn a_comment_is_added_without_a_question_where_the_data_key_is_known() {
    let first = sealed(LIST);
    let second = first.replace("  user:", &format!("  # was {CANARY}\n  user:"));
    let second = Place::team_a().seal_again(&second, &first).unwrap();
    assert!(!second.contains(CANARY), "{second}");
}

/// Two elements with the same additional data, so that a comment opens in either.
const COMMENTED: &str = "kind: Secret\ndata:\n  list:\n    - a: one\n      # of the one\n      b: x\n    - a: two\n      b: y\n";

#[test]
fn sealed_comments_that_changed_places_or_were_taken_out_are_named() {
    let first = sealed(COMMENTED);
    let mut lines = first.split_inclusive('\n');
    let comment = lines.find(|line| line.contains("type:comment")).unwrap();
    let with_more = first.replace("data:\n", "data:\n  more: new\n");
    let without = with_more.replace(comment, "");
    let gone = "/data/list/0: not the same sealed comments";
    assert_eq!(altered(&without, &first), [gone]);
    let moved = without.replace("sops:\n", &format!("{comment}sops:\n"));
    assert_eq!(
        altered(&moved, &first),
        [gone, "/data/list/1: not the same sealed comments"]
    );
    let twice = with_more.replace(comment, &comment.repeat(2));
    assert_eq!(altered(&twice, &first), [gone]);
}

#[test]
fn a_comment_that_a_person_writes_anew_is_sealed_without_a_question() {
    let first = sealed(COMMENTED);
    let mut lines = first.split_inclusive('\n');
    let comment = lines.find(|line| line.contains("type:comment")).unwrap();
    let changed = first
        .replace("data:\n", "data:\n  more: new\n")
        .replace(comment, &format!("      # {CANARY}\n"));
    let again = Place::team_a().seal_again(&changed, &first).unwrap();
    assert!(!again.contains(CANARY), "{again}");
}

#[test]
fn lines_of_either_side_of_a_merge_are_vouched_for_and_no_others() {
    let place = Place::team_a();
    let base = sealed(LIST);
    let edited = |at: usize, value| {
        let clear = base.replace(encs(&base)[at], value);
        place.seal_again(&clear, &base).unwrap()
    };
    let (ours, theirs) = (edited(0, "ours"), edited(1, "theirs"));
    let by_hand = ours.replace(encs(&ours)[1], encs(&theirs)[1]);
    let again = |text: &str, versions: &[&String]| {
        let versions: Vec<String> = versions.iter().map(|text| (*text).clone()).collect();
        let (ours, theirs) = versions.split_at(1);
        let request = SealRequest {
            vouched_by: Voucher::Merge { ours, theirs },
            ..place.request()
        };
        seal_file(text, &request, &mut counting())
    };
    let merged = again(&by_hand, &[&ours, &theirs]).unwrap();
    assert!(
        place
            .open(&merged)
            .unwrap()
            .contains("ours\n  password: theirs")
    );
    let named = |text: &str, versions: &[&String]| match again(text, versions).unwrap_err() {
        SealError::Altered { parts, .. } => parts.iter().map(ToString::to_string).collect(),
        other => panic!("{}", chain(&other)),
    };
    let password: Vec<String> = named(&by_hand, &[&ours]);
    assert_eq!(password, ["/stringData/password: another sealed value"]);
    let swapped: Vec<String> = named(&swapped(&by_hand), &[&ours, &theirs]);
    let expected = [
        "/spec/data/0: another sealed value",
        "/spec/data/1: another sealed value",
    ];
    assert_eq!(swapped, expected);
    let mut chosen = |bytes: &mut [u8]| bytes.fill(77);
    let planted = seal_file(LIST, &place.request(), &mut chosen).unwrap();
    let planted = planted.replace("  user:", "  # more\n  user:");
    let parts: Vec<String> = named(&planted, &[&ours, &theirs]);
    assert!(
        parts
            .iter()
            .any(|part| part.starts_with("the data key, which"))
    );
}

#[test]
fn under_a_key_that_only_the_other_side_has_nothing_more_is_sealed() {
    let place = Place::team_a();
    let theirs = sealed(LIST);
    let mut other_key = |bytes: &mut [u8]| bytes.fill(77);
    let ours = seal_file(LIST, &place.request(), &mut other_key).unwrap();
    let more = theirs.replace("  user:", "  # more\n  user:");
    let seal = |vouched_by| {
        let request = SealRequest {
            vouched_by,
            ..place.request()
        };
        seal_file(&more, &request, &mut counting())
    };
    let (ours, theirs) = ([ours], [theirs.clone()]);
    let refused = seal(Voucher::Merge {
        ours: &ours,
        theirs: &theirs,
    });
    assert!(
        matches!(&refused, Err(SealError::Altered { parts, .. }) if parts.last() == Some(&Altered::DataKey))
    );
    seal(Voucher::Earlier(&theirs)).unwrap();
}

#[test]
fn what_one_side_of_a_merge_put_in_and_took_out_is_vouched_for() {
    let place = Place::team_a();
    let base = sealed(LIST);
    let line = base.lines().find(|line| line.starts_with("  password:"));
    let line = format!("{}\n", line.unwrap());
    let with_more = base.replace(&line, &format!("{line}  more: x\n"));
    let with_more = place.seal_again(&with_more, &base).unwrap();
    let without = edited(
        &base,
        &LIST.replace("  password: canary-7f3a-hunter2\n", ""),
    );
    let both = with_more.replace(&line, "");
    let request = SealRequest {
        vouched_by: Voucher::Merge {
            ours: &[without],
            theirs: &[with_more],
        },
        ..place.request()
    };
    let merged = seal_file(&both, &request, &mut counting()).unwrap();
    let opened = place.open(&merged).unwrap();
    assert!(
        opened.contains("more: x") && !opened.contains("password"),
        "{opened}"
    );
}

#[test]
fn a_value_that_one_side_lacks_and_the_other_has_otherwise_is_named() {
    let place = Place::team_a();
    let base = sealed(LIST);
    let with_more = |value: &str| {
        let clear = base.replace("  user:", &format!("  more: {value}\n  user:"));
        place.seal_again(&clear, &base).unwrap()
    };
    let (theirs, other) = (with_more("theirs"), with_more("other"));
    let more = |text: &str| {
        text.lines()
            .find(|line| line.contains("more:"))
            .unwrap()
            .to_owned()
    };
    let planted = theirs.replace(&more(&theirs), &more(&other));
    for versions in [[base.clone(), theirs.clone()], [theirs, base]] {
        let request = SealRequest {
            vouched_by: Voucher::Earlier(&versions),
            ..place.request()
        };
        let refusal = seal_file(&planted, &request, &mut counting()).unwrap_err();
        assert!(
            matches!(&refusal, SealError::Altered { parts, .. } if parts.len() == 1),
            "{}",
            chain(&refusal)
        );
    }
}
