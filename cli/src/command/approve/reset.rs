//! `signet approve --reset`: a signed tag by which one of the root group agrees to a history that was rewritten.

use super::proposal::{fingerprint, name};
use super::{Approve, does_not_count, sign, take_away, tell};
use crate::belief::Belief;
use crate::clock;
use crate::failure::{Explain, Result, failed, refused, usage};
use crate::output::Output;
use crate::repository::Repository;
use signet_provenance::{
    APPROVALS, Approved, ObjectId, Outlook, Proposed, Reset, Standing, Statement, TagRef,
};
use std::fmt::Write;

/// What the tag is called before it is known whose it is.
const UNNAMED: &str = "reset";

/// Makes the tag, once it is known to count.
pub(super) fn make(
    approve: &Approve,
    repository: &Repository,
    belief: Belief,
    [from, to]: [Option<&str>; 2],
    out: &Output,
) -> Result<()> {
    let (from, to) = (
        left(repository, &belief, from)?,
        taken(repository, &belief, to)?,
    );
    let root = belief.root();
    let reset = Reset {
        repository: root.repository.clone(),
        reference: root.reference.clone(),
        from,
        to,
        expires: approve
            .expires
            .ahead(clock::now())
            .context("say when the reset expires")?,
    };
    let before = belief.outlook(from, to, None)?;
    check_helps(&before)?;
    let proposed = Proposed {
        reference: format!("{APPROVALS}{UNNAMED}"),
        statement: Statement::Reset(reset.clone()),
        fingerprint: fingerprint(repository)?,
    };
    let after = belief.outlook(from, to, Some(&proposed))?;
    let principal = counted(&before, &after, &proposed.reference)?;
    out.note(shown(&reset, &before, &after));
    let message = format!("Reset {} to {}\n\n{reset}", from.short(), to.short());
    if approve.dry_run {
        return Ok(out.text(&message)?);
    }
    approve.consent.to(&format!(
        "Have agents leave the one for the other, as {principal}?"
    ))?;
    let reference = format!("{APPROVALS}{}", name(&format!("{principal}-reset"), to));
    sign(repository, &reference, from, &message)?;
    let belief = belief.with_approvals(repository.store().approvals()?);
    if let Err(failure) = check_counts(&belief.outlook(from, to, None)?, &reference) {
        take_away(repository, &reference)?;
        return Err(failure);
    }
    tell(&reference, out)?;
    out.note(format!(
        "it takes {} to the remote; once every agent has gone on it may be deleted there, and the history that was left with it",
        from.short()
    ));
    Ok(())
}

/// The commit that agents verified last.
fn left(repository: &Repository, belief: &Belief, named: Option<&str>) -> Result<ObjectId> {
    match named {
        Some(named) => repository.resolve(named),
        None => belief.verified().ok_or_else(|| {
            usage("this clone has verified nothing before: say --reset=COMMIT, which `signet status -o yaml` shows as status.verified.commit")
        }),
    }
}

/// The commit that they are to go on from.
fn taken(repository: &Repository, belief: &Belief, named: Option<&str>) -> Result<ObjectId> {
    match (named, belief.followed()) {
        (Some(named), _) => repository.resolve(named),
        (None, Some(followed)) => Ok(followed),
        (None, None) => Err(usage(
            "nothing here tells where the branch stands that agents follow: name REV",
        )),
    }
}

/// Whether another reset is what is lacking.
fn check_helps(before: &Outlook) -> Result<()> {
    if let Some(why) = &before.objection {
        return Err(refused(format!("no reset helps: {why}")));
    }
    match &before.lacking {
        Some(_) => Ok(()),
        None => Err(refused(format!(
            "{} reset it already, which is enough: agents go on once they see those tags",
            before.approvers().join(", ")
        ))),
    }
}

/// Who signs the reset of this name, if it counts.
fn counted(before: &Outlook, after: &Outlook, reference: &str) -> Result<String> {
    let ours = ours(after, reference).map_err(does_not_count)?;
    let principal = &ours.signer.principal;
    if before.approvers().contains(&&**principal) {
        return Err(does_not_count(&format!(
            "{principal} resets it already, and counts once"
        )));
    }
    Ok(principal.clone())
}

/// What was just signed must be what everybody else will count.
fn check_counts(outlook: &Outlook, reference: &str) -> Result<()> {
    match ours(outlook, reference) {
        Ok(_) => Ok(()),
        Err(why) => Err(failed(why).context("check the tag that git signed")),
    }
}

/// The reset of this name, or why it does not count.
fn ours<'o>(outlook: &'o Outlook, reference: &str) -> std::result::Result<&'o Approved, &'o str> {
    let is_ours = |tag: &TagRef| tag.reference == reference;
    let mut approvals = outlook.approvals.iter();
    approvals.find(|one| is_ours(&one.tag)).ok_or_else(|| {
        let why = outlook.discounted.iter().find(|one| is_ours(&one.tag));
        why.map_or("it is asked of the root group alone", |one| &one.why)
    })
}

/// What a person looks at before they sign.
fn shown(reset: &Reset, before: &Outlook, after: &Outlook) -> String {
    let mut text = format!("from      {}\n", standing(&before.from));
    if let Some(to) = &before.to {
        let _ = writeln!(text, "to        {}", standing(to));
    }
    let Outlook {
        left,
        taken,
        parted,
        ..
    } = before;
    let _ = writeln!(
        text,
        "commits   {left} left and {taken} taken, behind {}",
        parted.short()
    );
    if !before.approvals.is_empty() {
        let _ = writeln!(text, "before    by {}", before.approvers().join(", "));
    }
    let _ = writeln!(text, "expires   {}", reset.expires);
    let then = match &after.lacking {
        None => "agents go on".to_owned(),
        Some(lacking) => format!("still missing: {lacking}"),
    };
    let _ = write!(text, "then      {then}");
    text
}

fn standing(standing: &Standing) -> String {
    format!(
        "{} signed by {} on {}, policy version {}",
        standing.commit, standing.signer.principal, standing.committed, standing.policy_version
    )
}
