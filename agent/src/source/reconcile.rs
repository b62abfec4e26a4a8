//! The sentence: render, observe, compare, open, apply.

use std::{collections::BTreeSet, sync::Arc};

use signet_cluster::{TenantClient, apply, observe};
use signet_plan::{Action, Live, Plan, check, diff};
use signet_provenance::{ObjectId, Verified};
use signet_render::{Desired, Kinds};

use crate::{
    error::ReconcileError,
    ledger::kept::Attempts,
    source::{
        inventory::{Inventory, Previous},
        job::Job,
        open::open,
        pass::Pass,
        problem::{self, Problems},
    },
};

/// Brings the source's objects to the verified revision.
///
/// Each step may be the last one that is taken: what was begun is on record, and doing it again changes nothing.
///
/// # Errors
/// [`ReconcileError`], with the last good state left in place. Objects that alone are not as they should be are
/// returned beside what was done instead.
pub(crate) async fn reconcile(
    job: &Job,
    inventory: &mut Inventory,
    kinds: Arc<Kinds>,
) -> Result<(Pass, Option<Problems>), ReconcileError> {
    let cluster = &job.shared.cluster;
    let tenant = cluster.tenant(&job.definition.id.tenant).await?;
    let (mut desired, previous) = job.render(inventory, kinds).await?;
    let warnings = std::mem::take(&mut desired.warnings);
    let read_from = desired.read_from();
    let live = observe(&tenant, &desired, &previous.objects).await?;
    let plan = diff(desired, &live, &previous.objects, &job.definition.limits())?;
    let (pass, problems) = job.carry_out(&tenant, plan, &live, previous).await?;
    let pass = Pass {
        warnings,
        read_from,
        ..pass
    };
    Ok((pass, problems))
}

impl Job {
    /// What the source wants, and what it contained before.
    async fn render(
        &self,
        inventory: &mut Inventory,
        kinds: Arc<Kinds>,
    ) -> Result<(Desired<Verified>, Previous), ReconcileError> {
        let attempts = self
            .shared
            .ledger
            .read(|kept| kept.attempts(&self.definition.id));
        let (job, mut known) = (self.clone(), std::mem::take(inventory));
        let work = move || {
            let rendered = job.render_now(&mut known, &attempts, &kinds);
            (known, rendered)
        };
        let (known, rendered) = self.shared.compute(work).await;
        *inventory = known;
        rendered
    }

    fn render_now(
        &self,
        inventory: &mut Inventory,
        attempts: &Attempts,
        kinds: &Arc<Kinds>,
    ) -> Result<(Desired<Verified>, Previous), ReconcileError> {
        let options = self.definition.options(Arc::clone(kinds));
        let desired = self.shared.renderings.render(&self.tree, &options)?;
        if let Some(hook) = desired.objects.iter().find(|object| object.hook.is_some()) {
            return Err(ReconcileError::Hook {
                object: Box::new(hook.id.clone()),
                file: hook.file.clone(),
            });
        }
        check(&desired, kinds, &self.definition.limits())?;
        let objects = desired.objects.iter().map(|object| object.id.clone());
        let previous = inventory.before(self, attempts, objects.collect(), kinds)?;
        Ok((desired, previous))
    }

    /// Carries out a plan, on record before the first write and after the last.
    pub(crate) async fn carry_out(
        &self,
        tenant: &TenantClient,
        plan: Plan<Verified>,
        live: &Live,
        previous: Previous,
    ) -> Result<(Pass, Option<Problems>), ReconcileError> {
        let corrects = self.definition.source.drift == signet_api::Drift::Correct;
        let mut pass = Pass::planned(&plan, live, previous.lost, corrects);
        let refused = problem::refused(&plan);
        // What cannot be opened writes nothing, and so is not on record either.
        let opened = open(self, plan.sealed()).await?;
        let writes = writes(&plan);
        if writes {
            self.begin(&previous.dispensable.revisions).await?;
        }
        let applied = apply(tenant, plan, &opened).await;
        let problems = Problems::of(refused, &applied);
        if writes && problems.is_some() {
            // Where all went well, what the revisions off the record contained is gone as well.
            pass.lost.extend(previous.dispensable.left);
        }
        pass.take_in(&applied, problems.as_ref());
        if problems.is_none() {
            self.record(Attempts::succeed).await?;
        }
        Ok((pass, problems))
    }

    /// Records the revision as applied: it is as the one that was applied before.
    pub(crate) async fn adopt(&self) -> Result<(), ReconcileError> {
        self.record(Attempts::succeed).await
    }

    /// Records the revision as attempted.
    async fn begin(&self, dispensable: &BTreeSet<ObjectId>) -> Result<(), ReconcileError> {
        self.record(|attempts, commit| attempts.begin(commit, dispensable))
            .await
    }

    async fn record(
        &self,
        change: impl FnOnce(&mut Attempts, ObjectId),
    ) -> Result<(), ReconcileError> {
        let (commit, id) = (self.commit(), self.definition.id.clone());
        let recorded = self
            .shared
            .ledger
            .record(|kept| change(kept.sources.entry(id).or_default(), commit));
        Ok(recorded.await?)
    }
}

/// Whether a plan changes anything: what it only deletes must not come back with an earlier revision either.
fn writes(plan: &Plan<Verified>) -> bool {
    let is_write = |action: &Action| matches!(action, Action::Apply(_) | Action::Delete(_));
    plan.actions.iter().any(is_write)
}
