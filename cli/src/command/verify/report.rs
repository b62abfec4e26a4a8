//! What a verdict says, for people and for machines.

use crate::output::listing::{Listing, Row};
use serde_json::{Value, json};
use signet_provenance::{Allowed, Step, Verdict};
use std::fmt::Write;

/// The last good commit in one line.
pub(super) fn summary(verdict: &Verdict) -> String {
    format!(
        "{} signed by {} ({}) on {}, policy version {}",
        verdict.tree.commit(),
        verdict.signer.principal,
        verdict.signer.fingerprint,
        verdict.committed,
        verdict.policy.version
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
        } in &step.paths
        {
            let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
            let _ = writeln!(
                text,
                "    {path}  (rule {} of policy version {policy_version})",
                rules.join(", ")
            );
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
        Some(signer) => format!("{} {}", signer.principal, signer.fingerprint),
        None => "nobody that the policy knows".to_owned(),
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
        "algorithm": step.algorithm,
        "paths": step.paths.iter().map(|allowed| json!({
            "path": allowed.path,
            "rules": allowed.rules,
            "policyVersion": allowed.policy_version,
        })).collect::<Vec<_>>(),
        "reason": step.refused.as_ref().map(|refusal| refusal.reason.as_str()),
        "message": step.refused.as_ref().map(|refusal| &refusal.message),
    })
}
