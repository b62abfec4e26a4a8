//! Whether a step's signer may change each path that it changes.

use super::policy::New;
use super::{Allowed, Stop};
use crate::authority::{Authority, Denial, Holder};
use crate::tree::Change;
use crate::verify::Good;
use crate::{ObjectId, Reason};

/// How many denied paths a message names.
const NAMED: usize = 3;

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
    Err(Stop::Refused(
        Reason::NotAllowed,
        message(&denied, good, signer, commit),
    ))
}

type Judged = Result<(u64, Vec<usize>), Denial>;

fn judge(authority: &Authority, path: &[u8], signer: &Holder) -> Option<Judged> {
    let judged = authority.judge(path, signer)?;
    Some(judged.map(|rules| (authority.policy().version, rules)))
}

/// Which paths, what they need, who signed, and what would let the history move on.
fn message(denied: &[(String, Denial)], good: &Good, signer: &Holder, commit: ObjectId) -> String {
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
    let groups = good.authority.groups_of(&signer.principal);
    let groups = if groups.is_empty() {
        "none".to_owned()
    } else {
        groups.join(", ")
    };
    let (paths, remedy) = (paths.join("; "), remedy(denied, good));
    let who = format!("{} (groups: {groups})", signer.principal);
    format!(
        "{paths}; signed by {who}, commit {}. {remedy}",
        commit.short()
    )
}

fn need(path: &str, denial: &Denial) -> String {
    match denial {
        Denial::NoRule => format!("{path} is named by no rule of the policy"),
        Denial::NotMet {
            threshold, group, ..
        } => format!("{path} needs {threshold} of group {group}"),
    }
}

fn remedy(denied: &[(String, Denial)], good: &Good) -> String {
    let back = format!(
        "a commit that takes it back to {} lets the history move on",
        good.commit().short()
    );
    let vouch = denied.iter().find_map(|(_, denial)| match denial {
        Denial::NotMet {
            threshold: 1,
            missing,
            ..
        } if !missing.is_empty() => Some(missing.join(" or ")),
        _ => None,
    });
    match vouch {
        Some(names) => format!("A later commit signed by {names} vouches for it, or {back}"),
        None => back.replacen('a', "A", 1),
    }
}

/// Paths are bytes; those that are no text, or would disturb a line of a log, are escaped.
pub(super) fn escaped(path: &[u8]) -> String {
    match std::str::from_utf8(path) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => path.escape_ascii().to_string(),
    }
}
