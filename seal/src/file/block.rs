//! The `sops` block that we write.

use data_encoding::BASE64;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use signet_envelope::{Enc, LeafType, Rule, WrappedKey};

use super::SealPlace;

/// The version of SOPS whose format this is: sops refuses a file without one.
const SOPS_VERSION: &str = "3.13.3";

/// The block of a fresh file in lines. Its MAC and seal are places to be filled.
pub(super) fn fresh(
    keys: &[WrappedKey],
    rule: &Rule,
    mac_only_encrypted: bool,
    now: Timestamp,
    place: Option<&SealPlace<'_>>,
    path: &str,
) -> String {
    let age: Vec<Json> = keys
        .iter()
        .map(|key| json!({"enc": key.enc, "recipient": key.recipient}))
        .collect();
    let mut block = json!({
        "age": age,
        "lastmodified": time(now),
        "mac": no_mac().to_string(),
        "version": SOPS_VERSION,
    });
    block[rule.name()] = json!(rule.value());
    if mac_only_encrypted {
        block["mac_only_encrypted"] = json!(true);
    }
    if let Some(place) = place {
        block["signet"] = signet(place, path);
    }
    signet_yaml::emit(&json!({ "sops": block }))
}

/// Our part of the block. Its seal is a place to be filled.
pub(super) fn signet(place: &SealPlace<'_>, path: &str) -> Json {
    let mut clusters: Vec<&str> = place
        .clusters
        .iter()
        .map(signet_api::ClusterName::as_str)
        .collect();
    clusters.sort_unstable();
    json!({
        "clusters": clusters,
        "path": path,
        "repository": place.repository,
        "seal": BASE64.encode(&[0; 32]),
        "tenant": place.tenant.as_str(),
        "version": 1,
    })
}

/// Our part of the block in lines.
pub(super) fn signet_lines(place: &SealPlace<'_>, path: &str) -> String {
    signet_yaml::emit(&json!({ "signet": signet(place, path) }))
}

/// UTC in seconds, as sops writes it.
pub(super) fn time(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn no_mac() -> Enc {
    Enc {
        data: vec![0; 128],
        iv: vec![0; 32],
        tag: vec![0; 16],
        kind: LeafType::Str,
    }
}
