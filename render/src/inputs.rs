//! The files that a guest sees: as they stand, sealed values as stand-ins.

use std::collections::BTreeMap;

use signet_api::RepoPath;
use signet_envelope::{
    EnvelopeError, LeafType, Pointer, Sealed, StandIn, Store, is_sealed, names_stand_in,
};
use signet_provenance::{ObjectId, Tree, TreeError};
use signet_yaml::{Aliases, Limits, Node};

use crate::look::Look;
use crate::size::{self, LARGEST, Size};
use crate::{Options, Place, RenderError, SealedLeaf, file};

/// The files of one render, by their paths in the repository.
#[derive(Default)]
pub(crate) struct Inputs {
    files: BTreeMap<RepoPath, (Shape, Input)>,
    bytes: usize,
    /// Scalars and collections of those that are read as YAML, each time that they are.
    values: usize,
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// YAML documents: each sealed leaf is a stand-in.
    Documents,
    /// Values of a chart: each sealed leaf is a stand-in. In clear text whatever Helm takes.
    Values,
    /// Lines of `KEY=value`: each sealed value is a stand-in.
    Env,
    /// Any bytes: a sealed file is one stand-in as a whole.
    Content,
    /// What shapes the result and is not in it. It must not be sealed.
    Settings,
}

enum Input {
    Clear(Vec<u8>),
    Leaves(Box<Sealed>),
    /// By the name of the sealed file's blob.
    Whole(ObjectId),
}

impl Inputs {
    /// Takes in the file, and returns its documents if that is how it is read.
    ///
    /// # Errors
    /// [`RenderError`] for a file that cannot be read in this shape, that names a stand-in itself, that is sealed where
    /// that cannot be opened, or with which there are too many.
    pub(crate) fn read<M>(
        &mut self,
        tree: &Tree<M>,
        options: &Options,
        path: &RepoPath,
        shape: Shape,
    ) -> Result<Vec<Node>, RenderError> {
        if !options.may_read(path) {
            return Err(RenderError::NotShared {
                file: path.clone(),
                own: options.own_folder(),
            });
        }
        let unreadable = |source| RenderError::Tree {
            path: path.clone(),
            source,
        };
        let bytes = tree.read(path).map_err(unreadable)?;
        let documents = match shape {
            Shape::Documents => documents(&bytes, path)?,
            Shape::Values | Shape::Env | Shape::Content | Shape::Settings => Vec::new(),
        };
        self.values += documents.iter().map(file::count).sum::<usize>();
        self.within(options)?;
        if let Some((before, input)) = self.files.get(path) {
            let differs = *before != shape && !matches!(input, Input::Clear(_));
            let twice = || RenderError::SealedTwice { file: path.clone() };
            return (!differs).then_some(documents).ok_or_else(twice);
        }
        self.bytes += bytes.len();
        let sealed = if is_sealed(&bytes) {
            sealed(tree, options, path, shape, &bytes)?
        } else {
            None
        };
        let input = match sealed {
            Some(sealed) => sealed,
            None if names_stand_in(&bytes) => {
                let place = Place {
                    file: path.clone(),
                    at: None,
                };
                return Err(RenderError::ForeignStandIn(place));
            }
            None => Input::Clear(bytes),
        };
        self.files.insert(path.clone(), (shape, input));
        self.within(options)?;
        Ok(documents)
    }

    /// Whether a file among them is sealed.
    pub(crate) fn are_sealed(&self) -> bool {
        self.sealed_paths().next().is_some()
    }

    /// The sealed ones, in byte order.
    pub(crate) fn sealed_paths(&self) -> impl Iterator<Item = &RepoPath> {
        let sealed = self
            .files
            .iter()
            .filter(|(_, (_, input))| !matches!(input, Input::Clear(_)));
        sealed.map(|(path, _)| path)
    }

    /// The paths, in byte order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.keys()
    }

    /// How a file was taken in, if it was.
    pub(crate) fn shape(&self, path: &RepoPath) -> Option<Shape> {
        self.files.get(path).map(|(shape, _)| *shape)
    }

    /// The files with the stand-ins of this look, in byte order.
    ///
    /// # Errors
    /// [`RenderError::Type`] for a sealed file with what JSON cannot hold.
    pub(crate) fn with(&self, look: Look) -> Result<Vec<(&RepoPath, Vec<u8>)>, RenderError> {
        let files = self.files.iter().map(|(path, (shape, input))| {
            let bytes = match input {
                Input::Clear(bytes) => bytes.clone(),
                Input::Leaves(sealed) => {
                    let text = text(sealed, *shape, look.salt())?;
                    look.with_leads(text).into_bytes()
                }
                Input::Whole(blob) => {
                    let name = StandIn::file(look.salt(), path, blob.as_bytes());
                    format!("{}{name}", look.lead()).into_bytes()
                }
            };
            Ok((path, bytes))
        });
        files.collect()
    }

    /// What the stand-ins of this look stand for.
    pub(crate) fn leaves(&self, look: Look) -> BTreeMap<StandIn, SealedLeaf> {
        let salt = look.salt();
        let mut leaves = BTreeMap::new();
        for (path, (_, input)) in &self.files {
            match input {
                Input::Clear(_) => {}
                Input::Leaves(sealed) => {
                    leaves.extend(sealed.stand_ins(salt).map(|(name, leaf)| {
                        let place = SealedLeaf {
                            path: path.clone(),
                            pointer: leaf.pointer,
                        };
                        (name, place)
                    }));
                }
                Input::Whole(blob) => {
                    let place = SealedLeaf {
                        path: path.clone(),
                        pointer: Pointer::whole_file(),
                    };
                    leaves.insert(StandIn::file(salt, path, blob.as_bytes()), place);
                }
            }
        }
        leaves
    }

    fn within(&self, options: &Options) -> Result<(), RenderError> {
        let Size {
            manifests,
            bytes,
            values,
            ..
        } = LARGEST;
        size::within(&options.path, self.files.len(), manifests, "files")?;
        size::within(&options.path, self.bytes, bytes, "bytes in files")?;
        size::within(&options.path, self.values, values, "values in files")
    }
}

/// The documents of a file that hold something, which name no stand-in behind an escape either.
fn documents(bytes: &[u8], path: &RepoPath) -> Result<Vec<Node>, RenderError> {
    let not_text = |_| RenderError::NotText { file: path.clone() };
    let text = std::str::from_utf8(bytes).map_err(not_text)?;
    let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand).map_err(|source| {
        RenderError::Parse {
            file: path.clone(),
            source,
        }
    })?;
    file::refuse_stand_ins(text, &stream, path)?;
    let roots = stream.documents.into_iter();
    Ok(roots.filter_map(|document| document.root).collect())
}

/// A file that may be sealed, if it is.
fn sealed<M>(
    tree: &Tree<M>,
    options: &Options,
    path: &RepoPath,
    shape: Shape,
    bytes: &[u8],
) -> Result<Option<Input>, RenderError> {
    let not_text = |_| RenderError::NotText { file: path.clone() };
    let text = std::str::from_utf8(bytes).map_err(not_text)?;
    let sealed = match signet_envelope::parse(text, path) {
        Ok(sealed) => sealed,
        Err(EnvelopeError::NotSealed { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if shape == Shape::Values {
        refuse_typed(&sealed)?;
    }
    let problem = match (shape, sealed.store()) {
        _ if !path.starts_with_dir(&options.own_folder()) => {
            "in a folder that is shared: its files are for nobody's key"
        }
        (Shape::Content, _) => return Ok(Some(Input::Whole(blob(tree, path)?))),
        (Shape::Documents | Shape::Values, Store::Yaml | Store::Json)
        | (Shape::Env, Store::Dotenv) => {
            return Ok(Some(Input::Leaves(Box::new(sealed))));
        }
        (Shape::Documents | Shape::Values, _) => {
            "and by its name no YAML or JSON, as which it is read"
        }
        (Shape::Env, _) => "and read line by line: seal it under a name that ends in .env",
        (Shape::Settings, _) => "and shapes the result without being in it: keep it in clear text",
    };
    Err(RenderError::SealedHere {
        file: path.clone(),
        problem,
    })
}

/// A number or a truth is there to be computed with, which a template would do with its stand-in.
fn refuse_typed(sealed: &Sealed) -> Result<(), RenderError> {
    let is_typed = |kind| matches!(kind, LeafType::Int | LeafType::Float | LeafType::Bool);
    match sealed.leaves().find(|leaf| is_typed(leaf.enc.kind)) {
        None => Ok(()),
        Some(leaf) => Err(RenderError::SealedNumber {
            file: sealed.path().clone(),
            pointer: leaf.pointer,
        }),
    }
}

fn blob<M>(tree: &Tree<M>, path: &RepoPath) -> Result<ObjectId, RenderError> {
    let found = tree.entry(path).and_then(|entry| {
        let missing = || TreeError::NotFound { path: path.clone() };
        entry.ok_or_else(missing)
    });
    found
        .map(|entry| entry.id)
        .map_err(|source| RenderError::Tree {
            path: path.clone(),
            source,
        })
}

/// A sealed file with stand-ins, without its `sops` block.
fn text(sealed: &Sealed, shape: Shape, salt: &str) -> Result<String, RenderError> {
    if shape == Shape::Env {
        let lines = sealed
            .nodes_with_stand_ins(salt)
            .flatten()
            .flat_map(|root| {
                let line = |(key, value): (&Node, &Node)| {
                    Some(format!("{}={}\n", key.text()?, value.text()?))
                };
                root.pairs().filter_map(line).collect::<Vec<_>>()
            });
        return Ok(lines.collect());
    }
    let documents = sealed.documents_with_stand_ins(salt);
    let documents = documents.map_err(|source| RenderError::Type {
        file: sealed.path().clone(),
        source,
    })?;
    let mut text = String::new();
    for json in documents {
        text.push_str("---\n");
        text.push_str(&json.to_string());
        text.push('\n');
    }
    Ok(text)
}
