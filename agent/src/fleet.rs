//! Which sources there are: a task for each, and an end for those that Git no longer names.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures::StreamExt;
use signet_cluster::{SyncChange, chain};
use tokio::{
    sync::{Notify, watch},
    task::{AbortHandle, JoinSet},
    time::{Instant, timeout},
};

mod assignment;
mod strays;

use crate::{
    SourceId,
    clock::due,
    damage::is_damage,
    orders::Orders,
    shared::Shared,
    source::{
        Source,
        retire::{Retired, retire},
    },
};
use assignment::Assignment;
use strays::Homes;

/// How long all others wait for what was removed to be pruned, before the platform takes the rights to do it away.
const RETIRE: Duration = Duration::from_secs(10);
/// How often pruning what could not be pruned is tried again.
const AGAIN: Duration = Duration::from_mins(1);

/// The tasks of the sources.
pub(crate) struct Sources {
    shared: Arc<Shared>,
    /// What the trust loop says.
    incoming: watch::Receiver<Option<Orders>>,
    /// What the tasks are told, once what was removed is pruned; nothing before the first orders.
    orders: Option<watch::Sender<Orders>>,
    tasks: JoinSet<()>,
    running: BTreeMap<SourceId, Running>,
    again: Option<Instant>,
    /// Where the Syncs are, once those elsewhere are gone.
    homes: Homes,
}

struct Running {
    task: AbortHandle,
    touched: Arc<Notify>,
    /// The generation of its Sync that we have seen: an edit raises it.
    generation: Option<i64>,
}

impl Sources {
    pub(crate) fn new(shared: Arc<Shared>, incoming: watch::Receiver<Option<Orders>>) -> Self {
        Self {
            shared,
            incoming,
            orders: None,
            tasks: JoinSet::new(),
            running: BTreeMap::new(),
            again: None,
            homes: Homes::default(),
        }
    }

    /// Keeps all sources until it is dropped, which ends their tasks.
    pub(crate) async fn keep(mut self) {
        let mut syncs = self.shared.cluster.watch_syncs().boxed();
        loop {
            let again = self.again;
            tokio::select! {
                Ok(()) = self.incoming.changed() => self.follow().await,
                Some(change) = syncs.next() => self.touch(&change),
                Some(ended) = self.tasks.join_next() => propagate(ended),
                () = due(again) => self.follow().await,
            }
        }
    }

    /// Starts, tells and ends tasks as the latest orders say.
    async fn follow(&mut self) {
        let Some(orders) = self.incoming.borrow_and_update().clone() else {
            return;
        };
        let known = self
            .shared
            .ledger
            .read(|kept| kept.sources.keys().cloned().collect());
        let assignment = Assignment::of(&orders.believed.fleet, &orders.cluster, &known);
        self.end(&assignment);
        self.retire_all(&orders, &assignment.gone).await;
        self.enter(&assignment.kept).await;
        self.tidy(&orders, &assignment.kept).await;
        let tasks = self
            .orders
            .get_or_insert_with(|| watch::Sender::new(orders.clone()))
            .clone();
        tasks.send_replace(orders);
        for id in assignment.kept {
            self.start(id, tasks.subscribe());
        }
    }

    fn end(&mut self, assignment: &Assignment) {
        let shared = &self.shared;
        self.running.retain(|id, running| {
            let stays = assignment.kept.contains(id) || assignment.stopped.contains(id);
            if !stays {
                running.task.abort();
                shared.forget(id);
            }
            stays
        });
    }

    /// Has new sources on record before anything of them is in the cluster.
    async fn enter(&self, sources: &BTreeSet<SourceId>) {
        let entered = self.shared.ledger.record(|kept| {
            for id in sources {
                kept.sources.entry(id.clone()).or_default();
            }
        });
        if let Err(error) = entered.await {
            tracing::warn!("{}", chain(&error));
        }
    }

    /// Prunes what was removed. Newer orders have it begin again, and it holds up the others for a bounded time.
    async fn retire_all(&mut self, orders: &Orders, gone: &BTreeSet<SourceId>) {
        self.again = None;
        let shared = &self.shared;
        let retirements = gone.iter().map(|id| async move {
            let outcome = match orders.brake.on(&id.tenant) {
                Some(why) => Err(why.to_owned()),
                None => retire(shared, orders, id).await.map_err(|error| {
                    if is_damage(&error) {
                        shared.damage.notify_one();
                    }
                    error.told()
                }),
            };
            tell(shared, id, &outcome)
        });
        let all = timeout(RETIRE, futures::future::join_all(retirements));
        let mut newer = self.incoming.clone();
        let complete = tokio::select! {
            all = all => all.is_ok_and(|done| done.into_iter().all(|done| done)),
            Ok(()) = newer.changed() => false,
        };
        if !complete {
            self.again = Some(Instant::now() + AGAIN);
        }
    }

    /// Deletes the Syncs of sources that have theirs in another namespace now.
    async fn tidy(&mut self, orders: &Orders, sources: &BTreeSet<SourceId>) {
        let homes = Homes::of(&orders.believed.fleet, &orders.cluster, sources);
        if homes == self.homes || orders.brake.on_all().is_some() {
            return;
        }
        match homes.tidy(&self.shared.cluster).await {
            Ok(()) => self.homes = homes,
            Err(failure) => {
                tracing::warn!("deleting Syncs that are elsewhere now: {failure}");
                self.again.get_or_insert(Instant::now() + AGAIN);
            }
        }
    }

    fn start(&mut self, id: SourceId, orders: watch::Receiver<Orders>) {
        if self.running.contains_key(&id) {
            return;
        }
        let touched = Arc::new(Notify::new());
        let source = Source::new(
            id.clone(),
            Arc::clone(&self.shared),
            orders,
            Arc::clone(&touched),
        );
        let task = self.tasks.spawn(source.keep());
        self.running.insert(
            id,
            Running {
                task,
                touched,
                generation: None,
            },
        );
    }

    /// Has a source look after its Sync, if somebody edited or deleted that.
    fn touch(&mut self, change: &SyncChange) {
        let (name, generation) = match change {
            SyncChange::Present(sync) => (
                sync.metadata.name.as_deref().unwrap_or_default(),
                sync.metadata.generation,
            ),
            SyncChange::Gone { name, .. } => (name.as_str(), None),
        };
        let Some((_, running)) = self
            .running
            .iter_mut()
            .find(|(id, _)| id.sync_name() == name)
        else {
            return;
        };
        let seen = std::mem::replace(&mut running.generation, generation);
        if seen.is_some() && seen != generation {
            running.touched.notify_one();
        }
    }
}

/// Says on the `TrustAnchor` and in the log what became of a removed source, and whether it is gone.
fn tell(shared: &Shared, id: &SourceId, outcome: &Result<Retired, String>) -> bool {
    match outcome {
        Ok(Retired { done, left }) => {
            tracing::info!("{id}: removed from Git; {} objects pruned", done.deleted);
            for why in left {
                tracing::warn!("{id}: something may be left in the cluster: {why}");
            }
        }
        Err(why) => {
            let told = format!("removed from Git, but not pruned: {why}");
            if shared.tell(id, Some(told.clone())) {
                tracing::warn!("{id}: {told}");
            }
        }
    }
    outcome.is_ok()
}

/// A task that panicked takes the agent with it, to be started anew; one that was ended is as it should be.
fn propagate(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}
