//! Manifests with the patches and labels of `signet-source.yaml`, which mean what they mean to Kustomize: it makes them.

use serde_json::{Map, Value, json};
use signet_api::RepoPath;
use signet_provenance::File;

use super::manifests;
use crate::inputs::{Inputs, Shape};
use crate::kustomize::{Build, NAMES, Origins};
use crate::salted::{self, Names};
use crate::source::Source;
use crate::{Desired, RenderError, source_file};

/// The fields of a kustomization that `signet-source.yaml` has for manifests without one.
pub(crate) struct Patching {
    pub(crate) patches: Vec<Map<String, Value>>,
    pub(crate) labels: Vec<Map<String, Value>>,
}

impl Patching {
    pub(crate) fn is_none(&self) -> bool {
        self.patches.is_empty() && self.labels.is_empty()
    }

    /// The files that patches name.
    fn paths<M>(&self, source: &Source<'_, M>) -> Result<Vec<RepoPath>, RenderError> {
        let named = self.patches.iter().filter_map(|patch| patch.get("path"));
        let named = named.filter_map(Value::as_str);
        named
            .map(|path| source_file::resolve(source.options, "patches", path))
            .collect()
    }
}

/// What the manifests among the files describe, patched and labelled. A file that a patch names is no manifest.
///
/// # Errors
/// [`RenderError`], with the place where that can be known.
pub(super) fn render<M>(
    source: &Source<'_, M>,
    files: Vec<File>,
    patching: Patching,
) -> Result<Desired<M>, RenderError> {
    let Source { tree, options, .. } = *source;
    let patches = patching.paths(source)?;
    let (mut inputs, mut origins) = (Inputs::default(), Origins::default());
    let mut resources = Vec::new();
    for path in manifests(files, &options.path)? {
        if patches.contains(&path) {
            continue;
        }
        let documents = inputs.read(tree, options, &path, Shape::Documents)?;
        for document in &documents {
            origins.note(document, &path);
        }
        if !documents.is_empty() {
            let below = &path.as_str()[options.path.as_str().len() + 1..];
            resources.push(below.to_owned());
        }
    }
    for path in &patches {
        inputs.read(tree, options, path, Shape::Documents)?;
    }
    let Patching { patches, labels } = patching;
    let generated = json!({
        "sortOptions": {"order": "fifo"},
        "resources": resources,
        "patches": patches,
        "labels": labels,
    });
    let build = Build {
        source,
        inputs: &inputs,
        origins: &origins,
        generated: Some((
            format!("{}/{}", options.path, NAMES[0]),
            generated.to_string(),
        )),
    };
    salted::rendered(&inputs, Names::AsTheyAre, |look| build.desired(look))
}
