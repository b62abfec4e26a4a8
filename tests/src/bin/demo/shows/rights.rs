//! What the agent's own account may not do, and who may not become a tenant.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use k8s_openapi::api::authorization::v1::SelfSubjectRulesReview;
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kube::api::{ListParams, PostParams};
use kube::{Api, Client, Error};
use serde_json::json;
use signet_tests::control_plane::client;

use crate::report::Report;
use crate::world::World;

pub(crate) async fn show(world: &World, report: &mut Report) -> Result<()> {
    report.title("Rights");
    let agent = client(&world.agent_kubeconfig).await?;
    let outcome = reads_nothing(&agent).await;
    report.check("the agent's account is denied a tenant's Secret", outcome);
    let outcome = writes_only_reports(&agent).await;
    report.check(
        "and may write nothing but Syncs and Events in a tenant's namespace",
        outcome,
    );
    let outcome = no_pod_as_tenant(world).await;
    report.check(
        "a Pod that asks to run as the tenant's applying ServiceAccount cannot exist",
        outcome,
    );
    Ok(())
}

async fn reads_nothing(agent: &Client) -> Result<String> {
    let secrets: Api<Secret> = Api::namespaced(agent.clone(), "team-a");
    denied(secrets.get("db").await)?;
    denied(secrets.list(&ListParams::default()).await)
}

async fn writes_only_reports(agent: &Client) -> Result<String> {
    let configs: Api<ConfigMap> = Api::namespaced(agent.clone(), "team-a");
    let config = serde_json::from_value(json!({"metadata": {"name": "by-the-agent"}}))?;
    denied(configs.create(&PostParams::default(), &config).await)?;

    let reviews: Api<SelfSubjectRulesReview> = Api::all(agent.clone());
    let question = serde_json::from_value(json!({"spec": {"namespace": "team-a"}}))?;
    let answer = reviews.create(&PostParams::default(), &question).await?;
    let rules = serde_json::to_value(answer.status)?;
    let may_write: BTreeSet<String> = rules["resourceRules"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|rule| words(&rule["verbs"]).iter().any(|verb| is_write(verb)))
        .flat_map(|rule| words(&rule["resources"]))
        // What every authenticated account may ask about itself.
        .filter(|resource| !resource.starts_with("selfsubject"))
        .collect();
    let reports = ["events", "syncs", "syncs/status"];
    // Cluster-scoped, hence in every namespace's answer, but not in any namespace.
    let anchor = "trustanchors/status";
    for resource in &may_write {
        ensure!(
            reports.contains(&resource.as_str()) || resource == anchor,
            "it may write {resource}"
        );
    }
    Ok(may_write
        .into_iter()
        .filter(|resource| resource != anchor)
        .collect::<Vec<_>>()
        .join(", "))
}

async fn no_pod_as_tenant(world: &World) -> Result<String> {
    // As harmless as a Pod can be, so that nothing but its account can be the reason.
    let pod = serde_json::from_value(json!({
        "metadata": {"name": "impostor"},
        "spec": {
            "serviceAccountName": "team-a",
            "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "impostor",
                "image": "impostor:1",
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
                "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "1m", "memory": "1Mi"}},
            }],
        },
    }))?;
    let mut reasons = Vec::new();
    for namespace in ["signet-tenants", "team-a"] {
        let pods: Api<Pod> = Api::namespaced(world.admin.clone(), namespace);
        reasons.push(format!(
            "{namespace}: {}",
            denied(pods.create(&PostParams::default(), &pod).await)?
        ));
    }
    Ok(reasons.join("\n"))
}

fn denied<T>(outcome: kube::Result<T>) -> Result<String> {
    match outcome {
        Err(Error::Api(status)) if status.code == 403 => Ok(status.message.clone()),
        Err(error) => Err(error.into()),
        Ok(_) => bail!("the API server allowed it"),
    }
}

fn words(list: &serde_json::Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect()
}

fn is_write(verb: &str) -> bool {
    !matches!(verb, "get" | "list" | "watch")
}
