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
fn what_is_no_pattern_is_an_error() {
    assert!(Rule::named("encrypted_regex", "[").is_err());
    assert!(Rule::named("other", "x").unwrap().is_none());
}
