//! A source that Git no longer names: its objects are pruned under the same guards as any other.

use std::{collections::BTreeSet, sync::Arc};

use signet_api::crd::Sync;
use signet_cluster::{Failure, Notice, Severity, Subject, TenantError, observe};
use signet_plan::diff;
use signet_provenance::{HistoryError, Tree, Verified};
use signet_render::{Desired, Kinds, Origin};

use crate::{
    SourceId, clock,
    error::ReconcileError,
    ledger::kept::Attempts,
    orders::Orders,
    reason::Reason,
    shared::Shared,
    source::{
        definition::Definition,
        inventory::{self, Inventory, Previous},
        job::Job,
        pass::Tally,
    },
};

/// What became of a source that was removed.
#[derive(Debug, Default)]
pub(crate) struct Retired {
    /// What was done.
    pub(crate) done: Tally,
    /// What is left in the cluster, and why.
    pub(crate) left: Vec<String>,
}

/// Deletes what the source had in the cluster, and its Sync, and forgets it.
///
/// # Errors
/// [`ReconcileError`]; the source then stays on record, and is tried again.
pub(crate) async fn retire(
    shared: &Arc<Shared>,
    orders: &Orders,
    id: &SourceId,
) -> Result<Retired, ReconcileError> {
    if id.tenant.is_platform() {
        return Err(ReconcileError::PlatformRemoved);
    }
    let attempts = shared.ledger.read(|kept| kept.attempts(id));
    let retired = match last_definition(shared, orders, id, &attempts).await? {
        Last::Known(definition) => {
            let job = Job::newest(shared, orders, *definition);
            prune(&job, attempts).await?
        }
        Last::Lost(left) => Retired {
            left,
            ..Retired::default()
        },
    };
    delete_sync(shared, id, &retired.left)
        .await
        .map_err(ReconcileError::Sync)?;
    forget(shared, id).await?;
    Ok(retired)
}

/// A source as it was described when something of it was written last.
enum Last {
    /// As this.
    Known(Box<Definition>),
    /// There is no telling; for the revisions that are not on the history any more, why.
    Lost(Vec<String>),
}

async fn last_definition(
    shared: &Shared,
    orders: &Orders,
    id: &SourceId,
    attempts: &Attempts,
) -> Result<Last, ReconcileError> {
    let (orders, id, revisions) = (orders.clone(), id.clone(), attempts.all());
    let look = move || {
        let mut lost = Vec::new();
        for revision in revisions.into_iter().rev() {
            match orders.believed.verdict.past(revision) {
                Ok(tree) => {
                    if let Some(found) = inventory::definition(&tree, &orders.cluster, &id)? {
                        return Ok(Last::Known(Box::new(found)));
                    }
                }
                Err(error @ HistoryError::NotGood { .. }) => lost.push(error.to_string()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Last::Lost(lost))
    };
    shared.compute(look).await
}

/// Without the account there are no rights to delete anything: what is left is left.
async fn prune(job: &Job, attempts: Attempts) -> Result<Retired, ReconcileError> {
    let cluster = &job.shared.cluster;
    let tenant = match cluster.tenant(&job.definition.id.tenant).await {
        Err(error @ TenantError::ServiceAccountMissing { .. }) => {
            return Ok(Retired {
                left: vec![error.to_string()],
                ..Retired::default()
            });
        }
        tenant => tenant?,
    };
    let kinds = job.shared.kinds().await?;
    let previous = previous(job, attempts, kinds).await?;
    let desired = nothing(&job.tree);
    let live = observe(&tenant, &desired, &previous.objects).await?;
    let plan = diff(desired, &live, &previous.objects, &job.definition.limits())?;
    match job
        .carry_out(&tenant, (plan, None), &live, previous)
        .await?
    {
        (_, Some(problems)) => Err(ReconcileError::Problems(problems)),
        (pass, None) => Ok(Retired {
            done: pass.done,
            left: pass.lost,
        }),
    }
}

async fn previous(
    job: &Job,
    attempts: Attempts,
    kinds: Arc<Kinds>,
) -> Result<Previous, ReconcileError> {
    let work = job.clone();
    let look = move || Inventory::default().before(&work, &attempts, BTreeSet::new(), &kinds);
    job.shared.compute(look).await
}

/// What a source wants that is not there any more.
fn nothing(tree: &Tree<Verified>) -> Desired<Verified> {
    Desired {
        objects: [].into(),
        sealed: Arc::default(),
        files: [].into(),
        defined: Arc::default(),
        warnings: Vec::new(),
        origin: Origin::of(tree),
    }
}

/// Deletes its Sync, wherever that is; what is left in the cluster is told before.
async fn delete_sync(shared: &Shared, id: &SourceId, left: &[String]) -> Result<(), Failure> {
    let syncs = shared.cluster.syncs().await?;
    let is_its = |sync: &&Sync| SourceId::of_sync(sync).as_ref() == Some(id);
    for sync in syncs.iter().filter(is_its) {
        for why in left {
            tell(shared, sync, why).await;
        }
        shared.cluster.delete_sync(sync).await?;
    }
    Ok(())
}

async fn tell(shared: &Shared, sync: &Sync, why: &str) {
    let notice = Notice {
        severity: Severity::Warning,
        reason: Reason::InventoryUnknown.to_string(),
        action: "Prune".into(),
        note: format!("removed from Git; something may be left in the cluster: {why}"),
    };
    let subject = Subject::sync(sync);
    let told = shared.cluster.notify(&subject, &notice, clock::now()).await;
    if let Err(failure) = told {
        tracing::warn!("writing an Event: {failure}");
    }
}

async fn forget(shared: &Shared, id: &SourceId) -> Result<(), ReconcileError> {
    shared.forget(id);
    Ok(shared
        .ledger
        .record(|kept| drop(kept.sources.remove(id)))
        .await?)
}
