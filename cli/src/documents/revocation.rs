//! A revocation in the policy.

use super::Draft;
use super::policy::{changed, flow};
use crate::failure::Result;
use signet_api::{Policy, Revocation, RevocationMode};

/// The policy's text with the revocation in it, its version one above the verified one.
///
/// # Errors
/// When the text is no policy, or would be none.
pub(crate) fn added_to(
    text: &str,
    revocation: &Revocation,
    verified_version: u64,
) -> Result<String> {
    let change = |policy: &mut Policy| {
        policy.revoked.push(revocation.clone());
        Ok(())
    };
    let edit = |draft: &mut Draft| draft.add_item(&["spec", "revoked"], &entry(revocation));
    changed(text, verified_version, change, edit)
}

/// The entry as it stands in a list `revoked`, on one line.
pub(crate) fn entry(revocation: &Revocation) -> String {
    let Revocation { key, mode, since } = revocation;
    let mode = match mode {
        RevocationMode::Soft => "soft",
        RevocationMode::Hard => "hard",
    };
    format!("{{key: {}, mode: {mode}, since: \"{since}\"}}", flow(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"# Ours.
apiVersion: signet.dev/v1alpha1
kind: Policy
spec:
  version: 7   # rises
  repository: 0123456789abcdef0123456789abcdef
  ref: refs/heads/main
  principals:
    alice: {keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEL1Cz5kpNqgNjzpSs1dLZSRqbjdrUvYF2JRcYvXsVQZ alice"]}
  groups: {root: [alice]}
  rules:
    - {paths: ["signet/**"], signers: root}
  revoked: []   # nobody yet
  recovery: {recipients: [age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq]}
"#;
    const ENTRY: &str = r#"{key: SHA256:AAAA, mode: soft, since: "2026-11-29T12:00:00Z"}"#;

    fn added(text: &str) -> String {
        let revocation = Revocation {
            key: "SHA256:AAAA".to_owned(),
            mode: RevocationMode::Soft,
            since: "2026-11-29T12:00:00Z".parse().unwrap(),
        };
        match added_to(text, &revocation, 7) {
            Ok(text) => text,
            Err(failure) => panic!("{}", failure.report(false)),
        }
    }

    #[test]
    fn adds_the_entry_and_leaves_every_other_line_alone() {
        let expected = POLICY
            .replace("version: 7 ", "version: 8 ")
            .replace("revoked: []", &format!("revoked: [{ENTRY}]"));
        assert_eq!(added(POLICY), expected);
    }

    #[test]
    fn adds_the_list_where_there_is_none_and_an_item_where_there_are_some() {
        let without = POLICY.replace("  revoked: []   # nobody yet\n", "");
        let once = added(&without);
        assert!(once.ends_with(&format!("  revoked: [{ENTRY}]\n")), "{once}");
        let block = POLICY.replace(
            "revoked: []   # nobody yet\n",
            "revoked:\n    # Left in spring.\n    - {key: SHA256:BBBB, mode: hard, since: \"2026-03-01T00:00:00Z\"}\n",
        );
        let twice = added(&block);
        assert!(
            twice.contains(&format!("\"2026-03-01T00:00:00Z\"}}\n    - {ENTRY}\n")),
            "{twice}"
        );
        assert!(twice.contains("# Left in spring."));
    }
}
