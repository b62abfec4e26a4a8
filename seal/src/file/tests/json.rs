use super::*;
use crate::edit_file;
use crate::testing::{later, rotate_file};

const CONFIG: &str = "{
  \"kind\": \"Config\",
  \"password\" : \"canary-7f3a-hunter2\",
  \"nested\": {\"list\": [1, -7, 2.5, true, null, \"\", {}, [], \"\\ud83d\\udd11 <&>\"]},
  \"port\":5432,
  \"none\": null
}
";

fn place() -> Place {
    Place {
        path: "tenants/team-a/prod/db.json".parse().unwrap(),
        ..Place::team_a()
    }
}

#[test]
fn values_are_sealed_in_place_and_opened_to_the_same_text() {
    let sealed = place().seal(CONFIG).unwrap();
    assert!(!sealed.contains(CANARY));
    assert!(sealed.starts_with("{\n  \"kind\": \"ENC[AES256_GCM,"));
    assert!(sealed.contains("  \"password\" : \"ENC["));
    assert!(sealed.contains(", null, \"\", {}, [], \"ENC["));
    assert!(sealed.contains("  \"none\": null,\n  \"sops\": {\n    \"age\": ["));
    let opened = place().open(&sealed).unwrap();
    assert_eq!(opened, CONFIG.replace("\\ud83d\\udd11", "🔑"));
}

#[test]
fn a_file_on_one_line_stays_on_it() {
    for text in ["{\"a\": \"b\"}", "{\"a\":\"b\"}\n"] {
        let sealed = place().seal(text).unwrap();
        assert_eq!(sealed.trim_end().lines().count(), 1, "{sealed}");
        assert_eq!(place().open(&sealed).unwrap(), text);
    }
}

#[test]
fn of_a_secret_only_the_data_is_sealed() {
    let text = "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"stringData\": {\"a\": \"b\"}}";
    let sealed = place().seal(text).unwrap();
    assert!(sealed.starts_with(
        "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"stringData\": {\"a\": \"ENC["
    ));
    assert_eq!(place().open(&sealed).unwrap(), text);
}

#[test]
fn an_edit_keeps_the_ciphertext_of_the_rest() {
    let place = place();
    let first = place.seal(CONFIG).unwrap();
    let plain = place.open(&first).unwrap();
    let request = SealRequest {
        vouched_by: Voucher::Earlier(std::slice::from_ref(&first)),
        ..place.request()
    };
    assert_eq!(
        edit_file(&first, &plain, &request, &mut later()).unwrap(),
        first
    );
    let second = edit_file(
        &first,
        plain.replace("5432", "5433"),
        &request,
        &mut later(),
    )
    .unwrap();
    let changed: Vec<&str> = second
        .lines()
        .filter(|line| !first.contains(*line))
        .map(|line| line.trim().split([':', ' ']).next().unwrap())
        .collect();
    assert_eq!(changed, ["\"port\"", "\"mac\"", "\"seal\""]);
    assert_eq!(place.open(&second).unwrap(), plain.replace("5432", "5433"));
}

#[test]
fn a_plain_file_is_adopted_and_rotated() {
    let place = place();
    let plain = SealRequest {
        place: None,
        ..place.request()
    };
    let sealed = seal_file(CONFIG, &plain, &mut counting()).unwrap();
    let earlier = [sealed.clone()];
    let adopted = seal_file(&sealed, &place.taking_in(&earlier), &mut counting()).unwrap();
    assert!(adopted.contains("    \"signet\": {\n      \"clusters\""));
    let rotated = rotate_file(&adopted, &place.request(), &mut later()).unwrap();
    assert_eq!(
        place.open(&rotated).unwrap(),
        place.open(&sealed_by_us()).unwrap()
    );
}

fn sealed_by_us() -> String {
    place().seal(CONFIG).unwrap()
}

#[test]
fn refuses_what_sops_cannot_hold_or_reads_in_two_ways() {
    for (text, expected) in [
        (
            "[{\"a\": \"b\"}]",
            "a JSON file that is a list cannot be sealed",
        ),
        ("\"a\"", "not valid json: an object is missing"),
        (
            "{\"a\": \"b\", \"a\": \"c\"}",
            "the key \"a\" stands already at line 1, column 2",
        ),
        ("{\"a:b\": \"c\"}", "a key holds a colon"),
        ("{}", "no value to seal"),
        (
            "{\"a\": \"ENC[AES256_GCM,data:x]\"}",
            "begins like a sealed one",
        ),
        ("a: b\n", "not valid json"),
    ] {
        let refusal = chain(&place().seal(text).unwrap_err());
        assert!(refusal.contains(expected), "{refusal}");
    }
}

#[test]
fn what_was_changed_without_the_key_does_not_open() {
    let sealed = sealed_by_us();
    let line = |name: &str| {
        let is_it = |line: &&str| line.trim_start().starts_with(&format!("\"{name}\""));
        sealed.lines().find(is_it).unwrap().to_owned()
    };
    let [password, port] = ["password", "port"].map(line);
    let value = |line: &str| line[line.find("\"ENC").unwrap()..].to_owned();
    let swapped = sealed
        .replace(&value(&password), "SWAP")
        .replace(&value(&port), &value(&password))
        .replace("SWAP", &value(&port));
    for text in [
        swapped,
        sealed.replace(&format!("{port}\n"), ""),
        sealed.replace("\"none\": null", "\"none\": {}"),
        sealed.replace("\"none\": null", "\"more\": null"),
        sealed.replace(",type:int]", ",type:str]"),
    ] {
        assert_ne!(text, sealed);
        assert!(place().open(&text).is_err(), "{text}");
    }
}

#[test]
fn an_integer_that_would_lose_digits_is_refused() {
    let place = place();
    for (number, is_kept) in [
        ("9223372036854775807", true),
        ("-9223372036854775809", false),
        ("12345678901234567890", false),
        ("1e30", true),
        ("1.5", true),
    ] {
        let text = format!("{{\"secret\": {number}}}\n");
        match seal_file(&text, &place.request(), &mut later()) {
            Ok(_) => assert!(is_kept, "{number}"),
            Err(error) => {
                assert!(!is_kept, "{number}: {}", chain(&error));
                assert!(!chain(&error).contains(number), "no plaintext in an error");
            }
        }
    }
}

#[test]
fn an_edit_that_leaves_no_key_is_refused() {
    let place = place();
    let sealed = place.seal("{\"a\": \"b\"}").unwrap();
    let request = SealRequest {
        vouched_by: Voucher::Earlier(std::slice::from_ref(&sealed)),
        ..place.request()
    };
    let refused = edit_file(&sealed, "{}", &request, &mut later()).unwrap_err();
    assert!(matches!(refused, SealError::Empty { .. }), "{refused}");
}
