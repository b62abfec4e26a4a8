//! Telling of a source: its Sync, its Events, and a line in the log.

use signet_api::crd::{Sync, SyncStatus};
use signet_cluster::{Cluster, Failure, Notice, Severity, Subject, WantedSync};

use crate::{
    clock,
    reason::Reason,
    source::{
        pass::Pass,
        status::{Attempt, Outcome, after},
    },
    verdict,
};

/// The Sync of a source as we know it.
#[derive(Default)]
pub(crate) struct Report {
    sync: Option<Sync>,
}

impl Report {
    /// Has the Sync there, and as Git says.
    ///
    /// # Errors
    /// [`Failure`]; not found means that its namespace is missing.
    pub(crate) async fn ensure(
        &mut self,
        cluster: &Cluster,
        wanted: &WantedSync,
    ) -> Result<(), Failure> {
        self.sync = Some(cluster.ensure_sync(wanted).await?);
        Ok(())
    }

    /// Tells of an attempt. That the cluster does not take it changes nothing about what was done.
    pub(crate) async fn tell(&mut self, cluster: &Cluster, attempt: &Attempt<'_>, name: &str) {
        let before = self
            .sync
            .as_ref()
            .and_then(|sync| sync.status.clone())
            .unwrap_or_default();
        log(attempt, &before, name);
        let Some(sync) = &mut self.sync else { return };
        let status = after(&before, attempt, sync.metadata.generation, clock::now());
        let notices = notices(attempt, &before);
        match cluster.report_sync(sync, &status).await {
            Ok(_) => sync.status = Some(status),
            Err(failure) => tracing::warn!("{name}: reporting on its Sync: {failure}"),
        }
        for notice in notices {
            if let Err(failure) = cluster
                .notify(&Subject::sync(sync), &notice, clock::now())
                .await
            {
                tracing::warn!("{name}: writing an Event: {failure}");
            }
        }
    }

    /// The Sync, if there is one as far as we know.
    pub(crate) fn sync(&self) -> Option<&Sync> {
        self.sync.as_ref()
    }
}

/// What is worth an Event.
fn notices(attempt: &Attempt<'_>, before: &SyncStatus) -> Vec<Notice> {
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
    match attempt.outcome {
        Outcome::Applied(pass)
            if !pass.done.is_empty() || before.revision.as_ref() != Some(&attempt.revision) =>
        {
            let note = format!("{} by {}: {}", attempt.revision, attempt.signer, pass.done);
            notices.push(notice(Severity::Normal, Reason::Applied, "Apply", note));
        }
        Outcome::Incomplete(_, error) | Outcome::Failed(error, _) => {
            let reason = verdict::of(error).reason;
            notices.push(notice(Severity::Warning, reason, "Reconcile", error.told()));
        }
        Outcome::Applied(_) | Outcome::Suspended(_) | Outcome::Stopped(_) => {}
    }
    notices
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

fn log(attempt: &Attempt<'_>, before: &SyncStatus, name: &str) {
    let revision = &attempt.revision;
    match attempt.outcome {
        Outcome::Applied(pass)
            if pass.done.is_empty() && before.revision.as_ref() == Some(revision) => {}
        Outcome::Applied(pass) => tracing::info!("{name}: applied {revision}: {}", pass.done),
        Outcome::Incomplete(pass, error) => {
            tracing::warn!(
                "{name}: applied a part of {revision}: {}; {}",
                pass.done,
                error.told()
            );
        }
        Outcome::Failed(error, kept) => {
            tracing::warn!("{name}: {revision}: {}", error.told());
            if let Some(pass) = kept.as_ref().filter(|pass| !pass.done.is_empty()) {
                tracing::info!("{name}: kept the revision before: {}", pass.done);
            }
        }
        Outcome::Suspended(why) => tracing::info!("{name}: suspended: {why}"),
        Outcome::Stopped(why) => tracing::warn!("{name}: stopped: {why}"),
    }
}
