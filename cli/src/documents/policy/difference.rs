//! In what a policy differs from the one that governs.

use crate::failure::{Result, refused};
use crate::output::shell::word;
use crate::output::visible::lines_of;
use crate::place::Place;
use serde_json::Value;
use signet_api::{POLICY_PATH, Policy};
use signet_provenance::ObjectId;
use std::path::Path;

/// The most fields that are named: whoever can push makes as many differ as they like.
const NAMED: usize = 20;

/// Refuses a policy that is to be changed and is another than that of the last good commit: whoever signs the changed one vouches
/// for all of it. That its version is another is nothing: the changed one has the next in any case.
///
/// # Errors
/// When they differ, with the fields in which they do.
pub(crate) fn refuse_other(
    here: &Policy,
    governing: &Policy,
    good: ObjectId,
    root: &Path,
) -> Result<()> {
    let here = Policy {
        version: governing.version,
        ..here.clone()
    };
    let mut fields = fields(&here, governing)?;
    if fields.is_empty() {
        return Ok(());
    }
    let more = fields.len().saturating_sub(NAMED);
    if more > 0 {
        fields.truncate(NAMED);
        fields.push(format!("and {more} more"));
    }
    let file = word(&Place::of(root)?.name(POLICY_PATH));
    Err(refused(format!(
        "{POLICY_PATH} differs from that of the last good commit in what this does not change, and whoever signs it vouches for that too:{}",
        lines_of(&fields)
    ))
    .hint(format!(
        "have that verified first, in a commit of its own, or take it back: `git restore --source={good} -- {file}`"
    )))
}

/// The pointers of the fields in which two policies differ.
fn fields(one: &Policy, other: &Policy) -> Result<Vec<String>> {
    let [one, other] = [one, other].map(serde_json::to_value);
    let mut found = Vec::new();
    compare("/spec", &one?, &other?, &mut found);
    Ok(found)
}

fn compare(at: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(others)) => {
            let only_there = others.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(only_there) {
                let step = key.replace('~', "~0").replace('/', "~1");
                let at = format!("{at}/{step}");
                compare_sides(&at, one.get(key), others.get(key), found);
            }
        }
        (Value::Array(one), Value::Array(others)) => {
            for number in 0..one.len().max(others.len()) {
                let at = format!("{at}/{number}");
                compare_sides(&at, one.get(number), others.get(number), found);
            }
        }
        _ if one == other => {}
        _ => found.push(at.to_owned()),
    }
}

fn compare_sides(at: &str, one: Option<&Value>, other: Option<&Value>, found: &mut Vec<String>) {
    match (one, other) {
        (Some(one), Some(other)) => compare(at, one, other, found),
        _ => found.push(at.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::refuse_other;
    use signet_api::{POLICY_PATH, Policy};

    const POLICY: &str = "apiVersion: signet.dev/v1alpha1\nkind: Policy\nspec:\n  version: 7\n  repository: ab\n  ref: refs/heads/main\n  \
        principals: {alice: {keys: [ssh-ed25519 AAAA]}, a/b: {keys: [ssh-ed25519 BBBB]}}\n  groups: {root: [alice]}\n  rules:\n    \
        - {paths: [\"signet/**\"], signers: root}\n  recovery: {recipients: [age1x]}\n";

    fn policy(text: &str) -> Policy {
        Policy::parse(text, &POLICY_PATH.parse().unwrap()).unwrap()
    }

    /// What is said of a policy in which one text stands in the place of another.
    fn said(from: &str, to: &str) -> Option<String> {
        assert!(POLICY.contains(from), "{from}");
        let (here, governing) = (policy(&POLICY.replace(from, to)), policy(POLICY));
        let good = "a".repeat(40).parse().unwrap();
        let root = std::env::current_dir().unwrap();
        let refused = refuse_other(&here, &governing, good, &root).err();
        refused.map(|failure| failure.report(false))
    }

    #[test]
    fn every_field_in_which_a_policy_is_another_is_named_but_its_version() {
        assert_eq!(said("version: 7", "version: 9"), None);
        let (rule, recovery) = ("signers: root}\n", "  recovery: {");
        let second = "signers: root}\n    - {paths: [a], signers: root}\n";
        let revoked = "  revoked: [{key: SHA256:A, mode: soft, since: \"2026-11-29T12:00:00Z\"}]\n  recovery: {";
        for (from, to, fields) in [
            (
                "root: [alice]",
                "root: [alice, a/b]",
                "  /spec/groups/root/1\n",
            ),
            ("root: [alice]", "root: []", "  /spec/groups/root/0\n"),
            ("BBBB", "CCCC", "  /spec/principals/a~1b/keys/0\n"),
            (
                ", a/b: {keys: [ssh-ed25519 BBBB]}",
                "",
                "  /spec/principals/a~1b\n",
            ),
            (rule, second, "  /spec/rules/1\n"),
            (
                rule,
                "signers: root, threshold: 2}\n",
                "  /spec/rules/0/threshold\n",
            ),
            (
                "[age1x]",
                "[age1y, age1z]",
                "  /spec/recovery/recipients/0\n      /spec/recovery/recipients/1\n",
            ),
            (recovery, revoked, "  /spec/revoked\n"),
        ] {
            let said = said(from, to).unwrap();
            assert!(said.contains(fields), "{said}");
            let hint = format!("git restore --source={} -- ", "a".repeat(40));
            assert!(said.contains(&hint), "{said}");
        }
    }

    #[test]
    fn no_policy_fills_the_screen() {
        let many: Vec<String> = (0..40).map(|number| format!("age1{number}")).collect();
        let said = said("[age1x]", &format!("[{}]", many.join(", "))).unwrap();
        assert!(
            said.contains("recipients/19\n      and 20 more\n"),
            "{said}"
        );
    }
}
