//! Files outside a fleet: the `.sops.yaml` says for whom and which leaves, as it does to the real sops.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use signet_envelope::{Content, Enc, Sealed, parse};
use signet_seal::Identity;
use signet_tests::binaries::binaries;
use signet_tests::sops::{Sops, Version};

use crate::fixture::{CANARY, Fleet, SECRET, SECRET_PATH, run, signet};
use crate::plain::Plain;

const PLAIN: &str = "# a comment\nuser: shop\npassword: canary-9f3a1c\nport_unencrypted: 5432\nstringData:\n  # encrypt the next\n  token: canary-9f3a1c\n  list: [\"one\", 2]\nlast_secret: canary-9f3a1c\n";

/// A `.sops.yaml` in which `A`, `B` and `C` stand for recipients, and the file that is sealed from some folder.
struct Case {
    name: &'static str,
    rules: &'static str,
    /// Further files.
    more: &'static [(&'static str, &'static str)],
    folder: &'static str,
    file: &'static str,
}

const fn case(name: &'static str, rules: &'static str, file: &'static str) -> Case {
    Case {
        name,
        rules,
        more: &[],
        folder: ".",
        file,
    }
}

const fn from(folder: &'static str, mut case: Case) -> Case {
    case.folder = folder;
    case
}

const fn beside(more: &'static [(&'static str, &'static str)], mut case: Case) -> Case {
    case.more = more;
    case
}

#[rustfmt::skip]
const CASES: [Case; 32] = [
    case("one rule for all", "- age: A", "db.yaml"),
    case("a list with commas", "- age: A,B", "db.yaml"),
    case("a list with spaces", "- age: ' A , B '", "db.yaml"),
    case("a list", "- age: [A, B]", "db.yaml"),
    case("the same twice", "- age: [A, A]", "db.yaml"),
    case("the first that matches", "- {path_regex: db, age: A}\n- {path_regex: yaml, age: B}", "db.yaml"),
    case("the second matches", "- {path_regex: '^x', age: A}\n- {path_regex: yaml, age: B}", "db.yaml"),
    case("an empty pattern before", "- {path_regex: '', age: A}\n- {path_regex: yaml, age: B}", "db.yaml"),
    case("anchored at the folder of the rules", "- {path_regex: '^sub/', age: A}\n- age: B", "sub/db.yaml"),
    case("not anchored", "- {path_regex: 'sub/db', age: A}\n- age: B", "deep/sub/db.yaml"),
    case("anchored at the end", "- {path_regex: '\\.enc\\.ya?ml$', age: A}\n- age: B", "db.enc.yml"),
    case("case matters", "- {path_regex: 'DB', age: A}\n- age: B", "db.yaml"),
    case("case does not matter", "- {path_regex: '(?i)DB', age: A}\n- age: B", "db.yaml"),
    case("no rule matches", "- {path_regex: '^x', age: A}", "db.yaml"),
    case("no rules", "[]", "db.yaml"),
    from("sub", case("from a folder below", "- {path_regex: '^sub/db', age: A}\n- age: B", "db.yaml")),
    from("sub", case("by dots", "- {path_regex: '^other/', age: A}\n- age: B", "../other/db.yaml")),
    from("sub", beside(&[("sub/.sops.yaml", "creation_rules:\n- {path_regex: '^db', age: C}\n")],
        case("the nearest rules", "- age: A", "db.yaml"))),
    beside(&[("sub/.sops.yaml", "creation_rules:\n- age: C\n")],
        case("the rules of the current folder, not of the file's", "- age: A", "sub/db.yaml")),
    beside(&[(".sops.yml", "creation_rules:\n- age: C\n")], case("another name is ignored", "- age: A", "db.yaml")),
    case("encrypted_regex", "- {age: A, encrypted_regex: '^(data|stringData)$'}", "db.yaml"),
    case("unencrypted_regex", "- {age: A, unencrypted_regex: '^(user|last_)'}", "db.yaml"),
    case("encrypted_suffix", "- {age: A, encrypted_suffix: _secret}", "db.yaml"),
    case("unencrypted_suffix", "- {age: A, unencrypted_suffix: Data}", "db.yaml"),
    case("encrypted_comment_regex", "- {age: A, encrypted_comment_regex: '^ encrypt'}", "db.yaml"),
    case("unencrypted_comment_regex", "- {age: A, unencrypted_comment_regex: '^ encrypt'}", "db.yaml"),
    case("two selections", "- {age: A, encrypted_suffix: a, encrypted_regex: b}", "db.yaml"),
    case("mac_only_encrypted", "- {age: A, encrypted_regex: '^password$', mac_only_encrypted: true}", "db.yaml"),
    case("two groups", "- key_groups: [{age: [A]}, {age: [B]}]", "db.yaml"),
    case("two of three groups", "- shamir_threshold: 2\n  key_groups: [{age: [A]}, {age: [B, C]}, {age: [C]}]", "db.yaml"),
    case("groups that merge", "- key_groups: [{age: [A], merge: [{age: [B]}, {age: [C]}]}]", "db.yaml"),
    case("groups beside a list", "- age: A\n  key_groups: [{age: [B]}]", "db.yaml"),
];

/// What of a sealed file a creation rule decides.
#[derive(Debug, PartialEq)]
struct Chosen {
    rule: (String, String),
    mac_only_encrypted: bool,
    groups: Vec<BTreeSet<String>>,
    threshold: u32,
    sealed: BTreeSet<(String, bool)>,
}

impl Chosen {
    fn of(text: &str) -> Self {
        let sealed = parse(text, &"db.yaml".parse().unwrap()).unwrap();
        let metadata = sealed.metadata();
        let groups = metadata.groups.iter().map(|group| {
            let recipients = group.iter().map(|key| key.recipient.clone());
            recipients.collect()
        });
        Self {
            rule: (metadata.rule.name().into(), metadata.rule.value().into()),
            mac_only_encrypted: metadata.mac_only_encrypted,
            groups: groups.collect(),
            threshold: metadata.shamir_threshold,
            sealed: sealed_slots(&sealed),
        }
    }
}

fn sealed_slots(sealed: &Sealed) -> BTreeSet<(String, bool)> {
    let slots = sealed.slots().into_iter();
    let sealed = slots.filter_map(|slot| {
        let (text, is_comment) = match slot.content {
            Content::Scalar(node) => (node.text()?, false),
            Content::Comment(comment) => (comment.text.as_str(), true),
            Content::SealedElement(_) => return None,
        };
        Enc::looks_sealed(text).then(|| (slot.pointer().to_string(), is_comment))
    });
    sealed.collect()
}

fn recipients() -> [String; 3] {
    [1, 2, 3].map(|number| {
        let (identity, _) = Identity::generate(&mut |bytes: &mut [u8]| bytes.fill(number));
        identity.recipient().to_owned()
    })
}

/// Puts recipients in the places of `A`, `B` and `C`, which stand for nothing else.
fn with_recipients(rules: &str) -> String {
    let is_place = |word: &str| matches!(word, "A" | "B" | "C");
    let recipients = recipients();
    rules
        .split_inclusive(|c: char| !c.is_alphanumeric())
        .map(|part| {
            let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
            if is_place(word) {
                let index = usize::from(word.as_bytes()[0] - b'A');
                part.replace(word, &recipients[index])
            } else {
                part.to_owned()
            }
        })
        .collect()
}

fn lay_out(case: &Case, folder: &Path) {
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let rules = format!("creation_rules:\n{}\n", case.rules);
    put(".sops.yaml", &with_recipients(&rules));
    for (path, text) in case.more {
        put(path, &with_recipients(text));
    }
    put(&format!("{}/here", case.folder), "");
    let file = format!("{}/{}", case.folder, case.file);
    put(file.trim_start_matches("./"), PLAIN);
}

/// What sops makes of it; its words where it refuses.
fn by_sops(case: &Case) -> Result<Chosen, String> {
    let sops = Sops::new(Version::V3_13, "").unwrap();
    lay_out(case, &sops.path(""));
    let mut command = sops.command(&["encrypt", case.file]);
    let output = command
        .current_dir(sops.path(case.folder))
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(Chosen::of(&String::from_utf8(output.stdout).unwrap()));
    }
    Err(String::from_utf8(output.stderr).unwrap())
}

fn by_signet(case: &Case) -> Result<Chosen, String> {
    let plain = Plain::new();
    lay_out(case, plain.path());
    let mut command = plain.person.command(binaries().signet);
    command.current_dir(plain.path().join(case.folder));
    let run = run(command, &["seal", case.file]);
    if run.code == 0 {
        return Ok(Chosen::of(
            &plain.read(&format!("{}/{}", case.folder, case.file)),
        ));
    }
    assert!(!run.stderr.contains(CANARY), "{}", run.stderr);
    Err(run.stderr)
}

#[test]
fn the_rules_mean_to_signet_what_they_mean_to_sops() {
    for case in &CASES {
        let (theirs, ours) = (by_sops(case), by_signet(case));
        assert_eq!(
            theirs.is_ok(),
            ours.is_ok(),
            "{}: sops {theirs:?}, signet {ours:?}",
            case.name
        );
        if let (Ok(theirs), Ok(ours)) = (theirs, ours) {
            assert_eq!(theirs, ours, "{}", case.name);
        }
    }
}

#[test]
fn recipients_that_are_named_or_exported_come_before_those_of_the_rules() {
    let plain = Plain::with_rule("encrypted_regex: ^password$");
    let [a, b, c] = recipients();
    let seal = |exported: Option<&str>, words: &[&str]| {
        plain.write("db.yaml", PLAIN);
        let mut command = plain.command();
        command.envs(exported.map(|recipient| ("SOPS_AGE_RECIPIENTS", recipient)));
        run(command, &[&["seal", "db.yaml"], words].concat()).succeeded();
        let chosen = Chosen::of(&plain.read("db.yaml"));
        assert_eq!(chosen.rule.1, "^password$");
        chosen.groups
    };
    let group =
        |recipients: &[&str]| vec![recipients.iter().map(|&text| text.to_owned()).collect()];
    assert_eq!(seal(None, &[]), group(&[&plain.recipient]));
    assert_eq!(seal(Some(&format!("{a},{b}")), &[]), group(&[&a, &b]));
    let words = ["--age", &format!("{b}, {c}"), "--age", &a];
    assert_eq!(seal(Some(&a), &words), group(&[&a, &b, &c]));
}

#[test]
fn what_the_person_says_to_seal_comes_before_what_the_rule_says() {
    let plain = Plain::with_rule("encrypted_suffix: _secret");
    plain.write("db.yaml", PLAIN);
    plain
        .signet(&["seal", "--only", "^password$", "db.yaml"])
        .succeeded();
    let sealed = plain.read("db.yaml");
    let rule = Chosen::of(&sealed).rule;
    assert_eq!(rule, ("encrypted_regex".into(), "^password$".into()));
    plain
        .signet(&["seal", "--only", "^password$", "db.yaml"])
        .succeeded();
    plain
        .signet(&["seal", "--only", "^user$", "db.yaml"])
        .failed(1, &["^password$", "--only asks for another rule"]);
    assert_eq!(plain.read("db.yaml"), sealed);
}

#[test]
fn the_rules_may_stand_anywhere_if_they_are_named() {
    let plain = Plain::new();
    let rules = format!(
        "creation_rules: [{{path_regex: ^db, age: {}}}]\n",
        plain.recipient
    );
    plain.write("rules/mine.yaml", &rules);
    plain.write("rules/db.yaml", PLAIN);
    plain.write("db.yaml", PLAIN);
    plain
        .signet(&["seal", "--config", "rules/mine.yaml", "rules/db.yaml"])
        .succeeded();
    plain
        .signet(&["seal", "--config", "rules/mine.yaml", "db.yaml"])
        .failed(1, &["no creation rule in", "rules/mine.yaml"]);
    let mut command = plain.command();
    command.env("SOPS_CONFIG", "rules/none.yaml");
    run(command, &["seal", "db.yaml"]).failed(1, &["rules/none.yaml"]);
}

#[test]
fn rules_above_a_file_count_where_sops_would_find_none() {
    let plain = Plain::with_rule("");
    plain.write("db.yaml", PLAIN);
    let mut command = plain.person.command(binaries().signet);
    command.current_dir("/");
    let file = plain.path().join("db.yaml");
    run(command, &["seal", file.to_str().unwrap()]).succeeded();
    assert_eq!(plain.signet(&["open", "db.yaml"]).succeeded().stdout, PLAIN);
}

#[test]
fn a_file_for_which_nobody_is_named_is_refused_with_all_that_would_help() {
    let plain = Plain::new();
    plain.write("db.yaml", PLAIN);
    let words = [
        "nobody is named",
        "--age",
        "SOPS_AGE_RECIPIENTS",
        ".sops.yaml",
    ];
    plain.signet(&["seal", "db.yaml"]).failed(1, &words);
    assert_eq!(plain.read("db.yaml"), PLAIN);
    plain.write(".sops.yml", "creation_rules: []\n");
    let words = ["nobody is named", ".sops.yml is ignored"];
    plain.signet(&["seal", "db.yaml"]).failed(1, &words);
}

#[test]
fn what_a_link_in_the_place_of_the_rules_leads_to_is_not_shown() {
    let plain = Plain::new();
    plain.write("db.yaml", PLAIN);
    let place = plain.path().join(".sops.yaml");
    let keys = plain.person.home().join(".config/sops/age/keys.txt");
    symlink(&keys, &place).unwrap();
    let said = plain.signet(&["seal", "db.yaml"]);
    let said = said.failed(1, &["is not a mapping", "line 3, column 1"]);
    assert!(!said.contains("AGE-SECRET-KEY"), "{said}");
    fs::remove_file(&place).unwrap();
    symlink("/dev/zero", &place).unwrap();
    plain
        .signet(&["seal", "db.yaml"])
        .failed(1, &["is no file"]);
    let large = plain.signet(&["seal", "--config", "/dev/zero", "db.yaml"]);
    large.failed(1, &["more than 1 MiB"]);
}

#[test]
fn keys_that_only_sops_wraps_for_are_refused_by_name() {
    let plain =
        Plain::with_rule("pgp: 85D77543B3D624B63CEA9E6DBC17301B491B3F21, hc_vault_transit_uri: x");
    plain.write("db.yaml", PLAIN);
    plain
        .signet(&["seal", "db.yaml"])
        .failed(1, &["hc_vault_transit_uri, pgp", ".sops.yaml"]);
    assert_eq!(plain.read("db.yaml"), PLAIN);
}

#[test]
fn a_misspelt_key_in_the_rules_is_told() {
    let plain = Plain::with_rule("path-regex: ^x");
    plain.write("db.yaml", PLAIN);
    let said = plain.signet(&["seal", "db.yaml"]).succeeded().stderr;
    assert!(
        said.contains("path-regex is ignored; is path_regex meant?"),
        "{said}"
    );
}

#[test]
fn a_value_that_was_added_is_sealed_for_those_who_have_the_file() {
    let plain = Plain::new();
    plain.write("db.yaml", PLAIN);
    plain
        .signet(&["seal", "--age", &plain.recipient, "db.yaml"])
        .succeeded();
    let more = plain
        .read("db.yaml")
        .replace("user:", "more: canary-9f3a1c\nuser:");
    plain.write("db.yaml", &more);
    plain.signet(&["seal", "db.yaml", "--yes"]).succeeded();
    assert!(!plain.read("db.yaml").contains(CANARY));
    let groups = Chosen::of(&plain.read("db.yaml")).groups;
    assert_eq!(groups, [BTreeSet::from([plain.recipient.clone()])]);
}

#[test]
fn a_fleet_whose_policy_is_gone_from_the_work_tree_seals_for_no_rule_of_a_sops_yaml() {
    let fleet = Fleet::new();
    let [stranger, ..] = recipients();
    fleet
        .alice
        .write(
            ".sops.yaml",
            &format!("creation_rules: [{{age: {stranger}}}]\n"),
        )
        .unwrap();
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    fleet.alice.remove("signet/policy.yaml").unwrap();
    signet(&fleet.alice, &["seal", SECRET_PATH]).failed(1, &["signet/policy.yaml"]);
    assert_eq!(fleet.alice.read(SECRET_PATH).unwrap(), SECRET);
}

#[test]
fn in_a_fleet_a_rule_says_which_leaves_and_never_for_whom() {
    let fleet = Fleet::new();
    let [stranger, ..] = recipients();
    let rule = format!("creation_rules: [{{age: {stranger}, encrypted_regex: ^password$}}]\n");
    fleet.alice.write("tenants/.sops.yaml", &rule).unwrap();
    fleet.alice.write(SECRET_PATH, SECRET).unwrap();
    signet(&fleet.alice, &["seal", SECRET_PATH]).succeeded();
    let sealed = fleet.alice.read(SECRET_PATH).unwrap();
    assert!(!sealed.contains(&stranger), "{sealed}");
    assert!(sealed.contains("username: 'shop'"), "{sealed}");
    assert!(sealed.contains("password: \"ENC["), "{sealed}");
}
