//! One step of a history: the commit, and whether it may be believed on top of the last good one.

mod paths;
mod policy;
mod side;
mod signed;
mod time;
mod votes;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::approval::Approvals;
use crate::authority::{Holder, PolicyReadError};
use crate::commit::Commit;
use crate::delta::Deltas;
use crate::object::{self, Kind, ObjectError};
use crate::sighting::Seen;
use crate::signature::SignatureError;
use crate::tree::{self, Change, DiffError, TreeError};
use crate::verify::{Good, Signer, VerifyError};
use crate::{ObjectId, Objects, Reason, Refusal, TagRef, TrustRoot};
use time::Times;
use votes::Votes;

/// What was found out about a step, for the audit and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The commit.
    pub commit: ObjectId,
    /// The last good commit, which it was judged against.
    pub against: ObjectId,
    /// The version of that commit's policy.
    pub policy_version: u64,
    /// The committer's date, if the commit has one reading.
    pub committed: Option<Timestamp>,
    /// SHA-256 of the signed bytes in lower-case hexadecimal, if the commit has one reading.
    pub payload_sha256: Option<String>,
    /// Who signed it, if the signature is right.
    pub signer: Option<Signer>,
    /// The signature's algorithm, if the signature is right.
    pub algorithm: Option<String>,
    /// The paths that were allowed, with the rules that allowed each.
    pub paths: Vec<Allowed>,
    /// The approvals that took part in a good step where the signer alone was not enough, in the
    /// order of their refs.
    pub approvals: Vec<Approved>,
    /// Why the step is not believed; `None` for a good one.
    pub refused: Option<Refusal>,
}

/// A path that a step may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The path; bytes that are no text are escaped.
    pub path: String,
    /// The rules that allowed it, counted from 1.
    pub rules: Vec<usize>,
    /// The version of the policy that those rules are in.
    pub policy_version: u64,
}

/// An approval that counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// The tag.
    pub tag: TagRef,
    /// Who signed it.
    pub signer: Signer,
}

/// What a step is judged by besides the last good commit.
pub(crate) struct Context<'a> {
    pub(crate) objects: &'a Arc<dyn Objects>,
    pub(crate) root: &'a TrustRoot,
    pub(crate) approvals: &'a Approvals<'a>,
    /// When the step was first seen; `None` up to the floor.
    pub(crate) first_seen: Option<Seen>,
    pub(crate) now: Timestamp,
    /// The mainline behind the start of the walk, up to and with the step.
    pub(crate) mainline: &'a [ObjectId],
}

/// What is known of a step once it has a signature that counts.
struct Case<'a> {
    context: &'a Context<'a>,
    good: &'a Good,
    id: ObjectId,
    commit: &'a Commit,
    signer: &'a Holder,
    times: &'a Times,
    changes: &'a [Change],
    /// Its approvals under the policy of the last good commit.
    votes: OnceCell<Votes>,
    deltas: OnceCell<Deltas>,
}

/// Judges a commit against the last good one; a good one comes back as what later commits are
/// judged against.
///
/// # Errors
/// [`VerifyError::Object`] where an object is missing or corrupt: that is not the commit's doing.
pub(crate) fn judge(
    context: &Context<'_>,
    good: &Good,
    commit: ObjectId,
) -> Result<(Step, Option<Good>), VerifyError> {
    let mut step = Step::new(commit, good);
    match examine(context, good, &mut step) {
        Ok(next) => Ok((step, Some(next))),
        Err(Stop::Failed(error)) => Err(error.into()),
        Err(Stop::Refused(reason, message)) => {
            step.refused = Some(Refusal {
                commit,
                reason,
                message,
            });
            Ok((step, None))
        }
    }
}

fn examine(context: &Context<'_>, good: &Good, step: &mut Step) -> Result<Good, Stop> {
    let id = step.commit;
    let bytes = object::read(&**context.objects, &id, Kind::Commit)?;
    let commit = Commit::parse(&bytes).map_err(|error| Stop::because(Reason::Malformed, &error))?;
    step.committed = Some(commit.committed);
    step.payload_sha256 = Some(commit.payload_sha256());
    let (holder, algorithm) = signed::holder(&commit, &good.authority)?;
    let signer = Signer {
        principal: holder.principal.clone(),
        fingerprint: holder.fingerprint.clone(),
    };
    step.algorithm = Some(algorithm);
    step.signer = Some(signer.clone());
    let times = Times::new(context, good, commit.committed);
    times.check(holder, &context.root.revoked, "the trust anchor")?;
    times.check(holder, &good.authority.policy().revoked, "the policy")?;
    let changes = tree::diff(&**context.objects, Some(good.tree()), commit.tree)?;
    let case = Case {
        context,
        good,
        id,
        commit: &commit,
        signer: holder,
        times: &times,
        changes: &changes,
        votes: OnceCell::new(),
        deltas: OnceCell::new(),
    };
    let mut counted = Counted::new();
    let new = policy::change(&case, &mut counted)?;
    step.paths = paths::allow(&case, new.as_ref(), &mut counted)?;
    step.approvals = approved(counted);
    side::check(context, good, new.as_ref(), &step.paths)?;
    let authority = new.map_or_else(|| Arc::clone(&good.authority), |new| new.authority);
    Ok(Good::new(id, &commit, authority, signer, Some(good)))
}

/// The approvals that took part, each once, in the order of their refs.
type Counted = BTreeMap<TagRef, Signer>;

fn approved(counted: Counted) -> Vec<Approved> {
    let approved = counted.into_iter();
    approved
        .map(|(tag, signer)| Approved { tag, signer })
        .collect()
}

fn count<'a>(counted: &mut Counted, approvals: impl IntoIterator<Item = &'a Approved>) {
    let pair = |approved: &Approved| (approved.tag.clone(), approved.signer.clone());
    counted.extend(approvals.into_iter().map(pair));
}

impl Step {
    fn new(commit: ObjectId, good: &Good) -> Self {
        Self {
            commit,
            against: good.commit(),
            policy_version: good.authority.policy().version,
            committed: None,
            payload_sha256: None,
            signer: None,
            algorithm: None,
            paths: Vec::new(),
            approvals: Vec::new(),
            refused: None,
        }
    }
}

/// Why examining a step ended early.
pub(crate) enum Stop {
    /// The step is bad.
    Refused(Reason, String),
    /// The step cannot be judged.
    Failed(ObjectError),
}

impl Stop {
    /// A refusal whose message is that of an error and its causes.
    fn because(reason: Reason, error: &dyn std::error::Error) -> Self {
        Self::Refused(reason, chain(error))
    }

    /// The same stop, with the side branch's commit that caused it.
    fn on_side(self, commit: ObjectId) -> Self {
        match self {
            Self::Refused(reason, message) => Self::Refused(
                reason,
                format!("merges commit {}: {message}", commit.short()),
            ),
            Self::Failed(error) => Self::Failed(error),
        }
    }
}

/// An error's message with its causes: a refusal is text, and carries no source.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

impl From<ObjectError> for Stop {
    /// What cannot be read of any store was put there by the step, and does not hold up what
    /// takes it back.
    fn from(error: ObjectError) -> Self {
        if error.is_content() {
            Self::because(Reason::Malformed, &error)
        } else {
            Self::Failed(error)
        }
    }
}

impl From<DiffError> for Stop {
    fn from(error: DiffError) -> Self {
        match error {
            DiffError::Object(error) => error.into(),
            error @ (DiffError::Tree { .. } | DiffError::TooDeep | DiffError::TooMany) => {
                Self::because(Reason::Malformed, &error)
            }
        }
    }
}

impl From<PolicyReadError> for Stop {
    fn from(error: PolicyReadError) -> Self {
        match error {
            PolicyReadError::Tree(TreeError::Object(error)) => error.into(),
            error => Self::because(Reason::PolicyInvalid, &error),
        }
    }
}

impl From<SignatureError> for Stop {
    fn from(error: SignatureError) -> Self {
        Self::because(error.reason(), &error)
    }
}
