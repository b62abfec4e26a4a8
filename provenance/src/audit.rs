//! The audit record: what was found out about each commit, in entries that each hold the hash of the one before.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Refusal, Step, TrustRoot, Verdict};

/// How long each list of an entry is at most: a line of a log has its limits, and the commit is there to be looked at.
const LISTED: usize = 100;

/// So many refusals are known to be written down.
const MARKED: usize = 256;

/// The lists of a step.
const LISTS: [&str; 4] = ["paths", "denied", "approvals", "discounted"];

/// How far a record goes: whoever has it can tell whether entries are all that were written, and as they were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    /// How many entries there are.
    pub entries: u64,
    /// SHA-256 of the last one in lower-case hexadecimal; nothing of an empty record.
    pub sha256: Option<String>,
    /// The refusals behind the last good commit that were written down, each as [`mark`] has it; of more than [`MARKED`] the
    /// newest.
    refused: Vec<String>,
}

impl Record {
    /// The record that goes as far as this, where nothing else is known of it: what is refused is written down once more.
    pub fn up_to(entries: u64, sha256: String) -> Self {
        Self {
            entries,
            sha256: Some(sha256),
            refused: Vec::new(),
        }
    }

    /// Writes down what a verification found and is not in the record yet: each good commit, and each refused one, once for each
    /// reason; and, before those behind where two histories part, that one was left for the other.
    ///
    /// An entry is a line of JSON without its end: `entry`, counted from 1, `previous`, the SHA-256 of the entry before (null
    /// of the first one), `time`, when it was judged, `repository` and `ref`, and as `step` what [`Step::to_json`] says, or as
    /// `reset` what [`Rewrite::to_json`] does, of each list the first hundred; how many are left out stands in `more`.
    pub fn write_down(
        &mut self,
        verdict: &Verdict,
        root: &TrustRoot,
        now: Timestamp,
    ) -> Vec<String> {
        let mut entries = Vec::new();
        let mut behind = Vec::new();
        if let Some(rewrite) = &verdict.rewrite {
            entries.push(self.append("reset", rewrite.to_json(), root, now));
        }
        for step in news(verdict) {
            let mark = step.refused.as_ref().map(mark);
            if !mark
                .as_ref()
                .is_some_and(|mark| self.refused.contains(mark))
            {
                entries.push(self.append("step", step.to_json(), root, now));
            }
            match mark {
                Some(mark) => behind.push(mark),
                None => behind.clear(),
            }
        }
        behind.drain(..behind.len().saturating_sub(MARKED));
        self.refused = behind;
        entries
    }

    fn append(&mut self, sort: &str, what: Value, root: &TrustRoot, now: Timestamp) -> String {
        self.entries += 1;
        let mut entry = json!({
            "entry": self.entries,
            "previous": self.sha256,
            "time": now.to_string(),
            "repository": root.repository,
            "ref": root.reference,
        });
        entry[sort] = shortened(what);
        let entry = entry.to_string();
        self.sha256 = Some(HEXLOWER.encode(&Sha256::digest(&entry)));
        entry
    }
}

/// The steps that were not judged before: of a history that was rewritten, those behind what it has in common with the other,
/// whose last commit may be refused and not told.
fn news(verdict: &Verdict) -> &[Step] {
    let shared = verdict.rewrite.as_ref().map_or(0, |rewrite| rewrite.shared);
    let mut place = 0;
    let known = verdict.steps.iter().take_while(|step| {
        place += step.skipped + 1;
        place <= shared
    });
    let known = known.count();
    &verdict.steps[known..]
}

/// What tells a commit that is refused for a reason from all others, shorter than the reason.
fn mark(refusal: &Refusal) -> String {
    HEXLOWER.encode(&Sha256::digest(refusal.to_string())[..8])
}

/// The same with lists of a bounded length.
fn shortened(mut step: Value) -> Value {
    let mut more = json!({});
    for name in LISTS {
        if let Some(list) = step.get_mut(name).and_then(Value::as_array_mut)
            && list.len() > LISTED
        {
            more[name] = json!(list.len() - LISTED);
            list.truncate(LISTED);
        }
    }
    if more.as_object().is_some_and(|more| !more.is_empty()) {
        step["more"] = more;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_counted() {
        let paths: Vec<usize> = (0..LISTED + 3).collect();
        let short = shortened(json!({"paths": paths, "denied": [1]}));
        assert_eq!(short["paths"].as_array().unwrap().len(), LISTED);
        assert_eq!(short["denied"], json!([1]));
        assert_eq!(short["more"], json!({"paths": 3}));
        assert_eq!(shortened(json!({"paths": []})), json!({"paths": []}));
    }
}
