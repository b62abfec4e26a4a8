//! Who agreed to a step, besides its signer.
//!
//! Approvals are looked at where the signer alone is not enough, and nowhere else: a step that
//! needs nobody's is judged without reading a tag or a content. Then they are found by what they
//! are of, so that those that a history has gathered cost nothing but their reading.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use signet_api::Class;

use super::{Approved, Case, Discounted, Stop, escaped, shortened, time};
use crate::approval::{Found, Signed};
use crate::authority::{Authority, Denial, Holder, Need};
use crate::delta::Deltas;
use crate::{Approval, TagRef};

/// How many approvals that do not count a message names.
const NAMED: usize = 3;
/// How many of them a step tells of.
const SOUGHT: usize = 100;

/// A step under one policy.
#[derive(Clone, Copy)]
pub(super) struct Under<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) authority: &'a Authority,
    /// The step's signer as this policy knows them.
    pub(super) signer: &'a Holder,
    pub(super) votes: &'a OnceCell<Votes>,
}

/// The approvals of a step's changes under one policy.
#[derive(Debug, Default)]
pub(super) struct Votes {
    counting: Vec<Vote>,
    void: Vec<Discounted>,
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

/// What there is to say about approvals where changes are not allowed.
#[derive(Default)]
pub(super) struct Told {
    /// Those that helped.
    pub(super) approved: Vec<Approved>,
    /// Those that did not, the most telling first.
    pub(super) discounted: Vec<Discounted>,
}

impl<'a> Under<'a> {
    /// Whether the change of that number is allowed; `None` where no rule matches its path.
    pub(super) fn judge(self, index: usize) -> Result<Option<Result<Met<'a>, Denial>>, Stop> {
        let path = &self.case.changes[index].path;
        let met = |rules, approved| Met { rules, approved };
        match self.authority.judge(path, self.signer, &[]) {
            None => return Ok(None),
            Some(Ok(rules)) => {
                let kept = self.keeps_to_fields(index, None)?;
                return Ok(Some(kept.map(|()| met(rules, Vec::new()))));
            }
            Some(Err(_)) => {}
        }
        let votes = self.votes()?.on(index);
        let names: Vec<&str> = votes.iter().map(|vote| &*vote.signer.principal).collect();
        let judged = self.authority.judge(path, self.signer, &names);
        let helps = |vote: &&Approved| self.helps(index, vote);
        let approved = || votes.into_iter().filter(helps).collect();
        Ok(judged.map(|judged| judged.map(|rules| met(rules, approved()))))
    }

    /// The approvals by which, with the signer, the root group's threshold is met for the change
    /// of that number; what is asked if it is not.
    pub(super) fn root_met(self, index: usize) -> Result<Result<Vec<&'a Approved>, Need>, Stop> {
        if self.authority.root_met(self.signer, &[]).is_ok() {
            return Ok(Ok(Vec::new()));
        }
        let mut approved = self.votes()?.on(index);
        approved.retain(|vote| self.authority.is_root(&vote.signer.principal));
        let names = approved.iter().map(|vote| &*vote.signer.principal);
        let met = self
            .authority
            .root_met(self.signer, &names.collect::<Vec<_>>());
        Ok(met.map(|()| approved))
    }

    /// The approvals by which, with the signer, a commit on a side branch has what the rule of that
    /// number asks of it for one of its changes; what is asked if it has not.
    pub(super) fn on_side(
        self,
        index: usize,
        rule: usize,
    ) -> Result<Result<Vec<&'a Approved>, Denial>, Stop> {
        let path = &self.case.changes[index].path;
        let meets = |names: &[&str]| self.authority.meets_on_side(rule, path, self.signer, names);
        if meets(&[]).is_ok() {
            let kept = self.keeps_to_fields(index, Some(rule))?;
            return Ok(kept.map(|()| Vec::new()));
        }
        let mut approved = self.votes()?.on(index);
        approved.retain(|vote| self.authority.asks(rule, &vote.signer.principal));
        let names = approved.iter().map(|vote| &*vote.signer.principal);
        let met = meets(&names.collect::<Vec<_>>());
        Ok(met.map(|()| approved).map_err(Denial::NotMet))
    }

    /// What there is to say about approvals where the changes of these numbers are not allowed.
    pub(super) fn told(self, denied: &[usize]) -> Result<Told, Stop> {
        let votes = self.votes()?;
        let mut told = Told {
            approved: Vec::new(),
            discounted: votes.void.clone(),
        };
        for Vote { approved, covers } in &votes.counting {
            let mut covered = denied.iter().filter(|index| covers.contains(index));
            let by = &approved.signer.principal;
            let why = match covered.next() {
                None => format!("approval by {by} is for other paths"),
                Some(first) => {
                    let mut all = std::iter::once(first).chain(covered);
                    if all.any(|index| self.helps(*index, approved)) {
                        told.approved.push(approved.clone());
                        continue;
                    }
                    format!("approval by {by} does not count: it is asked of none of their groups")
                }
            };
            told.discounted.push(Discounted::new(&approved.tag, why));
        }
        told.discounted.sort();
        told.discounted.extend(self.astray()?);
        told.discounted.truncate(SOUGHT);
        told.approved.sort();
        Ok(told)
    }

    fn helps(self, index: usize, approved: &Approved) -> bool {
        let path = &self.case.changes[index].path;
        let principal = &approved.signer.principal;
        self.authority.needs(path, self.signer, principal)
    }

    fn votes(self) -> Result<&'a Votes, Stop> {
        if let Some(votes) = self.votes.get() {
            return Ok(votes);
        }
        let mut votes = Votes::default();
        let approvals = self.case.context.approvals;
        // Without any, and where they could not help, no content needs to be read.
        if self.signer.class != Class::Automation && !approvals.are_none()? {
            for (delta, covers) in self.case.deltas()?.iter() {
                for found in approvals.of(delta)? {
                    votes.add(found, covers.clone(), self.opinion(found)?);
                }
            }
        }
        Ok(self.votes.get_or_init(|| votes))
    }

    /// The holder of the key that signed an approval of some of the step's changes, or why it
    /// does not count.
    fn opinion(self, found: &Found) -> Result<Result<&'a Holder, String>, Stop> {
        let (signed, holder) = match self.signed(found)? {
            Ok(signed) => signed,
            Err(why) => return Ok(Err(why)),
        };
        let by = &holder.principal;
        if let Some(other) = self.meant_for(signed) {
            return Ok(Err(format!("approval by {by} is for another {other}")));
        }
        match self.counts(signed, holder) {
            Ok(()) => Ok(Ok(holder)),
            Err(Stop::Refused(_, why)) => {
                Ok(Err(format!("approval by {by} does not count: {why}")))
            }
            Err(failed @ Stop::Failed(_)) => Err(failed),
        }
    }

    /// A readable approval that a principal signed.
    fn signed<'f>(
        self,
        found: &'f Found,
    ) -> Result<Result<(&'f Signed<Approval>, &'a Holder), String>, Stop> {
        let no = |why: &str| {
            let name = escaped(found.tag.reference.as_bytes());
            format!("the tag {} is no approval: {why}", shortened(&name))
        };
        let signed = match &found.read {
            Ok(signed) => signed,
            Err(why) => return Ok(Err(no(why))),
        };
        let approvals = self.case.context.approvals;
        Ok(
            match approvals.signer(&found.tag, signed, self.authority)? {
                Ok(holder) => Ok((signed, holder)),
                Err(why) => Err(no(&why)),
            },
        )
    }

    /// What an approval is for, if it is not for this history.
    fn meant_for(self, signed: &Signed<Approval>) -> Option<&'static str> {
        let Approval {
            repository,
            reference,
            ..
        } = &signed.says;
        self.case.context.root.other(repository, reference)
    }

    /// Whether an approval of this step is a person's, another one's than the signer's, by a key
    /// that counts as the signer's must, and not expired when the step was made. Like any step,
    /// it was not made before those that it stands on, whatever its committer wrote.
    fn counts(self, signed: &Signed<Approval>, holder: &Holder) -> Result<(), Stop> {
        let case = self.case;
        let no = |why: String| Err(Stop::Refused(crate::Reason::NotAllowed, why));
        if !holder.is_person() {
            return no("only persons approve".to_owned());
        }
        if holder.principal == self.signer.principal {
            return no("who signs a commit does not approve it too".to_owned());
        }
        let times = case.times.of_approval(signed.dates);
        times.check(holder, &case.context.root.revoked, "the trust anchor")?;
        times.check(holder, &self.authority.policy().revoked, "the policy")?;
        let (made, expires) = (
            case.at.max(time::not_before(case.good)),
            signed.says.expires,
        );
        if made >= expires {
            return no(format!("it expired {expires}, and the commit is of {made}"));
        }
        Ok(())
    }

    /// Those that are of none of the step's changes, though somebody may have meant them to be:
    /// they tag the step, or were made since the last good commit. A history keeps all that it
    /// ever needed, which are of no interest here.
    fn astray(self) -> Result<Vec<Discounted>, Stop> {
        let approvals = self.case.context.approvals;
        // Automation is helped by none, whatever they are of.
        let is_read = self.signer.class != Class::Automation && !approvals.are_none()?;
        let deltas = is_read.then(|| self.case.deltas()).transpose()?;
        let mut astray = Vec::new();
        for found in approvals.all()? {
            let rank = match found.made {
                Some((target, _)) if target == self.case.id => 0,
                Some((_, tagged)) if tagged >= self.case.good.committed => 1,
                Some(_) => continue,
                None => 2,
            };
            let is_of_step = |signed: &Signed<Approval>| {
                deltas.is_some_and(|deltas| deltas.covered_by(&signed.says.delta).is_some())
            };
            if found.read.as_ref().is_ok_and(is_of_step) {
                continue;
            }
            let why = match self.signed(found)? {
                Ok((signed, holder)) => {
                    let other = self.meant_for(signed).unwrap_or("change");
                    format!("approval by {} is for another {other}", holder.principal)
                }
                Err(why) => why,
            };
            astray.push((rank, Discounted::new(&found.tag, why)));
            if astray.len() == SOUGHT {
                break;
            }
        }
        astray.sort();
        Ok(astray
            .into_iter()
            .map(|(_, discounted)| discounted)
            .collect())
    }
}

impl Votes {
    fn add(&mut self, found: &Found, covers: Range<usize>, opinion: Result<&Holder, String>) {
        let tag = found.tag.clone();
        match opinion {
            Ok(holder) => {
                let signer = holder.signer();
                let approved = Approved { tag, signer };
                self.counting.push(Vote { approved, covers });
            }
            Err(why) => self.void.push(Discounted { why, tag }),
        }
    }

    fn on(&self, index: usize) -> Vec<&Approved> {
        let covering = self
            .counting
            .iter()
            .filter(|vote| vote.covers.contains(&index));
        covering.map(|vote| &vote.approved).collect()
    }
}

impl Told {
    /// Puts what is told in order, each once.
    pub(super) fn settle(&mut self) {
        self.approved.sort();
        self.approved.dedup();
        let mut seen = BTreeSet::new();
        self.discounted.retain(|one| seen.insert(one.tag.clone()));
        self.discounted.truncate(SOUGHT);
    }

    /// Nothing, or a semicolon and who approved.
    pub(super) fn to_message(&self) -> String {
        let mut parts = Vec::new();
        let mut approvers: Vec<&str> = self
            .approved
            .iter()
            .map(|approved| &*approved.signer.principal)
            .collect();
        approvers.sort_unstable();
        approvers.dedup();
        if !approvers.is_empty() {
            parts.push(format!("; approved by {}", approvers.join(", ")));
        }
        let mut whys: Vec<&str> = self.discounted.iter().map(|one| &*one.why).collect();
        whys.dedup();
        parts.extend(whys.iter().take(NAMED).map(|why| format!("; {why}")));
        if let Some(more) = whys.len().checked_sub(NAMED + 1) {
            parts.push(format!("; and {} more approvals do not count", more + 1));
        }
        parts.concat()
    }
}

impl Discounted {
    pub(crate) fn new(tag: &TagRef, why: String) -> Self {
        let tag = tag.clone();
        Self { why, tag }
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
        let deltas = Deltas::of(&**self.context.objects, self.changes, self.context.digests)?;
        Ok(self.deltas.get_or_init(|| deltas))
    }
}
