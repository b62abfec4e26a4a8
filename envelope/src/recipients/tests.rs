use super::*;

const POLICY: &str = include_str!("../../tests/fleet/policy.yaml");
const CLUSTER: &str = include_str!("../../tests/fleet/prod.yaml");
const TENANT: &str = include_str!("../../tests/fleet/team-a.yaml");
const PLATFORM: &str = include_str!("../../tests/fleet/platform.yaml");

fn fleet() -> Fleet {
    let file = |path: &str, text: &str| (path.parse().unwrap(), text.as_bytes().to_vec());
    let fleet = Fleet::parse([
        file("signet/policy.yaml", POLICY),
        file("signet/clusters/prod.yaml", CLUSTER),
        file("signet/tenants/team-a.yaml", TENANT),
        file("signet/tenants/platform.yaml", PLATFORM),
    ])
    .unwrap();
    assert_eq!(fleet.problems, []);
    fleet
}

fn required(path: &str) -> Vec<String> {
    recipients(&fleet(), &path.parse().unwrap())
        .unwrap()
        .required
        .into_iter()
        .collect()
}

#[test]
fn a_tenants_file_is_for_its_identity_its_editors_and_recovery() {
    assert_eq!(
        required("tenants/team-a/prod/db.yaml"),
        [
            "age1editor",
            "age1recovery",
            "age1teama",
            "ssh-ed25519 AAAA"
        ]
    );
    assert_eq!(
        required("clusters/prod/dns.yaml"),
        ["age1platform", "age1recovery"]
    );
}

#[test]
fn a_tenants_identity_is_for_its_cluster_and_recovery() {
    assert_eq!(
        required("signet/identities/prod/team-a.yaml"),
        ["age1prod", "age1recovery"]
    );
    assert_eq!(
        required("signet/identities/prod/platform.yaml"),
        ["age1prod", "age1recovery"]
    );
}

#[test]
fn a_clusters_identity_is_for_recovery_alone() {
    assert_eq!(
        required("signet/identities/prod/cluster.yaml"),
        ["age1recovery"]
    );
}

#[test]
fn a_rotation_allows_more() {
    let path = "tenants/team-a/prod/db.yaml".parse().unwrap();
    let transitional = recipients(&fleet(), &path).unwrap().transitional;
    assert_eq!(transitional.into_iter().collect::<Vec<_>>(), ["age1next"]);
}

#[test]
fn a_path_of_nobody_has_no_recipients() {
    for path in [
        "base/db.yaml",
        "tenants/team-b/db.yaml",
        "clusters/dev/db.yaml",
        "signet/identities/dev/cluster.yaml",
    ] {
        assert!(
            recipients(&fleet(), &path.parse().unwrap()).is_err(),
            "{path}"
        );
    }
}

#[test]
fn the_comment_of_an_ssh_key_is_not_part_of_it() {
    assert_eq!(
        normal_recipient(" ssh-ed25519  AAAA dave@laptop\n"),
        "ssh-ed25519 AAAA"
    );
    assert_eq!(normal_recipient("age1x"), "age1x");
}

#[test]
fn a_recipient_of_a_plugin_says_so_in_its_prefix() {
    for (recipient, is_of_plugin) in [
        (
            "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
            true,
        ),
        ("age1tagpq1qqqqqq", true),
        (
            "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq",
            false,
        ),
        ("age1pq1qqqqqq", false),
        ("ssh-ed25519 AAAA1", false),
        ("age1x\nage1y", false),
    ] {
        assert_eq!(super::is_of_plugin(recipient), is_of_plugin, "{recipient}");
    }
}

#[test]
fn an_old_identity_may_stand_in_the_place_of_the_new_one_and_beside_it_and_for_nobody_else() {
    let path: RepoPath = "tenants/team-a/prod/db.yaml".parse().unwrap();
    let with = |names: &[&str]| {
        let there = names.iter().map(|&name| name.to_owned()).collect();
        demanded(&fleet(), &path, &there).unwrap()
    };
    let old = with(&["age1next", "age1recovery"]);
    assert_eq!(
        listed(&old.required),
        ["age1editor", "age1recovery", "ssh-ed25519 AAAA"]
    );
    assert_eq!(listed(&old.transitional), ["age1next", "age1teama"]);
    let right = recipients(&fleet(), &path).unwrap();
    for names in [
        &["age1teama"][..],
        &["age1teama", "age1next"],
        &["age1editor"],
        &[],
    ] {
        assert_eq!(with(names), right);
    }
}

/// The fleet while its recovery keys are these.
fn recovered_by(recovery: &str) -> Fleet {
    let mut fleet = fleet();
    let text = POLICY.replace("{recipients: [age1recovery]}", recovery);
    assert_ne!(text, POLICY);
    let path = "signet/policy.yaml".parse().unwrap();
    fleet.policy = signet_api::Policy::parse(&text, &path).unwrap();
    fleet
}

fn listed(set: &BTreeSet<String>) -> Vec<&str> {
    set.iter().map(String::as_str).collect()
}

#[test]
fn while_a_recovery_key_is_rotated_every_file_may_name_the_old_one_and_has_to_name_the_new_one() {
    let fleet = recovered_by("{recipients: [age1new], transitional: [age1old]}");
    for (path, others) in [
        ("signet/identities/prod/cluster.yaml", &[][..]),
        ("signet/identities/prod/team-a.yaml", &["age1prod"]),
        ("clusters/prod/dns.yaml", &["age1platform"]),
    ] {
        let Recipients {
            required,
            transitional,
        } = recipients(&fleet, &path.parse().unwrap()).unwrap();
        let expected: BTreeSet<&str> = others.iter().chain(&["age1new"]).copied().collect();
        assert_eq!(listed(&required), Vec::from_iter(expected), "{path}");
        assert_eq!(listed(&transitional), ["age1old"], "{path}");
    }
}

#[test]
fn an_old_recovery_key_stands_in_the_place_of_one_and_not_of_all_of_several() {
    let path = "signet/identities/prod/cluster.yaml".parse().unwrap();
    let required = |fleet: &Fleet, there: &[&str]| {
        let there = there.iter().map(|&one| one.to_owned()).collect();
        let demanded = demanded(fleet, &path, &there).unwrap();
        listed(&demanded.required).join(" ")
    };
    let one = recovered_by("{recipients: [age1safe, age1new], transitional: [age1old]}");
    for (there, demanded) in [
        (&["age1old", "age1safe"][..], "age1safe"),
        (&["age1old", "age1new"], "age1new age1safe"),
        (&["age1old"], "age1safe"),
        (&["age1new"], "age1new age1safe"),
        (&["age1old", "age1new", "age1safe"], "age1new age1safe"),
    ] {
        assert_eq!(required(&one, there), demanded, "{there:?}");
    }
    let two = recovered_by(
        "{recipients: [age1safe, age1new, age1newer], transitional: [age1old, age1older]}",
    );
    for (there, demanded) in [
        (&["age1old", "age1older", "age1safe"][..], "age1safe"),
        (&["age1old", "age1newer", "age1safe"], "age1newer age1safe"),
        (
            &["age1old", "age1new", "age1safe"],
            "age1new age1newer age1safe",
        ),
        (&["age1old", "age1safe"], "age1newer age1safe"),
    ] {
        assert_eq!(required(&two, there), demanded, "{there:?}");
    }
}
