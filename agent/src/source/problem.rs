//! Objects that are not as they should be after an attempt, and what that amounts to.

use std::fmt;

use signet_api::RepoPath;
use signet_cluster::{Applied, ApplyError, chain};
use signet_plan::{Action, HookStep, Plan, Refusal};
use signet_render::ObjectRef;

use crate::{
    reason::Reason,
    verdict::{self, Course, Verdict},
};

/// How many objects a message names.
const NAMED: usize = 5;

/// Everything that stands between a source and being applied as a whole; at least one.
#[derive(Debug)]
pub(crate) struct Problems(Vec<Problem>);

/// One object that is not as it should be.
#[derive(Debug)]
struct Problem {
    object: ObjectRef,
    file: Option<RepoPath>,
    told: String,
    verdict: Verdict,
}

impl Problems {
    /// What the plan refused, and what failed when it was carried out; nothing if all went well.
    pub(crate) fn of(refused: Vec<(ObjectRef, Refusal)>, applied: &Applied) -> Option<Self> {
        let refused = refused.into_iter().map(|(object, refusal)| Problem {
            object,
            file: None,
            told: refusal.to_string(),
            verdict: of_refusal(&refusal),
        });
        let failed = applied.failed().map(|(object, error)| Problem {
            object: object.id.clone(),
            file: object.file.clone(),
            told: chain(error),
            verdict: of_apply(error),
        });
        let problems: Vec<_> = refused.chain(failed).collect();
        (!problems.is_empty()).then_some(Self(problems))
    }

    /// One object of which nothing is written.
    pub(crate) fn refused(object: &ObjectRef, refusal: &Refusal) -> Self {
        let problem = Problem {
            object: object.clone(),
            file: None,
            told: refusal.to_string(),
            verdict: of_refusal(refusal),
        };
        Self(vec![problem])
    }

    /// A hook that goes on.
    pub(crate) fn pending_hook(step: &HookStep) -> Self {
        let told = "a hook that is not done yet, and what comes after it waits";
        let verdict = Verdict {
            reason: Reason::HookRunning,
            course: Course::Retry,
            remedy: "",
        };
        Self::of_hook(step, told.to_owned(), verdict)
    }

    /// A hook that has failed, and whether its object was deleted for that.
    pub(crate) fn failed_hook(step: &HookStep, why: &str, is_deleted: bool) -> Self {
        let told = format!("a hook that failed, and nothing after it is done: {why}");
        let verdict = Verdict {
            reason: Reason::HookFailed,
            course: Course::Wait,
            remedy: if is_deleted {
                "Correct it with a further commit"
            } else {
                "Correct it with a further commit, or delete its object to have it run again"
            },
        };
        Self::of_hook(step, told, verdict)
    }

    fn of_hook(step: &HookStep, told: String, verdict: Verdict) -> Self {
        Self(vec![Problem {
            object: step.id().clone(),
            file: Some(step.apply.file.clone()),
            told,
            verdict,
        }])
    }

    /// Those of both.
    pub(crate) fn joined(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let problems = [one, other].into_iter().flatten();
        let problems: Vec<_> = problems.flat_map(|problems| problems.0).collect();
        (!problems.is_empty()).then_some(Self(problems))
    }

    /// How many objects there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether everything is applied and only leftovers wait for a person's word.
    pub(crate) fn are_leftovers(&self) -> bool {
        self.0
            .iter()
            .all(|problem| problem.verdict.reason == LEFTOVERS)
    }

    /// The meaning of the gravest of them.
    pub(crate) fn verdict(&self) -> Verdict {
        self.gravest().verdict
    }

    fn gravest(&self) -> &Problem {
        let gravest = self
            .0
            .iter()
            .min_by_key(|problem| rank(problem.verdict.reason));
        gravest.expect("there is at least one problem")
    }
}

/// The refusals of a plan, each with its object.
pub(crate) fn refused<M>(plan: &Plan<M>) -> Vec<(ObjectRef, Refusal)> {
    let refused = plan.actions.iter().filter_map(|action| match action {
        Action::Refused(object, refusal) => Some((object.clone(), refusal.clone())),
        Action::Apply(_) | Action::Unchanged(_) | Action::Delete(_) => None,
    });
    refused.collect()
}

const LEFTOVERS: Reason = Reason::PruneNeedsConfirmation;

fn of_refusal(refusal: &Refusal) -> Verdict {
    let (reason, course, remedy) = match refusal {
        Refusal::Conflict { .. } | Refusal::InTheWay { .. } => {
            (Reason::Conflict, Course::Retry, "")
        }
        Refusal::UnknownKind { .. } => (
            Reason::UnknownKind,
            Course::Retry,
            "Have the platform apply its CustomResourceDefinition",
        ),
        // The annotation that it asks for is noticed by the watch.
        Refusal::PruneNeedsConfirmation { .. } => (LEFTOVERS, Course::Wait, ""),
    };
    Verdict {
        reason,
        course,
        remedy,
    }
}

fn of_apply(error: &ApplyError) -> Verdict {
    match error {
        ApplyError::Splice(_) => Verdict {
            reason: Reason::OpenFailed,
            course: Course::Wait,
            remedy: "",
        },
        ApplyError::Failed(failure) => verdict::of_failure(failure),
        ApplyError::Dependency { .. } => Verdict {
            reason: Reason::DependencyNotReady,
            course: Course::Retry,
            remedy: "",
        },
        ApplyError::NotPruned { .. } => Verdict {
            reason: Reason::NotPruned,
            course: Course::Retry,
            remedy: "",
        },
    }
}

/// Causes before consequences: what a person should look at first.
fn rank(reason: Reason) -> usize {
    const ORDER: [Reason; 9] = [
        Reason::ClusterUnreachable,
        Reason::Forbidden,
        Reason::Conflict,
        Reason::OpenFailed,
        Reason::ApplyFailed,
        Reason::UnknownKind,
        Reason::HookFailed,
        Reason::HookRunning,
        Reason::DependencyNotReady,
    ];
    ORDER
        .iter()
        .position(|known| *known == reason)
        .unwrap_or(ORDER.len())
}

/// The gravest first, then others of the same kind by name, then how many more.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.gravest().verdict.reason;
        let (first, rest): (Vec<_>, Vec<_>) = self
            .0
            .iter()
            .partition(|problem| problem.verdict.reason == reason);
        for (index, problem) in first.iter().chain(&rest).take(NAMED).enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        match self.count().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more objects"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.object)?;
        if let Some(file) = &self.file {
            write!(f, " ({file})")?;
        }
        write!(f, ": {}", self.told)
    }
}

#[cfg(test)]
mod tests {
    use signet_cluster::{AppliedObject, Done, Failure};

    use super::*;
    use crate::testing::object;

    fn failed(name: &str, error: ApplyError) -> AppliedObject {
        AppliedObject {
            id: object(name),
            file: Some("tenants/a/x.yaml".parse().unwrap()),
            result: Err(error),
        }
    }

    #[test]
    fn nothing_wrong_is_no_problem() {
        let done = AppliedObject {
            id: object("a"),
            file: None,
            result: Ok(Done::Deleted),
        };
        assert!(
            Problems::of(
                Vec::new(),
                &Applied {
                    objects: vec![done]
                }
            )
            .is_none()
        );
    }

    #[test]
    fn names_the_cause_before_what_follows_from_it() {
        let applied = Applied {
            objects: vec![
                failed("b", ApplyError::Dependency { on: object("a") }),
                failed("a", ApplyError::Failed(Failure::TimedOut { seconds: 30 })),
            ],
        };
        let problems = Problems::of(Vec::new(), &applied).unwrap();
        assert_eq!(problems.verdict().reason, Reason::ClusterUnreachable);
        assert!(
            problems
                .to_string()
                .starts_with("ConfigMap team-a/a (tenants/a/x.yaml): ")
        );
    }

    #[test]
    fn leftovers_alone_are_told_from_failures() {
        let refusal = Refusal::Conflict {
            owner: "signet:team-b:apps".into(),
        };
        let problems = Problems::of(vec![(object("a"), refusal)], &Applied::default()).unwrap();
        assert!(!problems.are_leftovers());
        assert_eq!(problems.verdict().reason, Reason::Conflict);
    }

    #[test]
    fn a_long_list_is_cut() {
        let objects = (0..9).map(|n| {
            failed(
                &format!("n{n}"),
                ApplyError::NotPruned {
                    failed: object("z"),
                },
            )
        });
        let problems = Problems::of(
            Vec::new(),
            &Applied {
                objects: objects.collect(),
            },
        )
        .unwrap();
        assert!(problems.to_string().ends_with("; and 4 more objects"));
    }
}
