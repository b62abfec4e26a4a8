//! Whether a commit would pass that changes what others do.

use crate::belief::Belief;
use crate::command::Answer;
use crate::command::verify::report;
use crate::failure::{Explain, Result, refused};
use crate::output::Output;
use crate::output::listing::Format;
use crate::pin::Trust;
use crate::repository::Repository;
use crate::revisions::Range;
use signet_provenance::{Foretold, ObjectId, Presumed, first_parent, newest_on_mainline};

/// Prints what would become of the last commit, or of one that makes of where the range begins what that is, if the principal
/// signed it now.
///
/// # Errors
/// When the policy of the last good commit has no such principal, the range begins at what is not on the first-parent history of
/// its last commit, or the history cannot be judged.
pub(super) fn judge(
    repository: &Repository,
    range: &Range,
    signer: &str,
    trust: Trust,
    out: &Output,
    format: Format,
) -> Result<Answer> {
    let like = repository.resolve(&range.tip)?;
    let presumed = Presumed {
        like,
        onto: match &range.from {
            Some(from) => on_mainline(repository, from, like)?,
            None => below(repository, like)?,
        },
        signer: signer.to_owned(),
    };
    let (foretold, others) = Belief::of(repository.store(), trust)?.presume(&presumed)?;
    if foretold.passes() {
        for other in others.iter().filter(|other| !other.passes()) {
            out.warn(told_apart(&foretold, other));
        }
    }
    let Foretold { step, doubt } = foretold;
    let step = [step];
    match format {
        Format::Table => out.text(&report::steps(&step))?,
        format => report::listing(&step).print(out, format)?,
    }
    let [step] = step;
    if let Some(doubt) = &doubt {
        out.warn(format!("agents would stop there: {doubt}"));
    }
    if let Some(refusal) = &step.refused {
        out.warn(format!("agents would refuse it ({})", refusal.reason));
    }
    Ok(if step.refused.is_none() && doubt.is_none() {
        Answer::Done
    } else {
        Answer::Something
    })
}

/// That it depends on the key whether it passes.
fn told_apart(passes: &Foretold, other: &Foretold) -> String {
    let (refusal, doubt) = (other.step.refused.as_ref(), other.doubt.as_ref());
    let why = refusal.map(|refusal| format!("{}: {}", refusal.reason, refusal.message));
    let why = why.or_else(|| doubt.map(ToString::to_string));
    format!(
        "it passes by the key {}, and not by {}: {}",
        key_of(passes),
        key_of(other),
        why.unwrap_or_default()
    )
}

fn key_of(foretold: &Foretold) -> &str {
    let signer = foretold.step.signer.as_ref();
    signer.map_or("", |signer| {
        signer.subkey.as_deref().unwrap_or(&signer.fingerprint)
    })
}

fn on_mainline(repository: &Repository, from: &str, tip: ObjectId) -> Result<ObjectId> {
    let commit = repository
        .resolve(from)
        .context("find where the range begins")?;
    let objects = repository.store().objects();
    let found = newest_on_mainline(&objects, tip, |one| one == commit)?;
    found.ok_or_else(|| {
        refused(format!(
            "{from} is not on the first-parent history of {tip}"
        ))
        .hint("a branch that is behind, or has it merged in, is put on top of it by: git rebase")
    })
}

/// What a commit stands on.
fn below(repository: &Repository, commit: ObjectId) -> Result<ObjectId> {
    // Also of one that agents refuse as it stands: that is the answer then.
    let parent = first_parent(&repository.store().objects(), commit)?;
    parent.ok_or_else(|| {
        refused(format!(
            "commit {commit} has no parent: a history begins with it, and nobody judges it"
        ))
    })
}
