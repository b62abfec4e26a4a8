//! A file that was sealed for another place of its tenant: it is sealed for its new one where a person agreed to that.

use super::*;
use crate::testing::{CANARY, Place, later};
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

/// The place of a file of the tenant, in the store that its name ends with.
fn place(path: &str, cluster: &str) -> Place {
    Place {
        path: path.parse().unwrap(),
        clusters: vec![cluster.parse().unwrap()],
        ..Place::team_a()
    }
}

#[test]
fn only_who_agreed_seals_it_for_its_new_place_and_then_under_a_new_key() {
    for (ending, text) in STORES {
        let from = place(&format!("tenants/team-a/prod/db.{ending}"), "prod");
        let sealed = from.seal(text).unwrap();
        for to in [
            place(&format!("tenants/team-a/prod/other.{ending}"), "prod"),
            place(&format!("tenants/team-a/staging/db.{ending}"), "staging"),
        ] {
            let refused = seal_file(&sealed, &to.request(), &mut later()).unwrap_err();
            assert!(matches!(&refused, SealError::Incoming(incoming)
                if incoming.from.as_ref().is_some_and(|origin| origin.path == from.path)));
            let clusters = if to.clusters == from.clusters {
                "the clusters prod"
            } else {
                "the clusters prod, not staging"
            };
            assert!(refused.to_string().ends_with(clusters), "{refused}");
            let earlier = [sealed.clone()];
            let carried = seal_file(&sealed, &to.taking_in(&earlier), &mut later()).unwrap();
            assert!(to.open(&carried).unwrap().contains(CANARY), "{ending}");
            assert!(from.open(&carried).is_err(), "{ending}");
            let values = |text: &str, place: &Place| -> Vec<_> {
                let sealed = parse(text, &place.path).unwrap();
                sealed.leaves().map(|leaf| leaf.enc.tag).collect()
            };
            assert_ne!(values(&carried, &to), values(&sealed, &from));
            let again = seal_file(&carried, &to.request(), &mut later()).unwrap();
            assert_eq!(again, carried);
        }
    }
}

#[test]
fn who_opens_it_no_more_in_its_new_place_is_named_but_no_transitional_recipient() {
    let from = place("tenants/team-a/prod/db.yaml", "prod");
    let sealed = from.seal(STORES[0].1).unwrap();
    let mut to = place("tenants/team-a/prod/other.yaml", "prod");
    let gone = to.recipients.required.pop_first().unwrap();
    let leaves = |to: &Place| match seal_file(&sealed, &to.request(), &mut later()) {
        Err(SealError::Incoming(incoming)) => (incoming.joins, incoming.leaves),
        other => panic!("{other:?}"),
    };
    assert_eq!(leaves(&to), (vec![], vec![gone.clone()]));
    to.recipients.transitional.insert(gone);
    assert_eq!(leaves(&to), (vec![], vec![]));
}

#[test]
fn clusters_that_come_or_go_are_the_fleets_to_say() {
    let path = "tenants/team-a/db.yaml";
    let [one, mut two] = [place(path, "prod"), place(path, "prod")];
    two.clusters.push("staging".parse().unwrap());
    for (from, to) in [(&one, &two), (&two, &one)] {
        let earlier = [from.seal(STORES[0].1).unwrap()];
        let sealed = to.seal_again(&earlier[0], &earlier[0]).unwrap();
        assert!(to.open(&sealed).unwrap().contains(CANARY));
        assert_eq!(sealed.contains("staging"), to.clusters.len() == 2);
    }
}

#[test]
fn it_is_rotated_and_edited_for_its_new_place_likewise() {
    for (ending, text) in STORES {
        let from = place(&format!("tenants/team-a/prod/db.{ending}"), "prod");
        let to = place(&format!("tenants/team-a/staging/db.{ending}"), "staging");
        let earlier = [from.seal(text).unwrap()];
        let [sealed] = &earlier;
        let request = to.taking_in(&earlier);
        let rotated = crate::testing::rotate_file(sealed, &request, &mut later()).unwrap();
        let edited = text.replace(CANARY, "another value");
        let edited = edit_file(sealed, edited, &request, &mut later()).unwrap();
        assert!(to.open(&rotated).unwrap().contains(CANARY), "{ending}");
        assert!(
            to.open(&edited).unwrap().contains("another value"),
            "{ending}"
        );
    }
}

#[test]
fn another_tenants_file_is_refused_whoever_agreed() {
    let from = Place {
        tenant: "team-b".parse().unwrap(),
        ..Place::team_a()
    };
    let earlier = [from.seal(STORES[0].1).unwrap()];
    let to = Place::team_a();
    assert!(matches!(
        seal_file(&earlier[0], &to.taking_in(&earlier), &mut later()),
        Err(SealError::Scope(ScopeError::Tenant { .. }))
    ));
}

#[test]
fn without_a_version_that_is_known_the_person_answers_for_its_values_too() {
    let from = Place::team_a();
    let sealed = from.seal(STORES[0].1).unwrap();
    let to = place("tenants/team-a/prod/other.yaml", "prod");
    assert!(matches!(
        seal_file(&sealed, &to.taking_in(&[]), &mut later()),
        Err(SealError::Altered { .. })
    ));
}

#[test]
fn what_its_own_seal_does_not_say_to_come_from_there_is_refused_whoever_agreed() {
    let from = Place {
        tenant: "team-b".parse().unwrap(),
        path: "tenants/team-b/prod/db.yaml".parse().unwrap(),
        ..Place::team_a()
    };
    let earlier = [from.seal(STORES[0].1).unwrap()];
    let claimed = earlier[0].replace("tenant: team-b", "tenant: team-a");
    let to = Place::team_a();
    let request = to.taking_in(&earlier);
    for refused in [
        seal_file(&claimed, &request, &mut later()),
        crate::testing::rotate_file(&claimed, &request, &mut later()),
        edit_file(&claimed, "a: 1\n", &request, &mut later()),
    ] {
        assert!(matches!(
            refused,
            Err(SealError::Open(crate::OpenError::Seal { .. }))
        ));
    }
}

#[test]
fn an_identity_is_sealed_for_no_other_place() {
    let identity = place("signet/identities/prod/team-a.yaml", "prod");
    let tenant = place("tenants/team-a/prod/id.yaml", "prod");
    for (from, to) in [(&identity, &tenant), (&tenant, &identity)] {
        let earlier = [from.seal(STORES[0].1).unwrap()];
        assert!(matches!(
            seal_file(&earlier[0], &to.taking_in(&earlier), &mut later()),
            Err(SealError::Scope(ScopeError::Path { .. }))
        ));
    }
}

#[test]
fn clusters_that_are_claimed_twice_are_put_right() {
    let mut from = place("tenants/team-a/db.yaml", "prod");
    from.clusters.push("prod".parse().unwrap());
    let mut to = place("tenants/team-a/db.yaml", "prod");
    to.clusters.push("staging".parse().unwrap());
    let earlier = [from.seal(STORES[0].1).unwrap()];
    let sealed = seal_file(&earlier[0], &to.taking_in(&earlier), &mut later()).unwrap();
    assert!(to.open(&sealed).unwrap().contains(CANARY));
    assert!(sealed.contains("staging"));
}
