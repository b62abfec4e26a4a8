//! What was found out about a step, for machines.

use serde_json::{Value, json};

use super::{Allowed, Approved, Denied, Discounted, Step};
use crate::Rewrite;
use crate::authority::Denial;
use crate::verify::Signer;

impl Step {
    /// The step as JSON: an object with `commit`, `against`, `verdict` (`good` or `refused`), `policyVersion`, `committed`,
    /// `payloadSha256`, `signer`, `fingerprint`, `subkey`, `algorithm`, the lists `paths` and `denied` (and how many more of either:
    /// `untold`), `approvals`, `sideSigners` and `discounted`, and of a refused one `reason` and `message`, and `skipped`, how many
    /// refused ones right before it are not told. What is not known is null.
    pub fn to_json(&self) -> Value {
        let signer = self.signer.as_ref();
        json!({
            "commit": self.commit.to_string(),
            "against": self.against.to_string(),
            "verdict": self.verdict(),
            "policyVersion": self.policy_version,
            "committed": self.committed.map(|time| time.to_string()),
            "payloadSha256": self.payload_sha256,
            "signer": signer.map(|signer| &signer.principal),
            "fingerprint": signer.map(|signer| &signer.fingerprint),
            "subkey": signer.and_then(|signer| signer.subkey.as_ref()),
            "algorithm": self.algorithm,
            "paths": self.paths.iter().map(allowed).collect::<Vec<_>>(),
            "denied": self.denied.iter().map(denied).collect::<Vec<_>>(),
            "untold": self.untold,
            "approvals": self.approvals.iter().map(approved).collect::<Vec<_>>(),
            "sideSigners": self.side_signers.iter().map(signer_of).collect::<Vec<_>>(),
            "discounted": self.discounted.iter().map(discounted).collect::<Vec<_>>(),
            "reason": self.refused.as_ref().map(|refusal| refusal.reason.as_str()),
            "message": self.refused.as_ref().map(|refusal| &refusal.message),
            "skipped": self.skipped,
        })
    }

    /// `good` or `refused`.
    pub fn verdict(&self) -> &'static str {
        if self.refused.is_some() {
            "refused"
        } else {
            "good"
        }
    }
}

impl Rewrite {
    /// It as JSON: an object with `from`, `to`, `parted` and the list `approvals`.
    pub fn to_json(&self) -> Value {
        let Self {
            from,
            to,
            parted,
            shared: _,
            approvals,
        } = self;
        json!({
            "from": from.to_string(),
            "to": to.to_string(),
            "parted": parted.to_string(),
            "approvals": approvals.iter().map(approved).collect::<Vec<_>>(),
        })
    }
}

fn allowed(allowed: &Allowed) -> Value {
    json!({
        "path": allowed.path,
        "rules": allowed.rules,
        "policyVersion": allowed.policy_version,
        "approvers": allowed.approvers,
    })
}

fn denied(denied: &Denied) -> Value {
    let (need, breach) = match &denied.denial {
        Denial::NoRule => (None, None),
        Denial::NotMet(need) => (Some(need), None),
        Denial::Beyond(breach) => (None, Some(breach)),
    };
    let pattern = need.map(|need| &need.pattern);
    json!({
        "path": denied.path,
        "pattern": pattern.or(breach.map(|breach| &breach.pattern)),
        "group": need.map(|need| &need.group),
        "threshold": need.map(|need| need.threshold),
        "have": need.map(|need| need.have),
        "fields": breach.map(|breach| &breach.limit.fields),
        "why": breach.map(|breach| &breach.why),
    })
}

fn signer_of(signer: &Signer) -> Value {
    json!({
        "signer": signer.principal,
        "fingerprint": signer.fingerprint,
        "subkey": signer.subkey,
    })
}

fn approved(approved: &Approved) -> Value {
    let Approved { tag, signer } = approved;
    json!({
        "ref": tag.reference,
        "tag": tag.tag.to_string(),
        "signer": signer.principal,
        "fingerprint": signer.fingerprint,
        "subkey": signer.subkey,
    })
}

fn discounted(discounted: &Discounted) -> Value {
    json!({
        "ref": discounted.tag.reference,
        "tag": discounted.tag.tag.to_string(),
        "why": discounted.why,
    })
}
