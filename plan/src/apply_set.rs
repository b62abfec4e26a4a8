//! The set of objects that a source has in the cluster, as KEP-3659 names such sets.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// The kind and group of the set's parent.
const PARENT: &str = "Sync.signet.dev";

/// Names the set of one source: the value of the label [`PART_OF`](signet_api::PART_OF).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplySetId(String);

impl ApplySetId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApplySetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of the set whose parent is this Sync: `applyset-`, base64url of SHA-256 of `<name>.<namespace>.Sync.signet.dev`,
/// `-v1` (KEP-3659, "`ApplySet` Naming").
pub fn apply_set_id(sync_name: &str, sync_namespace: &str) -> ApplySetId {
    let digest = Sha256::digest(format!("{sync_name}.{sync_namespace}.{PARENT}"));
    ApplySetId(format!("applyset-{}-v1", BASE64URL_NOPAD.encode(&digest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_named_as_kep_3659_says() {
        // printf team-a-apps.team-a.Sync.signet.dev | openssl dgst -sha256 -binary | basenc --base64url
        let id = apply_set_id("team-a-apps", "team-a");
        assert_eq!(
            id.as_str(),
            "applyset--bOI8KC-V0nfKKeTepLJSrYsruUyLmlKWMj8M3R0Pe4-v1"
        );
    }
}
