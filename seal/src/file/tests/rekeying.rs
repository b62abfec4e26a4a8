//! The data key: a new one, or the same one for more people.

use super::*;
use crate::testing::{CANARY, Place, chain, counting, identity, later};

fn keys(text: &str) -> Vec<(String, String)> {
    let sealed = parse(text, &Place::team_a().path).unwrap();
    let keys = sealed.metadata().keys().cloned().collect::<Vec<_>>();
    keys.into_iter()
        .map(|key| (key.recipient, key.enc))
        .collect()
}

fn values(text: &str) -> Vec<signet_envelope::Enc> {
    let sealed = parse(text, &Place::team_a().path).unwrap();
    sealed
        .leaves()
        .iter()
        .map(|leaf| leaf.enc.clone())
        .collect()
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
    assert!(matches!(refused, Err(SealError::Altered { .. })));
    let place = Place {
        path: "tenants/team-a/prod/other.yaml".parse().unwrap(),
        ..Place::team_a()
    };
    let refused = rotate_file(&first, &place.request(), &mut later());
    assert!(matches!(refused, Err(SealError::Scope(_))));
}

#[test]
fn a_recipient_more_gets_the_key_and_leaves_every_ciphertext_and_the_mac() {
    let first = rotated(&without_second(), &sealed(SECRET));
    let second = Place::team_a().seal(&first).unwrap();
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
    assert!(matches!(place.seal(&moved), Err(SealError::Altered { .. })));
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
        vouched_by: Voucher::Earlier(&both),
        ..sops
    };
    let edited = edit_file(&both, "a: other\n", &request, &mut later()).unwrap();
    assert!(edited.contains("fp: ABCDEF") && edited.contains("BEGIN PGP MESSAGE"));
    let refused = rotate_file(&both, &request, &mut later()).unwrap_err();
    assert!(matches!(refused, SealError::Foreign { .. }));
    assert!(chain(&refused).contains("ABCDEF (pgp)"));
}
