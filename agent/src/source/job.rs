//! One attempt's subject: a source at a revision.

use std::sync::Arc;

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
}

impl Job {
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

    /// What the source needs and is not there.
    pub(crate) fn missing(&self) -> Option<Missing> {
        self.missing_namespaces().or_else(|| {
            let believed = &self.orders.believed;
            let board = self.shared.board.borrow();
            let id = &self.definition.id;
            needs::dependencies(
                &believed.fleet,
                &self.orders.cluster,
                id,
                &board,
                believed.commit(),
            )
        })
    }

    /// The namespaces that are not there.
    pub(crate) fn missing_namespaces(&self) -> Option<Missing> {
        needs::namespaces(
            &self.definition.namespaces,
            &self.shared.namespaces.borrow(),
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
