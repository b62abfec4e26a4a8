//! Looking for plaintext where none may be.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use data_encoding::BASE64;
use k8s_openapi::api::core::v1::{Event, Secret};
use kube::api::ListParams;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};

use crate::agent_process::AgentProcess;

/// Searches everything that an agent has written down: its log, its data folder,
/// its state, all Events, TrustAnchors and Syncs. Returns how much was searched.
///
/// # Errors
/// Names the place that holds one of `canaries`, as it is or in base64; or the
/// place that is empty, so that a search would prove nothing.
pub async fn search(admin: &Client, agent: &AgentProcess, canaries: &[&str]) -> Result<String> {
    let places = places(admin, agent).await?;
    let bytes: usize = places.iter().map(|(_, content)| content.len()).sum();
    for (place, content) in &places {
        ensure!(!content.is_empty(), "there is nothing in {place}");
        for canary in canaries {
            ensure!(!holds(content, canary), "{place} holds {canary}");
        }
    }
    let (count, size) = (places.len(), bytes / 1024);
    Ok(format!("{count} places, {size} KiB searched"))
}

async fn places(admin: &Client, agent: &AgentProcess) -> Result<Vec<(String, Vec<u8>)>> {
    let all = ListParams::default();
    let events: Api<Event> = Api::all(admin.clone());
    let events = serde_json::to_vec(&events.list(&all).await?.items)?;
    let mut found = vec![
        ("the agent's log".to_owned(), agent.log().into_bytes()),
        ("the Events".to_owned(), events),
    ];
    for kind in ["TrustAnchor", "Sync"] {
        let resource =
            ApiResource::from_gvk(&GroupVersionKind::gvk("signet.dev", "v1alpha1", kind));
        let objects: Api<DynamicObject> = Api::all_with(admin.clone(), &resource);
        let objects = serde_json::to_vec(&objects.list(&all).await?.items)?;
        found.push((format!("the {kind}s"), objects));
    }
    let secrets: Api<Secret> = Api::namespaced(admin.clone(), "signet-system");
    for (key, value) in secrets.get("signet-state").await?.data.unwrap_or_default() {
        found.push((format!("{key} of the agent's state"), value.0));
    }
    files(&agent.data(), &mut found)?;
    Ok(found)
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
            continue;
        }
        let content = match fs::read(&path) {
            // The agent goes on working meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            content => content.with_context(|| format!("reading {}", path.display()))?,
        };
        // Locks and the like are empty by nature.
        if !content.is_empty() {
            found.push((path.display().to_string(), content));
        }
    }
    Ok(())
}

/// Tells whether the canary is there as it is, or base64-encoded at any alignment.
fn holds(content: &[u8], canary: &str) -> bool {
    let found = |needle: Vec<u8>| content.windows(needle.len()).any(|window| window == needle);
    needles(canary).any(found)
}

fn needles(canary: &str) -> impl Iterator<Item = Vec<u8>> {
    let aligned = (0..3).map(move |skip| {
        let whole = &canary.as_bytes()[skip..];
        BASE64.encode(&whole[..whole.len() / 3 * 3]).into_bytes()
    });
    std::iter::once(canary.as_bytes().to_owned()).chain(aligned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_canary_in_clear_and_in_base64_at_each_alignment() {
        let canary = "canary-5d1f0c7e";
        for prefix in ["", "x", "xy"] {
            let text = format!("{prefix}{canary}, and more");
            assert!(holds(text.as_bytes(), canary));
            assert!(holds(BASE64.encode(text.as_bytes()).as_bytes(), canary));
        }
        assert!(!holds(b"a song of another bird", canary));
    }
}
