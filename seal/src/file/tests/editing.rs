//! Another plaintext for a sealed file: what did not change stays, byte for byte.

use proptest::prelude::*;

use super::round_trip::document;
use super::*;
use crate::testing::{CANARY, Place, chain, counting, later};

const TEXT: &str = "\
kind: Secret
metadata: {name: db}
stringData:
  # how to get in
  user: \"app\"
  password: canary-7f3a-hunter2
  # how to get in
  tls.key: |
    -----BEGIN KEY-----
    abc
  list:
    # one of them
    - same
    - same
";

/// Edits a file that was committed as it stands, at a later time.
fn edit(place: &Place, sealed: &str, plain: &str) -> Result<String, SealError> {
    let request = SealRequest {
        vouched_by: Voucher::Earlier(&[sealed.to_owned()]),
        now: "2026-03-04T05:06:07Z".parse().unwrap(),
        ..place.request()
    };
    edit_file(sealed, plain, &request, &mut later())
}

fn edited(sealed: &str, plain: &str) -> String {
    edit(&Place::team_a(), sealed, plain).unwrap_or_else(|error| panic!("{}", chain(&error)))
}

/// The first words of the lines that are in one text and not in the other.
fn changed<'a>(before: &str, after: &'a str) -> Vec<&'a str> {
    let lines = after
        .lines()
        .filter(|line| !before.lines().any(|old| old == *line));
    lines
        .map(|line| line.trim().split(':').next().unwrap())
        .collect()
}

fn encs(text: &str) -> Vec<&str> {
    let end = text.find("\nsops:").unwrap();
    let starts = text[..end].match_indices("ENC[").map(|(at, _)| at);
    starts
        .map(|at| &text[at..=at + text[at..].find(']').unwrap()])
        .collect()
}

#[test]
fn the_same_plaintext_is_the_same_file() {
    let first = sealed(TEXT);
    assert_eq!(edited(&first, TEXT), first);
}

#[test]
fn only_the_value_that_changed_is_another() {
    let first = sealed(TEXT);
    let second = edited(&first, &TEXT.replace("hunter2", "hunter3"));
    assert_eq!(
        changed(&first, &second),
        ["password", "lastmodified", "mac", "seal"]
    );
    assert_eq!(
        Place::team_a().open(&second).unwrap(),
        TEXT.replace("hunter2", "hunter3")
    );
}

#[test]
fn another_layout_keeps_every_ciphertext_and_the_mac() {
    let first = sealed(TEXT);
    let plain = "kind: Secret\nmetadata:\n    name: db\nstringData:\n    # how to get in\n    user: app\n    password: 'canary-7f3a-hunter2'\n    # how to get in\n    tls.key: \"-----BEGIN KEY-----\\nabc\\n\"\n    list:\n    # one of them\n    - same\n    - same\n";
    let second = edited(&first, plain);
    assert_eq!(encs(&second), encs(&first));
    let stays = |field: &str| {
        let line = first.lines().find(|line| line.trim().starts_with(field));
        second.contains(line.unwrap())
    };
    assert!(stays("mac:") && stays("lastmodified:"));
    assert_eq!(Place::team_a().open(&second).unwrap(), plain);
}

#[test]
fn equal_elements_keep_their_own_ciphertext() {
    let first = sealed(TEXT);
    let kept = encs(&first);
    let second = edited(
        &first,
        &TEXT.replace(
            "    - same\n    - same\n",
            "    - same\n    - same\n    - same\n",
        ),
    );
    let now = encs(&second);
    assert_eq!(now[..kept.len()], kept);
    assert!(
        !kept.contains(&now[kept.len()]),
        "a ciphertext twice tells that two values are equal"
    );
}

#[test]
fn a_value_keeps_nothing_in_another_place_or_of_another_type() {
    let first = sealed("kind: Secret\nstringData:\n  a: \"1\"\n  list: [x]\n");
    let ours = encs(&first)
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    for plain in [
        "kind: Secret\nstringData:\n  b: \"1\"\n  list: {\"0\": x}\n",
        "kind: Secret\nstringData:\n  a: 1\n  list: {\"0\": x}\n",
    ] {
        let second = edited(&first, plain);
        assert!(
            encs(&second)
                .iter()
                .all(|enc| !ours.iter().any(|old| old == enc))
        );
    }
}

#[test]
fn what_sops_wrote_keeps_the_form_that_sops_gave_it() {
    let place = Place::team_a();
    let sops = SealRequest {
        place: None,
        ..place.request()
    };
    // Quotes, a text of several lines and a comment in a list: opened, each needs another form than sealed.
    let plain = "a: \"true\"\nb: |-\n    one\n    two\nlist:\n    # said\n    - x\n";
    let ours = seal_file(plain, &sops, &mut counting()).unwrap();
    let theirs = ours
        .replace("a: \"ENC", "a: ENC")
        .replace("type:str]\"", "type:str]")
        .replace("b: |-\n    ENC", "b: ENC")
        .replace("    #ENC", "    - ENC");
    assert_ne!(ours, theirs);
    let request = SealRequest {
        vouched_by: Voucher::Earlier(std::slice::from_ref(&theirs)),
        ..sops
    };
    let second = edit_file(&theirs, plain.replace("- x", "- y"), &request, &mut later()).unwrap();
    assert_eq!(changed(&theirs, &second), ["- ENC[AES256_GCM,data", "mac"]);
}

#[test]
fn nothing_of_a_planted_file_is_sealed_anew_unless_a_person_agrees_and_then_under_a_new_key() {
    let place = Place::team_a();
    let planted = sealed(TEXT);
    let committed = seal_file(TEXT, &place.request(), &mut later()).unwrap();
    let plain = TEXT.replace("hunter2", "hunter3");
    let edited_by = |vouched_by: Voucher<'_>| {
        let request = SealRequest {
            vouched_by,
            ..place.request()
        };
        edit_file(&planted, &plain, &request, &mut later())
    };
    for vouched_by in [Voucher::Nobody, Voucher::Earlier(&[committed])] {
        let refused = edited_by(vouched_by).unwrap_err();
        assert!(
            matches!(&refused, SealError::Altered { parts, .. } if parts.contains(&Altered::DataKey)),
            "{}",
            chain(&refused)
        );
    }
    let second = edited_by(Voucher::Person).unwrap();
    assert_eq!(place.open(&second).unwrap(), plain);
    let wrapped = |text: &str| {
        let keys = parse(text, &place.path)
            .unwrap()
            .metadata()
            .keys()
            .cloned()
            .collect::<Vec<_>>();
        keys.into_iter().map(|key| key.enc).collect::<Vec<_>>()
    };
    assert!(
        wrapped(&second)
            .iter()
            .all(|enc| !wrapped(&planted).contains(enc))
    );
    assert!(
        encs(&second)
            .iter()
            .all(|enc| !encs(&planted).contains(enc))
    );
    assert_eq!(encs(&edited(&planted, &plain))[..1], encs(&planted)[..1]);
}

#[test]
fn values_that_changed_places_are_not_kept() {
    let first = sealed(TEXT);
    let values = encs(&first);
    let (one, other) = (values[values.len() - 2], values[values.len() - 1]);
    let swapped = first
        .replace(one, "@")
        .replace(other, one)
        .replace('@', other);
    let place = Place::team_a();
    let request = SealRequest {
        vouched_by: Voucher::Earlier(std::slice::from_ref(&first)),
        ..place.request()
    };
    let refused = edit_file(&swapped, TEXT, &request, &mut later()).unwrap_err();
    assert!(
        matches!(refused, SealError::Altered { .. }),
        "{}",
        chain(&refused)
    );
}

#[test]
fn a_plaintext_with_a_block_or_with_ciphertext_is_refused() {
    let place = Place::team_a();
    let first = sealed(TEXT);
    let block = edit(&place, &first, &format!("{TEXT}sops: {{}}\n")).unwrap_err();
    assert!(
        matches!(block, SealError::HasBlock { .. }),
        "{}",
        chain(&block)
    );
    let pasted = TEXT.replace(CANARY, encs(&first)[0]);
    let pasted = edit(&place, &first, &pasted).unwrap_err();
    assert!(
        matches!(pasted, SealError::LooksSealed { .. }),
        "{}",
        chain(&pasted)
    );
    let empty = edit(&place, &first, "# nothing\n").unwrap_err();
    assert!(
        matches!(empty, SealError::Empty { .. }),
        "{}",
        chain(&empty)
    );
}

#[test]
fn a_clear_value_stays_clear_and_the_seal_covers_it() {
    let first = sealed(TEXT);
    let second = edited(&first, &TEXT.replace("name: db", "name: cache"));
    assert!(second.contains("metadata: {name: cache}"));
    assert_eq!(encs(&second), encs(&first));
    Place::team_a().open(&second).unwrap();
    assert!(
        Place::team_a()
            .open(&second.replace("cache", "db"))
            .is_err()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_plaintext_can_become_any_other(
        before in proptest::collection::vec(document(), 1..3),
        after in proptest::collection::vec(document(), 1..3),
    ) {
        let (before, after) = (before.join("---\n"), after.join("---\n"));
        let place = Place::team_a();
        let first = place.seal(&before).unwrap();
        let second = edit(&place, &first, &after)
            .map_err(|error| TestCaseError::fail(format!("{}\n{first}\n{after}", chain(&error))))?;
        prop_assert_eq!(place.open(&second).unwrap(), after);
        let back = edit(&place, &second, &before).unwrap();
        prop_assert_eq!(place.open(&back).unwrap(), before);
    }

    #[test]
    fn a_line_more_leaves_every_other_line_as_it_was(
        text in document(),
        crlf in any::<bool>(),
    ) {
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let place = Place::team_a();
        let first = place.seal(&text).unwrap();
        let plain = text.replacen("stringData:", "added: 1\nstringData:", 1);
        let second = edit(&place, &first, &plain)
            .map_err(|error| TestCaseError::fail(format!("{}\n{first}\n{plain}", chain(&error))))?;
        let changed = changed(&first, &second);
        prop_assert!(changed.iter().all(|name| ["added", "lastmodified", "mac", "seal"].contains(name)), "{changed:?}\n{first}\n{second}");
    }
}

#[test]
fn a_comment_that_was_sealed_never_stands_in_the_clear_since_what_stood_around_it_is_gone() {
    let place = Place::team_a();
    let text =
        "# in the clear\nkind: Secret\nstringData:\n  a: x\n  # canary-7f3a pin\ndata: {z: YQ==}\n";
    let sealed = place.seal(text).unwrap();
    assert!(!sealed.contains("canary-7f3a"));
    let earlier = [sealed.clone()];
    let request = SealRequest {
        vouched_by: Voucher::Earlier(&earlier),
        ..place.request()
    };
    for plain in [
        text.replace("  a: x\n", "")
            .replace("stringData:", "stringData: {}"),
        text.replace("stringData:\n  a: x\n", "more: null\n"),
    ] {
        let refused = edit_file(&sealed, &plain, &request, &mut later()).unwrap_err();
        assert!(matches!(refused, SealError::Uncovered { .. }), "{refused}");
        assert!(!refused.to_string().contains("canary"), "{refused}");
    }
    let without = text
        .replace("  # canary-7f3a pin\n", "")
        .replace("  a: x\n", "")
        .replace("stringData:", "stringData: {}");
    edit_file(&sealed, &without, &request, &mut later()).unwrap();
}

#[test]
fn a_value_that_is_commented_out_never_stands_in_the_clear() {
    let rule = || {
        Some(signet_envelope::Rule::EncryptedRegex(
            signet_envelope::Pattern::new("^(secret|data)").unwrap(),
        ))
    };
    for (ending, text, commented) in [
        (
            "yaml",
            "secret:\n  user: bob\n  pass: canary-7f3a\nother: 1\n",
            "secret:\n  user: bob\n# pass: canary-7f3a\nother: 1\n",
        ),
        (
            "yaml",
            "secret:\n- canary-7f3a\n- x\nother: 1\n",
            "secret:\n- x\n# - canary-7f3a\nother: 1\n",
        ),
        (
            "env",
            "secret=canary-7f3a\nother=1\n",
            "#secret=canary-7f3a\nother=1\n",
        ),
        (
            "ini",
            "[a]\nsecret = canary-7f3a\nother = 1\n",
            "[a]\n; secret = canary-7f3a\nother = 1\n",
        ),
        (
            "ini",
            "[secrets]\n; canary-7f3a note\npw = x\n; in the clear\n[b]\na = 1\n",
            "[secrets]\n; canary-7f3a note\n; in the clear\n[b]\na = 1\n",
        ),
    ] {
        let place = Place {
            path: format!("tenants/team-a/prod/db.{ending}").parse().unwrap(),
            ..Place::team_a()
        };
        let request = SealRequest {
            rule: rule(),
            ..place.request()
        };
        let sealed = seal_file(text, &request, &mut counting()).unwrap();
        assert!(!sealed.contains("canary"), "{sealed}");
        let earlier = [sealed.clone()];
        let request = SealRequest {
            vouched_by: Voucher::Earlier(&earlier),
            ..place.request()
        };
        let refused = edit_file(&sealed, commented, &request, &mut later());
        let error = refused.unwrap_err();
        assert!(matches!(error, SealError::Uncovered { .. }), "{error}");
    }
}

#[test]
fn a_tag_in_front_of_what_stays_makes_another_value_of_it() {
    let place = Place::team_a();
    let first = sealed("a: 5\nb: aGk=\n");
    let text = edited(&first, "a: !!str 5\nb: aGk=\n");
    assert_ne!(encs(&text)[0], encs(&first)[0], "{text}");
    assert_eq!(encs(&text)[1], encs(&first)[1], "{text}");
    for tagged in [
        "a: !!float 5\nb: aGk=\n",
        "a: !foo 5\nb: aGk=\n",
        "a: 5\nb: !!binary aGk=\n",
    ] {
        let refused = edit(&place, &first, tagged).unwrap_err();
        assert!(
            matches!(refused, SealError::Tagged { .. }),
            "{tagged}: {refused}"
        );
    }
}
