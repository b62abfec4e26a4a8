//! The Kustomize renderer: what `kustomize build` makes of the folder, in a sandbox that holds no secret.

mod error;
mod gather;
mod origins;
mod references;

pub use error::KustomizeError;
pub(crate) use gather::NAMES;

use serde_json::{Number, Value};
use signet_api::RepoPath;
use signet_guests::{Document, File, GuestError, Kustomize, Request};

pub(crate) use origins::Origins;

use crate::inputs::Inputs;
use crate::look::Look;
use crate::rendering::{self, Rendered};
use crate::salted::Names;
use crate::source::Source;
use crate::{Desired, RenderError, file, guest, salted, source_file};

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
        generated: None,
    };
    salted::rendered(&inputs, Names::FollowContent, |look| build.desired(look))
}

/// What the guest is asked to build.
pub(crate) struct Build<'a, M> {
    pub(crate) source: &'a Source<'a, M>,
    pub(crate) inputs: &'a Inputs,
    pub(crate) origins: &'a Origins,
    /// The kustomization, by its path, where the inputs have none.
    pub(crate) generated: Option<(String, String)>,
}

impl<M> Build<'_, M> {
    /// The objects.
    ///
    /// # Errors
    /// [`RenderError`], with the file where that can be known.
    pub(crate) fn desired(&self, look: Look) -> Result<Desired<M>, RenderError> {
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
        let files = files.into_iter().map(|(path, content)| {
            let content = file::substituted(content, path, self.source.variables)?;
            Ok((path, content))
        });
        let files = files.collect::<Result<Vec<_>, RenderError>>()?;
        let given = files.iter().map(|(path, content)| File {
            path: path.as_str(),
            content,
        });
        let generated = self.generated.iter().map(|(path, content)| File {
            path,
            content: content.as_bytes(),
        });
        let files: Vec<File<'_>> = given.chain(generated).collect();
        let asked = Kustomize {
            folder: options.path.as_str(),
            unrestricted: true,
            origins,
            json: true,
        };
        let documents = guest::documents(options, &Request::Kustomize(&asked, &files));
        let documents = documents.map_err(|error| self.of_source_file(error))?;
        let rendered = documents.into_iter().map(|document| self.read(document));
        let rendered = rendered.collect::<Result<Vec<_>, _>>()?;
        rendering::of_guest(self.source, self.inputs, look, rendered)
    }

    /// What is said of a generated kustomization is said of the file that it was generated from.
    fn of_source_file(&self, mut error: RenderError) -> RenderError {
        if let RenderError::Guest { path, source } = &mut error
            && let GuestError::Complained { complaint, .. } = &mut **source
            && let Some((generated, _)) = &self.generated
            && complaint.file.as_ref() == Some(generated)
        {
            complaint.file = Some(format!("{path}/{}", source_file::NAME));
            complaint.line = None;
        }
        error
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
