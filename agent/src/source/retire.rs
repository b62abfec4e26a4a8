//! A source that Git no longer names: its objects are pruned under the same guards as any other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use signet_api::crd::Sync;
use signet_cluster::{Failure, TenantError, observe};
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
/// # Errors
/// [`ReconcileError`]; the source then stays on record, and is tried again.
pub(crate) async fn retire(
    shared: &Arc<Shared>,
    orders: &Orders,
    id: &SourceId,
) -> Result<Tally, ReconcileError> {
    if id.tenant.is_platform() {
        return Err(ReconcileError::PlatformRemoved);
    }
    let attempts = shared.ledger.read(|kept| kept.attempts(id));
    let done = match last_definition(shared, orders, id, &attempts).await? {
        Some(definition) => {
            let job = Job {
                shared: Arc::clone(shared),
                orders: orders.clone(),
                definition: Arc::new(definition),
            };
            prune(&job, attempts.all()).await?
        }
        None => Tally::default(),
    };
    delete_sync(shared, id).await;
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

/// Without the account there are no rights to delete anything: what is left is left.
async fn prune(job: &Job, revisions: BTreeSet<ObjectId>) -> Result<Tally, ReconcileError> {
    let cluster = &job.shared.cluster;
    let tenant = match cluster.tenant(&job.definition.id.tenant).await {
        Err(TenantError::ServiceAccountMissing { .. }) => return Ok(Tally::default()),
        tenant => tenant?,
    };
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

/// Deletes its Sync, wherever that is.
async fn delete_sync(shared: &Shared, id: &SourceId) {
    let deleted = async {
        let syncs = shared.cluster.syncs().await?;
        let is_its = |sync: &&Sync| sync.spec.tenant == id.tenant && sync.spec.source == id.source;
        for sync in syncs.iter().filter(is_its) {
            shared.cluster.delete_sync(sync).await?;
        }
        Ok::<_, Failure>(())
    };
    if let Err(failure) = deleted.await {
        tracing::warn!("{id}: deleting its Sync: {failure}");
    }
}

async fn forget(shared: &Shared, id: &SourceId) -> Result<(), ReconcileError> {
    shared.forget(id);
    Ok(shared
        .ledger
        .record(|kept| drop(kept.sources.remove(id)))
        .await?)
}
