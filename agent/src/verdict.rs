//! What an error means: the condition's reason, whether trying again can help, and what a person can do.

use signet_cluster::{Failure, TenantError};
use signet_git::FetchError;
use signet_provenance::{Reason as Refused, VerifyError};
use signet_render::RenderError;
use signet_seal::OpenError;

use crate::{
    damage, error::ReconcileError, ledger::LedgerError, reason::Reason, source::needs::Missing,
};

/// The meaning of a [`ReconcileError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The reason of the condition.
    pub(crate) reason: Reason,
    /// How it goes on.
    pub(crate) course: Course,
    /// What would set it right, for people; empty where the error says so itself.
    pub(crate) remedy: &'static str,
}

/// How it goes on after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    /// The cause is outside of Git and may go away: try again after a pause.
    Retry,
    /// The cause is in Git: wait for another commit.
    Wait,
}

use Course::{Retry, Wait};

const fn verdict(reason: Reason, course: Course, remedy: &'static str) -> Verdict {
    Verdict {
        reason,
        course,
        remedy,
    }
}

/// The meaning of an error; a total match, so that a new variant cannot go without one.
pub(crate) fn of(error: &ReconcileError) -> Verdict {
    match error {
        ReconcileError::Anchor(_) => {
            verdict(Reason::AnchorInvalid, Wait, "Correct the TrustAnchor")
        }
        ReconcileError::Credentials(_) => verdict(Reason::CredentialsMissing, Retry, CREDENTIALS),
        ReconcileError::SshKey(_) => verdict(
            Reason::FetchFailed,
            Retry,
            "Put a private key without a passphrase under `sshKey` of the credentials Secret",
        ),
        ReconcileError::Remote(_) => verdict(
            Reason::FetchFailed,
            Retry,
            "Correct spec.repository or its credentials",
        ),
        ReconcileError::Store(_) => verdict(Reason::StoreFailed, Retry, DISK),
        ReconcileError::Fetch(error) => verdict(Reason::FetchFailed, Retry, remedy_of_fetch(error)),
        ReconcileError::Verify(error) => verdict(
            Reason::History(error.reason()),
            of_history(error),
            remedy_of_history(error),
        ),
        damaged if damage::is_damage(damaged) => verdict(Reason::StoreFailed, Retry, ""),
        ReconcileError::Ledger(LedgerError::Garbled(_)) => {
            verdict(Reason::StateFailed, Retry, UNREADABLE_STATE)
        }
        ReconcileError::Ledger(_) => verdict(Reason::StateFailed, Retry, STATE),
        ReconcileError::Fleet(_) => verdict(Reason::PolicyInvalid, Wait, DOCUMENT),
        ReconcileError::Missing(missing) => {
            verdict(Reason::DependencyNotReady, of_missing(missing), "")
        }
        ReconcileError::Tenant(error) => of_tenant(error),
        ReconcileError::Kinds(failure) | ReconcileError::Sync(failure) => of_failure(failure),
        ReconcileError::Observe(error) => of_failure(error.failure()),
        ReconcileError::Render(RenderError::NoFolder { .. }) => {
            verdict(Reason::RenderFailed, Wait, NOTHING_THERE)
        }
        ReconcileError::Render(_) => verdict(
            Reason::RenderFailed,
            Wait,
            "Correct it with a further commit",
        ),
        ReconcileError::Refused(_) => verdict(Reason::Forbidden, Wait, NOT_THE_TENANTS),
        ReconcileError::ClusterIdentity(_) | ReconcileError::NoIdentity { .. } => {
            verdict(Reason::IdentityMissing, Retry, CLUSTER_IDENTITY)
        }
        ReconcileError::TenantIdentity { source, .. } => {
            verdict(Reason::OpenFailed, Retry, remedy_of_identity(source))
        }
        ReconcileError::Open(error) => verdict(Reason::OpenFailed, Wait, remedy_of_open(error)),
        ReconcileError::Problems(problems) => problems.verdict(),
        ReconcileError::History(_) => verdict(Reason::InventoryUnknown, Retry, ""),
        ReconcileError::PlatformRemoved => verdict(Reason::PruneNeedsConfirmation, Wait, PLATFORM),
        ReconcileError::TimedOut { .. } => verdict(
            Reason::TimedOut,
            Retry,
            "Raise the source's timeout if it needs more",
        ),
    }
}

const NOTHING_THERE: &str =
    "Nothing is there to be applied; the first commit that puts something there will be";
/// What sets a document of the fleet right.
pub(crate) const DOCUMENT: &str = "Correct the document with a further commit";
const CREDENTIALS: &str =
    "Make the Secret that spec.repository.credentials names, in signet-system";
const DISK: &str = "Free space in the data folder, or have it writable for the agent";
const STATE: &str =
    "`signet bootstrap` makes the Secret signet-system/signet-state and the right to it";
const UNREADABLE_STATE: &str = "Put a backup of the Secret back, or empty its `data`: the history is judged anew then, and what only the state knew to be in the cluster stays there";
const NOT_THE_TENANTS: &str =
    "Move it to one of the tenant's namespaces, or have the platform grant more in signet/tenants/";
const CLUSTER_IDENTITY: &str = "Put this cluster's age identity under the key `identity` of the Secret; `signet bootstrap` does";
const PLATFORM: &str =
    "Put it back into signet/tenants/platform.yaml, or delete by hand what is to go";

/// The meaning of what the API server said to an account.
pub(crate) fn of_failure(failure: &Failure) -> Verdict {
    match failure {
        Failure::Unreachable { .. } | Failure::TimedOut { .. } => {
            verdict(Reason::ClusterUnreachable, Retry, "")
        }
        Failure::Refused { .. } if failure.is_forbidden() => {
            verdict(Reason::Forbidden, Retry, RIGHTS)
        }
        Failure::Refused { .. } if failure.is_conflict() => verdict(Reason::Conflict, Retry, ""),
        Failure::Refused { .. } => verdict(Reason::ApplyFailed, Retry, OBJECT),
        Failure::Garbled { .. } => verdict(Reason::ApplyFailed, Retry, ""),
        Failure::Token(error) => of_tenant(error),
    }
}

const OBJECT: &str =
    "Where the object is at fault, correct it with a further commit; it is tried again meanwhile";
const RIGHTS: &str = "Have the platform grant the right to the tenant's ServiceAccount";

fn of_missing(missing: &Missing) -> Course {
    match missing {
        Missing::Namespaces(_) | Missing::Source(_) => Retry,
        Missing::NoSuchSource(_) | Missing::Cycle(_) => Wait,
    }
}

fn of_tenant(error: &TenantError) -> Verdict {
    match error {
        TenantError::ServiceAccountMissing { .. } => {
            verdict(Reason::DependencyNotReady, Retry, ACCOUNT)
        }
        TenantError::Forbidden { .. } => verdict(
            Reason::Forbidden,
            Retry,
            "`signet bootstrap` grants the right",
        ),
        TenantError::Unauthorized { .. } => verdict(
            Reason::Forbidden,
            Retry,
            "Give the agent a credential that is valid",
        ),
        TenantError::Unreachable { .. } => verdict(Reason::ClusterUnreachable, Retry, ""),
        TenantError::Refused { .. } => verdict(Reason::ApplyFailed, Retry, ""),
    }
}

const ACCOUNT: &str = "The platform makes it, from clusters/<cluster>/tenants/; `signet tenant add` writes the manifest";

fn remedy_of_fetch(error: &FetchError) -> &'static str {
    match error {
        FetchError::Tls { .. } => {
            "Put the certificate authority under the key `ca.crt` of the credentials Secret"
        }
        FetchError::Credentials { .. } => {
            "Put a user and password or token that may read into the credentials Secret"
        }
        FetchError::App { .. } => {
            "Correct the keys `githubApp…` of the credentials Secret, or let the App read the contents of the repository where it is installed"
        }
        FetchError::ClientCertificate { .. } => {
            "Put a certificate that the server takes and its key under `tls.crt` and `tls.key` of the credentials Secret"
        }
        FetchError::HostKey { .. } => {
            "Correct `known_hosts` of the credentials Secret, once the server's operator has confirmed its key"
        }
        FetchError::SshKeys { .. } => {
            "Let the key read at the server, or put one that may under `sshKey` of the credentials Secret"
        }
        FetchError::NotServed { .. } => {
            "Correct spec.repository.url, or let the key read the repository"
        }
        FetchError::RepositoryMissing { .. } => {
            "Correct spec.repository.url, or let the credentials see it"
        }
        FetchError::RefMissing { .. } => "Correct spec.repository.ref, or push it",
        FetchError::Redirected { .. } => "Put the new URL into spec.repository.url",
        FetchError::TooLarge { .. } => {
            "Take what is too large off the branch by a forced push: a revert leaves it in the history"
        }
        FetchError::Store(_) => DISK,
        FetchError::Unreachable { .. } | FetchError::Timeout { .. } => {
            "It is tried again by itself; see that spec.repository.url is right and the agent may connect to it"
        }
        FetchError::Protocol { .. } | FetchError::Interrupted { .. } => {
            "It is tried again by itself"
        }
    }
}

/// What sets a refused commit right; empty where the refusal says so itself.
pub(crate) const fn remedy_of_refusal(reason: Refused) -> &'static str {
    match reason {
        Refused::NotAllowed => "",
        Refused::Unsigned => {
            "A signed commit that takes it back lets the history move on; `git commit -S` signs"
        }
        Refused::UnknownKey => {
            "A signed commit that takes it back lets the history move on; the root group says in signet/policy.yaml who has which key"
        }
        _ => "A signed commit that takes it back lets the history move on",
    }
}

fn of_history(error: &VerifyError) -> Course {
    if damage::of_history(error).is_some() {
        Retry
    } else {
        Wait
    }
}

fn remedy_of_history(error: &VerifyError) -> &'static str {
    match error {
        VerifyError::Rewritten { .. } => {
            "Push the history that contains it; a history that was not rewritten by you is a reason to look closer"
        }
        VerifyError::BelowFloor { .. } => {
            "Push the history that contains it, or have the root group name it by `signet approve --reset=COMMIT REV`, whose tag brings it; a history that was not rewritten by you is a reason to look closer"
        }
        VerifyError::IntroductionMismatch { .. }
        | VerifyError::OtherRepository { .. }
        | VerifyError::OtherRef { .. }
        | VerifyError::Introduction(_) => {
            "Compare the TrustAnchor with signet/anchor.yaml; `signet bootstrap --recovery` proves which is right"
        }
        VerifyError::Policy { .. } => "Have the root group correct the policy",
        VerifyError::NotVerified { .. } => {
            "`signet verify` says what is wrong with it; a TrustAnchor's status or a Secret signet-state that somebody else wrote is a reason to look closer"
        }
        VerifyError::Object(_)
        | VerifyError::NoCommit { .. }
        | VerifyError::Commit { .. }
        | VerifyError::Suspended { .. } => "",
    }
}

fn remedy_of_identity(error: &OpenError) -> &'static str {
    match error {
        OpenError::NotForIdentity { .. } | OpenError::Unwrap { .. } => CLUSTER_IDENTITY,
        _ => "Restore the identity's file from the last good commit",
    }
}

fn remedy_of_open(error: &OpenError) -> &'static str {
    match error {
        OpenError::Scope(_) | OpenError::Recipients(_) => {
            "`signet seal` in its own place seals it for whom it should be"
        }
        OpenError::NotForIdentity { .. } | OpenError::Unwrap { .. } => {
            "Open it with a key that can, and `signet seal` it again"
        }
        OpenError::Seal { .. } | OpenError::Mac { .. } | OpenError::Leaf { .. } => {
            "Restore the file from the last good commit; to change it, `signet open` it and `signet seal` what you changed"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use signet_cluster::Detail;
    use signet_provenance::TreeError;
    use signet_provenance::{Kind, ObjectError};

    use super::*;

    fn refused(code: u16) -> Failure {
        Failure::Refused {
            code,
            reason: String::new(),
            detail: Detail::Message(String::new()),
        }
    }

    #[test]
    fn missing_rights_are_told_from_a_server_that_is_away() {
        assert_eq!(of_failure(&refused(403)).reason, Reason::Forbidden);
        assert_eq!(of_failure(&refused(409)).reason, Reason::Conflict);
        assert_eq!(of_failure(&refused(422)).reason, Reason::ApplyFailed);
        assert_eq!(
            of_failure(&Failure::Unreachable {
                cause: String::new()
            })
            .reason,
            Reason::ClusterUnreachable
        );
    }

    #[test]
    fn what_only_a_commit_can_set_right_waits_for_one() {
        let path: signet_api::RepoPath = "tenants/a/db.yaml".parse().unwrap();
        let edited = ReconcileError::Open(Box::new(OpenError::Seal { path }));
        assert_eq!(of(&edited).course, Wait);
        let away = ReconcileError::Kinds(Failure::TimedOut { seconds: 30 });
        assert_eq!(of(&away).course, Retry);
    }

    #[test]
    fn a_file_that_is_a_folder_is_the_revisions_fault_and_not_the_stores() {
        let (id, kind) = ("1".repeat(40).parse().unwrap(), Kind::Blob);
        let render = |error| {
            of(&ReconcileError::Render(RenderError::Tree {
                path: "tenants/team-a/prod/x.yaml".parse().unwrap(),
                source: TreeError::Object(error),
            }))
        };
        let found = Kind::Tree;
        let wrong = render(ObjectError::WrongKind { id, kind, found });
        assert_eq!((wrong.reason, wrong.course), (Reason::RenderFailed, Wait));
        let lost = render(ObjectError::Missing { id, kind });
        assert_eq!((lost.reason, lost.course), (Reason::StoreFailed, Retry));
    }

    #[test]
    fn a_folder_that_nobody_has_written_to_yet_is_no_mistake() {
        let path = "tenants/team-a/prod".parse().unwrap();
        let told = ReconcileError::Render(RenderError::NoFolder { path }).told();
        assert!(told.contains("tenants/team-a/prod") && told.contains("the first commit"));
        assert!(!told.contains("Correct"), "{told}");
    }

    #[test]
    fn a_missing_service_account_is_something_to_wait_for() {
        let tenant = "team-a".parse().unwrap();
        let missing = ReconcileError::Tenant(TenantError::ServiceAccountMissing { tenant });
        assert_eq!(of(&missing).reason, Reason::DependencyNotReady);
    }
}
