//! Getting nowhere, and what may end it: the platform, a dependency, a namespace.

use std::{collections::BTreeSet, time::Duration};

use signet_api::{ClusterName, Fleet};
use signet_provenance::ObjectId;
use tokio::sync::watch as channel;

use crate::{
    SourceId,
    error::ReconcileError,
    reason::Reason,
    source::{
        definition::Definition,
        job::Job,
        needs::{Board, depends_on},
    },
    verdict::{self, Course},
};

/// How long a source keeps quiet about what the platform may cure: while that is at work, and after it was. The API
/// server takes a moment to heed a right that was just granted.
const GRACE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(2));

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

    /// How long nothing is told of an error that the platform may be about to cure.
    pub(crate) fn grace(&self, job: &Job, error: &ReconcileError) -> Option<Duration> {
        let verdict = verdict::of(error);
        let is_retried = verdict.course == Course::Retry;
        let may_pass = !job.definition.is_platform() && is_retried && may_be_cured(verdict.reason);
        may_pass.then(|| {
            if self.platform_is_at_it() {
                GRACE.0
            } else {
                GRACE.1
            }
        })
    }

    /// Whether the platform has yet to try this revision.
    fn platform_is_at_it(&self) -> bool {
        let mut platform = self
            .others
            .iter()
            .filter(|other| other.tenant.is_platform());
        platform.any(|id| self.before.progress(id).tried != Some(self.began))
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
        .filter(|tenant| tenant.name.is_platform());
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
pub(crate) fn may_be_cured(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::DependencyNotReady | Reason::Forbidden | Reason::UnknownKind
    )
}
