//! Getting nowhere, and what may end it: the platform, a dependency, a namespace.

use std::{collections::BTreeSet, time::Duration};

use signet_api::{ClusterName, Fleet, PLATFORM};
use signet_provenance::ObjectId;
use tokio::sync::watch as channel;

use crate::{
    SourceId,
    error::ReconcileError,
    source::{
        definition::Definition,
        job::Job,
        needs::{Board, depends_on},
    },
    verdict,
};

/// How long a source keeps quiet about what the platform may be about to make.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// How the world was when an attempt began. Where it got nowhere, a change of it is a reason to try again.
pub(crate) struct Standstill {
    board: channel::Receiver<Board>,
    namespaces: channel::Receiver<BTreeSet<String>>,
    /// Those who may end it.
    others: BTreeSet<SourceId>,
    /// How far they had come.
    before: Board,
    began: ObjectId,
}

impl Standstill {
    /// Notes how the world is, before an attempt looks at it.
    pub(crate) fn begin(job: &Job) -> Self {
        let (fleet, cluster) = (&job.orders.believed.fleet, &job.orders.cluster);
        let others = others(fleet, cluster, &job.definition);
        let mut board = job.shared.board.subscribe();
        let before = progress(&board.borrow_and_update(), &others);
        let mut namespaces = job.shared.namespaces.clone();
        namespaces.mark_unchanged();
        Self {
            board,
            namespaces,
            others,
            before,
            began: job.orders.believed.commit(),
        }
    }

    /// Whether an error may come from the platform not having had its turn at this revision: nothing to tell of yet.
    pub(crate) fn is_early(&self, job: &Job, error: &ReconcileError) -> bool {
        let platform = self
            .others
            .iter()
            .filter(|other| other.tenant.as_str() == PLATFORM);
        let tried = |id: &SourceId| self.before.progress(id).tried == Some(self.began);
        let pending = platform.filter(|id| !tried(id)).count() > 0;
        pending && !job.definition.is_platform() && may_be_cured(verdict::of(error).reason)
    }
}

/// Waits until something may have ended the standstill; for ever where there is none.
pub(crate) async fn end(standstill: &mut Option<Standstill>) {
    let Some(Standstill {
        board,
        namespaces,
        others,
        before,
        ..
    }) = standstill
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        Ok(_) = board.wait_for(|board| progress(board, others) != *before) => {}
        Ok(()) = namespaces.changed() => {}
    }
}

/// The platform's sources, and those that a source depends on.
fn others(fleet: &Fleet, cluster: &ClusterName, definition: &Definition) -> BTreeSet<SourceId> {
    let on = depends_on(fleet, cluster, &definition.id)
        .into_iter()
        .filter_map(|(_, on)| on);
    let platform = fleet
        .tenants_on(cluster)
        .filter(|tenant| tenant.name.as_str() == PLATFORM);
    let sources = platform.flat_map(|tenant| {
        let part = tenant.on(cluster);
        let sources = part
            .into_iter()
            .flat_map(|part| &part.sources)
            .filter(|source| !source.suspend);
        sources.map(|source| SourceId {
            tenant: tenant.name.clone(),
            source: source.name.clone(),
        })
    });
    on.chain(sources)
        .filter(|id| *id != definition.id)
        .collect()
}

fn progress(board: &Board, of: &BTreeSet<SourceId>) -> Board {
    Board(
        of.iter()
            .map(|id| (id.clone(), board.progress(id)))
            .collect(),
    )
}

/// Whether namespaces, accounts, rights or kinds that the platform makes could cure it.
fn may_be_cured(reason: &str) -> bool {
    ["DependencyNotReady", "Forbidden", "UnknownKind"].contains(&reason)
}
