use super::*;

fn rules(text: &str) -> CreationRules {
    CreationRules::read(text).unwrap().unwrap()
}

fn error(text: &str) -> String {
    CreationRules::read(text).unwrap_err().to_string()
}

fn only(text: &str) -> CreationRule {
    rules(text).for_path("a.yaml").unwrap().clone()
}

#[test]
fn the_first_rule_whose_pattern_is_found_in_the_path_counts() {
    let rules = rules(
        "creation_rules:\n- path_regex: ^prod/\n  age: age1p\n- path_regex: '\\.yaml$'\n  age: age1y\n",
    );
    let recipient = |path: &str| {
        let rule = rules.for_path(path)?;
        rule.recipients().unwrap()[0].first().cloned()
    };
    assert_eq!(recipient("prod/a.yaml").as_deref(), Some("age1p"));
    assert_eq!(recipient("test/prod/a.yaml").as_deref(), Some("age1y"));
    assert_eq!(recipient("a.json"), None);
}

#[test]
fn a_rule_without_pattern_is_for_all_paths() {
    for pattern in ["", "path_regex: ''\n  ", "path_regex: null\n  "] {
        let text = format!("creation_rules:\n- {pattern}age: age1a\n");
        assert!(rules(&text).for_path("anything").is_some(), "{text}");
    }
}

#[test]
fn a_file_without_creation_rules_is_as_good_as_none_and_an_empty_list_matches_nothing() {
    for text in ["", "stores: {}\n", "creation_rules:\n", "# nothing\n"] {
        assert!(CreationRules::read(text).unwrap().is_none(), "{text}");
    }
    assert!(rules("creation_rules: []\n").for_path("a").is_none());
}

#[test]
fn recipients_are_a_text_with_commas_or_a_list_and_each_counts_once() {
    for age in [
        "age1a, age1b,",
        "[age1a, 'age1b']",
        "[ 'age1b,age1a', age1a]",
    ] {
        let rule = only(&format!("creation_rules:\n- age: {age}\n"));
        let expected: BTreeSet<String> = ["age1a".to_owned(), "age1b".to_owned()].into();
        assert_eq!(rule.recipients().unwrap(), [expected], "{age}");
    }
}

#[test]
fn groups_with_what_they_merge_stand_before_the_rules_own_lists() {
    let rule = only(
        "creation_rules:\n- age: age1own\n  shamir_threshold: 2\n  key_groups:\n  - age: [age1a]\n    merge:\n    - age: \
         [age1b]\n      merge: [{age: [age1c]}]\n  - age: [age1d]\n",
    );
    let groups = rule.recipients().unwrap();
    let groups: Vec<Vec<&str>> = groups
        .iter()
        .map(|group| group.iter().map(String::as_str).collect())
        .collect();
    assert_eq!(groups, [vec!["age1a", "age1b", "age1c"], vec!["age1d"]]);
    assert_eq!(rule.shamir_threshold, 2);
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let rule = only(
        "keys:\n- &alice age1a\ndefaults: &defaults\n  encrypted_regex: ^data$\n  mac_only_encrypted: true\ncreation_rules:\n\
         - <<: *defaults\n  age: [*alice]\n",
    );
    assert_eq!(rule.recipients().unwrap()[0].first().unwrap(), "age1a");
    assert_eq!(rule.selection.unwrap().value(), "^data$");
    assert!(rule.mac_only_encrypted);
}

#[test]
fn other_kinds_of_keys_are_named_only_where_they_are_needed() {
    let rule = only("creation_rules:\n- age: age1a\n  pgp: FP\n  kms: ''\n  gcp_kms: [x]\n");
    let error = rule.recipients().unwrap_err();
    assert_eq!(error.kinds, ["gcp_kms", "pgp"]);
    assert_eq!(
        error.to_string(),
        "line 2, column 3: this rule also wraps for gcp_kms, pgp, and signet wraps for age's own keys alone"
    );
    let rule = only("creation_rules:\n- pgp: FP\n  key_groups:\n  - age: [age1a]\n");
    assert!(rule.recipients().is_ok(), "groups are used instead");
    let rule = only("creation_rules:\n- key_groups:\n  - merge: [{hc_vault: [x]}]\n");
    assert_eq!(rule.recipients().unwrap_err().kinds, ["hc_vault"]);
}

#[test]
fn more_than_one_selection_is_an_error_and_an_empty_one_is_none() {
    let rule = only("creation_rules:\n- encrypted_suffix: ''\n  encrypted_regex: ^a\n");
    assert_eq!(rule.selection.unwrap().name(), "encrypted_regex");
    let text = "creation_rules:\n- encrypted_suffix: _x\n  encrypted_regex: ^a\n";
    assert_eq!(
        error(text),
        "line 3, column 20: encrypted_regex stands beside encrypted_suffix, and only one rule can select what is sealed"
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        ("[]", "line 1, column 1: .sops.yaml is not a mapping"),
        (
            "creation_rules: x",
            "line 1, column 17: creation_rules is not a list",
        ),
        (
            "creation_rules: [x]",
            "line 1, column 18: creation_rules is not a list of mappings",
        ),
        (
            "creation_rules: [{path_regex: '('}]",
            "line 1, column 31: path_regex cannot be used",
        ),
        (
            "creation_rules: [{age: {}}]",
            "line 1, column 24: age is not a text or a list of texts",
        ),
        (
            "creation_rules: [{shamir_threshold: two}]",
            "line 1, column 37: shamir_threshold is not a number of groups",
        ),
        (
            "creation_rules: [{mac_only_encrypted: 'true'}]",
            "line 1, column 39: mac_only_encrypted is not true or false",
        ),
        ("creation_rules: [", "it cannot be read"),
    ] {
        assert_eq!(error(text), expected);
    }
}

#[test]
fn a_misspelt_key_is_noticed_and_a_foreign_one_is_not() {
    let found = rules(
        "keys: []\ncreation_rules:\n- pathRegex: x\n  path-regex: y\n  encypted_regex: z\n  age: age1a\n  _comment: c\n  \
         key_groups: [{ages: [], pgp: []}]\n",
    );
    let found: Vec<(&str, &str)> = found
        .misspellings()
        .iter()
        .map(|found| (found.key.as_str(), found.meant))
        .collect();
    assert_eq!(
        found,
        [
            ("pathRegex", "path_regex"),
            ("path-regex", "path_regex"),
            ("encypted_regex", "encrypted_regex"),
            ("ages", "age"),
        ]
    );
}
