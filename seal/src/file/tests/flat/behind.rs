//! Comments of INI that stand behind what they belong to: sealed above it, and opened where they were.

use super::*;

#[test]
fn a_byte_order_mark_stays_in_front_of_the_comment_of_the_first_section() {
    let place = place("db.ini");
    let text = "\u{feff}[db] ; of team a\npassword = canary-7f3a-hunter2\n";
    let sealed = seal(&place, text);
    assert!(!sealed.contains("of team a"));
    assert_eq!(place.open(&sealed).unwrap(), text);
}

#[test]
fn a_comment_goes_back_behind_its_section_unless_another_one_came_there_or_in_between() {
    let place = place("db.ini");
    let sealed = seal(&place, "[db] ; of team a\nuser = app\n");
    for (new, expected) in [
        ("[db]\n", "[db] ; of team a\n"),
        ("[db] ; new\n", "[db] ; new\n"),
        ("; new\n[db]\n", "; new\n[db]\n"),
    ] {
        let text = sealed.replace("[db]\n", new);
        let opened = place.open(&place.seal_again(&text, &sealed).unwrap());
        let opened = opened.unwrap();
        assert!(opened.contains("; of team a\n"), "{opened}");
        assert!(opened.contains(expected), "{opened}");
    }
}
