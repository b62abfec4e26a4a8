//! The plain renderer: every manifest below the folder, as it stands.

mod rendering;

use signet_api::RepoPath;
use signet_provenance::{File, Tree};

use crate::{Desired, Options, RenderError, file, source_file};

/// What one source may cost.
struct Size {
    manifests: usize,
    bytes: usize,
    /// Scalars and collections: one of two bytes takes hundreds in memory.
    values: usize,
    objects: usize,
}

/// A value takes about half a KiB while it is rendered, and the agent renders two sources at once: together they stay
/// well below the memory that `deploy/agent.yaml` grants.
const LARGEST: Size = Size {
    manifests: 10_000,
    bytes: 16 << 20,
    values: 250_000,
    objects: 10_000,
};

/// What the source's folder wants to be in the cluster.
///
/// Every `*.yaml`, `*.yml` and `*.json` below the folder is read in byte order, all documents of it, lists taken apart;
/// other files are left alone. Sealed files give stand-ins. The result is the same for the same tree and options.
///
/// # Errors
/// [`RenderError`], with the place: a source renders as a whole or not at all.
pub fn render<M>(tree: &Tree<M>, options: &Options) -> Result<Desired<M>, RenderError> {
    render_within(&LARGEST, tree, options)
}

fn render_within<M>(
    largest: &Size,
    tree: &Tree<M>,
    options: &Options,
) -> Result<Desired<M>, RenderError> {
    let within = |count, limit, what| {
        let path = || options.path.clone();
        let too_large = || RenderError::TooLarge {
            path: path(),
            limit,
            what,
        };
        (count <= limit).then_some(()).ok_or_else(too_large)
    };
    let files = files(tree, &options.path)?;
    source_file::check(tree, &files, &options.path)?;
    let manifests = manifests(files)?;
    within(manifests.len(), largest.manifests, "manifests")?;
    let (mut bytes, mut values) = (0, 0);
    let mut read = Vec::with_capacity(manifests.len());
    for path in &manifests {
        let manifest = file::read(tree, path)?;
        bytes += manifest.bytes;
        values += manifest.values;
        within(bytes, largest.bytes, "bytes in manifests")?;
        within(values, largest.values, "values in manifests")?;
        read.push(manifest);
    }
    let desired = rendering::desired(tree, options, read)?;
    within(desired.objects.len(), largest.objects, "objects")?;
    Ok(desired)
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
fn manifests(files: Vec<File>) -> Result<Vec<RepoPath>, RenderError> {
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
    Ok(manifests)
}

fn is_manifest(path: &RepoPath) -> bool {
    let extension = path.file_name().rsplit_once('.').map(|(_, ext)| ext);
    matches!(extension, Some("yaml" | "yml" | "json"))
}

#[cfg(test)]
mod tests;
