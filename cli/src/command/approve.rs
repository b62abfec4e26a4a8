//! `signet approve`: a signed tag by which a person agrees to what somebody else signed.

mod proposal;
mod reset;

use crate::belief::Belief;
use crate::clock;
use crate::consent::Consent;
use crate::failure::{Explain, Failure, Result, failed, refused};
use crate::moment::Moment;
use crate::output::Output;
use crate::pin::Trust;
use crate::repository::Repository;
use crate::session::Session;
use proposal::Proposal;
use signet_provenance::{APPROVALS, Denial, Denied, ObjectId, Reason, Step};
use std::path::PathBuf;

/// Approve what a commit changes, where its signer alone is not enough
#[derive(clap::Args)]
#[command(
    after_help = "Makes a signed tag below refs/tags/signet/approve/ with your own git, and says how to push it. It is of the changes, by path and content: \
    it outlives a squash, a rebase and other commits, and does not hold for other content or another branch. Without --path it is of all that changes in the \
    folder that holds everything the commit needs others for.\n\
    It counts if the commit is dated before it expires. Deleting the tag withdraws it where it was not pushed yet, or no agent and no clone that fetched it has accepted the commit; once it was needed, keep it: without it \
    the history does not verify from its beginning any more.\n\n\
    With --reset the tag is one by which the root group agrees that a rewritten history is meant: agents that verified COMMIT last go on from REV, which does \
    not contain it, once as many have signed one as signet/** asks for. It vouches for nothing in that history, which is verified from its introduction. \
    What was verified before COMMIT is gone back to by git revert alone: a push of COMMIT would undo a reset.\n\n\
    Example:\n  signet approve origin/main\n  signet approve raise-memory --path clusters/prod --expires 7d\n  \
    signet approve HEAD --dry-run | git tag --sign --file - signet/approve/by-hand\n  \
    signet approve --reset=9c1b… origin/main"
)]
pub(crate) struct Approve {
    /// The commit whose changes you agree to; with --reset the one to go on from (default: where the followed branch stands)
    #[arg(value_name = "REV", required_unless_present = "reset")]
    revision: Option<String>,
    /// Agree that a history was rewritten: whoever verified COMMIT last (default: as this clone did) goes on from REV
    #[arg(long, value_name = "COMMIT", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with = "path")]
    reset: Option<String>,
    /// Approve only what changes below this folder, or at this file
    #[arg(long, value_name = "PATH")]
    path: Option<PathBuf>,
    /// Until when it counts: for so long (12h, 30d, 2w) from now, or before a date (2026-12-31) in UTC; 90d at most with --reset
    #[arg(long, value_name = "DURATION|DATE", default_value = "30d")]
    expires: Moment,
    #[command(flatten)]
    consent: Consent,
    /// Show what would be approved, print the message of the tag, and sign nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    trust: Trust,
}

impl Approve {
    /// Makes the tag, once it is known to count.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        let belief = Belief::of(repository.store(), self.trust)?;
        let revision = self.revision.as_deref();
        if let Some(from) = &self.reset {
            let from = Some(from.as_str()).filter(|from| !from.is_empty());
            return reset::make(&self, &repository, belief, [from, revision], out);
        }
        let revision = revision.expect("clap asks for it where there is no --reset");
        let tip = repository.resolve(revision)?;
        let judged = belief.judge(tip)?.settled(&belief, tip)?;
        let step = match judged.review.steps.last() {
            Some(step) => Some(step.clone()),
            // It was verified before.
            None => belief.steps(&judged)?.pop(),
        };
        let step = step.filter(|step| step.commit == tip);
        let step =
            step.ok_or_else(|| refused("the commit is the introduction, which needs nobody else"))?;
        check_helps(&step)?;
        let within = match &self.path {
            Some(path) => repository.folder_at(path)?,
            None => proposal::narrowest(&step),
        };
        let expires = self
            .expires
            .ahead(clock::now())
            .context("say when the approval expires")?;
        let (authority, root) = (judged.review.authority(), belief.root());
        let mut proposal = Proposal::new(&repository, authority, &step, root, within, expires)?;
        let after = proposal.rehearsed(&belief, &judged)?;
        out.note(proposal.shown(&step, &after));
        if self.dry_run {
            return Ok(out.text(&proposal.message())?);
        }
        let question = format!("Approve this as {}?", proposal.principal());
        self.consent.to(&question)?;
        let (reference, message) = (proposal.reference(), proposal.message());
        sign(&repository, reference, proposal.commit(), &message)?;
        let belief = belief.with_approvals(repository.store().approvals()?);
        if let Err(failure) = check_counts(&belief, &proposal) {
            take_away(&repository, reference)?;
            return Err(failure);
        }
        // Not before: what it makes good is taken up after it is known that it came from here.
        belief.made(reference, tip)?;
        tell(reference, out)
    }
}

/// Whether an approval is what the commit lacks.
fn check_helps(step: &Step) -> Result<()> {
    let short = step.commit.short();
    let Some(refusal) = &step.refused else {
        let approvers = step
            .approvals
            .iter()
            .map(|one| one.signer.principal.as_str());
        let approvers: Vec<&str> = approvers.collect();
        let by = match approvers[..] {
            [] => String::new(),
            _ => format!(", approved by {}", approvers.join(", ")),
        };
        return Err(refused(format!(
            "commit {short} needs no approval: it is good as it is{by}"
        )));
    };
    if refusal.reason != Reason::NotAllowed {
        let refused = refused(format!(
            "an approval does not help {refusal} ({})",
            refusal.reason
        ));
        return Err(match refusal.reason {
            Reason::Unsigned => {
                refused.hint("whoever made the commit signs it first: git commit --amend -S")
            }
            _ => refused,
        });
    }
    let in_vain = |denied: &Denied| in_vain(&short, denied);
    step.denied.iter().find_map(in_vain).map_or(Ok(()), Err)
}

/// Why an approval of a path does not help a commit; `None` where it may.
fn in_vain(commit: &str, Denied { path, denial }: &Denied) -> Option<Failure> {
    match denial {
        Denial::NotMet(_) => None,
        Denial::Beyond(breach) => Some(refused(format!(
            "an approval does not help commit {commit}: {path}: {breach}"
        ))),
        Denial::NoRule => {
            let refused = refused(format!(
                "an approval does not help commit {commit}: {path} is named by no rule of the policy"
            ));
            Some(refused.hint("the root group adds a rule to signet/policy.yaml"))
        }
    }
}

/// Has git make the tag of this ref.
fn sign(repository: &Repository, reference: &str, commit: ObjectId, message: &str) -> Result<()> {
    let git = repository.git();
    let (name, commit) = (short_name(reference), commit.to_string());
    git.run(&["tag", "--sign", "--message", message, name, &commit])
        .context("sign the tag")
        .hint(crate::signing_key::SETUP)
}

/// What was just signed must be what everybody else will count.
fn check_counts(belief: &Belief, proposal: &Proposal) -> Result<()> {
    let judged = belief.judge(proposal.commit())?;
    let step = judged.review.steps.last();
    let approvals = step.map(|step| &step.approvals[..]).unwrap_or_default();
    let is_ours = |reference: &str| reference == proposal.reference();
    if approvals.iter().any(|one| is_ours(&one.tag.reference)) {
        return Ok(());
    }
    let discounted = step.map(|step| &step.discounted[..]).unwrap_or_default();
    let why = discounted.iter().find(|one| is_ours(&one.tag.reference));
    let why = why.map_or("it does not count", |one| &one.why);
    Err(failed(why).context("check the tag that git signed"))
}

/// Deletes a tag that does not count.
fn take_away(repository: &Repository, reference: &str) -> Result<()> {
    let git = repository.git();
    git.run(&["tag", "--delete", short_name(reference)])
        .map(drop)
}

fn tell(reference: &str, out: &Output) -> Result<()> {
    out.line(reference)?;
    out.note(format!("next: git push origin {reference}"));
    Ok(())
}

/// Why nobody has to sign, or this person need not.
fn does_not_count(why: &str) -> Failure {
    refused(format!("your approval would not count: {why}"))
}

/// The short name of an approval's tag, as `git tag` takes it.
fn short_name(reference: &str) -> &str {
    debug_assert!(reference.starts_with(APPROVALS));
    reference.strip_prefix("refs/tags/").unwrap_or(reference)
}
