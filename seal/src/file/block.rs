//! The `sops` block that we write.

use data_encoding::BASE64;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use signet_envelope::{Enc, LeafType, Rule, Sealed};
use signet_yaml::kubernetes;

use super::place::new_place;
use super::{SealError, SealPlace, SealRequest, Wrapped};

/// The version of SOPS whose format this is: sops refuses a file without one.
const SOPS_VERSION: &str = "3.13.3";

/// The block of a fresh file. Its MAC and seal are places to be filled.
pub(super) fn fresh(wrapped: &Wrapped, rule: Option<&Rule>, request: &SealRequest<'_>) -> Json {
    let mut block = json!({
        "lastmodified": time(request.now),
        "mac": no_mac().to_string(),
        "version": SOPS_VERSION,
    });
    wrapped.write(&mut block);
    if let Some(rule) = rule {
        block[rule.name()] = json!(rule.value());
    }
    if request.mac_only_encrypted {
        block["mac_only_encrypted"] = json!(true);
    }
    if let Some(place) = &request.place {
        block["signet"] = signet(place, request.path.as_str());
    }
    block
}

/// The block of a sealed file with these age keys in the place of its own, else as [`placed`].
///
/// # Errors
/// As [`placed`].
pub(super) fn with_keys(
    sealed: &Sealed,
    wrapped: &Wrapped,
    request: &SealRequest<'_>,
) -> Result<Json, SealError> {
    let mut block = placed(sealed, request)?;
    wrapped.write(&mut block);
    Ok(block)
}

/// The block of a sealed file with a part of ours where the request names a place that is not its own.
///
/// # Errors
/// [`SealError::Type`] if the block holds something that cannot be written again.
pub(super) fn placed(sealed: &Sealed, request: &SealRequest<'_>) -> Result<Json, SealError> {
    let mut blocks = super::finish::blocks(sealed.stream());
    let first = blocks.next().expect("a sealed file has a block");
    let mut block = kubernetes::to_json(first).map_err(|source| SealError::Type {
        path: request.path.clone(),
        source,
    })?;
    if let Some(place) = new_place(sealed, request) {
        block["signet"] = signet(place, request.path.as_str());
    }
    Ok(block)
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

/// UTC in seconds, as sops writes it.
pub(super) fn time(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn no_mac() -> Enc {
    Enc {
        data: vec![0; 128],
        iv: [0; 32],
        tag: [0; 16],
        kind: LeafType::Str,
    }
}
