//! `policy check` and `policy test`: what the policy says, asked before anybody signs it.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use serde_json::Value;
use signet_tests::binaries::binaries;

use crate::fixture::{Fleet, Run, run, signet};

const POLICY: &str = "signet/policy.yaml";

/// Changes the policy in alice's work tree.
#[track_caller]
pub(crate) fn change(fleet: &Fleet, from: &str, to: &str) {
    let policy = fleet.alice.read(POLICY).unwrap();
    assert!(policy.contains(from), "{policy}");
    fleet
        .alice
        .write(POLICY, &policy.replacen(from, to, 1))
        .unwrap();
}

fn check(fleet: &Fleet, words: &[&str]) -> Run {
    signet(&fleet.alice, &[&["policy", "check"], words].concat())
}

/// The findings of a check: their names, files and the text at their places.
#[track_caller]
fn found(fleet: &Fleet, words: &[&str]) -> Vec<(String, String, String)> {
    let run = check(fleet, &[&["-o", "json"], words].concat());
    assert!(run.code < 2, "{}", run.stderr);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let items = found["items"].as_array().unwrap();
    assert_eq!(run.code, i32::from(!items.is_empty()));
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    let one = |item: &Value| {
        assert!(!text(item, "problem").is_empty() && !text(item, "remedy").is_empty());
        let file = text(item, "file");
        let at = item["line"].as_u64().zip(item["column"].as_u64());
        let at = at.map(|(line, column)| {
            let line = usize::try_from(line).unwrap() - 1;
            let column = usize::try_from(column).unwrap() - 1;
            let content = fleet.alice.read(&file).unwrap();
            content.lines().nth(line).unwrap()[column..].to_owned()
        });
        (text(item, "id"), file, at.unwrap_or_default())
    };
    items.iter().map(one).collect()
}

/// Asserts which findings there are, and how the text at the place of each begins.
#[track_caller]
pub(crate) fn finds(fleet: &Fleet, expected: &[(&str, &str, &str)]) {
    let found = found(fleet, &[]);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (id, file, begins) in expected {
        let is_it = |one: &&(String, String, String)| {
            (&*one.0, &*one.1) == (*id, *file) && one.2.starts_with(begins)
        };
        assert!(
            found.iter().any(|one| is_it(&one)),
            "{id} {file}: {found:?}"
        );
    }
}

#[test]
fn there_is_nothing_to_say_about_the_policy_that_the_commands_make() {
    let fleet = Fleet::new();
    let run = check(&fleet, &[]).succeeded();
    assert_eq!((&*run.stdout, &*run.stderr), ("", "nothing found\n"));
    assert_eq!(found(&fleet, &[]), []);
    assert_eq!(found(&fleet, &["HEAD"]), []);
}

#[test]
fn paths_that_nobody_may_change_are_named_by_their_outermost_folder() {
    let fleet = Fleet::new();
    for path in [
        "README.md",
        "docs/a.md",
        "docs/b/c.md",
        "tenants/team-c/x.yaml",
    ] {
        fleet.alice.write(path, "a: 1\n").unwrap();
    }
    finds(
        &fleet,
        &["README.md", "docs", "tenants/team-c"].map(|path| ("uncovered", path, "")),
    );
    let names = check(&fleet, &["-o", "name"]).stdout;
    assert_eq!(
        names,
        "uncovered/README.md\nuncovered/docs\nuncovered/tenants/team-c\n"
    );
}

#[test]
fn a_revision_is_checked_as_it_is_and_not_as_the_work_tree_is() {
    let fleet = Fleet::new();
    fleet.alice.write("README.md", "x\n").unwrap();
    assert_eq!(found(&fleet, &["HEAD"]), []);
    fleet.alice.commit("Read me").unwrap();
    fleet.alice.remove("README.md").unwrap();
    assert_eq!(found(&fleet, &[]), []);
    assert_eq!(found(&fleet, &["HEAD"]).len(), 1);
    check(&fleet, &["nowhere"]).failed(2, &["nowhere"]);
}

#[test]
fn what_is_probably_not_meant_is_said_with_its_place() {
    let fleet = Fleet::new();
    let sk = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHAAAABHNzaDo=";
    let more = format!(
        "  principals:\n    carol: {{keys: [{{key: {sk}, touch: false}}]}}\n    \
        erin: {{keys: [{{key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBd6jVkJZBgzC5xxyWXCpnvCXaoVjwrXhKL8EjOnwqrB, validBefore: \"2020-01-01T00:00:00Z\"}}]}}\n"
    );
    change(&fleet, "  principals:\n", &more);
    change(&fleet, "  groups:\n", "  groups:\n    late: [erin]\n");
    change(
        &fleet,
        "  rules:\n",
        "  rules:\n    - {paths: [\"tenants/late/**\"], signers: late}\n",
    );
    change(
        &fleet,
        "{paths: [\"clusters/**\"], signers: root",
        "{paths: [\"clusters/**\"], signers: late",
    );
    change(&fleet, "version: 2", "version: 3");
    let tenant = fleet.alice.read("signet/tenants/team-a.yaml").unwrap();
    let other = tenant.replace("team-a", "team-z");
    fleet
        .alice
        .write("signet/tenants/team-z.yaml", &other)
        .unwrap();
    let at = POLICY;
    finds(
        &fleet,
        &[
            ("too-few-signers", at, "{paths: [\"tenants/late/**\"]"),
            ("too-few-signers", at, "{paths: [\"clusters/**\"]"),
            ("lax-clusters", at, "{paths: [\"clusters/**\"]"),
            ("unused-principal", at, "carol: "),
            ("untouched-key", at, "{key: sk-ssh"),
            ("ended-key", at, "{key: ssh-ed25519"),
            ("tenant-without-rule", "signet/tenants/team-z.yaml", ""),
        ],
    );
    let table = check(&fleet, &[]).stdout;
    assert!(table.starts_with("LEVEL "), "{table}");
    let line = "warning   unused-principal      signet/policy.yaml:";
    assert!(table.contains(line), "{table}");
}

#[test]
fn what_provenance_would_refuse_is_said_with_its_place_by_both_checks() {
    let fleet = Fleet::new();
    change(
        &fleet,
        "{paths: [\"clusters/**\"], signers: root, threshold: 1}",
        "{paths: [\"clusters/**\"], signers: root, threshold: 3}",
    );
    finds(
        &fleet,
        &[("bad-document", POLICY, "{paths: [\"clusters/**\"]")],
    );
    let run = signet(&fleet.alice, &["check", "-o", "json"]);
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    let checked: Value = serde_json::from_str(&check(&fleet, &["-o", "json"]).stdout).unwrap();
    for field in ["id", "level", "file", "line", "column", "problem", "remedy"] {
        assert_eq!(
            said["items"][0][field], checked["items"][0][field],
            "{field}"
        );
    }
    assert!(said["items"][0]["line"].is_number(), "{said}");
}

/// The key of `max.asc`, which `gpg --quick-gen-key 'max <max@example.org>' rsa2048 cert,sign 2d` made at the beginning of 2026.
const MAX: &str = "75878CE964F390C8F79F010CE47B766C399E0025";

#[test]
fn an_openpgp_key_that_has_no_certificate_is_weak_or_ended_is_told_of() {
    let fleet = Fleet::new();
    let max = format!("principals:\n    max: {{keys: [\"openpgp:{MAX}\"], class: forge}}\n");
    change(&fleet, "principals:\n", &max);
    change(&fleet, "version: 2", "version: 3");
    finds(&fleet, &[("bad-document", POLICY, "max: ")]);
    for command in [&["policy", "check"][..], &["check", "signet"]] {
        let run = signet(&fleet.alice, command);
        let remedy = format!("--export {MAX} > signet/keys/{MAX}.asc");
        let said = run.stdout.clone() + &run.stderr;
        assert!(said.contains(&remedy), "{said}");
    }
    let place = format!("signet/keys/{MAX}.asc");
    fleet.alice.write(&place, include_str!("max.asc")).unwrap();
    let key = format!("\"openpgp:{MAX}");
    finds(
        &fleet,
        &[("weak-key", POLICY, &key), ("ended-key", POLICY, &key)],
    );
}

#[test]
fn an_rsa_key_that_counts_and_is_short_is_told_of_where_it_stands() {
    let fleet = Fleet::new();
    let mut keygen = fleet.alice.command("ssh-keygen");
    let place = fleet.alice.person().home().join("rsa");
    keygen.args(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f"]);
    assert!(keygen.arg(&place).status().unwrap().success());
    let key = std::fs::read_to_string(place.with_extension("pub")).unwrap();
    let max = format!(
        "principals:\n    max: {{keys: [{:?}], class: forge}}\n",
        key.trim()
    );
    change(&fleet, "principals:\n", &max);
    change(&fleet, "version: 2", "version: 3");
    finds(&fleet, &[("weak-key", POLICY, "\"ssh-rsa AAAA")]);
    let run = check(&fleet, &[]);
    assert_eq!(run.code, 1);
    let said = "an RSA key of max has 2048 bits, fewer than 3072";
    assert!(run.stdout.contains(said), "{}", run.stdout);
}

#[test]
fn a_policy_that_does_not_parse_is_a_finding_and_none_is_a_failure() {
    let fleet = Fleet::new();
    change(&fleet, "signers: root", "signers: rot");
    finds(&fleet, &[("bad-document", POLICY, "rot")]);
    fleet.alice.write(POLICY, "kind: [\n").unwrap();
    assert_eq!(found(&fleet, &[])[0].0, "bad-document");
    fleet.alice.remove(POLICY).unwrap();
    check(&fleet, &[]).failed(2, &["there is no signet/policy.yaml"]);
}

/// Asks about a table on stdin.
pub(crate) fn asked(fleet: &Fleet, table: &str, words: &[&str]) -> Run {
    let mut command = fleet.alice.command(binaries().signet);
    command.args(["policy", "test"]).args(words);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(table.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap().into()
}

const TABLE: &str = "\
- {path: tenants/team-a/prod/db.yaml, signers: [dave], expect: allowed}
- {path: tenants/team-b/prod/db.yaml, signers: [alice], expect: allowed}
- {path: clusters/prod/x.yaml, signers: [dave], expect: denied}
- {path: README.md, signers: [alice], expect: denied}
- {path: signet/policy.yaml, signers: [alice]}
";

#[test]
fn a_table_whose_expectations_hold_is_answered_with_the_rule_or_what_is_missing() {
    let fleet = Fleet::new();
    let run = asked(&fleet, TABLE, &[]).succeeded();
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(
        lines[1].ends_with("dave      allowed   allowed    rule 3"),
        "{}",
        run.stdout
    );
    assert!(
        lines[3].ends_with("denied     rule 2 (clusters/**) needs 1 of group root: 1 missing"),
        "{}",
        run.stdout
    );
    assert!(
        lines[4].ends_with("no rule names the path"),
        "{}",
        run.stdout
    );
    fleet.alice.write("signet/expected.yaml", TABLE).unwrap();
    let of_file = signet(&fleet.alice, &["policy", "test", "signet/expected.yaml"]).succeeded();
    assert_eq!(of_file.stdout, run.stdout);
}

#[test]
fn an_expectation_that_does_not_hold_is_told_and_ends_with_1() {
    let fleet = Fleet::new();
    let table = TABLE
        .replace("[dave], expect: denied", "[dave], expect: allowed")
        .replace("[alice], expect: allowed", "[alice], expect: denied");
    let run = asked(&fleet, &table, &[]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("allowed, which does not hold"),
        "{}",
        run.stdout
    );
    assert!(
        run.stderr.contains("not as expected: 2 of 5"),
        "{}",
        run.stderr
    );
    let run = asked(&fleet, &table, &["-o", "json"]);
    assert_eq!(run.code, 1);
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    let holds: Vec<&Value> = said["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["holds"])
        .collect();
    assert_eq!(
        holds,
        [
            &Value::from(true),
            &Value::from(false),
            &Value::from(false),
            &Value::from(true),
            &Value::Null
        ]
    );
    assert_eq!(said["items"][2]["missing"], 1);
    assert_eq!(said["items"][0]["rules"], serde_json::json!([3]));
}

#[test]
fn a_threshold_of_two_is_met_by_one_who_signs_and_another_who_approves() {
    let fleet = Fleet::new();
    change(&fleet, "root: [alice]", "root: [alice, dave]");
    change(
        &fleet,
        "signers: root, threshold: 1",
        "signers: root, threshold: 2",
    );
    let table = "- {path: signet/policy.yaml, signers: [alice], expect: denied}\n- {path: signet/policy.yaml, signers: [alice, dave], expect: approvals}\n";
    let run = asked(&fleet, table, &[]).succeeded();
    assert!(
        run.stdout.contains("needs 2 of group root: 1 missing"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("allowed with 1 approval"),
        "{}",
        run.stdout
    );
    let wrong = table.replace("expect: approvals", "expect: allowed");
    assert_eq!(asked(&fleet, &wrong, &[]).code, 1);
    let said = asked(&fleet, table, &["-o", "json"]).succeeded().stdout;
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["items"][1]["verdict"], "approvals");
    assert_eq!(said["items"][1]["approvals"], 1);
    let who = signet(&fleet.alice, &["policy", "test", "--path", POLICY]).succeeded();
    assert!(
        who.stdout
            .contains("signet/**   root    2           alice,dave"),
        "{}",
        who.stdout
    );
    assert!(
        who.stderr
            .contains("nobody may change signet/policy.yaml alone"),
        "{}",
        who.stderr
    );
}

#[test]
fn who_may_change_a_path_is_asked_from_where_the_person_stands() {
    let fleet = Fleet::new();
    fleet
        .alice
        .write("tenants/team-a/prod/x.yaml", "a: 1\n")
        .unwrap();
    let mut command = fleet.alice.command(binaries().signet);
    command.current_dir(fleet.alice.path().join("tenants/team-a"));
    let who = run(command, &["policy", "test", "--path", "prod/new.yaml"]).succeeded();
    assert!(
        who.stdout.contains("tenants/team-a/**   team-a   1"),
        "{}",
        who.stdout
    );
    assert_eq!(
        who.stderr,
        "may change tenants/team-a/prod/new.yaml: alice, dave\n"
    );
    let nobody = signet(&fleet.alice, &["policy", "test", "--path", "README.md"]).succeeded();
    assert!(
        nobody.stderr.contains("no rule names README.md"),
        "{}",
        nobody.stderr
    );
}

#[test]
fn the_answer_is_what_verify_says_of_the_commit() {
    let fleet = Fleet::new();
    for path in ["tenants/team-a/x.yaml", "clusters/prod/x.yaml", "README.md"] {
        let table = format!("[{{path: {path}, signers: [alice]}}]");
        let answer = asked(&fleet, &table, &["-o", "name"]).succeeded().stdout;
        fleet.alice.write(path, "# nothing\n").unwrap();
        fleet.alice.commit(path).unwrap();
        let passes = signet(&fleet.alice, &["verify"]).code == 0;
        let expected = if passes { "allowed" } else { "denied" };
        assert_eq!(answer, format!("{expected}/{path}\n"));
    }
}

/// What would become of commits if somebody signed them now.
fn presumed(fleet: &Fleet, commits: &str, signer: &str) -> Run {
    let words = ["policy", "test", "--rev", commits, "--signer", signer];
    signet(&fleet.alice, &words)
}

/// Alice's work tree as it was at a commit, with a change of the policy and the next version of it.
#[track_caller]
fn next_policy(fleet: &Fleet, before: &str, from: &str, to: &str) {
    fleet
        .alice
        .git(&["reset", "--quiet", "--hard", before])
        .unwrap();
    change(fleet, from, to);
    let policy = fleet.alice.read(POLICY).unwrap();
    let is_version = |line: &&str| line.starts_with("  version: ");
    let line = policy.lines().find(is_version).unwrap();
    let version: u64 = line["  version: ".len()..].parse().unwrap();
    change(fleet, line, &format!("  version: {}", version + 1));
}

#[test]
fn a_commit_is_judged_as_agents_would_judge_it_if_somebody_signed_it_now() {
    let fleet = Fleet::new();
    let before = fleet.alice.head().unwrap();
    let path = "tenants/team-a/x.yaml";
    fleet.alice.write(path, "# nothing\n").unwrap();
    let first = fleet.alice.commit_unsigned("nobody's yet").unwrap();
    let run = presumed(&fleet, "HEAD", "dave").succeeded();
    let good = format!("good     {first}  dave SHA256:");
    assert!(run.stdout.starts_with(&good), "{}", run.stdout);
    let rule = format!("    {path}  (rule 3 of policy version ");
    assert!(run.stdout.contains(&rule), "{}", run.stdout);

    // What agents refuse before it is judged with it.
    fleet
        .alice
        .write("clusters/prod/x.yaml", "# nothing\n")
        .unwrap();
    let second = fleet.alice.commit("the cluster").unwrap();
    let lacks = "clusters/prod/x.yaml needs 1 of group root (rule clusters/**); signed by dave";
    for commits in ["HEAD", &format!("{before}..HEAD")] {
        let dave = presumed(&fleet, commits, "dave");
        dave.failed(1, &["agents would refuse it (NotAllowed)"]);
        let dave = presumed(&fleet, commits, "dave").stdout;
        assert!(dave.contains(lacks), "{dave}");
    }
    let words = ["policy", "test", "-o", "json", "--rev", "HEAD", "--signer"];
    let dave = signet(&fleet.alice, &[&words[..], &["dave"]].concat());
    let said: Value = serde_json::from_str(&dave.stdout).unwrap();
    let item = &said["items"][0];
    assert_eq!(item["commit"], second);
    assert_eq!(item["denied"][0]["path"], "clusters/prod/x.yaml");
    fleet.alice.remove("clusters/prod/x.yaml").unwrap();
    fleet.alice.commit("take it back").unwrap();
    presumed(&fleet, &format!("{before}..HEAD"), "dave").succeeded();

    let old = presumed(&fleet, &before, "alice").succeeded().stdout;
    assert!(old.contains(POLICY), "{old}");
}

#[test]
fn what_would_become_of_a_changed_policy_is_what_verify_says_of_it() {
    let fleet = Fleet::new();
    let before = fleet.alice.head().unwrap();
    let root = "    - {paths: [\"signet/**\"]";
    let docs = format!("    - {{paths: [\"docs/**\"], signers: root}}\n{root}");
    let says = |message: &str, expected: &str| {
        let commit = fleet.alice.commit(message).unwrap();
        let verified = signet(&fleet.alice, &["verify"]);
        let alice = presumed(&fleet, &commit, "alice");
        assert_eq!(alice.code, verified.code, "{}", alice.stdout);
        assert!(alice.stdout.contains(expected), "{}", alice.stdout);
        if verified.code == 1 {
            verified.failed(1, &[expected]);
        }
        commit
    };

    change(&fleet, root, &docs);
    says("the same version", "PolicyInvalid");

    // A path without a rule is judged by the policy that comes with it, by that of nobody else.
    next_policy(&fleet, &before, root, &docs);
    fleet.alice.write("docs/a.md", "a\n").unwrap();
    let commit = says("the next version", "docs/a.md  (rule 1 of policy version");
    let dave = presumed(&fleet, &commit, "dave");
    let lacks = "NotAllowed: changing the policy needs 1 of group root";
    assert!(dave.stdout.contains(lacks), "{}", dave.stdout);

    // Of the rules that dave gives himself here, none has a say.
    let clusters = "{paths: [\"clusters/**\"], signers: root, threshold: 1}";
    next_policy(
        &fleet,
        &before,
        clusters,
        &clusters.replace("root", "team-a"),
    );
    fleet.alice.write("clusters/prod/x.yaml", "a: 1\n").unwrap();
    fleet.alice.commit("who may change clusters").unwrap();
    let dave = presumed(&fleet, "HEAD", "dave");
    dave.failed(1, &["NotAllowed"]);

    next_policy(&fleet, &before, "root: [alice]", "root: [alice, dave]");
    change(
        &fleet,
        "signers: root, threshold: 1",
        "signers: root, threshold: 2",
    );
    says(
        "two of root",
        "needs 1 more of group root (2 by rule signet/**) under the new policy",
    );
}

#[test]
fn that_a_changed_policy_stops_agents_or_gets_them_moving_is_told_before_anybody_signs_it() {
    let fleet = Fleet::new();
    let alice = &fleet.alice;
    let dave = fleet.dave.clone_of(&fleet.remote).unwrap();
    dave.write("tenants/team-a/x.yaml", "# nothing\n").unwrap();
    let stolen = dave.commit("stolen, perhaps").unwrap();
    dave.push().unwrap();
    alice.catch_up().unwrap();
    let says = |mode: &str, expected: &[&str]| {
        let commit = alice.commit(mode).unwrap();
        let foretold = presumed(&fleet, &commit, "alice");
        assert!(foretold.stdout.starts_with("good "), "{}", foretold.stdout);
        let verified = signet(alice, &["verify"]);
        assert_eq!(foretold.code, verified.code, "{}", foretold.stderr);
        for run in [foretold, verified] {
            match expected {
                [] => drop(run.succeeded()),
                expected => drop(run.failed(1, expected)),
            }
        }
    };
    signet(alice, &["revoke", "dave", "--hard", "--since", "1h"]).succeeded();
    says("hard", &["is revoked (hard)", &stolen]);
    let hard = alice.head().unwrap();
    next_policy(&fleet, &hard, "mode: hard", "mode: soft");
    says("soft", &[]);
}

#[test]
fn of_a_commit_that_has_no_single_reading_it_is_said_that_agents_refuse_it() {
    let fleet = Fleet::new();
    let [head, tree] = ["HEAD", "HEAD^{tree}"].map(|what| {
        let id = fleet.alice.git(&["rev-parse", what]);
        id.unwrap()
    });
    let person = "A <a@example.org> 1767225600 +0000";
    let text = format!(
        "tree {tree}\nparent {head}\nauthor {person}\ncommitter {person}\ncommitter {person}\n\nTwice\n"
    );
    fleet.alice.write(".git/twice", &text).unwrap();
    let words = [
        "hash-object",
        "-w",
        "--literally",
        "-t",
        "commit",
        ".git/twice",
    ];
    let commit = fleet.alice.git(&words).unwrap();
    let words = ["agents would refuse it (Malformed)"];
    presumed(&fleet, &commit, "dave").failed(1, &words);
    presumed(&fleet, &format!("HEAD..{commit}"), "dave").failed(1, &words);
}

#[test]
fn commits_are_asked_about_with_a_signer_whom_the_policy_has_and_on_one_mainline() {
    let fleet = Fleet::new();
    let ask = |words: &[&str]| signet(&fleet.alice, &[&["policy", "test"], words].concat());
    ask(&["--rev", "HEAD"]).failed(2, &["--signer"]);
    let words = ["--rev", "HEAD", "--signer", "mallory"];
    ask(&words).failed(2, &["last good commit, has no principal \"mallory\""]);
    fleet
        .alice
        .git(&["checkout", "--quiet", "-b", "side"])
        .unwrap();
    fleet
        .alice
        .write("tenants/team-a/x.yaml", "# nothing\n")
        .unwrap();
    fleet.alice.commit("aside").unwrap();
    fleet.alice.git(&["checkout", "--quiet", "main"]).unwrap();
    fleet
        .alice
        .write("tenants/team-a/y.yaml", "# nothing\n")
        .unwrap();
    fleet.alice.commit("ahead").unwrap();
    let words = ["--rev", "main..side", "--signer", "dave"];
    ask(&words).failed(
        2,
        &["main is not on the first-parent history of", "git rebase"],
    );
}

#[test]
fn a_table_that_asks_nothing_or_about_strangers_is_a_failure_with_its_place() {
    let fleet = Fleet::new();
    for (table, words) in [
        ("", "it has no row"),
        ("[]", "it has no row"),
        (
            "- {path: a, signers: [alice]}\n- {path: a, signers: [mallory]}\n",
            "line 2, column 3: the policy has no principal \"mallory\"",
        ),
        (
            "- {path: a, signers: []}\n",
            "line 1, column 3: the row names no signer",
        ),
        ("- {path: a, signers: [alice], expects: denied}\n", "expect"),
        ("- {path: ../a, signers: [alice]}\n", "line 1"),
        (
            "- {path: a, signers: [alice], expect: maybe}\n",
            "there is `allowed`",
        ),
        ("[]\n---\n[]\n", "second document"),
    ] {
        asked(&fleet, table, &[]).failed(2, &["read the table of stdin", words]);
    }
    change(&fleet, "threshold: 1", "threshold: 9");
    asked(&fleet, TABLE, &[]).failed(2, &["the policy may not govern", "signet policy check"]);
}

#[test]
fn a_policy_that_leads_out_of_the_work_tree_is_neither_read_nor_quoted() {
    let fleet = Fleet::new();
    let policy = fleet.alice.path().join(POLICY);
    let text = fleet.alice.read(POLICY).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let key = outside.path().join("policy.yaml");
    std::fs::write(&key, "AGE-SECRET-KEY-canary-9f3a1c\n").unwrap();
    let asks = || {
        let run = signet(&fleet.alice, &["policy", "test", "--path", "tenants/a"]);
        assert!(!run.stderr.contains("canary-9f3a1c"), "{}", run.stderr);
        assert!(run.stderr.contains("symbolic link"), "{}", run.stderr);
        run.failed(2, &[]);
    };
    std::fs::remove_file(&policy).unwrap();
    symlink(&key, &policy).unwrap();
    asks();
    symlink("/dev/zero", policy.with_extension("new")).unwrap();
    std::fs::rename(policy.with_extension("new"), &policy).unwrap();
    asks();
    std::fs::rename(policy.parent().unwrap(), outside.path().join("signet")).unwrap();
    std::fs::remove_file(outside.path().join("signet/policy.yaml")).unwrap();
    std::fs::write(outside.path().join("signet/policy.yaml"), text).unwrap();
    symlink(outside.path().join("signet"), policy.parent().unwrap()).unwrap();
    asks();
}

#[test]
fn a_change_that_may_not_follow_the_committed_policy_is_found_before_it_is_committed() {
    let fleet = Fleet::new();
    finds(&fleet, &[]);
    let policy = fleet.alice.read(POLICY).unwrap();
    let version = policy
        .lines()
        .find(|line| line.contains("version: "))
        .unwrap();
    change(&fleet, "rules:", "# A change.\n  rules:");
    let number = version.trim().strip_prefix("version: ").unwrap();
    finds(&fleet, &[("bad-document", POLICY, number)]);
    let next: u64 = number.parse::<u64>().unwrap() + 1;
    change(&fleet, version, &version.replace(number, &next.to_string()));
    finds(&fleet, &[]);
}

#[test]
fn a_change_is_compared_with_the_policy_of_the_last_good_commit() {
    let fleet = Fleet::new();
    let policy = fleet.alice.read(POLICY).unwrap();
    let mut lines = policy.lines().map(str::trim);
    let number = lines.find_map(|line| line.strip_prefix("version: "));
    let number: u64 = number.unwrap().parse().unwrap();
    let version = |number: u64| format!("version: {number}");
    change(&fleet, &version(number), &version(number + 2));
    let commit = ["commit", "--quiet", "--all", "--no-gpg-sign", "-m", "x"];
    fleet.alice.git(&commit).unwrap();
    let bad = (number + 2).to_string();
    finds(&fleet, &[("bad-document", POLICY, &bad)]);
    change(&fleet, &version(number + 2), &version(number + 1));
    finds(&fleet, &[]);
}
