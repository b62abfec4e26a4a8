//! What is worth an Event.

use signet_api::crd::SyncStatus;
use signet_cluster::{Notice, Severity};

use crate::{
    error::ReconcileError,
    reason::Reason,
    source::{
        pass::Pass,
        status::{Attempt, Outcome},
    },
    verdict,
};

/// The Events about an attempt.
pub(super) fn notices(attempt: &Attempt<'_>, before: &SyncStatus) -> Vec<Notice> {
    let mut notices = Vec::new();
    if let Some(pass) = attempt.outcome.any_pass() {
        notices.extend(pass.drift.iter().map(|drift| drifted(pass, drift)));
        notices.extend(pass.lost.iter().map(|why| {
            notice(
                Severity::Warning,
                Reason::InventoryUnknown,
                "Prune",
                why.clone(),
            )
        }));
    }
    notices.extend(surprising(attempt, before));
    match attempt.outcome {
        Outcome::Applied(pass)
            if !pass.done.is_empty() || before.revision.as_ref() != Some(&attempt.revision) =>
        {
            let note = format!("{} by {}: {}", attempt.revision, attempt.signer, pass.done);
            notices.push(notice(Severity::Normal, Reason::Applied, "Apply", note));
        }
        Outcome::Incomplete(_, error) | Outcome::Failed(error, _) if !goes_on(error) => {
            let reason = verdict::of(error).reason;
            notices.push(notice(Severity::Warning, reason, "Reconcile", error.told()));
        }
        Outcome::Applied(_)
        | Outcome::Incomplete(..)
        | Outcome::Failed(..)
        | Outcome::Suspended(_)
        | Outcome::Stopped(_) => {}
    }
    notices
}

/// Whether nothing is wrong, and a hook only not done yet.
pub(super) fn goes_on(error: &ReconcileError) -> bool {
    verdict::of(error).reason == Reason::HookRunning
}

/// What the rendering of a revision that was not applied before accepted and may surprise.
fn surprising(attempt: &Attempt<'_>, before: &SyncStatus) -> Option<Notice> {
    let is_new = before.revision.as_ref() != Some(&attempt.revision);
    let pass = attempt.outcome.pass().filter(|_| is_new)?;
    let note = pass.warnings.join("; ");
    let has_any = !pass.warnings.is_empty();
    has_any.then(|| notice(Severity::Warning, Reason::RenderWarning, "Render", note))
}

fn drifted(pass: &Pass, drift: &signet_plan::Drift) -> Notice {
    let managers: Vec<_> = drift.managers.iter().map(String::as_str).collect();
    let by = if managers.is_empty() {
        "somebody".to_owned()
    } else {
        managers.join(", ")
    };
    let note = format!("{}: {} changed by {by}", drift.id, drift.fields.join(", "));
    let reason = if pass.corrects {
        Reason::DriftCorrected
    } else {
        Reason::DriftDetected
    };
    notice(Severity::Warning, reason, "Observe", note)
}

fn notice(severity: Severity, reason: Reason, action: &str, note: String) -> Notice {
    Notice {
        severity,
        reason: reason.to_string(),
        action: action.to_owned(),
        note,
    }
}
