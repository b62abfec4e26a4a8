//! One file of manifests, as documents with stand-ins.

use serde_json::Value as Json;
use signet_api::RepoPath;
use signet_envelope::{STAND_IN_PREFIX, StandIn, names_stand_in};
use signet_provenance::Tree;
use signet_yaml::{Aliases, Limits, Node, Position, Stream, Value, kubernetes, sops};

use crate::variables::Variables;
use crate::{Place, RenderError, SealedLeaf};

/// What was read from one file.
pub(crate) struct ManifestFile {
    pub(crate) path: RepoPath,
    pub(crate) bytes: usize,
    /// How many scalars and collections there are.
    pub(crate) values: usize,
    /// The documents that hold something.
    pub(crate) documents: Vec<Document>,
    /// The sealed values, if it is a sealed file.
    pub(crate) leaves: Vec<(StandIn, SealedLeaf)>,
}

/// One document: what it says, and where it says it.
pub(crate) struct Document {
    pub(crate) json: Json,
    pub(crate) root: Node,
}

/// The documents of a file, those of a sealed file with stand-ins and without its `sops` block.
///
/// # Errors
/// [`RenderError`] if the file cannot be read, is no YAML that Kubernetes' tools would take, or contains a stand-in.
pub(crate) fn read<M>(
    tree: &Tree<M>,
    path: &RepoPath,
    variables: &Variables,
) -> Result<ManifestFile, RenderError> {
    let bytes = tree.read(path).map_err(|source| RenderError::Tree {
        path: path.clone(),
        source,
    })?;
    let text = String::from_utf8(bytes).map_err(|_| RenderError::NotText { file: path.clone() })?;
    let stream = signet_yaml::parse(&text, &Limits::SEALED, Aliases::Expand).map_err(|source| {
        RenderError::Parse {
            file: path.clone(),
            source,
        }
    })?;
    refuse_stand_ins(&text, &stream, path)?;
    let (documents, leaves) = if is_sealed(&stream) {
        sealed(&text, path, variables)?
    } else {
        let roots = stream.documents.iter();
        let roots = roots.map(|document| document.root.clone());
        (typed(roots, path, variables)?, Vec::new())
    };
    let documents = join(documents, stream);
    Ok(ManifestFile {
        path: path.clone(),
        bytes: text.len(),
        values: documents.iter().map(|document| count(&document.root)).sum(),
        documents,
        leaves,
    })
}

fn is_sealed(stream: &Stream) -> bool {
    sops::blocks(stream).next().is_some()
}

/// What the documents say with the values of variables; null for an empty one.
fn typed(
    roots: impl Iterator<Item = Option<Node>>,
    path: &RepoPath,
    variables: &Variables,
) -> Result<Vec<Json>, RenderError> {
    let typed = |root: Option<Node>| {
        let Some(mut root) = root else {
            return Ok(Json::Null);
        };
        if !variables.are_none() {
            let put = variables.put_into(&mut root);
            put.map_err(|(at, source)| RenderError::Variable {
                place: Place {
                    file: path.clone(),
                    at: Some(at),
                },
                source,
            })?;
        }
        kubernetes::to_json(&root).map_err(|source| RenderError::Type {
            file: path.clone(),
            source,
        })
    };
    roots.map(typed).collect()
}

/// The content of a file that the guests read, with the values of variables; as it is where none is declared.
///
/// # Errors
/// [`RenderError`] if it is no YAML then, or a variable cannot be replaced.
pub(crate) fn substituted(
    content: Vec<u8>,
    path: &RepoPath,
    variables: &Variables,
) -> Result<Vec<u8>, RenderError> {
    if variables.are_none() {
        return Ok(content);
    }
    let text =
        String::from_utf8(content).map_err(|_| RenderError::NotText { file: path.clone() })?;
    let stream = signet_yaml::parse(&text, &Limits::SEALED, Aliases::Expand).map_err(|source| {
        RenderError::Parse {
            file: path.clone(),
            source,
        }
    })?;
    let roots = stream.documents.into_iter().map(|document| document.root);
    let mut text = String::new();
    for json in typed(roots, path, variables)? {
        if !json.is_null() {
            text.push_str("---\n");
            text.push_str(&json.to_string());
            text.push('\n');
        }
    }
    Ok(text.into_bytes())
}

type SealedParts = (Vec<Json>, Vec<(StandIn, SealedLeaf)>);

fn sealed(text: &str, path: &RepoPath, variables: &Variables) -> Result<SealedParts, RenderError> {
    let sealed = signet_envelope::parse(text, path)?;
    let documents = typed(sealed.nodes_with_stand_ins(""), path, variables)?;
    let place = |pointer| SealedLeaf {
        path: path.clone(),
        pointer,
    };
    let leaves = sealed
        .stand_ins("")
        .map(|(name, leaf)| (name, place(leaf.pointer)))
        .collect();
    Ok((documents, leaves))
}

/// Pairs what documents say with where they say it; empty ones are left out.
fn join(values: Vec<Json>, stream: Stream) -> Vec<Document> {
    let roots = stream.documents.into_iter().map(|document| document.root);
    let documents = values.into_iter().zip(roots);
    documents
        .filter(|(json, _)| !json.is_null())
        .filter_map(|(json, root)| Some(Document { json, root: root? }))
        .collect()
}

/// Refuses a text that names a stand-in itself: as it stands, behind escapes, or in base64.
///
/// # Errors
/// [`RenderError::ForeignStandIn`]
pub(crate) fn refuse_stand_ins(
    text: &str,
    stream: &Stream,
    path: &RepoPath,
) -> Result<(), RenderError> {
    let at = match text.find(STAND_IN_PREFIX) {
        Some(offset) => Some(position(text, offset)),
        None => stream.roots().find_map(stand_in_below),
    };
    match at {
        None => Ok(()),
        at => Err(RenderError::ForeignStandIn(Place {
            file: path.clone(),
            at,
        })),
    }
}

pub(crate) fn count(node: &Node) -> usize {
    let items = node.items().map(count).sum::<usize>();
    let values = node.pairs().map(|(_, value)| count(value)).sum::<usize>();
    1 + items + values
}

fn stand_in_below(node: &Node) -> Option<Position> {
    match &node.value {
        Value::Scalar(scalar) => names_stand_in(scalar.text.as_bytes()).then_some(node.at),
        Value::Sequence(_) => node.items().find_map(stand_in_below),
        Value::Mapping(_) => node
            .pairs()
            .find_map(|(key, value)| stand_in_below(key).or_else(|| stand_in_below(value))),
    }
}

fn position(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
