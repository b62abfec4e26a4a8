//! What the agent says in the cluster.

use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use k8s_openapi::api::events::v1::Event;
use kube::Api;
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::json;
use signet_api::crd::{Sync, SyncSpec, SyncStatus, TrustAnchor, TrustAnchorStatus};
use signet_cluster::{
    AnchorChange, CLUSTER_IDENTITY, Finding, GIT_CREDENTIALS, NamespaceChange, Notice,
    RECONCILE_AT, SecretError, Severity, Standing, Subject, WantedSync, record,
};

use crate::fixture::{CANARY, Fixture, expose};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn verified(message: &str) -> Finding {
    Finding {
        kind: "Verified",
        holds: Some(true),
        reason: "Verified".into(),
        message: message.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchors_status_is_written_once() {
    let fixture = Fixture::new().await;
    let anchor = fixture.anchor().await;
    let mut status: TrustAnchorStatus = anchor.status.clone().unwrap_or_default();
    record(
        &mut status.conditions,
        verified("as of the first test"),
        Some(1),
        at(0),
    );
    assert!(
        fixture
            .cluster
            .report_anchor(&anchor, &status)
            .await
            .unwrap()
    );
    let anchor = fixture.anchor().await;
    assert_eq!(anchor.status.as_ref(), Some(&status));
    record(
        &mut status.conditions,
        verified("as of the first test"),
        Some(1),
        at(99),
    );
    assert!(
        !fixture
            .cluster
            .report_anchor(&anchor, &status)
            .await
            .unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poke_and_the_brake_reach_the_agent() {
    let fixture = Fixture::new().await;
    let mut changes = Box::pin(fixture.cluster.watch_anchors());
    next_anchor(&mut changes, |_| true).await;
    let anchors: Api<TrustAnchor> = Api::all(fixture.admin.clone());
    let poke = Patch::Merge(json!({"metadata": {"annotations": {RECONCILE_AT: "now"}}}));
    anchors
        .patch("fleet", &PatchParams::default(), &poke)
        .await
        .unwrap();
    next_anchor(&mut changes, |anchor| {
        anchor
            .metadata
            .annotations
            .as_ref()
            .is_some_and(|annotations| annotations.contains_key(RECONCILE_AT))
    })
    .await;
    let brake = Patch::Merge(json!({"spec": {"suspend": {"tenants": ["reports-brake"]}}}));
    anchors
        .patch("fleet", &PatchParams::default(), &brake)
        .await
        .unwrap();
    next_anchor(&mut changes, |anchor| {
        serde_json::to_value(&anchor.spec)
            .unwrap()
            .to_string()
            .contains("reports-brake")
    })
    .await;
    let release = Patch::Merge(json!({"spec": {"suspend": {"tenants": []}}}));
    anchors
        .patch("fleet", &PatchParams::default(), &release)
        .await
        .unwrap();
}

async fn next_anchor(
    changes: &mut (impl futures::Stream<Item = AnchorChange> + Unpin),
    wanted: impl Fn(&TrustAnchor) -> bool,
) {
    let found = async {
        while let Some(change) = changes.next().await {
            if matches!(&change, AnchorChange::Present(anchor) if wanted(anchor)) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), found)
        .await
        .expect("seen within seconds");
}

fn wanted(namespace: &str) -> WantedSync {
    let spec: SyncSpec = serde_json::from_value(json!({
        "tenant": "team-a", "source": "apps", "path": "tenants/team-a/prod",
        "prune": true, "drift": "correct", "dependsOn": [], "timeout": "5m", "suspend": false,
    }))
    .unwrap();
    WantedSync {
        name: "team-a-apps".into(),
        namespace: namespace.into(),
        applyset: signet_plan::apply_set_id("team-a-apps", namespace).to_string(),
        spec,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_sync_is_put_back_and_its_status_kept() {
    let fixture = Fixture::new().await;
    fixture.namespace("reports-sync").await;
    let wanted = wanted("reports-sync");
    let sync = fixture.cluster.ensure_sync(&wanted).await.unwrap();
    let mut status = SyncStatus::default();
    record(
        &mut status.conditions,
        Finding {
            kind: "Ready",
            ..verified("applied")
        },
        Some(1),
        at(0),
    );
    assert!(fixture.cluster.report_sync(&sync, &status).await.unwrap());

    let syncs: Api<Sync> = Api::namespaced(fixture.admin.clone(), "reports-sync");
    let edit = Patch::Merge(json!({"spec": {"path": "tenants/team-b/prod"}}));
    syncs
        .patch("team-a-apps", &PatchParams::default(), &edit)
        .await
        .unwrap();
    let sync = fixture.cluster.ensure_sync(&wanted).await.unwrap();
    assert_eq!(sync.spec, wanted.spec);
    assert_eq!(sync.status.as_ref(), Some(&status));
    let version = sync.metadata.resource_version.clone();
    let again = fixture.cluster.ensure_sync(&wanted).await.unwrap();
    assert_eq!(
        again.metadata.resource_version, version,
        "nothing to put back, nothing written"
    );
    assert!(!fixture.cluster.report_sync(&again, &status).await.unwrap());
    fixture.cluster.delete_sync(&again).await.unwrap();
    fixture.cluster.delete_sync(&again).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_in_a_namespace_that_is_missing_is_not_found() {
    let fixture = Fixture::new().await;
    let failure = fixture
        .cluster
        .ensure_sync(&wanted("reports-nowhere"))
        .await
        .unwrap_err();
    assert!(failure.is_not_found(), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_event_is_written_once() {
    let fixture = Fixture::new().await;
    fixture.namespace("reports-events").await;
    let sync = fixture
        .cluster
        .ensure_sync(&wanted("reports-events"))
        .await
        .unwrap();
    let notice = Notice {
        severity: Severity::Warning,
        reason: "OpenFailed".into(),
        action: "Open".into(),
        note: "no identity opens tenants/team-a/prod/db.yaml".into(),
    };
    for second in 0..3 {
        fixture
            .cluster
            .notify(&Subject::sync(&sync), &notice, at(second))
            .await
            .unwrap();
    }
    let events: Api<Event> = Api::namespaced(fixture.admin.clone(), "reports-events");
    let found = events.list(&ListParams::default()).await.unwrap().items;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].reason.as_deref(), Some("OpenFailed"));
    assert_eq!(
        found[0].regarding.as_ref().unwrap().name.as_deref(),
        Some("team-a-apps")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_events_of_one_moment_are_both_written() {
    let fixture = Fixture::new().await;
    fixture.namespace("reports-moment").await;
    let wanted = wanted("reports-moment");
    let sync = fixture.cluster.ensure_sync(&wanted).await.unwrap();
    for reason in ["Applied", "Drifted"] {
        let notice = Notice {
            severity: Severity::Normal,
            reason: reason.into(),
            action: "Apply".into(),
            note: "done".into(),
        };
        fixture
            .cluster
            .notify(&Subject::sync(&sync), &notice, at(0))
            .await
            .unwrap();
    }
    let events: Api<Event> = Api::namespaced(fixture.admin.clone(), "reports-moment");
    let found = events.list(&ListParams::default()).await.unwrap().items;
    assert_eq!(found.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_the_anchor_can_be_written() {
    let fixture = Fixture::new().await;
    let anchor = fixture.anchor().await;
    let notice = Notice {
        severity: Severity::Normal,
        reason: "Verified".into(),
        action: "Verify".into(),
        note: "verified".into(),
    };
    fixture
        .cluster
        .notify(&Subject::anchor(&anchor), &notice, at(0))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_identity_and_the_credentials_come_out_as_secrets() {
    let fixture = Fixture::new().await;
    let identity = fixture.cluster.identity(CLUSTER_IDENTITY).await.unwrap();
    assert_eq!(expose(&identity), format!("AGE-SECRET-KEY-1{CANARY}"));
    assert!(!format!("{identity:?}").contains(CANARY));
    let credentials = fixture
        .cluster
        .git_credentials(GIT_CREDENTIALS)
        .await
        .unwrap();
    assert_eq!(expose(&credentials.password.unwrap()), CANARY);
    assert_eq!(credentials.ca.unwrap(), b"-----BEGIN CERTIFICATE-----");
    let missing = fixture
        .cluster
        .identity(GIT_CREDENTIALS)
        .await
        .err()
        .unwrap();
    assert_eq!(
        missing,
        SecretError::KeyMissing {
            name: GIT_CREDENTIALS.into(),
            key: "identity"
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_somebody_else_wrote_is_not_overwritten() {
    let fixture = Fixture::new().await;
    // Another test may write in between: then this one begins again, as the agent would.
    let (read, written) = loop {
        let read = fixture.cluster.load_state().await.unwrap();
        match fixture.cluster.store_state(&read, b"first".to_vec()).await {
            Ok(written) => break (read, written),
            Err(failure) => assert!(failure.is_conflict(), "{failure}"),
        }
    };
    let failure = fixture
        .cluster
        .store_state(&read, b"second".to_vec())
        .await
        .unwrap_err();
    assert!(failure.is_conflict(), "{failure}");
    assert_eq!(written.bytes, b"first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_waits_until_the_first_gives_the_lease_back() {
    let fixture = Fixture::new().await;
    let duration = Duration::from_secs(15);
    let mut first = fixture.cluster.lease("first".into(), duration);
    let mut second = fixture.cluster.lease("second".into(), duration);
    assert_eq!(first.renew(at(0)).await.unwrap(), Standing::Ours);
    assert_eq!(
        second.renew(at(1)).await.unwrap(),
        Standing::Theirs {
            holder: "first".into()
        }
    );
    assert_eq!(first.renew(at(2)).await.unwrap(), Standing::Ours);
    first.release().await.unwrap();
    assert_eq!(second.renew(at(3)).await.unwrap(), Standing::Ours);
    second.release().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn namespaces_are_seen_to_appear() {
    let fixture = Fixture::new().await;
    let mut changes = Box::pin(fixture.cluster.watch_namespaces());
    fixture.namespace("reports-appears").await;
    let seen = async {
        while let Some(change) = changes.next().await {
            if change == NamespaceChange::Present("reports-appears".into()) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), seen)
        .await
        .expect("seen within seconds");
}
