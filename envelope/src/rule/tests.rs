use super::*;

fn selects(name: &str, value: &str, keys: &[&str]) -> bool {
    Rule::named(name, value)
        .unwrap()
        .unwrap()
        .selects(keys, &[])
}

#[test]
fn any_key_on_the_way_decides() {
    assert!(!selects("unencrypted_suffix", "_clear", &["a_clear", "b"]));
    assert!(selects("unencrypted_suffix", "_clear", &["a", "b"]));
    assert!(selects("encrypted_suffix", "_secret", &["a_secret", "b"]));
    assert!(!selects("encrypted_suffix", "_secret", &["a", "b"]));
    assert!(!selects("unencrypted_regex", "^meta", &["metadata", "x"]));
    assert!(selects(
        "encrypted_regex",
        "^(data|stringData)$",
        &["stringData", "x"]
    ));
    assert!(!selects(
        "encrypted_regex",
        "^(data|stringData)$",
        &["metadata", "x"]
    ));
}

#[test]
fn without_keys_only_the_negative_rules_select() {
    assert!(Rule::default().selects(&[], &[]));
    assert!(selects("unencrypted_regex", "x", &[]));
    assert!(!selects("encrypted_regex", "x", &[]));
}

#[test]
fn a_comment_rule_leaves_its_own_comment_clear() {
    let rule = Rule::named("encrypted_comment_regex", "seal")
        .unwrap()
        .unwrap();
    assert!(rule.selects(&["a"], &[" seal this"]));
    assert!(!rule.selects_comment(&["a"], &[" seal this"]));
    assert!(rule.selects_comment(&["a"], &[" seal this", " and this"]));
    assert!(rule.selects_comment(&["a"], &[" seal this", " seal that"]));
    let rule = Rule::named("unencrypted_comment_regex", "public")
        .unwrap()
        .unwrap();
    assert!(!rule.selects_comment(&["a"], &[" public"]));
    assert!(rule.selects_comment(&["a"], &[" other"]));
}

#[test]
fn patterns_mean_what_go_means() {
    let matches = |pattern: &str, text: &str| Pattern::new(pattern).unwrap().matches(text);
    assert!(matches("pass", "my_password"), "searched, not anchored");
    assert!(!matches(r"^\d$", "٣"), "ASCII digits only");
    assert!(!matches(r"^\w$", "é"));
    assert!(matches(r"^\W+$", "é"));
    assert!(!matches(r"^\s$", "\u{a0}"));
    assert!(matches(r"\bx\b", "éxé"), "é is no word character");
    assert!(matches(r"^[\d_]+$", "1_2"));
    assert!(matches(r"^[^\d]$", "a"));
    assert!(matches(r"^\Qa.b(\E+$", "a.b(("));
    assert!(
        matches(r"^\Qa.b", "a.b"),
        "the end of a quotation may be missing"
    );
    assert!(!matches(r"^\Qa.b\E$", "axb"));
    assert!(matches(r"^[[a&&b~]+$", "[a&&b~"), "no set operations");
    assert!(matches(r"^[[:alpha:]]+$", "ab"));
    assert!(matches(r"^[]a]+$", "]a"));
    assert!(matches(r"^[^]a]$", "b"));
}

#[test]
fn what_is_no_pattern_is_an_error() {
    assert!(Pattern::new("(").is_err());
    assert!(Pattern::new("a{1000}{1000}{1000}").is_err());
    assert!(Rule::named("encrypted_regex", "[").is_err());
    assert!(Rule::named("other", "x").unwrap().is_none());
}
