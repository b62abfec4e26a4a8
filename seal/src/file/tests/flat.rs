//! Files of the dotenv and INI stores: sealed, opened, changed and put under another key, with every other byte kept.

mod behind;
mod by_chance;

use super::*;
use crate::testing::{CANARY, Place, chain, later, rotate_file};

const DOTENV: &str = "\
# how to get in
USER=app
PASSWORD=canary-7f3a-hunter2

KEY=-----BEGIN KEY-----\\nabc\\n
EMPTY=
#
QUOTED=\"a = b\" # c";

const INI: &str = "\
; how to get in
user: app

[database] ; of team a
  ;; two
  ;lines
password = \"canary-7f3a-hunter2\"   # rotated
key = \"\"\"-----BEGIN KEY-----
abc
\"\"\"
empty =
path = `C:\\dir\\`
;
; the end
";

fn place(name: &str) -> Place {
    Place {
        path: format!("tenants/team-a/prod/{name}").parse().unwrap(),
        ..Place::team_a()
    }
}

/// A place and a text of each store.
fn files() -> [(Place, &'static str); 2] {
    [(place("db.env"), DOTENV), (place("db.ini"), INI)]
}

fn seal(place: &Place, text: &str) -> String {
    place
        .seal(text)
        .unwrap_or_else(|error| panic!("{}\n{text}", chain(&error)))
}

fn edit(place: &Place, sealed: &str, plain: &str) -> String {
    let request = SealRequest {
        vouched_by: Voucher::Earlier(&[sealed.to_owned()]),
        now: "2026-03-04T05:06:07Z".parse().unwrap(),
        ..place.request()
    };
    edit_file(sealed, plain, &request, &mut later())
        .unwrap_or_else(|error| panic!("{}\n{plain}", chain(&error)))
}

fn refusal(name: &str, text: &str) -> String {
    chain(&place(name).seal(text).unwrap_err())
}

/// The lines in which one text differs from another, up to the delimiter.
fn changed<'t>(before: &str, after: &'t str) -> Vec<&'t str> {
    let is_new = |line: &&str| !before.lines().any(|old| old == *line);
    let name = |line: &'t str| line.split(['=', ':']).next().unwrap_or_default().trim();
    after.lines().filter(is_new).map(name).collect()
}

#[test]
fn opening_gives_the_bytes_back_whatever_stands_around_the_values() {
    for (place, text) in files() {
        let sealed = seal(&place, text);
        assert!(
            !sealed.contains(CANARY) && !sealed.contains("get in") && !sealed.contains("KEY---")
        );
        assert_eq!(place.open(&sealed).unwrap(), text);
        assert_eq!(place.seal(&sealed).unwrap(), sealed);
    }
}

#[test]
fn an_edit_that_leaves_no_key_is_refused() {
    for ((place, text), rest) in files().into_iter().zip(["# only\n", "\n"]) {
        let sealed = seal(&place, text);
        let request = SealRequest {
            vouched_by: Voucher::Earlier(std::slice::from_ref(&sealed)),
            ..place.request()
        };
        let refused = edit_file(&sealed, rest, &request, &mut later());
        let refused = refused.unwrap_err();
        assert!(matches!(refused, SealError::Empty { .. }), "{refused}");
    }
}

#[test]
fn metadata_is_written_as_sops_writes_it() {
    let [(dotenv, text), (ini, sections)] = files();
    let sealed = seal(&dotenv, text);
    let fields: Vec<&str> = sealed
        .lines()
        .filter(|line| line.starts_with("sops_"))
        .collect();
    let names: Vec<&str> = fields
        .iter()
        .map(|line| line.split('=').next().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "sops_age__list_0__map_enc",
            "sops_age__list_0__map_recipient",
            "sops_age__list_1__map_enc",
            "sops_age__list_1__map_recipient",
            "sops_lastmodified",
            "sops_mac",
            "sops_signet__map_clusters__list_0",
            "sops_signet__map_path",
            "sops_signet__map_repository",
            "sops_signet__map_seal",
            "sops_signet__map_tenant",
            "sops_signet__map_version",
            "sops_unencrypted_suffix",
            "sops_version",
        ]
    );
    assert!(fields[0].contains("=-----BEGIN AGE ENCRYPTED FILE-----\\n"));
    assert!(!sealed.ends_with('\n'), "neither did the text");

    let sealed = seal(&ini, sections);
    let (_, block) = sealed.split_once("\n\n[sops]\n").unwrap();
    let columns: Vec<_> = block.lines().map(|line| line.find('=')).collect();
    assert!(columns.iter().all(|column| *column == columns[0]));
    assert!(
        block.contains("\nsignet__map_seal             = "),
        "{block}"
    );
}

#[test]
fn only_the_value_that_changed_is_another() {
    for (place, text) in files() {
        let first = seal(&place, text);
        assert_eq!(edit(&place, &first, text), first);
        let plain = text.replace("hunter2", "hunter3");
        let second = edit(&place, &first, &plain);
        let names: Vec<String> = changed(&first, &second)
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        let endings = ["password", "lastmodified", "mac", "seal"];
        assert_eq!(names.len(), 4, "{names:?}");
        assert!(
            names
                .iter()
                .zip(endings)
                .all(|(name, end)| name.ends_with(end)),
            "{names:?}"
        );
        assert_eq!(place.open(&second).unwrap(), plain);
    }
}

#[test]
fn a_rotated_file_opens_and_shares_no_ciphertext() {
    for (place, text) in files() {
        let first = seal(&place, text);
        let second = rotate_file(&first, &place.request(), &mut later()).unwrap();
        let parts = |text: &str| -> Vec<String> {
            let starts = text.match_indices("ENC[").map(|(at, _)| at);
            starts.map(|at| text[at..at + 60].to_owned()).collect()
        };
        assert!(
            parts(&first)
                .iter()
                .all(|part| !parts(&second).contains(part))
        );
        assert_eq!(parts(&first).len(), parts(&second).len());
        assert_eq!(place.open(&second).unwrap(), text);
    }
}

#[test]
fn a_plain_sops_file_is_adopted() {
    for (place, text) in files() {
        let plainly = SealRequest {
            place: None,
            ..place.request()
        };
        let first = seal_file(text, &plainly, &mut crate::testing::counting()).unwrap();
        let second = seal_file(
            &first,
            &place.taking_in(std::slice::from_ref(&first)),
            &mut crate::testing::later(),
        );
        let second = second.unwrap();
        assert_eq!(place.open(&second).unwrap(), text);
    }
}

#[test]
fn who_is_missing_gets_the_key_and_every_value_stays() {
    for (place, text) in files() {
        let first = seal(&place, text);
        let mut wider = self::place(place.path.file_name());
        wider.identities.push(identity(3));
        wider
            .recipients
            .required
            .insert(identity(3).recipient().to_owned());
        let second = wider.seal_again(&first, &first).unwrap();
        let changed = changed(&first, &second);
        assert!(
            changed
                .iter()
                .all(|name| ["age__", "seal"].iter().any(|part| name.contains(part))),
            "{changed:?}"
        );
        wider.identities.drain(..2);
        assert_eq!(wider.open(&second).unwrap(), text);
    }
}

#[test]
fn values_added_to_a_sealed_file_are_sealed_with_its_key() {
    for ((place, text), below) in files().into_iter().zip(["EMPTY=", "empty ="]) {
        let first = seal(&place, text);
        let added = format!("{below}\nADDED=canary-7f3a-hunter2");
        let second = place
            .seal_again(&first.replace(below, &added), &first)
            .unwrap();
        assert!(!second.contains(CANARY));
        assert_eq!(place.open(&second).unwrap(), text.replace(below, &added));
    }
}

#[test]
fn a_place_of_a_seal_gets_no_line_that_other_readers_take_otherwise() {
    let cases = [
        (
            "a.env",
            "A=1\nA=2\n",
            "line 2, column 1: the same name stands above already",
        ),
        (
            "a.env",
            "A=1\r\nB=2\n",
            "line 1, column 3: the carriage return is part of the value here; end lines with a line feed alone",
        ),
        (
            "a.env",
            "export A=1\n",
            "line 1, column 1: the word export is part of the key here",
        ),
        (
            "a.env",
            "A =1\n",
            "line 1, column 1: blanks and a byte order mark are part of the key here, or it is empty",
        ),
        (
            "a.env",
            "\u{feff}A=1\n",
            "line 1, column 1: blanks and a byte order mark are part of the key here, or it is empty",
        ),
        ("a.env", "A:B=1\n", "line 1, column 1: a key holds a colon"),
        (
            "a.ini",
            "[a]\nk=1\n[a]\nk=2\n",
            "line 3, column 2: the same name stands above already",
        ),
        (
            "a.ini",
            "[a:b]\nk=1\n",
            "line 1, column 2: a key holds a colon",
        ),
        (
            "a.ini",
            "[ a]\nk=1\n",
            "line 1, column 2: blanks and brackets are part of the section's name here",
        ),
        (
            "a.ini",
            "[a] ; [b]\nk=1\n",
            "line 1, column 2: blanks and brackets are part of the section's name here",
        ),
        (
            "a.ini",
            "`k=`=1\n",
            "line 1, column 1: the quotes are not part of the key here",
        ),
        (
            "a.ini",
            "k = p#ss\n",
            "line 1, column 5: a comment begins inside the value here; put the value between backquotes",
        ),
        (
            "a.ini",
            "k = \"p ;s\"\n",
            "line 1, column 5: the quotes are part of the value here; put it between backquotes",
        ),
        (
            "a.ini",
            "k = a \\\n b\n",
            "line 1, column 5: the value goes on in the next line here",
        ),
    ];
    for (name, text, expected) in cases {
        let found = refusal(name, text);
        assert!(found.ends_with(expected), "{text}: {found}");
        let place = place(name);
        let plainly = SealRequest {
            place: None,
            ..place.request()
        };
        let sealed = seal_file(text, &plainly, &mut crate::testing::counting()).unwrap();
        let opened =
            crate::testing::open_file(&sealed, &place.path, &place.identities, None).unwrap();
        let expected = text.replace("a \\\n b", "a b");
        assert_eq!(String::from_utf8(opened.to_vec()).unwrap(), expected);
    }
}

#[test]
fn a_line_that_other_readers_take_otherwise_is_not_sealed_by_a_rotation() {
    let place = place("a.env");
    for is_plain in [true, false] {
        let [sealing, rotating] = [is_plain, !is_plain].map(|is_plain| SealRequest {
            place: place.request().place.filter(|_| !is_plain),
            vouched_by: Voucher::Person,
            ..place.request()
        });
        let sealed = seal_file("A=1\n", &sealing, &mut crate::testing::counting()).unwrap();
        let added = "B=1\r\n".to_owned() + &sealed;
        let refused = rotate_file(&added, &rotating, &mut later());
        assert!(
            matches!(refused, Err(SealError::Strict { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn a_text_with_metadata_or_without_values_is_refused() {
    assert!(refusal("a.env", "sops_mac=1\nA=1\n").contains("the sops block has no"));
    assert!(refusal("a.ini", "[sops]\na=1\n[b]\nA=1\n").contains("the sops block has no"));
    for (name, text) in [
        ("a.env", "# only\n"),
        ("a.ini", "; only\n"),
        ("a.env", "A=\n"),
        ("a.ini", "[a]\n"),
    ] {
        let refused = place(name).seal(text).unwrap_err();
        assert!(
            matches!(refused, SealError::NothingSelected { .. }),
            "{refused}"
        );
    }
    assert!(
        refusal("a.ini", "k = a\\").ends_with("this layout cannot be sealed in place"),
        "{}",
        refusal("a.ini", "k = a\\")
    );
    let place = place("a.ini");
    let plainly = SealRequest {
        place: None,
        ..place.request()
    };
    for text in ["k = a\\", "k:\\\n#\\", "# x\nk = a\\ ; `\n"] {
        let refused = seal_file(text, &plainly, &mut crate::testing::counting()).unwrap_err();
        assert!(matches!(refused, SealError::Layout { .. }), "{refused}");
    }
}
