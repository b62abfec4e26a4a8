//! The commits on side branches that a step merges.
//!
//! By default the merge vouches for them (`side: net`). A rule may ask that each of them that
//! touches its paths is signed by a principal (`signed`), or meets the rule itself
//! (`authorized`), with those who approve what it changes of its first parent. These approvals
//! are judged as those of the step are, at the step's committer date.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use signet_api::Side;

use super::policy::New;
use super::signed::{Read, Signed};
use super::time::Times;
use super::votes::Under;
use super::{Allowed, Case, Context, Findings, Stop};
use crate::authority::{Authority, Denial};
use crate::commit::{Commit, Links};
use crate::object::{self, Kind};
use crate::tree::Change;
use crate::verify::Good;
use crate::{ObjectId, Objects, Reason};

/// Checks what the rules that allowed a step ask of its side branches.
pub(super) fn check(
    step: &Case<'_>,
    new: Option<&New>,
    paths: &[Allowed],
    findings: &mut Findings,
) -> Result<(), Stop> {
    let authorities = std::iter::once(&step.good.authority).chain(new.map(|new| &new.authority));
    for authority in authorities {
        let strict = strict_rules(authority, paths);
        if strict.is_empty() {
            continue;
        }
        for commit in side_commits(step.context, step.good)? {
            check_commit(step, authority, &strict, commit, findings)
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
    step: &Case<'_>,
    authority: &Authority,
    strict: &BTreeSet<usize>,
    id: ObjectId,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let (context, good) = (step.context, step.good);
    let read = Read::of(&object::read(&**context.objects, &id, Kind::Commit)?);
    let commit = read.reading()?;
    let changes = changes_of(context, commit)?;
    let own = own_paths(context, commit, &changes)?;
    let asks = |index: usize| {
        let path = &changes[index].path;
        let rules = strict.iter().copied();
        let rules = rules.filter(|rule| own.contains(path) && authority.matches(*rule, path));
        rules.map(move |rule| (index, rule))
    };
    let asked: Vec<(usize, usize)> = (0..changes.len()).flat_map(asks).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let Signed { holder, dates, .. } = read.signed(context, authority)?;
    let times = Times::new(context, good, commit.committed, dates);
    times.check(holder, &context.root.revoked, "the trust anchor")?;
    times.check(holder, &authority.policy().revoked, "the policy")?;
    let case = Case {
        context,
        good,
        id,
        commit,
        signer: holder,
        times: &times,
        at: step.at,
        changes: &changes,
        votes: OnceCell::new(),
        deltas: OnceCell::new(),
        account: step.account,
    };
    let under = Under {
        case: &case,
        authority,
        signer: holder,
        votes: &case.votes,
    };
    findings.side_signers.insert(holder.signer());
    for (index, rule) in asked {
        match under.on_side(index, rule)? {
            Ok(approved) => findings.count(approved),
            Err(denial) => return Err(lacking(under, index, &denial)?),
        }
    }
    Ok(())
}

/// The refusal of a change that a rule does not let a commit make by itself.
fn lacking(under: Under<'_>, index: usize, denial: &Denial) -> Result<Stop, Stop> {
    let case = under.case;
    let path = super::escaped(&case.changes[index].path);
    let told = under.told(&[index])?;
    let message = format!(
        "{}; signed by {}{}. {}",
        denial.of(&super::shortened(&path)),
        case.signer.principal,
        told.to_message(),
        super::approving(case)
    );
    Ok(Stop::Refused(
        Reason::NotAllowed,
        message.trim_end().to_owned(),
    ))
}

/// What a commit changes of its first parent, or of nothing.
fn changes_of(context: &Context<'_>, commit: &Commit) -> Result<Vec<Change>, Stop> {
    let first = match commit.parents.first() {
        Some(first) => Some(links(context.objects, *first)?.tree),
        None => None,
    };
    Ok(context.trees.diff(first, Some(commit.tree))?)
}

/// Of these the paths that the commit itself changes: those in which it differs from every parent.
fn own_paths(
    context: &Context<'_>,
    commit: &Commit,
    changes: &[Change],
) -> Result<BTreeSet<Vec<u8>>, Stop> {
    let paths = |changes: &[Change]| -> BTreeSet<Vec<u8>> {
        changes.iter().map(|change| change.path.clone()).collect()
    };
    let mut own = paths(changes);
    for parent in commit.parents.iter().skip(1) {
        let tree = links(context.objects, *parent)?.tree;
        let theirs = paths(&context.trees.diff(Some(tree), Some(commit.tree))?);
        own.retain(|path| theirs.contains(path));
    }
    Ok(own)
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
