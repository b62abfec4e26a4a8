//! What would come of a reset, for who makes one.

use jiff::Timestamp;

use super::count::counted;
use super::{Question, named, undone};
use crate::ObjectId;
use crate::step::{Approved, Discounted};
use crate::verify::chain::chain;
use crate::verify::{Good, Signer, VerifyError};

/// What would come of resetting what was verified last to another commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What was verified last.
    pub from: Standing,
    /// What would be gone on from; `None` where nobody does.
    pub to: Option<Standing>,
    /// The last commit that both histories have.
    pub parted: ObjectId,
    /// How many commits behind that are left, on the old mainline.
    pub left: usize,
    /// How many behind it are up to the other commit, on the new one.
    pub taken: usize,
    /// The resets that count by the policy of either.
    pub approvals: Vec<Approved>,
    /// Those that do not.
    pub discounted: Vec<Discounted>,
    /// What is still missing, as a sentence about the reset; `None` where everybody who verified the one would go on from the other.
    pub lacking: Option<String>,
    /// Why nobody would, whoever agrees.
    pub objection: Option<String>,
}

/// A good commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The commit.
    pub commit: ObjectId,
    /// Who signed it.
    pub signer: Signer,
    /// Its committer's date.
    pub committed: Timestamp,
    /// The version of its policy.
    pub policy_version: u64,
}

/// What resetting what was verified last to a commit comes to.
pub(super) fn of(question: Question<'_>, to: ObjectId) -> Result<Outlook, VerifyError> {
    let left = question.left()?;
    let from = left.commit();
    let resets = question.resets(from)?;
    let parted = question.parted(to)?;
    let walk = question.walk(to, &parted)?;
    let count = counted(question, &resets, to, &left.authority)?;
    let (good, objection) = match named(to, &left, &walk) {
        _ if !parted.is_behind(to) => (None, Some(undone(from, to))),
        Ok(good) => (Some(good), None),
        Err(why) => (None, Some(why)),
    };
    let there = good.map(|good| counted(question, &resets, to, &good.authority));
    let there = there.transpose()?;
    let here = count.lacking.as_ref().map(|need| format!("it {need}"));
    let by_new = there.as_ref().and_then(|there| there.lacking.as_ref());
    let by_new = by_new.map(|need| format!("by the policy of {} it {need}", to.short()));
    let lacking = here.or(by_new);
    let count = match there {
        Some(there) => count.and(there),
        None => count,
    };
    Ok(Outlook {
        left: chain(question.objects, parted.at, from)?.commits.len(),
        taken: parted.place(to).saturating_sub(parted.place(parted.at)),
        parted: parted.at,
        from: Standing::of(&left),
        to: good.map(Standing::of),
        approvals: count.approved,
        discounted: count.void,
        lacking,
        objection,
    })
}

impl Outlook {
    /// The persons whose resets count, each once.
    pub fn approvers(&self) -> Vec<&str> {
        let approvals = self.approvals.iter();
        let mut names: Vec<&str> = approvals.map(|one| &*one.signer.principal).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Standing {
    fn of(good: &Good) -> Self {
        Self {
            commit: good.commit(),
            signer: good.signer.clone(),
            committed: good.committed,
            policy_version: good.authority.policy().version,
        }
    }
}
