//! The plain renderer: every manifest below the folder, as it stands.

mod patched;

pub(crate) use patched::Patching;

use signet_api::RepoPath;
use signet_provenance::File;

use crate::size::{self, LARGEST, Size};
use crate::source::Source;
use crate::{Desired, RenderError, file, helm, kustomize, rendering, source_file};

/// What the manifests among the files describe: all documents of each, lists taken apart.
///
/// Every `*.yaml`, `*.yml` and `*.json` is read in byte order; other files are left alone. Sealed files give stand-ins.
///
/// # Errors
/// [`RenderError`], with the place.
pub(crate) fn render<M>(
    source: &Source<'_, M>,
    files: Vec<File>,
    patching: Patching,
) -> Result<Desired<M>, RenderError> {
    let mut desired = if patching.is_none() {
        render_within(&LARGEST, source, files)?
    } else {
        patched::render(source, files, patching)?
    };
    let path = &source.options.path;
    let unused = source.variables.unused().into_iter();
    let unused = unused.map(|name| {
        format!(
            "{path}/{}: the variable {name} stands in no manifest",
            source_file::NAME
        )
    });
    desired.warnings.extend(unused);
    Ok(desired)
}

fn render_within<M>(
    largest: &Size,
    source: &Source<'_, M>,
    files: Vec<File>,
) -> Result<Desired<M>, RenderError> {
    let Source { tree, options, .. } = *source;
    let within = |count, limit, what| size::within(&options.path, count, limit, what);
    let manifests = manifests(files, &options.path)?;
    within(manifests.len(), largest.manifests, "manifests")?;
    let (mut bytes, mut values) = (0, 0);
    let mut read = Vec::with_capacity(manifests.len());
    for path in &manifests {
        let manifest = file::read(tree, path, source.variables)?;
        bytes += manifest.bytes;
        values += manifest.values;
        within(bytes, largest.bytes, "bytes in manifests")?;
        within(values, largest.values, "values in manifests")?;
        read.push(manifest);
    }
    let desired = rendering::of_files(source, read)?;
    within(desired.objects.len(), largest.objects, "objects")?;
    Ok(desired)
}

/// The files to read as manifests. Names that other renderers read are errors: their content is no manifest.
fn manifests(files: Vec<File>, folder: &RepoPath) -> Result<Vec<RepoPath>, RenderError> {
    let mut manifests = Vec::new();
    for File { path, .. } in files {
        let renderer = match path.file_name() {
            source_file::NAME => continue,
            name if kustomize::NAMES.contains(&name) => Some("Kustomize"),
            helm::CHART => Some("Helm"),
            _ => None,
        };
        if let Some(renderer) = renderer {
            return Err(RenderError::Renderer {
                file: path,
                renderer,
                folder: folder.clone(),
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
