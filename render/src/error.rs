//! Why a folder does not render.

use std::fmt;

use signet_api::RepoPath;
use signet_envelope::EnvelopeError;
use signet_provenance::TreeError;
use signet_yaml::{FieldError, ParseError, Position, TypeError};

use crate::ObjectRef;
use crate::manifest::ManifestError;

/// A place in the repository, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: RepoPath,
    /// Where in the file, if a part of it is meant.
    pub at: Option<Position>,
}

/// One object that two manifests describe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{second}: {id} stands already at {first}")]
pub struct Duplicate {
    /// The object.
    pub id: ObjectRef,
    /// Where it stands first.
    pub first: Place,
    /// Where it stands again.
    pub second: Place,
}

/// A source that cannot be rendered. Nothing here quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The source's path names no folder. An empty source would be pruned, so a missing one is an error.
    #[error("the source's folder {path} does not exist")]
    NoFolder {
        /// The source's path.
        path: RepoPath,
    },
    /// The folder or a file in it cannot be read from the tree.
    #[error("reading {path}")]
    Tree {
        /// The folder or file.
        path: RepoPath,
        /// What is wrong.
        #[source]
        source: TreeError,
    },
    /// The folder asks for a renderer that Signet does not have yet.
    #[error("{file}: {renderer} rendering is not there yet: only plain manifests are rendered")]
    Renderer {
        /// The file that asks for it.
        file: RepoPath,
        /// `Kustomize` or `Helm`.
        renderer: &'static str,
    },
    /// `signet-source.yaml` is not one document with known fields.
    #[error("reading {file}")]
    SourceFile {
        /// The file.
        file: RepoPath,
        /// Where and why.
        #[source]
        source: FieldError,
    },
    /// `signet-source.yaml` holds no document, or several.
    #[error("{file} must hold one document")]
    SourceFileShape {
        /// The file.
        file: RepoPath,
    },
    /// A manifest is not UTF-8.
    #[error("{file} is not UTF-8 text")]
    NotText {
        /// The file.
        file: RepoPath,
    },
    /// A manifest is not YAML, repeats a key or exceeds a limit.
    #[error("reading manifest {file}")]
    Parse {
        /// The file.
        file: RepoPath,
        /// Where and why.
        #[source]
        source: ParseError,
    },
    /// A manifest holds what JSON cannot.
    #[error("reading manifest {file}")]
    Type {
        /// The file.
        file: RepoPath,
        /// Where and why.
        #[source]
        source: TypeError,
    },
    /// A sealed manifest cannot be read as a sealed file.
    #[error(transparent)]
    Sealed(#[from] EnvelopeError),
    /// A file contains text that looks like a stand-in: only rendering makes those.
    #[error(
        "{0}: the text contains \"signetsealed\", which only stands for sealed values while they are sealed"
    )]
    ForeignStandIn(Place),
    /// A document is not an object that may be applied.
    #[error("{place}: not an object that can be applied")]
    Manifest {
        /// Where the object begins.
        place: Place,
        /// What is wrong with it.
        #[source]
        source: ManifestError,
    },
    /// Two manifests describe one object.
    #[error(transparent)]
    Duplicate(Box<Duplicate>),
    /// The source is larger than one source may be.
    #[error("the source {path} has more than {limit} {what}")]
    TooLarge {
        /// The source's path.
        path: RepoPath,
        /// The limit.
        limit: usize,
        /// What is counted.
        what: &'static str,
    },
}

/// `tenants/team-a/db.yaml: line 3, column 1`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}: {at}", self.file),
            None => write!(f, "{}", self.file),
        }
    }
}
