//! What a verification found.

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use signet_api::Policy;
use thiserror::Error;

use crate::approval::Approvals;
use crate::authority::Authority;
use crate::step::Step;
use crate::tree::{Tree, Verified};
use crate::verify::{Good, Rewrite, Signer, VerifyError, Walk};
use crate::{ObjectId, Objects, Refusal, State, TagRef, TrustRoot};

/// How far a history may be believed, and why no further.
#[derive(Debug)]
pub struct Verdict {
    /// The tree of the last good commit.
    pub tree: Tree<Verified>,
    /// The policy of the last good commit.
    pub policy: Policy,
    /// What to keep for the next verification.
    pub state: State,
    /// Every commit that was judged now, good or bad, oldest first.
    pub steps: Vec<Step>,
    /// Why the newest commit behind the last good one is refused; `None` where the tip is good.
    pub refused: Option<Refusal>,
    /// Who signed the last good commit.
    pub signer: Signer,
    /// The algorithm of its signature, such as `ssh-ed25519` or `openpgp-rsa-sha512`.
    pub algorithm: String,
    /// SHA-256 of the bytes that it signs, in lower-case hexadecimal.
    pub payload_sha256: String,
    /// The last good commit's committer date.
    pub committed: Timestamp,
    /// What lifted it that the history was rewritten, if it was: [`Self::steps`] begin at the introduction then.
    pub rewrite: Option<Rewrite>,
    authority: Arc<Authority>,
    history: History,
}

impl Verdict {
    pub(crate) fn new(
        objects: Arc<dyn Objects>,
        approvals: Vec<TagRef>,
        root: TrustRoot,
        now: Timestamp,
        walk: Walk,
    ) -> Self {
        let Walk {
            good,
            passed,
            steps,
            state,
            rewrite,
            ..
        } = walk;
        let refused = steps.last().and_then(|step| step.refused.clone());
        let tree = Tree::covered_by(Arc::clone(&objects), &good);
        let (policy, committed) = (good.authority.policy().clone(), good.committed);
        let authority = Arc::clone(&good.authority);
        let history = History {
            objects,
            approvals,
            root,
            now,
            last: good.commit(),
            left: state.left.clone(),
            passed,
            earlier: OnceLock::new(),
            former: OnceLock::new(),
        };
        Self {
            tree,
            policy,
            state,
            steps,
            refused,
            signer: good.signer,
            algorithm: good.algorithm,
            payload_sha256: good.payload_sha256,
            committed,
            rewrite,
            authority,
            history,
        }
    }

    /// The policy of the last good commit with its keys, ready to be asked.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The tree of an earlier good commit.
    ///
    /// What was good before the walk began is found out by a walk from the introduction, once;
    /// keys are judged there by committers' dates, since all of it was accepted before. So is what was good on histories that
    /// were left by a reset, as far as it is at hand.
    ///
    /// # Errors
    /// [`HistoryError::NotGood`] where the commit is not on one of these mainlines or was refused;
    /// [`HistoryError::Verify`] where the history cannot be walked.
    pub fn past(&self, commit: ObjectId) -> Result<Tree<Verified>, HistoryError> {
        let history = &self.history;
        let is_it = |good: &&Good| good.commit() == commit;
        let good = match history.passed.iter().find(is_it) {
            Some(good) => Some(good),
            None => match history.earlier()?.iter().find(is_it) {
                Some(good) => Some(good),
                None => history.former().iter().find(is_it),
            },
        };
        let good = good.ok_or_else(|| HistoryError::NotGood {
            commit,
            last: history.last,
        })?;
        Ok(Tree::covered_by(Arc::clone(&history.objects), good))
    }
}

/// What there is to say of a history to people, who cannot go on from it.
#[derive(Debug)]
pub struct Review {
    /// The last good commit.
    pub commit: ObjectId,
    /// Who signed it.
    pub signer: Signer,
    /// Its committer date.
    pub committed: Timestamp,
    /// Every commit that was judged now, good or bad, oldest first.
    pub steps: Vec<Step>,
    /// Why the newest commit behind the last good one is refused; `None` where the tip is good.
    pub refused: Option<Refusal>,
    /// Why nobody goes on from the last good commit: a key that is revoked for good has a part in
    /// what was accepted ([`VerifyError::Suspended`]).
    pub doubt: Option<VerifyError>,
    /// What lifted it that the history was rewritten, if it was: [`Self::steps`] begin at the introduction then.
    pub rewrite: Option<Rewrite>,
    authority: Arc<Authority>,
}

impl Review {
    pub(crate) fn new(walk: Walk, doubt: Option<VerifyError>) -> Self {
        let Walk {
            good,
            steps,
            rewrite,
            ..
        } = walk;
        Self {
            commit: good.commit(),
            committed: good.committed,
            authority: good.authority,
            signer: good.signer,
            refused: steps.last().and_then(|step| step.refused.clone()),
            steps,
            doubt,
            rewrite,
        }
    }

    /// The policy of the last good commit with its keys, ready to be asked.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }
}

/// What it takes to look up an earlier commit.
struct History {
    objects: Arc<dyn Objects>,
    approvals: Vec<TagRef>,
    root: TrustRoot,
    now: Timestamp,
    last: ObjectId,
    /// What was verified last of histories that were left.
    left: Vec<ObjectId>,
    passed: Vec<Good>,
    earlier: OnceLock<Vec<Good>>,
    former: OnceLock<Vec<Good>>,
}

impl History {
    /// Every good commit from the introduction on.
    fn earlier(&self) -> Result<&[Good], HistoryError> {
        if let Some(earlier) = self.earlier.get() {
            return Ok(earlier);
        }
        let earlier = self.up_to(self.last)?;
        Ok(self.earlier.get_or_init(|| earlier))
    }

    /// Every good commit of the histories that were left, of those that are at hand.
    fn former(&self) -> &[Good] {
        self.former.get_or_init(|| {
            let left = self.left.iter().rev();
            left.filter_map(|last| self.up_to(*last).ok())
                .flatten()
                .collect()
        })
    }

    /// Every good commit from the introduction up to one that was good.
    fn up_to(&self, last: ObjectId) -> Result<Vec<Good>, VerifyError> {
        let from = State {
            floor: Some(last),
            ..State::default()
        };
        let approvals = Approvals::new(&self.objects, &self.approvals, None);
        let (objects, root) = (&self.objects, &self.root);
        let walk = Walk::replay(objects, last, &approvals, root, &from, self.now)?;
        Ok(walk.passed)
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

/// Why an earlier commit's tree is not handed out.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The commit is none of the good ones that lead to the last good one.
    #[error("commit {commit} is not among the verified commits that lead to {last}")]
    NotGood {
        /// The commit.
        commit: ObjectId,
        /// The last good commit.
        last: ObjectId,
    },
    /// The history could not be walked.
    #[error("walking the history from its introduction")]
    Verify(#[from] VerifyError),
}
