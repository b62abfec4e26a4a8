//! Drift is corrected, and what Git no longer contains goes.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use signet_tests::eventually::eventually;

use super::TEAM_A_PASSWORD;
use crate::cluster::secret_value;
use crate::report::Report;
use crate::world::{PATIENCE, World};

/// How long a hand edit may last.
const BACK_WITHIN: Duration = Duration::from_secs(2);

pub(crate) async fn show(world: &World, report: &mut Report) -> Result<()> {
    report.title("Upkeep");
    let outcome = hand_edit(world).await;
    report.check(
        "a value edited by hand in the cluster is put back within two seconds",
        outcome,
    );
    let outcome = removal(world).await;
    report.check("removing a manifest from Git removes the object", outcome);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the demo times real work")]
async fn hand_edit(world: &World) -> Result<String> {
    let secrets: Api<Secret> = Api::namespaced(world.admin.clone(), "team-a");
    let edit = json!({"stringData": {"DB_PASSWORD": "edited by hand"}});
    let edited = secrets
        .patch("db", &PatchParams::default(), &Patch::Merge(&edit))
        .await?;
    let now = edited.data.unwrap_or_default().remove("DB_PASSWORD");
    ensure!(
        now.is_some_and(|value| value.0 == b"edited by hand"),
        "the edit did not take"
    );

    let start = Instant::now();
    eventually(PATIENCE, "the value", async || {
        let value = secret_value(&world.admin, "team-a", "db", "DB_PASSWORD").await?;
        ensure!(
            value == TEAM_A_PASSWORD,
            "the value is still the edited one"
        );
        Ok(())
    })
    .await?;
    let took = start.elapsed();
    ensure!(took < BACK_WITHIN, "it took {took:?}");
    Ok(format!("put back after {} ms", took.as_millis()))
}

async fn removal(world: &World) -> Result<String> {
    let erin = &world.erin;
    erin.catch_up()?;
    let note = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note, namespace: team-b}\ndata: {text: hello}\n";
    erin.write("tenants/team-b/prod/note.yaml", note)?;
    erin.commit("Leave a note")?;
    world.push(erin)?;
    let configs: Api<ConfigMap> = Api::namespaced(world.admin.clone(), "team-b");
    eventually(PATIENCE, "the note", async || {
        Ok(configs.get("note").await?)
    })
    .await?;

    erin.remove("tenants/team-b/prod/note.yaml")?;
    erin.commit("Take the note away")?;
    world.push(erin)?;
    eventually(PATIENCE, "the note to go", async || {
        ensure!(
            configs.get_opt("note").await?.is_none(),
            "it is still there"
        );
        Ok(())
    })
    .await?;
    ensure!(
        configs.get_opt("invoices").await?.is_some(),
        "another object went too"
    );
    Ok(String::new())
}
