//! Changes, new keys, and whoever wrote their name into a file that they cannot open.

use std::fs;

use signet_tests::binaries::binaries;

use crate::fixture::{Fleet, run, signet, text};
use crate::plain::Plain;
use crate::rotating::another;

const CLEAR: &str = "user: shop\npassword: canary-9f3a1c\n";
const QUESTION: &str = "These stand so in the files";
const KEPT: &str = "Keep them?";

/// Seals `a.yaml` for the person; what it is once somebody who cannot open it wrote a name into it.
fn planted(plain: &Plain, stranger: &str) -> String {
    plain.write("a.yaml", CLEAR);
    plain
        .signet(&["seal", "--age", &plain.recipient, "a.yaml"])
        .succeeded();
    with(plain, stranger)
}

/// A repository whose HEAD has `a.yaml` for the person, the name of a stranger, and the file once the name was written into it.
fn committed_and_planted() -> (Plain, String, String) {
    let plain = Plain::repository();
    let (stranger, _) = another(&plain, "stranger");
    let text = planted(&plain, &stranger);
    plain.commit();
    (plain, stranger, text)
}

/// `a.yaml` with one more name in it.
fn with(plain: &Plain, stranger: &str) -> String {
    with_name(&plain.read("a.yaml"), &plain.recipient, stranger)
}

/// A sealed text in which the first wrapped key, which is somebody's, stands once more under a stranger's name.
fn with_name(sealed: &str, somebody: &str, stranger: &str) -> String {
    let enc = sealed.find("- enc: |").unwrap();
    let begin = sealed[..enc].rfind('\n').unwrap() + 1;
    let entry = &sealed[begin..];
    let entry = &entry[..=entry.find(somebody).unwrap() + somebody.len()];
    let end = begin + entry.len();
    let dashes = " ".repeat(entry.find("enc").unwrap() - 2) + "- ";
    let entry = dashes.clone() + &entry[dashes.len()..].replace(somebody, stranger);
    format!("{}{entry}{}", &sealed[..end], &sealed[end..])
}

#[test]
fn whom_no_creation_rule_names_gets_a_new_key_only_by_a_persons_word() {
    let plain = Plain::with_rule("");
    let (stranger, _) = another(&plain, "stranger");
    let text = planted(&plain, &stranger);
    plain.write("a.yaml", &text);
    let asked = [QUESTION, &stranger, "a.yaml", "--yes"];
    plain.signet(&["rotate", "a.yaml"]).failed(1, &asked);
    plain.signet(&["rotate", "."]).failed(1, &asked);
    assert_eq!(plain.read("a.yaml"), text);
    plain.signet(&["rotate", ".", "--dry-run"]).succeeded();
    let away = ["rotate", "a.yaml", "--remove", &stranger];
    plain.signet(&away).succeeded();
    assert!(!plain.read("a.yaml").contains(&stranger));
    plain.write("a.yaml", &text);
    plain.signet(&["rotate", "a.yaml", "--yes"]).succeeded();
    assert!(plain.read("a.yaml").contains(&stranger));
    plain.write("a.yaml", &planted(&plain, &stranger));
    let add = ["rotate", "a.yaml", "--add", &stranger];
    plain
        .signet(&add)
        .failed(1, &["has these recipients already"]);
}

#[test]
fn without_a_rule_the_committed_version_says_who_may_have_a_new_key() {
    let (plain, stranger, text) = committed_and_planted();
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    plain.write("a.yaml", &text);
    plain
        .signet(&["rotate", "a.yaml"])
        .failed(1, &[QUESTION, &stranger]);
    let (newcomer, _) = another(&plain, "newcomer");
    let swap = [
        "rotate", "a.yaml", "--remove", &stranger, "--add", &newcomer,
    ];
    plain.signet(&swap).succeeded();
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    plain.commit();
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    let away = ["rotate", "a.yaml", "--remove", &newcomer];
    plain.signet(&away).succeeded();
    // Who comes back by themselves, as HEAD still names them.
    plain.write("a.yaml", &with(&plain, &newcomer));
    plain
        .signet(&["rotate", "a.yaml"])
        .failed(1, &[QUESTION, &newcomer]);
}

#[test]
fn where_neither_a_rule_nor_a_version_is_it_says_for_whom_it_rotated() {
    let plain = Plain::new();
    let (stranger, _) = another(&plain, "stranger");
    plain.write("a.yaml", &planted(&plain, &stranger));
    let run = plain.signet(&["rotate", "a.yaml"]).succeeded();
    let note = run.stderr.lines().find(|line| line.contains("sealed for"));
    assert!(note.unwrap().contains(&stranger), "{}", run.stderr);
}

#[test]
fn who_changes_a_file_is_asked_about_names_so_that_they_are_never_known_by_that() {
    let (plain, stranger, text) = committed_and_planted();
    plain.write("a.yaml", &text);
    let asked = [KEPT, &stranger, "--yes"];
    let set = ["set", "a.yaml", "/more", "1"];
    plain.signet(&set).failed(1, &asked);
    plain
        .signet(&["unset", "a.yaml", "/user"])
        .failed(1, &asked);
    let mut edit = plain.command();
    edit.env("EDITOR", "touch edited; sed -i s/shop/store/");
    run(edit, &["edit", "a.yaml"]).failed(1, &asked);
    assert!(!plain.path().join("edited").exists(), "asked before");
    assert_eq!(plain.read("a.yaml"), text);
    plain
        .signet(&["rotate", "a.yaml"])
        .failed(1, &[QUESTION, &stranger]);
    plain.signet(&[&set[..], &["--yes"]].concat()).succeeded();
    plain.signet(&["rotate", "a.yaml"]).succeeded();
}

#[test]
fn who_stands_in_one_key_group_is_not_known_in_another() {
    let plain = Plain::repository();
    let own = plain.recipient.clone();
    let (second, _) = another(&plain, "second");
    plain.write(
        ".sops.yaml",
        &format!(
            "creation_rules:\n- {{key_groups: [{{age: [{own}]}}, {{age: [{own}, {second}]}}]}}\n"
        ),
    );
    plain.write("a.yaml", CLEAR);
    plain.signet(&["seal", "a.yaml"]).succeeded();
    plain.commit();
    plain.signet(&["rotate", "a.yaml"]).succeeded();
    // The first group is the one in which the person stands alone.
    plain.write("a.yaml", &with(&plain, &second));
    let asked = [QUESTION, &second, "a.yaml"];
    plain.signet(&["rotate", "a.yaml"]).failed(1, &asked);
    fs::remove_file(plain.path().join(".sops.yaml")).unwrap();
    plain.signet(&["rotate", "a.yaml"]).failed(1, &asked);
    plain
        .signet(&["set", "a.yaml", "/more", "1"])
        .failed(1, &[KEPT, &second]);
}

#[test]
fn rules_that_no_version_has_followed_name_nobody_whom_a_file_brings() {
    let (plain, stranger, text) = committed_and_planted();
    plain.write("a.yaml", &text);
    let rules = format!(
        "creation_rules:\n- {{age: '{},{stranger}'}}\n",
        plain.recipient
    );
    plain.write(".sops.yaml", &rules);
    plain
        .signet(&["rotate", "a.yaml"])
        .failed(1, &[QUESTION, &stranger]);
}

#[test]
fn in_a_fleet_the_committed_version_speaks_for_files_that_belong_to_nobody() {
    let fleet = Fleet::founded();
    let policy = fleet.alice.read("signet/policy.yaml").unwrap();
    let version = policy.lines().find(|line| line.starts_with("  version: "));
    let next = version
        .unwrap()
        .trim_start_matches("  version: ")
        .parse::<u64>()
        .unwrap()
        + 1;
    let policy = policy
        .replace(version.unwrap(), &format!("  version: {next}"))
        .replace(
            "  rules:\n",
            "  rules:\n    - {paths: [\"ops/**\"], signers: root}\n",
        );
    fleet.alice.write("signet/policy.yaml", &policy).unwrap();
    fleet
        .alice
        .commit("Somewhere for what belongs to nobody")
        .unwrap();
    let home = fleet.alice.person().home();
    let keygen = |name: &str| {
        let file = text(&home.join(name));
        let made = signet(&fleet.alice, &["keygen", "-o", &file]).succeeded();
        (made.stdout.trim().to_owned(), file)
    };
    let ((own, key), (stranger, _)) = (keygen("own"), keygen("stranger"));
    let path = "ops/a.yaml";
    fleet.alice.write(path, CLEAR).unwrap();
    signet(&fleet.alice, &["seal", "--age", &own, path]).succeeded();
    fleet.alice.commit("Seal").unwrap();
    let signet = |words: &[&str]| {
        let mut command = fleet.alice.command(binaries().signet);
        command.env("SIGNET_IDENTITY_FILE", &key);
        run(command, words)
    };
    // Who signs such a file could have brought a tenant's there.
    signet(&["rotate", path]).failed(1, &[QUESTION, &own]);
    signet(&["rotate", "--yes", path]).succeeded();
    let sealed = fleet.alice.read(path).unwrap();
    let named = with_name(&sealed, &own, &stranger);
    fleet.alice.write(path, &named).unwrap();
    signet(&["rotate", path]).failed(1, &[QUESTION, &stranger]);
    let set = ["set", path, "/more", "1"];
    signet(&set).failed(1, &[KEPT, &stranger]);
    // The same under a key of somebody else.
    fleet.alice.write("../a.yaml", "password: x\n").unwrap();
    let both = format!("{own},{stranger}");
    signet(&["seal", "--age", &both, "../a.yaml"]).succeeded();
    let planted = fs::read_to_string(fleet.alice.path().join("../a.yaml")).unwrap();
    fleet.alice.write(path, &planted).unwrap();
    signet(&set).failed(1, &["--yes"]);
}

#[test]
fn a_pattern_from_outside_a_repository_asks_as_its_files_would() {
    let (plain, stranger, text) = committed_and_planted();
    plain.write("a.yaml", &text);
    let mut command = plain.command();
    command.current_dir(plain.path().parent().unwrap());
    run(command, &["rotate", "work/*.yaml"]).failed(1, &[QUESTION, &stranger]);
}

/// A name in the file's own spelling that draws on the terminal, and goes on as if it were ours.
const DRAWING: &str = r#""age1x\e[2K\u202E\n  age1y in all of them""#;

#[test]
fn a_name_draws_nothing_and_has_one_line_in_the_question() {
    let plain = Plain::with_rule("");
    let text = planted(&plain, DRAWING);
    plain.write("a.yaml", &text);
    let shown = r"age1x\u{1b}[2K\u{202e}\n  age1y in all of them in a.yaml";
    plain
        .signet(&["rotate", "a.yaml"])
        .failed(1, &[QUESTION, shown]);
    let plain = Plain::repository();
    let text = planted(&plain, DRAWING);
    plain.commit();
    plain.write("a.yaml", &text);
    let shown = r"age1x\u{1b}[2K\u{202e}\n  age1y in all of them";
    plain
        .signet(&["set", "a.yaml", "/more", "1"])
        .failed(1, &[KEPT, shown]);
    plain
        .signet(&["unset", "a.yaml", "/user"])
        .failed(1, &[KEPT, shown]);
    plain.write("a.yaml", &format!("more: 1\n{text}"));
    plain.signet(&["seal", "a.yaml"]).failed(1, &[shown]);
}

#[test]
fn a_name_draws_nothing_in_a_diff() {
    let plain = Plain::new();
    let text = planted(&plain, DRAWING);
    plain.write("a.yaml", &text);
    let shown = plain.signet(&["textconv", "a.yaml"]).succeeded().stdout;
    let line = r"# sealed for age1x\u{1b}[2K\u{202e}\n  age1y in all of them";
    assert!(shown.lines().any(|one| one == line), "{shown}");
    plain.write(
        "a.yaml",
        "a: \"\x1b[31mENC[AES256_GCM,data:x]\"\nsops: {}\n",
    );
    let shown = plain.signet(&["textconv", "a.yaml"]).succeeded().stdout;
    assert!(!shown.contains('\x1b'), "{shown:?}");
}
