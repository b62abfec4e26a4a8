//! What a sealed file claims about its own place: `sops.signet`.

use data_encoding::BASE64;
use signet_yaml::Node;

use super::{MetadataError, required, text, wrong};

const FIELDS: [&str; 6] = [
    "version",
    "repository",
    "tenant",
    "clusters",
    "path",
    "seal",
];

/// The place for which a file was sealed, and the seal that makes it true. Before the seal is checked it is only a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealScope {
    /// The repository's identifier, from the policy.
    pub repository: String,
    /// Whose file it is.
    pub tenant: String,
    /// The clusters that may open it, in file order.
    pub clusters: Vec<String>,
    /// The path in the repository.
    pub path: String,
    /// `HMAC-SHA-256` over [`Sealed::canonical`](crate::Sealed::canonical).
    pub seal: [u8; 32],
}

impl SealScope {
    /// Whether both claim the same place, whatever their seals.
    #[must_use]
    pub fn is_place_of(&self, other: &Self) -> bool {
        let place = |one: &Self| Self {
            seal: [0; 32],
            ..one.clone()
        };
        place(self) == place(other)
    }

    pub(super) fn read(node: &Node) -> Result<Self, MetadataError> {
        refuse_unknown(node)?;
        let version = required(node, "version")?;
        if version.text() != Some("1") {
            return Err(wrong(version, "signet.version", "1"));
        }
        let field = |name| {
            required(node, name)
                .and_then(|value| text(value, name))
                .map(str::to_owned)
        };
        let seal = required(node, "seal")?;
        Ok(Self {
            repository: field("repository")?,
            tenant: field("tenant")?,
            clusters: clusters(required(node, "clusters")?)?,
            path: field("path")?,
            seal: seal_bytes(seal)
                .ok_or_else(|| wrong(seal, "signet.seal", "32 bytes of base64"))?,
        })
    }
}

fn refuse_unknown(node: &Node) -> Result<(), MetadataError> {
    for (key, _) in node.pairs() {
        let name = key.text().unwrap_or_default();
        if !FIELDS.contains(&name) {
            return Err(wrong(
                key,
                &format!("signet.{}", name.escape_debug()),
                "known to this version",
            ));
        }
    }
    Ok(())
}

fn clusters(list: &Node) -> Result<Vec<String>, MetadataError> {
    let names: Vec<String> = list
        .items()
        .map(|item| text(item, "signet.clusters").map(str::to_owned))
        .collect::<Result<_, _>>()?;
    if names.is_empty() {
        Err(wrong(list, "signet.clusters", "a list of clusters"))
    } else {
        Ok(names)
    }
}

fn seal_bytes(node: &Node) -> Option<[u8; 32]> {
    let bytes = BASE64.decode(node.text()?.as_bytes()).ok()?;
    bytes.try_into().ok()
}
