//! The fleet that a tree describes.

use signet_api::{Fleet, RepoPath};

use super::{FleetError, Tree, TreeError};
use crate::authority::policy_path;

/// Where the fleet's documents stand, besides the policy.
const DOCUMENT_FOLDERS: [&str; 2] = ["signet/clusters", "signet/tenants"];
const DOCUMENT_END: &str = ".yaml";

impl<M> Tree<M> {
    /// The fleet's documents: the policy, and every `signet/clusters/*.yaml` and
    /// `signet/tenants/*.yaml`.
    ///
    /// # Errors
    /// [`FleetError::Tree`] where a document cannot be read, [`FleetError::Document`] where the
    /// policy cannot; other documents that cannot are listed in [`Fleet::problems`].
    pub fn fleet(&self) -> Result<Fleet, FleetError> {
        let policy = policy_path();
        let mut documents = vec![(policy.clone(), self.read(&policy)?)];
        for folder in DOCUMENT_FOLDERS {
            for path in self.documents(folder)? {
                let bytes = self.read(&path)?;
                documents.push((path, bytes));
            }
        }
        Ok(Fleet::parse(documents)?)
    }

    /// The `*.yaml` files that stand in this very folder.
    fn documents(&self, folder: &str) -> Result<Vec<RepoPath>, TreeError> {
        let folder = folder.parse().expect("the documents' folders are paths");
        let paths = self.files(&folder)?.into_iter().map(|file| file.path);
        let here = |path: &RepoPath| {
            path.parent().as_ref() == Some(&folder) && path.file_name().ends_with(DOCUMENT_END)
        };
        Ok(paths.filter(here).collect())
    }
}
