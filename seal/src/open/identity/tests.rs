use secrecy::ExposeSecret;
use signet_api::owner;
use signet_envelope::{ScopeError, Store, parse};

use super::*;
use crate::testing::{CANARY, chain, counting, identity};
use crate::{SealPlace, SealRequest, Voucher, seal_file};

/// Recovery is identity 1, the cluster prod 2, team-a on prod 3.
fn fleet() -> Fleet {
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
        &format!("  recipient: {}\n", recipient(2)),
    );
    let on = format!(
        "    - {{name: prod, recipient: {}, namespaces: [team-a], sources: []}}\n",
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
        recipients: &recipients(fleet, &path).unwrap(),
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
    let opened = open_sealed_identity(
        &sealed,
        &fleet,
        &"prod".parse().unwrap(),
        tenant.as_ref(),
        &identity(byte),
    )?;
    Ok(opened.recipient().to_owned())
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
