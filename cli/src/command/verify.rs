//! `signet verify`: how far a history may be believed.

mod push;
mod range;
pub(super) mod report;

use crate::belief::{Belief, FETCH, Judged, LATER};
use crate::failure::{Failure, Result, refused};
use crate::output::Output;
use crate::output::listing::{Format, FormatArgs};
use crate::pin::Trust;
use crate::repository;
use crate::revisions::Range;
use crate::session::Session;
use signet_git::Store;
use signet_provenance::{ObjectId, Reason, Refusal, Review, Step};

/// Verify who signed what, from the introduction that is pinned for this clone
#[derive(clap::Args)]
#[command(
    after_help = "With A..B each commit behind A must be good; otherwise the commit itself must be.\n\
    A clone keeps what it verified of the ref that clusters follow, and when: a key that ends later takes nothing back. In a fresh clone all is seen now; \
    --at-least says how far agents have verified it, and what stands up to there is judged by its own dates.\n\n\
    Example:\n  signet verify\n  signet verify origin/main --explain\n  signet verify main..my-branch\n  signet verify --trust 3f2a… --at-least 9c1b…"
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
    #[arg(long, conflicts_with_all = ["range", "explain", "format", "at_least"])]
    pre_receive: bool,
    /// Accept what agents did up to this commit, by its full name, which the history must contain
    #[arg(long, value_name = "COMMIT")]
    at_least: Option<ObjectId>,
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
        let belief = Belief::of_at_least(&store, self.trust, self.at_least, tip)?;
        if let Some(why) = belief.unkept() {
            out.detail(format!(
                "what was verified is not kept for the next time: {why}"
            ));
        }
        let mut judged = belief.judge(tip)?;
        let steps = self.steps(&belief, &judged, &store)?;
        self.show(&steps, out)?;
        if let Some(doubt) = judged.review.doubt.take() {
            return Err(belief.failure(tip, doubt));
        }
        let asked = self.range.from.as_ref().map(|_| &*steps);
        let summary = report::summary(&judged.review);
        match Refused::of(&judged.review, asked) {
            Some(bad) => {
                let is_late = judged.review.steps.iter().any(is_late);
                let refused = bad.told(&summary, FETCH);
                Err(refused.hint_if(is_late.then_some(LATER)))
            }
            None if self.format.format == Format::Table => Ok(out.line(summary)?),
            None => Ok(()),
        }
    }

    /// The steps that are asked about; what nobody looks at is not judged once more.
    fn steps(&self, belief: &Belief, judged: &Judged, store: &Store) -> Result<Vec<Step>> {
        match &self.range.from {
            Some(from) => self.range.of(from, belief, judged, store),
            None if self.is_listed() => belief.steps(judged),
            None => Ok(Vec::new()),
        }
    }

    fn show(&self, steps: &[Step], out: &Output) -> Result<()> {
        match self.format.format {
            Format::Table if self.is_listed() => out.text(&report::steps(steps))?,
            Format::Table => {}
            format => report::listing(steps).print(out, format)?,
        }
        Ok(())
    }

    fn is_listed(&self) -> bool {
        self.explain || self.range.from.is_some() || self.format.format != Format::Table
    }
}

/// Whether a step is refused for a key that may have counted when agents saw it.
fn is_late(step: &Step) -> bool {
    let reason = step.refused.as_ref().map(|refusal| refusal.reason);
    matches!(
        reason,
        Some(Reason::Expired | Reason::Revoked | Reason::FutureDated)
    )
}

/// The commits that a refusal is about.
struct Refused<'a> {
    /// The first one that agents do not believe.
    first: &'a Refusal,
    /// The tip, where it is another one that they do not believe either: whoever lets the history move on has to do with that.
    tip: Option<&'a Refusal>,
}

impl<'a> Refused<'a> {
    /// Those of these steps, or of those behind the last good commit.
    fn of(review: &'a Review, asked: Option<&'a [Step]>) -> Option<Self> {
        let behind = || {
            let good = review.steps.iter().rposition(|step| step.refused.is_none());
            &review.steps[good.map_or(0, |index| index + 1)..]
        };
        let mut steps = asked.unwrap_or_else(behind).iter();
        let first = steps.find_map(|step| step.refused.as_ref())?;
        let tip = review.refused.as_ref();
        let tip = tip.filter(|tip| tip.commit != first.commit);
        Some(Self { first, tip })
    }

    /// What is said of them; `not_allowed` is what to do where too few people agreed.
    fn told(&self, last_good: &str, not_allowed: &str) -> Failure {
        let Self { first, tip } = *self;
        let tip_too = tip.map(|tip| format!("the tip is refused too: {tip} ({})", tip.reason));
        let remedies =
            [Some(first), tip].map(|one| one.and_then(|one| remedy(one.reason, not_allowed)));
        let of_tip = remedies[1].filter(|remedy| remedies[0] != Some(remedy));
        refused(format!("{first} ({})", first.reason))
            .hint_if(tip_too.as_deref())
            .hint(format!("the last good commit is: {last_good}"))
            .hint_if(remedies[0])
            .hint_if(of_tip)
    }
}

/// What to do about a commit that is refused for a reason, where a message does not say it.
fn remedy(reason: Reason, not_allowed: &str) -> Option<&str> {
    match reason {
        Reason::Unsigned => Some(
            "sign it before you push: git commit --amend -S; once it is pushed, a signed commit that takes it back helps",
        ),
        Reason::UnknownKey => Some("signet/policy.yaml says who has which key"),
        Reason::NotAllowed => Some(not_allowed),
        _ => None,
    }
}
