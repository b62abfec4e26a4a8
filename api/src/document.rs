//! The shape that all documents share: `apiVersion`, `kind`, `metadata.name`, `spec`.

mod error;

pub use error::DocumentError;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use signet_yaml::{Aliases, Limits, Node};

use crate::RepoPath;

/// The API group of documents and custom resources.
pub const GROUP: &str = "signet.dev";
/// What `apiVersion` says in every document.
pub const API_VERSION: &str = "signet.dev/v1alpha1";

/// A document as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document<Spec> {
    api_version: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
    spec: Spec,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    name: String,
}

/// A document that was read: its spec, and the tree for complaints with a place.
pub(crate) struct Read<'p, Spec> {
    pub(crate) spec: Spec,
    /// `metadata.name`, which is there in documents that have a name.
    pub(crate) name: Option<String>,
    path: &'p RepoPath,
    root: Node,
    /// The text, where complaints may quote it.
    shown: Option<&'p str>,
}

/// Reads the one document of a file.
///
/// `sops`, the metadata of a sealed file, may stand beside the four fields only where `sealed` says so.
pub(crate) fn read<'p, Spec: DeserializeOwned>(
    text: &'p str,
    path: &'p RepoPath,
    kind: &str,
    sealed: Sealable,
) -> Result<Read<'p, Spec>, DocumentError> {
    let shown = (sealed == Sealable::No).then_some(text);
    let read = read_silently(text, path, kind, sealed);
    read.map(|read| Read { shown, ..read })
        .map_err(|error| error.quoting(shown))
}

/// As [`read`], with complaints that quote nothing.
fn read_silently<'p, Spec: DeserializeOwned>(
    text: &str,
    path: &'p RepoPath,
    kind: &str,
    sealed: Sealable,
) -> Result<Read<'p, Spec>, DocumentError> {
    let mut root = one_document(text, path)?;
    if sealed == Sealable::Yes {
        root.remove("sops");
    }
    check_header(&root, path, kind)?;
    let document: Document<Spec> = signet_yaml::from_node(&root)
        .map_err(|error| DocumentError::at(path, error.at(), error.message()))?;
    let name = document.metadata.map(|metadata| metadata.name);
    Ok(Read {
        spec: document.spec,
        name,
        path,
        root,
        shown: None,
    })
}

/// Whether a document may carry SOPS' metadata.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sealable {
    Yes,
    No,
}

fn one_document(text: &str, path: &RepoPath) -> Result<Node, DocumentError> {
    let stream = signet_yaml::parse(text, &Limits::DOCUMENT, Aliases::Refuse)
        .map_err(|error| DocumentError::of_parse(path, &error))?;
    let mut roots = stream
        .documents
        .into_iter()
        .filter_map(|document| document.root);
    let first = roots
        .next()
        .ok_or_else(|| DocumentError::new(path, "the file is empty"))?;
    match roots.next() {
        None => Ok(first),
        Some(second) => Err(DocumentError::at(
            path,
            second.at,
            "the file holds one document, and here begins another",
        )),
    }
}

/// Checks version and kind before the fields: a field is unknown only once it is clear what it should be a field of.
fn check_header(root: &Node, path: &RepoPath, kind: &str) -> Result<(), DocumentError> {
    for (field, want) in [("apiVersion", API_VERSION), ("kind", kind)] {
        let Some(node) = root.get(field) else {
            continue;
        };
        if node.text() != Some(want) {
            let message = format!("{field} must be {want} in this file");
            return Err(DocumentError::at(path, node.at, &message));
        }
    }
    Ok(())
}

impl<Spec> Read<'_, Spec> {
    /// The name, which must be the file's own without `.yaml`.
    pub(crate) fn name<Name: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
    ) -> Result<Name, DocumentError> {
        let Some(name) = &self.name else {
            return Err(self.complain(&[], "the field `metadata` is missing"));
        };
        let stem = self.path.file_name().strip_suffix(".yaml");
        if stem != Some(name) {
            return Err(self.complain(
                &["metadata", "name"],
                &format!("the file of {name:?} is called {name}.yaml"),
            ));
        }
        name.parse()
            .map_err(|error: Name::Err| self.complain(&["metadata", "name"], &error.to_string()))
    }

    /// A complaint about the field that the steps lead to: keys, and numbers of elements.
    pub(crate) fn complain(&self, steps: &[&str], message: &str) -> DocumentError {
        let mut node = &self.root;
        for step in steps {
            let below = node
                .get(step)
                .or_else(|| node.items().nth(step.parse().ok()?));
            let Some(below) = below else { break };
            node = below;
        }
        DocumentError::at(self.path, node.at, message).quoting(self.shown)
    }
}

/// Writes a document.
pub(crate) fn write<Spec: Serialize>(kind: &str, name: Option<&str>, spec: &Spec) -> String {
    let document = Document {
        api_version: API_VERSION.to_owned(),
        kind: kind.to_owned(),
        metadata: name.map(|name| Metadata {
            name: name.to_owned(),
        }),
        spec,
    };
    signet_yaml::to_yaml(&document).expect("our documents have string keys and finite numbers")
}
