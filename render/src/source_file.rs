//! `signet-source.yaml`: how the tenant wants the folder to be rendered.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use signet_api::{Namespace, RepoPath};
use signet_provenance::{File, Tree};
use signet_yaml::{Aliases, Limits};

use crate::file::refuse_stand_ins;
use crate::variables::Name;
use crate::{Escape, Options, RenderError, helm};

/// The file's name. It is never a manifest, wherever it stands.
pub(crate) const NAME: &str = "signet-source.yaml";

/// What the tenant says of how its folder is rendered.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceFile {
    /// Without it, the one that the folder's files are for.
    pub(crate) renderer: Option<Renderer>,
    /// What becomes of opened values between double quotes.
    #[serde(default)]
    pub(crate) escape: Escape,
    /// For plain manifests alone.
    #[serde(default)]
    pub(crate) substitute: BTreeMap<Name, String>,
    /// For plain manifests alone, as in a kustomization.
    #[serde(default)]
    pub(crate) patches: Vec<Map<String, Value>>,
    /// Likewise.
    #[serde(default)]
    pub(crate) labels: Vec<Map<String, Value>>,
    /// For charts alone.
    pub(crate) helm: Option<Helm>,
}

/// How a chart is rendered.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Helm {
    /// The chart's folder or archive, relative to the source's folder; without it, that itself.
    pub(crate) chart: Option<String>,
    /// Without it, the source's name.
    pub(crate) release_name: Option<String>,
    /// Without it, the tenant's first namespace.
    pub(crate) namespace: Option<Namespace>,
    /// Relative to the source's folder, sealed or not; a later one has its way.
    #[serde(default)]
    pub(crate) values_files: Vec<String>,
    /// These have their way over those of the files.
    pub(crate) values: Option<Map<String, Value>>,
    /// What the chart is told of the cluster's version; without it, what Helm itself assumes.
    pub(crate) kube_version: Option<String>,
}

#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Renderer {
    Plain,
    Kustomize,
    Helm,
}

/// What the file in the source's own folder says, if there is one.
///
/// # Errors
/// [`RenderError::SourceFile`] and [`RenderError::SourceFileShape`] if it cannot be read as one document with known
/// fields.
pub(crate) fn of<M>(
    tree: &Tree<M>,
    files: &[File],
    folder: &RepoPath,
) -> Result<SourceFile, RenderError> {
    let own = |file: &&File| is_in_folder(&file.path, NAME, folder);
    match files.iter().find(own) {
        Some(File { path, .. }) => read(tree, path),
        None => Ok(SourceFile::default()),
    }
}

/// Whether this is the path of the file of that name in the folder itself.
pub(crate) fn is_in_folder(path: &RepoPath, name: &str, folder: &RepoPath) -> bool {
    path.file_name() == name && path.parent().as_ref() == Some(folder)
}

/// The place that a path of `signet-source.yaml` means, if this source may read there.
///
/// # Errors
/// [`RenderError::Outside`]
pub(crate) fn resolve(
    options: &Options,
    field: &'static str,
    path: &str,
) -> Result<RepoPath, RenderError> {
    let found = options.path.resolve(path);
    let readable = |path: &RepoPath| {
        let below = path.join(helm::CHART);
        options.may_read(path) || below.is_ok_and(|below| options.may_read(&below))
    };
    found.filter(readable).ok_or_else(|| RenderError::Outside {
        field,
        path: path.to_owned(),
        own: options.own_folder(),
    })
}

fn read<M>(tree: &Tree<M>, file: &RepoPath) -> Result<SourceFile, RenderError> {
    let path = || file.clone();
    let bytes = tree.read(file).map_err(|source| RenderError::Tree {
        path: path(),
        source,
    })?;
    let text = String::from_utf8(bytes).map_err(|_| RenderError::NotText { file: path() })?;
    let stream =
        signet_yaml::parse(&text, &Limits::DOCUMENT, Aliases::Refuse).map_err(|source| {
            RenderError::Parse {
                file: path(),
                source,
            }
        })?;
    // Its values go into templates as those of files do.
    refuse_stand_ins(&text, &stream, file)?;
    let [document] = stream.documents.as_slice() else {
        return Err(RenderError::SourceFileShape { file: path() });
    };
    let root = document
        .root
        .as_ref()
        .ok_or_else(|| RenderError::SourceFileShape { file: path() })?;
    signet_yaml::from_node(root).map_err(|source| RenderError::SourceFile {
        file: path(),
        source,
    })
}
