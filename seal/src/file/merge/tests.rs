//! Two sides, value by value: what is merged, what is a conflict, and what is refused.

mod clear;
mod comments;
mod documents;
mod flat;
mod groups;
mod lists;
mod many;
mod people;

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;
use crate::file::tests::round_trip::document;
use crate::testing::{CANARY, Place, chain, counting, identity, later, rotate_file};
use signet_yaml::{Aliases, Limits};

use crate::{Identity, OpenError, SealError, Unwritable, edit_file, seal_file};

const TEXT: &str = "\
kind: Secret
metadata: {name: db}
stringData:
  # how to get in
  user: app
  password: canary-7f3a-hunter2
  tls.key: |
    -----BEGIN KEY-----
    abc
  list:
    - one
    - two
    - three
";

const MARKERS: Markers<'_> = Markers {
    size: 7,
    ours: "HEAD",
    theirs: "topic",
};

/// A file of team-a, and both sides' changes to it.
struct Three {
    place: Place,
    base: String,
}

impl Three {
    fn of(text: &str) -> Self {
        let place = Place::team_a();
        let base = place.seal(text).unwrap();
        Self { place, base }
    }

    /// The file after somebody edited it, who knows it as it was committed.
    fn edited(&self, plain: &str, rng: &mut dyn Random) -> String {
        let request = SealRequest {
            vouched_by: crate::Voucher::Earlier(std::slice::from_ref(&self.base)),
            ..self.place.request()
        };
        edit_file(&self.base, plain, &request, rng)
            .unwrap_or_else(|error| panic!("{}", chain(&error)))
    }

    fn merge(&self, ours: &str, theirs: &str) -> Result<Merged, MergeError> {
        let request = SealRequest {
            vouched_by: crate::Voucher::Earlier(&[ours.to_owned()]),
            ..self.place.request()
        };
        let sides = Sides {
            base: Some(&self.base),
            ours,
            theirs,
        };
        merge_file(&sides, &MARKERS, &request, &mut other(90))
    }

    fn merged(&self, ours: &str, theirs: &str) -> Merged {
        self.merge(ours, theirs)
            .unwrap_or_else(|error| panic!("{}", chain(&error)))
    }

    /// What comes of two plaintexts, opened.
    #[track_caller]
    fn opened(&self, ours: &str, theirs: &str) -> String {
        let (ours, theirs) = (
            self.edited(ours, &mut other(1)),
            self.edited(theirs, &mut other(2)),
        );
        let merged = self.merged(&ours, &theirs);
        assert_eq!(merged.conflicts, [], "{}", merged.text);
        assert!(!merged.new_key);
        self.place.open(&merged.text).unwrap()
    }
}

/// A source of bytes that shares none with the others.
fn other(number: usize) -> impl FnMut(&mut [u8]) {
    let mut rng = counting();
    rng(&mut vec![0; 10_007 * number]);
    rng
}

fn encs(text: &str) -> Vec<&str> {
    let end = text.find("\nsops:").unwrap();
    let starts = text[..end].match_indices("ENC[").map(|(at, _)| at);
    starts
        .map(|at| &text[at..=at + text[at..].find(']').unwrap()])
        .collect()
}

#[test]
fn different_values_are_merged_and_their_ciphertext_is_that_of_the_side_that_changed_them() {
    let three = Three::of(TEXT);
    let ours = three.edited(&TEXT.replace("user: app", "user: shop"), &mut other(1));
    let theirs = three.edited(&TEXT.replace("hunter2", "hunter3"), &mut other(2));
    let merged = three.merged(&ours, &theirs);
    let both = TEXT
        .replace("user: app", "user: shop")
        .replace("hunter2", "hunter3");
    assert_eq!(three.place.open(&merged.text).unwrap(), both);
    assert!(!merged.new_key && !merged.encrypted_anew && merged.conflicts.is_empty());
    let known = [encs(&three.base), encs(&ours), encs(&theirs)].concat();
    assert!(encs(&merged.text).iter().all(|enc| known.contains(enc)));
}

#[test]
fn keys_elements_clear_values_and_comments_of_both_sides_are_there() {
    let three = Three::of(TEXT);
    let ours = TEXT
        .replace("name: db", "name: cache")
        .replace("  password:", "  more: a\n  password:")
        .replace("    - one\n", "");
    let theirs = TEXT
        .replace(
            "  # how to get in\n",
            "  # how to get in, see\n  # the runbook\n",
        )
        .replace("    - two\n", "    - two and a half\n")
        .replace(
            "  list:\n",
            "  # of theirs\n  extra:\n    # inside\n    deep: [x, 1, true]\n  list:\n",
        )
        .replace("{name: db}", "{name: db, labels: {a: b}}");
    let merged = three.opened(&ours, &theirs);
    let expected = ours
        .replace("{name: cache}", "{name: cache, labels: {a: b}}")
        .replace(
            "  # how to get in\n",
            "  # how to get in, see\n  # the runbook\n",
        )
        .replace("    - two\n", "    - two and a half\n")
        + "  # of theirs\n  extra:\n    # inside\n    deep:\n      - x\n      - 1\n      - true\n";
    assert_eq!(merged, expected);
}

#[test]
fn what_a_side_took_out_is_gone_and_what_both_did_is_done_once() {
    let three = Three::of(TEXT);
    let without = TEXT.replace("  user: app\n", "");
    let theirs = without.replace("hunter2", "hunter3");
    assert_eq!(three.opened(&without, &theirs), theirs);
    assert_eq!(three.opened(TEXT, &without), without);
    assert_eq!(three.opened(&without, TEXT), without);
}

#[test]
fn a_key_renamed_on_one_side_goes_with_another_value_of_the_other() {
    let three = Three::of(TEXT);
    let ours = TEXT.replace("  user: app", "  login: app");
    let theirs = TEXT.replace("hunter2", "hunter3");
    assert_eq!(
        three.opened(&ours, &theirs),
        ours.replace("hunter2", "hunter3")
    );
    let ours = three.edited(&ours, &mut other(1));
    let theirs = three.edited(&TEXT.replace("user: app", "user: shop"), &mut other(2));
    for merged in [three.merged(&ours, &theirs), three.merged(&theirs, &ours)] {
        assert_eq!(merged.conflicts.len(), 1);
        assert_eq!(merged.conflicts[0].as_str(), "/0/stringData/user");
    }
}

/// The text with one side of each conflict left.
fn picked(text: &str, ours: bool) -> String {
    let mut within = None;
    let mut left = String::new();
    for line in text.split_inclusive('\n') {
        match line.get(..7) {
            Some("<<<<<<<") => within = Some(true),
            Some("=======") => within = Some(false),
            Some(">>>>>>>") => within = None,
            _ if within.is_none_or(|here| here == ours) => left.push_str(line),
            _ => {}
        }
    }
    left
}

#[test]
fn a_value_that_both_changed_stands_sealed_between_markers_and_either_can_be_left() {
    let three = Three::of(TEXT);
    let ours = TEXT.replace("hunter2", "ours").replace("abc", "xyz");
    let theirs = TEXT
        .replace("hunter2", "theirs")
        .replace("user: app", "user: shop");
    let (our, their) = (
        three.edited(&ours, &mut other(1)),
        three.edited(&theirs, &mut other(2)),
    );
    let merged = three.merged(&our, &their);
    assert_eq!(merged.conflicts.len(), 1);
    assert_eq!(merged.conflicts[0].as_str(), "/0/stringData/password");
    assert!(!merged.text.contains("canary-7f3a"));
    assert_eq!(merged.text.matches("<<<<<<< HEAD\n").count(), 1);
    let left = picked(&merged.text, true);
    let ours = ours.replace("user: app", "user: shop");
    assert_eq!(three.place.open(&left).unwrap(), ours);
    let left = picked(&merged.text, false);
    let refused = three.place.open(&left);
    assert!(matches!(refused, Err(OpenError::Seal { .. })));
    let accepted = SealRequest {
        vouched_by: crate::Voucher::Person,
        ..three.place.request()
    };
    let sealed = seal_file(&left, &accepted, &mut later()).unwrap();
    let theirs = theirs.replace("abc", "xyz");
    assert_eq!(three.place.open(&sealed).unwrap(), theirs);
}

#[test]
fn a_key_that_one_side_rotated_wins_and_what_comes_from_the_other_is_encrypted_under_it() {
    let three = Three::of(TEXT);
    let place = &three.place;
    let rotated = rotate_file(&three.base, &place.request(), &mut other(1)).unwrap();
    let edited = three.edited(&TEXT.replace("hunter2", "hunter3"), &mut other(2));
    let merged = three.merged(&rotated, &edited);
    assert!(!merged.new_key && merged.encrypted_anew);
    assert_eq!(
        place.open(&merged.text).unwrap(),
        TEXT.replace("hunter2", "hunter3")
    );
    let other_way = three.merged(&edited, &rotated);
    assert!(
        other_way.new_key,
        "a key that only theirs has could be one that somebody chose"
    );
    assert_eq!(
        place.open(&other_way.text).unwrap(),
        TEXT.replace("hunter2", "hunter3")
    );
    let known = [encs(&three.base), encs(&edited), encs(&rotated)].concat();
    assert!(encs(&other_way.text).iter().all(|enc| !known.contains(enc)));
}

#[test]
fn in_a_conflict_across_keys_both_sides_stand_under_the_key_of_the_result() {
    let three = Three::of(TEXT);
    let ours = three.edited(&TEXT.replace("hunter2", "ours"), &mut other(1));
    let theirs = three.edited(&TEXT.replace("hunter2", "theirs"), &mut other(2));
    let theirs = rotate_file(&theirs, &three.place.request(), &mut other(3)).unwrap();
    let merged = three.merged(&ours, &theirs);
    assert!(merged.new_key && merged.conflicts.len() == 1);
    let accepted = SealRequest {
        vouched_by: crate::Voucher::Person,
        ..three.place.request()
    };
    for (ours, expected) in [(true, "ours"), (false, "theirs")] {
        let sealed = seal_file(picked(&merged.text, ours), &accepted, &mut later()).unwrap();
        assert_eq!(
            three.place.open(&sealed).unwrap(),
            TEXT.replace("hunter2", expected)
        );
    }
}

#[test]
fn a_side_whose_seal_does_not_hold_is_refused() {
    let three = Three::of(TEXT);
    let edited = three.edited(&TEXT.replace("hunter2", "hunter3"), &mut other(1));
    let tampered = edited.replace("name: db", "name: evil");
    let moved = exchanged(&edited);
    for bad in [&tampered, &moved] {
        for (ours, theirs, side) in [
            (&three.base, bad, Side::Theirs),
            (bad, &three.base, Side::Ours),
        ] {
            let refused = three.merge(ours, theirs).unwrap_err();
            assert!(
                matches!(&refused, MergeError::Side { side: found, source: SealError::Open(OpenError::Seal { .. }) } if *found == side),
                "{}",
                chain(&refused)
            );
            let side = if side == Side::Ours { "ours" } else { "theirs" };
            assert!(refused.to_string().contains(side), "{refused}");
        }
    }
    let start = edited.find("  signet:").unwrap();
    let end = edited.find("  version: 3.13.3").unwrap();
    let plain = edited[..start].to_owned() + &edited[end..];
    let refused = three.merge(&three.base, &plain).unwrap_err();
    assert!(
        chain(&refused).contains("plain SOPS file without a seal"),
        "{}",
        chain(&refused)
    );
}

/// Two elements of the list in each other's place.
fn exchanged(text: &str) -> String {
    let encs = encs(text);
    let [.., one, other] = encs[..] else {
        panic!("no list")
    };
    text.replace(one, "@")
        .replace(other, one)
        .replace('@', other)
}

#[test]
fn a_file_of_another_place_is_refused() {
    let three = Three::of(TEXT);
    let mut elsewhere = Place::team_a();
    elsewhere.path = "tenants/team-a/prod/other.yaml".parse().unwrap();
    let theirs = elsewhere.seal(TEXT).unwrap();
    let refused = chain(&three.merge(&three.base, &theirs).unwrap_err());
    assert!(refused.contains("sealed for the path"), "{refused}");
}

#[test]
fn a_base_that_does_not_open_leaves_two_sides() {
    let mut three = Three::of(TEXT);
    let ours = three.edited(
        &TEXT
            .replace("hunter2", "ours")
            .replace("  user: app\n", "  user: app\n  more: x\n"),
        &mut other(1),
    );
    let theirs = three.edited(&TEXT.replace("hunter2", "theirs"), &mut other(2));
    three.base = "<<<<<<< not a file".to_owned();
    let merged = three.merged(&ours, &theirs);
    assert_eq!(merged.conflicts.len(), 1);
    assert!(merged.text.contains("  more: ENC["));
}

#[test]
fn another_rule_is_for_a_person_to_decide() {
    let three = Three::of("user: app\npassword: x\n");
    let place = &three.place;
    let other_rule = SealRequest {
        rule: signet_envelope::Rule::named("encrypted_regex", "pass").unwrap(),
        ..place.request()
    };
    let theirs = seal_file("user: app\npassword: x\n", &other_rule, &mut other(4)).unwrap();
    assert!(matches!(
        three.merge(&three.base, &theirs),
        Err(MergeError::Rule { .. })
    ));
}

fn of(identities: &[&Identity]) -> signet_envelope::Recipients {
    signet_envelope::Recipients {
        required: identities
            .iter()
            .map(|identity| identity.recipient().to_owned())
            .collect(),
        transitional: [].into(),
    }
}

#[test]
fn what_has_no_place_in_our_layout_is_refused_with_its_cause() {
    let three = Three::of(&TEXT.replace("name: db", "name: db, of: a"));
    let plain = three.place.open(&three.base).unwrap();
    let ours = three.edited(&plain.replace("user: app", "user: shop"), &mut other(1));
    let theirs = plain.replace("{name: db, of: a}", "\n  name: db # new\n  of: a");
    let theirs = three.edited(&theirs, &mut other(2));
    let refused = three.merge(&ours, &theirs).unwrap_err();
    assert!(
        matches!(
            refused,
            MergeError::Unwritable {
                source: Unwritable::Different,
                ..
            }
        ),
        "{}",
        chain(&refused)
    );
}

#[test]
fn documents_are_merged_each_by_itself() {
    let text = format!("{TEXT}---\nkind: Secret\nstringData:\n  a: b\n  c: d\n");
    let three = Three::of(&text);
    let ours = format!(
        "kind: Secret\nstringData:\n  new: x\n---\n{}",
        text.replace("a: b", "a: x")
    );
    let theirs = text.replace("c: d", "c: z").replace("hunter2", "hunter3");
    let expected = ours.replace("c: d", "c: z").replace("hunter2", "hunter3");
    assert_eq!(three.opened(&ours, &theirs), expected);
    let (ours, theirs) = (
        three.edited(&theirs, &mut other(1)),
        three.edited(&ours, &mut other(2)),
    );
    assert!(matches!(
        three.merge(&ours, &theirs),
        Err(MergeError::Documents { .. })
    ));
}

#[test]
fn nothing_to_merge_is_our_file_as_it_is() {
    let three = Three::of(TEXT);
    let ours = three.edited(&TEXT.replace("hunter2", "hunter3"), &mut other(1));
    assert_eq!(three.merged(&ours, &three.base.clone()).text, ours);
}

#[test]
fn no_error_and_no_conflict_shows_a_value() {
    let three = Three::of(TEXT);
    let ours = three.edited(&TEXT.replace("app", CANARY), &mut other(1));
    let theirs = three.edited(&TEXT.replace("app", "canary-7f3a-other"), &mut other(2));
    let merged = three.merged(&ours, &theirs);
    assert!(
        !merged.text.contains("canary") && !format!("{:?}", merged.conflicts).contains("canary")
    );
}

/// What comes of two plaintexts of a file of another store, opened, and whether there was a conflict.
fn merged_as(store: signet_envelope::Store, texts: [&str; 3]) -> (String, bool) {
    let place = Place::team_a();
    let recipients = of(&[&place.identities[0]]);
    let path = "x".parse().unwrap();
    let request = SealRequest {
        path: &path,
        store,
        place: None,
        recipients: &recipients,
        ..place.request()
    };
    let base = seal_file(texts[0], &request, &mut counting()).unwrap();
    let [ours, theirs] =
        [1, 2].map(|side| edit_file(&base, texts[side], &request, &mut other(side)).unwrap());
    let sides = Sides {
        base: Some(&base),
        ours: &ours,
        theirs: &theirs,
    };
    let merged = merge_file(&sides, &MARKERS, &request, &mut other(9))
        .unwrap_or_else(|error| panic!("{}", chain(&error)));
    let accepted = SealRequest {
        vouched_by: crate::Voucher::Person,
        ..request
    };
    let left = seal_file(picked(&merged.text, false), &accepted, &mut later()).unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests open what they have sealed"
    )]
    let opened = crate::open_file(&left, store, &path, &place.identities, None)
        .unwrap()
        .expose_secret()
        .to_vec();
    let opened = String::from_utf8(opened).unwrap();
    (opened, !merged.conflicts.is_empty())
}

#[test]
fn json_stays_json() {
    let base =
        "{\n  \"a\": \"b\",\n  \"n_unencrypted\": 1,\n  \"list\": [1, 2],\n  \"gone\": true\n}\n";
    let ours = base
        .replace("\"b\"", "\"x\"")
        .replace("[1, 2]", "[0, 1, 2]");
    let theirs = base
        .replace("d\": 1", "d\": \"one\"")
        .replace("[1, 2]", "[1, \"two\"]")
        .replace("\"gone\": true", "\"new\": {\"deep\": null}");
    let (merged, conflict) = merged_as(signet_envelope::Store::Json, [base, &ours, &theirs]);
    assert!(!conflict);
    let expected = serde_json::json!({"a": "x", "n_unencrypted": "one", "list": [0, 1, "two"], "new": {"deep": null}});
    let merged: serde_json::Value = serde_json::from_str(&merged).unwrap();
    assert_eq!(merged, expected);
}

#[test]
fn bytes_are_one_value() {
    let store = signet_envelope::Store::Binary;
    assert_eq!(
        merged_as(store, ["a\n", "a\n", "b\n"]),
        ("b\n".to_owned(), false)
    );
    assert_eq!(
        merged_as(store, ["a\n", "b\n", "c\n"]),
        ("c\n".to_owned(), true)
    );
}

/// What the documents hold.
fn tree(text: &str) -> Vec<serde_json::Value> {
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Refuse).unwrap();
    stream
        .roots()
        .map(|root| signet_yaml::kubernetes::to_json(root).unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_one_side_alone_did_is_what_comes_of_it(before in document(), after in document()) {
        let three = Three::of(&before);
        let edited = three.edited(&after, &mut other(1));
        for (ours, theirs) in [(&three.base, &edited), (&edited, &three.base), (&edited, &edited)] {
            let merged = three.merge(ours, theirs)
                .map_err(|error| TestCaseError::fail(format!("{}\n{before}\n{after}", chain(&error))))?;
            prop_assert_eq!(&merged.conflicts, &[]);
            prop_assert_eq!(tree(&three.place.open(&merged.text).unwrap()), tree(&after));
        }
    }

    #[test]
    fn either_side_of_any_conflict_leaves_a_file_that_can_be_sealed(
        before in document(),
        ours in document(),
        theirs in document(),
    ) {
        let three = Three::of(&before);
        let (our, their) = (three.edited(&ours, &mut other(1)), three.edited(&theirs, &mut other(2)));
        let merged = three.merge(&our, &their)
            .map_err(|error| TestCaseError::fail(format!("{}\n{before}\n{ours}\n{theirs}", chain(&error))))?;
        let accepted = SealRequest { vouched_by: crate::Voucher::Person, ..three.place.request() };
        for ours in [true, false] {
            let sealed = seal_file(picked(&merged.text, ours), &accepted, &mut later())
                .map_err(|error| TestCaseError::fail(chain(&error)))?;
            prop_assert!(three.place.open(&sealed).is_ok());
        }
    }
}
