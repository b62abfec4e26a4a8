//! What a verdict says, for people and for machines.

use crate::output::listing::{Listing, Row};
use signet_provenance::{Allowed, Approved, Discounted, Review, Signer, Step};
use std::fmt::Write;

/// The last good commit in one line.
pub(super) fn summary(review: &Review) -> String {
    format!(
        "{} signed by {} ({}) on {}, policy version {}",
        review.commit,
        review.signer.principal,
        review.signer.fingerprint,
        review.committed,
        review.authority().policy().version
    )
}

/// Each step with the rule that allowed each of its paths, or why it is refused.
pub(in crate::command) fn steps(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        if step.skipped > 0 {
            let _ = writeln!(text, "refused  {} more before this:", step.skipped);
        }
        let _ = writeln!(
            text,
            "{:<8} {}  {}",
            step.verdict(),
            step.commit,
            signer(step)
        );
        for Allowed {
            path,
            rules,
            policy_version,
            approvers,
        } in &step.paths
        {
            let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
            let approved = match approvers[..] {
                [] => String::new(),
                _ => format!("; approved by {}", approvers.join(", ")),
            };
            let _ = writeln!(
                text,
                "    {path}  (rule {} of policy version {policy_version}{approved})",
                rules.join(", ")
            );
        }
        if step.refused.is_none() && step.untold > 0 {
            let _ = writeln!(text, "    and {} more", step.untold);
        }
        for Approved { tag, signer } in &step.approvals {
            let _ = writeln!(
                text,
                "    approval {} by {} {} counts",
                tag.reference,
                signer.principal,
                key(signer)
            );
        }
        for Discounted { tag, why } in &step.discounted {
            let _ = writeln!(text, "    approval {} does not: {why}", tag.reference);
        }
        if let Some(refusal) = &step.refused {
            let _ = writeln!(text, "    {}: {}", refusal.reason, refusal.message);
        }
    }
    text
}

/// The same for machines.
pub(in crate::command) fn listing(steps: &[Step]) -> Listing {
    let mut listing = Listing::new(&["COMMIT", "VERDICT", "SIGNER"]);
    for step in steps {
        listing.push(Row {
            name: format!("commit/{}", step.commit),
            cells: vec![
                step.commit.to_string(),
                step.verdict().to_owned(),
                signer(step),
            ],
            value: step.to_json(),
        });
    }
    listing
}

fn signer(step: &Step) -> String {
    match &step.signer {
        Some(signer) => format!("{} {}", signer.principal, key(signer)),
        None => "nobody that the policy knows".to_owned(),
    }
}

/// The key that the policy names, and its subkey if one signed.
fn key(signer: &Signer) -> String {
    match &signer.subkey {
        Some(subkey) => format!("{} (its subkey {subkey})", signer.fingerprint),
        None => signer.fingerprint.clone(),
    }
}
