use super::*;

const ACCOUNT: &str =
    "{apiVersion: v1, kind: ServiceAccount, metadata: {name: team-a, namespace: signet-tenants}}";
const BINDING: &str = "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a, namespace: signet-tenants}}";

#[test]
fn refuses_objects_of_signets_own_group_and_its_definitions() {
    for text in [
        "{apiVersion: signet.dev/v1alpha1, kind: Sync, metadata: {name: a, namespace: team-a}}",
        "{apiVersion: signet.dev/v9, kind: TrustAnchor, metadata: {name: fleet}}",
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: syncs.signet.dev}}",
    ] {
        for (tenant, folder) in [("team-a", "tenants/team-a"), ("platform", "clusters/prod")] {
            let file = format!("{folder}/tenants/a.yaml");
            let complaint = complaint(rendered_as(tenant, folder, &[(&file, text)]));
            assert!(
                complaint.contains("objects of signet.dev are Signet's own"),
                "{complaint}"
            );
        }
    }
}

#[test]
fn refuses_objects_of_signets_own_namespaces() {
    for text in [
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: signet-system}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: signet-tenants}}",
        "{apiVersion: v1, kind: Namespace, metadata: {name: signet-tenants}}",
        "{apiVersion: v1, kind: Namespace, metadata: {name: signet-system}}",
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: signet-system}}",
    ] {
        let files = [("clusters/prod/tenants/a.yaml", text)];
        let complaint = complaint(rendered_as("platform", "clusters/prod", &files));
        assert!(
            complaint.contains("is Signet's own: no source may contain objects of it"),
            "{complaint}"
        );
    }
}

#[test]
fn the_platform_alone_makes_tenants_accounts_and_in_one_folder_alone() {
    let at = |tenant, folder, file| {
        rendered_as(
            tenant,
            folder,
            &[(file, &format!("{ACCOUNT}\n---\n{BINDING}"))],
        )
    };
    assert!(
        at(
            "platform",
            "clusters/prod",
            "clusters/prod/tenants/team-a.yaml"
        )
        .is_ok()
    );
    for (tenant, folder, file) in [
        ("platform", "clusters/prod", "clusters/prod/team-a.yaml"),
        (
            "platform",
            "clusters/prod",
            "clusters/prod/apps/tenants/team-a.yaml",
        ),
        ("platform", "base", "base/tenants/team-a.yaml"),
        (
            "team-a",
            "clusters/prod",
            "clusters/prod/tenants/team-a.yaml",
        ),
    ] {
        let complaint = complaint(at(tenant, folder, file));
        assert!(
            complaint.contains("the namespace signet-tenants is Signet's own"),
            "{complaint}"
        );
    }
}
