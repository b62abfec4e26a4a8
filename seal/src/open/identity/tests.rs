use secrecy::ExposeSecret;
use signet_api::owner;
use signet_envelope::{Recipients, ScopeError, Store, parse, recipients};

use super::*;
use crate::testing::{CANARY, chain, counting, identity};
use crate::{SealPlace, SealRequest, Voucher, seal_file};

/// Recovery is identity 1, the cluster prod 2, team-a on prod 3.
fn fleet() -> Fleet {
    fleet_with("", "")
}

/// The same with more in the documents of the cluster and of team-a on it.
fn fleet_with(cluster: &str, on: &str) -> Fleet {
    let (more_of_cluster, more) = (cluster, on);
    let document = |kind: &str, name: &str, spec: &str| {
        format!(
            "apiVersion: signet.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{spec}"
        )
    };
    let recipient = |byte| identity(byte).recipient().to_owned();
    let policy = format!(
        "apiVersion: signet.dev/v1alpha1\nkind: Policy\nspec:\n  version: 1\n  repository: 6f1c0d\n  ref: refs/heads/main\n  \
         principals: {{alice: {{keys: [ssh-ed25519 AAAA]}}}}\n  groups: {{root: [alice]}}\n  \
         rules: [{{paths: ['**'], signers: root}}]\n  recovery: {{recipients: [{}]}}\n",
        recipient(1)
    );
    let cluster = document(
        "Cluster",
        "prod",
        &format!("  recipient: {}\n{more_of_cluster}", recipient(2)),
    );
    let on = format!(
        "    - {{name: prod, recipient: {}{more}, namespaces: [team-a], sources: []}}\n",
        recipient(3)
    );
    let tenant = document("Tenant", "team-a", &format!("  clusters:\n{on}"));
    let files = [
        ("signet/policy.yaml", policy),
        ("signet/clusters/prod.yaml", cluster),
        ("signet/tenants/team-a.yaml", tenant),
    ];
    let fleet =
        Fleet::parse(files.map(|(path, text)| (path.parse().unwrap(), text.into_bytes()))).unwrap();
    assert_eq!(fleet.problems, []);
    fleet
}

/// The text of an identity that is made of one byte.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests seal identities that they have made"
)]
fn text(byte: u8) -> String {
    Identity::generate(&mut |bytes: &mut [u8]| bytes.fill(byte))
        .1
        .expose_secret()
        .to_owned()
}

/// An Identity document, sealed for its path.
fn sealed(fleet: &Fleet, path: &str, identity: &str) -> Sealed {
    sealed_for(
        &recipients(fleet, &path.parse().unwrap()).unwrap(),
        fleet,
        path,
        identity,
    )
}

fn sealed_for(demanded: &Recipients, fleet: &Fleet, path: &str, identity: &str) -> Sealed {
    let path: RepoPath = path.parse().unwrap();
    let owner = owner(fleet, &path).unwrap();
    let document = format!(
        "apiVersion: signet.dev/v1alpha1\nkind: Identity\nmetadata: {{name: x}}\nspec:\n  identity: {identity}\n"
    );
    let request = SealRequest {
        path: &path,
        store: Store::Yaml,
        place: Some(SealPlace {
            repository: "6f1c0d",
            tenant: &owner.tenant,
            clusters: &owner.clusters,
            takes_incoming: false,
        }),
        in_fleet: true,
        recipients: demanded,
        key_groups: None,
        rule: None,
        mac_only_encrypted: false,
        identities: &[],
        vouched_by: Voucher::Nobody,
        now: "2026-01-02T03:04:05Z".parse().unwrap(),
    };
    let text = seal_file(&document, &request, &mut counting())
        .unwrap_or_else(|error| panic!("{}", chain(&error)));
    parse(&text, &path).unwrap()
}

fn open_as(
    byte: u8,
    path: &str,
    identity_text: &str,
    tenant: Option<&str>,
) -> Result<String, OpenError> {
    let fleet = fleet();
    let sealed = sealed(&fleet, path, identity_text);
    let tenant: Option<TenantName> = tenant.map(|name| name.parse().unwrap());
    let opened = open_sealed_identities(
        &sealed,
        &fleet,
        &"prod".parse().unwrap(),
        tenant.as_ref(),
        &identity(byte),
    )?;
    Ok(opened[0].recipient().to_owned())
}

const CLUSTER: &str = "signet/identities/prod/cluster.yaml";
const TEAM_A: &str = "signet/identities/prod/team-a.yaml";

#[test]
fn recovery_opens_the_cluster_and_the_cluster_its_tenants() {
    assert_eq!(
        open_as(1, CLUSTER, &text(2), None).unwrap(),
        identity(2).recipient()
    );
    assert_eq!(
        open_as(2, TEAM_A, &text(3), Some("team-a")).unwrap(),
        identity(3).recipient()
    );
    assert_eq!(
        open_as(1, TEAM_A, &text(3), Some("team-a")).unwrap(),
        identity(3).recipient()
    );
}

#[test]
fn a_tenant_opens_no_identity() {
    for (path, tenant) in [(CLUSTER, None), (TEAM_A, Some("team-a"))] {
        assert!(matches!(
            open_as(3, path, &text(3), tenant),
            Err(OpenError::NotForIdentity { .. })
        ));
    }
}

#[test]
fn an_identity_that_the_fleet_does_not_name_is_refused() {
    let refusal = open_as(2, TEAM_A, &text(9), Some("team-a")).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        format!(
            "{TEAM_A} holds the identity of {}, but the fleet names {}",
            identity(9).recipient(),
            identity(3).recipient()
        )
    );
}

#[test]
fn the_cluster_s_file_is_not_a_tenants() {
    let refusal = open_as(1, CLUSTER, &text(2), Some("team-a"));
    assert!(matches!(
        refusal,
        Err(OpenError::Scope(ScopeError::Tenant { .. }))
    ));
}

#[test]
fn what_is_no_identity_is_not_repeated() {
    let refusal = open_as(2, TEAM_A, CANARY, Some("team-a")).unwrap_err();
    assert!(matches!(refusal, OpenError::Identity { .. }));
    assert!(!format!("{} {refusal:?}", chain(&refusal)).contains(CANARY));
}

/// The recipients of what is opened of team-a's document with this text, when the fleet lists these as transitional.
fn opened_in_transition(listed: &[u8], identity_text: &str) -> Vec<String> {
    let listed: Vec<String> = listed
        .iter()
        .map(|&byte| identity(byte).recipient().to_owned())
        .collect();
    let fleet = fleet_with("", &format!(", transitional: [{}]", listed.join(", ")));
    let sealed = sealed(&fleet, TEAM_A, identity_text);
    let (cluster, tenant) = ("prod".parse().unwrap(), "team-a".parse().unwrap());
    let opened = open_sealed_identities(&sealed, &fleet, &cluster, Some(&tenant), &identity(2));
    let opened = opened.unwrap_or_else(|error| panic!("{}", chain(&error)));
    opened
        .iter()
        .map(|one| one.recipient().to_owned())
        .collect()
}

#[test]
fn while_an_identity_is_rotated_the_one_before_it_opens_too_and_no_longer_than_the_documents_list_it()
 {
    let both = format!("{}\n  transitional:\n  - identity: {}", text(3), text(4));
    let [new, old] = [3, 4].map(|byte| identity(byte).recipient().to_owned());
    assert_eq!(opened_in_transition(&[4], &both), [new.clone(), old]);
    assert_eq!(
        opened_in_transition(&[5], &both),
        std::slice::from_ref(&new)
    );
    assert_eq!(opened_in_transition(&[4], &text(3)), [new]);
}

#[test]
fn the_identity_that_takes_the_place_has_to_be_there() {
    let fleet = fleet_with(
        "",
        &format!(", transitional: [{}]", identity(4).recipient()),
    );
    let sealed = sealed(&fleet, TEAM_A, &text(4));
    let (cluster, tenant) = ("prod".parse().unwrap(), "team-a".parse().unwrap());
    let refusal = open_sealed_identities(&sealed, &fleet, &cluster, Some(&tenant), &identity(2));
    assert!(matches!(
        refusal.err(),
        Some(OpenError::OtherIdentity { .. })
    ));
}

#[test]
fn while_a_cluster_is_rotated_either_of_its_identities_opens_what_is_sealed_for_it() {
    let old = identity(6).recipient().to_owned();
    let fleet = fleet_with(&format!("  transitional: [{old}]\n"), "");
    let (cluster, tenant) = ("prod".parse().unwrap(), "team-a".parse().unwrap());
    let open = |sealed: &Sealed, byte| {
        let opened =
            open_sealed_identities(sealed, &fleet, &cluster, Some(&tenant), &identity(byte));
        opened.map(|opened| opened[0].recipient().to_owned())
    };
    let both = [1, 2, 6].map(|byte| identity(byte).recipient().to_owned());
    let both = Recipients::from(std::collections::BTreeSet::from(both));
    let for_both = sealed_for(&both, &fleet, TEAM_A, &text(3));
    let before = [1, 6].map(|byte| identity(byte).recipient().to_owned());
    let before = Recipients::from(std::collections::BTreeSet::from(before));
    let from_before = sealed_for(&before, &fleet, TEAM_A, &text(3));
    let found = identity(3).recipient().to_owned();
    assert_eq!(open(&for_both, 2).unwrap(), found);
    assert_eq!(open(&for_both, 6).unwrap(), found);
    assert_eq!(open(&from_before, 6).unwrap(), found);
    let ended = fleet_with("", "");
    let refusal = open_sealed_identities(&for_both, &ended, &cluster, Some(&tenant), &identity(2));
    let refusal = refusal.err().map(|error| chain(&error)).unwrap_or_default();
    assert!(refusal.contains(&old), "{refusal}");
}

#[test]
fn while_a_recovery_key_is_rotated_what_is_sealed_for_the_old_one_opens_and_no_longer_than_that() {
    let [old, new] = [1, 7].map(|byte| identity(byte).recipient().to_owned());
    let mut fleet = fleet();
    let from_before = sealed(&fleet, TEAM_A, &text(3));
    let (cluster, tenant) = ("prod".parse().unwrap(), "team-a".parse().unwrap());
    let open = |fleet: &Fleet, byte| {
        let identity = identity(byte);
        let opened =
            open_sealed_identities(&from_before, fleet, &cluster, Some(&tenant), &identity);
        opened.map(|opened| opened[0].recipient().to_owned())
    };
    fleet.policy.recovery.recipients = vec![new.clone()];
    fleet.policy.recovery.transitional = vec![old.clone()];
    for byte in [1, 2] {
        assert_eq!(open(&fleet, byte).unwrap(), identity(3).recipient());
    }
    fleet.policy.recovery.transitional = Vec::new();
    let refusal = open(&fleet, 2).err().map(|error| chain(&error));
    let refusal = refusal.unwrap_or_default();
    assert!(
        refusal.contains(&old) && refusal.contains(&new),
        "{refusal}"
    );
}
