//! The sentence: render, observe, compare, open, apply.

use std::{collections::BTreeSet, sync::Arc};

use signet_cluster::{Applied, TenantClient, apply, observe};
use signet_plan::{Action, HookRecord, Hooks, Live, Phase, Plan, check, diff, hooks};
use signet_provenance::{ObjectId, Verified};
use signet_render::{Desired, Kinds};

use crate::{
    error::ReconcileError,
    ledger::kept::Attempts,
    source::{
        hooks::Runner,
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
    let limits = job.definition.limits();
    let hooks = hooks(&desired, &live, job.kept_hooks().as_ref(), &limits);
    let plan = diff(desired, &live, &previous.objects, &limits)?;
    let (pass, problems) = match hooks {
        Ok(hooks) => {
            job.carry_out(&tenant, (plan, hooks), &live, previous)
                .await?
        }
        Err(refused) => {
            let (hook, refusal) = &*refused;
            let problems = Problems::refused(hook, refusal);
            let mut pass = job.planned(&plan, &live, previous.lost);
            pass.hold(&problems);
            (pass, Some(problems))
        }
    };
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
        check(&desired, kinds, &self.definition.limits())?;
        let objects = desired.objects.iter().map(|object| object.id.clone());
        let previous = inventory.before(self, attempts, objects.collect(), kinds)?;
        Ok((desired, previous))
    }

    /// Carries out a plan and runs its hooks, on record before the first write and after the last.
    pub(crate) async fn carry_out(
        &self,
        tenant: &TenantClient,
        (plan, mut hooks): (Plan<Verified>, Option<Hooks<Verified>>),
        live: &Live,
        previous: Previous,
    ) -> Result<(Pass, Option<Problems>), ReconcileError> {
        let mut pass = self.planned(&plan, live, previous.lost);
        // What cannot be opened writes nothing, and so is not on record either.
        let mut sealed = plan.sealed();
        sealed.extend(hooks.iter().flat_map(Hooks::sealed));
        let opened = open(self, sealed).await?;
        let is_pending = hooks.as_ref().is_some_and(Hooks::is_pending);
        let writes = is_pending || writes(&plan);
        if writes {
            self.begin(&previous.dispensable.revisions).await?;
        }
        let record = hooks.as_ref().map(|hooks| &hooks.record);
        self.keep_hooks(record).await?;
        let runner = Runner {
            job: self,
            tenant,
            live,
            opened: &opened,
        };
        let problems = self.write(&runner, plan, hooks.as_mut(), &mut pass).await?;
        if writes && problems.is_some() {
            // Where all went well, what the revisions off the record contained is gone as well.
            pass.lost.extend(previous.dispensable.left);
        }
        if problems.is_none() {
            self.record(Attempts::succeed).await?;
        }
        Ok((pass, problems))
    }

    /// Writes all there is, the hooks before and after the rest, and says what is not as it should be.
    async fn write(
        &self,
        runner: &Runner<'_>,
        plan: Plan<Verified>,
        mut hooks: Option<&mut Hooks<Verified>>,
        pass: &mut Pass,
    ) -> Result<Option<Problems>, ReconcileError> {
        let refused = problem::refused(&plan);
        if let Some(hooks) = &mut hooks {
            // Where the rest cannot be written, nothing is prepared for it.
            let unfit = hooks.next(Phase::Before).and_then(|_| {
                let problems = Problems::of(refused.clone(), &Applied::default());
                problems.filter(|problems| !problems.are_leftovers())
            });
            let held = match unfit {
                None => runner.run(hooks, Phase::Before, pass).await?,
                unfit => unfit,
            };
            if let Some(problems) = held {
                pass.hold(&problems);
                return Ok(Some(problems));
            }
        }
        let applied = apply(runner.tenant, plan, runner.opened).await;
        let problems = Problems::of(refused, &applied);
        pass.take_in(&applied, problems.as_ref());
        let Some(hooks) = hooks.filter(|_| pass.applied) else {
            return Ok(problems);
        };
        let after = runner.run(hooks, Phase::After, pass).await?;
        let problems = Problems::joined(problems, after);
        pass.judge(problems.as_ref());
        Ok(problems)
    }

    /// An attempt at a plan of which nothing is done yet.
    fn planned(&self, plan: &Plan<Verified>, live: &Live, lost: Vec<String>) -> Pass {
        let corrects = self.definition.source.drift == signet_api::Drift::Correct;
        Pass::planned(plan, live, lost, corrects)
    }

    /// How far the source's hooks had come.
    fn kept_hooks(&self) -> Option<HookRecord> {
        let id = &self.definition.id;
        self.shared.ledger.read(|kept| kept.attempts(id).hooks)
    }

    /// Records how far the source's hooks have come; nothing where it has none.
    pub(crate) async fn keep_hooks(
        &self,
        record: Option<&HookRecord>,
    ) -> Result<(), ReconcileError> {
        if self.kept_hooks().as_ref() == record {
            return Ok(());
        }
        let record = record.cloned();
        self.record(|attempts, _| attempts.hooks = record).await
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
