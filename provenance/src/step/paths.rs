//! Whether a step's signer, with those who approved it, may change each path that it changes.

use super::policy::New;
use super::votes::Under;
use super::{Allowed, Case, Counted, Stop, count};
use crate::Reason;
use crate::authority::Denial;
use crate::tree::Change;
use crate::verify::Good;

/// How many denied paths a message names.
const NAMED: usize = 3;
/// How many characters of a path a message shows.
const SHOWN: usize = 200;
/// Up to how many paths a message looks for somebody who may change them all.
const TRIED: usize = 100;

/// The rules that allow each path, or the refusal that names those that none allows.
///
/// A path that no rule of the last good policy matches is judged by the policy that the step
/// brings, so that a new tenant is one commit.
pub(super) fn allow(
    case: &Case<'_>,
    new: Option<&New>,
    counted: &mut Counted,
) -> Result<Vec<Allowed>, Stop> {
    let mut allowed = Vec::new();
    let mut denied: Vec<Denied<'_>> = Vec::new();
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
                count(counted, met.approved);
                allowed.push(Allowed {
                    path,
                    rules: met.rules,
                    policy_version: under.authority.policy().version,
                });
            }
            Some(Err(denial)) => denied.push(Denied::new(index, denial, under)),
            None => denied.push(Denied::new(index, Denial::NoRule, under)),
        }
    }
    if denied.is_empty() {
        return Ok(allowed);
    }
    Err(Stop::Refused(Reason::NotAllowed, message(&denied, case)?))
}

/// A change that is not allowed.
struct Denied<'a> {
    index: usize,
    denial: Denial,
    /// The policy that it was judged by.
    under: Under<'a>,
}

impl<'a> Denied<'a> {
    fn new(index: usize, denial: Denial, under: Under<'a>) -> Self {
        Self {
            index,
            denial,
            under,
        }
    }

    fn need(&self) -> String {
        need(
            &escaped(&self.under.case.changes[self.index].path),
            &self.denial,
        )
    }
}

/// Which paths, what they need, who signed, and what would let the history move on.
fn message(denied: &[Denied<'_>], case: &Case<'_>) -> Result<String, Stop> {
    let mut paths: Vec<String> = denied.iter().take(NAMED).map(Denied::need).collect();
    if denied.len() > NAMED {
        paths.push(format!(
            "and {} more paths are not allowed",
            denied.len() - NAMED
        ));
    }
    let said = said(denied)?;
    let who = case.good.authority.describe(case.signer);
    Ok(format!(
        "{}; signed by {who}, commit {}{said}. {}",
        paths.join("; "),
        case.id.short(),
        remedy(case.changes, case.good)
    ))
}

/// What there is to say about approvals, by the policy of the first path that some would help.
fn said(denied: &[Denied<'_>]) -> Result<String, Stop> {
    let indices: Vec<usize> = denied.iter().map(|denied| denied.index).collect();
    let mut denied = denied.iter();
    match denied.find(|denied| denied.denial != Denial::NoRule) {
        Some(Denied { under, .. }) => under.said(&indices),
        None => Ok(String::new()),
    }
}

fn need(path: &str, denial: &Denial) -> String {
    let path = shortened(path);
    match denial {
        Denial::NoRule => format!(
            "{path} is named by no rule of the policy (signet/policy.yaml, where one can be added)"
        ),
        Denial::NotMet {
            pattern,
            threshold,
            group,
        } => {
            let pattern = shortened(pattern);
            format!("{path} needs {threshold} of group {group} (rule {pattern})")
        }
    }
}

/// A path can be longer than a condition's message may be.
pub(super) fn shortened(path: &str) -> String {
    match path.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
    }
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

/// Paths are bytes; those that are no text, or would disturb a line of a log, are escaped.
pub(super) fn escaped(path: &[u8]) -> String {
    match std::str::from_utf8(path) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => path.escape_ascii().to_string(),
    }
}
