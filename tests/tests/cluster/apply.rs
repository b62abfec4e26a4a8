//! Carrying out plans as a tenant.

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::json;
use signet_api::Namespaces;
use signet_cluster::{Applied, ApplyError, Done};
use signet_plan::{Action, Why};
use signet_seal::Opened;

use crate::fixture::{CANARY, Fixture, by_admin};
use crate::source::{CONFIG, Source, metadata, reference};

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: v}\n";

fn assert_complete(applied: &Applied) {
    assert_eq!(applied.failed().count(), 0, "{applied:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_applied_is_unchanged_when_looked_at_again() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-again").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let source = Source::new(&tenant, &[("a.yaml", CONFIG), ("s.yaml", SECRET)]);
    let applied = source.apply(&client, &[]).await;
    assert_complete(&applied);
    assert_eq!(applied.objects.len(), 2);
    assert!(
        applied
            .objects
            .iter()
            .all(|object| matches!(object.result, Ok(Done::Created(_))))
    );
    let plan = source.plan(&client, &[]).await;
    assert!(
        plan.actions
            .iter()
            .all(|action| matches!(action, Action::Unchanged(_))),
        "{plan:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_by_hand_is_found_by_metadata_and_put_back() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-drift").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let source = Source::new(&tenant, &[("a.yaml", CONFIG)]);
    source.apply(&client, &[]).await;
    let configs: Api<ConfigMap> = Api::namespaced(fixture.admin.clone(), "apply-drift");
    let edit = Patch::Merge(json!({"data": {"k": "edited"}}));
    let by_hand = PatchParams {
        field_manager: Some("kubectl-edit".into()),
        ..Default::default()
    };
    configs.patch("a", &by_hand, &edit).await.unwrap();
    let plan = source.plan(&client, &[]).await;
    assert!(
        matches!(&plan.actions[..], [Action::Apply(apply)] if apply.why == Why::Drifted),
        "{plan:?}"
    );
    assert_complete(&source.apply(&client, &[]).await);
    assert_eq!(configs.get("a").await.unwrap().data.unwrap()["k"], "v");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_field_manager_and_the_label_are_the_sources() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-manager").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let source = Source::new(&tenant, &[("a.yaml", CONFIG)]);
    source.apply(&client, &[]).await;
    let configs: Api<ConfigMap> = Api::namespaced(fixture.admin.clone(), "apply-manager");
    let metadata = configs.get("a").await.unwrap().metadata;
    assert_eq!(
        metadata.managed_fields.unwrap()[0].manager.as_deref(),
        Some("signet:apply-manager:apps")
    );
    assert_eq!(
        metadata.labels.unwrap()[signet_api::PART_OF],
        source.set().to_string()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_and_an_object_of_it_go_in_one_plan() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-definition").await;
    bind_cluster_admin(&fixture, "apply-definition").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let definition = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.apply.example.org}
spec:
  group: apply.example.org
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";
    let widget =
        "apiVersion: apply.example.org/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 1}\n";
    let manifests = [("a-widget.yaml", widget), ("b-definition.yaml", definition)];
    let source = Source::with_namespaces(&tenant, Namespaces::All, &manifests);
    let applied = source.apply(&client, &[]).await;
    assert_complete(&applied);
    assert!(
        source
            .plan(&client, &[])
            .await
            .actions
            .iter()
            .all(|action| matches!(action, Action::Unchanged(_)))
    );
}

async fn bind_cluster_admin(fixture: &Fixture, name: &str) {
    use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
    let bindings: Api<ClusterRoleBinding> = Api::all(fixture.admin.clone());
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "signet-tenants"}],
    });
    bindings
        .patch(name, &by_admin(), &Patch::Apply(binding))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_left_the_source_is_deleted() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-prune").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    Source::new(&tenant, &[("a.yaml", CONFIG), ("s.yaml", SECRET)])
        .apply(&client, &[])
        .await;
    let less = Source::new(&tenant, &[("s.yaml", SECRET)]);
    let applied = less
        .apply(&client, &[reference("ConfigMap", "apply-prune", "a")])
        .await;
    assert_eq!(applied.objects.len(), 1, "{applied:?}");
    assert_eq!(*applied.objects[0].result.as_ref().unwrap(), Done::Deleted);
    let configs: Api<ConfigMap> = Api::namespaced(fixture.admin, "apply-prune");
    assert!(configs.get_opt("a").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_took_the_place_of_a_deleted_one_is_not_deleted() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-replaced").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    Source::new(&tenant, &[("a.yaml", CONFIG), ("s.yaml", SECRET)])
        .apply(&client, &[])
        .await;
    let less = Source::new(&tenant, &[("s.yaml", SECRET)]);
    let plan = less
        .plan(&client, &[reference("ConfigMap", "apply-replaced", "a")])
        .await;
    let configs: Api<ConfigMap> = Api::namespaced(fixture.admin, "apply-replaced");
    configs.delete("a", &DeleteParams::default()).await.unwrap();
    let theirs = ConfigMap {
        metadata: metadata("apply-replaced", "a"),
        ..Default::default()
    };
    configs
        .create(&PostParams::default(), &theirs)
        .await
        .unwrap();
    let applied = signet_cluster::apply(&client, plan, &Opened::default()).await;
    let (_, error) = applied.failed().next().unwrap();
    assert!(
        matches!(error, ApplyError::Failed(failure) if failure.is_conflict()),
        "{error}"
    );
    assert!(configs.get_opt("a").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rights_nothing_is_written_and_nothing_pruned() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-rights").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    Source::new(&tenant, &[("a.yaml", CONFIG)])
        .apply(&client, &[])
        .await;
    fixture.unbind("apply-rights").await;
    fixture.bind("apply-rights", "view").await;
    let config = CONFIG.replace("name: a", "name: b");
    let other = Source::new(&tenant, &[("b.yaml", &config)]);
    let applied = other
        .apply(&client, &[reference("ConfigMap", "apply-rights", "a")])
        .await;
    let reasons: Vec<_> = applied
        .failed()
        .map(|(_, error)| error.to_string())
        .collect();
    assert!(
        reasons[0].contains("403 Forbidden") && reasons[0].contains("apply-rights"),
        "{reasons:?}"
    );
    assert_eq!(
        reasons[1],
        "not pruned: ConfigMap apply-rights/b was not applied"
    );
    let configs: Api<ConfigMap> = Api::namespaced(fixture.admin, "apply-rights");
    assert!(configs.get_opt("a").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_is_missing_is_named() {
    let fixture = Fixture::new().await;
    fixture.service_account("apply-nowhere").await;
    bind_cluster_admin(&fixture, "apply-nowhere").await;
    let client = fixture
        .cluster
        .tenant(&"apply-nowhere".parse().unwrap())
        .await
        .unwrap();
    let applied = Source::new(client.name(), &[("a.yaml", CONFIG)])
        .apply(&client, &[])
        .await;
    let (_, error) = applied.failed().next().unwrap();
    assert!(
        error
            .to_string()
            .contains("namespaces \"apply-nowhere\" not found"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_field_is_refused_with_its_name() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-strict").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let config = CONFIG.replace("data: {k: v}", "dta: {k: v}");
    let applied = Source::new(&tenant, &[("a.yaml", &config)])
        .apply(&client, &[])
        .await;
    let (object, error) = applied.failed().next().unwrap();
    assert!(error.to_string().contains("dta"), "{error}");
    assert_eq!(
        object.file.as_ref().unwrap().as_str(),
        "tenants/apply-strict/prod/a.yaml"
    );
    let secrets: Api<Secret> = Api::namespaced(fixture.admin, "apply-strict");
    assert!(
        secrets
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_value_arrives_and_stays_out_of_the_metadata() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-sealed").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let secret = SECRET.replace("k: v", &format!("password: {CANARY}"));
    let source = Source::new(&tenant, &[("sealed.yaml", &secret)]);
    let applied = source.apply(&client, &[]).await;
    assert_complete(&applied);
    let secrets: Api<Secret> = Api::namespaced(fixture.admin, "apply-sealed");
    let secret = secrets.get("s").await.unwrap();
    assert_eq!(secret.data.unwrap()["password"].0, CANARY.as_bytes());
    assert!(!format!("{applied:?} {:?}", secret.metadata).contains(CANARY));
    assert!(
        source
            .plan(&client, &[])
            .await
            .actions
            .iter()
            .all(|action| matches!(action, Action::Unchanged(_)))
    );
}

/// The API server repeats what it finds invalid: here the value of a field that is not a Secret's `data`.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_about_an_object_with_opened_values_names_the_field_and_no_value() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("apply-echo").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let secret = format!("{SECRET}type: kubernetes.io/tls\n")
        .replace("k: v", &format!("password: {CANARY}"));
    let source = Source::new(&tenant, &[("sealed.yaml", &secret)]);
    let applied = source.apply(&client, &[]).await;
    let (_, error) = applied.failed().next().unwrap();
    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("422 Invalid at data[tls.crt], data[tls.key]"),
        "{shown}"
    );
    assert!(
        shown.contains("withheld") && !shown.contains(CANARY) && !shown.contains("Required value"),
        "{shown}"
    );
}
