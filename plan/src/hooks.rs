//! Which hook of Helm's is next: each is run once for a rendering, before the rest or after it.
//!
//! What is on record is the number of those that were run, in their order; what is under way is told by the annotation on
//! the hook's object. So an agent that dies at any point goes on where it was, and runs none of them twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use signet_envelope::StandIn;
use signet_render::{Deletion, Desired, DesiredObject, Event, ObjectRef, Origin, SealedLeaf};

mod state;
mod step;

pub use state::{Progress, State};
pub use step::{HookStep, Next, SeenHook};

use crate::drift::Owners;
use crate::resources::Resources;
use crate::{Action, Apply, Delete, HOOK, Limits, Live, LiveObject, Plan, Refusal, Why, stamp};

/// What Helm writes to the objects of a release.
const RELEASE: &str = "meta.helm.sh/release-name";

/// How far the hooks of one rendering have come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HookRecord {
    /// The digest of the rendering.
    pub rendering: String,
    /// The commit at which its hooks began to run: a rendering that comes back after another runs them again.
    pub since: String,
    /// Whether the source was not in the cluster yet when its hooks began to run.
    pub install: bool,
    /// How many of its hooks have been run.
    pub done: usize,
    /// Whether the object of the next one was written and is waited for, and has not been seen to fail.
    #[serde(default)]
    pub begun: bool,
    /// Why the next one failed, if its object was deleted for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Whether the source has been applied as a whole since.
    #[serde(default)]
    pub over: bool,
}

/// Before or after the other objects of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nothing else is written before they are done.
    Before,
    /// They are run when all else is written.
    After,
}

/// The hooks of a source, in the order in which they run.
#[derive(Debug)]
pub struct Hooks<M> {
    /// How far they have come.
    pub record: HookRecord,
    steps: Vec<HookStep>,
    leaves: Arc<BTreeMap<StandIn, SealedLeaf>>,
    field_manager: String,
    origin: Origin<M>,
}

/// The hooks that a source wants run now, if it has any.
///
/// `record` is what was kept of the last ones. They are those of an installation as long as the source was never applied as a
/// whole since it had nothing in the cluster, and those of an upgrade otherwise, as with Helm.
///
/// # Errors
/// The first hook whose kind is not served.
pub fn hooks<M>(
    desired: &Desired<M>,
    live: &Live,
    record: Option<&HookRecord>,
    limits: &Limits,
) -> Result<Option<Hooks<M>>, Box<(ObjectRef, Refusal)>> {
    let objects = || desired.objects.iter();
    if objects().all(|object| object.hook.is_none()) {
        return Ok(None);
    }
    let manager = limits.field_manager();
    let rendering = rendering(&desired.objects);
    let record = match record {
        Some(record) if record.rendering == rendering => record.clone(),
        before => HookRecord {
            rendering,
            since: desired.commit().to_string(),
            install: match before.filter(|before| !before.over) {
                Some(before) => before.install,
                None => !is_there(desired, live, &manager),
            },
            done: 0,
            begun: false,
            failed: None,
            over: false,
        },
    };
    let resources = Resources {
        served: &live.kinds,
        defined: &desired.defined,
    };
    let mut steps = Vec::new();
    for phase in [Phase::Before, Phase::After] {
        let event = phase.event(record.install);
        let due = objects().filter(|object| {
            let hook = object.hook.as_ref();
            hook.is_some_and(|hook| hook.events.contains(&event))
        });
        for object in due {
            steps.push(step(object, phase, &record, &resources, limits)?);
        }
    }
    Ok(Some(Hooks {
        record,
        steps,
        leaves: Arc::clone(&desired.sealed),
        field_manager: manager,
        origin: desired.origin,
    }))
}

fn step(
    object: &DesiredObject,
    phase: Phase,
    record: &HookRecord,
    resources: &Resources<'_>,
    limits: &Limits,
) -> Result<HookStep, Box<(ObjectRef, Refusal)>> {
    let id = &object.id;
    let Some(resource) = resources.get(id) else {
        let (kind, api_version) = (id.kind.clone(), id.api_version());
        let refusal = Refusal::UnknownKind { kind, api_version };
        return Err(Box::new((id.clone(), refusal)));
    };
    let run = format!("{phase} {} {}", record.rendering, record.since);
    let policies = object.hook.as_ref().map(|hook| hook.policies.clone());
    Ok(HookStep {
        phase,
        policies: policies.unwrap_or_default(),
        apply: Apply {
            id: id.clone(),
            resource: resource.clone(),
            json: stamp::stamped_as_hook(object, &limits.apply_set, &run),
            stand_ins: object.stand_ins.clone(),
            file: object.file.clone(),
            why: Why::Created,
        },
        run,
    })
}

/// The digest of all that the source renders to: another commit that renders to the same is no other revision.
fn rendering(objects: &[DesiredObject]) -> String {
    let mut lines: Vec<String> = objects
        .iter()
        .map(|object| format!("{} {}\n", object.id, object.digest))
        .collect();
    lines.sort();
    HEXLOWER.encode(&Sha256::digest(lines.concat()))
}

/// Whether the cluster has an object of the source, or of the release of Helm's that it was, that is no hook.
fn is_there<M>(desired: &Desired<M>, live: &Live, manager: &str) -> bool {
    let hooks = desired
        .objects
        .iter()
        .filter(|object| object.hook.is_some());
    let hooks: BTreeSet<_> = hooks.map(|object| object.id.key()).collect();
    let mut others = live
        .objects
        .iter()
        .filter(|(id, _)| !hooks.contains(&id.key()));
    others.any(|(_, object)| {
        Owners::of(object, manager).applied || object.annotations.contains_key(RELEASE)
    })
}

impl<M> Hooks<M> {
    /// The hook that is next, if any of this phase is left.
    pub fn next(&self, phase: Phase) -> Option<&HookStep> {
        let next = self.steps.get(self.record.done);
        next.filter(|step| step.phase == phase)
    }

    /// Whether any is left.
    pub fn is_pending(&self) -> bool {
        self.record.done < self.steps.len()
    }

    /// Takes the next one for done.
    pub fn advance(&mut self) {
        self.record.done += 1;
        self.record.begun = false;
    }

    /// Hooks of this phase whose objects are to be deleted because all of them have succeeded, the last one first.
    pub fn spent(&self, phase: Phase) -> impl Iterator<Item = &HookStep> {
        let is_over = self.next(phase).is_none();
        let done = self.steps.iter().take(self.record.done).rev();
        done.filter(move |step| {
            is_over && step.phase == phase && step.policies.contains(&Deletion::Succeeded)
        })
    }

    /// A plan that does only this.
    pub fn plan(&self, action: Action) -> Plan<M> {
        self.plan_of(vec![action])
    }

    /// The sealed leaves that the hooks need which are not done yet.
    pub fn sealed(&self) -> BTreeMap<StandIn, SealedLeaf> {
        let pending = self.steps.iter().skip(self.record.done);
        let writes = pending.map(|step| Action::Apply(step.apply.clone()));
        self.plan_of(writes.collect()).sealed()
    }

    fn plan_of(&self, actions: Vec<Action>) -> Plan<M> {
        Plan {
            actions,
            drift: Vec::new(),
            leaves: Arc::clone(&self.leaves),
            field_manager: self.field_manager.clone(),
            origin: self.origin,
        }
    }
}

impl Phase {
    const fn event(self, install: bool) -> Event {
        match (self, install) {
            (Self::Before, true) => Event::PreInstall,
            (Self::Before, false) => Event::PreUpgrade,
            (Self::After, true) => Event::PostInstall,
            (Self::After, false) => Event::PostUpgrade,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::After => "after",
        })
    }
}

#[cfg(test)]
mod tests;
