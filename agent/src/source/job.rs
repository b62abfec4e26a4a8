//! One attempt's subject: a source at a revision.

use std::sync::Arc;

use signet_api::Fleet;
use signet_provenance::{ObjectId, Tree, Verified};

use crate::{
    orders::Orders,
    shared::Shared,
    source::{
        definition::Definition,
        needs::{self, Missing},
        pass::Pass,
    },
};

/// One source at one revision.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) shared: Arc<Shared>,
    pub(crate) orders: Orders,
    pub(crate) definition: Arc<Definition>,
    /// The revision: the newest that is believed, or an earlier one.
    pub(crate) tree: Tree<Verified>,
    /// The fleet's documents in it.
    pub(crate) fleet: Arc<Fleet>,
}

impl Job {
    /// A source at the newest revision that is believed.
    pub(crate) fn newest(shared: &Arc<Shared>, orders: &Orders, definition: Definition) -> Self {
        Self {
            shared: Arc::clone(shared),
            tree: orders.believed.verdict.tree.clone(),
            fleet: Arc::clone(&orders.believed.fleet),
            orders: orders.clone(),
            definition: Arc::new(definition),
        }
    }

    /// The revision's commit.
    pub(crate) fn commit(&self) -> ObjectId {
        self.tree.commit()
    }

    /// Why nothing is to be written, if a person said so.
    pub(crate) fn suspension(&self) -> Option<String> {
        let brake = self.orders.brake.on(&self.definition.id.tenant);
        let document = self
            .definition
            .source
            .suspend
            .then_some("its Tenant document suspends it");
        brake.or(document).map(str::to_owned)
    }

    /// The namespaces that are not there.
    pub(crate) fn missing_namespaces(&self) -> Option<Missing> {
        needs::namespaces(
            &self.definition.namespaces,
            &self.shared.namespaces.borrow(),
        )
    }

    /// What the source depends on and is not applied.
    pub(crate) fn missing_sources(&self) -> Option<Missing> {
        let believed = &self.orders.believed;
        needs::dependencies(
            &believed.fleet,
            &self.orders.cluster,
            &self.definition.id,
            &self.shared.board.borrow(),
            believed.commit(),
        )
    }

    /// Posts for those who wait how far the source has come.
    pub(crate) fn post(&self, pass: Option<&Pass>) {
        let commit = self.orders.believed.commit();
        self.shared.board.send_if_modified(|board| {
            let progress = board.0.entry(self.definition.id.clone()).or_default();
            let before = *progress;
            progress.tried = Some(commit);
            if let Some(pass) = pass {
                progress.applied = pass.applied.then_some(commit).or(progress.applied);
                progress.writes += u64::from(!pass.done.is_empty());
            }
            *progress != before
        });
    }
}
