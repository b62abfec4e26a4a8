//! Files of which several groups are needed: who is in them after a merge.

use super::*;
use crate::{KeyGroups, Voucher};

const TEXT: &str = "a: b\nc: d\n";

/// Two groups of one each, and both are needed.
const BEFORE: [u8; 2] = [1, 2];

fn groups(people: [u8; 2]) -> KeyGroups {
    KeyGroups {
        groups: people
            .iter()
            .map(|byte| [identity(*byte).recipient().to_owned()].into())
            .collect(),
        threshold: 2,
    }
}

fn done(
    people: [u8; 2],
    vouched_by: Voucher<'_>,
    work: impl Fn(&SealRequest<'_>) -> Result<String, SealError>,
) -> String {
    let (place, groups) = (Place::team_a(), groups(people));
    let identities = [1, 2, 3, 4].map(identity);
    let recipients = of(&people.map(identity).iter().collect::<Vec<_>>());
    let request = SealRequest {
        place: None,
        recipients: &recipients,
        key_groups: Some(&groups),
        identities: &identities,
        vouched_by,
        ..place.request()
    };
    work(&request).unwrap_or_else(|error| panic!("{}", chain(&error)))
}

fn base() -> String {
    done(BEFORE, Voucher::Nobody, |request| {
        seal_file(TEXT, request, &mut counting())
    })
}

fn edited(text: &str, number: usize) -> String {
    done(BEFORE, Voucher::Nobody, |request| {
        edit_file(&base(), text, request, &mut other(number))
    })
}

/// The file for other groups, under a new key.
fn regrouped(people: [u8; 2], number: usize) -> String {
    done(people, Voucher::Nobody, |request| {
        rotate_file(&base(), request, &mut other(number))
    })
}

fn merge(ours: &str, theirs: &str) -> Result<Merged, MergeError> {
    let (place, nobody, base) = (Place::team_a(), of(&[]), base());
    let identities = [1, 2, 3, 4].map(identity);
    let request = SealRequest {
        place: None,
        recipients: &nobody,
        identities: &identities,
        vouched_by: Voucher::Person,
        ..place.request()
    };
    let sides = Sides {
        base: Some(&base),
        ours,
        theirs,
    };
    merge_file(&sides, &MARKERS, &request, &mut other(9))
}

fn opens(text: &str, people: &[u8]) -> Option<String> {
    let path = Place::team_a().path;
    let identities: Vec<Identity> = people.iter().map(|byte| identity(*byte)).collect();
    let bytes = crate::testing::open_file(text, &path, &identities, None);
    Some(String::from_utf8(bytes.ok()?.to_vec()).unwrap())
}

#[test]
fn groups_that_no_side_changed_stay_under_their_key() {
    let (ours, theirs) = (edited("a: x\nc: d\n", 1), edited("a: b\nc: z\n", 2));
    let merged = merge(&ours, &theirs).unwrap();
    assert!(!merged.new_key && merged.conflicts.is_empty());
    assert_eq!(opens(&merged.text, &[1, 2]).unwrap(), "a: x\nc: z\n");
    assert_eq!(opens(&merged.text, &[1]), None);
}

#[test]
fn groups_that_one_side_changed_are_those_of_the_result_under_a_new_key() {
    let (edited, regrouped) = (edited("a: x\nc: d\n", 1), regrouped([1, 3], 2));
    for (ours, theirs) in [(&edited, &regrouped), (&regrouped, &edited)] {
        let merged = merge(ours, theirs).unwrap();
        assert!(merged.new_key);
        assert_eq!(opens(&merged.text, &[1, 3]).unwrap(), "a: x\nc: d\n");
        assert_eq!(opens(&merged.text, &[1, 2]), None);
        assert_eq!(opens(&merged.text, &[1]), None);
    }
}

#[test]
fn groups_that_both_sides_changed_are_merged_only_if_they_agree() {
    let (ours, theirs) = (regrouped([1, 3], 1), regrouped([1, 3], 2));
    let merged = merge(&ours, &theirs).unwrap();
    assert_eq!(opens(&merged.text, &[1, 3]).unwrap(), TEXT);
    assert_eq!(opens(&merged.text, &[1]), None);
    let refused = merge(&ours, &regrouped([1, 4], 2)).unwrap_err();
    assert!(
        matches!(refused, MergeError::Recipients { .. }),
        "{refused}"
    );
}
