use super::*;
use crate::testing::{CANARY, Place, chain, counting, identity, later};
use signet_envelope::{WalkError, parse};

mod binary;
mod carried;
mod comments;
mod editing;
mod flat;
mod following;
mod json;
mod many;
mod moved;
mod rekeying;
pub(crate) mod round_trip;
mod unplaced;
mod vouching;

const SECRET: &str = "\
# the database of team a
apiVersion: v1
kind: Secret
metadata: {name: db, labels: {app: 'db'}}   # flow
stringData:
  # how to get in
  user: \"app\"
  password: canary-7f3a-hunter2  # rotated in May
  tls.key: |
    -----BEGIN KEY-----
    abc

    -----END KEY-----

  empty: \"\"
  none: ~
data:
  list: [YQ==, \"Yg==\"]
";

fn sealed(text: &str) -> String {
    Place::team_a()
        .seal(text)
        .unwrap_or_else(|error| panic!("{}", chain(&error)))
}

fn refusal(text: &str) -> String {
    chain(&Place::team_a().seal(text).unwrap_err())
}

/// The lines that are not sealed and not of the block.
fn clear_lines(text: &str) -> Vec<&str> {
    let end = text.find("\nsops:").map_or(text.len(), |at| at + 1);
    text[..end]
        .lines()
        .filter(|line| !line.contains("ENC["))
        .collect()
}

#[test]
fn only_sealed_values_and_their_comments_change() {
    let text = sealed(SECRET);
    assert!(!text.contains(CANARY) && !text.contains("how to get in") && !text.contains("KEY"));
    assert!(
        text.contains("  user: \"ENC[")
            && text.contains("  password: ENC[")
            && text.contains("  # flow\n") == SECRET.contains("  # flow\n")
    );
    let kept = [
        "# the database of team a",
        "apiVersion: v1",
        "kind: Secret",
        "metadata: {name: db, labels: {app: 'db'}}   # flow",
        "stringData:",
        "  tls.key: |-",
        "",
        "  empty: \"\"",
        "  none: ~",
        "data:",
    ];
    assert_eq!(clear_lines(&text), kept);
}

#[test]
fn opening_gives_the_text_back() {
    let text = sealed(SECRET);
    let opened = Place::team_a().open(&text).unwrap();
    let expected = SECRET.replace("[YQ==, \"Yg==\"]", "[\"YQ==\", \"Yg==\"]");
    assert_eq!(
        opened, expected,
        "all but a plain text in a flow collection, which comes back in quotes"
    );
}

#[test]
fn a_file_that_is_sealed_is_left_alone() {
    let place = Place::team_a();
    let text = sealed(SECRET);
    assert_eq!(
        seal_file(&text, &place.request(), &mut counting()).unwrap(),
        text
    );
    for identities in [&[][..], &[identity(9)]] {
        let request = SealRequest {
            identities,
            ..place.request()
        };
        assert_eq!(seal_file(&text, &request, &mut counting()).unwrap(), text);
    }
}

#[test]
fn what_was_added_is_sealed_and_the_rest_keeps_its_ciphertext() {
    let place = Place::team_a();
    let first = sealed(SECRET);
    let added = first.replace("  none: ~\n", "  none: ~\n  token: canary-7f3a-hunter2\n");
    let later = SealRequest {
        now: "2026-02-02T00:00:00Z".parse().unwrap(),
        vouched_by: Voucher::Earlier(std::slice::from_ref(&first)),
        ..place.request()
    };
    let second = seal_file(&added, &later, &mut counting()).unwrap();
    assert!(!second.contains(CANARY));
    let changed: Vec<&str> = second
        .lines()
        .filter(|line| !first.lines().any(|old| old == *line))
        .collect();
    let names: Vec<&str> = changed
        .iter()
        .map(|line| line.trim().split(':').next().unwrap())
        .collect();
    assert_eq!(names, ["token", "lastmodified", "mac", "seal"]);
    assert!(
        place
            .open(&second)
            .unwrap()
            .contains("token: canary-7f3a-hunter2")
    );
}

#[test]
fn a_value_written_over_a_sealed_one_is_sealed() {
    let first = sealed(SECRET);
    let line = first
        .lines()
        .find(|line| line.starts_with("  user:"))
        .unwrap();
    let changed = first.replace(line, "  user: 'new'");
    let second = Place::team_a().seal_again(&changed, &first).unwrap();
    assert!(second.contains("  user: 'ENC["));
    assert!(
        Place::team_a()
            .open(&second)
            .unwrap()
            .contains("  user: 'new'\n")
    );
}

#[test]
fn a_changed_clear_part_gets_a_new_seal() {
    let place = Place::team_a();
    let first = sealed(SECRET);
    let changed = first.replace("name: db,", "name: db2,");
    assert!(place.open(&changed).is_err());
    let again = place.seal_again(&changed, &first).unwrap();
    assert!(place.open(&again).unwrap().contains("name: db2,"));
}

#[test]
fn a_change_that_no_mac_covers_gets_a_new_seal() {
    let place = Place::team_a();
    let first = place
        .seal("kind: Secret\nnone: {}\nstringData:\n  a: b\n")
        .unwrap();
    let changed = first.replace("none: {}", "none: []");
    assert!(matches!(
        place.open(&changed),
        Err(crate::OpenError::Seal { .. })
    ));
    let again = place.seal_again(&changed, &first).unwrap();
    assert!(place.open(&again).unwrap().contains("none: []\n"));
}

#[test]
fn a_value_that_is_written_again_as_it_was_counts_as_a_change() {
    let place = Place::team_a();
    let first = sealed(SECRET);
    let line = first.lines().find(|line| line.starts_with("  user:"));
    let changed = first.replace(line.unwrap(), "  user: \"app\"");
    let later = SealRequest {
        now: "2026-02-02T00:00:00Z".parse().unwrap(),
        vouched_by: Voucher::Earlier(std::slice::from_ref(&first)),
        ..place.request()
    };
    let again = seal_file(&changed, &later, &mut counting()).unwrap();
    assert!(again.contains("2026-02-02T00:00:00Z"));
    assert_eq!(place.open(&again).unwrap(), place.open(&first).unwrap());
}

#[test]
fn adding_needs_an_identity() {
    let added = sealed(SECRET).replace("  none: ~\n", "  none: x\n");
    let place = Place::team_a();
    let nobody = SealRequest {
        identities: &[],
        ..place.request()
    };
    let refusal = seal_file(&added, &nobody, &mut counting()).unwrap_err();
    assert!(matches!(refusal, SealError::NeedsIdentity { .. }));
    let stranger = [identity(9)];
    let stranger = SealRequest {
        identities: &stranger,
        ..place.request()
    };
    assert!(matches!(
        seal_file(&added, &stranger, &mut counting()),
        Err(SealError::Open(crate::OpenError::NotForIdentity { .. }))
    ));
}

#[test]
fn a_file_for_somebody_who_is_not_to_open_it_is_refused() {
    let text = sealed(SECRET);
    let mut place = Place::team_a();
    let gone = place.identities[1].recipient().to_owned();
    place.recipients.required.remove(&gone);
    let message = chain(&place.seal(&text).unwrap_err());
    assert!(
        message.ends_with(&format!("not allowed: {gone}")),
        "{message}"
    );
}

#[test]
fn a_file_of_another_place_is_refused() {
    let text = sealed(SECRET);
    let mut place = Place::team_a();
    place.tenant = "team-b".parse().unwrap();
    assert_eq!(
        chain(&place.seal(&text).unwrap_err()),
        "tenants/team-a/prod/db.yaml was sealed for tenant team-a, not team-b"
    );
}

#[test]
fn the_mac_covers_clear_values_unless_it_is_for_sealed_ones_alone() {
    let place = Place::team_a();
    for mac_only_encrypted in [false, true] {
        let request = SealRequest {
            place: None,
            mac_only_encrypted,
            ..place.request()
        };
        let sealed = seal_file(SECRET, &request, &mut counting()).unwrap();
        let opens = |from: &str, to: &str| {
            assert!(sealed.contains(from), "{sealed}");
            let text = sealed.replace(from, to);
            crate::testing::open_file(&text, &place.path, &place.identities[..1], None).is_ok()
        };
        assert!(opens("kind: Secret", "kind: Secret"));
        assert_eq!(opens("kind: Secret", "kind: Other"), mac_only_encrypted);
    }
}

#[test]
fn a_plain_sops_file_is_adopted_by_whoever_opens_it() {
    let place = Place::team_a();
    let plain = SealRequest {
        place: None,
        ..place.request()
    };
    let plain = seal_file(SECRET, &plain, &mut counting()).unwrap();
    assert!(!plain.contains("signet:"));
    let nobody = SealRequest {
        identities: &[],
        ..place.request()
    };
    assert!(matches!(
        seal_file(&plain, &nobody, &mut counting()),
        Err(SealError::NeedsIdentity { .. })
    ));
    let earlier = [plain.clone()];
    let adopted = seal_file(&plain, &place.taking_in(&earlier), &mut later()).unwrap();
    assert!(place.open(&adopted).is_ok());
    let altered = plain.replace("name: db,", "name: db2,");
    assert!(matches!(
        seal_file(&altered, &place.taking_in(&[]), &mut later()),
        Err(SealError::Open(crate::OpenError::Mac { .. }))
    ));
}

#[test]
fn the_kind_decides_what_is_sealed() {
    let rule = |text: &str| {
        parse(&sealed(text), &Place::team_a().path)
            .unwrap()
            .metadata()
            .rule
            .clone()
    };
    assert_eq!(
        rule("kind: Secret\ndata: {a: YQ==}\n").value(),
        "^(data|stringData)$"
    );
    assert_eq!(
        rule("apiVersion: signet.dev/v1alpha1\nkind: Identity\nspec: {identity: x}\n").value(),
        "^identity$"
    );
    assert_eq!(rule("password: x\n"), Rule::default());
    let mut place = Place::team_a();
    place.identities.clear();
    let only = SealRequest {
        rule: Rule::named("encrypted_regex", "pass").unwrap(),
        ..place.request()
    };
    let text = seal_file("user: app\npassword: x\n", &only, &mut counting()).unwrap();
    assert!(text.starts_with("user: app\npassword: ENC["));
}

#[test]
fn all_documents_are_sealed_under_one_key() {
    let text = "---\nkind: Secret\ndata: {a: YQ==}\n---\n# nothing\n---\nkind: Secret\nstringData:\n  b: x\n...\n";
    let sealed = sealed(text);
    assert_eq!(sealed.matches("\nsops:\n").count(), 2);
    assert_eq!(
        Place::team_a().open(&sealed).unwrap(),
        text.replace("YQ==", "\"YQ==\"")
    );
}

#[test]
fn refuses_what_cannot_be_sealed_with_one_meaning() {
    let cases = [
        ("kind: Secret\ndata: {}\n", "no value to seal"),
        (
            "kind: Secret\ndata: {a: 'ENC[AES256_GCM,data:x]'}\n",
            "begins like a sealed one",
        ),
        (
            "kind: Secret\ndata:\n  a: !!binary YQ==\n",
            "value with a tag",
        ),
        ("a: !!binary |\n  /wD+\n", "in one line of base64"),
        ("a: !!binary \"/wD+\"\n", "in one line of base64"),
        ("a: !!binary /x==\n", "in one line of base64"),
        ("a: !!binary YWJj\n", "in one line of base64"),
        (
            "kind: Secret\ndata: {a: b}\n---\nkind: ConfigMap\ndata: {a: b}\n",
            "in no Secret",
        ),
        ("kind: Secret\ndata: {\"a:b\": c}\n", "a key holds a colon"),
        ("kind: Secret\ndata: {a: &x b, c: *x}\n", "anchors"),
        ("kind: Secret\ndata: {a: b, a: c}\n", "\"a\""),
        ("- a\n", "not a mapping"),
        ("a: 18446744073709551615\n", "64 bits"),
        ("a: 18446744073709551616\n", "64 bits"),
        ("a: 08\n", "octal"),
        ("a: -0129\n", "octal"),
        ("a: 09999999999999999999999\n", "64 bits"),
    ];
    for (text, expected) in cases {
        let refusal = refusal(text);
        assert!(refusal.contains(expected), "{refusal}");
    }
}

#[test]
fn bytes_that_are_no_text_stand_as_they_stood_once_opened() {
    let place = Place::team_a();
    let plain = SealRequest {
        place: None,
        ..place.request()
    };
    let text = "a: !!binary /wD+\nb: c\n";
    let sealed = seal_file(text, &plain, &mut counting()).unwrap();
    assert!(!sealed.contains("/wD+"), "{sealed}");
    let opened = crate::testing::open_file(&sealed, &place.path, &place.identities, None);
    assert_eq!(opened.unwrap().as_slice(), text.as_bytes());
}

#[test]
fn documents_that_end_in_one_place_are_refused() {
    let place = Place::team_a();
    let request = SealRequest {
        path: &"tenants/team-a/prod/x.yaml".parse().unwrap(),
        ..place.request()
    };
    let refusal = |text| seal_file(text, &request, &mut counting()).unwrap_err();
    let of_layout = refusal("a: b\r---\rc: d\n");
    assert!(matches!(of_layout, SealError::Layout { .. }), "{of_layout}");
    let of_grammar = refusal("a: b\r...\nc: d\n");
    assert!(
        matches!(of_grammar, SealError::Parse { .. }),
        "{of_grammar}"
    );
}

#[test]
fn a_text_that_ends_in_a_carriage_return_keeps_it() {
    let place = Place::team_a();
    let plain = SealRequest {
        place: None,
        ..place.request()
    };
    for text in [
        "a: \"b\"\r",
        "a: \"b\"\r\r",
        "a: \"b\"\nc: \"d\"\r",
        "a: \"b\"\r\nc: \"d\"\r",
        "a: \"b\"\r\nc: \"d\"",
        "a: \"b\"\r\n",
    ] {
        let sealed = seal_file(text, &plain, &mut counting()).unwrap();
        let opened = crate::testing::open_file(&sealed, &place.path, &place.identities, None);
        assert_eq!(opened.unwrap().as_slice(), text.as_bytes(), "{text:?}");
    }
}

#[test]
fn a_block_that_ends_in_blanks_of_its_own_is_sealed_whole_and_comes_back() {
    for block in [
        "|\n  x\n    ",
        "|-\n  x\n   ",
        ">\n  x\n   ",
        "|2\n    x\n   ",
    ] {
        for text in [format!("a: {block}\nb: y\n"), format!("b: y\na: {block}\n")] {
            let place = Place::team_a();
            let plain = SealRequest {
                place: None,
                ..place.request()
            };
            let sealed = seal_file(&text, &plain, &mut counting()).unwrap();
            let opened = crate::testing::open_file(&sealed, &place.path, &place.identities, None);
            let opened = String::from_utf8(opened.unwrap().to_vec()).unwrap();
            let value = |text: &str| {
                let stream = signet_envelope::read(Store::Yaml, text).unwrap();
                let root = stream.documents[0].root.clone().unwrap();
                root.get("a").unwrap().text().unwrap().to_owned()
            };
            assert_eq!(value(&opened), value(&text), "{text:?}");
        }
    }
}

#[test]
fn a_comment_behind_the_end_of_the_last_document_is_sealed_and_comes_back() {
    for end in ["...\n# canary-7f3a\n", "... # canary-7f3a\n"] {
        let text = format!("kind: Secret\nstringData:\n  a: b\n{end}");
        let place = Place::team_a();
        let all = SealRequest {
            place: None,
            rule: Some(Rule::default()),
            ..place.request()
        };
        let sealed = seal_file(&text, &all, &mut counting()).unwrap();
        assert!(!sealed.contains("canary"), "{sealed}");
        let opened = crate::testing::open_file(&sealed, &place.path, &place.identities, None);
        assert_eq!(opened.unwrap().as_slice(), text.as_bytes());
    }
}

#[test]
fn a_text_that_begins_with_an_exclamation_mark_is_neither_left_in_the_clear_nor_shown() {
    for value in [
        "!canary-7f3a",
        "!!canary-7f3a",
        "!<canary-7f3a>",
        "!canary-7f3a \"\"",
        "!canary-7f3a ~",
        "!canary-7f3a b",
        "!!canary-7f3a b",
        "!canary-7f3a {a: b}",
        "!canary-7f3a [a]",
        "!!canary-7f3a\n    a: b",
    ] {
        let text = format!("kind: Secret\nstringData:\n  user: shop\n  password: {value}\n");
        let refused = Place::team_a().seal(&text).unwrap_err();
        assert!(
            matches!(
                refused,
                SealError::Tagged { .. }
                    | SealError::Tree {
                        source: WalkError::Tag { .. },
                        ..
                    }
            ),
            "{value}"
        );
        assert!(!chain(&refused).contains("canary"), "{value}");
    }
    let place = Place::team_a();
    let text = "kind: Secret\nstringData:\n  user: shop\n  password: ''\n";
    let sealed = place.seal(text).unwrap();
    let added = sealed.replace("password: ''", "password: !canary-7f3a");
    assert_ne!(added, sealed);
    assert!(matches!(
        seal_file(&added, &place.request(), &mut counting()),
        Err(SealError::Tagged { .. } | SealError::Altered { .. })
    ));
    assert!(place.open(&added).is_err());
}

#[test]
fn refuses_recipients_that_nothing_can_be_wrapped_for() {
    let mut place = Place::team_a();
    place.recipients.required = ["age1pq1qqqq".to_owned()].into();
    assert!(chain(&place.seal(SECRET).unwrap_err()).contains("post-quantum"));
    place.recipients.required.clear();
    assert!(matches!(
        place.seal(SECRET),
        Err(SealError::NoRecipients { .. })
    ));
}

#[test]
fn the_end_of_a_text_and_its_line_breaks_survive() {
    for text in [
        "kind: Secret\nstringData:\n  a: b",
        "\u{FEFF}kind: Secret\nstringData:\n  a: b\n",
        "kind: Secret\r\nstringData:\r\n  # c\r\n  a: b\r\n  k: |\r\n    x\r\n    y\r\n",
        "kind: Secret\nstringData:\n  a: |+\n    x\n\n\n",
        "kind: Secret\nstringData:\n  a: |-\n    x\n     y\n\n# end\n",
        "  kind: Secret\n  stringData:\n    a: 'it''s'\n",
    ] {
        assert_eq!(Place::team_a().open(&sealed(text)).unwrap(), text);
    }
}
