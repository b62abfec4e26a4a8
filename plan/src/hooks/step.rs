//! One hook, and what is to be done with it next.

use std::collections::BTreeSet;

use signet_render::{Deletion, ObjectRef};

use super::{Delete, HOOK, Limits, LiveObject, Owners, Phase, Refusal, State};
use crate::Apply;
use crate::diff::other_owner;
use crate::prune;

/// One run of a hook.
#[derive(Debug, Clone)]
pub struct HookStep {
    /// How its object is written.
    pub apply: Apply,
    pub(super) phase: Phase,
    pub(super) policies: BTreeSet<Deletion>,
    /// What its object is annotated with: the phase, the rendering and the commit at which its hooks began to run.
    pub(super) run: String,
}

/// The object of a hook as it is in the cluster.
#[derive(Debug, Clone)]
pub struct SeenHook {
    /// Its metadata.
    pub object: LiveObject,
    /// How far it has come.
    pub state: State,
}

/// What is to be done with a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Delete the object of an earlier run.
    Delete(Delete),
    /// Write its object.
    Write,
    /// Look again later.
    Wait,
    /// Nothing: it has been run.
    Done,
    /// Nothing behind it is to be done.
    Failed {
        /// Why.
        why: String,
        /// Its object, where the chart has it deleted.
        delete: Option<Delete>,
    },
}

impl HookStep {
    /// The object.
    pub fn id(&self) -> &ObjectRef {
        &self.apply.id
    }

    /// What is to be done, the cluster having this object of its name. One that was begun and has none is not written again:
    /// what removed it may have been its end.
    ///
    /// # Errors
    /// [`Refusal`] where an object is in the way that is not to be deleted.
    pub fn next(
        &self,
        seen: Option<&SeenHook>,
        is_begun: bool,
        limits: &Limits,
    ) -> Result<Next, Refusal> {
        let Some(SeenHook { object, state }) = seen else {
            return Ok(if is_begun {
                let why = "was gone before it was seen to be done".to_owned();
                Next::Failed { why, delete: None }
            } else {
                Next::Write
            });
        };
        if !self.is_run_of(object, limits) {
            return self.clear(object, limits);
        }
        Ok(match state {
            State::Done => Next::Done,
            State::Failed(why) => Next::Failed {
                why: why.clone(),
                delete: self
                    .policies
                    .contains(&Deletion::Failed)
                    .then(|| self.deletion(object)),
            },
            State::Running => Next::Wait,
        })
    }

    /// The deletion of its object, if this is the one that was made for this run.
    pub fn deletion_of(&self, object: &LiveObject, limits: &Limits) -> Option<Delete> {
        let is_there = object.deletion_timestamp.is_none() && self.is_run_of(object, limits);
        is_there.then(|| self.deletion(object))
    }

    /// Has the object out of the way that is none of this run's.
    fn clear(&self, object: &LiveObject, limits: &Limits) -> Result<Next, Refusal> {
        let is_ours = Owners::of(object, &limits.field_manager()).applied;
        if let Some(owner) = other_owner(object, limits).filter(|_| !is_ours) {
            return Err(Refusal::Conflict { owner });
        }
        if object.deletion_timestamp.is_some() {
            return Ok(Next::Wait);
        }
        // It was to be deleted when its run was over, and that run never was.
        let is_leftover = is_ours
            && object.annotations.contains_key(HOOK)
            && self.policies.contains(&Deletion::Succeeded);
        if !is_leftover && !self.policies.contains(&Deletion::BeforeCreation) {
            let why = "its deletion policy does not say before-hook-creation";
            return Err(Refusal::InTheWay { why });
        }
        if prune::is_guarded(self.id(), object) {
            let why = "what it contains, or its annotation, keeps it from being deleted";
            return Err(Refusal::InTheWay { why });
        }
        Ok(Next::Delete(self.deletion(object)))
    }

    fn is_run_of(&self, object: &LiveObject, limits: &Limits) -> bool {
        object.annotations.get(HOOK) == Some(&self.run)
            && Owners::of(object, &limits.field_manager()).applied
    }

    fn deletion(&self, object: &LiveObject) -> Delete {
        Delete {
            id: self.apply.id.clone(),
            resource: self.apply.resource.clone(),
            uid: object.uid.clone(),
        }
    }
}
