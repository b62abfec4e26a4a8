//! What may go side by side, and what a failure holds back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use signet_plan::{Action, Apply, Delete};
use signet_render::ObjectRef;

use super::{AppliedObject, ApplyError};
use crate::Failure;

/// An action that sends a request.
pub(super) enum Step {
    Apply(Apply),
    Delete(Delete),
}

/// A kind in any version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    group: String,
    kind: String,
}

/// The plan's steps in its order; neighbours of one kind do not need each other and form a stage.
pub(super) fn of(actions: Vec<Action>) -> Vec<Vec<Step>> {
    let mut stages: Vec<Vec<Step>> = Vec::new();
    for step in actions.into_iter().filter_map(step) {
        match stages
            .last_mut()
            .filter(|stage| stage.last().is_some_and(|last| last.goes_with(&step)))
        {
            Some(stage) => stage.push(step),
            None => stages.push(vec![step]),
        }
    }
    stages
}

fn step(action: Action) -> Option<Step> {
    match action {
        Action::Apply(apply) => Some(Step::Apply(apply)),
        Action::Delete(delete) => Some(Step::Delete(delete)),
        Action::Unchanged(_) | Action::Refused(..) => None,
    }
}

/// The kinds that these actions define.
pub(super) fn defined(actions: &[Action]) -> BTreeSet<Kind> {
    let applies = actions.iter().filter_map(|action| match action {
        Action::Apply(apply) => Some(apply),
        _ => None,
    });
    applies.filter_map(defines).collect()
}

fn defines(apply: &Apply) -> Option<Kind> {
    let text = |pointer: &str| {
        apply
            .json
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let is_definition = apply
        .id
        .is("apiextensions.k8s.io", "CustomResourceDefinition");
    is_definition.then_some(())?;
    Some(Kind {
        group: text("/spec/group")?,
        kind: text("/spec/names/kind")?,
    })
}

impl Step {
    pub(super) fn id(&self) -> &ObjectRef {
        match self {
            Self::Apply(apply) => &apply.id,
            Self::Delete(delete) => &delete.id,
        }
    }

    pub(super) fn defines(&self) -> Option<Kind> {
        match self {
            Self::Apply(apply) => defines(apply),
            Self::Delete(_) => None,
        }
    }

    fn goes_with(&self, other: &Self) -> bool {
        let same_action = matches!(
            (self, other),
            (Self::Apply(_), Self::Apply(_)) | (Self::Delete(_), Self::Delete(_))
        );
        same_action && Kind::of(self.id()) == Kind::of(other.id())
    }
}

impl Kind {
    pub(super) fn of(object: &ObjectRef) -> Self {
        Self {
            group: object.group.clone(),
            kind: object.kind.clone(),
        }
    }
}

/// What failed so far, as far as others depend on it.
#[derive(Default)]
pub(super) struct Held {
    first: Option<ObjectRef>,
    namespaces: BTreeMap<String, ObjectRef>,
    kinds: BTreeMap<Kind, ObjectRef>,
    /// Nobody answers: asking on would only wait.
    silence: Option<Failure>,
}

impl Held {
    /// Takes in what became of an object, and the kind that it would have defined.
    pub(super) fn learn(&mut self, object: &AppliedObject, defines: Option<&Kind>) {
        let Err(error) = &object.result else { return };
        self.first.get_or_insert_with(|| object.id.clone());
        if object.id.is("", "Namespace") {
            self.namespaces
                .insert(object.id.name.clone(), object.id.clone());
        }
        if let Some(kind) = defines {
            self.kinds.insert(kind.clone(), object.id.clone());
        }
        if let ApplyError::Failed(failure) = error
            && failure.is_silence()
        {
            self.silence = Some(failure.clone());
        }
    }

    /// Why a step is not even tried.
    pub(super) fn reason(&self, step: &Step) -> Option<ApplyError> {
        if let Some(failure) = &self.silence {
            return Some(ApplyError::Failed(failure.clone()));
        }
        if let (Step::Delete(_), Some(failed)) = (step, &self.first) {
            return Some(ApplyError::NotPruned {
                failed: failed.clone(),
            });
        }
        let namespace = step
            .id()
            .namespace
            .as_ref()
            .and_then(|name| self.namespaces.get(name));
        let on = namespace.or_else(|| self.kinds.get(&Kind::of(step.id())))?;
        Some(ApplyError::Dependency { on: on.clone() })
    }
}

#[cfg(test)]
mod tests;
