//! The plain renderer: every manifest below the folder, as it stands.

mod rendering;

use signet_api::RepoPath;
use signet_provenance::{File, Tree};

use crate::{Desired, Options, RenderError, file, source_file};

/// One source has at most this many manifests.
const MAX_FILES: usize = 10_000;
/// One source's manifests have at most this many bytes.
const MAX_BYTES: usize = 64 << 20;

/// What the source's folder wants to be in the cluster.
///
/// Every `*.yaml`, `*.yml` and `*.json` below the folder is read in byte order, all documents of it, lists taken apart;
/// other files are left alone. Sealed files give stand-ins. The result is the same for the same tree and options.
///
/// # Errors
/// [`RenderError`], with the place: a source renders as a whole or not at all.
pub fn render<M>(tree: &Tree<M>, options: &Options) -> Result<Desired<M>, RenderError> {
    let files = files(tree, &options.path)?;
    source_file::check(tree, &files, &options.path)?;
    let manifests = manifests(files, &options.path)?;
    let mut bytes = 0;
    let mut read = Vec::with_capacity(manifests.len());
    for path in &manifests {
        let manifest = file::read(tree, path)?;
        bytes += manifest.bytes;
        within(bytes, MAX_BYTES, "bytes in manifests", &options.path)?;
        read.push(manifest);
    }
    rendering::desired(tree, options, read)
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

/// The files to read as manifests. Names that other renderers read are errors: their content is no manifest.
fn manifests(files: Vec<File>, folder: &RepoPath) -> Result<Vec<RepoPath>, RenderError> {
    let mut manifests = Vec::new();
    for File { path, .. } in files {
        let renderer = match path.file_name() {
            source_file::NAME => continue,
            "kustomization.yaml" | "kustomization.yml" | "Kustomization" => Some("Kustomize"),
            "Chart.yaml" => Some("Helm"),
            _ => None,
        };
        if let Some(renderer) = renderer {
            return Err(RenderError::Renderer {
                file: path,
                renderer,
            });
        }
        if is_manifest(&path) {
            manifests.push(path);
        }
    }
    within(manifests.len(), MAX_FILES, "manifests", folder)?;
    Ok(manifests)
}

fn is_manifest(path: &RepoPath) -> bool {
    let extension = path.file_name().rsplit_once('.').map(|(_, ext)| ext);
    matches!(extension, Some("yaml" | "yml" | "json"))
}

/// # Errors
/// [`RenderError::TooLarge`]
pub(crate) fn within(
    count: usize,
    limit: usize,
    what: &'static str,
    folder: &RepoPath,
) -> Result<(), RenderError> {
    if count <= limit {
        return Ok(());
    }
    Err(RenderError::TooLarge {
        path: folder.clone(),
        limit,
        what,
    })
}

#[cfg(test)]
mod tests;
