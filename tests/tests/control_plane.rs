//! The harness itself: the control plane is real and ends with its owner.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::Api;
use kube::api::PostParams;
use signet_tests::control_plane::{ControlPlane, Extent};

#[tokio::test(flavor = "multi_thread")]
async fn runs_pods_on_simulated_nodes_and_survives_a_restart_of_its_api_server() {
    let mut plane = tokio::task::spawn_blocking(|| {
        ControlPlane::start(Extent::Nodes, &mut signet_tests::tools::say)
    })
    .await
    .unwrap()
    .unwrap();
    plane.add_node("node-1").await.unwrap();
    let admin = plane.admin().await;
    let pods: Api<Pod> = Api::namespaced(admin, "default");
    let pod = serde_json::from_value(serde_json::json!({
        "metadata": {"name": "web"},
        "spec": {
            "containers": [{"name": "web", "image": "web:1"}],
            "automountServiceAccountToken": false,
        },
    }))
    .unwrap();
    for _ in 0..300 {
        // The default ServiceAccount is made by the controller manager, a little later.
        if pods.create(&PostParams::default(), &pod).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let running = async {
        loop {
            let phase = pods
                .get("web")
                .await
                .unwrap()
                .status
                .and_then(|status| status.phase);
            if phase.as_deref() == Some("Running") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), running)
        .await
        .expect("the pod runs");

    plane.stop_api_server();
    pods.get("web").await.unwrap_err();
    let plane = tokio::task::spawn_blocking(move || plane.start_api_server().map(|()| plane))
        .await
        .unwrap()
        .unwrap();
    let namespaces: Api<Namespace> = Api::all(plane.admin().await);
    assert!(namespaces.get_opt("default").await.unwrap().is_some());
}
