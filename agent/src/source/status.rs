//! What a Sync says after an attempt: a function of what it said before and of what happened.

use jiff::Timestamp;
use signet_api::crd::{DriftCount, DriftSeen, ObjectCount, SyncStatus};
use signet_cluster::{Finding, record};
use signet_plan::Drift;

use crate::{
    error::ReconcileError,
    reason::{Reason, finding},
    source::{pass::Pass, problem::Problems},
    verdict::{self, Course},
};

/// How many changed fields the last drift names.
const FIELDS: usize = 10;

/// An attempt, as far as its Sync tells of it.
pub(crate) struct Attempt<'a> {
    /// The revision that was attempted.
    pub(crate) revision: String,
    /// Who signed it.
    pub(crate) signer: &'a str,
    /// How it ended.
    pub(crate) outcome: &'a Outcome,
}

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// All objects are as they should be.
    Applied(Pass),
    /// The plan was carried out, but some objects are not as they should be.
    Incomplete(Pass, ReconcileError),
    /// It ended before anything of the revision was written. What was done instead to keep the one before, if anything.
    Failed(ReconcileError, Option<Pass>),
    /// Nothing was attempted: a person stopped it, in the cluster or in Git.
    Suspended(String),
    /// Nothing was attempted: the Tenant document cannot be read.
    Stopped(String),
}

impl Outcome {
    /// What was found and done, if it came to that.
    pub(crate) fn pass(&self) -> Option<&Pass> {
        match self {
            Self::Applied(pass) | Self::Incomplete(pass, _) => Some(pass),
            Self::Failed(..) | Self::Suspended(_) | Self::Stopped(_) => None,
        }
    }

    /// What was found and done, be it for the revision before.
    pub(crate) fn any_pass(&self) -> Option<&Pass> {
        match self {
            Self::Failed(_, kept) => kept.as_ref(),
            _ => self.pass(),
        }
    }

    /// What went wrong, if anything.
    pub(crate) fn error(&self) -> Option<&ReconcileError> {
        match self {
            Self::Incomplete(_, error) | Self::Failed(error, _) => Some(error),
            Self::Applied(_) | Self::Suspended(_) | Self::Stopped(_) => None,
        }
    }
}

impl From<Result<(Pass, Option<Problems>), ReconcileError>> for Outcome {
    fn from(result: Result<(Pass, Option<Problems>), ReconcileError>) -> Self {
        match result {
            Ok((pass, None)) => Self::Applied(pass),
            Ok((pass, Some(problems))) => {
                Self::Incomplete(pass, ReconcileError::Problems(problems))
            }
            Err(error) => Self::Failed(error, None),
        }
    }
}

/// The status after an attempt on the Sync of this generation.
pub(crate) fn after(
    before: &SyncStatus,
    attempt: &Attempt<'_>,
    generation: Option<i64>,
    now: Timestamp,
) -> SyncStatus {
    let mut status = before.clone();
    status.observed_generation = generation;
    if let Some(pass) = attempt.outcome.any_pass() {
        status.objects = Some(count(pass));
        status.drift = Some(drift(before, attempt, pass, now));
    }
    match attempt.outcome {
        Outcome::Applied(pass) | Outcome::Incomplete(pass, _) => {
            status.attempted = Some(attempt.revision.clone());
            if pass.applied {
                status.revision = Some(attempt.revision.clone());
                status.signer = Some(attempt.signer.to_owned());
            }
        }
        Outcome::Failed(..) => status.attempted = Some(attempt.revision.clone()),
        Outcome::Suspended(_) | Outcome::Stopped(_) => {}
    }
    for finding in findings(attempt) {
        record(&mut status.conditions, finding, generation, now);
    }
    status
}

fn count(pass: &Pass) -> ObjectCount {
    let ready = if pass.applied {
        pass.total
    } else {
        pass.total.saturating_sub(pass.wrong)
    };
    ObjectCount {
        total: size(pass.total),
        ready: size(ready),
    }
}

fn size(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Counts what was put back since the revision was applied; where nothing is put back, what differs now.
fn drift(before: &SyncStatus, attempt: &Attempt<'_>, pass: &Pass, now: Timestamp) -> DriftCount {
    let earlier = before.drift.clone().unwrap_or_default();
    let goes_on = pass.corrects && before.attempted.as_ref() == Some(&attempt.revision);
    let count = if goes_on { earlier.count } else { 0 };
    DriftCount {
        count: count.saturating_add(size(pass.drift.len())),
        last: pass
            .drift
            .last()
            .map(|drift| seen(drift, earlier.last.as_ref(), pass, now))
            .or(earlier.last),
    }
}

/// The drift as it is told. What differs on and on was seen when it was first seen.
fn seen(drift: &Drift, earlier: Option<&DriftSeen>, pass: &Pass, now: Timestamp) -> DriftSeen {
    let managers: Vec<_> = drift.managers.iter().map(String::as_str).collect();
    let seen = DriftSeen {
        object: drift.id.to_string(),
        fields: drift.fields.iter().take(FIELDS).cloned().collect(),
        manager: (!managers.is_empty()).then(|| managers.join(", ")),
        time: now,
    };
    match earlier {
        Some(earlier)
            if !pass.corrects
                && DriftSeen {
                    time: earlier.time,
                    ..seen.clone()
                } == *earlier =>
        {
            earlier.clone()
        }
        _ => seen,
    }
}

/// The conditions as kstatus reads them: `Reconciling` while it goes on by itself, `Stalled` while it waits for a person.
fn findings(attempt: &Attempt<'_>) -> Vec<Finding> {
    match attempt.outcome {
        Outcome::Applied(pass) => {
            let message = format!(
                "{} objects as in {}, signed by {}",
                pass.total, attempt.revision, attempt.signer
            );
            vec![
                finding("Ready", true, Reason::Applied, &message),
                calm("Reconciling", Reason::Applied),
                calm("Stalled", Reason::Applied),
            ]
        }
        Outcome::Incomplete(_, error) | Outcome::Failed(error, _) => of_error(error),
        Outcome::Suspended(why) => vec![
            finding("Reconciling", false, Reason::Suspended, why),
            calm("Stalled", Reason::Suspended),
        ],
        Outcome::Stopped(why) => vec![
            finding("Ready", false, Reason::DocumentInvalid, why),
            calm("Reconciling", Reason::DocumentInvalid),
            finding("Stalled", true, Reason::DocumentInvalid, why),
        ],
    }
}

fn of_error(error: &ReconcileError) -> Vec<Finding> {
    let (verdict, message) = (verdict::of(error), error.told());
    let ready = finding("Ready", false, verdict.reason, &message);
    let (reconciling, stalled) = match verdict.course {
        Course::Wait => (
            calm("Reconciling", verdict.reason),
            finding("Stalled", true, verdict.reason, &message),
        ),
        Course::Retry => (
            finding("Reconciling", true, Reason::ProgressingWithRetry, ""),
            calm("Stalled", verdict.reason),
        ),
    };
    vec![ready, reconciling, stalled]
}

fn calm(kind: &'static str, reason: Reason) -> Finding {
    finding(kind, false, reason, "")
}

#[cfg(test)]
mod tests;
