//! What stands behind or below a value of several lines: no MAC covers it, and it is not to become part of the value.

use super::*;
use crate::testing::open_file;

/// As sops seals it: without a seal over the text.
fn sealed_plainly(text: &str) -> String {
    let place = Place::team_a();
    let plain = SealRequest {
        place: None,
        ..place.request()
    };
    seal_file(text, &plain, &mut counting()).unwrap()
}

fn opened(text: &str) -> String {
    let place = Place::team_a();
    let opened = open_file(text, &place.path, &place.identities, None).unwrap();
    String::from_utf8(opened.to_vec()).unwrap()
}

/// The text of the first value.
fn value(text: &str) -> String {
    let stream = signet_yaml::parse(
        text,
        &signet_yaml::Limits::SEALED,
        signet_yaml::Aliases::Refuse,
    )
    .unwrap();
    let root = stream.documents[0].root.as_ref().unwrap();
    root.get("a").unwrap().text().unwrap().to_owned()
}

/// The sealed value without quotes, as sops writes one of several lines.
fn bare(text: &str) -> String {
    let sealed = sealed_plainly(text);
    let line = sealed.lines().next().unwrap();
    let (key, quoted) = line.split_once(' ').unwrap();
    sealed.replacen(line, &format!("{key} {}", quoted.trim_matches('"')), 1)
}

#[test]
fn what_was_put_behind_or_below_a_sealed_value_does_not_become_part_of_it() {
    for (clear, value_is) in [
        ("a: \"x\\ny\"\nb: 1\n", "x\ny"),
        ("a: \"x\\ny\\n\"\nb: 1\n", "x\ny\n"),
        ("a: \"x\\n\\n\"\nb: 1\n", "x\n\n"),
        ("a: \"x\\n\\n\"\n", "x\n\n"),
    ] {
        let sealed = bare(clear);
        assert_eq!(value(&opened(&sealed)), value_is, "{sealed}");
        let end = sealed.find('\n').unwrap();
        let block = sealed.find("sops:").unwrap();
        let last = sealed.len();
        for (at, put) in [
            (end, " # note"),
            (end, "  "),
            (end, "\t"),
            (end, "\n    # evil line"),
            (end, "\n      # evil line"),
            (end, "\n\n    # evil line"),
            (end, "\n  # less"),
            (end, "\n\n\n"),
            (end, "\n      \n"),
            (end, "\r"),
            (block, "\n\n"),
            (last, "\n\n"),
            (last, "    # evil line\n"),
        ] {
            let changed = format!("{}{put}{}", &sealed[..at], &sealed[at..]);
            let text = opened(&changed);
            assert_eq!(value(&text), value_is, "{changed}\n{text}");
        }
    }
}

#[test]
fn blank_lines_below_a_block_that_keeps_its_end_do_not_become_part_of_it() {
    let sealed = sealed_plainly("a: |+\n  x\n\nb: 1\n");
    assert_eq!(opened(&sealed), "a: |+\n  x\n\nb: 1\n");
    let at = sealed.find("\nb:").unwrap();
    let changed = format!("{}\n\n{}", &sealed[..at], &sealed[at..]);
    assert_eq!(value(&opened(&changed)), "x\n\n", "{changed}");
}

#[test]
fn a_comment_at_a_value_of_several_lines_stays_a_comment() {
    for text in [
        "a: |  # the CA\n\n  -----BEGIN\nb: 1\n",
        "a: | # the CA\n    x\n   y\nb: 1\n",
        "a: |2 # the CA\n   x\n  y\nb: 1\n",
        "a: >-1 # the CA\n   x\n  y\nb: 1\n",
        "a: | # the CA\n  \tx\nb: 1\n",
        "a: | # the CA\n  BEGIN\n  END\nb: 1\n",
        "a: word\n\n  d # the CA\nb: x\n",
        "a: word\n\n  d \t \nb: x # the CA\n",
    ] {
        let Ok(clear) = signet_yaml::parse(
            text,
            &signet_yaml::Limits::SEALED,
            signet_yaml::Aliases::Refuse,
        ) else {
            continue;
        };
        let held = clear.documents[0].root.as_ref().unwrap().get("a").unwrap();
        let text_after = opened(&sealed_plainly(text));
        assert_eq!(value(&text_after), held.text().unwrap(), "{text_after}");
        assert!(text_after.contains("# the CA\n"), "{text_after}");
    }
}
