//! Which renderer a folder is for.

use signet_api::RepoPath;
use signet_provenance::{File, Tree};

use crate::plain::Patching;
use crate::source::Source;
use crate::source_file::{self, Renderer};
use crate::variables::Variables;
use crate::{Desired, Options, RenderError, helm, kustomize, plain};

/// What the source's folder wants to be in the cluster.
///
/// The folder's `signet-source.yaml` says by which renderer, or else the files that stand in it: a kustomization
/// ([`crate::KustomizeError`] says what it must not ask for), a chart, or manifests as they are. Sealed files give stand-ins.
/// The result is the same for the same tree and options.
///
/// # Errors
/// [`RenderError`], with the place: a source renders as a whole or not at all.
pub fn render<M>(tree: &Tree<M>, options: &Options) -> Result<Desired<M>, RenderError> {
    let folder = &options.path;
    let files = files(tree, folder)?;
    let is_there = |name: &str| {
        let mut files = files.iter();
        files.any(|file| source_file::is_in_folder(&file.path, name, folder))
    };
    let is_kustomization = kustomize::NAMES.into_iter().any(is_there);
    let settings = source_file::of(tree, &files, folder)?;
    let variables = Variables::of(settings.substitute);
    let source = Source {
        tree,
        options,
        escape: settings.escape,
        variables: &variables,
    };
    let chart = settings.helm.as_ref().and_then(|helm| helm.chart.as_ref());
    let by_files = match chart {
        Some(_) => Renderer::Helm,
        None if is_kustomization => Renderer::Kustomize,
        None if is_there(helm::CHART) => Renderer::Helm,
        None => Renderer::Plain,
    };
    let patching = Patching {
        patches: settings.patches,
        labels: settings.labels,
    };
    let renderer = settings.renderer.unwrap_or(by_files);
    let given = [
        ("substitute", !variables.are_none()),
        ("patches", !patching.patches.is_empty()),
        ("labels", !patching.labels.is_empty()),
    ];
    let given = given.into_iter().find(|(_, is_given)| *is_given);
    if let Some((field, _)) = given.filter(|_| renderer != Renderer::Plain) {
        return Err(RenderError::PlainOnly {
            field,
            folder: folder.clone(),
        });
    }
    if settings.helm.is_some() && renderer != Renderer::Helm {
        return Err(RenderError::NoHelm {
            folder: folder.clone(),
        });
    }
    match renderer {
        Renderer::Plain => plain::render(&source, files, patching),
        Renderer::Kustomize if is_kustomization => kustomize::render(&source),
        Renderer::Kustomize => Err(RenderError::NoKustomization {
            folder: folder.clone(),
        }),
        Renderer::Helm => helm::render(&source, &settings.helm.unwrap_or_default()),
    }
}

fn files<M>(tree: &Tree<M>, folder: &RepoPath) -> Result<Vec<File>, RenderError> {
    let unreadable = |source| RenderError::Tree {
        path: folder.clone(),
        source,
    };
    match tree.subtree_id(folder).map_err(unreadable)? {
        Some(_) => tree.files(folder).map_err(unreadable),
        None => Err(RenderError::NoFolder {
            path: folder.clone(),
        }),
    }
}
