//! Telling of the history: the `TrustAnchor`'s status, its Events, and a line in the log.

use std::collections::BTreeMap;

use signet_api::crd::{TrustAnchor, TrustAnchorStatus};
use signet_cluster::{Cluster, Finding, Notice, Severity, Subject};

use super::{
    belief::Belief,
    status::{self, Facts},
};
use crate::{SourceId, clock, error::ReconcileError};

/// What was told last.
#[derive(Default)]
pub(crate) struct Report {
    facts: Facts,
    status: Option<TrustAnchorStatus>,
    /// What was announced last of each thing that is.
    announced: BTreeMap<&'static str, Finding>,
}

impl Report {
    /// Tells what is known now; says whether it could.
    pub(crate) async fn tell(
        &mut self,
        cluster: &Cluster,
        anchor: &TrustAnchor,
        belief: &Belief,
        error: Option<&ReconcileError>,
    ) -> bool {
        let waiting = std::mem::take(&mut self.facts.waiting);
        self.facts = Facts::of(belief, error, &anchor.spec, waiting);
        self.write(cluster, anchor).await
    }

    /// Tells what sources wait for now.
    pub(crate) async fn tell_waiting(
        &mut self,
        cluster: &Cluster,
        anchor: &TrustAnchor,
        waiting: BTreeMap<SourceId, String>,
    ) {
        if self.facts.waiting != waiting {
            self.facts.waiting = waiting;
            self.write(cluster, anchor).await;
        }
    }

    async fn write(&mut self, cluster: &Cluster, anchor: &TrustAnchor) -> bool {
        let mut known = anchor.clone();
        known.status = self.status.take().or(known.status);
        let before = known.status.clone().unwrap_or_default();
        let status = status::after(
            &before,
            &self.facts,
            anchor.metadata.generation,
            clock::now(),
        );
        self.announce(cluster, anchor).await;
        match cluster.report_anchor(&known, &status).await {
            Ok(_) => {
                self.status = Some(status);
                true
            }
            Err(failure) => {
                tracing::warn!("reporting on the TrustAnchor: {failure}");
                self.status = known.status;
                false
            }
        }
    }

    /// An Event and a line for each change of what is believed, of whether that is as young as it has to be, and of whether
    /// the repository's URLs show one history.
    async fn announce(&mut self, cluster: &Cluster, anchor: &TrustAnchor) {
        let facts = &self.facts;
        let findings = [
            status::verified(facts),
            status::fresh(facts),
            status::mirrored(facts),
        ];
        for finding in findings.into_iter().flatten() {
            if self.announced.get(finding.kind) == Some(&finding) {
                continue;
            }
            self.announced.insert(finding.kind, finding.clone());
            // That all is well with what nobody was told of is no news.
            if !finding.message.is_empty() {
                announce(cluster, anchor, finding).await;
            }
        }
    }
}

async fn announce(cluster: &Cluster, anchor: &TrustAnchor, finding: Finding) {
    let Finding {
        holds,
        reason,
        message,
        ..
    } = finding;
    let severity = if holds == Some(true) {
        Severity::Normal
    } else {
        Severity::Warning
    };
    match severity {
        Severity::Normal => tracing::info!("{message}"),
        Severity::Warning => tracing::warn!("{reason}: {message}"),
    }
    let notice = Notice {
        severity,
        reason,
        action: "Verify".into(),
        note: message,
    };
    if let Err(failure) = cluster
        .notify(&Subject::anchor(anchor), &notice, clock::now())
        .await
    {
        tracing::warn!("writing an Event: {failure}");
    }
}
