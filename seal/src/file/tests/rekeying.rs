//! The data key: a new one, or the same one for more people.

use super::*;
use crate::testing::{CANARY, Place, chain, counting, identity, later, rotate_file};

fn keys(text: &str) -> Vec<(String, String)> {
    let sealed = parse(text, &Place::team_a().path).unwrap();
    let keys = sealed.metadata().keys().cloned().collect::<Vec<_>>();
    keys.into_iter()
        .map(|key| (key.recipient, key.enc))
        .collect()
}

fn values(text: &str) -> Vec<signet_envelope::Enc> {
    let sealed = parse(text, &Place::team_a().path).unwrap();
    sealed.leaves().map(|leaf| leaf.enc).collect()
}

fn rotated(place: &Place, text: &str) -> String {
    rotate_file(text, &place.request(), &mut later())
        .unwrap_or_else(|error| panic!("{}", chain(&error)))
}

/// The tests' place without the second of its identities.
fn without_second() -> Place {
    let mut place = Place::team_a();
    let gone = place.identities.pop().unwrap();
    place.recipients.required.remove(gone.recipient());
    place
}

#[test]
fn a_rotated_file_opens_and_shares_no_ciphertext() {
    let first = sealed(SECRET);
    let second = rotated(&Place::team_a(), &first);
    assert!(!second.contains(CANARY));
    assert!(
        values(&second)
            .iter()
            .all(|enc| !values(&first).contains(enc))
    );
    let place = Place::team_a();
    assert_eq!(place.open(&second).unwrap(), place.open(&first).unwrap());
    assert_eq!(clear_lines(&second), clear_lines(&first));
}

#[test]
fn who_was_removed_opens_nothing_of_a_rotated_file() {
    let first = sealed(SECRET);
    let place = without_second();
    let second = rotated(&place, &first);
    assert_eq!(keys(&second).len(), 1);
    place.open(&second).unwrap();
    let gone = [identity(2)];
    let refused = crate::testing::open_file(&second, &place.path, &gone, None).unwrap_err();
    assert!(matches!(refused, crate::OpenError::NotForIdentity { .. }));
    let held = crate::unlock::data_key(&parse(&first, &place.path).unwrap(), &[&gone[0]]).unwrap();
    let after = parse(&second, &place.path).unwrap();
    assert!(crate::unlock::open_slots(&after, &held).is_err());
}

#[test]
fn a_file_that_was_tampered_with_is_not_rotated() {
    let first = sealed(SECRET);
    let refused = rotate_file(
        &first.replace("name: db", "name: dc"),
        &Place::team_a().request(),
        &mut later(),
    );
    assert!(matches!(
        refused,
        Err(SealError::Open(crate::OpenError::Seal { .. }))
    ));
    let place = Place {
        path: "tenants/team-a/prod/other.yaml".parse().unwrap(),
        ..Place::team_a()
    };
    let refused = rotate_file(&first, &place.request(), &mut later());
    assert!(matches!(refused, Err(SealError::Incoming(_))));
}

#[test]
fn a_recipient_more_gets_the_key_and_leaves_every_ciphertext_and_the_mac() {
    let first = rotated(&without_second(), &sealed(SECRET));
    let second = Place::team_a().seal_again(&first, &first).unwrap();
    assert_eq!(values(&second), values(&first));
    let (before, after) = (keys(&first), keys(&second));
    assert!(after.contains(&before[0]) && after.len() == 2);
    for name in ["mac:", "lastmodified:"] {
        let line = first
            .lines()
            .find(|line| line.trim().starts_with(name))
            .unwrap();
        assert!(second.contains(line), "{name}");
    }
    let newcomer = [identity(2)];
    crate::testing::open_file(
        &second,
        &Place::team_a().path,
        &newcomer,
        Some(&Place::team_a().scope()),
    )
    .unwrap();
}

#[test]
fn nobody_is_added_without_the_key() {
    let first = rotated(&without_second(), &sealed(SECRET));
    let place = Place::team_a();
    let nobody = SealRequest {
        identities: &[],
        ..place.request()
    };
    let refused = seal_file(&first, &nobody, &mut counting()).unwrap_err();
    assert!(matches!(refused, SealError::NeedsIdentity { .. }));
    let moved = first.replace("name: db", "name: dc");
    assert!(matches!(
        place.seal(&moved),
        Err(SealError::Open(crate::OpenError::Seal { .. }))
    ));
}

#[test]
fn a_file_with_a_key_of_another_kind_is_edited_with_it_and_not_rotated() {
    let place = Place::team_a();
    let sops = SealRequest {
        place: None,
        ..place.request()
    };
    let text = seal_file("a: canary-7f3a-hunter2\n", &sops, &mut counting()).unwrap();
    let pgp = "  pgp:\n    - created_at: \"2026-01-02T03:04:05Z\"\n      enc: |-\n        -----BEGIN PGP MESSAGE-----\n      fp: ABCDEF\n  version:";
    let both = text.replace("  version:", pgp);
    let recipients = Recipients {
        required: place
            .recipients
            .required
            .iter()
            .cloned()
            .chain(["ABCDEF".to_owned()])
            .collect(),
        transitional: [].into(),
    };
    let request = SealRequest {
        recipients: &recipients,
        vouched_by: Voucher::Earlier(std::slice::from_ref(&both)),
        ..sops
    };
    let edited = edit_file(&both, "a: other\n", &request, &mut later()).unwrap();
    assert!(edited.contains("fp: ABCDEF") && edited.contains("BEGIN PGP MESSAGE"));
    let refused = rotate_file(&both, &request, &mut later()).unwrap_err();
    assert!(matches!(refused, SealError::Foreign { .. }));
    assert!(chain(&refused).contains("ABCDEF (pgp)"));
}

/// A plain SOPS file of one value for these groups of the identities of these bytes.
fn grouped(groups: &[&[u8]], threshold: u32) -> String {
    let groups = KeyGroups {
        groups: groups.iter().map(|bytes| recipients(bytes)).collect(),
        threshold,
    };
    let place = Place::team_a();
    let request = SealRequest {
        place: None,
        key_groups: Some(&groups),
        ..place.request()
    };
    seal_file("a: canary-7f3a-hunter2\n", &request, &mut counting()).unwrap()
}

fn recipients(bytes: &[u8]) -> std::collections::BTreeSet<String> {
    let identities = bytes.iter().map(|byte| identity(*byte));
    identities
        .map(|identity| identity.recipient().to_owned())
        .collect()
}

fn regrouped(text: &str, gone: &[u8], come: &[u8]) -> Result<KeyGroups, SealError> {
    let sealed = parse(text, &Place::team_a().path).unwrap();
    regroup(&sealed, &recipients(gone), &recipients(come))
}

#[test]
fn groups_keep_their_number_and_threshold_when_people_come_and_go() {
    let text = grouped(&[&[1, 2], &[3, 4], &[5]], 2);
    let groups = regrouped(&text, &[4], &[6, 5]).unwrap();
    let expected = [recipients(&[1, 2, 6]), recipients(&[3]), recipients(&[5])];
    assert_eq!(groups.groups, expected);
    assert_eq!(groups.threshold, 2);
    let place = Place::team_a();
    let request = SealRequest {
        place: None,
        key_groups: Some(&groups),
        ..place.request()
    };
    let identities = [identity(1), identity(3)];
    let request = SealRequest {
        identities: &identities,
        ..request
    };
    let rotated = rotate_file(&text, &request, &mut later()).unwrap();
    let open = |bytes: &[u8]| {
        let identities: Vec<Identity> = bytes.iter().map(|byte| identity(*byte)).collect();
        crate::testing::open_file(&rotated, &place.path, &identities, None)
    };
    assert!(open(&[6, 3]).is_ok() && open(&[5, 2]).is_ok());
    assert!(open(&[6]).is_err() && open(&[4, 5]).is_err());
}

#[test]
fn values_under_a_key_that_nobody_answers_for_are_neither_rotated_nor_wrapped_for_more() {
    let committed = [sealed(SECRET)];
    let mut theirs = |bytes: &mut [u8]| bytes.fill(77);
    let place = Place::team_a();
    let planted = seal_file(SECRET, &without_second().request(), &mut theirs).unwrap();
    let known = SealRequest {
        vouched_by: Voucher::Earlier(&committed),
        ..place.request()
    };
    let is_asked = |done: Result<String, SealError>| matches!(done, Err(SealError::Altered { parts, .. }) if parts.contains(&crate::Altered::DataKey));
    assert!(is_asked(rotate_file(&planted, &known, &mut later())));
    assert!(is_asked(seal_file(&planted, &known, &mut later())));
    let agreed = SealRequest {
        vouched_by: Voucher::Person,
        ..place.request()
    };
    rotate_file(&planted, &agreed, &mut later()).unwrap();
    rotate_file(&committed[0], &known, &mut later()).unwrap();
}

#[test]
fn in_a_fleet_nobody_gets_a_key_that_nobody_answers_for_and_a_yes_puts_another_in_its_place() {
    let place = Place::team_a();
    let mut theirs = |bytes: &mut [u8]| bytes.fill(77);
    let plainly = SealRequest {
        place: None,
        ..place.request()
    };
    let plain = seal_file(SECRET, &plainly, &mut theirs).unwrap();
    let for_too_few = seal_file(SECRET, &without_second().request(), &mut theirs).unwrap();
    for (planted, request) in [
        (plain, place.taking_in(&[])),
        (for_too_few, place.request()),
    ] {
        let refused = seal_file(&planted, &request, &mut later()).unwrap_err();
        assert!(
            matches!(refused, SealError::Altered { .. }),
            "{}",
            chain(&refused)
        );
        let agreed = SealRequest {
            vouched_by: Voucher::Person,
            ..request
        };
        let sealed = seal_file(&planted, &agreed, &mut later()).unwrap();
        assert_eq!(keys(&sealed).len(), 2);
        let before = values(&planted);
        assert!(values(&sealed).iter().all(|enc| !before.contains(enc)));
        assert_eq!(
            place.open(&sealed).unwrap(),
            place.open(&self::sealed(SECRET)).unwrap()
        );
    }
}

#[test]
fn a_file_of_which_several_groups_are_needed_is_not_rotated_for_one() {
    let text = grouped(&[&[1], &[2]], 2);
    let place = Place::team_a();
    let request = SealRequest {
        place: None,
        ..place.request()
    };
    let refused = rotate_file(&text, &request, &mut later()).unwrap_err();
    assert!(
        matches!(refused, SealError::Ungrouped { .. }),
        "{}",
        chain(&refused)
    );
    let one = KeyGroups::one(recipients(&[1, 2]));
    let request = SealRequest {
        key_groups: Some(&one),
        ..request
    };
    rotate_file(&text, &request, &mut later()).unwrap();
}

#[test]
fn nobody_is_added_to_a_file_of_which_several_groups_are_needed_without_a_group() {
    let text = grouped(&[&[1], &[2]], 2);
    let place = Place::team_a();
    let recipients = Recipients {
        required: recipients(&[1, 2, 3]),
        transitional: [].into(),
    };
    let request = SealRequest {
        place: None,
        recipients: &recipients,
        ..place.request()
    };
    let refused = seal_file(&text, &request, &mut later()).unwrap_err();
    assert!(
        matches!(refused, SealError::Ungrouped { .. }),
        "{}",
        chain(&refused)
    );
}

#[test]
fn nobody_is_taken_out_of_a_group_that_would_have_nobody_left() {
    let text = grouped(&[&[1, 2], &[3]], 2);
    let refused = regrouped(&text, &[3], &[6]).unwrap_err();
    assert!(matches!(refused, SealError::Abandoned { number: 2, .. }));
    assert!(chain(&refused).contains("in key group 2 of 2"));
    let text = grouped(&[&[1]], 0);
    let refused = regrouped(&text, &[1], &[]).unwrap_err();
    assert!(chain(&refused).contains("nobody would be left to open it"));
    assert_eq!(
        regrouped(&text, &[1], &[2]).unwrap(),
        KeyGroups::one(recipients(&[2]))
    );
}
