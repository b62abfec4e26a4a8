//! `signet-source.yaml`: how the tenant wants the folder to be rendered.

use serde::Deserialize;
use signet_api::RepoPath;
use signet_provenance::{File, Tree};
use signet_yaml::{Aliases, Limits};

use crate::RenderError;

/// The file's name. It is never a manifest, wherever it stands.
pub(crate) const NAME: &str = "signet-source.yaml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceFile {
    #[serde(default)]
    renderer: Renderer,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Renderer {
    #[default]
    Plain,
    Kustomize,
    Helm,
}

/// Reads the file in the source's own folder, if there is one, and ensures that it asks for what is there.
///
/// # Errors
/// [`RenderError::SourceFile`] and [`RenderError::SourceFileShape`] if it cannot be read as one document with known
/// fields, [`RenderError::Renderer`] if it asks for another renderer than the plain one.
pub(crate) fn check<M>(
    tree: &Tree<M>,
    files: &[File],
    folder: &RepoPath,
) -> Result<(), RenderError> {
    let own =
        |file: &&File| file.path.file_name() == NAME && file.path.parent().as_ref() == Some(folder);
    let Some(File { path, .. }) = files.iter().find(own) else {
        return Ok(());
    };
    let not_there = |renderer| RenderError::Renderer {
        file: path.clone(),
        renderer,
    };
    match read(tree, path)?.renderer {
        Renderer::Plain => Ok(()),
        Renderer::Kustomize => Err(not_there("Kustomize")),
        Renderer::Helm => Err(not_there("Helm")),
    }
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
