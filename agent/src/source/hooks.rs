//! Running a source's hooks, one after the other and none twice.

use signet_cluster::{TenantClient, apply, look};
use signet_plan::{Action, HookStep, Hooks, Live, Next, Phase, State};
use signet_provenance::Verified;
use signet_seal::Opened;

use crate::{
    clock,
    error::ReconcileError,
    source::{job::Job, pass::Pass, problem::Problems},
};

/// What the hooks of one attempt are run with.
pub(crate) struct Runner<'a> {
    pub(crate) job: &'a Job,
    pub(crate) tenant: &'a TenantClient,
    pub(crate) live: &'a Live,
    pub(crate) opened: &'a Opened,
}

impl Runner<'_> {
    /// Runs the hooks of a phase as far as they go, and says what keeps the rest back, if anything does. A hook that is not
    /// done yet does: nobody waits for it here.
    pub(crate) async fn run(
        &self,
        hooks: &mut Hooks<Verified>,
        phase: Phase,
        pass: &mut Pass,
    ) -> Result<Option<Problems>, ReconcileError> {
        let begun_with = hooks.record.done;
        while let Some(step) = hooks.next(phase).cloned() {
            if let Some(why) = &hooks.record.failed {
                return Ok(Some(Problems::failed_hook(&step, why, true)));
            }
            if let Some(held) = self.take(&step, hooks, pass).await? {
                return Ok(Some(held));
            }
            hooks.advance();
            self.job.keep_hooks(Some(&hooks.record)).await?;
            pass.versions.remove(step.id());
        }
        self.clear(hooks, phase, begun_with < hooks.record.done, pass)
            .await
    }

    /// Takes one hook on, and says why it is not done, if it is not.
    async fn take(
        &self,
        step: &HookStep,
        hooks: &mut Hooks<Verified>,
        pass: &mut Pass,
    ) -> Result<Option<Problems>, ReconcileError> {
        let limits = self.job.definition.limits();
        let mut is_cleared = false;
        loop {
            let seen = look(self.tenant, step, clock::now()).await?;
            let version = seen
                .as_ref()
                .map(|seen| seen.object.resource_version.clone());
            pass.versions.insert(step.id().clone(), version);
            let next = match step.next(seen.as_ref(), hooks.record.begun, &limits) {
                Ok(next) => next,
                Err(refusal) => return Ok(Some(Problems::refused(step.id(), &refusal))),
            };
            let action = match next {
                Next::Done => return Ok(None),
                Next::Delete(delete) if !is_cleared => Action::Delete(delete),
                Next::Write => Action::Apply(step.apply.clone()),
                Next::Delete(_) | Next::Wait => {
                    let is_own =
                        seen.is_some_and(|seen| step.deletion_of(&seen.object, &limits).is_some());
                    if is_own {
                        self.keep_begun(hooks, true).await?;
                    }
                    return Ok(Some(Problems::pending_hook(step)));
                }
                Next::Failed { why, delete: None } => {
                    let is_gone = seen.is_none();
                    if !is_gone {
                        // Whoever deletes what has failed has it run again.
                        self.keep_begun(hooks, false).await?;
                    }
                    return Ok(Some(Problems::failed_hook(step, &why, is_gone)));
                }
                Next::Failed {
                    why,
                    delete: Some(delete),
                } => {
                    // On record first: what is gone tells of no failure.
                    hooks.record.failed = Some(why.clone());
                    self.job.keep_hooks(Some(&hooks.record)).await?;
                    let deleted = self.carry_out(hooks, Action::Delete(delete), pass).await;
                    return Ok(Some(
                        deleted.unwrap_or_else(|| Problems::failed_hook(step, &why, true)),
                    ));
                }
            };
            let is_written = matches!(action, Action::Apply(_));
            if let Some(problems) = self.carry_out(hooks, action, pass).await {
                return Ok(Some(problems));
            }
            if is_written {
                if !State::is_awaited(step.id()) {
                    return Ok(None);
                }
                self.keep_begun(hooks, true).await?;
                return Ok(Some(Problems::pending_hook(step)));
            }
            is_cleared = true;
        }
    }

    async fn keep_begun(
        &self,
        hooks: &mut Hooks<Verified>,
        begun: bool,
    ) -> Result<(), ReconcileError> {
        if hooks.record.begun == begun {
            return Ok(());
        }
        hooks.record.begun = begun;
        self.job.keep_hooks(Some(&hooks.record)).await
    }

    /// Deletes what a phase that is over leaves and the chart wants gone.
    async fn clear(
        &self,
        hooks: &Hooks<Verified>,
        phase: Phase,
        is_news: bool,
        pass: &mut Pass,
    ) -> Result<Option<Problems>, ReconcileError> {
        let limits = self.job.definition.limits();
        for step in hooks.spent(phase) {
            let object = if is_news {
                let seen = look(self.tenant, step, clock::now()).await?;
                seen.map(|seen| seen.object)
            } else {
                self.live.objects.get(step.id()).cloned()
            };
            let delete = object.and_then(|object| step.deletion_of(&object, &limits));
            if let Some(delete) = delete {
                let deleted = self.carry_out(hooks, Action::Delete(delete), pass).await;
                if deleted.is_some() {
                    return Ok(deleted);
                }
            }
        }
        Ok(None)
    }

    async fn carry_out(
        &self,
        hooks: &Hooks<Verified>,
        action: Action,
        pass: &mut Pass,
    ) -> Option<Problems> {
        let applied = apply(self.tenant, hooks.plan(action), self.opened).await;
        pass.note(&applied);
        Problems::of(Vec::new(), &applied)
    }
}
