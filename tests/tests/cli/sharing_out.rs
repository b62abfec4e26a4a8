//! A rotation of which the policy leaves a part to a team says who commits what, and what it says goes through.

use std::env;
use std::path::Path;

use signet_tests::binaries::binaries;
use signet_tests::person::WorkTree;

use crate::fixture::{Fleet, SECRET_PATH, run, signet};

const POLICY: &str = "signet/policy.yaml";

/// A fleet whose folder of team-a dave alone signs, with a secret in it, and dave's clone.
fn fleet() -> (Fleet, WorkTree) {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.commit("Seal").unwrap();
    let policy = fleet.alice.read(POLICY).unwrap();
    let policy = policy.replace("team-a: [dave, alice]", "team-a: [dave]");
    let policy = policy.replace("version: 2", "version: 3");
    fleet.alice.write(POLICY, &policy).unwrap();
    fleet.alice.commit("Leave the folder to dave").unwrap();
    fleet.alice.push().unwrap();
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    signet(&dave, &["verify", "--trust", &fleet.introduction()]).succeeded();
    (fleet, dave)
}

/// Carries out what stands behind these words in what was said, as it would be pasted, with the recovery key at hand.
fn paste(tree: &WorkTree, identity: &Path, said: &str, behind: &str) {
    let line = said.lines().find_map(|line| line.split_once(behind));
    let (_, words) = line.unwrap_or_else(|| panic!("no {behind:?} in {said}"));
    let mut command = tree.command("sh");
    let signet = binaries().signet.clone();
    let folder = signet.parent().unwrap();
    let path = format!("{}:{}", folder.display(), env::var("PATH").unwrap());
    // Nobody is there to be asked.
    let words = words.replace("signet rotate", "signet rotate --yes");
    command
        .env("PATH", path)
        .env("SIGNET_IDENTITY_FILE", identity);
    run(command, &["-ec", &words]).succeeded();
}

#[test]
fn a_rotation_says_who_commits_what_where_a_team_signs_its_own_folder() {
    let (fleet, dave) = fleet();
    let key = fleet.recovery();
    let rotate = || {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", &key);
        let words = ["rotate", "identity", "team-a", "--cluster", "prod", "--yes"];
        run(command, &words).succeeded().stderr
    };
    let begun = rotate();
    paste(&fleet.alice, &key, &begun, "next, by alice: ");
    paste(&dave, &key, &begun, "then, by dave: ");
    fleet.alice.catch_up().unwrap();
    signet(&fleet.alice, &["verify"]).succeeded();
    signet(&fleet.alice, &["check"]).succeeded();

    let ended = rotate();
    paste(&dave, &key, &ended, "next, by dave: ");
    paste(&fleet.alice, &key, &ended, "then, by alice: ");
    for tree in [&fleet.alice, &dave] {
        tree.catch_up().unwrap();
        signet(tree, &["verify"]).succeeded();
        signet(tree, &["check"]).succeeded();
        assert_eq!(tree.git(&["status", "--porcelain"]).unwrap(), "");
    }
    let sealed = fleet.alice.read(SECRET_PATH).unwrap();
    let tenant = fleet.alice.read("signet/tenants/team-a.yaml").unwrap();
    let recipients = tenant.matches("age1").count();
    assert_eq!((recipients, sealed.matches("recipient: ").count()), (1, 2));
}
