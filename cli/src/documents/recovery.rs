//! The policy and the anchor, while a recovery key gives way to another one.

use super::policy::{self, changed};
use super::transition::put_transitional;
use super::{Draft, edited, key};
use crate::failure::{Explain, Result};
use signet_api::{ANCHOR_PATH, Anchor, AnchorMac, Policy, Recovery, RepoPath};
use signet_yaml::edit::Step;

/// The policy's text with these recovery keys, as many as before, its version one above the verified one. Where one of them comes, it
/// is the last one.
///
/// # Errors
/// When the text is no policy, or would be none.
pub(crate) fn in_policy(recovery: &Recovery, text: &str, verified_version: u64) -> Result<String> {
    let before = Policy::parse(text, &policy::path())?.recovery;
    let change = |policy: &mut Policy| {
        policy.recovery = recovery.clone();
        Ok(())
    };
    let edit = |draft: &mut Draft| {
        let above = [key("spec"), key("recovery")];
        let place_of = |index: usize| {
            let below = [key("recipients"), Step::Index(index)];
            above.iter().cloned().chain(below).collect()
        };
        if let Some(last) = recovery.recipients.last() {
            let goes = |one: &String| !recovery.recipients.contains(one);
            let count = before.recipients.len();
            match before.recipients.iter().position(goes) {
                // What is said beside the others stays beside them.
                Some(gone) if gone + 1 < count => {
                    draft.put(place_of(count), last)?;
                    draft.take_out(place_of(gone))?;
                }
                Some(gone) => draft.put(place_of(gone), last)?,
                None => {}
            }
        }
        let had = !before.transitional.is_empty();
        put_transitional(draft, &above, &recovery.transitional, had)
    };
    changed(text, verified_version, change, edit)
}

/// The anchor's text with this code behind the others.
///
/// # Errors
/// When the text is no anchor, or would be none.
pub(crate) fn with_code(code: &AnchorMac, text: &str) -> Result<String> {
    let number = Anchor::parse(text, &anchor_path())?.macs.len();
    let edit = |draft: &mut Draft| draft.put(place_of(number), code);
    let intend = |anchor: &mut Anchor| anchor.macs.push(code.clone());
    anchor(text, intend, edit)
}

/// The anchor's text with no other codes than those of these recipients.
///
/// # Errors
/// When the text is no anchor, or would be none.
pub(crate) fn with_codes_of(recipients: &[String], text: &str) -> Result<String> {
    let stays = |code: &AnchorMac| recipients.contains(&code.recipient);
    let before = Anchor::parse(text, &anchor_path())?.macs;
    let edit = |draft: &mut Draft| {
        let all = before.iter().enumerate().rev();
        let mut gone = all.filter(|(_, code)| !stays(code));
        gone.try_for_each(|(number, _)| draft.take_out(place_of(number)))
    };
    anchor(text, |anchor| anchor.macs.retain(stays), edit)
}

fn anchor(
    text: &str,
    intend: impl FnOnce(&mut Anchor),
    edit: impl FnOnce(&mut Draft) -> Result<()>,
) -> Result<String> {
    let path = anchor_path();
    let mut intended = Anchor::parse(text, &path)?;
    intend(&mut intended);
    let rewrite = |text: &str| Some(Anchor::parse(text, &path).ok()?.to_yaml());
    let edited = edited(text, &intended.to_yaml(), edit, rewrite);
    Anchor::parse(&edited, &path).context("the changed anchor would be refused")?;
    Ok(edited)
}

/// Where a code of the anchor stands.
fn place_of(number: usize) -> Vec<Step> {
    vec![key("spec"), key("macs"), Step::Index(number)]
}

fn anchor_path() -> RepoPath {
    ANCHOR_PATH.parse().expect("a valid path")
}

#[cfg(test)]
mod tests {
    use super::{in_policy, with_code, with_codes_of};
    use signet_api::{AnchorMac, Recovery};

    const OLD: &str = "age1jtvrnr834v4fmy89mp2h5nyhurprzv9ad5rp375nlth46zcc7seqz3mq9h";
    const NEW: &str = "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq";
    const SAFE: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

    fn policy(recovery: &str) -> String {
        format!(
            "# Ours.\napiVersion: signet.dev/v1alpha1\nkind: Policy\nspec:\n  version: 7   # rises\n  repository: ab\n  \
             ref: refs/heads/main\n  principals:\n    alice: {{keys: [ssh-ed25519 AAAA]}}\n  groups: {{root: [alice]}}\n  rules:\n    \
             - {{paths: [\"signet/**\"], signers: root}}\n  # Offline.\n  recovery: {recovery}\n  revoked: []\n"
        )
    }

    #[test]
    fn a_recovery_key_takes_the_place_of_another_one_and_the_rest_of_the_policy_stays_as_it_was() {
        let flow = |one: &str, other: &str| format!("{{recipients: [{one}, {other}]}}");
        let block =
            |one: &str, other: &str| format!("\n    recipients:\n      - {one}\n      - {other}");
        let safe = format!("{SAFE}   # in the safe");
        for (before, after) in [
            (flow(SAFE, OLD), flow(SAFE, NEW)),
            (flow(OLD, SAFE), flow(SAFE, NEW)),
            (block(&safe, OLD), block(&safe, NEW)),
            (block(OLD, &safe), block(&safe, NEW)),
        ] {
            let before = policy(&before);
            let both = Recovery {
                recipients: vec![SAFE.to_owned(), NEW.to_owned()],
                transitional: vec![OLD.to_owned()],
            };
            let begun = in_policy(&both, &before, 7).unwrap();
            assert!(begun.contains(NEW) && begun.contains(OLD), "{begun}");
            let alone = Recovery {
                transitional: Vec::new(),
                ..both
            };
            let ended = in_policy(&alone, &begun, 8).unwrap();
            let expected = policy(&after).replace("version: 7", "version: 9");
            assert_eq!(ended, expected);
        }
    }

    #[test]
    fn an_anchor_gets_a_code_and_loses_those_of_others_and_the_rest_stays_as_it_was() {
        let code = |recipient: &str, digit: &str| AnchorMac {
            recipient: recipient.to_owned(),
            // All digits: a typing that looks at it would make it a number.
            mac: digit.repeat(64),
        };
        for macs in [
            format!("\n  - recipient: {OLD}\n    mac: \"{}\"\n", "1".repeat(64)),
            format!(" [{{recipient: {OLD}, mac: \"{}\"}}]\n", "1".repeat(64)),
        ] {
            let before = format!(
                "# Where trust begins.\napiVersion: signet.dev/v1alpha1\nkind: Anchor\nspec:\n  repository: ab\n  ref: refs/heads/main\n  \
                 introduction:\n    commit: {}\n    payloadSha256: {}\n    signer: SHA256:abc # alice\n  macs:{macs}",
                "a".repeat(40),
                "b".repeat(64)
            );
            let begun = with_code(&code(NEW, "2"), &before).unwrap();
            assert!(begun.contains(OLD) && begun.contains(NEW), "{begun}");
            let ended = with_codes_of(&[NEW.to_owned()], &begun).unwrap();
            let expected = before
                .replace(OLD, NEW)
                .replace(&"1".repeat(64), &"2".repeat(64));
            assert_eq!(ended, expected);
            assert_eq!(with_codes_of(&[OLD.to_owned()], &begun).unwrap(), before);
        }
    }
}
