use super::*;
use crate::authority::tests::{policy, rule};

fn paths(paths: &[&str]) -> Vec<RepoPath> {
    paths.iter().map(|path| path.parse().unwrap()).collect()
}

fn found(policy: &Policy, files: &[&str]) -> Vec<String> {
    let files = paths(files);
    uncovered(policy, &files)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn names_the_outermost_folder_in_which_nobody_may_change_anything() {
    let mut policy = policy();
    policy.rules.push(rule("half/a/*", "team"));
    let files = [
        "README.md",
        "docs/a.md",
        "docs/deep/b.md",
        "half/a/x",
        "half/a/deep/y",
        "half/b/z",
        "signet/policy.yaml",
        "team/x",
    ];
    assert_eq!(
        found(&policy, &files),
        ["README.md", "docs", "half/a/deep", "half/b"]
    );
}

#[test]
fn names_each_file_where_somebody_may_change_others_beside_it() {
    let mut policy = policy();
    policy.rules.push(rule("**/*.yaml", "team"));
    let files = ["docs/a.md", "docs/b.md", "docs/c.yaml"];
    assert_eq!(found(&policy, &files), ["docs/a.md", "docs/b.md"]);
}

#[test]
fn a_tenant_has_a_rule_if_one_may_match_below_its_folder() {
    let tenants: Vec<TenantName> = ["a", "b", "platform"]
        .map(|name| name.parse().unwrap())
        .into();
    let without = |pattern: &str| {
        let mut policy = policy();
        policy.rules.push(rule(pattern, "team"));
        let found = tenants_without_rule(&policy, &tenants);
        found
            .into_iter()
            .map(TenantName::to_string)
            .collect::<Vec<_>>()
    };
    for all in ["tenants/**", "**/*.yaml", "*/*/prod/x", "tenants/*/**"] {
        assert_eq!(without(all), [""; 0], "{all}");
    }
    for one in ["tenants/a/**", "tenants/a/prod/x"] {
        assert_eq!(without(one), ["b"], "{one}");
    }
    for none in ["tenants/*", "tenants/a", "tenants/ab/**", "tenant/**"] {
        assert_eq!(without(none), ["a", "b"], "{none}");
    }
}
