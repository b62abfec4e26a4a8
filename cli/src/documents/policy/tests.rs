use super::{NewTenant, Signer};
use signet_api::{POLICY_PATH, Policy};

const DAVE: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBd6jVkJZBgzC5xxyWXCpnvCXaoVjwrXhKL8EjOnwqrB dave";
const ERIN: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8n5rRRsGLPVYrOCGP14f4+NVxTnbgOFtGJ3PLnSJ8q erin";

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
  # Who may change what.
  rules:
    - {paths: ["signet/**"], signers: root}
    - {paths: ["clusters/**"], signers: root}
  recovery: {recipients: [age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq]}
"#;

fn signer(name: &str, key: Option<&str>) -> Signer {
    Signer {
        name: name.to_owned(),
        key: key.map(str::to_owned),
    }
}

fn with(text: &str, signers: &[Signer]) -> String {
    let tenant = NewTenant {
        name: "team-a",
        signers,
        verified_version: 7,
    };
    match tenant.added_to(text) {
        Ok(text) => text,
        Err(failure) => panic!("{}", failure.report(false)),
    }
}

fn refusal(name: &str, signers: &[Signer]) -> String {
    match (NewTenant {
        name,
        signers,
        verified_version: 7,
    })
    .added_to(POLICY)
    {
        Ok(text) => panic!("accepted: {text}"),
        Err(failure) => failure.report(false),
    }
}

#[test]
fn adds_principal_group_and_rule_and_leaves_every_other_line_alone() {
    let expected = POLICY
        .replace("version: 7 ", "version: 8 ")
        .replace(
            "  groups: {root",
            &format!("    dave: {{keys: [\"{DAVE}\"]}}\n  groups: {{root"),
        )
        .replace("[alice]}\n  #", "[alice], team-a: [dave, alice]}\n  #")
        .replace(
            "  recovery",
            "    - {paths: [\"tenants/team-a/**\"], signers: team-a}\n  recovery",
        );
    assert_eq!(
        with(POLICY, &[signer("dave", Some(DAVE)), signer("alice", None)]),
        expected
    );
}

#[test]
fn leaves_a_tenant_without_signers_to_the_root_group() {
    let text = with(POLICY, &[]);
    let policy = Policy::parse(&text, &POLICY_PATH.parse().expect("a path")).expect("a policy");
    assert_eq!(policy.rules.last().expect("a rule").signers, "root");
    assert!(!policy.groups.contains_key("team-a"));
}

#[test]
fn writes_the_policy_anew_where_edits_do_not_fit_and_keeps_the_first_comments() {
    let awkward = POLICY.replace(
        "  groups: {root: [alice]}",
        "  groups: !!map {root: [alice], }",
    );
    let text = with(&awkward, &[signer("dave", Some(DAVE))]);
    assert!(text.starts_with("# Ours.\n"));
    assert!(Policy::parse(&text, &POLICY_PATH.parse().expect("a path")).is_ok());
}

#[test]
fn refuses_a_group_that_exists() {
    assert!(refusal("root", &[signer("dave", Some(DAVE))]).contains("has a group root already"));
}

#[test]
fn refuses_another_key_for_a_known_principal() {
    assert!(refusal("team-a", &[signer("alice", Some(ERIN))]).contains("another key"));
}

#[test]
fn refuses_an_unknown_principal_without_a_key() {
    assert!(refusal("team-a", &[signer("zoe", None)]).contains("no principal zoe"));
}

#[test]
fn a_private_key_is_no_signer() {
    assert!("dave=AGE-SECRET-KEY-1QQQ".parse::<Signer>().is_err());
    assert!(
        "dave=-----BEGIN OPENSSH PRIVATE KEY-----"
            .parse::<Signer>()
            .is_err()
    );
}

#[test]
fn several_tenants_of_one_commit_raise_the_version_once() {
    let text = with(POLICY, &[]);
    let second = NewTenant {
        name: "team-b",
        signers: &[],
        verified_version: 7,
    };
    let text = second.added_to(&text).unwrap();
    assert!(text.contains("version: 8 "), "{text}");
}
