//! `rotate --remove`: what somebody could read who is taken away, and since when it is what it is.

use std::fs;

use serde_json::{Value, json};
use signet_tests::sops::{Sops, Version};

use crate::fixture::{CANARY, run};
use crate::inspecting::{checked, one};
use crate::plain::Plain;
use crate::rotating::another;

const CLEAR: &str = "user: shop\npassword: canary-9f3a1c\n";

/// Somebody with a file that is sealed for them and for somebody who will leave.
struct Leaving {
    plain: Plain,
    leaver: String,
    keys: String,
}

impl Leaving {
    fn of(plain: Plain) -> Self {
        let (leaver, keys) = another(&plain, "leaver");
        let leaving = Self {
            plain,
            leaver,
            keys,
        };
        leaving.seal("db.yaml");
        leaving
    }

    fn seal(&self, path: &str) {
        self.plain.write(path, CLEAR);
        let both = format!("{},{}", self.plain.recipient, self.leaver);
        let words = ["seal", "--age", &both, path];
        self.plain.signet(&words).succeeded();
    }

    /// Commits everything at that time.
    fn commit(&self, time: &str) -> String {
        self.plain.git(&["add", "--all"]);
        let mut git = self.plain.person.command("git");
        git.current_dir(self.plain.path())
            .env("GIT_COMMITTER_DATE", time);
        run(git, &["commit", "--quiet", "--no-gpg-sign", "-m", time]).succeeded();
        self.plain.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Takes the leaver out of the file as sops does, which keeps its data key.
    fn update_keys(&self, file: &str) -> Sops {
        let plain = &self.plain;
        plain.rules("");
        let keys = plain.person.home().join(".config/sops/age/keys.txt");
        let sops = Sops::new(Version::V3_13, &fs::read_to_string(keys).unwrap()).unwrap();
        for file in [".sops.yaml", file] {
            fs::copy(plain.path().join(file), sops.path(file)).unwrap();
        }
        sops.run(&["updatekeys", "--yes", file]).unwrap();
        let updated = fs::read_to_string(sops.path(file)).unwrap();
        plain.write(file, &updated);
        assert!(!updated.contains(&self.leaver));
        sops
    }

    /// What the report says: of each value file, name, time and commit.
    fn removed(&self, words: &[&str]) -> Vec<Value> {
        let all = [&["rotate", "--remove", &self.leaver, "-o", "json"], words].concat();
        let report = self.plain.signet(&all).succeeded();
        assert!(!report.stdout.contains(CANARY) && !report.stderr.contains(CANARY));
        let report: Value = serde_json::from_str(&report.stdout).unwrap();
        let items = report["items"].as_array().unwrap().iter();
        let shown = items.map(|item| {
            assert_eq!(item["recipients"], json!([self.leaver]));
            assert_eq!(item["exposed"], "until changed");
            json!([
                item["file"],
                item["value"],
                item["lastChanged"],
                item["commit"]
            ])
        });
        shown.collect()
    }
}

#[test]
fn each_value_is_exposed_since_the_commit_that_changed_it() {
    let leaving = Leaving::of(Plain::repository());
    let first = leaving.commit("2024-01-01T00:00:00Z");
    let words = ["set", "db.yaml", "/password", "\"canary-9f3a1c-2\""];
    leaving.plain.signet(&words).succeeded();
    leaving.seal("x/other.yaml");
    let second = leaving.commit("2024-02-02T00:00:00Z");
    leaving.plain.signet(&["rotate", "."]).succeeded();
    leaving.plain.write("README", "unrelated\n");
    leaving.commit("2024-03-03T00:00:00Z");
    let expected = [
        json!(["db.yaml", "/password", "2024-02-02T00:00:00Z", second]),
        json!(["db.yaml", "/user", "2024-01-01T00:00:00Z", first]),
        json!(["x/other.yaml", "/password", "2024-02-02T00:00:00Z", second]),
        json!(["x/other.yaml", "/user", "2024-02-02T00:00:00Z", second]),
    ];
    assert_eq!(leaving.removed(&["--dry-run", "."]), expected);
    assert!(leaving.plain.read("db.yaml").contains(&leaving.leaver));
    assert_eq!(leaving.removed(&["."]), expected);
    let sealed = leaving.plain.read("db.yaml");
    let sops = Sops::new(Version::V3_13, &leaving.keys).unwrap();
    sops.decrypt("db.yaml", sealed.as_bytes()).unwrap_err();
    // Until that is committed, whoever asks again is told the same.
    assert_eq!(leaving.removed(&["."]), expected);
    assert_eq!(leaving.plain.read("db.yaml"), sealed);
    leaving.commit("2024-04-04T00:00:00Z");
    let words = ["rotate", "--remove", &leaving.leaver, "."];
    leaving
        .plain
        .signet(&words)
        .failed(1, &["none of the sealed files here (2)", &leaving.leaver]);
}

#[test]
fn a_value_that_was_changed_and_not_committed_has_the_time_of_its_file() {
    let leaving = Leaving::of(Plain::repository());
    let first = leaving.commit("2024-01-01T00:00:00Z");
    let words = ["set", "db.yaml", "/password", "\"canary-9f3a1c-2\""];
    leaving.plain.signet(&words).succeeded();
    let report = leaving.removed(&["db.yaml"]);
    assert_eq!(report[0][3], Value::Null);
    assert!(report[0][2].as_str().unwrap() > "2026");
    let committed = json!(["db.yaml", "/user", "2024-01-01T00:00:00Z", first]);
    assert_eq!(report[1], committed);
}

#[test]
fn what_changed_since_the_leaver_was_removed_is_not_exposed() {
    let leaving = Leaving::of(Plain::repository());
    leaving.commit("2024-01-01T00:00:00Z");
    leaving.removed(&["db.yaml"]);
    let words = [
        "set",
        "db.yaml",
        "/password",
        "\"canary-9f3a1c-2\"",
        "--yes",
    ];
    leaving.plain.signet(&words).succeeded();
    let report = leaving.removed(&["db.yaml"]);
    assert_eq!(report.len(), 1);
    assert_eq!(report[0][1], "/user");
}

#[test]
fn without_a_history_each_value_has_the_time_of_its_file() {
    let leaving = Leaving::of(Plain::new());
    let words = ["rotate", "--remove", &leaving.leaver, "db.yaml"];
    let report = leaving.plain.signet(&words).succeeded();
    let lines: Vec<Vec<&str>> = report
        .stdout
        .lines()
        .map(|line| {
            line.split("   ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    let header = ["FILE", "VALUE", "LAST CHANGED", "BY COMMIT", "EXPOSED"];
    assert_eq!(lines[0], header);
    assert_eq!(lines[1][..2], ["db.yaml", "/password"]);
    assert_eq!(lines[1][3..], ["-", "until changed"]);
    assert!(report.stderr.contains("2 values in 1 file could be read"));
    assert!(report.stderr.contains("there is no history here"));
}

#[test]
fn who_was_taken_out_and_knows_the_key_still_is_found_and_reported() {
    let leaving = Leaving::of(Plain::repository());
    let plain = &leaving.plain;
    plain.rules("");
    let commit = leaving.commit("2024-01-01T00:00:00Z");
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    let sops = Sops::new(Version::V3_13, &fs::read_to_string(keys).unwrap()).unwrap();
    for file in [".sops.yaml", "db.yaml"] {
        fs::copy(plain.path().join(file), sops.path(file)).unwrap();
    }
    sops.run(&["updatekeys", "--yes", "db.yaml"]).unwrap();
    plain.write(
        "db.yaml",
        &fs::read_to_string(sops.path("db.yaml")).unwrap(),
    );
    assert!(!plain.read("db.yaml").contains(&leaving.leaver));
    let found = plain.signet(&["check"]);
    assert_eq!(checked(plain, &[]), one("kept-key", "db.yaml", 5));
    assert!(
        found.stdout.contains("signet rotate db.yaml"),
        "{}",
        found.stdout
    );
    // Under a key that sops made anew they know nothing of it.
    let kept = plain.read("db.yaml");
    sops.run(&["rotate", "--in-place", "db.yaml"]).unwrap();
    plain.write(
        "db.yaml",
        &fs::read_to_string(sops.path("db.yaml")).unwrap(),
    );
    assert_eq!(checked(plain, &[]), []);
    plain.write("db.yaml", &kept);
    for is_committed in [false, true] {
        if is_committed {
            leaving.commit("2024-02-02T00:00:00Z");
            assert_eq!(checked(plain, &[]), one("kept-key", "db.yaml", 5));
        }
        let report = plain.signet(&["rotate", "db.yaml"]).succeeded();
        for word in ["/password   2024-01-01T00:00:00Z", &commit[..12]] {
            assert!(report.stdout.contains(word), "{}", report.stdout);
        }
        assert!(report.stderr.contains(&leaving.leaver), "{}", report.stderr);
        assert_eq!(checked(plain, &[]), []);
        plain.write("db.yaml", &kept);
    }
}

#[test]
fn who_was_taken_out_long_ago_is_found_and_reported_while_the_key_is_the_same() {
    let leaving = Leaving::of(Plain::repository());
    let plain = &leaving.plain;
    let first = leaving.commit("2024-01-01T00:00:00Z");
    leaving.update_keys("db.yaml");
    leaving.commit("2024-02-02T00:00:00Z");
    // In the end no ciphertext is left of those that the leaver was given.
    for (name, time) in [
        ("/user", "2024-03-03T00:00:00Z"),
        ("/password", "2024-04-04T00:00:00Z"),
    ] {
        let words = ["set", "db.yaml", name, "\"canary-9f3a1c-2\""];
        plain.signet(&words).succeeded();
        leaving.commit(time);
        assert_eq!(checked(plain, &[]), one("kept-key", "db.yaml", 5));
    }
    let said = plain.signet(&["check"]).stdout;
    let since = format!("{} since {}", leaving.leaver, &first[..12]);
    assert!(said.contains(&since), "{said}");
    plain.write("x/README", "unrelated\n");
    leaving.commit("2024-05-05T00:00:00Z");
    assert_eq!(checked(plain, &["."]), one("kept-key", "db.yaml", 5));
    let looked = plain.signet(&["seal", "--check", "db.yaml"]);
    assert_eq!(looked.code, 1, "{}", looked.stderr);
    assert!(looked.stdout.contains("[kept-key]"), "{}", looked.stdout);
    for _until_it_is_committed in 0..2 {
        let report = plain.signet(&["rotate", "db.yaml"]).succeeded();
        for line in [
            "/password   2024-04-04T00:00:00Z",
            "/user       2024-03-03T00:00:00Z",
        ] {
            assert!(report.stdout.contains(line), "{}", report.stdout);
        }
        for word in ["2 values in 1 file", &leaving.leaver] {
            assert!(report.stderr.contains(word), "{}", report.stderr);
        }
        assert_eq!(checked(plain, &[]), []);
    }
    leaving.commit("2024-06-06T00:00:00Z");
    assert_eq!(checked(plain, &[]), []);
    let report = plain.signet(&["rotate", "db.yaml"]).succeeded();
    assert!(
        !report.stderr.contains("could be read"),
        "{}",
        report.stderr
    );
}

#[test]
fn who_was_taken_out_where_each_value_changed_is_found_by_who_opens_both_versions() {
    let leaving = Leaving::of(Plain::repository());
    let plain = &leaving.plain;
    leaving.commit("2024-01-01T00:00:00Z");
    let sops = leaving.update_keys("db.yaml");
    for name in ["user", "password"] {
        let at = format!("[\"{name}\"]");
        sops.run(&["set", "db.yaml", &at, "\"canary-9f3a1c-2\""])
            .unwrap();
    }
    let changed = fs::read_to_string(sops.path("db.yaml")).unwrap();
    plain.write("db.yaml", &changed);
    leaving.commit("2024-02-02T00:00:00Z");
    let report = plain.signet(&["rotate", "db.yaml"]).succeeded();
    for line in [
        "/password   2024-02-02T00:00:00Z",
        "/user       2024-02-02T00:00:00Z",
    ] {
        assert!(report.stdout.contains(line), "{}", report.stdout);
    }
    assert!(report.stderr.contains(&leaving.leaver), "{}", report.stderr);
    leaving.commit("2024-03-03T00:00:00Z");
    let said = plain.signet(&["rotate", "db.yaml"]).succeeded().stderr;
    assert!(!said.contains("could be read"), "{said}");
}

#[test]
fn who_was_in_a_version_that_a_merge_left_behind_knows_the_key() {
    let leaving = Leaving::of(Plain::repository());
    let plain = &leaving.plain;
    let both = plain.read("db.yaml");
    leaving.update_keys("db.yaml");
    let alone = plain.read("db.yaml");
    leaving.commit("2024-01-01T00:00:00Z");
    assert_eq!(checked(plain, &[]), []);
    plain.git(&["checkout", "--quiet", "-b", "side"]);
    plain.write("db.yaml", &both);
    leaving.commit("2024-02-02T00:00:00Z");
    plain.git(&["checkout", "--quiet", "-"]);
    plain.git(&[
        "merge",
        "--quiet",
        "--no-gpg-sign",
        "-s",
        "ours",
        "-m",
        "Merge",
        "side",
    ]);
    assert_eq!(plain.read("db.yaml"), alone);
    assert_eq!(checked(plain, &[]), one("kept-key", "db.yaml", 5));
}

#[test]
fn the_report_never_counts_nothing() {
    let leaving = Leaving::of(Plain::repository());
    let plain = &leaving.plain;
    leaving.commit("2024-01-01T00:00:00Z");
    let words = ["rotate", "--remove", &leaving.leaver, "db.yaml"];
    plain.signet(&words).succeeded();
    for name in ["/user", "/password"] {
        let words = ["set", "db.yaml", name, "\"canary-9f3a1c-2\"", "--yes"];
        plain.signet(&words).succeeded();
    }
    let said = plain.signet(&["rotate", "db.yaml"]).succeeded().stderr;
    let changed = format!("{} is removed; each value has changed", leaving.leaver);
    assert!(said.contains(&changed), "{said}");
}

#[test]
fn a_version_that_no_agent_takes_for_its_size_is_in_the_report() {
    let leaving = Leaving::of(Plain::repository());
    let plain = &leaving.plain;
    plain.write("dump.bin", &"canary-9f3a1c\n".repeat(1 << 20));
    let both = format!("{},{}", plain.recipient, leaving.leaver);
    plain
        .signet(&["seal", "--age", &both, "dump.bin"])
        .succeeded();
    assert!(plain.read("dump.bin").len() > 17 << 20);
    let commit = leaving.commit("2024-01-01T00:00:00Z");
    let expected = json!(["dump.bin", "/data", "2024-01-01T00:00:00Z", commit]);
    for _until_it_is_committed in 0..2 {
        assert_eq!(
            leaving.removed(&["dump.bin"]),
            std::slice::from_ref(&expected)
        );
    }
}

#[test]
fn comments_that_were_sealed_beside_what_is_exposed_are_counted() {
    let leaving = Leaving::of(Plain::new());
    let both = format!("{},{}", leaving.plain.recipient, leaving.leaver);
    let text = format!("# canary-9f3a1c\n{CLEAR}list:\n# and canary-9f3a1c\n- a\n");
    leaving.plain.write("notes.yaml", &text);
    let words = ["seal", "--age", &both, "notes.yaml"];
    leaving.plain.signet(&words).succeeded();
    let words = ["rotate", "--remove", &leaving.leaver, "notes.yaml"];
    let said = leaving.plain.signet(&words).succeeded().stderr;
    assert!(
        said.contains("3 values and 2 sealed comments in 1 file"),
        "{said}"
    );
    assert!(!said.contains(CANARY), "{said}");
}
