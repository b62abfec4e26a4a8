//! Whether a step's signer may change each path that it changes.

use super::policy::New;
use super::{Allowed, Stop};
use crate::authority::{Authority, Denial, Holder};
use crate::tree::Change;
use crate::verify::Good;
use crate::{ObjectId, Reason};

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
    changes: &[Change],
    good: &Good,
    new: Option<&New>,
    signer: &Holder,
    commit: ObjectId,
) -> Result<Vec<Allowed>, Stop> {
    let mut allowed = Vec::new();
    let mut denied = Vec::new();
    for change in changes {
        let path = escaped(&change.path);
        let by_old = judge(&good.authority, &change.path, signer);
        let judged = by_old.or_else(|| judge(&new?.authority, &change.path, &new?.signer));
        match judged {
            Some(Ok((policy_version, rules))) => allowed.push(Allowed {
                path,
                rules,
                policy_version,
            }),
            Some(Err(denial)) => denied.push((path, denial)),
            None => denied.push((path, Denial::NoRule)),
        }
    }
    if denied.is_empty() {
        return Ok(allowed);
    }
    let message = message(&denied, changes, good, signer, commit);
    Err(Stop::Refused(Reason::NotAllowed, message))
}

type Judged = Result<(u64, Vec<usize>), Denial>;

fn judge(authority: &Authority, path: &[u8], signer: &Holder) -> Option<Judged> {
    let judged = authority.judge(path, signer)?;
    Some(judged.map(|rules| (authority.policy().version, rules)))
}

/// Which paths, what they need, who signed, and what would let the history move on.
fn message(
    denied: &[(String, Denial)],
    changes: &[Change],
    good: &Good,
    signer: &Holder,
    commit: ObjectId,
) -> String {
    let mut paths: Vec<String> = denied
        .iter()
        .take(NAMED)
        .map(|(path, denial)| need(path, denial))
        .collect();
    if denied.len() > NAMED {
        paths.push(format!(
            "and {} more paths are not allowed",
            denied.len() - NAMED
        ));
    }
    let (paths, who) = (paths.join("; "), good.authority.describe(signer));
    format!(
        "{paths}; signed by {who}, commit {}. {}",
        commit.short(),
        remedy(changes, good)
    )
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
fn shortened(path: &str) -> String {
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
