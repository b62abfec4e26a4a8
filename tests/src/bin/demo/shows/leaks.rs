//! Nothing decrypted is left where it does not belong.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use data_encoding::BASE64;
use k8s_openapi::api::core::v1::{Event, Secret};
use kube::Api;
use kube::api::ListParams;

use super::{TEAM_A_PASSWORD, TEAM_B_PASSWORD};
use crate::cluster::{all_syncs, json, trust_anchors};
use crate::report::Report;
use crate::world::World;

pub(crate) async fn show(world: &World, report: &mut Report) -> Result<()> {
    report.title("Leaks");
    let outcome = search(world).await;
    report.check(
        "no plaintext in the agent's logs, events, status or data folder",
        outcome,
    );
    Ok(())
}

async fn search(world: &World) -> Result<String> {
    let haystacks = haystacks(world).await?;
    let bytes: usize = haystacks.iter().map(|(_, bytes)| bytes.len()).sum();
    for (place, content) in &haystacks {
        ensure!(
            !content.is_empty(),
            "there is nothing in {place}: the search would prove nothing"
        );
        for canary in [TEAM_A_PASSWORD, TEAM_B_PASSWORD] {
            ensure!(!holds(content, canary), "{place} holds {canary}");
        }
    }
    control()?;
    Ok(format!(
        "{} places, {} KiB searched",
        haystacks.len(),
        bytes / 1024
    ))
}

async fn haystacks(world: &World) -> Result<Vec<(String, Vec<u8>)>> {
    let all = ListParams::default();
    let mut found = vec![("the agent's log".to_owned(), world.agent.log().into_bytes())];
    let events: Api<Event> = Api::all(world.admin.clone());
    let events = serde_json::to_vec(&events.list(&all).await?.items)?;
    found.push(("the events".to_owned(), events));
    for object in trust_anchors(&world.admin).list(&all).await?.items {
        found.push(("the TrustAnchor".to_owned(), json(&object)?.into_bytes()));
    }
    for object in all_syncs(&world.admin).list(&all).await?.items {
        found.push(("a Sync".to_owned(), json(&object)?.into_bytes()));
    }
    let secrets: Api<Secret> = Api::namespaced(world.admin.clone(), "signet-system");
    for (_, value) in secrets.get("signet-state").await?.data.unwrap_or_default() {
        found.push(("the agent's state".to_owned(), value.0));
    }
    files(&world.agent.data(), &mut found)?;
    Ok(found)
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else {
            let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            if !content.is_empty() {
                found.push((path.display().to_string(), content));
            }
        }
    }
    Ok(())
}

/// Tells whether the canary is there as it is or base64-encoded at any alignment.
fn holds(content: &[u8], canary: &str) -> bool {
    needles(canary)
        .iter()
        .any(|needle| content.windows(needle.len()).any(|window| window == needle))
}

fn needles(canary: &str) -> Vec<Vec<u8>> {
    let aligned = (0..3).map(|skip| {
        let whole = &canary.as_bytes()[skip..];
        BASE64.encode(&whole[..whole.len() / 3 * 3]).into_bytes()
    });
    std::iter::once(canary.as_bytes().to_owned())
        .chain(aligned)
        .collect()
}

/// Makes sure that the search can find something.
fn control() -> Result<()> {
    for prefix in ["", "x", "xy"] {
        let encoded = BASE64.encode(format!("{prefix}{TEAM_A_PASSWORD}, and more").as_bytes());
        ensure!(
            holds(encoded.as_bytes(), TEAM_A_PASSWORD),
            "the search does not find what is there"
        );
    }
    Ok(())
}
