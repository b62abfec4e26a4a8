//! What one attempt found and did.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use signet_api::RepoPath;
use signet_cluster::{Applied, Done};
use signet_plan::{Action, Drift, Live, Plan, Refusal};
use signet_render::ObjectRef;

use crate::source::problem::Problems;

/// An attempt that got as far as carrying out its plan.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    /// How many objects the source wants.
    pub(crate) total: usize,
    /// What was done.
    pub(crate) done: Tally,
    /// What others had changed.
    pub(crate) drift: Vec<Drift>,
    /// Whether that is put back, or only told.
    pub(crate) corrects: bool,
    /// Every object that is the source's, in the version that we know; nothing where it is not there.
    pub(crate) versions: BTreeMap<ObjectRef, Option<String>>,
    /// What is left in the cluster because it is not known, or no longer on record, that it was the source's.
    pub(crate) lost: Vec<String>,
    /// What the rendering accepted and may surprise, each with its place.
    pub(crate) warnings: Vec<String>,
    /// Where the files stand that were rendered.
    pub(crate) read_from: BTreeSet<RepoPath>,
    /// How many objects are not as they should be.
    pub(crate) wrong: usize,
    /// Whether everything that the source wants is applied; leftovers may still wait for a person's word.
    pub(crate) applied: bool,
}

/// How many objects were written and deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) created: usize,
    pub(crate) configured: usize,
    pub(crate) deleted: usize,
}

impl Pass {
    /// What is known before anything is done.
    pub(crate) fn planned<M>(
        plan: &Plan<M>,
        live: &Live,
        lost: Vec<String>,
        corrects: bool,
    ) -> Self {
        let version = |id: &ObjectRef| {
            live.objects
                .get(id)
                .map(|object| object.resource_version.clone())
        };
        Self {
            total: plan
                .actions
                .iter()
                .filter(|action| is_wanted(action))
                .count(),
            done: Tally::default(),
            drift: plan.drift.clone(),
            corrects,
            versions: plan
                .actions
                .iter()
                .map(|action| (id(action).clone(), version(id(action))))
                .collect(),
            lost,
            warnings: Vec::new(),
            read_from: BTreeSet::new(),
            wrong: 0,
            applied: false,
        }
    }

    /// What looking again would come to, nothing having changed; nothing where that cannot be told without looking.
    pub(crate) fn at_rest(&self) -> Option<Self> {
        let is_over =
            self.applied && self.wrong == 0 && self.drift.is_empty() && self.lost.is_empty();
        is_over.then(|| Self {
            done: Tally::default(),
            versions: BTreeMap::new(),
            ..self.clone()
        })
    }

    /// Takes in what was done, and what is wrong afterwards.
    pub(crate) fn take_in(&mut self, applied: &Applied, problems: Option<&Problems>) {
        self.note(applied);
        self.judge(problems);
    }

    /// Takes in that nothing of the plan was carried out, and why.
    pub(crate) fn hold(&mut self, problems: &Problems) {
        self.drift.clear();
        self.judge(Some(problems));
    }

    /// Takes in what is wrong after all.
    pub(crate) fn judge(&mut self, problems: Option<&Problems>) {
        self.applied = problems.is_none_or(Problems::are_leftovers);
        self.wrong = problems.map_or(0, Problems::count);
    }

    /// Takes in what was done.
    pub(crate) fn note(&mut self, applied: &Applied) {
        for object in &applied.objects {
            match &object.result {
                Ok(Done::Created(version)) => {
                    self.done.created += 1;
                    self.versions
                        .insert(object.id.clone(), Some(version.clone()));
                }
                Ok(Done::Configured(version)) => {
                    self.done.configured += 1;
                    self.versions
                        .insert(object.id.clone(), Some(version.clone()));
                }
                Ok(Done::Deleted | Done::Gone) => {
                    self.done.deleted += 1;
                    self.versions.remove(&object.id);
                }
                Err(_) => {}
            }
        }
    }
}

impl Tally {
    /// Whether anything was written at all.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            created,
            configured,
            deleted,
        } = self;
        write!(
            f,
            "{created} created, {configured} configured, {deleted} deleted"
        )
    }
}

fn id(action: &Action) -> &ObjectRef {
    match action {
        Action::Apply(apply) => &apply.id,
        Action::Delete(delete) => &delete.id,
        Action::Unchanged(id) | Action::Refused(id, _) => id,
    }
}

fn is_wanted(action: &Action) -> bool {
    match action {
        Action::Delete(_) | Action::Refused(_, Refusal::PruneNeedsConfirmation { .. }) => false,
        Action::Apply(_) | Action::Unchanged(_) | Action::Refused(..) => true,
    }
}
