//! Why a folder does not render.

use std::fmt;

use signet_api::RepoPath;
use signet_envelope::{EnvelopeError, Pointer};
use signet_provenance::TreeError;
use signet_yaml::{FieldError, ParseError, Position, TypeError};

use signet_guests::GuestError;

use crate::manifest::ManifestError;
use crate::salted::Computed;
use crate::variables::VariableError;
use crate::{KustomizeError, ObjectRef};

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
    /// A folder of plain manifests holds, below itself, a file that another renderer reads.
    #[error(
        "{file} is for {renderer}, and the source's folder {folder} is of plain manifests: give it a source of its own, or say in {folder}/signet-source.yaml how it is rendered"
    )]
    Renderer {
        /// The file.
        file: RepoPath,
        /// `Kustomize` or `Helm`.
        renderer: &'static str,
        /// The source's folder.
        folder: RepoPath,
    },
    /// What is rendered with Helm is no chart.
    #[error("{folder} has no Chart.yaml")]
    NoChart {
        /// The folder.
        folder: RepoPath,
    },
    /// `signet-source.yaml` names a place that this source may not read.
    #[error(
        "{field} of signet-source.yaml names {path}, which leads out of {own} and of the folders that the policy shares (spec.shared)"
    )]
    Outside {
        /// The field.
        field: &'static str,
        /// As it is written.
        path: String,
        /// The tenant's folder.
        own: RepoPath,
    },
    /// What is rendered with Kustomize has no kustomization.
    #[error("{folder} has no kustomization.yaml")]
    NoKustomization {
        /// The source's folder.
        folder: RepoPath,
    },
    /// A kustomization asks for what it must not, or names what is not there.
    #[error("{place}: {source}")]
    Kustomize {
        /// Where it asks.
        place: Place,
        /// For what.
        source: KustomizeError,
    },
    /// The sandboxed renderer refused the folder, or did not get to an end.
    #[error("rendering {path}")]
    Guest {
        /// The source's path.
        path: RepoPath,
        /// Its complaint.
        #[source]
        source: Box<GuestError>,
    },
    /// `signet-source.yaml` has settings of a chart where none is rendered.
    #[error(
        "helm of {folder}/signet-source.yaml is for a chart, and nothing here is rendered as one: name it in helm.chart"
    )]
    NoHelm {
        /// The source's folder.
        folder: RepoPath,
    },
    /// `signet-source.yaml` has a field for plain manifests beside something else.
    #[error(
        "{field} of {folder}/signet-source.yaml is for plain manifests: a kustomization has fields of its own for that, and a chart values"
    )]
    PlainOnly {
        /// The field.
        field: &'static str,
        /// The source's folder.
        folder: RepoPath,
    },
    /// A variable cannot be replaced by its value.
    #[error("{place}")]
    Variable {
        /// The scalar.
        place: Place,
        /// Why.
        #[source]
        source: VariableError,
    },
    /// What Kustomize made of the folder is no JSON that can be read.
    #[error("reading what Kustomize made of {path}")]
    Answer {
        /// The source's path.
        path: RepoPath,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A template or a schema came to an end with one text in a sealed value's place, and not with another.
    #[error(
        "rendering {path}: a template or a schema judges a sealed value, which no renderer sees, by what stands for it"
    )]
    Inspected {
        /// The source's path.
        path: RepoPath,
        /// The complaint about the other text.
        #[source]
        source: Box<GuestError>,
    },
    /// A sealed file that cannot be read as it is asked for.
    #[error("{file} is sealed {problem}")]
    SealedHere {
        /// The file.
        file: RepoPath,
        /// Why that cannot be.
        problem: &'static str,
    },
    /// A file that is neither the tenant's nor shared.
    #[error("{file} is neither in {own} nor in a folder that the policy shares (spec.shared)")]
    NotShared {
        /// The file.
        file: RepoPath,
        /// The tenant's folder.
        own: RepoPath,
    },
    /// A chart's value that is sealed and no text.
    #[error(
        "{file}: {pointer} is a sealed number or truth, with which a chart computes: keep it in clear text, as `signet seal --only` does with what it does not name"
    )]
    SealedNumber {
        /// The file of values.
        file: RepoPath,
        /// The value.
        pointer: Pointer,
    },
    /// A value comes out of a renderer as ciphertext: it was in a place where no sealed file is known.
    #[error(
        "{file}: {field} of {id} is sealed text, which nobody opens there: seal a file of its own, beside the archive or text that it is in"
    )]
    StillSealed {
        /// The file that the object comes from.
        file: RepoPath,
        /// The object.
        id: Box<ObjectRef>,
        /// RFC 6901 pointer of the field.
        field: String,
    },
    /// A sealed file that is read in two ways, which have different stand-ins.
    #[error(
        "{file} is sealed, and read value by value in one place and as a whole in another: seal a copy for one of them"
    )]
    SealedTwice {
        /// The file.
        file: RepoPath,
    },
    /// A template or transformer made something of a sealed value, which it did not have.
    #[error(transparent)]
    Computed(Box<Computed>),
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

impl RenderError {
    /// Whether it is that one key stands twice in a mapping.
    pub(crate) fn is_of_repeated_key(&self) -> bool {
        match self {
            Self::Parse { source, .. } => matches!(source, ParseError::DuplicateKey { .. }),
            Self::Type { source, .. } => matches!(source, TypeError::DuplicateKey { .. }),
            _ => false,
        }
    }
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
