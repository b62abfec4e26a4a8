//! Whether a step's signer, with those who approved it, may change each path that it changes.

use super::policy::New;
use super::votes::{Told, Under};
use super::{Allowed, Approved, Case, Denied, Findings, Step, Stop, escaped, shortened};
use signet_api::ROOT_GROUP;

use crate::Reason;
use crate::authority::Denial;
use crate::tree::Change;
use crate::verify::Good;

/// How many denied paths a message names.
const NAMED: usize = 3;
/// How many paths are kept.
const KEPT: usize = 1000;
/// How many bytes they have together, but for the last one.
const KEPT_BYTES: usize = 1 << 20;
/// Up to how many paths a message looks for somebody who may change them all.
const TRIED: usize = 100;

/// The rules that allow each path, and the paths that none allows.
///
/// A path that no rule of the last good policy matches is judged by the policy that the step
/// brings, so that a new tenant is one commit.
pub(super) fn judge<'a>(
    case: &'a Case<'a>,
    new: Option<&'a New>,
    findings: &mut Findings,
) -> Result<(Vec<Allowed>, Denials<'a>), Stop> {
    let mut allowed = Vec::new();
    let mut denied = Vec::new();
    for (index, change) in case.changes.iter().enumerate() {
        let path = escaped(&change.path);
        let mut under = case.under_old();
        let mut judged = under.judge(index)?;
        if let (None, Some(new)) = (&judged, new) {
            under = new.under(case);
            judged = under.judge(index)?;
        }
        match judged {
            Some(Ok(met)) => {
                allowed.push(Allowed {
                    path,
                    rules: met.rules,
                    policy_version: under.authority.policy().version,
                    approvers: persons(&met.approved),
                });
                findings.count(met.approved);
            }
            Some(Err(denial)) => denied.push(Refused::new(index, denial, under)),
            None => denied.push(Refused::new(index, Denial::NoRule, under)),
        }
    }
    Ok((allowed, Denials(denied)))
}

impl Step {
    /// Leaves as many of the allowed paths as a step tells of: the rules have been asked for all.
    pub(super) fn bound_paths(&mut self) {
        let mut bytes = 0;
        let kept = self.paths.iter().take(KEPT).take_while(|allowed| {
            let is_kept = bytes < KEPT_BYTES;
            bytes += allowed.path.len();
            is_kept
        });
        let kept = kept.count();
        self.untold += self.paths.len() - kept;
        self.paths.truncate(kept);
        self.paths.shrink_to_fit();
    }

    /// Forgets the allowed paths, but for how many they are.
    pub(crate) fn forget_paths(&mut self) {
        self.untold += std::mem::take(&mut self.paths).len();
    }

    /// About how many bytes the allowed paths take.
    pub(crate) fn bytes_of_paths(&self) -> usize {
        let of_path = |allowed: &Allowed| size_of::<Allowed>() + allowed.path.len();
        self.paths.iter().map(of_path).sum()
    }
}

/// The changes of a step that are not allowed.
pub(super) struct Denials<'a>(Vec<Refused<'a>>);

impl Denials<'_> {
    /// The refusal that names them, if there are any.
    pub(super) fn refuse(&self, case: &Case<'_>, findings: &mut Findings) -> Result<(), Stop> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut told = self.told()?;
        let message = message(&self.0, &told, case);
        told.discounted.retain(|one| !findings.has(&one.tag));
        findings.deny(self.len(), self.kept(), told);
        Err(Stop::Refused(Reason::NotAllowed, message))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn retain(&mut self, keeps: impl Fn(&Denied) -> bool) {
        self.0.retain(|denied| keeps(&denied.denied()));
    }

    /// Leaves out those that a policy might allow which is not known.
    pub(super) fn drop_unruled(&mut self) {
        self.0.retain(|denied| denied.denial != Denial::NoRule);
    }

    /// What there is to say about approvals, by the policy of the first path that some would help.
    pub(super) fn told(&self) -> Result<Told, Stop> {
        let indices: Vec<usize> = self.0.iter().map(|denied| denied.index).collect();
        let mut denied = self.0.iter();
        match denied.find(|denied| denied.denial != Denial::NoRule) {
            Some(Refused { under, .. }) => under.told(&indices),
            None => Ok(Told::default()),
        }
    }

    /// As many as a step tells of.
    pub(super) fn kept(&self) -> Vec<Denied> {
        let mut bytes = 0;
        let kept = self.0.iter().take(KEPT).take_while(|denied| {
            let is_kept = bytes < KEPT_BYTES;
            bytes += denied.path().len();
            is_kept
        });
        kept.map(Refused::denied).collect()
    }

    /// What the first of those lack that lack others than the root group, each behind a semicolon.
    pub(super) fn but_of_root(&self) -> String {
        let is_other = |denied: &&Refused<'_>| match &denied.denial {
            Denial::NoRule | Denial::Beyond(_) => true,
            Denial::NotMet(need) => need.group != ROOT_GROUP,
        };
        let others: Vec<&Refused<'_>> = self.0.iter().filter(is_other).collect();
        let needs = std::iter::once(String::new()).chain(needs(&others));
        needs.collect::<Vec<_>>().join("; ")
    }
}

/// The persons who gave these approvals, each once.
fn persons(approved: &[&Approved]) -> Vec<String> {
    let names = approved
        .iter()
        .map(|approved| approved.signer.principal.clone());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A change that is not allowed.
struct Refused<'a> {
    index: usize,
    denial: Denial,
    /// The policy that it was judged by.
    under: Under<'a>,
}

impl<'a> Refused<'a> {
    fn new(index: usize, denial: Denial, under: Under<'a>) -> Self {
        Self {
            index,
            denial,
            under,
        }
    }

    fn path(&self) -> &[u8] {
        &self.under.case.changes[self.index].path
    }

    fn denied(&self) -> Denied {
        Denied {
            path: escaped(self.path()),
            denial: self.denial.clone(),
        }
    }

    fn need(&self) -> String {
        let path = escaped(self.path());
        self.denial.of(&shortened(&path))
    }
}

/// Which paths, what they need, who signed, and what would let the history move on.
fn message(denied: &[Refused<'_>], told: &Told, case: &Case<'_>) -> String {
    let all: Vec<&Refused<'_>> = denied.iter().collect();
    let has_rule = |denied: &Refused<'_>| denied.denial != Denial::NoRule;
    let approving = if denied.iter().all(has_rule) {
        super::approving(case)
    } else {
        String::new()
    };
    format!(
        "{}; signed by {}, commit {}{}. {approving}{}",
        needs(&all).join("; "),
        case.good.authority.describe(case.signer),
        case.id.short(),
        told.to_message(),
        remedy(case.changes, case.good)
    )
}

/// What the first of them need, and how many more there are.
fn needs(denied: &[&Refused<'_>]) -> Vec<String> {
    let mut needs: Vec<String> = denied.iter().take(NAMED).map(|one| one.need()).collect();
    if denied.len() > NAMED {
        needs.push(format!(
            "and {} more paths are not allowed",
            denied.len() - NAMED
        ));
    }
    needs
}

/// A later commit is judged with everything since the last good one, so only those who may
/// change all of it can vouch.
fn remedy(changes: &[Change], good: &Good) -> String {
    let names = if changes.len() > TRIED {
        Vec::new()
    } else {
        good.authority.who_may(changes)
    };
    let back = format!(
        "that takes it back to {} lets the history move on",
        good.commit().short()
    );
    match &names[..] {
        [] => format!("A commit {back}"),
        names => format!(
            "A later commit signed by {} vouches for it, or one {back}",
            names.join(" or ")
        ),
    }
}
