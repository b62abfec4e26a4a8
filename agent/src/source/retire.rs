//! A source that Git no longer names: its objects are pruned under the same guards as any other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use signet_cluster::{TenantError, observe};
use signet_plan::diff;
use signet_provenance::{ObjectId, Tree, Verified};
use signet_render::{Desired, Kinds, Origin};

use crate::{
    SourceId,
    error::ReconcileError,
    ledger::kept::Attempts,
    orders::Orders,
    shared::Shared,
    source::{
        definition::Definition,
        inventory::{self, Inventory, Previous},
        job::Job,
        pass::Tally,
    },
};

/// Deletes what the source had in the cluster, and its Sync, and forgets it.
///
/// Where the tenant's `ServiceAccount` is gone, so are the rights to delete anything: what is left is left.
///
/// # Errors
/// [`ReconcileError`]; the source then stays on record, and is tried again.
pub(crate) async fn retire(
    shared: &Arc<Shared>,
    orders: &Orders,
    id: &SourceId,
) -> Result<Tally, ReconcileError> {
    let attempts = shared.ledger.read(|kept| kept.attempts(id));
    let Some(definition) = last_definition(shared, orders, id, &attempts).await? else {
        forget(shared, id).await?;
        return Ok(Tally::default());
    };
    if definition.is_platform() {
        return Err(ReconcileError::PlatformRemoved);
    }
    let job = Job {
        shared: Arc::clone(shared),
        orders: orders.clone(),
        definition: Arc::new(definition),
    };
    let done = match prune(&job, attempts.all()).await {
        Err(ReconcileError::Tenant(TenantError::ServiceAccountMissing { .. })) => Tally::default(),
        result => result?,
    };
    delete_sync(&job).await;
    forget(shared, id).await?;
    Ok(done)
}

/// The source as it was described when something of it was written last.
async fn last_definition(
    shared: &Shared,
    orders: &Orders,
    id: &SourceId,
    attempts: &Attempts,
) -> Result<Option<Definition>, ReconcileError> {
    let (orders, id) = (orders.clone(), id.clone());
    let latest_first: Vec<_> = attempts
        .attempted
        .iter()
        .copied()
        .chain(attempts.applied)
        .collect();
    let look = move || {
        for revision in latest_first {
            let tree = orders.believed.verdict.past(revision)?;
            if let Some(definition) = inventory::definition(&tree, &orders.cluster, &id)? {
                return Ok(Some(definition));
            }
        }
        Ok(None)
    };
    shared.compute(look).await
}

async fn prune(job: &Job, revisions: BTreeSet<ObjectId>) -> Result<Tally, ReconcileError> {
    let cluster = &job.shared.cluster;
    let tenant = cluster.tenant(&job.definition.id.tenant).await?;
    let kinds = cluster.kinds().await.map_err(ReconcileError::Kinds)?;
    let previous = previous(job, revisions, kinds).await?;
    let desired = nothing(&job.orders.believed.verdict.tree);
    let live = observe(&tenant, &desired, &previous.objects).await?;
    let plan = diff(desired, &live, &previous.objects, &job.definition.limits())?;
    match job.carry_out(&tenant, plan, &live, previous).await? {
        (_, Some(problems)) => Err(ReconcileError::Problems(problems)),
        (pass, None) => Ok(pass.done),
    }
}

async fn previous(
    job: &Job,
    revisions: BTreeSet<ObjectId>,
    kinds: Arc<Kinds>,
) -> Result<Previous, ReconcileError> {
    let work = job.clone();
    let look = move || {
        let Orders {
            believed, cluster, ..
        } = &work.orders;
        Inventory::default().at(&revisions, believed, cluster, &work.definition.id, &kinds)
    };
    job.shared.compute(look).await
}

/// What a source wants that is not there any more.
fn nothing(tree: &Tree<Verified>) -> Desired<Verified> {
    Desired {
        objects: Vec::new(),
        sealed: BTreeMap::new(),
        files: Vec::new(),
        defined: Kinds::default(),
        warnings: Vec::new(),
        origin: Origin::of(tree),
    }
}

async fn delete_sync(job: &Job) {
    let wanted = job.definition.sync();
    let deleted = async {
        let syncs = job.shared.cluster.syncs().await?;
        let ours = syncs.iter().find(|sync| {
            sync.metadata.name.as_ref() == Some(&wanted.name)
                && sync.metadata.namespace.as_ref() == Some(&wanted.namespace)
        });
        match ours {
            Some(sync) => job.shared.cluster.delete_sync(sync).await,
            None => Ok(()),
        }
    };
    if let Err(failure) = deleted.await {
        tracing::warn!("{}: deleting its Sync: {failure}", job.definition.id);
    }
}

async fn forget(shared: &Shared, id: &SourceId) -> Result<(), ReconcileError> {
    shared.board.send_modify(|board| {
        board.0.remove(id);
    });
    shared.tell(id, None);
    Ok(shared
        .ledger
        .record(|kept| drop(kept.sources.remove(id)))
        .await?)
}
