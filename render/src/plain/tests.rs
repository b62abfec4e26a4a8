mod bounds;
mod manifests;
mod refusals;
mod sealed;

use std::error::Error;
use std::sync::Arc;

use signet_provenance::{MemoryObjects, Tree, Unverified};

use super::*;
use crate::{Kinds, Options, render};

const FOLDER: &str = "tenants/team-a/prod";

fn options(tenant: &str, folder: &str) -> Options {
    Options {
        tenant: tenant.parse().unwrap(),
        source: "apps".parse().unwrap(),
        path: folder.parse().unwrap(),
        namespace: Some("team-a".parse().unwrap()),
        kinds: Arc::new(Kinds::builtin()),
        shared: Vec::new(),
    }
}

/// What the files at these paths render to as the source `folder` of `tenant`.
fn rendered_as(
    tenant: &str,
    folder: &str,
    files: &[(&str, &str)],
) -> Result<Desired<Unverified>, RenderError> {
    let objects = MemoryObjects::default();
    let tree = objects.write_files(files.iter().copied());
    let tree = Tree::of_tree(Arc::new(objects), tree);
    render(&tree, &options(tenant, folder))
}

/// What the files below the folder of team-a render to.
fn rendered(files: &[(&str, &str)]) -> Result<Desired<Unverified>, RenderError> {
    let below: Vec<(String, &str)> = files
        .iter()
        .map(|(path, text)| (format!("{FOLDER}/{path}"), *text))
        .collect();
    let files: Vec<(&str, &str)> = below
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    rendered_as("team-a", FOLDER, &files)
}

fn ids(desired: &Desired<Unverified>) -> Vec<String> {
    desired
        .objects
        .iter()
        .map(|object| object.id.to_string())
        .collect()
}

/// The error with all its causes, as people get to see it.
fn complaint<T>(result: Result<T, RenderError>) -> String {
    let Err(error) = result else {
        panic!("this renders, against expectation")
    };
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
}
