//! What a cluster's agent answers to: `signet/clusters/<cluster>.yaml`.

use serde::{Deserialize, Serialize};

use crate::document::{self, Sealable};
use crate::{ClusterName, DocumentError, RepoPath, recipient};

const KIND: &str = "Cluster";

/// A cluster of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The name, which its file has too.
    pub name: ClusterName,
    /// The public half of the cluster's identity, which opens the identities of its tenants.
    pub recipient: String,
    /// Recipients that may be on those identities while the cluster's own is rotated.
    pub transitional: Vec<String>,
}

/// The written form of [`Cluster`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(deserialize_with = "recipient::one")]
    recipient: String,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "recipient::many"
    )]
    transitional: Vec<String>,
}

impl Cluster {
    /// Reads a Cluster document.
    ///
    /// # Errors
    /// [`DocumentError`] with the place of the first offence; a name that is not the file's is one.
    pub fn parse(text: &str, path: &RepoPath) -> Result<Self, DocumentError> {
        let read = document::read::<Spec>(text, path, KIND, Sealable::No)?;
        let name = read.name()?;
        let Spec {
            recipient,
            transitional,
        } = read.spec;
        Ok(Self {
            name,
            recipient,
            transitional,
        })
    }

    /// The document as a person would write it.
    pub fn to_yaml(&self) -> String {
        let Self {
            name,
            recipient,
            transitional,
        } = self.clone();
        document::write(
            KIND,
            Some(name.as_str()),
            &Spec {
                recipient,
                transitional,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        let cluster = Cluster {
            name: "prod".parse().unwrap(),
            recipient: "age1x".to_owned(),
            transitional: vec![],
        };
        let text = cluster.to_yaml();
        assert_eq!(
            text,
            "apiVersion: signet.dev/v1alpha1\nkind: Cluster\nmetadata:\n  name: prod\nspec:\n  recipient: age1x\n"
        );
        assert_eq!(
            Cluster::parse(&text, &crate::cluster_path(&cluster.name)).unwrap(),
            cluster
        );
    }

    #[test]
    fn rejects_another_clusters_file() {
        let text = "apiVersion: signet.dev/v1alpha1\nkind: Cluster\nmetadata: {name: dev}\nspec: {recipient: age1x}\n";
        let error =
            Cluster::parse(text, &"signet/clusters/prod.yaml".parse().unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "signet/clusters/prod.yaml:3:18: the file of \"dev\" is called dev.yaml"
        );
    }
}
