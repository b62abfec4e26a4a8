//! In what a policy differs from the one that governs.

use crate::beneath::first;
use crate::failure::{Result, refused};
use crate::output::visible::lines_of;
use crate::value_path::ValuePath;
use serde_json::Value;
use signet_api::{POLICY_PATH, Policy};
use signet_provenance::ObjectId;
use signet_yaml::edit::Step;

/// Refuses a policy that is to be changed and is another than that of the last good commit: whoever signs the changed one vouches
/// for all of it.
///
/// # Errors
/// When they differ, with the fields in which they do.
pub(crate) fn refuse_other(here: &Policy, governing: &Policy, good: ObjectId) -> Result<()> {
    let fields = differing_fields(here, governing)?;
    if fields.is_empty() {
        return Ok(());
    }
    let is_begun = here.recovery.transitional != governing.recovery.transitional;
    let remedy = if is_begun {
        "the rotation of a recovery key that has begun there is committed first: `signet rotate recovery` says how, and whether it is yours; the          policy alone is not taken back, files are sealed by it"
            .to_owned()
    } else {
        format!(
            "have that verified first, in a commit of its own, or take it back: `git restore --source={good} --staged --worktree -- :/{POLICY_PATH}`"
        )
    };
    Err(refused(format!(
        "{POLICY_PATH} differs from that of the last good commit in what this does not change, and whoever signs it vouches for that too:{}",
        lines_of(first(fields))
    ))
    .hint(remedy))
}

/// The pointers of the fields in which two policies differ. That their versions do is nothing: a changed one has the next in any case.
///
/// # Errors
/// When one cannot be serialized.
pub(crate) fn differing_fields(one: &Policy, other: &Policy) -> Result<Vec<String>> {
    let one = Policy {
        version: other.version,
        ..one.clone()
    };
    let [one, other] = [&one, other].map(serde_json::to_value);
    let (mut at, mut found) = (vec![Step::Key("spec".to_owned())], Vec::new());
    compare(&mut at, Some(&one?), Some(&other?), &mut found);
    Ok(found)
}

fn compare(
    at: &mut Vec<Step>,
    one: Option<&Value>,
    other: Option<&Value>,
    found: &mut Vec<String>,
) {
    let mut below = |step, one, other| {
        at.push(step);
        compare(at, one, other, found);
        at.pop();
    };
    match (one, other) {
        (Some(Value::Object(one)), Some(Value::Object(others))) => {
            let only_there = others.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(only_there) {
                below(Step::Key(key.clone()), one.get(key), others.get(key));
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(others))) => {
            for number in 0..one.len().max(others.len()) {
                below(Step::Index(number), one.get(number), others.get(number));
            }
        }
        _ if one == other => {}
        _ => found.push(ValuePath::from(at.clone()).to_string()),
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
        let refused = refuse_other(&here, &governing, good).err();
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
            let hint = format!(
                "git restore --source={} --staged --worktree -- :/signet/policy.yaml",
                "a".repeat(40)
            );
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
