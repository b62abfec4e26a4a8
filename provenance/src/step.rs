//! One step of a history: the commit, and whether it may be believed on top of the last good one.

mod fields;
mod json;
mod paths;
mod policy;
pub use policy::{SuccessionError, check_succession};
mod side;
mod signed;
mod time;
mod votes;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use signet_api::Class;

use crate::approval::Approvals;
use crate::authority::{Denial, Holder, PolicyReadError};
use crate::commit::Commit;
use crate::delta::{Deltas, Digests};
use crate::fields::{Account, Comparisons, Spent};
use crate::object::{self, Kind, ObjectError};
use crate::sighting::Seen;
use crate::signature::{KnownKeys, SignatureError};
use crate::tree::{Change, DiffError, TreeError, Trees};
use crate::verify::{Good, Proof, Signer, VerifyError};
use crate::{ObjectId, Objects, Reason, Refusal, TagRef, TrustRoot};
use signed::Signed;
pub(crate) use signed::{Read, Signing};
pub(crate) use time::Times;
use votes::{Told, Votes};

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
    /// The paths that were allowed, with the rules that allowed each: the first thousand, or fewer of a mebibyte; of the last
    /// steps of a long walk alone.
    pub paths: Vec<Allowed>,
    /// The approvals that took part where the signer alone was not enough, in the order of their
    /// refs; of a step whose paths are not allowed, those that help with any of its changes.
    pub approvals: Vec<Approved>,
    /// Who signed the commits of side branches of which a rule asks that, each key once.
    pub side_signers: Vec<Signer>,
    /// Of a step whose paths are not allowed, which are not, and what each lacks: the first
    /// thousand, or fewer of a mebibyte; of the last refused steps alone, as `discounted`.
    pub denied: Vec<Denied>,
    /// How many more paths there are than are told: of `denied` where one is, else of `paths`.
    pub untold: usize,
    /// Of a step whose paths are not allowed, the approvals that may have been meant for it and do
    /// not count, the most telling first: a hundred at most.
    pub discounted: Vec<Discounted>,
    /// Why the step is not believed; `None` for a good one.
    pub refused: Option<Refusal>,
    /// How many commits right before it are refused as well and not told: of more than a thousand refused ones of a long walk
    /// the first, and of those that follow each other behind them the newest are.
    pub skipped: usize,
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
    /// The persons whose approvals took part.
    pub approvers: Vec<String>,
}

/// A path that a step may not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The path; bytes that are no text are escaped.
    pub path: String,
    /// Why not.
    pub denial: Denial,
}

/// An approval that counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Approved {
    /// The tag.
    pub tag: TagRef,
    /// Who signed it.
    pub signer: Signer,
}

/// An approval that did not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Discounted {
    /// Why not: a sentence.
    pub why: String,
    /// The tag.
    pub tag: TagRef,
}

/// What a step is judged by besides the last good commit.
pub(crate) struct Context<'a> {
    pub(crate) objects: &'a Arc<dyn Objects>,
    /// The trees among them.
    pub(crate) trees: &'a Trees<'a>,
    /// The keys that signatures were checked with before.
    pub(crate) keys: &'a KnownKeys,
    /// The contents that were read before.
    pub(crate) digests: &'a Digests,
    /// The files that were compared before.
    pub(crate) comparisons: &'a Comparisons,
    /// How much was compared since the last good commit.
    pub(crate) spent: &'a Spent,
    pub(crate) root: &'a TrustRoot,
    pub(crate) approvals: &'a Approvals<'a>,
    /// When the step was first seen; `None` up to the floor.
    pub(crate) first_seen: Option<Seen>,
    pub(crate) now: Timestamp,
    /// The mainline behind the start of the walk, up to and with the step.
    pub(crate) mainline: &'a [ObjectId],
    /// Who would sign the step now, where it is asked what would become of it then.
    pub(crate) signer: Option<Signing<'a>>,
}

/// What is known of a step once it has a signature that counts.
struct Case<'a> {
    context: &'a Context<'a>,
    good: &'a Good,
    id: ObjectId,
    commit: &'a Commit,
    signer: &'a Holder,
    times: &'a Times,
    /// The step's committer date: of a commit on a side branch, that of the step that merges it.
    at: Timestamp,
    changes: &'a [Change],
    /// Its approvals under the policy of the last good commit.
    votes: OnceCell<Votes>,
    deltas: OnceCell<Deltas>,
    /// What is compared for the step, those of its side branches included.
    account: &'a Account<'a>,
}

/// Judges a commit, which may have been read already, against the last good one; a good one comes back as what later commits
/// are judged against.
///
/// # Errors
/// [`VerifyError::Object`] where an object is missing or corrupt: that is not the commit's doing.
pub(crate) fn judge(
    context: &Context<'_>,
    good: &Good,
    commit: ObjectId,
    read: Option<Read>,
) -> Result<(Step, Option<Good>), VerifyError> {
    let mut step = Step::new(commit, good);
    match examine(context, good, read, &mut step) {
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

/// The tree of a commit whose signature is right, by a key that counts, as far as that is known before those in front of it
/// are judged.
pub(crate) fn vouched_for(context: &Context<'_>, good: &Good, read: &Read) -> Option<ObjectId> {
    let commit = read.reading().ok()?;
    let signed = read.signed(context, &good.authority).ok()?;
    counting(context, good, commit, &signed).ok()?;
    Some(commit.tree)
}

/// The times of a commit, whose signer's key counts at them.
fn counting(
    context: &Context<'_>,
    good: &Good,
    commit: &Commit,
    signed: &Signed<'_>,
) -> Result<Times, Stop> {
    let times = Times::new(context, good, commit.committed, signed.dates);
    times.check(signed.holder, &context.root.revoked, "the trust anchor")?;
    times.check(
        signed.holder,
        &good.authority.policy().revoked,
        "the policy",
    )?;
    Ok(times)
}

fn examine(
    context: &Context<'_>,
    good: &Good,
    read: Option<Read>,
    step: &mut Step,
) -> Result<Good, Stop> {
    let id = step.commit;
    let read = match read {
        Some(read) => read,
        None => Read::of(&object::read(&**context.objects, &id, Kind::Commit)?),
    };
    let commit = read.reading()?;
    let presumed = context.signer.map(|_| Commit {
        committed: context.now,
        ..commit.clone()
    });
    let commit = presumed.as_ref().unwrap_or(commit);
    step.committed = Some(commit.committed);
    let by = if let Some(signing) = context.signer {
        signed::presumed(signing)?
    } else {
        step.payload_sha256 = Some(commit.payload_sha256());
        read.signed(context, &good.authority)?
    };
    let signer = by.holder.signer();
    step.algorithm.clone_from(&by.algorithm);
    step.signer = Some(signer.clone());
    let times = counting(context, good, commit, &by)?;
    let changes = context.trees.diff(Some(good.tree()), Some(commit.tree))?;
    let account = Account::new(context.spent, &by.holder.principal);
    let case = Case {
        context,
        good,
        id,
        commit,
        signer: by.holder,
        times: &times,
        at: commit.committed,
        changes: &changes,
        votes: OnceCell::new(),
        deltas: OnceCell::new(),
        account: &account,
    };
    let mut findings = Findings::default();
    let judged = changes_judged(&case, &mut findings);
    step.approvals = findings.helped().collect();
    step.denied = std::mem::take(&mut findings.denied);
    step.untold = findings.untold;
    step.discounted = std::mem::take(&mut findings.discounted);
    let (new, allowed) = judged?;
    step.paths = allowed;
    let sides = side::check(&case, new.as_ref(), &step.paths, &mut findings);
    step.approvals = findings.helped().collect();
    step.side_signers = findings.side_signers.into_iter().collect();
    step.bound_paths();
    sides?;
    let authority = new.map_or_else(|| Arc::clone(&good.authority), |new| new.authority);
    let proof = Proof {
        signer,
        // Nobody goes on from a step that nobody has signed.
        algorithm: step.algorithm.clone().unwrap_or_default(),
        payload_sha256: step.payload_sha256.clone().unwrap_or_default(),
    };
    Ok(Good::new(id, commit, authority, proof, Some(good)))
}

fn changes_judged(
    case: &Case<'_>,
    findings: &mut Findings,
) -> Result<(Option<policy::New>, Vec<Allowed>), Stop> {
    let governing = policy::change(case, findings)?;
    let (allowed, denials) = paths::judge(case, governing.new.as_ref(), findings)?;
    if !governing.is_settled() {
        return Err(governing.refuse(case, denials, findings)?);
    }
    denials.refuse(case, findings)?;
    Ok((governing.new, allowed))
}

/// What was found on the way to a judgement of the changes.
#[derive(Default)]
struct Findings {
    /// The approvals that took part, each once, in the order of their refs.
    counted: BTreeMap<TagRef, Signer>,
    /// Who signed commits of side branches that had to be signed.
    side_signers: BTreeSet<Signer>,
    denied: Vec<Denied>,
    untold: usize,
    discounted: Vec<Discounted>,
}

impl Findings {
    fn count<'a>(&mut self, approvals: impl IntoIterator<Item = &'a Approved>) {
        let pair = |approved: &Approved| (approved.tag.clone(), approved.signer.clone());
        self.counted.extend(approvals.into_iter().map(pair));
    }

    /// Of so many denied paths these are told.
    fn deny(&mut self, all: usize, denied: Vec<Denied>, told: Told) {
        self.count(&told.approved);
        self.untold = all - denied.len();
        self.denied = denied;
        self.discounted = told.discounted;
    }

    fn has(&self, tag: &TagRef) -> bool {
        self.counted.contains_key(tag)
    }

    /// The approvals that took part so far.
    fn helped(&self) -> impl Iterator<Item = Approved> {
        let counted = self.counted.iter();
        counted.map(|(tag, signer)| {
            let (tag, signer) = (tag.clone(), signer.clone());
            Approved { tag, signer }
        })
    }
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
            side_signers: Vec::new(),
            denied: Vec::new(),
            untold: 0,
            discounted: Vec::new(),
            refused: None,
            skipped: 0,
        }
    }
}

/// How those whose agreement a step lacks give it; nothing where that would not help.
fn approving(case: &Case<'_>) -> String {
    if case.signer.class == Class::Automation {
        return String::new();
    }
    format!(
        "Who is missing can approve it with `signet approve {}`. ",
        case.id.short()
    )
}

/// Paths are bytes; those that are no text, or would disturb a line of a log, are escaped.
pub(crate) fn escaped(path: &[u8]) -> String {
    match std::str::from_utf8(path) {
        Ok(text) if !text.contains(crate::is_hidden) => text.to_owned(),
        _ => path.escape_ascii().to_string(),
    }
}

/// How many characters of a path a message shows: one can be longer than a condition may be.
const SHOWN: usize = 200;

pub(crate) fn shortened(path: &str) -> String {
    match path.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
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
