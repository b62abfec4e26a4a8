use super::*;

const POLICY: &str = "\
apiVersion: signet.dev/v1alpha1
kind: Policy
spec:
  version: 1
  repository: 6f1c0d
  ref: refs/heads/main
  principals: {alice: {keys: [ssh-ed25519 AAAA]}}
  groups: {root: [alice]}
  rules: [{paths: ['**'], signers: root}]
  recovery: {recipients: [age1r]}
";

fn cluster(name: &str) -> String {
    format!(
        "apiVersion: signet.dev/v1alpha1\nkind: Cluster\nmetadata: {{name: {name}}}\nspec: {{recipient: age1c}}\n"
    )
}

const TEAM_A: &str = "\
apiVersion: signet.dev/v1alpha1
kind: Tenant
metadata: {name: team-a}
spec:
  clusters:
    - {name: prod, recipient: age1p, namespaces: [team-a], sources: [{name: apps, path: tenants/team-a/prod}]}
    - {name: dev, recipient: age1d, namespaces: [team-a], sources: [{name: apps, path: tenants/team-a/dev}]}
";

/// Two clusters and one tenant, plus whatever the caller adds or replaces.
pub(crate) fn fleet(more: &[(&str, &str)]) -> Result<Fleet, DocumentError> {
    let (prod, dev) = (cluster("prod"), cluster("dev"));
    let mut files = BTreeMap::from([
        ("signet/policy.yaml", POLICY),
        ("signet/clusters/prod.yaml", prod.as_str()),
        ("signet/clusters/dev.yaml", dev.as_str()),
        ("signet/tenants/team-a.yaml", TEAM_A),
        ("signet/anchor.yaml", "not looked at"),
        ("tenants/team-a/prod/x.yaml", "{"),
    ]);
    files.extend(more.iter().copied());
    Fleet::parse(
        files
            .into_iter()
            .map(|(path, text)| (path.parse().unwrap(), text.as_bytes().to_vec())),
    )
}

#[test]
fn reads_policy_clusters_and_tenants() {
    let fleet = fleet(&[]).unwrap();
    assert_eq!(fleet.problems, []);
    assert_eq!((fleet.clusters.len(), fleet.tenants.len()), (2, 1));
    assert_eq!(fleet.tenants_on(&"dev".parse().unwrap()).count(), 1);
}

#[test]
fn a_malformed_tenant_stops_that_tenant_alone() {
    let fleet = fleet(&[("signet/tenants/team-b.yaml", "kind: [\n")]).unwrap();
    assert_eq!(fleet.tenants.len(), 1);
    assert_eq!(fleet.problems.len(), 1);
    assert_eq!(
        fleet.problems[0].path.as_str(),
        "signet/tenants/team-b.yaml"
    );
}

#[test]
fn a_malformed_policy_stops_everything() {
    assert!(fleet(&[("signet/policy.yaml", "kind: Policy\n")]).is_err());
}

#[test]
fn a_missing_policy_stops_everything() {
    let error = Fleet::parse([]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "signet/policy.yaml:1:1: the repository has no policy"
    );
}

#[test]
fn a_tenant_cannot_be_defined_in_another_ones_file() {
    let fleet = fleet(&[("signet/tenants/team-b.yaml", TEAM_A)]).unwrap();
    assert_eq!(fleet.tenants.len(), 1);
    assert!(fleet.problems[0].message.contains("called team-a.yaml"));
}

#[test]
fn bytes_that_are_no_text_are_a_problem_with_a_place() {
    let files = [
        ("signet/policy.yaml", POLICY.as_bytes().to_vec()),
        ("signet/tenants/x.yaml", b"a: \xff".to_vec()),
    ];
    let fleet = Fleet::parse(files.map(|(path, bytes)| (path.parse().unwrap(), bytes))).unwrap();
    assert!(fleet.problems[0].message.contains("from byte 3 on"));
}
