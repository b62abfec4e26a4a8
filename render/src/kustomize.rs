//! The Kustomize renderer: what `kustomize build` makes of the folder, in a sandbox that holds no secret.

mod error;
mod gather;
mod references;

pub use error::KustomizeError;
pub(crate) use gather::NAMES;

use signet_api::RepoPath;
use signet_guests::{Document, File, Kustomize, Request};

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
    let inputs = gather::gather(source.tree, source.options)?;
    salted::rendered(&inputs, Names::FollowContent, |look| {
        build(source, &inputs, look)
    })
}

fn build<M>(
    source: &Source<'_, M>,
    inputs: &Inputs,
    look: Look,
) -> Result<Desired<M>, RenderError> {
    let options = source.options;
    let files = inputs.with(look)?;
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
        origins: true,
    };
    let documents = guest::documents(options, &Request::Kustomize(&asked, &files))?;
    let rendered = documents.into_iter().map(|Document { source, text, .. }| {
        let file: Option<RepoPath> = source.and_then(|source| source.parse().ok());
        Rendered::read(&text, file.as_ref().unwrap_or(&options.path))
    });
    let rendered = rendered.collect::<Result<Vec<_>, _>>()?.concat();
    rendering::of_guest(source, inputs, look, rendered)
}

#[cfg(test)]
mod tests;
