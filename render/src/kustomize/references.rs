//! The files and folders that a kustomization names, and what it must not ask for.
//!
//! The fields are those of kustomize's `api/types/kustomization.go`. A field that is not known here names nothing: the
//! guest sees the files that are found by these, and no others.

use signet_yaml::{Aliases, Limits, Node, Position, Value};

use super::KustomizeError;

/// How a file is read that a kustomization names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A file of manifests, or a folder with a kustomization of its own.
    Resource,
    /// The same of generators, transformers and validators, or their text itself.
    Plugin,
    /// A patch or replacements.
    Structure,
    /// Lines of `KEY=value`, each of which becomes an entry.
    Env,
    /// Any bytes, which become one value.
    Content,
    /// Schemas and the fields of kinds: nothing of it comes out.
    Settings,
}

/// A path that a kustomization names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// As it is written.
    pub(super) path: String,
    /// Where.
    pub(super) at: Position,
    pub(super) usage: Use,
}

/// What is wrong, and where in the file.
pub(super) type Fault = (Position, KustomizeError);

/// Charts are rendered by a renderer of their own, not by a program that Kustomize starts.
const CHARTS: [&str; 3] = ["helmCharts", "helmChartInflationGenerator", "helmGlobals"];

/// What this kustomization names, in the order of its fields.
///
/// # Errors
/// [`KustomizeError::Charts`], and those of [`of_plugin`] for plugins that stand in the text itself.
pub(super) fn of_kustomization(root: &Node) -> Result<Vec<Reference>, Fault> {
    if let Some((field, node)) = CHARTS
        .iter()
        .find_map(|field| Some((field, root.get(field)?)))
    {
        return Err((node.at, KustomizeError::Charts { field }));
    }
    let mut found = Vec::new();
    for field in ["resources", "bases", "components"] {
        found.extend(listed(root, field, Use::Resource));
    }
    for field in ["generators", "transformers", "validators"] {
        for reference in listed(root, field, Use::Plugin) {
            match inline(&reference) {
                Some(text) => found.extend(within(text, reference.at)?),
                None => found.push(reference),
            }
        }
    }
    for field in ["crds", "configurations"] {
        found.extend(listed(root, field, Use::Settings));
    }
    found.extend(
        root.get("openapi")
            .and_then(|of| named(of, "path", Use::Settings)),
    );
    for field in ["patches", "patchesJson6902", "replacements"] {
        found.extend(items(root, field).filter_map(|item| named(item, "path", Use::Structure)));
    }
    found.extend(
        listed(root, "patchesStrategicMerge", Use::Structure).filter(|of| inline(of).is_none()),
    );
    for field in ["configMapGenerator", "secretGenerator"] {
        found.extend(items(root, field).flat_map(of_generator));
    }
    Ok(found)
}

/// What the configuration of a generator, transformer or validator names.
///
/// # Errors
/// [`KustomizeError::Charts`], [`KustomizeError::Plugin`] for what is not built in, [`KustomizeError::Function`] for
/// what is a program or an image.
pub(super) fn of_plugin(root: &Node) -> Result<Vec<Reference>, Fault> {
    if let Some(items) = root.get("items") {
        return items
            .items()
            .map(of_plugin)
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.concat());
    }
    let text = |field| root.get(field).and_then(Node::text).unwrap_or_default();
    let annotations = root
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"));
    let function = annotations
        .into_iter()
        .flat_map(Node::pairs)
        .find(|(key, _)| {
            matches!(
                key.text(),
                Some("config.kubernetes.io/function" | "config.k8s.io/function")
            )
        });
    if let Some((key, _)) = function {
        return Err((key.at, KustomizeError::Function));
    }
    if text("kind") == "HelmChartInflationGenerator" {
        return Err((
            root.at,
            KustomizeError::Charts {
                field: "HelmChartInflationGenerator",
            },
        ));
    }
    if text("apiVersion") != "builtin" {
        let plugin = format!("{} {}", text("apiVersion"), text("kind"));
        return Err((root.at, KustomizeError::Plugin { plugin }));
    }
    let mut found: Vec<Reference> = of_generator(root).collect();
    found.extend(named(root, "path", Use::Structure));
    found.extend(listed(root, "paths", Use::Structure).filter(|of| inline(of).is_none()));
    found
        .extend(items(root, "replacements").filter_map(|item| named(item, "path", Use::Structure)));
    Ok(found)
}

/// What the text of plugins names that stands in a kustomization itself.
fn within(text: &str, at: Position) -> Result<Vec<Reference>, Fault> {
    let stream = signet_yaml::parse(text, &Limits::DOCUMENT, Aliases::Expand)
        .map_err(|source| (at, KustomizeError::Inline { source }))?;
    let placed = |found: Vec<Reference>| found.into_iter().map(move |of| Reference { at, ..of });
    let found = stream.roots().map(|root| of_plugin(root).map(placed));
    Ok(found
        .collect::<Result<Vec<_>, _>>()
        .map_err(|(_, fault)| (at, fault))?
        .into_iter()
        .flatten()
        .collect())
}

/// The files of a generator's arguments: `[key=]path` in `files`, and paths in `envs` and `env`.
fn of_generator(arguments: &Node) -> impl Iterator<Item = Reference> {
    let files = listed(arguments, "files", Use::Content).map(|of| Reference {
        path: of
            .path
            .split_once('=')
            .map_or(of.path.as_str(), |(_, path)| path)
            .to_owned(),
        ..of
    });
    let envs = listed(arguments, "envs", Use::Env);
    files.chain(envs).chain(named(arguments, "env", Use::Env))
}

/// What an entry holds itself, if it names no file: kustomize takes both.
fn inline(of: &Reference) -> Option<&str> {
    (of.path.contains('\n') || of.path.starts_with('{')).then_some(of.path.as_str())
}

fn items<'a>(node: &'a Node, field: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
    node.get(field).into_iter().flat_map(Node::items)
}

fn listed<'a>(
    node: &'a Node,
    field: &str,
    usage: Use,
) -> impl Iterator<Item = Reference> + use<'a> {
    items(node, field).filter_map(move |item| reference(item, usage))
}

fn named(node: &Node, field: &str, usage: Use) -> Option<Reference> {
    reference(node.get(field)?, usage)
}

fn reference(node: &Node, usage: Use) -> Option<Reference> {
    let Value::Scalar(scalar) = &node.value else {
        return None;
    };
    let path = scalar.text.to_string();
    (!path.is_empty()).then_some(Reference {
        path,
        at: node.at,
        usage,
    })
}
