//! The commits on side branches that a step merges.
//!
//! By default the merge vouches for them (`side: net`). A rule may ask that each of them that
//! touches its paths is signed by a principal (`signed`), or meets the rule itself
//! (`authorized`).

use std::collections::BTreeSet;
use std::sync::Arc;

use signet_api::Side;

use super::policy::New;
use super::signed::{self, Signed};
use super::time::Times;
use super::{Allowed, Context, Stop};
use crate::authority::Authority;
use crate::commit::{Commit, Links};
use crate::object::{self, Kind};
use crate::verify::Good;
use crate::{ObjectId, Objects, Reason};

/// Checks what the rules that allowed a step ask of its side branches.
pub(super) fn check(
    context: &Context<'_>,
    good: &Good,
    new: Option<&New>,
    paths: &[Allowed],
) -> Result<(), Stop> {
    let authorities = std::iter::once(&good.authority).chain(new.map(|new| &new.authority));
    for authority in authorities {
        let strict = strict_rules(authority, paths);
        if strict.is_empty() {
            continue;
        }
        for commit in side_commits(context, good)? {
            check_commit(context, good, authority, &strict, commit)
                .map_err(|stop| stop.on_side(commit))?;
        }
    }
    Ok(())
}

/// The rules among those that allowed the step that look at side branches.
fn strict_rules(authority: &Authority, paths: &[Allowed]) -> BTreeSet<usize> {
    let version = authority.policy().version;
    let rules = paths
        .iter()
        .filter(|path| path.policy_version == version)
        .flat_map(|path| &path.rules);
    rules
        .copied()
        .filter(|rule| {
            authority
                .rule(*rule)
                .is_some_and(|rule| rule.side != Side::Net)
        })
        .collect()
}

fn check_commit(
    context: &Context<'_>,
    good: &Good,
    authority: &Authority,
    strict: &BTreeSet<usize>,
    id: ObjectId,
) -> Result<(), Stop> {
    let bytes = object::read(&**context.objects, &id, Kind::Commit)?;
    let commit = Commit::parse(&bytes).map_err(|error| Stop::because(Reason::Malformed, &error))?;
    for path in own_paths(context, &commit)? {
        for rule in strict
            .iter()
            .filter(|rule| authority.matches(**rule, &path))
        {
            let Signed { holder, dates, .. } = signed::signed(context, &commit, authority)?;
            let times = Times::new(context, good, commit.committed, dates);
            times.check(holder, &context.root.revoked, "the trust anchor")?;
            times.check(holder, &authority.policy().revoked, "the policy")?;
            authority.meets_on_side(*rule, holder).map_err(|needs| {
                let path = super::escaped(&path);
                Stop::Refused(
                    Reason::NotAllowed,
                    format!("{path} {needs}; signed by {}", holder.principal),
                )
            })?;
        }
    }
    Ok(())
}

/// The paths that a commit itself changes: those in which it differs from every parent.
fn own_paths(context: &Context<'_>, commit: &Commit) -> Result<BTreeSet<Vec<u8>>, Stop> {
    let mut parents = Vec::new();
    for parent in &commit.parents {
        parents.push(Some(links(context.objects, *parent)?.tree));
    }
    if parents.is_empty() {
        parents.push(None);
    }
    let mut own: Option<BTreeSet<Vec<u8>>> = None;
    for parent in parents {
        let changes = context.trees.diff(parent, Some(commit.tree))?;
        let paths = changes.into_iter().map(|change| change.path).collect();
        own = Some(match own {
            Some(own) => own.intersection(&paths).cloned().collect(),
            None => paths,
        });
    }
    Ok(own.unwrap_or_default())
}

/// The commits that the mainline behind the last good commit merged, and that commit does not
/// have.
fn side_commits(context: &Context<'_>, good: &Good) -> Result<Vec<ObjectId>, Stop> {
    let behind = context
        .mainline
        .iter()
        .rposition(|commit| *commit == good.commit())
        .map_or(0, |index| index + 1);
    let mainline = &context.mainline[behind..];
    let mut merged = Vec::new();
    for commit in mainline {
        merged.extend(links(context.objects, *commit)?.parents.into_iter().skip(1));
    }
    if merged.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = BTreeSet::new();
    reach(context.objects, vec![good.commit()], &mut known)?;
    known.extend(mainline);
    reach(context.objects, merged, &mut known)
}

/// The commits that can be reached and are not known yet; they are known afterwards.
fn reach(
    objects: &Arc<dyn Objects>,
    from: Vec<ObjectId>,
    known: &mut BTreeSet<ObjectId>,
) -> Result<Vec<ObjectId>, Stop> {
    let (mut pending, mut reached) = (from, Vec::new());
    while let Some(commit) = pending.pop() {
        if known.insert(commit) {
            reached.push(commit);
            pending.extend(links(objects, commit)?.parents);
        }
    }
    Ok(reached)
}

fn links(objects: &Arc<dyn Objects>, commit: ObjectId) -> Result<Links, Stop> {
    let bytes = object::read(&**objects, &commit, Kind::Commit)?;
    let unreadable = || format!("commit {commit} has no readable tree and parents");
    Links::parse(&bytes).ok_or_else(|| Stop::Refused(Reason::Malformed, unreadable()))
}
