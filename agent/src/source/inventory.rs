//! What a source contained at earlier revisions: the only objects that it may prune.
//!
//! Nothing is kept but the revisions. A past render needs no key, and the history that vouched for it is still there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use signet_api::ClusterName;
use signet_cluster::chain;
use signet_provenance::{HistoryError, ObjectId, Tree, Verified};
use signet_render::{Kinds, ObjectRef, render};

mod dispensable;

pub(crate) use dispensable::Dispensable;

use dispensable::dispensable;

use crate::{
    SourceId,
    error::ReconcileError,
    ledger::kept::Attempts,
    orders::Believed,
    source::{definition::Definition, job::Job},
    verdict::{self, Course},
};

/// The objects of a source at each revision that was asked for lately.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    renders: BTreeMap<ObjectId, BTreeSet<ObjectRef>>,
}

/// What a source contained at some revisions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Previous {
    /// The objects.
    pub(crate) objects: BTreeSet<ObjectRef>,
    /// Revisions that cannot be rendered any more, and why. What only they contained is left in the cluster.
    pub(crate) lost: Vec<String>,
    /// Revisions that need not be kept on record.
    pub(crate) dispensable: Dispensable,
}

impl Inventory {
    /// What the source may have in the cluster from revisions before the job's, which contains these objects.
    ///
    /// # Errors
    /// If the history cannot be read now; a revision that is no longer on it is among [`Previous::lost`].
    pub(crate) fn before(
        &mut self,
        job: &Job,
        attempts: &Attempts,
        contains: BTreeSet<ObjectRef>,
        kinds: &Arc<Kinds>,
    ) -> Result<Previous, ReconcileError> {
        let mut previous = self.at(&attempts.before(job.commit()), job, kinds)?;
        self.renders.insert(job.commit(), contains);
        previous.dispensable = self.dispensable(&attempts.attempted, job.commit());
        Ok(previous)
    }

    /// Has one revision contain what another does: the source is the same in both.
    pub(crate) fn carry_over(&mut self, from: ObjectId, to: ObjectId) {
        if let Some(objects) = self.renders.remove(&from) {
            self.renders.insert(to, objects);
        }
    }

    fn at(
        &mut self,
        revisions: &[ObjectId],
        job: &Job,
        kinds: &Arc<Kinds>,
    ) -> Result<Previous, ReconcileError> {
        let (orders, id) = (&job.orders, &job.definition.id);
        self.renders
            .retain(|revision, _| revisions.contains(revision));
        let mut previous = Previous::default();
        for revision in revisions {
            if !self.renders.contains_key(revision) {
                match past(&orders.believed, *revision, &orders.cluster, id, kinds)? {
                    Ok(objects) => drop(self.renders.insert(*revision, objects)),
                    Err(why) => previous.lost.push(why),
                }
            }
            previous
                .objects
                .extend(self.renders.get(revision).into_iter().flatten().cloned());
        }
        Ok(previous)
    }

    /// Which of these attempted revisions the record can do without once this commit is on it.
    fn dispensable(&self, attempted: &[ObjectId], commit: ObjectId) -> Dispensable {
        let others = attempted.iter().copied().filter(|other| *other != commit);
        dispensable(&others.collect::<Vec<_>>(), &self.renders)
    }
}

type Past = Result<BTreeSet<ObjectRef>, String>;

/// The objects at a revision, or why there is no telling.
fn past(
    believed: &Believed,
    revision: ObjectId,
    cluster: &ClusterName,
    id: &SourceId,
    kinds: &Arc<Kinds>,
) -> Result<Past, ReconcileError> {
    let tree = match believed.verdict.past(revision) {
        Ok(tree) => tree,
        Err(error @ HistoryError::NotGood { .. }) => return Ok(Err(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    let Some(definition) = definition(&tree, cluster, id)? else {
        return Ok(Ok(BTreeSet::new()));
    };
    match render(&tree, &definition.options(Arc::clone(kinds))) {
        Ok(desired) => {
            let objects = desired.objects.iter();
            Ok(Ok(objects.map(|object| object.id.clone()).collect()))
        }
        Err(error) => {
            let error = ReconcileError::Render(error);
            match verdict::of(&error).course {
                Course::Retry => Err(error),
                Course::Wait => Ok(Err(format!(
                    "commit {} does not render any more: {}",
                    revision.short(),
                    chain(&error)
                ))),
            }
        }
    }
}

/// The source as a tree's own documents describe it.
pub(crate) fn definition(
    tree: &Tree<Verified>,
    cluster: &ClusterName,
    id: &SourceId,
) -> Result<Option<Definition>, ReconcileError> {
    Ok(Definition::find(&tree.fleet()?, cluster, id))
}
