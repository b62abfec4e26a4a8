//! Drift is heard of.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;
use signet_cluster::{Change, Done, Seen, Target};
use signet_render::Gvk;

use crate::fixture::Fixture;
use crate::source::{CONFIG, Source, reference};

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_heard_of_within_two_seconds_and_our_own_write_is_told_by_its_version() {
    let fixture = Fixture::new().await;
    let tenant = fixture.tenant("watch-edit").await;
    let client = fixture.cluster.tenant(&tenant).await.unwrap();
    let source = Source::new(&tenant, &[("a.yaml", CONFIG)]);
    let applied = source.apply(&client, &[]).await;
    let Ok(Done::Created(version)) = &applied.objects[0].result else {
        panic!("{applied:?}");
    };

    let kind = Gvk {
        group: String::new(),
        version: "v1".into(),
        kind: "ConfigMap".into(),
    };
    let targets: BTreeSet<_> = [Target {
        kind,
        namespace: Some("watch-edit".into()),
    }]
    .into();
    let kinds = fixture.cluster.kinds().await.unwrap();
    let mut changes = Box::pin(client.watch(&kinds, &targets, &[source.set()].into()));
    let first = next(&mut changes).await;
    assert_eq!(first.object, reference("ConfigMap", "watch-edit", "a"));
    assert_eq!(first.event, Seen::Version(version.clone()));

    let configs: Api<ConfigMap> = Api::namespaced(fixture.admin.clone(), "watch-edit");
    let edit = Patch::Merge(json!({"data": {"k": "edited"}}));
    configs
        .patch("a", &PatchParams::default(), &edit)
        .await
        .unwrap();
    assert!(matches!(next(&mut changes).await.event, Seen::Version(other) if other != *version));

    configs.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(next(&mut changes).await.event, Seen::Gone);
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long news of drift takes"
)]
async fn next(changes: &mut (impl Stream<Item = Change> + Unpin)) -> Change {
    let asked = Instant::now();
    let change = tokio::time::timeout(Duration::from_secs(10), changes.next())
        .await
        .expect("no news")
        .unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "news after {:?}",
        asked.elapsed()
    );
    change
}
