use std::collections::BTreeSet;

use super::*;
use crate::sealed::tests::{FILE, sealed};

fn scope() -> Scope {
    Scope {
        repository: "6f1c0d".to_owned(),
        tenant: "team-a".parse().unwrap(),
        cluster: Some("prod".parse().unwrap()),
        path: "tenants/team-a/prod/db.yaml".parse().unwrap(),
        recipients: Recipients {
            required: BTreeSet::from(["age1teama".to_owned()]),
            transitional: BTreeSet::new(),
        },
        mode: SealedMode::Strict,
    }
}

fn refusal(text: &str, scope: &Scope) -> String {
    check_scope(&sealed(text), scope).unwrap_err().to_string()
}

#[test]
fn accepts_a_file_in_its_place() {
    assert_eq!(check_scope(&sealed(FILE), &scope()), Ok(()));
    assert_eq!(
        check_scope(
            &sealed(FILE),
            &Scope {
                cluster: None,
                ..scope()
            }
        ),
        Ok(())
    );
}

#[test]
fn names_what_a_file_was_sealed_for() {
    let cases = [
        (
            Scope {
                tenant: "team-b".parse().unwrap(),
                ..scope()
            },
            "tenants/team-a/prod/db.yaml was sealed for tenant team-a, not team-b",
        ),
        (
            Scope {
                repository: "other".to_owned(),
                ..scope()
            },
            "tenants/team-a/prod/db.yaml was sealed for the repository 6f1c0d, not other",
        ),
        (
            Scope {
                cluster: Some("dev".parse().unwrap()),
                ..scope()
            },
            "tenants/team-a/prod/db.yaml was sealed for the clusters prod, not dev",
        ),
        (
            Scope {
                path: "tenants/team-a/dev/db.yaml".parse().unwrap(),
                ..scope()
            },
            "tenants/team-a/dev/db.yaml was sealed for the path tenants/team-a/prod/db.yaml",
        ),
    ];
    for (scope, expected) in cases {
        assert_eq!(refusal(FILE, &scope), expected);
    }
}

#[test]
fn recipients_lie_between_required_and_transitional() {
    let with = |required: &[&str], transitional: &[&str]| Scope {
        recipients: Recipients {
            required: required.iter().map(|&text| text.to_owned()).collect(),
            transitional: transitional.iter().map(|&text| text.to_owned()).collect(),
        },
        ..scope()
    };
    assert_eq!(
        check_scope(&sealed(FILE), &with(&[], &["age1teama"])),
        Ok(())
    );
    assert_eq!(
        refusal(FILE, &with(&["age1other"], &[])),
        "tenants/team-a/prod/db.yaml is not sealed for those that its path demands; missing: age1other; not allowed: age1teama"
    );
    let more = FILE.replace(
        "    encrypted_regex",
        "        - {recipient: age1evil, enc: x}\n    encrypted_regex",
    );
    assert_eq!(
        refusal(&more, &scope()),
        "tenants/team-a/prod/db.yaml is not sealed for those that its path demands; not allowed: age1evil"
    );
}

#[test]
fn a_plain_sops_file_is_accepted_in_compat_alone() {
    let (head, tail) = FILE.split_once("    signet:").unwrap();
    let plain = format!(
        "{head}    version:{}",
        tail.rsplit_once("    version:").unwrap().1
    );
    assert!(matches!(
        check_scope(&sealed(&plain), &scope()),
        Err(ScopeError::NoSeal { .. })
    ));
    assert_eq!(
        check_scope(
            &sealed(&plain),
            &Scope {
                mode: SealedMode::Compat,
                ..scope()
            }
        ),
        Ok(())
    );
}

#[test]
fn compat_does_not_excuse_a_seal_for_another_place() {
    let scope = Scope {
        mode: SealedMode::Compat,
        tenant: "team-b".parse().unwrap(),
        ..scope()
    };
    assert!(matches!(
        check_scope(&sealed(FILE), &scope),
        Err(ScopeError::Tenant { .. })
    ));
}
