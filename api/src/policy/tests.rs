use super::*;

const FULL: &str = "\
apiVersion: signet.dev/v1alpha1
kind: Policy
metadata:
  name: policy
spec:
  version: 7
  repository: 6f1c0d
  ref: refs/heads/main
  principals:
    alice:
      keys:
        - ssh-ed25519 AAAA alice
        - key: sk-ssh-ed25519@openssh.com AAAA
          validAfter: \"2026-01-01T00:00:00Z\"
          touch: false
    bot:
      keys:
        - ssh-ed25519 BBBB
      class: automation
    github:
      keys:
        - openpgp:968479A1AFF927E37D1A566BB5690EEEBB952194
      class: forge
  groups:
    root:
      - alice
      - bot
      - github
  rules:
    - paths:
        - signet/**
      signers: root
      threshold: 2
    - paths:
        - tenants/team-a/**
      signers: root
      side: authorized
      automation:
        principals:
          - bot
        fields:
          - /spec/image
  recovery:
    recipients:
      - age1qqq
    transitional:
      - age1old
  shared:
    - base/**
  revoked:
    - key: SHA256:abc
      mode: hard
      since: \"2026-02-01T00:00:00Z\"
";

/// What the people who write policies read: the first example is a whole policy, the others are fields of its `spec`.
const REFERENCE: &str = include_str!("../../../docs/policy.md");

fn path() -> RepoPath {
    crate::POLICY_PATH.parse().unwrap()
}

fn complaint(from: &str, to: &str) -> String {
    assert!(FULL.contains(from), "{from}");
    Policy::parse(&FULL.replacen(from, to, 1), &path())
        .unwrap_err()
        .to_string()
}

#[test]
fn writes_what_it_read_in_the_order_of_the_design() {
    let policy = Policy::parse(FULL, &path()).unwrap();
    assert_eq!(policy.to_yaml(), FULL);
    assert_eq!(Policy::parse(&policy.to_yaml(), &path()).unwrap(), policy);
}

/// The fields of a `spec` by their names, each with its lines.
fn fields(spec: &str) -> BTreeMap<&str, String> {
    let mut fields: BTreeMap<&str, String> = BTreeMap::new();
    let mut field = "";
    for line in spec.lines() {
        let pair = line
            .strip_prefix("  ")
            .and_then(|line| line.split_once(':'));
        if let Some((name, _)) = pair
            && !name.starts_with([' ', '#'])
        {
            field = name;
        }
        let lines = fields.entry(field).or_default();
        lines.push_str(line);
        lines.push('\n');
    }
    fields
}

#[test]
fn reads_each_example_of_the_reference() {
    let (_, from_first) = REFERENCE.split_once("```yaml\n").unwrap();
    let examples = from_first.split("```yaml\n");
    let mut examples = examples.map(|from| from.split_once("```").unwrap().0);
    let (head, spec) = examples.next().unwrap().split_once("spec:\n").unwrap();
    let whole = fields(spec);
    for example in std::iter::once("").chain(examples) {
        let mut changed = whole.clone();
        changed.extend(fields(example));
        let spec: String = changed.into_values().collect();
        let read = Policy::parse(&format!("{head}spec:\n{spec}"), &path());
        assert!(read.is_ok(), "{read:?}\n{spec}");
    }
}

#[test]
fn metadata_may_be_left_out() {
    assert!(Policy::parse(&FULL.replace("metadata:\n  name: policy\n", ""), &path()).is_ok());
}

#[test]
fn threshold_side_and_class_have_defaults() {
    let policy = Policy::parse(FULL, &path()).unwrap();
    assert_eq!(policy.rules[0].side, Side::Net);
    assert_eq!(policy.rules[1].threshold, 1);
    assert_eq!(policy.principals["alice"].class, Class::Person);
}

#[test]
fn programs_and_forges_are_no_persons() {
    let policy = Policy::parse(FULL, &path()).unwrap();
    assert_eq!(policy.persons("root"), BTreeSet::from(["alice"]));
    assert!(policy.persons("nobody").is_empty());
}

#[test]
fn knows_shared_folders() {
    let policy = Policy::parse(FULL, &path()).unwrap();
    assert!(policy.shares(&"base/x.yaml".parse().unwrap()));
    assert!(!policy.shares(&"bases/x.yaml".parse().unwrap()));
}

#[test]
fn names_place_and_nearest_field_of_an_unknown_one() {
    assert_eq!(
        complaint("threshold: 2", "treshold: 2"),
        "signet/policy.yaml:33:7: spec.rules[0] has no field `treshold`; did you mean `threshold`?"
    );
}

#[test]
fn names_the_place_of_a_missing_field() {
    let message = complaint("  ref: refs/heads/main\n", "");
    assert_eq!(
        message,
        "signet/policy.yaml:6:3: spec: the field `ref` is missing"
    );
}

#[test]
fn rejects_a_policy_that_refers_to_nothing() {
    assert!(
        complaint("      - bot\n", "      - bob\n").contains("27:9: there is no principal \"bob\"")
    );
    assert!(complaint("signers: root", "signers: rot").contains("there is no group \"rot\""));
    assert!(complaint("          - bot\n", "          - alice\n").contains("of class automation"));
    assert!(complaint("    root:\n", "    rots:\n").contains("the group root is missing"));
}

#[test]
fn rejects_a_recovery_recipient_that_would_take_its_own_place() {
    assert_eq!(
        complaint("- age1old", "- age1qqq"),
        "signet/policy.yaml:47:9: it is among the recipients too, and nothing takes its own place"
    );
    let commented = |own: &str, other: &str| {
        format!("- ssh-ed25519 AAAA {own}\n    transitional:\n      - ssh-ed25519 AAAA {other}")
    };
    let both = "- age1qqq\n    transitional:\n      - age1old";
    assert!(complaint(both, &commented("safe", "vault")).contains("nothing takes its own place"));
}

#[test]
fn rejects_a_recovery_recipient_that_stands_there_twice() {
    for own in ["- age1qqq", "- age1old"] {
        let twice = complaint(own, &format!("{own}\n      {own}"));
        assert!(twice.ends_with("it stands there already"), "{twice}");
    }
    let commented = "- ssh-ed25519 AAAA safe\n      - ssh-ed25519 AAAA vault";
    assert!(complaint("- age1qqq", commented).contains("it stands there already"));
}

#[test]
fn rejects_numbers_that_begin_below_one() {
    assert!(complaint("version: 7", "version: 0").contains("6:12: versions begin at 1"));
    assert!(complaint("threshold: 2", "threshold: 0").contains("thresholds begin at 1"));
    for (wrong, found) in [
        ("\"2\"", "a string (a number has no quotes)"),
        ("two", "a string (a number has no quotes)"),
        ("-1", "an integer that does not fit"),
        ("1.5", "a number"),
        ("[2]", "a sequence"),
    ] {
        assert_eq!(
            complaint("threshold: 2", &format!("threshold: {wrong}")),
            format!(
                "signet/policy.yaml:33:18: spec.rules[0].threshold: expected a whole number that is not negative, found {found}"
            ),
            "{wrong}"
        );
    }
    assert!(complaint("version: 7", "version: -1").contains("6:12: spec.version"));
}

#[test]
fn rejects_refs_that_are_not_full_names() {
    for reference in [
        "main",
        "refs/heads/",
        "refs//x",
        "refs/heads/a..b",
        "refs/heads/a b",
        "refs/heads/x.lock",
        "refs/*",
    ] {
        assert!(
            complaint("refs/heads/main", &format!("'{reference}'")).contains("named in full"),
            "{reference}"
        );
    }
}

#[test]
fn rejects_other_kinds_versions_and_second_documents() {
    assert!(
        complaint("kind: Policy", "kind: Tenant")
            .ends_with("2:7: kind must be Policy in this file")
    );
    assert!(complaint("v1alpha1", "v1").contains("1:13: apiVersion must be signet.dev/v1alpha1"));
    let two = format!("{FULL}---\n{FULL}");
    assert!(
        Policy::parse(&two, &path())
            .unwrap_err()
            .message
            .contains("one document")
    );
    assert!(
        Policy::parse("# nothing\n", &path())
            .unwrap_err()
            .message
            .contains("empty")
    );
}

#[test]
fn rejects_a_bad_glob_where_it_stands() {
    assert!(
        complaint("- signet/**", "- signet/{a,b}")
            .contains("31:11: spec.rules[0].paths[0]: \"signet/{a,b}\" is not a pattern")
    );
}

#[test]
fn rejects_a_pointer_to_no_field_where_it_stands_and_more_fields_than_are_compared() {
    assert!(
        complaint("- /spec/image", "- spec.image")
            .contains("42:13: spec.rules[1].automation.fields[0]: \"spec.image\" is no pointer to a field: it begins with a slash")
    );
    let many = "          - /spec/image\n".repeat(101);
    assert!(
        complaint("          - /spec/image\n", &many)
            .contains("42:11: a rule names at most 100 fields")
    );
    let most = "          - /spec/image\n".repeat(100);
    let text = FULL.replacen("          - /spec/image\n", &most, 1);
    assert!(Policy::parse(&text, &path()).is_ok());
}

#[test]
fn rejects_a_private_key_among_recipients_without_repeating_it() {
    let message = complaint("age1qqq", "AGE-SECRET-KEY-1CANARY");
    assert!(message.contains("private key") && !message.contains("CANARY"));
    assert!(complaint("age1qqq", "pgp").contains("begins with `age1`"));
}

#[test]
fn rejects_anchors_and_duplicate_keys() {
    assert!(complaint("version: 7", "version: &v 7").contains("anchors"));
    assert!(
        complaint("version: 7", "version: 7\n  version: 8").contains("stands already at line 6")
    );
}
