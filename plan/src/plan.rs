//! A plan: what will be done, to what, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use signet_api::RepoPath;
use signet_envelope::StandIn;
use signet_render::{ObjectRef, Origin, Placement, ResourceKind, SealedLeaf};

use crate::Guard;

/// Everything that is to be done for one source. `M` is the mark of the tree that it was rendered from: only a
/// `Plan<Verified>` can be applied.
#[derive(Debug)]
pub struct Plan<M> {
    /// One for each object, in the order in which they are to be carried out.
    pub actions: Vec<Action>,
    /// What others have changed, whether it will be put back or not.
    pub drift: Vec<Drift>,
    /// Every sealed leaf that the rendering read; [`Plan::sealed`] says which of them are needed.
    pub leaves: Arc<BTreeMap<StandIn, SealedLeaf>>,
    /// The field manager to write as.
    pub field_manager: String,
    /// The commit, and whether it is verified.
    pub origin: Origin<M>,
}

/// What is to be done with one object.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Write it by server-side apply, forced: whoever else owns a field, it is no other source.
    Apply(Apply),
    /// Leave it as it is: it is as the source wants it, or drift is not to be corrected.
    Unchanged(ObjectRef),
    /// Delete it.
    Delete(Delete),
    /// Do nothing, and say why.
    Refused(ObjectRef, Refusal),
}

/// A write.
#[derive(Debug, Clone, PartialEq)]
pub struct Apply {
    /// The object.
    pub id: ObjectRef,
    /// Where its kind is served.
    pub resource: ResourceKind,
    /// The whole object with our label and annotation, stand-ins in place of sealed values.
    pub json: Value,
    /// Where the stand-ins are: permitted places all.
    pub stand_ins: BTreeSet<Placement>,
    /// The file that the object comes from.
    pub file: RepoPath,
    /// Why it is written.
    pub why: Why,
}

/// Why an object is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It does not exist.
    Created,
    /// It exists and no source has applied it before.
    Adopted,
    /// The source says something else than what was applied last.
    Changed,
    /// Somebody else has changed or removed fields that are the source's.
    Drifted,
}

/// A deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delete {
    /// The object.
    pub id: ObjectRef,
    /// Where its kind is served.
    pub resource: ResourceKind,
    /// The precondition: a new object of the same name is not ours to delete.
    pub uid: String,
}

/// Fields of one object that the source no longer owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The object.
    pub id: ObjectRef,
    /// The first of the fields, for people: `spec.replicas`, `spec.template.spec.containers[name=web].image`.
    pub fields: Vec<String>,
    /// Who owns them now; nobody, if they were removed.
    pub managers: BTreeSet<String>,
}

/// Why nothing is done with an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The object belongs to another source, or to another tool's set; its fields are never forced.
    #[error("it belongs to {owner}: remove it there first")]
    Conflict {
        /// The other's field manager or set.
        owner: String,
    },
    /// The cluster does not serve the kind, and no definition of it is in the source.
    #[error("the cluster does not serve the kind {kind} in {api_version}")]
    UnknownKind {
        /// The kind.
        kind: String,
        /// Group and version.
        api_version: String,
    },
    /// A hook would be run, an object of its name is there, and it is not to be deleted.
    #[error("it is there already, and is not deleted for the hook to be run: {why}")]
    InTheWay {
        /// What keeps it from being deleted.
        why: &'static str,
    },
    /// The object would be deleted, and deleting it needs a person's word.
    #[error(
        "deleting it needs confirmation ({guard}): annotate it with {}={}",
        crate::PRUNE,
        crate::prune::CONFIRMED
    )]
    PruneNeedsConfirmation {
        /// What demands it.
        guard: Guard,
    },
}

impl Action {
    /// The object.
    pub fn id(&self) -> &ObjectRef {
        match self {
            Self::Apply(Apply { id, .. })
            | Self::Delete(Delete { id, .. })
            | Self::Unchanged(id)
            | Self::Refused(id, _) => id,
        }
    }
}

impl<M> Plan<M> {
    /// The sealed leaves that the objects to be written need; nothing else is to be opened.
    pub fn sealed(&self) -> BTreeMap<StandIn, SealedLeaf> {
        let written = self.actions.iter().filter_map(|action| match action {
            Action::Apply(apply) => Some(apply),
            Action::Unchanged(_) | Action::Delete(_) | Action::Refused(..) => None,
        });
        let needed = written
            .flat_map(|apply| &apply.stand_ins)
            .map(|placed| &placed.stand_in);
        needed
            .filter_map(|name| self.leaves.get_key_value(name))
            .map(|(name, leaf)| (name.clone(), leaf.clone()))
            .collect()
    }
}
