//! Everything that can go wrong between a fetch and an apply.

use std::time::Duration;

use signet_api::{SYSTEM_NAMESPACE, TenantName};
use signet_cluster::{Failure, ObserveError, SecretError, TenantError, chain};
use signet_git::{FetchError, RemoteError, SshKeyError, StoreError};
use signet_plan::Refused;
use signet_provenance::{FleetError, HistoryError, ObjectIdError, VerifyError};
use signet_render::RenderError;
use signet_seal::{IdentityError, OpenError};

use crate::{ledger::LedgerError, source::needs::Missing, source::problem::Problems};

/// Why the cluster, or one source, is not in the state that Git describes. The last good state stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReconcileError {
    /// The anchor's introduction names no commit.
    #[error("reading spec.introduction.commit of the TrustAnchor")]
    Anchor(#[source] ObjectIdError),
    /// The repository's credentials cannot be read.
    #[error("reading the repository's credentials")]
    Credentials(#[source] SecretError),
    /// The repository's SSH key cannot be used.
    #[error("reading `sshKey` of the repository's credentials")]
    SshKey(#[source] SshKeyError),
    /// The repository's address or credentials cannot be used.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The object store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The repository could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The history cannot be judged.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The agent's state cannot be read or kept.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The fleet's documents cannot be read.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// Something that the source needs is not there yet.
    #[error("{0}")]
    Missing(Missing),
    /// The tenant's token cannot be had.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// What the cluster serves cannot be asked for.
    #[error("asking which kinds the cluster serves")]
    Kinds(#[source] Failure),
    /// The folder cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The source's objects cannot be looked at.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// The source wants what its tenant may not.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The cluster's identity cannot be read.
    #[error("reading the cluster's identity")]
    ClusterIdentity(#[source] SecretError),
    /// The cluster's identity is none.
    #[error("reading the cluster's identity in the Secret {SYSTEM_NAMESPACE}/{secret}")]
    NoIdentity {
        /// The Secret.
        secret: String,
        /// What is wrong with its content.
        #[source]
        source: IdentityError,
    },
    /// The tenant's identity does not open.
    #[error("opening the identity of {tenant} with that of the cluster")]
    TenantIdentity {
        /// The tenant.
        tenant: TenantName,
        /// Why.
        #[source]
        source: Box<OpenError>,
    },
    /// A sealed file does not open.
    #[error(transparent)]
    Open(#[from] Box<OpenError>),
    /// Some objects are not as they should be.
    #[error("{0}")]
    Problems(Problems),
    /// What the source contained before cannot be found out.
    #[error("looking up what the source contained before")]
    History(#[from] HistoryError),
    /// The Sync of a source that is no longer in Git cannot be deleted.
    #[error("deleting its Sync")]
    Sync(#[source] Failure),
    /// The platform is not in Git any more.
    #[error(
        "the platform's source is no longer in Git, and its objects are not pruned by themselves"
    )]
    PlatformRemoved,
    /// It took longer than it may.
    #[error("not finished within {}", humanly(*limit))]
    TimedOut {
        /// The source's `timeout`.
        limit: Duration,
    },
}

impl ReconcileError {
    /// The error with its causes and what to do about it, in one paragraph.
    pub(crate) fn told(&self) -> String {
        advise(&chain(self), crate::verdict::of(self).remedy)
    }
}

/// What went wrong, and what would set it right, if that needs saying.
pub(crate) fn advise(wrong: &impl std::fmt::Display, remedy: &str) -> String {
    match remedy {
        "" => wrong.to_string(),
        remedy => format!("{wrong}. {remedy}"),
    }
}

fn humanly(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let cause = std::io::Error::other("disk full");
        let error = ReconcileError::Store(StoreError::Write {
            dir: "/data".into(),
            source: cause,
        });
        assert!(
            error
                .told()
                .starts_with("cannot write to the object store in /data: disk full. ")
        );
    }
}
