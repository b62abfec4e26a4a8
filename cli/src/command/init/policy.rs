//! The first policy.

use crate::documents::policy::{Signer, flow};
use crate::failure::{Explain, Result, usage};
use signet_api::{POLICY_PATH, Policy};
use signet_provenance::{Certificates, check_policy};
use std::collections::BTreeSet;

/// The text of a policy under which each signer alone may change everything.
///
/// # Errors
/// When a signer is named twice or without a key, or the policy would be refused.
pub(super) fn text(
    repository: &str,
    reference: &str,
    signers: &[Signer],
    recovery: &str,
) -> Result<String> {
    let mut names = BTreeSet::new();
    let mut principals = Vec::new();
    for Signer { name, key } in signers {
        let key = key.as_ref().ok_or_else(|| {
            usage(format!("the signer {name} has no key"))
                .hint(format!("say --signer {name}=PUBLICKEY"))
        })?;
        if !names.insert(name.clone()) {
            return Err(usage(format!("the signer {name} is named twice")));
        }
        principals.push(format!("    {}: {{keys: [{}]}}\n", flow(name), flow(key)));
    }
    let root: Vec<String> = names.iter().map(|name| flow(name)).collect();
    let text = include_str!("policy.yaml")
        .replace("@repository@", &flow(repository))
        .replace("@ref@", &flow(reference))
        .replace("@root@", &root.join(", "))
        .replace("@recovery@", &flow(recovery))
        .replace("    @principals@\n", &principals.concat());
    let policy =
        Policy::parse(&text, &POLICY_PATH.parse()?).context("the policy would be refused")?;
    check_policy(&policy, &Certificates::default()).context("the policy would be refused")?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::documents::policy::Signer;
    use signet_api::{POLICY_PATH, Policy};

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBd6jVkJZBgzC5xxyWXCpnvCXaoVjwrXhKL8EjOnwqrB alice";
    const RECOVERY: &str = "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq";

    fn signer(name: &str, key: &str) -> Signer {
        Signer {
            name: name.to_owned(),
            key: Some(key.to_owned()),
        }
    }

    #[test]
    fn gives_each_signer_the_root_group() {
        let text = text(
            "00112233445566778899",
            "refs/heads/main",
            &[signer("alice", KEY)],
            RECOVERY,
        );
        let text = text.unwrap_or_else(|failure| panic!("{}", failure.report(false)));
        let policy = Policy::parse(&text, &POLICY_PATH.parse().unwrap()).unwrap();
        assert_eq!(policy.version, 1);
        assert_eq!(policy.repository, "00112233445566778899");
        assert_eq!(policy.groups["root"], ["alice"]);
        assert_eq!(policy.principals["alice"].keys[0].key, KEY);
    }

    #[test]
    fn a_name_cannot_break_out_of_its_place() {
        let odd = "x: {keys: []}, y";
        let text = text("ab", "refs/heads/main", &[signer(odd, KEY)], RECOVERY);
        if let Ok(text) = text {
            let policy = Policy::parse(&text, &POLICY_PATH.parse().unwrap()).unwrap();
            assert_eq!(policy.principals.keys().collect::<Vec<_>>(), [odd]);
        }
    }

    #[test]
    fn refuses_a_signer_that_is_named_twice() {
        let signers = [signer("alice", KEY), signer("alice", KEY)];
        assert!(text("ab", "refs/heads/main", &signers, RECOVERY).is_err());
    }
}
