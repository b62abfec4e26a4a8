//! What a person does where a history cannot be believed.

use super::Belief;
use crate::failure::Failure;
use signet_provenance::{ObjectId, VerifyError};

/// Where the commit stands that agents verified last.
pub(crate) const VERIFIED: &str =
    "which `signet status -o yaml` shows as status.verified.commit of the agents";

/// What is said where a key ended, or was revoked, before this clone saw what it signed.
pub(crate) const LATER: &str = "a key has to count when this clone first sees a commit too; what agents accepted before, their last commit vouches for, \
     which `signet status -o yaml` shows as status.verified.commit: signet verify --at-least COMMIT";

/// What brings the approvals that others made.
pub(crate) const FETCH: &str = "approvals that others pushed count once they are here: git fetch origin 'refs/tags/signet/approve/*:refs/tags/signet/approve/*'";

const EXPLAIN: &str = "`signet verify --explain` shows each step";

/// What is said where dates alone lead past a good commit to one behind which the next ones are refused.
pub(super) fn dated_back(good: ObjectId, before: ObjectId) -> String {
    format!(
        "by its date {good} is good; if agents refused it, for a key that had ended when they saw it, say so by the good commit before \
         it, and then go on: signet verify --at-least {before}"
    )
}

impl Belief {
    /// The error with what to do about it.
    pub(super) fn told(&self, error: VerifyError) -> Failure {
        let place = self.ledger.place().display();
        let anew = format!("signet verify --at-least COMMIT, {VERIFIED}");
        let hints = match &error {
            VerifyError::Rewritten { last, .. } if self.is_served => vec![format!(
                "{last} was verified here before, and the ref was set back or another history put in its place, past the hook: bring \
                 it back; whoever runs the server, and means it, removes {place}"
            )],
            VerifyError::Rewritten { last, .. } if self.kept.verified() == Some(*last) => vec![
                FETCH.to_owned(),
                "this clone verified it before, as what others follow; if agents did too, they stop there: a history that was not \
                 rewritten by you is a reason to look closer. Which ref is followed, git config branch.NAME.remote says, else it is \
                 origin's"
                    .to_owned(),
                format!("to begin anew with this one all the same, remove {place}"),
            ],
            VerifyError::BelowFloor { .. } => vec![
                "fetch first; the remote may be showing an older history than agents have verified"
                    .to_owned(),
            ],
            VerifyError::NotVerified { .. } => vec![FETCH.to_owned()],
            VerifyError::Suspended { .. } => vec![
                EXPLAIN.to_owned(),
                match self.kept.verified() {
                    None => format!(
                        "this clone counts each commit from now, when it first sees it; where the agents go on: {anew}"
                    ),
                    Some(_) => format!(
                        "this clone counts each commit from when it first saw it, which may be when it was cloned; where the agents go \
                         on, remove {place}, and then: {anew}"
                    ),
                },
            ],
            _ => vec![EXPLAIN.to_owned()],
        };
        let failure = Failure::from(error);
        hints.into_iter().fold(failure, Failure::hint)
    }
}
