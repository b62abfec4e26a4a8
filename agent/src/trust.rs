//! The loop over the `TrustAnchor`: fetch, verify, keep, and tell the sources.

use std::{path::PathBuf, sync::Arc, time::Duration};

use signet_api::crd::TrustAnchor;
use signet_cluster::RECONCILE_AT;
use signet_git::Proxy;
use signet_provenance::VerifyError;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

mod anchor;
mod belief;
mod freshness;
mod mirrors;
mod recollect;
mod report;
mod status;
mod upstream;

pub(crate) use anchor::watch_anchor;

use crate::{
    backoff::Backoff,
    error::ReconcileError,
    orders::{Brake, Orders},
    shared::Shared,
    verdict::{self, Course},
};
use belief::{Belief, Comparison};
use freshness::Age;
use report::Report;

/// The pauses after failures; the anchor's interval is a limit as well.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));

/// The `TrustAnchor` as it is now; nothing where there is none.
pub(crate) type Anchors = watch::Receiver<Option<Arc<TrustAnchor>>>;

/// What is believed, and what the sources were told of it.
pub(crate) struct Trust {
    shared: Arc<Shared>,
    orders: watch::Sender<Option<Orders>>,
    belief: Belief,
    report: Report,
    backoff: Backoff,
    poke: Poke,
}

/// The last word of a person who asks for a reconciliation now.
#[derive(Default)]
struct Poke {
    word: Option<String>,
    count: u64,
}

impl Trust {
    /// Keeps Git objects below `data`, and fetches them through `proxy` where they are behind HTTPS.
    pub(crate) fn new(
        shared: Arc<Shared>,
        orders: watch::Sender<Option<Orders>>,
        data: PathBuf,
        proxy: Option<Proxy>,
    ) -> Self {
        Self {
            belief: Belief::new(Arc::clone(&shared), data, proxy),
            shared,
            orders,
            report: Report::default(),
            backoff: Backoff::new(RETRY.0, RETRY.1),
            poke: Poke::default(),
        }
    }

    /// Follows the anchor until it is dropped.
    pub(crate) async fn keep(mut self, mut anchors: Anchors) {
        loop {
            let anchor = anchors.borrow_and_update().clone();
            let Some(anchor) = anchor else {
                self.brake(&Brake::without_anchor());
                // The sender is as long-lived as this loop.
                let _ = anchors.changed().await;
                continue;
            };
            self.brake(&self.held(&anchor));
            let mut newer = anchors.clone();
            tokio::select! {
                next = self.cycle(&anchor) => self.rest(&anchor, next, &mut newer).await,
                Ok(()) = newer.changed() => {}
            }
        }
    }

    /// Waits until it is time to look again; what sources wait for meanwhile is told.
    async fn rest(&mut self, anchor: &TrustAnchor, next: Instant, anchors: &mut Anchors) {
        let mut waiting = self.shared.waiting.subscribe();
        waiting.mark_changed();
        loop {
            tokio::select! {
                () = sleep_until(next) => return,
                Ok(()) = anchors.changed() => return,
                () = self.shared.damage.notified() => {
                    if self.belief.renew_store() {
                        return;
                    }
                }
                Ok(()) = waiting.changed() => {
                    let waits = waiting.borrow_and_update().clone();
                    self.report.tell_waiting(&self.shared.cluster, anchor, waits).await;
                }
            }
        }
    }

    /// Looks once, tells what came of it, and says when to look again.
    async fn cycle(&mut self, anchor: &TrustAnchor) -> Instant {
        let begun = Instant::now();
        if anchor.spec.suspend.all {
            let told = self.tell(anchor, None).await;
            return begun + self.pause(anchor, None, told);
        }
        let outcome = logged(self.belief.renew(anchor).await);
        let told = self.tell(anchor, outcome.as_ref().err()).await;
        // What was fetched is at work by now: no mirror holds it up.
        let (outcome, told) = match self.compare(anchor, &outcome, begun).await {
            Ok(Comparison::Skipped) => (outcome, told),
            Ok(Comparison::Seen) => {
                let told = self.tell(anchor, outcome.as_ref().err()).await;
                (outcome, told)
            }
            Ok(Comparison::Taken) => (Ok(()), self.tell(anchor, None).await),
            Err(error) => {
                let told = self.tell(anchor, Some(&error)).await;
                (Err(error), told)
            }
        };
        begun + self.pause(anchor, outcome.as_ref().err(), told)
    }

    /// Compares what the repository's URLs show, unless what went wrong would keep that from being judged or kept.
    async fn compare(
        &mut self,
        anchor: &TrustAnchor,
        outcome: &Result<(), ReconcileError>,
        begun: Instant,
    ) -> Result<Comparison, ReconcileError> {
        match outcome {
            Ok(()) | Err(ReconcileError::Fetch(_) | ReconcileError::Verify(_)) => {
                logged(self.belief.compare(anchor, begun).await)
            }
            Err(_) => Ok(Comparison::Skipped),
        }
    }

    /// Tells the sources, and whoever looks at the anchor; says whether the latter could be told.
    async fn tell(&mut self, anchor: &TrustAnchor, error: Option<&ReconcileError>) -> bool {
        self.order(anchor);
        let cluster = &self.shared.cluster;
        self.report.tell(cluster, anchor, &self.belief, error).await
    }

    fn pause(
        &mut self,
        anchor: &TrustAnchor,
        error: Option<&ReconcileError>,
        told: bool,
    ) -> Duration {
        let interval = anchor.spec.repository.interval.as_std();
        let again = match error.map(|error| verdict::of(error).course) {
            None => told,
            Some(course) => course == Course::Wait && told,
        };
        if again {
            self.backoff.reset();
            interval
        } else {
            interval.min(self.backoff.next())
        }
    }

    /// Tells the sources what to work from, if that is anything new.
    fn order(&mut self, anchor: &TrustAnchor) {
        self.heed(anchor);
        let Some(believed) = self.belief.believed() else {
            return;
        };
        let brake = self.held(anchor);
        let orders = Orders::new(Arc::clone(believed), &anchor.spec, brake, self.poke.count);
        self.orders.send_if_modified(|current| {
            let differs = current
                .as_ref()
                .is_none_or(|current| current.differ(&orders));
            if differs {
                *current = Some(orders);
            }
            differs
        });
    }

    /// What is not to be written now: what the operator stops, and all where what is applied is in doubt or too old.
    fn held(&self, anchor: &TrustAnchor) -> Brake {
        let stale = match self.belief.age(&anchor.spec) {
            Some(Age::Stale { told, stops: true }) => Some(told),
            _ => None,
        };
        Brake::of(&anchor.spec, self.belief.doubt().or(stale.as_deref()))
    }

    /// Takes note of a person who asks for a reconciliation now.
    fn heed(&mut self, anchor: &TrustAnchor) {
        let word = anchor
            .metadata
            .annotations
            .as_ref()
            .and_then(|all| all.get(RECONCILE_AT));
        if word.is_some() && word != self.poke.word.as_ref() {
            self.poke = Poke {
                word: word.cloned(),
                count: self.poke.count + 1,
            };
        }
    }

    /// Has the sources stop, or go on, at once: that waits for no fetch.
    fn brake(&self, brake: &Brake) {
        self.orders.send_if_modified(|current| match current {
            Some(orders) if orders.brake != *brake => {
                orders.brake = brake.clone();
                true
            }
            _ => false,
        });
    }
}

fn logged<T>(outcome: Result<T, ReconcileError>) -> Result<T, ReconcileError> {
    outcome.inspect_err(|error| tracing::warn!("{}", error.told()))
}

/// Whether an error casts doubt on what is applied already.
fn casts_doubt(error: &ReconcileError) -> bool {
    matches!(error, ReconcileError::Verify(VerifyError::Suspended { .. }))
}
