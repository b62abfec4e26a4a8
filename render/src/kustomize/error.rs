//! Why a kustomization is refused before it is built.

use signet_yaml::ParseError;

/// What a kustomization must not ask for, or names in vain.
#[derive(Debug, thiserror::Error)]
pub enum KustomizeError {
    /// A chart, which kustomize would have another program render.
    #[error(
        "{field} starts Helm, which nothing here may: give the chart a source of its own, whose folder has its Chart.yaml"
    )]
    Charts {
        /// The field or kind.
        field: &'static str,
    },
    /// A plugin that is not built in.
    #[error(
        "{plugin} is a plugin that would be started: only those of apiVersion builtin are there"
    )]
    Plugin {
        /// Its `apiVersion` and `kind`.
        plugin: String,
    },
    /// A function that is a program or an image.
    #[error(
        "a function in a container or a program is never started: only what is built in is there"
    )]
    Function,
    /// Plugins that stand in the kustomization itself are no YAML.
    #[error("the plugin that stands here is no YAML")]
    Inline {
        /// Where in that text, and why.
        #[source]
        source: ParseError,
    },
    /// Something that is not in the repository.
    #[error(
        "{path} is remote, and nothing is fetched to render: commit a copy of it, and name its folder"
    )]
    Remote {
        /// As it is written.
        path: String,
    },
    /// A path from the root of a file system.
    #[error("{path} is absolute: paths are relative to the file that names them")]
    Absolute {
        /// As it is written.
        path: String,
    },
    /// A path that leads out of what this source may read.
    #[error("{path} leads out of {own} and of the folders that the policy shares (spec.shared)")]
    Outside {
        /// As it is written.
        path: String,
        /// The tenant's folder.
        own: String,
    },
    /// A path at which nothing stands.
    #[error("{path} does not exist")]
    Missing {
        /// As it is written.
        path: String,
    },
    /// A folder where a file has to be.
    #[error("{path} is a folder, and a file is read here")]
    Folder {
        /// As it is written.
        path: String,
    },
    /// A folder without a kustomization.
    #[error("{path} has no kustomization.yaml")]
    NoKustomization {
        /// The folder, as it is written.
        path: String,
    },
}
