//! The Kustomize renderer: what `kustomize build` makes of the folder, in a sandbox that holds no secret.

mod error;
mod gather;
mod origins;
mod references;

pub use error::KustomizeError;
pub(crate) use gather::NAMES;

use serde_json::{Number, Value};
use signet_api::RepoPath;
use signet_guests::{Document, File, Kustomize, Request};

use self::origins::Origins;
use crate::inputs::Inputs;
use crate::look::Look;
use crate::rendering::{self, Rendered};
use crate::salted::Names;
use crate::source::Source;
use crate::{Desired, RenderError, guest, salted};

/// What the folder's kustomization wants to be in the cluster.
///
/// The guest sees the files that the kustomization names, whose folders may be the tenant's and those that the policy
/// shares, and none else. Where some are sealed it is asked twice, with other stand-ins.
///
/// # Errors
/// [`RenderError`], with the place where that can be known.
pub(crate) fn render<M>(source: &Source<'_, M>) -> Result<Desired<M>, RenderError> {
    let (inputs, origins) = gather::gather(source.tree, source.options)?;
    let build = Build {
        source,
        inputs: &inputs,
        origins: &origins,
    };
    salted::rendered(&inputs, Names::FollowContent, |look| build.desired(look))
}

struct Build<'a, M> {
    source: &'a Source<'a, M>,
    inputs: &'a Inputs,
    origins: &'a Origins,
}

impl<M> Build<'_, M> {
    fn desired(&self, look: Look) -> Result<Desired<M>, RenderError> {
        match self.built(look, false) {
            Err(error @ RenderError::Guest { .. }) => Err(error),
            // Told once more with the very file that the library says.
            Err(error) => self.built(look, true).and(Err(error)),
            Ok(desired) => Ok(desired),
        }
    }

    fn built(&self, look: Look, origins: bool) -> Result<Desired<M>, RenderError> {
        let options = self.source.options;
        let files = self.inputs.with(look)?;
        let files: Vec<File<'_>> = files
            .iter()
            .map(|(path, content)| File {
                path: path.as_str(),
                content,
            })
            .collect();
        let asked = Kustomize {
            folder: options.path.as_str(),
            unrestricted: true,
            origins,
            json: true,
        };
        let documents = guest::documents(options, &Request::Kustomize(&asked, &files))?;
        let rendered = documents.into_iter().map(|document| self.read(document));
        let rendered = rendered.collect::<Result<Vec<_>, _>>()?;
        rendering::of_guest(self.source, self.inputs, look, rendered)
    }

    fn read(&self, document: Document) -> Result<Rendered, RenderError> {
        let Document { source, text, .. } = document;
        let folder = &self.source.options.path;
        let told: Option<RepoPath> = source.and_then(|source| source.parse().ok());
        let mut json = serde_json::from_str(&text).map_err(|source| RenderError::Answer {
            path: folder.clone(),
            source,
        })?;
        as_printed(&mut json);
        let known = told.as_ref().or_else(|| self.origins.of(&json));
        Ok(Rendered {
            file: known.unwrap_or(folder).clone(),
            json,
            hook: None,
        })
    }
}

/// Makes floats of integers that are larger than Kubernetes' are, which Kustomize does where it makes YAML of its JSON
/// (`JSONToYAML` of sigs.k8s.io/yaml).
fn as_printed(json: &mut Value) {
    match json {
        Value::Number(number) => {
            let float = number
                .as_u64()
                .filter(|integer| i64::try_from(*integer).is_err());
            if let Some(float) = float.and(number.as_f64()).and_then(Number::from_f64) {
                *number = float;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(as_printed),
        Value::Object(map) => map.values_mut().for_each(as_printed),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests;
