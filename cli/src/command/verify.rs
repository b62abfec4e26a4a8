//! `signet verify`: how far a history may be believed.

mod range;
mod report;

use crate::failure::{Failure, Result, refused};
use crate::fleet;
use crate::output::listing::{Format, FormatArgs};
use crate::pin::Trust;
use crate::repository::Repository;
use crate::session::Session;
use range::Range;
use signet_provenance::{Reason, Refusal};

/// Verify who signed what, from the introduction that is pinned for this clone
#[derive(clap::Args)]
#[command(
    after_help = "With A..B each commit behind A must be good; otherwise the commit itself must be.\n\n\
    Example:\n  signet verify\n  signet verify origin/main --explain\n  signet verify main..my-branch"
)]
pub(crate) struct Verify {
    /// A revision, or A..B (default: HEAD)
    #[arg(value_name = "REV|A..B", default_value = "HEAD")]
    range: Range,
    /// Show each commit: who signed it, which rule and whose approvals allowed each path, or why it is refused
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    trust: Trust,
}

impl Verify {
    /// Prints the last commit that may be believed; fails when that is not the tip.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let repository = Repository::here(out)?;
        let tip = repository.resolve(&self.range.tip)?;
        let verdict = fleet::verified(&repository, tip, self.trust)?;
        let steps = self.range.of(&verdict, &repository)?;
        let explained = self.explain || self.range.from.is_some();
        match (self.format.format, explained) {
            (Format::Table, true) => out.text(&report::steps(steps))?,
            (Format::Table, false) => {}
            (format, _) => report::listing(steps).print(out, format)?,
        }
        let bad = match self.range.from {
            Some(_) => steps.iter().find_map(|step| step.refused.as_ref()),
            None => verdict.refused.as_ref(),
        };
        match bad {
            Some(refusal) => Err(refusal_of(refusal, &report::summary(&verdict))),
            None if self.format.format == Format::Table => Ok(out.line(report::summary(&verdict))?),
            None => Ok(()),
        }
    }
}

fn refusal_of(refusal: &Refusal, last_good: &str) -> Failure {
    let remedy = match refusal.reason {
        Reason::Unsigned => Some(
            "sign it before you push: git commit --amend -S; once it is pushed, a signed commit that takes it back helps",
        ),
        Reason::UnknownKey => Some("signet/policy.yaml says who has which key"),
        Reason::NotAllowed => Some(
            "approvals that others pushed count once they are here: git fetch origin 'refs/tags/signet/approve/*:refs/tags/signet/approve/*'",
        ),
        _ => None,
    };
    refused(format!("{} ({})", refusal, refusal.reason))
        .hint(format!("the last good commit is: {last_good}"))
        .hint_if(remedy)
}
