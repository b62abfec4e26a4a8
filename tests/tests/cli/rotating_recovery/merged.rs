//! Merges of a branch from before `rotate recovery` with one from after it.

use signet_tests::binaries::binaries;

use super::{begin, fleet, new_key, opens};
use crate::fixture::{SECRET, SECRET_PATH, signet, text};
use crate::merging::in_fleet;

#[test]
fn what_a_branch_from_before_a_recovery_key_came_changed_is_merged_and_opens_with_either() {
    for (ours, theirs) in [("main", "older"), ("older", "main")] {
        let fleet = fleet();
        let git = |words: &[&str]| in_fleet(&fleet, "git", words).succeeded();
        let set = |field: &str, value: &str| {
            let program = text(&binaries().signet);
            let place = format!("/stringData/{field}");
            let words = ["set", SECRET_PATH, &place, "--string", value];
            in_fleet(&fleet, &program, &words).succeeded();
            fleet.alice.commit("Change a value").unwrap();
        };
        signet(&fleet.alice, &["git", "install"]).succeeded();
        git(&["branch", "older"]);
        begin(&fleet);
        fleet.alice.commit("Rotate the recovery key").unwrap();
        set("username", "app");
        git(&["checkout", "--quiet", "older"]);
        set("password", "new");
        assert!(!opens(&fleet, &new_key(&fleet), SECRET_PATH));
        git(&["checkout", "--quiet", ours]);
        git(&["merge", "--quiet", "-S", "-m", "Merge", theirs]);

        let expected = SECRET
            .replace("'shop'", "'app'")
            .replace("\"canary-9f3a1c\"", "\"new\"");
        assert_eq!(fleet.open(&[SECRET_PATH]).succeeded().stdout, expected);
        for key in [fleet.recovery(), new_key(&fleet)] {
            assert!(opens(&fleet, &key, SECRET_PATH), "{ours}");
        }
        signet(&fleet.alice, &["check"]).succeeded();
        signet(&fleet.alice, &["verify"]).succeeded();
    }
}
