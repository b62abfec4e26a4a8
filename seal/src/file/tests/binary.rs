use zeroize::Zeroizing;

use super::*;
use crate::testing::{later, open_file, rotate_file};
use crate::{OpenError, edit_file};

const BYTES: &[u8] = b"\0\xff\xfe canary-7f3a-hunter2 \r\n\0";

fn place() -> Place {
    Place {
        path: "tenants/team-a/prod/keystore.p12".parse().unwrap(),
        ..Place::team_a()
    }
}

fn sealed(bytes: &[u8]) -> String {
    seal_file(bytes, &place().request(), &mut counting()).unwrap()
}

fn open(text: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let place = place();
    open_file(
        text,
        &place.path,
        &place.identities[..1],
        Some(&place.scope()),
    )
}

#[test]
fn any_bytes_are_sealed_and_opened_to_the_same_bytes() {
    let every_byte: Vec<u8> = (0..=255).collect();
    for bytes in [
        BYTES,
        &every_byte,
        b"\n",
        b"{\"a\": 1}",
        b"{\"data\": \"x\", \"sops\": {}}",
        b"sops: ENC[AES256_GCM,",
        b"{sops ENC[AES256_GCM,",
    ] {
        let sealed = sealed(bytes);
        assert!(sealed.starts_with("{\n\t\"data\": \"ENC[AES256_GCM,data:"));
        assert!(sealed.contains(",type:str]\",\n\t\"sops\": {\n\t\t\"age\": ["));
        assert!(sealed.ends_with("\n\t}\n}\n"));
        assert_eq!(*open(&sealed).unwrap(), bytes);
    }
}

#[test]
fn no_rule_applies_and_none_is_written() {
    let place = place();
    let request = SealRequest {
        rule: Rule::named("encrypted_regex", "^nothing$").unwrap(),
        ..place.request()
    };
    let sealed = seal_file(BYTES, &request, &mut counting()).unwrap();
    assert!(!sealed.contains("_regex") && !sealed.contains("_suffix"));
    assert_eq!(*open(&sealed).unwrap(), BYTES);
}

#[test]
fn an_envelope_is_not_sealed_once_more() {
    let first = sealed(BYTES);
    assert_eq!(sealed(first.as_bytes()), first);
    let moved = format!("\n {first}");
    assert_eq!(sealed(moved.as_bytes()), moved);
    for damaged in [
        first.replace("\"sops\": {", "\"sops\": "),
        first[..first.len() / 2].to_owned(),
        first.replace("\t\"sops\"", "<<<<<<< ours\n\t\"sops\""),
    ] {
        let refusal = seal_file(&damaged, &place().request(), &mut counting()).unwrap_err();
        assert!(chain(&refusal).contains("not valid binary"), "{refusal}");
    }
}

#[test]
fn an_edit_without_a_change_writes_nothing() {
    let first = sealed(BYTES);
    let place = place();
    let request = SealRequest {
        vouched_by: Voucher::Earlier(std::slice::from_ref(&first)),
        ..place.request()
    };
    assert_eq!(
        edit_file(&first, BYTES, &request, &mut later()).unwrap(),
        first
    );
    let second = edit_file(&first, b"\xffother", &request, &mut later()).unwrap();
    assert_eq!(*open(&second).unwrap(), b"\xffother");
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let changed = lines(&second)
        .into_iter()
        .zip(lines(&first))
        .filter(|(new, old)| new != old)
        .map(|(new, _)| new.trim().split(':').next().unwrap().to_owned());
    assert_eq!(
        changed.collect::<Vec<_>>(),
        ["\"data\"", "\"mac\"", "\"seal\""]
    );
}

#[test]
fn a_new_key_changes_the_ciphertext_and_not_the_bytes() {
    let first = sealed(BYTES);
    let rotated = rotate_file(&first, &place().request(), &mut later()).unwrap();
    let data = |text: &str| text.lines().nth(1).unwrap().to_owned();
    assert_ne!(data(&rotated), data(&first));
    assert_eq!(*open(&rotated).unwrap(), BYTES);
}

#[test]
fn a_plain_file_is_adopted() {
    let place = place();
    let plain = SealRequest {
        place: None,
        ..place.request()
    };
    let plain = seal_file(BYTES, &plain, &mut counting()).unwrap();
    let earlier = [plain.clone()];
    let adopted = seal_file(&plain, &place.taking_in(&earlier), &mut counting()).unwrap();
    assert!(adopted.contains("\t\t\"signet\": {\n\t\t\t\"clusters\""));
    assert_eq!(*open(&adopted).unwrap(), BYTES);
}

#[test]
fn refuses_an_empty_file_and_strangers_in_an_envelope() {
    let empty = seal_file(b"", &place().request(), &mut counting()).unwrap_err();
    assert!(matches!(empty, SealError::NoContent { .. }));
    let stranger = sealed(BYTES).replace("\t\"sops\": {", "\t\"more\": null,\n\t\"sops\": {");
    assert!(chain(&open(&stranger).unwrap_err()).contains("the envelope holds data"));
    let emptied = sealed(BYTES);
    let data = emptied.lines().nth(1).unwrap();
    let emptied = emptied.replace(data, "\t\"data\": \"\",");
    assert!(matches!(open(&emptied), Err(OpenError::Seal { .. })));
}

#[test]
fn bytes_that_are_no_text_are_refused_in_other_stores() {
    let place = Place::team_a();
    let refusal = seal_file(b"a: \xff", &place.request(), &mut counting()).unwrap_err();
    assert!(matches!(refusal, SealError::NotText { .. }));
}
