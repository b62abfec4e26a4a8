//! What a verdict says, for people and for machines.

use crate::output::listing::{Listing, Row};
use serde_json::{Value, json};
use signet_provenance::{Allowed, Approved, Denied, Discounted, Review, Signer, Step};
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
pub(super) fn steps(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        let _ = writeln!(
            text,
            "{:<8} {}  {}",
            verdict(step),
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
pub(super) fn listing(steps: &[Step]) -> Listing {
    let mut listing = Listing::new(&["COMMIT", "VERDICT", "SIGNER"]);
    for step in steps {
        listing.push(Row {
            name: format!("commit/{}", step.commit),
            cells: vec![
                step.commit.to_string(),
                verdict(step).to_owned(),
                signer(step),
            ],
            value: value(step),
        });
    }
    listing
}

fn verdict(step: &Step) -> &'static str {
    if step.refused.is_some() {
        "refused"
    } else {
        "good"
    }
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

fn value(step: &Step) -> Value {
    json!({
        "commit": step.commit.to_string(),
        "against": step.against.to_string(),
        "verdict": verdict(step),
        "policyVersion": step.policy_version,
        "committed": step.committed,
        "payloadSha256": step.payload_sha256,
        "signer": step.signer.as_ref().map(|signer| &signer.principal),
        "fingerprint": step.signer.as_ref().map(|signer| &signer.fingerprint),
        "subkey": step.signer.as_ref().and_then(|signer| signer.subkey.as_ref()),
        "algorithm": step.algorithm,
        "paths": step.paths.iter().map(|allowed| json!({
            "path": allowed.path,
            "rules": allowed.rules,
            "policyVersion": allowed.policy_version,
            "approvers": allowed.approvers,
        })).collect::<Vec<_>>(),
        "denied": step.denied.iter().map(denied).collect::<Vec<_>>(),
        "untold": step.untold,
        "approvals": step.approvals.iter().map(|approved| json!({
            "ref": approved.tag.reference,
            "tag": approved.tag.tag.to_string(),
            "signer": approved.signer.principal,
            "fingerprint": approved.signer.fingerprint,
            "subkey": approved.signer.subkey,
        })).collect::<Vec<_>>(),
        "discounted": step.discounted.iter().map(|discounted| json!({
            "ref": discounted.tag.reference,
            "tag": discounted.tag.tag.to_string(),
            "why": discounted.why,
        })).collect::<Vec<_>>(),
        "reason": step.refused.as_ref().map(|refusal| refusal.reason.as_str()),
        "message": step.refused.as_ref().map(|refusal| &refusal.message),
    })
}

fn denied(denied: &Denied) -> Value {
    let need = denied.need.as_ref();
    json!({
        "path": denied.path,
        "pattern": need.map(|need| &need.pattern),
        "group": need.map(|need| &need.group),
        "threshold": need.map(|need| need.threshold),
        "have": need.map(|need| need.have),
    })
}
