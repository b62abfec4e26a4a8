//! Regular expressions in rules, which sops leaves to Go.

use signet_envelope::Rule;
use signet_tests::sops::{Sops, Version};

use crate::ours::Ours;
use crate::people::{Audience, key_file};

const FILE: &str = "db.json";
const PLAIN: &str = r#"{"a": "1%", "<a>": "2%", "a]": "3%", "b]": "4%", "é": "5%", "K": "6%", "AAA": "7%", "ﬅ": "8%", "a&b": "9%", "٣": "10%"}"#;

/// What is written otherwise in Rust's dialect, or means something else there.
const ALIKE: [&str; 16] = [
    r"^\<a\>$",
    "^[a[b]]$",
    "^[a&&b]+$",
    r"^\W+$",
    r"^\D$",
    r"^\101+$",
    r"^\x41{3}$",
    r"^\Qa]",
    "^(?<n>a)$",
    "^(?i)k$",
    "^[^[:^alpha:]]$",
    r"^\pL$",
    r"^\P{Latin}",
    "^(a{,2}|K)$",
    r"\B",
    "^(?)a$",
];

/// What Rust's dialect takes and Go does not compile. Sops takes it for an expression that is found nowhere.
const REFUSED: [&str; 8] = [
    "(?x)a",
    "(?u)a",
    "[[:Alpha:]]",
    r"\p{Script=Latin}",
    r"\p{latn}",
    r"\u0061",
    r"[\Qa\E]",
    "a**",
];

fn is_sealed(sealed: &[u8]) -> Vec<bool> {
    let sealed: serde_json::Value = serde_json::from_slice(sealed).unwrap();
    let plain: serde_json::Value = serde_json::from_str(PLAIN).unwrap();
    let keys = plain.as_object().unwrap().keys();
    keys.map(|key| sealed[key].as_str().unwrap().starts_with("ENC["))
        .collect()
}

fn by_sops(pattern: &str) -> Vec<bool> {
    let sops = Sops::new(Version::V3_13, &key_file(Audience::One)).unwrap();
    let setting = Audience::One.setting();
    let rule = format!("{{{setting}, encrypted_regex: '{pattern}'}}");
    is_sealed(&sops.encrypt(FILE, PLAIN.as_bytes(), &rule).unwrap())
}

#[test]
fn a_pattern_selects_what_it_selects_for_sops() {
    for pattern in ALIKE {
        let rule = Rule::named("encrypted_regex", pattern).unwrap().unwrap();
        let ours = Ours::new(FILE, Audience::One).seal_plainly(PLAIN.as_bytes(), rule, false);
        let theirs = by_sops(pattern);
        assert!(
            theirs.contains(&true) && theirs.contains(&false),
            "{pattern}"
        );
        assert_eq!(is_sealed(&ours.unwrap()), theirs, "{pattern}");
    }
}

#[test]
fn a_pattern_that_go_does_not_compile_selects_nothing_for_sops_and_is_refused_here() {
    for pattern in REFUSED {
        assert!(!by_sops(pattern).contains(&true), "{pattern}");
        assert!(
            Rule::named("encrypted_regex", pattern).is_err(),
            "{pattern}"
        );
    }
}
