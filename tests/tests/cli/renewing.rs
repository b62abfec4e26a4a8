//! `rotate identity` and `rotate cluster`: another identity for a tenant or a cluster, one commit after the other.

use std::path::Path;

use signet_tests::binaries::binaries;

use crate::fixture::{Fleet, Run, SECRET, SECRET_PATH, run, signet, text};

const OTHER: &str = "tenants/team-a/prod/deep/other.yaml";
const TENANT: &str = "signet/tenants/team-a.yaml";
const IDENTITY: &str = "signet/identities/prod/team-a.yaml";

/// A fleet with two committed secrets of team-a.
fn fleet() -> Fleet {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.write(OTHER, SECRET).unwrap();
    signet(&fleet.alice, &["seal", OTHER]).succeeded();
    fleet.alice.commit("Seal").unwrap();
    fleet
}

/// Rotates team-a's identity with the cluster's identity at hand, and nothing else.
fn rotate(fleet: &Fleet, words: &[&str]) -> Run {
    let mut command = fleet.alice.command(binaries().signet);
    command.env("SIGNET_IDENTITY_FILE", fleet.identity()).args([
        "rotate",
        "identity",
        "team-a",
        "--cluster",
        "prod",
    ]);
    run(command, words)
}

/// What the documents name: the recipient, and those that it takes the place of.
fn named(fleet: &Fleet) -> (String, Vec<String>) {
    let text = fleet.alice.read(TENANT).unwrap();
    let document = signet_api::Tenant::parse(&text, &TENANT.parse().unwrap()).unwrap();
    let on = &document.clusters[0];
    (on.recipient.clone(), on.transitional.clone())
}

fn changed(fleet: &Fleet) -> String {
    fleet.alice.git(&["status", "--porcelain"]).unwrap()
}

/// New Secrets of team-a, as they are sealed for the tenant's old identity, once the new one is committed.
fn bring_from_a_branch(fleet: &Fleet, paths: &[&str]) {
    let head = fleet.alice.head().unwrap();
    fleet
        .alice
        .git(&["checkout", "--quiet", "-b", "older", "HEAD~1"])
        .unwrap();
    for path in paths {
        fleet.alice.write(path, SECRET).unwrap();
        signet(&fleet.alice, &["seal", path]).succeeded();
    }
    let brought = fleet.alice.commit("Bring another").unwrap();
    fleet.alice.git(&["checkout", "--quiet", "main"]).unwrap();
    assert_eq!(head, fleet.alice.head().unwrap());
    fleet.alice.git(&["cherry-pick", "-S", &brought]).unwrap();
}

#[test]
fn a_tenant_gets_a_new_identity_in_two_commits_and_each_run_says_what_is_next() {
    let fleet = fleet();
    let (old, _) = named(&fleet);
    rotate(&fleet, &[]).failed(1, &["workloads", "2 files", "--yes"]);
    rotate(&fleet, &["--dry-run"]).succeeded();
    assert_eq!(changed(&fleet), "");

    let before = fleet.alice.read(SECRET_PATH).unwrap();
    let begun = rotate(&fleet, &["--yes", "-o", "json"]).succeeded();
    let (new, transitional) = named(&fleet);
    assert_ne!(new, old);
    assert_eq!(transitional, [old.as_str()]);
    for path in [SECRET_PATH, OTHER] {
        let sealed = fleet.alice.read(path).unwrap();
        assert!(sealed.contains(&new) && !sealed.contains(&old), "{sealed}");
        assert_eq!(fleet.open(&[path]).succeeded().stdout, SECRET);
    }
    let value = |text: &str| {
        text[text.find("ENC[").unwrap()..]
            .lines()
            .next()
            .map(str::to_owned)
    };
    assert_ne!(
        value(&before),
        value(&fleet.alice.read(SECRET_PATH).unwrap())
    );
    assert!(
        begun.stdout.contains(OTHER) && begun.stdout.contains(&old),
        "{}",
        begun.stdout
    );
    assert!(
        begun.stderr.contains("next: git add signet tenants"),
        "{}",
        begun.stderr
    );
    assert!(
        begun
            .stderr
            .contains("signet rotate identity team-a --cluster prod")
    );
    signet(&fleet.alice, &["check"]).succeeded();

    let files = changed(&fleet);
    let texts = [TENANT, IDENTITY, SECRET_PATH].map(|path| fleet.alice.read(path).unwrap());
    let again = rotate(&fleet, &["--yes"]).succeeded();
    assert!(
        again.stderr.contains("next: git add signet tenants"),
        "{}",
        again.stderr
    );
    assert_eq!(changed(&fleet), files);
    assert_eq!(
        texts,
        [TENANT, IDENTITY, SECRET_PATH].map(|path| fleet.alice.read(path).unwrap())
    );
    fleet.alice.commit("Rotate").unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();

    let document = fleet.open(&[IDENTITY]).succeeded().stdout;
    assert_eq!(
        document.matches("AGE-SECRET-KEY-1").count(),
        2,
        "{IDENTITY}"
    );
    let ended = rotate(&fleet, &["--yes"]).succeeded();
    assert!(
        ended.stderr.contains("Take away the old identity"),
        "{}",
        ended.stderr
    );
    assert_eq!(named(&fleet), (new.clone(), vec![]));
    let changed: Vec<String> = changed(&fleet)
        .lines()
        .map(|line| line.split_whitespace().last().unwrap().to_owned())
        .collect();
    assert_eq!(changed, [IDENTITY, TENANT]);
    let document = fleet.open(&[IDENTITY]).succeeded().stdout;
    assert_eq!(
        document.matches("AGE-SECRET-KEY-1").count(),
        1,
        "{IDENTITY}"
    );
    signet(&fleet.alice, &["check"]).succeeded();
    fleet.alice.commit("Take it away").unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
}

#[test]
fn what_a_branch_brings_meanwhile_gets_a_new_key_before_the_old_identity_goes() {
    let fleet = fleet();
    let (old, _) = named(&fleet);
    rotate(&fleet, &["--yes"]).succeeded();
    fleet.alice.commit("Rotate").unwrap();
    let brought = "tenants/team-a/prod/brought.yaml";
    bring_from_a_branch(&fleet, &[brought]);
    signet(&fleet.alice, &["check"]).failed(1, &[]);
    let ended = rotate(&fleet, &["--yes", "-o", "name"]).succeeded();
    assert!(ended.stdout.contains(brought), "{}", ended.stdout);
    let sealed = fleet.alice.read(brought).unwrap();
    assert!(
        sealed.contains(&named(&fleet).0) && !sealed.contains(&old),
        "{sealed}"
    );
    assert_eq!(named(&fleet).1, [""; 0]);
    assert_eq!(fleet.open(&[brought]).succeeded().stdout, SECRET);
    signet(&fleet.alice, &["check"]).succeeded();
}

#[test]
fn the_old_identity_stays_as_long_as_a_file_that_is_sealed_for_it_keeps_its_key() {
    let fleet = fleet();
    rotate(&fleet, &["--yes"]).succeeded();
    fleet.alice.commit("Rotate").unwrap();
    let brought = "tenants/team-a/prod/brought.yaml";
    bring_from_a_branch(&fleet, &[brought, "tenants/team-a/prod/sound.yaml"]);
    let sealed = fleet.alice.read(brought).unwrap();
    let (changed_value, unreadable) = (
        sealed.replacen("GCM,data:", "GCM,data:AAAA", 1),
        sealed.replace("data:", "data:AAAA"),
    );
    for spoiled in [changed_value, unreadable] {
        fleet.alice.write(brought, &spoiled).unwrap();
        fleet.alice.commit("Spoil it").unwrap();
        rotate(&fleet, &["--yes"]).failed(1, &[brought]);
        assert_eq!(changed(&fleet), "");
    }
}

#[test]
fn whose_identity_it_is_that_goes_only_a_commit_says_that_verifies() {
    let fleet = fleet();
    let (old, _) = named(&fleet);
    let other = signet(&fleet.alice, &["keygen", "-o", "../other.key"]).succeeded();
    let other = other.stdout.trim().to_owned();
    let text = fleet.alice.read(TENANT).unwrap();
    fleet
        .alice
        .write(TENANT, &text.replace(&old, &other))
        .unwrap();
    let files = changed(&fleet);
    rotate(&fleet, &["--yes"]).failed(1, &[&other, "otherwise than a step of a rotation"]);
    assert_eq!(changed(&fleet), files);
    fleet.alice.git(&["checkout", "--quiet", "."]).unwrap();
    let mut command = fleet.alice.command(binaries().signet);
    command.env("SIGNET_IDENTITY_FILE", fleet.identity());
    let words = ["rotate", "identity", "team-c", "--cluster", "prod"];
    run(command, &words).failed(1, &["no verified commit has a tenant team-c on prod"]);
}

/// Rotates the cluster's identity with the recovery key at hand.
fn rotate_cluster(fleet: &Fleet, words: &[&str]) -> Run {
    let mut command = fleet.alice.command(binaries().signet);
    command
        .env("SIGNET_IDENTITY_FILE", fleet.recovery())
        .args(["rotate", "cluster", "prod"]);
    run(command, words)
}

#[test]
fn while_a_cluster_is_rotated_either_identity_opens_those_of_its_tenants_and_then_the_new_one_alone()
 {
    let fleet = fleet();
    let new_key = fleet.alice.person().home().join("prod-2.key");
    let out = text(&new_key);
    let opens = |key: &Path, path: &str| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", key);
        run(command, &["open", path]).code == 0
    };
    rotate_cluster(&fleet, &["--dry-run", "--identity-out", &out]).succeeded();
    assert!(!new_key.exists() && changed(&fleet).is_empty());
    let begun = rotate_cluster(&fleet, &["--identity-out", &out]).succeeded();
    assert!(
        begun
            .stderr
            .contains("signet bootstrap --cluster prod --identity"),
        "{}",
        begun.stderr
    );
    let tenants =
        ["team-a", "team-b", "platform"].map(|name| format!("signet/identities/prod/{name}.yaml"));
    for path in &tenants {
        assert!(
            opens(&fleet.identity(), path) && opens(&new_key, path),
            "{path}"
        );
    }
    signet(&fleet.alice, &["check"]).succeeded();
    let files = changed(&fleet);
    assert_eq!(files.lines().count(), 5, "{files}");
    rotate_cluster(&fleet, &["--identity-out", &out]).failed(2, &["--identity-out"]);
    let again = rotate_cluster(&fleet, &["--yes"]).succeeded();
    assert!(
        again.stderr.contains("next: git add signet"),
        "{}",
        again.stderr
    );
    assert_eq!(changed(&fleet), files);
    fleet.alice.commit("Rotate").unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();

    fleet.add_tenant("team-c");
    let newcomer = "signet/identities/prod/team-c.yaml";
    assert!(opens(&fleet.identity(), newcomer) && opens(&new_key, newcomer));
    fleet.alice.commit("Add team-c").unwrap();

    rotate_cluster(&fleet, &[]).failed(1, &["Does the cluster have the new one"]);
    assert_eq!(changed(&fleet), "");
    let ended = rotate_cluster(&fleet, &["--yes"]).succeeded();
    assert!(
        ended.stdout.contains(IDENTITY) && ended.stdout.contains(newcomer),
        "{}",
        ended.stdout
    );
    assert!(
        ended
            .stderr
            .contains("signet rotate identity TENANT --cluster prod"),
        "{}",
        ended.stderr
    );
    for path in tenants.iter().map(String::as_str).chain([newcomer]) {
        assert!(
            !opens(&fleet.identity(), path) && opens(&new_key, path),
            "{path}"
        );
    }
    signet(&fleet.alice, &["check"]).succeeded();
    fleet.alice.commit("Take it away").unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
}

#[test]
fn an_identity_that_only_the_work_tree_names_is_asked_about() {
    let fleet = fleet();
    // All that is to be is sealed for it already.
    rotate(&fleet, &["--yes"]).succeeded();
    let (new, _) = named(&fleet);
    let words = ["Only the work tree names", &new, "of team-a on prod"];
    rotate(&fleet, &[]).failed(1, &words);
    fleet
        .alice
        .commit_unsigned("Rotate as alice would")
        .unwrap();
    let said = rotate(&fleet, &[]).failed(1, &["HEAD is refused", &format!("  {TENANT}\n")]);
    assert!(
        said.contains("this follows what is good before that"),
        "{said}"
    );
    let said = rotate(&fleet, &["--yes"]).succeeded().stderr;
    assert!(said.contains(&new) && said.contains("next: "), "{said}");
    let dry = rotate(&fleet, &["--dry-run"]).succeeded().stderr;
    assert!(dry.contains("would be asked: Only the work tree"), "{dry}");

    let reset = ["reset", "--quiet", "--hard", "HEAD~"];
    fleet.alice.git(&reset).unwrap();
    rotate_cluster(&fleet, &[]).succeeded();
    let document = "signet/clusters/prod.yaml";
    let text = fleet.alice.read(document).unwrap();
    let cluster = signet_api::Cluster::parse(&text, &document.parse().unwrap()).unwrap();
    let words = [
        "Only the work tree names",
        &cluster.recipient,
        "identity of prod",
    ];
    rotate_cluster(&fleet, &[]).failed(1, &words);
    fleet
        .alice
        .commit_unsigned("Rotate as alice would")
        .unwrap();
    rotate_cluster(&fleet, &[]).failed(1, &["HEAD is refused", &format!("  {document}\n")]);
    let said = rotate_cluster(&fleet, &["--yes"]).succeeded().stderr;
    assert!(said.contains("next: "), "{said}");
}

#[test]
fn no_rotation_of_an_identity_vouches_unasked_for_what_nobody_signed() {
    let fleet = fleet();
    let tenant = fleet.alice.read(TENANT).unwrap();
    let lax = tenant.replace("spec:\n", "spec:\n  sealed: compat\n");
    assert_ne!(tenant, lax);
    fleet.alice.write(TENANT, &lax).unwrap();
    fleet.alice.commit_unsigned("Plant").unwrap();
    let words = ["HEAD is refused", &format!("  {TENANT}\n")];
    rotate(&fleet, &[]).failed(1, &words);
    rotate_cluster(&fleet, &[]).failed(1, &words);
    assert_eq!(changed(&fleet), "");
}

#[test]
fn no_identity_is_rotated_where_files_of_the_fleet_are_left_out_of_the_work_tree() {
    let fleet = fleet();
    let sparse = |words: &[&str]| {
        fleet
            .alice
            .git(&[&["sparse-checkout"], words].concat())
            .unwrap();
    };
    sparse(&["set", "signet", "clusters"]);
    assert!(fleet.alice.read(SECRET_PATH).is_err());
    let why = [
        "the checkout is sparse",
        "tenants/team-a/",
        "git sparse-checkout disable",
    ];
    rotate(&fleet, &["--yes"]).failed(1, &why);
    assert_eq!(changed(&fleet), "");
    sparse(&["disable"]);
    rotate(&fleet, &["--yes"]).succeeded();
}
