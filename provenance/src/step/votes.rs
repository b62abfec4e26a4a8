//! Who agreed to a step, besides its signer.
//!
//! Approvals are looked at where the signer alone is not enough, and nowhere else: a step that
//! needs nobody's is judged without reading a tag or a content.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::paths::{escaped, shortened};
use super::{Approved, Case, Stop, chain};
use crate::approval::{Found, Signed};
use crate::authority::{Authority, Denial, Holder};
use crate::delta::Deltas;
use crate::verify::Signer;

/// How many approvals that do not count a message names.
const NAMED: usize = 3;

/// A step under one policy.
#[derive(Clone, Copy)]
pub(super) struct Under<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) authority: &'a Authority,
    /// The step's signer as this policy knows them.
    pub(super) signer: &'a Holder,
    pub(super) votes: &'a OnceCell<Votes>,
}

/// The approvals of a step under one policy.
#[derive(Debug)]
pub(super) struct Votes {
    counting: Vec<Vote>,
    /// What is said about those that do not count.
    idle: BTreeSet<String>,
}

/// An approval that counts.
#[derive(Debug)]
struct Vote {
    approved: Approved,
    /// Which of the step's changes it covers.
    covers: Range<usize>,
}

/// The rules that a path meets, and the approvals that took part.
pub(super) struct Met<'a> {
    pub(super) rules: Vec<usize>,
    pub(super) approved: Vec<&'a Approved>,
}

impl<'a> Under<'a> {
    /// Whether the change of that number is allowed; `None` where no rule matches its path.
    pub(super) fn judge(self, index: usize) -> Result<Option<Result<Met<'a>, Denial>>, Stop> {
        let path = &self.case.changes[index].path;
        let met = |rules, approved| Met { rules, approved };
        match self.authority.judge(path, self.signer, &[]) {
            None => return Ok(None),
            Some(Ok(rules)) => return Ok(Some(Ok(met(rules, Vec::new())))),
            Some(Err(_)) => {}
        }
        let votes = self.votes()?.on(index);
        let names: Vec<&str> = votes.iter().map(|vote| &*vote.signer.principal).collect();
        let judged = self.authority.judge(path, self.signer, &names);
        let helps = |vote: &&Approved| {
            let principal = &vote.signer.principal;
            self.authority.needs(path, self.signer, principal)
        };
        let approved = || votes.into_iter().filter(helps).collect();
        Ok(judged.map(|judged| judged.map(|rules| met(rules, approved()))))
    }

    /// The approvals by which, with the signer, the root group's threshold is met for the change
    /// of that number.
    pub(super) fn root_met(self, index: usize, which: &str) -> Result<Vec<&'a Approved>, Stop> {
        if self.authority.root_met(self.signer, &[]).is_ok() {
            return Ok(Vec::new());
        }
        let mut approved = self.votes()?.on(index);
        approved.retain(|vote| self.authority.is_root(&vote.signer.principal));
        let names: Vec<&str> = approved
            .iter()
            .map(|vote| &*vote.signer.principal)
            .collect();
        match self.authority.root_met(self.signer, &names) {
            Ok(()) => Ok(approved),
            Err(needs) => Err(Stop::Refused(
                crate::Reason::NotAllowed,
                format!(
                    "changing the policy {needs} under the {which} policy; signed by {}{}",
                    self.authority.describe(self.signer),
                    self.said(&[index])?
                ),
            )),
        }
    }

    /// What there is to say about approvals where the changes of these numbers are not allowed:
    /// nothing, or a semicolon and who approved.
    pub(super) fn said(self, denied: &[usize]) -> Result<String, Stop> {
        Ok(self.votes()?.said(denied))
    }

    fn votes(self) -> Result<&'a Votes, Stop> {
        if let Some(votes) = self.votes.get() {
            return Ok(votes);
        }
        let mut votes = Votes {
            counting: Vec::new(),
            idle: BTreeSet::new(),
        };
        for found in self.case.context.approvals.all()? {
            match self.vote(found)? {
                Ok(vote) => votes.counting.push(vote),
                Err(why) => {
                    votes.idle.insert(why);
                }
            }
        }
        Ok(self.votes.get_or_init(|| votes))
    }

    /// The approval, or why it does not count.
    fn vote(self, found: &Found) -> Result<Result<Vote, String>, Stop> {
        let (approval, holder) = match self.signed(found) {
            Ok(signed) => signed,
            Err(why) => {
                let name = escaped(found.tag.reference.as_bytes());
                return Ok(Err(format!(
                    "the tag {} is no approval: {why}",
                    shortened(&name)
                )));
            }
        };
        let by = &holder.principal;
        if let Some(other) = self.meant_for(approval) {
            return Ok(Err(format!("approval by {by} is for another {other}")));
        }
        let Some(covers) = self.case.deltas()?.covered_by(&approval.approval.delta) else {
            return Ok(Err(format!("approval by {by} is for another change")));
        };
        if let Err(stop) = self.counts(approval, holder) {
            return match stop {
                Stop::Refused(_, why) => Ok(Err(format!("approval by {by} does not count: {why}"))),
                failed @ Stop::Failed(_) => Err(failed),
            };
        }
        let signer = Signer {
            principal: by.clone(),
            fingerprint: holder.fingerprint.clone(),
        };
        let approved = Approved {
            tag: found.tag.clone(),
            signer,
        };
        Ok(Ok(Vote { approved, covers }))
    }

    /// A readable approval that a principal signed. The key is looked up before it is used.
    fn signed<'f>(self, found: &'f Found) -> Result<(&'f Signed, &'a Holder), String> {
        let signed = found.read.as_ref().map_err(Clone::clone)?;
        let fingerprint = signed.signature.fingerprint();
        let holder = self
            .authority
            .holder(fingerprint)
            .ok_or_else(|| format!("signed by {fingerprint}, a key of no principal"))?;
        signed.check().map_err(|error| chain(&error))?;
        if holder.touch {
            let touched = signed.signature.check_touched();
            touched.map_err(|error| chain(&error))?;
        }
        Ok((signed, holder))
    }

    /// What an approval is for, if it is not for this history.
    fn meant_for(self, signed: &Signed) -> Option<&'static str> {
        let root = self.case.context.root;
        if signed.approval.repository != root.repository {
            Some("repository")
        } else if signed.approval.reference != root.reference {
            Some("ref")
        } else {
            None
        }
    }

    /// Whether an approval of this step is a person's, another one's than the signer's, by a key
    /// that counts as the signer's must, and not expired when the step was made. Like any step,
    /// it was not made before the one that it stands on, whatever its committer wrote.
    fn counts(self, signed: &Signed, holder: &Holder) -> Result<(), Stop> {
        let case = self.case;
        let no = |why: String| Err(Stop::Refused(crate::Reason::NotAllowed, why));
        if !holder.is_person() {
            return no("only persons approve".to_owned());
        }
        if holder.principal == self.signer.principal {
            return no("who signs a commit does not approve it too".to_owned());
        }
        let times = case.times;
        times.check(holder, &case.context.root.revoked, "the trust anchor")?;
        times.check(holder, &self.authority.policy().revoked, "the policy")?;
        let (made, expires) = (
            case.commit.committed.max(case.good.committed),
            signed.approval.expires,
        );
        if made >= expires {
            return no(format!("it expired {expires}, and the commit is of {made}"));
        }
        Ok(())
    }
}

impl Votes {
    fn on(&self, index: usize) -> Vec<&Approved> {
        let covering = self
            .counting
            .iter()
            .filter(|vote| vote.covers.contains(&index));
        covering.map(|vote| &vote.approved).collect()
    }

    fn said(&self, denied: &[usize]) -> String {
        let (mut approvers, mut idle) = (BTreeSet::new(), self.idle.clone());
        for Vote { approved, covers } in &self.counting {
            let principal = &*approved.signer.principal;
            if denied.iter().any(|index| covers.contains(index)) {
                approvers.insert(principal);
            } else {
                idle.insert(format!("approval by {principal} is for other paths"));
            }
        }
        let mut parts = Vec::new();
        if !approvers.is_empty() {
            let names: Vec<&str> = approvers.into_iter().collect();
            parts.push(format!("; approved by {}", names.join(", ")));
        }
        parts.extend(idle.iter().take(NAMED).map(|why| format!("; {why}")));
        if let Some(more) = idle.len().checked_sub(NAMED + 1) {
            parts.push(format!("; and {} more approvals do not count", more + 1));
        }
        parts.concat()
    }
}

impl<'a> Case<'a> {
    /// The step under the policy of the last good commit.
    pub(super) fn under_old(&'a self) -> Under<'a> {
        Under {
            case: self,
            authority: &self.good.authority,
            signer: self.signer,
            votes: &self.votes,
        }
    }

    fn deltas(&self) -> Result<&Deltas, Stop> {
        if let Some(deltas) = self.deltas.get() {
            return Ok(deltas);
        }
        let deltas = Deltas::of(&**self.context.objects, self.changes)?;
        Ok(self.deltas.get_or_init(|| deltas))
    }
}
