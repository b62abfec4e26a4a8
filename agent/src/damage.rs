//! Whether an error says that the object store lost or changed something: it then has to be filled again.

use signet_provenance::{
    FleetError, HistoryError, IntroductionError, ObjectError, PolicyReadError, TreeError,
    VerifyError,
};
use signet_render::RenderError;
use signet_seal::OpenError;

use crate::error::ReconcileError;

/// Whether the store is at fault. What the history itself brought could be fetched again as often as one likes.
pub(crate) fn is_damage(error: &ReconcileError) -> bool {
    object(error).is_some_and(|error| !error.is_content())
}

/// The object that could not be had, whatever it was wanted for.
fn object(error: &ReconcileError) -> Option<&ObjectError> {
    match error {
        ReconcileError::Verify(error) | ReconcileError::History(HistoryError::Verify(error)) => {
            of_history(error)
        }
        ReconcileError::Fleet(error) => of_fleet(error),
        ReconcileError::Render(RenderError::Tree { source, .. }) => of_tree(source),
        ReconcileError::TenantIdentity { source, .. } | ReconcileError::Open(source) => {
            of_file(source)
        }
        _ => None,
    }
}

/// The object that stopped the judgement of a history.
pub(crate) fn of_history(error: &VerifyError) -> Option<&ObjectError> {
    match error {
        VerifyError::Object(error)
        | VerifyError::Introduction(IntroductionError::Object(error)) => Some(error),
        VerifyError::Introduction(IntroductionError::Policy(PolicyReadError::Tree(error)))
        | VerifyError::Policy {
            source: PolicyReadError::Tree(error),
            ..
        } => of_tree(error),
        _ => None,
    }
}

fn of_file(error: &OpenError) -> Option<&ObjectError> {
    match error {
        OpenError::Tree { source, .. } => of_tree(source),
        OpenError::Fleet(error) => of_fleet(error),
        _ => None,
    }
}

fn of_fleet(error: &FleetError) -> Option<&ObjectError> {
    match error {
        FleetError::Tree(error) => of_tree(error),
        FleetError::Document(_) => None,
    }
}

fn of_tree(error: &TreeError) -> Option<&ObjectError> {
    match error {
        TreeError::Object(error) => Some(error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use signet_provenance::{Kind, ObjectId, ReadError};

    use super::*;
    use crate::{reason::Reason, verdict};

    fn id() -> ObjectId {
        "1".repeat(40).parse().unwrap()
    }

    fn missing() -> ObjectError {
        ObjectError::Missing {
            id: id(),
            kind: Kind::Tree,
        }
    }

    #[test]
    fn a_store_is_emptied_for_what_it_lost_and_not_for_what_the_history_brought() {
        let damage = |error| is_damage(&ReconcileError::Verify(VerifyError::Object(error)));
        let read = |source| ObjectError::Read {
            id: id(),
            kind: Kind::Tree,
            source,
        };
        assert!(damage(missing()));
        assert!(damage(read(ReadError::new(
            "a stream that does not inflate"
        ))));
        assert!(!damage(read(ReadError::TooLarge { bytes: 1 << 30 })));
        assert!(!damage(ObjectError::WrongKind {
            id: id(),
            kind: Kind::Tree,
            found: Kind::Blob
        }));
    }

    #[test]
    fn what_the_store_lost_is_its_fault_whatever_it_was_wanted_for() {
        let tree = || TreeError::Object(missing());
        let file = || OpenError::Tree {
            path: "tenants/team-a/prod/db.yaml".parse().unwrap(),
            source: tree(),
        };
        let errors = [
            ReconcileError::Fleet(FleetError::Tree(tree())),
            ReconcileError::History(HistoryError::Verify(VerifyError::Object(missing()))),
            ReconcileError::Open(Box::new(file())),
            ReconcileError::Open(Box::new(OpenError::Fleet(FleetError::Tree(tree())))),
            ReconcileError::TenantIdentity {
                tenant: "team-a".parse().unwrap(),
                source: Box::new(file()),
            },
        ];
        for error in errors {
            assert!(is_damage(&error), "{error}");
            assert_eq!(verdict::of(&error).reason, Reason::StoreFailed, "{error}");
            assert_eq!(verdict::of(&error).course, verdict::Course::Retry);
        }
    }

    #[test]
    fn what_the_store_lost_of_the_introduction_or_the_policy_is_its_fault() {
        let policy = || PolicyReadError::Tree(TreeError::Object(missing()));
        let errors = [
            VerifyError::Introduction(IntroductionError::Object(missing())),
            VerifyError::Introduction(IntroductionError::Policy(policy())),
            VerifyError::Policy {
                commit: id(),
                source: policy(),
            },
        ];
        for error in errors {
            let error = ReconcileError::Verify(error);
            assert!(is_damage(&error), "{error}");
            assert_eq!(verdict::of(&error).course, verdict::Course::Retry);
        }
    }
}
