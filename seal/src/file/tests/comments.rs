//! Rules that go by comments, some of which are sealed themselves.

use signet_envelope::{Pattern, Rule};

use super::*;
use crate::{SealRequest, seal_file};

fn sealed_plainly(text: &str, rule: Rule) -> Result<String, SealError> {
    let place = Place::team_a();
    let request = SealRequest {
        place: None,
        rule: Some(rule),
        ..place.request()
    };
    seal_file(text, &request, &mut counting())
}

fn pattern(source: &str) -> Pattern {
    Pattern::new(source).unwrap()
}

fn opened(text: &str) -> String {
    let place = Place::team_a();
    let opened = crate::testing::open_file(text, &place.path, &place.identities[..1], None);
    String::from_utf8(opened.unwrap_or_else(|error| panic!("{error}")).to_vec()).unwrap()
}

#[test]
fn a_marked_value_is_sealed_and_the_next_one_is_not() {
    let text = "user: shop\npassword: canary-7f3a-hunter2 # sops:enc\nport: 5432\n";
    let sealed = sealed_plainly(text, Rule::EncryptedCommentRegex(pattern("sops:enc"))).unwrap();
    assert!(!sealed.contains(CANARY) && sealed.contains("\nport: 5432\n"));
    assert_eq!(opened(&sealed), text);
    let sealed = sealed_plainly(text, Rule::UnencryptedCommentRegex(pattern("sops:enc"))).unwrap();
    assert!(sealed.contains(CANARY) && !sealed.contains("5432") && !sealed.contains("shop"));
    assert_eq!(opened(&sealed), text);
}

#[test]
fn a_pattern_that_matches_each_sealed_comment_is_refused() {
    let text = "# the db\npassword: canary-7f3a-hunter2\nuser: u\n";
    for source in ["data", "tag", "^ENC", "comment]$"] {
        let rule = Rule::UnencryptedCommentRegex(pattern(source));
        let refused = sealed_plainly(text, rule).unwrap_err();
        assert!(matches!(refused, SealError::CiphertextDecides { .. }));
        let message = chain(&refused);
        assert!(message.contains("line 1, column 1") && !message.contains("the db"));
        let rule = Rule::EncryptedCommentRegex(pattern(source));
        let marked = format!("# data tag comment]\n{text}");
        assert!(
            sealed_plainly(&marked, rule).is_ok_and(|sealed| opened(&sealed) == marked)
                || source == "^ENC"
        );
    }
}

#[test]
fn a_pattern_that_matches_a_sealed_comment_by_chance_gets_another_ciphertext() {
    let comments = (0..200).map(|number| format!("# note {number}\nkey{number}: {CANARY}\n"));
    let text: String = comments.collect();
    let sealed = sealed_plainly(&text, Rule::UnencryptedCommentRegex(pattern("[oO][kK]"))).unwrap();
    assert!(!sealed.contains(CANARY));
    assert_eq!(opened(&sealed), text);
}
