//! The reasons of conditions and Events: one word for programs, the same for the same thing everywhere.

use std::fmt;

use signet_cluster::Finding;

/// Why something is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Everything is as in Git.
    Applied,
    /// The newest commit is believed.
    Verified,
    /// Nothing newer was verified for longer than the operator wants.
    Stale,
    /// A URL of the repository shows another history.
    MirrorDiverged,
    /// A URL of the repository has more than the others, and that is not believed.
    MirrorAhead,
    /// A URL of the repository lags for longer than it may.
    MirrorBehind,
    /// A URL of the repository does not answer, or not with what it names.
    MirrorFailed,
    /// Nothing goes on.
    Idle,
    /// It is tried again by itself.
    ProgressingWithRetry,
    /// A person stopped it.
    Suspended,
    /// The history, or its newest commit, is not believed: the word is `provenance`'s.
    History(signet_provenance::Reason),
    /// The `TrustAnchor` cannot be used as it is.
    AnchorInvalid,
    /// The credentials for the repository cannot be read.
    CredentialsMissing,
    /// The repository could not be fetched.
    FetchFailed,
    /// The object store cannot be used, or lost something that a verified tree holds.
    StoreFailed,
    /// The agent's state cannot be read or kept.
    StateFailed,
    /// The fleet's documents cannot be read.
    PolicyInvalid,
    /// One document of the fleet cannot be read.
    DocumentInvalid,
    /// Something that is needed is not there yet.
    DependencyNotReady,
    /// The folder does not render.
    RenderFailed,
    /// A right is missing.
    Forbidden,
    /// The cluster's identity cannot be had.
    IdentityMissing,
    /// A sealed file does not open.
    OpenFailed,
    /// What the source contained before cannot be found out.
    InventoryUnknown,
    /// Deleting what left the source needs a person's word.
    PruneNeedsConfirmation,
    /// Nothing was pruned, as something else failed.
    NotPruned,
    /// It took longer than it may.
    TimedOut,
    /// The API server does not answer.
    ClusterUnreachable,
    /// Somebody else has the object, or changed it at the same time.
    Conflict,
    /// The API server refused an object.
    ApplyFailed,
    /// The cluster does not serve a kind.
    UnknownKind,
    /// A hook is not done yet.
    HookRunning,
    /// A hook has failed.
    HookFailed,
    /// What others had changed was put back.
    DriftCorrected,
    /// Others have changed something.
    DriftDetected,
    /// Something was accepted that may surprise.
    RenderWarning,
}

impl Reason {
    /// The word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "Applied",
            Self::Verified => "Verified",
            Self::Stale => "Stale",
            Self::MirrorDiverged => "MirrorDiverged",
            Self::MirrorAhead => "MirrorAhead",
            Self::MirrorBehind => "MirrorBehind",
            Self::MirrorFailed => "MirrorFailed",
            Self::Idle => "Idle",
            Self::ProgressingWithRetry => "ProgressingWithRetry",
            Self::Suspended => "Suspended",
            Self::History(reason) => reason.as_str(),
            Self::AnchorInvalid => "AnchorInvalid",
            Self::CredentialsMissing => "CredentialsMissing",
            Self::FetchFailed => "FetchFailed",
            Self::StoreFailed => "StoreFailed",
            Self::StateFailed => "StateFailed",
            Self::PolicyInvalid => "PolicyInvalid",
            Self::DocumentInvalid => "DocumentInvalid",
            Self::DependencyNotReady => "DependencyNotReady",
            Self::RenderFailed => "RenderFailed",
            Self::Forbidden => "Forbidden",
            Self::IdentityMissing => "IdentityMissing",
            Self::OpenFailed => "OpenFailed",
            Self::InventoryUnknown => "InventoryUnknown",
            Self::PruneNeedsConfirmation => "PruneNeedsConfirmation",
            Self::NotPruned => "NotPruned",
            Self::TimedOut => "TimedOut",
            Self::ClusterUnreachable => "ClusterUnreachable",
            Self::Conflict => "Conflict",
            Self::ApplyFailed => "ApplyFailed",
            Self::UnknownKind => "UnknownKind",
            Self::HookRunning => "HookRunning",
            Self::HookFailed => "HookFailed",
            Self::DriftCorrected => "DriftCorrected",
            Self::DriftDetected => "DriftDetected",
            Self::RenderWarning => "RenderWarning",
        }
    }
}

/// Whether a condition holds, and why.
pub(crate) fn finding(kind: &'static str, holds: bool, reason: Reason, message: &str) -> Finding {
    Finding {
        kind,
        holds: Some(holds),
        reason: reason.to_string(),
        message: message.to_owned(),
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
