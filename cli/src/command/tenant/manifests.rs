//! What a tenant may do in a cluster, as plain manifests that the platform applies.

use crate::documents::policy::flow;
use signet_api::{Namespace, TenantName};

/// The role that a tenant gets unless another is named.
///
/// `edit` writes workloads, Services, `ConfigMaps` and Secrets. Unlike `admin` it cannot hand out rights of its own, and
/// it can change neither the quota nor the limits that stand beside it.
pub(super) const DEFAULT_ROLE: &str = "edit";

/// The manifests of a tenant: its account, and for each namespace the namespace itself, the rights, a quota, limits and
/// network policies.
pub(super) fn text(tenant: &TenantName, namespaces: &[Namespace], role: &str) -> String {
    let account = include_str!("manifests/account.yaml").to_owned();
    let text = namespaces.iter().fold(account, |text, namespace| {
        text + &include_str!("manifests/namespace.yaml")
            .replace("@namespace@", &flow(namespace.as_str()))
    });
    text.replace("signet-@tenant@", &format!("signet-{tenant}"))
        .replace("@tenant@", &flow(tenant.as_str()))
        .replace("@role@", &flow(role))
}

#[cfg(test)]
mod tests {
    use super::text;
    use serde_json::Value;
    use signet_yaml::{Aliases, Limits, kubernetes};

    fn objects(tenant: &str, namespaces: &[&str], role: &str) -> Vec<Value> {
        let namespaces: Vec<_> = namespaces
            .iter()
            .map(|name| name.parse().unwrap())
            .collect();
        let text = text(&tenant.parse().unwrap(), &namespaces, role);
        let stream = signet_yaml::parse(&text, &Limits::DOCUMENT, Aliases::Refuse).unwrap();
        stream
            .roots()
            .map(|root| kubernetes::to_json(root).unwrap())
            .collect()
    }

    #[test]
    fn has_everything_for_each_namespace() {
        let kinds: Vec<String> = objects("team-a", &["team-a", "team-a-jobs"], "edit")
            .iter()
            .map(|object| {
                format!(
                    "{} {}",
                    object["kind"].as_str().unwrap(),
                    object["metadata"]["namespace"].as_str().unwrap_or("-")
                )
            })
            .collect();
        assert_eq!(kinds[0], "ServiceAccount signet-tenants");
        for namespace in ["team-a", "team-a-jobs"] {
            for kind in [
                "RoleBinding",
                "ResourceQuota",
                "LimitRange",
                "NetworkPolicy",
            ] {
                assert!(
                    kinds.contains(&format!("{kind} {namespace}")),
                    "{kind} in {namespace}"
                );
            }
        }
        assert_eq!(
            kinds.iter().filter(|kind| *kind == "Namespace -").count(),
            2
        );
    }

    #[test]
    fn binds_the_role_to_the_tenants_account_and_nobody_else() {
        let objects = objects("team-a", &["team-a"], "edit");
        let binding = objects
            .iter()
            .find(|object| object["kind"] == "RoleBinding")
            .unwrap();
        assert_eq!(binding["roleRef"]["name"], "edit");
        assert_eq!(binding["subjects"].as_array().unwrap().len(), 1);
        assert_eq!(binding["subjects"][0]["name"], "team-a");
        assert_eq!(binding["subjects"][0]["namespace"], "signet-tenants");
    }

    #[test]
    fn denies_all_traffic_until_a_policy_allows_it() {
        let objects = objects("team-a", &["team-a"], "edit");
        let deny = objects
            .iter()
            .find(|object| object["metadata"]["name"] == "default-deny")
            .unwrap();
        assert_eq!(
            deny["spec"],
            serde_json::json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
        );
    }

    #[test]
    fn names_that_look_like_numbers_stay_names() {
        let objects = objects("123", &["0x1f"], "system:x, kind: y");
        let binding = objects
            .iter()
            .find(|object| object["kind"] == "RoleBinding")
            .unwrap();
        assert_eq!(binding["subjects"][0]["name"], "123");
        assert_eq!(binding["metadata"]["namespace"], "0x1f");
        assert_eq!(binding["roleRef"]["name"], "system:x, kind: y");
    }
}
