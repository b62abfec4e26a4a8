//! What the `TrustAnchor` says: a function of what it said before and of what is known.

use std::collections::BTreeMap;

use jiff::Timestamp;
use signet_api::crd::{AuditHead, TrustAnchorSpec, TrustAnchorStatus, VerifiedTip};
use signet_cluster::{Finding, record};

use super::{belief::Belief, freshness::Age, mirrors::Agreement};
use crate::{
    SourceId,
    error::{ReconcileError, advise},
    orders::Believed,
    reason::{Reason, finding},
    verdict::{self, Course, Verdict},
};

/// The condition that says whether the newest verified commit is as young as the operator wants.
const FRESH: &str = "Fresh";
/// The condition that says whether the repository's URLs show one history.
const MIRRORED: &str = "Mirrored";

/// What is known about the history and those who depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// What went wrong last, if anything.
    pub(crate) error: Option<Trouble>,
    /// The last verified revision.
    pub(crate) tip: Option<Tip>,
    /// How far the audit record goes.
    pub(crate) audit: Option<AuditHead>,
    /// How old the last verified revision is, where the operator says how old it may be.
    pub(crate) age: Option<Age>,
    /// Whether the repository's URLs show one history, where there is more than one.
    pub(crate) mirrors: Option<Agreement>,
    /// Whether the operator has stopped everything.
    pub(crate) suspended: bool,
    /// What sources wait for that have no Sync to say so.
    pub(crate) waiting: BTreeMap<SourceId, String>,
}

/// Why there is no newer revision, or none at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    verdict: Verdict,
    told: String,
    /// Whether the history was judged and not believed.
    about_history: bool,
}

/// A verified revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tip {
    revision: String,
    verified: VerifiedTip,
    fingerprint: String,
    /// Reason and message of the newest commit that was refused.
    refused: Option<(Reason, String)>,
    /// Documents that cannot be read.
    problems: Vec<String>,
}

impl Facts {
    pub(crate) fn of(
        belief: &Belief,
        error: Option<&ReconcileError>,
        spec: &TrustAnchorSpec,
        waiting: BTreeMap<SourceId, String>,
    ) -> Self {
        let tip = belief
            .believed()
            .map(|believed| Tip::of(believed, belief.shortfall()));
        Self {
            error: error.map(Trouble::of),
            tip,
            audit: belief.audit(),
            age: belief.age(spec),
            mirrors: belief.agreement(spec),
            suspended: spec.suspend.all,
            waiting,
        }
    }
}

impl Trouble {
    fn of(error: &ReconcileError) -> Self {
        let about_history = matches!(error, ReconcileError::Verify(_));
        Self {
            verdict: verdict::of(error),
            told: error.told(),
            about_history,
        }
    }
}

impl Tip {
    fn of(believed: &Believed, shortfall: Option<&str>) -> Self {
        let verdict = &believed.verdict;
        let refused = verdict.refused.as_ref();
        Self {
            revision: believed.revision(),
            verified: VerifiedTip {
                commit: believed.commit().to_string(),
                signer: verdict.signer.principal.clone(),
                time: verdict.committed,
                policy_version: verdict.policy.version,
            },
            fingerprint: verdict.signer.fingerprint.clone(),
            refused: refused.map(|refusal| {
                (
                    Reason::History(refusal.reason),
                    short_of(
                        advise(refusal, verdict::remedy_of_refusal(refusal.reason)),
                        shortfall,
                    ),
                )
            }),
            problems: believed
                .fleet
                .problems
                .iter()
                .map(|problem| advise(problem, verdict::DOCUMENT))
                .collect(),
        }
    }
}

/// Why a commit is refused, and that approvals of it may be among those that could not be brought.
fn short_of(told: String, shortfall: Option<&str>) -> String {
    match shortfall {
        Some(shortfall) => {
            format!("{told}. Not all approvals of the remote are looked at: {shortfall}")
        }
        None => told,
    }
}

/// The status of the anchor of this generation.
pub(crate) fn after(
    before: &TrustAnchorStatus,
    facts: &Facts,
    generation: Option<i64>,
    now: Timestamp,
) -> TrustAnchorStatus {
    let mut status = before.clone();
    status.observed_generation = generation;
    if let Some(tip) = &facts.tip {
        status.verified = Some(tip.verified.clone());
    }
    if facts.audit.is_some() {
        status.audit.clone_from(&facts.audit);
    }
    for (kind, wanted) in [
        (FRESH, facts.age.is_some()),
        (MIRRORED, facts.mirrors.is_some()),
    ] {
        status.conditions.retain(|one| wanted || one.type_ != kind);
    }
    let known = [verified(facts), fresh(facts), mirrored(facts), ready(facts)];
    let known = known.into_iter().flatten();
    for finding in known.chain([reconciling(facts), stalled(facts)]) {
        record(&mut status.conditions, finding, generation, now);
    }
    status
}

/// Whether the newest commit is believed. A fetch that failed says nothing about that.
pub(crate) fn verified(facts: &Facts) -> Option<Finding> {
    if let Some(trouble) = facts.error.as_ref().filter(|trouble| trouble.about_history) {
        return Some(finding(
            "Verified",
            false,
            trouble.verdict.reason,
            &trouble.told,
        ));
    }
    let tip = facts.tip.as_ref()?;
    let VerifiedTip {
        signer,
        policy_version,
        ..
    } = &tip.verified;
    if let Some((reason, message)) = &tip.refused {
        return Some(finding("Verified", false, *reason, message));
    }
    let message = format!(
        "{} is signed by {signer} ({}), policy version {policy_version}",
        tip.revision, tip.fingerprint
    );
    Some(finding("Verified", true, Reason::Verified, &message))
}

/// Whether the newest commit is as young as the operator wants.
pub(crate) fn fresh(facts: &Facts) -> Option<Finding> {
    match facts.age.as_ref()? {
        Age::Fresh => Some(finding(FRESH, true, Reason::Verified, "")),
        Age::Stale { told, .. } => Some(finding(FRESH, false, Reason::Stale, told)),
    }
}

/// Whether the repository's URLs show one history; nothing before they were all asked.
pub(crate) fn mirrored(facts: &Facts) -> Option<Finding> {
    match facts.mirrors.as_ref()? {
        Agreement::Unknown => None,
        Agreement::Agreed => Some(finding(MIRRORED, true, Reason::Verified, "")),
        Agreement::Broken { reason, told } => Some(finding(MIRRORED, false, *reason, told)),
    }
}

/// Whether the cluster follows the newest commit.
fn ready(facts: &Facts) -> Option<Finding> {
    if facts.suspended {
        return None;
    }
    let not = |reason, message: &str| Some(finding("Ready", false, reason, message));
    if let Some(trouble) = &facts.error {
        return not(trouble.verdict.reason, &trouble.told);
    }
    let tip = facts.tip.as_ref()?;
    if let Some((reason, message)) = &tip.refused {
        let message = format!("{} stays applied: {message}", tip.revision);
        return not(*reason, &message);
    }
    if !tip.problems.is_empty() {
        return not(Reason::DocumentInvalid, &tip.problems.join("; "));
    }
    if let Some(Age::Stale { told, stops: true }) = &facts.age {
        return not(Reason::Stale, told);
    }
    if !facts.waiting.is_empty() {
        let waiting = facts.waiting.iter();
        let waiting: Vec<_> = waiting
            .map(|(source, waits)| format!("{source}: {waits}"))
            .collect();
        return not(Reason::DependencyNotReady, &waiting.join("; "));
    }
    let message = format!("follows {}", tip.revision);
    Some(finding("Ready", true, Reason::Verified, &message))
}

/// Whether it goes on by itself.
fn reconciling(facts: &Facts) -> Finding {
    if facts.suspended {
        return finding(
            "Reconciling",
            false,
            Reason::Suspended,
            "spec.suspend.all is set",
        );
    }
    let retries = facts
        .error
        .as_ref()
        .is_some_and(|trouble| trouble.verdict.course == Course::Retry);
    let goes_on = retries || (facts.error.is_none() && !facts.waiting.is_empty());
    let reason = if goes_on {
        Reason::ProgressingWithRetry
    } else {
        Reason::Idle
    };
    finding("Reconciling", goes_on, reason, "")
}

/// Whether a person has to do something.
fn stalled(facts: &Facts) -> Finding {
    let waits = facts
        .error
        .as_ref()
        .filter(|trouble| trouble.verdict.course == Course::Wait);
    let tip = facts.tip.as_ref().filter(|_| facts.error.is_none());
    match (waits, tip) {
        (Some(trouble), _) => finding("Stalled", true, trouble.verdict.reason, &trouble.told),
        (
            None,
            Some(Tip {
                refused: Some((reason, message)),
                ..
            }),
        ) => finding("Stalled", true, *reason, message),
        (None, Some(tip)) if !tip.problems.is_empty() => finding(
            "Stalled",
            true,
            Reason::DocumentInvalid,
            &tip.problems.join("; "),
        ),
        (None, _) => finding("Stalled", false, Reason::Idle, ""),
    }
}

#[cfg(test)]
mod tests;
