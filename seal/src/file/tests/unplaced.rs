//! A file that claims no place, or whose claims were written by somebody who cannot open it: nobody has it sealed for another
//! place than its own who was not asked.

use super::*;
use crate::testing::{CANARY, Place, chain, identity, later, rotate_file};
use crate::{OpenError, edit_file};
use signet_envelope::ScopeError;

const STORES: [(&str, &str); 5] = [
    (
        "yaml",
        "kind: Secret\nstringData: {password: canary-7f3a-hunter2}\n",
    ),
    ("json", "{\"password\": \"canary-7f3a-hunter2\"}\n"),
    ("env", "PASSWORD=canary-7f3a-hunter2\n"),
    ("ini", "[db]\npassword = canary-7f3a-hunter2\n"),
    ("bin", "canary-7f3a-hunter2"),
];

/// The place of whoever wants another's file: one more opens what is there.
fn theirs(path: &str) -> Place {
    let mut place = Place {
        path: path.parse().unwrap(),
        tenant: "team-b".parse().unwrap(),
        ..Place::team_a()
    };
    let stranger = identity(3).recipient().to_owned();
    place.recipients.required.insert(stranger);
    place
}

/// The file as SOPS has it, without any seal.
fn stripped(place: &Place, text: &str) -> String {
    let plain = SealRequest {
        place: None,
        ..place.request()
    };
    seal_file(text, &plain, &mut counting()).unwrap()
}

/// What each command would make of the file.
fn by_each(sealed: &str, request: &SealRequest<'_>) -> [Result<String, SealError>; 3] {
    [
        seal_file(sealed, request, &mut later()),
        edit_file(sealed, "a: b\n", request, &mut later()),
        rotate_file(sealed, request, &mut later()),
    ]
}

#[track_caller]
fn assert_refused(
    sealed: &str,
    request: &SealRequest<'_>,
    is_expected: impl Fn(&SealError) -> bool,
) {
    for refused in by_each(sealed, request) {
        let refused = refused.unwrap_err();
        let said = chain(&refused);
        assert!(is_expected(&refused), "{said}");
        assert!(!said.contains(CANARY), "{said}");
    }
}

fn is_without_origin(refused: &SealError) -> bool {
    matches!(refused, SealError::Incoming(incoming) if incoming.from.is_none())
}

#[test]
fn a_file_without_a_seal_is_taken_in_by_nobody_who_was_not_asked_and_then_under_a_new_key() {
    for (ending, text) in STORES {
        let to = theirs(&format!("tenants/team-b/prod/db.{ending}"));
        let from = Place {
            path: to.path.clone(),
            ..Place::team_a()
        };
        let earlier = [stripped(&from, text)];
        let [sealed] = &earlier;
        for vouched_by in [Voucher::Nobody, Voucher::Earlier(&earlier)] {
            let request = SealRequest {
                vouched_by,
                ..to.request()
            };
            assert_refused(sealed, &request, |refused| {
                let all: Vec<String> = to.recipients.required.iter().cloned().collect();
                matches!(refused, SealError::Incoming(incoming)
                    if incoming.from.is_none() && incoming.joins == all)
            });
        }
        let leaves = |text: &str| -> Vec<_> {
            let sealed = parse(text, &to.path).unwrap();
            sealed.leaves().map(|leaf| leaf.enc).collect()
        };
        let taken = seal_file(sealed, &to.taking_in(&earlier), &mut later()).unwrap();
        let rotated = rotate_file(sealed, &to.taking_in(&earlier), &mut later()).unwrap();
        for taken in [taken, rotated] {
            assert!(to.open(&taken).unwrap().contains(CANARY), "{ending}");
            assert!(leaves(&taken) != leaves(sealed), "{ending}");
        }
    }
}

#[test]
fn a_file_for_whom_it_is_to_be_already_is_not_taken_in_without_a_question_either() {
    let place = Place::team_a();
    let sealed = stripped(&place, STORES[0].1);
    assert_refused(&sealed, &place.request(), is_without_origin);
}

#[test]
fn claims_that_were_written_to_fit_show_nothing_whoever_vouches() {
    let from = Place::team_a();
    let sealed = from.seal(STORES[0].1).unwrap();
    let to = theirs("tenants/team-b/prod/db.yaml");
    let fitting = sealed
        .replace(
            "path: tenants/team-a/prod/db.yaml",
            "path: tenants/team-b/prod/db.yaml",
        )
        .replace("tenant: team-a", "tenant: team-b");
    let own = "kind: Secret\nstringData: {a: b}\n";
    let own = seal_file(own, &to.request(), &mut later()).unwrap();
    // What the path had before: nothing, a file of its own, the other's as it is, and as it was written to fit.
    for earlier in [vec![], vec![own], vec![sealed], vec![fitting.clone()]] {
        for request in [
            SealRequest {
                vouched_by: Voucher::Earlier(&earlier),
                ..to.request()
            },
            to.taking_in(&earlier),
        ] {
            assert_refused(&fitting, &request, |refused| {
                matches!(refused, SealError::Open(OpenError::Seal { .. }))
            });
        }
    }
}

#[test]
fn a_cluster_that_was_written_into_a_seal_is_not_taken_for_agreed_to() {
    let from = Place::team_a();
    let earlier = [from.seal(STORES[0].1).unwrap()];
    let mut to = Place::team_a();
    to.clusters.push("staging".parse().unwrap());
    let fitting = earlier[0].replace("      - prod\n", "      - prod\n      - staging\n");
    assert!(fitting != earlier[0]);
    let request = SealRequest {
        vouched_by: Voucher::Earlier(&earlier),
        ..to.request()
    };
    assert_refused(&fitting, &request, |refused| {
        matches!(refused, SealError::Open(OpenError::Seal { .. }))
    });
}

#[test]
fn a_version_that_was_sealed_for_another_place_does_not_vouch_for_a_file_without_a_seal() {
    let to = theirs("tenants/team-b/prod/db.yaml");
    let from = Place {
        path: to.path.clone(),
        ..Place::team_a()
    };
    let earlier = [from.seal(STORES[0].1).unwrap()];
    let start = earlier[0].find("  signet:\n").unwrap();
    let end = start + earlier[0][start..].find("\n  version:").unwrap() + 1;
    let stripped = format!("{}{}", &earlier[0][..start], &earlier[0][end..]);
    let request = SealRequest {
        vouched_by: Voucher::Earlier(&earlier),
        ..to.request()
    };
    assert_refused(&stripped, &request, is_without_origin);
}

#[test]
fn identities_stay_where_they_are_whoever_agreed() {
    let text = "apiVersion: signet.dev/v1alpha1\nkind: Identity\nspec:\n  identity: AGE-SECRET-KEY-1CANARY-7F3A-HUNTER2\n";
    let to = theirs("tenants/team-b/prod/db.yaml");
    let earlier = [stripped(&Place::team_a(), text)];
    let is_identity = |refused: &SealError| matches!(refused, SealError::Identity { .. });
    assert_refused(&earlier[0], &to.request(), is_identity);
    assert_refused(&earlier[0], &to.taking_in(&earlier), is_identity);
    let nobodys = SealRequest {
        place: None,
        ..to.request()
    };
    for refused in [
        seal_file(&earlier[0], &nobodys, &mut later()),
        rotate_file(&earlier[0], &nobodys, &mut later()),
    ] {
        assert!(is_identity(&refused.unwrap_err()));
    }
    let elsewhere = SealRequest {
        in_fleet: false,
        ..nobodys
    };
    rotate_file(&earlier[0], &elsewhere, &mut later()).unwrap();
    // Its own seal says whose it is: a Secret of an age key that a tenant has for itself.
    let moved = Place {
        path: "tenants/team-b/prod/other.yaml".parse().unwrap(),
        ..theirs("tenants/team-b/prod/db.yaml")
    };
    let moved = [moved.seal(text).unwrap()];
    seal_file(&moved[0], &to.taking_in(&moved), &mut later()).unwrap();
    let document = theirs("signet/identities/prod/team-b.yaml");
    assert_refused(&earlier[0], &document.taking_in(&earlier), is_identity);
}

#[test]
fn a_key_that_a_version_of_its_place_has_is_enough_to_put_the_seal_back_over_an_identity() {
    let place = Place::team_a();
    let text = "kind: Secret\nstringData:\n  age.agekey: AGE-SECRET-KEY-1CANARY-7F3A-HUNTER2\n";
    let earlier = place.seal(text).unwrap();
    let start = earlier.find("  signet:\n").unwrap();
    let end = start + earlier[start..].find("\n  version:").unwrap() + 1;
    let stripped = format!("{}{}", &earlier[..start], &earlier[end..]);
    let refused = place.seal_again(&stripped, &earlier).unwrap_err();
    assert!(matches!(refused, SealError::Altered { parts, .. } if parts == [Altered::Seal]));
}

#[test]
fn a_seal_behind_the_first_document_is_not_dropped_in_silence() {
    let place = Place::team_a();
    let sealed = place
        .seal("kind: Secret\nstringData: {a: b}\n---\nkind: Secret\nstringData: {c: d}\n")
        .unwrap();
    let start = sealed.find("  signet:\n").unwrap();
    let end = start + sealed[start..].find("\n  version:").unwrap() + 1;
    let half = format!("{}{}", &sealed[..start], &sealed[end..]);
    let earlier = [half.clone()];
    let refused = seal_file(&half, &place.taking_in(&earlier), &mut later()).unwrap_err();
    assert!(
        matches!(refused, SealError::Scope(ScopeError::Strict { .. })),
        "{}",
        chain(&refused)
    );
}
