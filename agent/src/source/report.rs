//! Telling of a source: its Sync, its Events, and a line in the log.

use signet_api::crd::{Sync, SyncStatus};
use signet_cluster::{Cluster, Failure, Subject, WantedSync};

mod notices;

use crate::{
    clock,
    source::status::{Attempt, Outcome, after},
};
use notices::{goes_on, notices};

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

fn log(attempt: &Attempt<'_>, before: &SyncStatus, name: &str) {
    let revision = &attempt.revision;
    match attempt.outcome {
        Outcome::Applied(pass)
            if pass.done.is_empty() && before.revision.as_ref() == Some(revision) => {}
        Outcome::Applied(pass) => tracing::info!("{name}: applied {revision}: {}", pass.done),
        Outcome::Incomplete(_, error) if goes_on(error) => {
            tracing::debug!("{name}: {revision}: {}", error.told());
        }
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
