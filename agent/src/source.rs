//! One source, kept as Git says for as long as Git names it.
//!
//! Each source is a task of its own, so that one that fails or is slow holds up no other. It works when there is
//! something to do: another revision, a change by somebody else, a thing that it waited for, a retry that is due.

use std::{sync::Arc, time::Duration};

use signet_api::tenant_path;
use tokio::{
    sync::{Notify, watch as channel},
    time::{Instant, sleep_until, timeout},
};

pub(crate) mod definition;
mod hooks;
mod inventory;
mod job;
pub(crate) mod needs;
mod open;
mod pace;
pub(crate) mod pass;
pub(crate) mod problem;
mod reconcile;
mod report;
pub(crate) mod retire;
mod schedule;
mod settled;
mod standstill;
mod status;
mod upkeep;
mod watch;

use crate::{
    SourceId,
    damage::is_damage,
    error::{ReconcileError, advise},
    orders::Orders,
    shared::Shared,
    verdict,
};
use definition::Definition;
use inventory::Inventory;
use job::Job;
use needs::Missing;
use pass::Pass;
use problem::Problems;
use report::Report;
use schedule::{RESYNC, Schedule};
use settled::Settled;
use standstill::Standstill;
use status::{Attempt, Outcome};
use watch::Watch;

/// What was done, and what could not be done beside it.
type Attempted = (Pass, Option<Problems>);

/// A source at work.
pub(crate) struct Source {
    id: SourceId,
    shared: Arc<Shared>,
    orders: channel::Receiver<Orders>,
    /// Somebody edited or deleted its Sync.
    touched: Arc<Notify>,
    report: Report,
    inventory: Inventory,
    watch: Watch,
    schedule: Schedule,
    /// What is in the cluster, where that is known as a whole.
    settled: Option<Settled>,
    began: Instant,
    /// What it waits for, if it got nowhere.
    standstill: Option<Standstill>,
    /// Since when it says nothing of its getting nowhere.
    quiet_since: Option<Instant>,
    next: Instant,
}

impl Source {
    pub(crate) fn new(
        id: SourceId,
        shared: Arc<Shared>,
        orders: channel::Receiver<Orders>,
        touched: Arc<Notify>,
    ) -> Self {
        Self {
            id,
            shared,
            orders,
            touched,
            report: Report::default(),
            inventory: Inventory::default(),
            watch: Watch::default(),
            schedule: Schedule::default(),
            settled: None,
            began: Instant::now(),
            standstill: None,
            quiet_since: None,
            next: Instant::now(),
        }
    }

    /// Keeps the source until the task is dropped.
    pub(crate) async fn keep(mut self) {
        loop {
            let orders = self.orders.borrow_and_update().clone();
            let overtaken = orders.overtaken(self.orders.clone(), self.id.tenant.clone());
            // What was written stays, and is on record.
            tokio::select! {
                () = self.turn(&orders) => self.wait().await,
                () = overtaken => self.schedule.begin_anew(),
            }
        }
    }

    /// Waits for a reason to work.
    async fn wait(&mut self) {
        loop {
            let next = self.next;
            tokio::select! {
                Ok(()) = self.orders.changed() => return self.schedule.begin_anew(),
                () = sleep_until(next) => return,
                () = self.touched.notified() => {
                    self.settled = None;
                    return;
                }
                () = standstill::end(&mut self.standstill) => return,
                at = self.watch.answer_at() => {
                    self.next = next.min(at);
                    if let Some(settled) = &mut self.settled {
                        settled.end_at(at);
                    }
                }
            }
        }
    }

    /// One attempt, or the reason why none is made.
    async fn turn(&mut self, orders: &Orders) {
        self.next = Instant::now() + RESYNC;
        let Some(definition) = Definition::find(&orders.believed.fleet, &orders.cluster, &self.id)
        else {
            return self.stop(orders).await;
        };
        let job = Job::newest(&self.shared, orders, definition);
        if let Some(why) = job.suspension() {
            return self.suspend(&job, why).await;
        }
        let standstill = Standstill::begin(&job);
        let limit = job.definition.source.timeout.as_std();
        let (outcome, trouble) = match within(limit, self.attempt(&job)).await {
            Err(error) if upkeep::is_refusal(&error) => {
                let kept = within(limit, self.keep_last(&job)).await;
                let (pass, trouble) = self.upkeep(kept);
                (Outcome::Failed(error, pass), trouble)
            }
            result => (Outcome::from(result), None),
        };
        self.conclude(&job, &outcome, trouble.as_ref(), standstill)
            .await;
    }

    /// Brings the source to the revision, once everything that it needs is there.
    async fn attempt(&mut self, job: &Job) -> Result<Attempted, ReconcileError> {
        if let Some(missing) = job.missing_namespaces() {
            return Err(ReconcileError::Missing(missing));
        }
        self.ensure_sync(job).await;
        if let Some(missing) = job.missing_sources() {
            return Err(ReconcileError::Missing(missing));
        }
        match self.carry_over(job).await? {
            Some(pass) => Ok((pass, None)),
            None => self.pass(job).await,
        }
    }

    /// Takes a revision that leaves the source alone for applied, if it is one and nothing else is a reason to look.
    async fn carry_over(&mut self, job: &Job) -> Result<Option<Pass>, ReconcileError> {
        let Some(settled) = self.settled.take() else {
            return Ok(None);
        };
        if settled.until() <= Instant::now() {
            return Ok(None);
        }
        let (newest, before) = (job.clone(), settled.job().commit());
        let kinds = self.shared.kinds().await?;
        let look = move || settled.carried_over(&newest, &kinds);
        let Some(settled) = self.shared.compute(look).await else {
            return Ok(None);
        };
        job.adopt().await?;
        self.inventory.carry_over(before, job.commit());
        self.next = settled.until();
        let pass = settled.pass().clone();
        self.settled = Some(settled);
        Ok(Some(pass))
    }

    /// Keeps the revision in force that was written last, where this one is refused.
    async fn keep_last(&mut self, job: &Job) -> Result<Option<Attempted>, ReconcileError> {
        match job.last().await? {
            Some(last) => self.pass(&last).await.map(Some),
            None => Ok(None),
        }
    }

    /// What was done to keep the last revision in force, and what went wrong with that.
    fn upkeep(
        &self,
        kept: Result<Option<Attempted>, ReconcileError>,
    ) -> (Option<Pass>, Option<ReconcileError>) {
        let (pass, trouble) = match kept {
            Ok(None) => (None, None),
            Ok(Some((pass, problems))) => (Some(pass), problems.map(ReconcileError::Problems)),
            Err(error) => (None, Some(error)),
        };
        if let Some(trouble) = &trouble {
            tracing::warn!("{}: keeping what was applied: {}", self.id, trouble.told());
        }
        (pass, trouble)
    }

    /// The sentence, when it is this source's turn.
    async fn pass(&mut self, job: &Job) -> Result<Attempted, ReconcileError> {
        self.settled = None;
        let shared = Arc::clone(&self.shared);
        let _slot = shared
            .slots
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let kinds = self.shared.kinds().await?;
        let reconciled = reconcile::reconcile(job, &mut self.inventory, Arc::clone(&kinds));
        let (pass, problems) = reconciled.await?;
        self.follow(job, &pass).await?;
        if problems.is_none() {
            self.settled = Settled::after(job, kinds, &pass, self.next);
        }
        Ok((pass, problems))
    }

    async fn ensure_sync(&mut self, job: &Job) {
        if let Err(failure) = self
            .report
            .ensure(&self.shared.cluster, &job.definition.sync())
            .await
        {
            tracing::warn!("{}: writing its Sync: {failure}", self.id);
        }
    }

    /// Watches the objects of an attempt.
    async fn follow(&mut self, job: &Job, pass: &Pass) -> Result<(), ReconcileError> {
        let cluster = &self.shared.cluster;
        let tenant = cluster.tenant(&self.id.tenant).await?;
        let kinds = self.shared.kinds().await?;
        let everywhere = job.definition.is_platform();
        self.watch.follow(
            pass.versions.clone(),
            everywhere,
            job.definition.apply_set(),
            &tenant,
            &kinds,
        );
        Ok(())
    }

    /// Draws the conclusions from an attempt and tells of it.
    ///
    /// Where the revision is refused, `trouble` is what went wrong with the one before: that may pass by itself.
    async fn conclude(
        &mut self,
        job: &Job,
        outcome: &Outcome,
        trouble: Option<&ReconcileError>,
        standstill: Standstill,
    ) {
        let error = outcome.error();
        let grace = error.and_then(|error| standstill.grace(job, error));
        self.plan_next(trouble.or(error), standstill);
        if grace.is_some_and(|grace| self.keeps_quiet(grace)) {
            return;
        }
        self.quiet_since = None;
        if trouble.into_iter().chain(error).any(is_damage) {
            self.shared.damage.notify_one();
        }
        job.post(outcome.pass());
        self.tell(job, outcome).await;
    }

    /// Whether it is too early to tell of getting nowhere.
    fn keeps_quiet(&mut self, grace: Duration) -> bool {
        let now = Instant::now();
        now < *self.quiet_since.get_or_insert(now) + grace
    }

    /// When to try again.
    fn plan_next(&mut self, error: Option<&ReconcileError>, standstill: Standstill) {
        let verdict = error.map(verdict::of);
        let pause = self.schedule.pause(verdict, self.began.elapsed());
        self.standstill = pause.map(|pause| {
            self.next = Instant::now() + pause;
            standstill
        });
    }

    /// Tells on the Sync; where there is none yet, the `TrustAnchor` has to say it.
    async fn tell(&mut self, job: &Job, outcome: &Outcome) {
        if let Outcome::Failed(ReconcileError::Missing(Missing::Namespaces(_)), _) = outcome {
            self.report = Report::default();
        }
        let waits = match outcome {
            Outcome::Failed(error, _) if self.report.sync().is_none() => Some(error.told()),
            _ => None,
        };
        self.shared.tell(&self.id, waits);
        let believed = &job.orders.believed;
        let attempt = Attempt {
            revision: believed.revision(),
            signer: &believed.verdict.signer.principal,
            outcome,
        };
        self.report
            .tell(&self.shared.cluster, &attempt, &self.id.to_string())
            .await;
    }

    async fn suspend(&mut self, job: &Job, why: String) {
        self.settled = None;
        if job.missing_namespaces().is_none() {
            self.ensure_sync(job).await;
        }
        self.tell(job, &Outcome::Suspended(why)).await;
    }

    /// The Tenant document cannot be read: what it last said stays as it is.
    async fn stop(&mut self, orders: &Orders) {
        self.settled = None;
        let believed = &orders.believed;
        let document = tenant_path(&self.id.tenant);
        let Some(problem) = believed
            .fleet
            .problems
            .iter()
            .find(|problem| problem.path == document)
        else {
            return;
        };
        let outcome = Outcome::Stopped(advise(problem, verdict::DOCUMENT));
        let signer = &believed.verdict.signer.principal;
        let attempt = Attempt {
            revision: believed.revision(),
            signer,
            outcome: &outcome,
        };
        self.report
            .tell(&self.shared.cluster, &attempt, &self.id.to_string())
            .await;
    }
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, ReconcileError>>,
) -> Result<T, ReconcileError> {
    timeout(limit, work)
        .await
        .unwrap_or_else(|_elapsed| Err(ReconcileError::TimedOut { limit }))
}
