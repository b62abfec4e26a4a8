use super::*;

const FULL: &str = "\
apiVersion: signet.dev/v1alpha1
kind: Tenant
metadata:
  name: team-a
spec:
  editors:
    - age1editor
    - ssh-ed25519 AAAA dave
  sealed: compat
  clusters:
    - name: prod
      recipient: age1prod
      transitional:
        - age1old
      namespaces:
        - team-a
        - team-a-jobs
      sources:
        - name: apps
          path: tenants/team-a/prod
          prune: false
          drift: detect
          dependsOn:
            - infra
            - platform/base
          timeout: 1m30s
          suspend: true
      sinks:
        - kind: ConfigMap
          name: legacy
          field: data.conf
";

fn path() -> RepoPath {
    "signet/tenants/team-a.yaml".parse().unwrap()
}

fn complaint(from: &str, to: &str) -> String {
    assert!(FULL.contains(from), "{from}");
    Tenant::parse(&FULL.replacen(from, to, 1), &path())
        .unwrap_err()
        .to_string()
}

#[test]
fn writes_what_it_read_in_the_order_of_the_design() {
    assert_eq!(Tenant::parse(FULL, &path()).unwrap().to_yaml(), FULL);
}

#[test]
fn a_source_needs_only_name_and_path() {
    let text = "\
apiVersion: signet.dev/v1alpha1
kind: Tenant
metadata: {name: team-a}
spec:
  clusters:
    - {name: prod, recipient: age1prod, namespaces: [team-a], sources: [{name: apps, path: tenants/team-a}]}
";
    let tenant = Tenant::parse(text, &path()).unwrap();
    let source = &tenant.clusters[0].sources[0];
    assert_eq!(tenant.sealed, SealedMode::Strict);
    assert!(source.prune && !source.suspend);
    assert_eq!(source.drift, Drift::Correct);
    assert_eq!(source.timeout, Duration::from_secs(300));
}

#[test]
fn only_the_platform_may_have_all_namespaces() {
    let all = "      namespaces:\n        - '*'\n";
    let listed = "      namespaces:\n        - team-a\n        - team-a-jobs\n";
    assert!(complaint(listed, all).ends_with("16:9: only the platform may have all namespaces"));

    let platform = FULL.replace(listed, all).replace("team-a", "platform");
    let path = "signet/tenants/platform.yaml".parse().unwrap();
    assert_eq!(
        Tenant::parse(&platform, &path).unwrap().clusters[0].namespaces,
        Namespaces::All
    );
}

#[test]
fn all_namespaces_stand_alone() {
    assert!(complaint("- team-a-jobs", "- '*'").contains("and so alone"));
}

#[test]
fn rejects_signets_own_and_repeated_namespaces() {
    assert!(
        complaint("- team-a-jobs", "- signet-system")
            .contains("17:11: the namespace signet-system is Signet's own")
    );
    assert!(complaint("- team-a-jobs", "- signet-tenants").contains("Signet's own"));
    assert!(complaint("- team-a-jobs", "- team-a").contains("listed twice"));
    assert!(
        complaint(
            "namespaces:\n        - team-a\n        - team-a-jobs",
            "namespaces: []"
        )
        .contains("needs a namespace")
    );
}

#[test]
fn rejects_folders_of_others() {
    for (folder, owner) in [
        ("tenants/team-b", "another tenant's"),
        ("tenants", "the folder of all tenants"),
        ("clusters/prod", "the platform's"),
        ("signet/tenants", "Signet's own documents"),
    ] {
        assert!(
            complaint("path: tenants/team-a/prod", &format!("path: {folder}")).contains(owner),
            "{folder}"
        );
    }
    assert!(
        complaint(
            "path: tenants/team-a/prod",
            "path: tenants/team-a/../team-b"
        )
        .contains("not resolved")
    );
}

#[test]
fn rejects_a_name_that_is_not_the_files() {
    assert_eq!(
        complaint("name: team-a", "name: team-b"),
        "signet/tenants/team-a.yaml:4:9: the file of \"team-b\" is called team-b.yaml"
    );
    assert!(complaint("metadata:\n  name: team-a\n", "").contains("`metadata` is missing"));
}

#[test]
fn names_the_place_of_a_bad_duration() {
    assert_eq!(
        complaint("timeout: 1m30s", "timeout: 5 minutes"),
        "signet/tenants/team-a.yaml:26:20: spec.clusters[0].sources[0].timeout: \"5 minutes\" is not a duration such as `30s`, `5m` or `1h30m`"
    );
}

#[test]
fn says_which_values_a_field_may_have() {
    let message = complaint("drift: detect", "drift: detekt");
    assert!(
        message.contains("22:18") && message.contains("did you mean `detect`?"),
        "{message}"
    );
}

#[test]
fn rejects_sources_that_wait_for_themselves_or_for_nothing() {
    assert!(complaint("- infra", "- apps").contains("cannot wait for itself"));
    assert!(complaint("- infra", "- team-a/apps").contains("cannot wait for itself"));
    assert!(complaint("- infra", "- a/b/c").contains("is written `source`"));
}

#[test]
fn rejects_a_cluster_or_source_listed_twice() {
    let twice = format!("{FULL}    - {{name: prod, recipient: age1x, namespaces: [x]}}\n");
    assert!(
        Tenant::parse(&twice, &path())
            .unwrap_err()
            .message
            .contains("the cluster prod is listed twice")
    );
    let source = "        - name: apps\n          path: tenants/team-a/other\n      sinks:";
    assert!(complaint("      sinks:", source).contains("the source apps is listed twice"));
}
