//! What a source wants to be in the cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use signet_api::RepoPath;
use signet_envelope::{Pointer, StandIn};
use signet_provenance::{ObjectId, Tree, Unverified};

use crate::{Hook, Kinds, ObjectRef};

/// The rendering of one source at one commit.
///
/// [`render`](crate::render()) makes it, and whoever wants nothing any more. What it holds is shared, not copied. `M` is the mark of the tree, `Verified` or
/// `Unverified`: the type keeps the two apart, by an [`Origin`] that only a tree of that mark gives. That the objects are those
/// of the tree is up to whoever puts them here.
#[derive(Debug)]
pub struct Desired<M> {
    /// The objects in the order of the files, no two of them the same object. Hooks come last, in Helm's order.
    pub objects: Arc<[DesiredObject]>,
    /// Every sealed leaf of the files that were read. Nothing else may be opened for these objects.
    pub sealed: Arc<BTreeMap<StandIn, SealedLeaf>>,
    /// The files that were read, in byte order.
    pub files: Arc<[RepoPath]>,
    /// The kinds that custom resource definitions among the objects define.
    pub defined: Arc<Kinds>,
    /// What was accepted and may surprise, each with its place.
    pub warnings: Vec<String>,
    /// The commit, and whether it is verified.
    pub origin: Origin<M>,
}

/// One object as the source wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredObject {
    /// Which object.
    pub id: ObjectRef,
    /// The object. Sealed values are stand-ins, and a Secret's `stringData` is folded into `data`.
    pub json: Value,
    /// The file it stands in.
    pub file: RepoPath,
    /// SHA-256 of [`Self::json`] in canonical form, in lower-case hex. It tells nothing of a sealed value.
    pub digest: String,
    /// Where the stand-ins are.
    pub stand_ins: BTreeSet<Placement>,
    /// When it is written, if that is not with the rest.
    pub hook: Option<Hook>,
}

/// A stand-in and the field it stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placement {
    /// The stand-in.
    pub stand_in: StandIn,
    /// RFC 6901 pointer of the field within the object: `/data/password`.
    pub field: String,
    /// How its value is written between double quotes.
    pub escape: Escape,
}

/// What becomes of a value that stands directly between double quotes, as in a file of JSON, and holds a quote, a backslash or
/// a control character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// It is refused.
    #[default]
    #[serde(skip)]
    Refuse,
    /// It is escaped as JSON is.
    Json,
    /// It is inserted as it is, as where the quotes are no quotes to who reads them.
    None,
}

/// A sealed value's place in the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealedLeaf {
    /// The sealed file.
    pub path: RepoPath,
    /// The value in the file.
    pub pointer: Pointer,
}

/// The commit that something was made from. It carries the mark of a `Tree` and cannot be made without one.
#[derive(Debug, PartialEq, Eq)]
pub struct Origin<M> {
    commit: ObjectId,
    mark: PhantomData<fn() -> M>,
}

impl<M> Clone for Origin<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Origin<M> {}

impl<M> Origin<M> {
    /// The origin of what is made from this tree.
    pub fn of(tree: &Tree<M>) -> Self {
        Self {
            commit: tree.commit(),
            mark: PhantomData,
        }
    }

    /// The commit.
    pub fn commit(&self) -> ObjectId {
        self.commit
    }

    /// The commit, and that nothing says that it is verified.
    pub(crate) fn unverified(&self) -> Origin<Unverified> {
        Origin {
            commit: self.commit,
            mark: PhantomData,
        }
    }
}

impl<M> Desired<M> {
    /// The same of another origin. Whoever calls it knows that rendering that comes to the same.
    pub(crate) fn with_origin<N>(&self, origin: Origin<N>) -> Desired<N> {
        Desired {
            objects: Arc::clone(&self.objects),
            sealed: Arc::clone(&self.sealed),
            files: Arc::clone(&self.files),
            defined: Arc::clone(&self.defined),
            warnings: self.warnings.clone(),
            origin,
        }
    }

    /// The folders that hold the files that were read, and those files that stand at the root: while nothing changes there,
    /// and the options are the same, rendering again comes to the same.
    pub fn read_from(&self) -> BTreeSet<RepoPath> {
        let folder = |file: &RepoPath| file.parent().unwrap_or_else(|| file.clone());
        let folders: BTreeSet<RepoPath> = self.files.iter().map(folder).collect();
        let is_below = |folder: &RepoPath| {
            let mut above = std::iter::successors(folder.parent(), RepoPath::parent);
            above.any(|above| folders.contains(&above))
        };
        folders
            .iter()
            .filter(|folder| !is_below(folder))
            .cloned()
            .collect()
    }

    /// The commit that was rendered.
    pub fn commit(&self) -> ObjectId {
        self.origin.commit()
    }
}
