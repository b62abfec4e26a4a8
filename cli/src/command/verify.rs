//! `signet verify`: how far a history may be believed.

mod push;
mod range;
mod report;

use crate::failure::{Failure, Result, refused};
use crate::fleet;
use crate::output::listing::{Format, FormatArgs};
use crate::pin::Trust;
use crate::repository;
use crate::session::Session;
use range::Range;
use signet_provenance::{Reason, Refusal};

const FETCH: &str = "approvals that others pushed count once they are here: git fetch origin 'refs/tags/signet/approve/*:refs/tags/signet/approve/*'";

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
    /// Judge a push before it is let in, as the `pre-receive` hook of a repository on a server: agents go on with what it
    /// would be then, or nothing changes
    #[arg(long, conflicts_with_all = ["range", "explain", "format"])]
    pre_receive: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    trust: Trust,
}

impl Verify {
    /// Prints the last commit that may be believed; fails when that is not the tip.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        if self.pre_receive {
            return push::judge(out, self.trust);
        }
        let store = repository::store_here(out)?;
        let tip = repository::resolve(&store, &self.range.tip)?;
        let verdict = fleet::verified(&store, tip, self.trust)?;
        let steps = self.range.of(&verdict, &store)?;
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
            Some(refusal) => Err(refusal_of(refusal, &report::summary(&verdict), FETCH)),
            None if self.format.format == Format::Table => Ok(out.line(report::summary(&verdict))?),
            None => Ok(()),
        }
    }
}

/// What is said of a refused tip; `not_allowed` is what to do where too few people agreed.
fn refusal_of(refusal: &Refusal, last_good: &str, not_allowed: &str) -> Failure {
    let remedy = match refusal.reason {
        Reason::Unsigned => Some(
            "sign it before you push: git commit --amend -S; once it is pushed, a signed commit that takes it back helps",
        ),
        Reason::UnknownKey => Some("signet/policy.yaml says who has which key"),
        Reason::NotAllowed => Some(not_allowed),
        _ => None,
    };
    refused(format!("{} ({})", refusal, refusal.reason))
        .hint(format!("the last good commit is: {last_good}"))
        .hint_if(remedy)
}
