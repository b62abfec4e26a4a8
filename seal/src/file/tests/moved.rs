//! A plain SOPS file with a comment that was moved: it stays sealed where nothing would be lost by that.

use secrecy::ExposeSecret;

use super::*;
use crate::testing::{CANARY, Place, chain, counting, later, rotate_file};
use crate::{OpenError, UnopenedComment};

const TEXT: &str = "\
kind: Secret
stringData:
  # how to get in
  password: canary-7f3a-hunter2
  list:
    - one
";

/// A request for a plain SOPS file.
fn plainly(place: &Place) -> SealRequest<'_> {
    SealRequest {
        place: None,
        ..place.request()
    }
}

/// The file as plain SOPS, with its comment in the list; the comment.
fn moved(place: &Place) -> (String, String) {
    let sealed = seal_file(TEXT, &plainly(place), &mut counting()).unwrap();
    let line = sealed.lines().find(|line| line.starts_with("  #"));
    let comment = line.unwrap().trim().to_owned();
    let without = sealed.replacen(&format!("  {comment}\n"), "", 1);
    let text = without.replacen("  list:\n", &format!("  list:\n    {comment}\n"), 1);
    (text, comment)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test opens what it has sealed"
)]
fn opened(place: &Place, text: &str) -> (String, Vec<UnopenedComment>) {
    let sealed = signet_envelope::parse(text, &place.path).unwrap();
    let opened = crate::open_sealed(&sealed, &place.identities, None).unwrap();
    (
        String::from_utf8(opened.text.expose_secret().to_vec()).unwrap(),
        opened.unopened,
    )
}

#[test]
fn it_stays_as_it_is_and_is_told_of() {
    let place = Place::team_a();
    let (text, comment) = moved(&place);
    let (opened, unopened) = opened(&place, &text);
    assert!(opened.contains(CANARY) && opened.contains(&format!("    {comment}\n")));
    let [note] = unopened.as_slice() else {
        panic!("{unopened:?}")
    };
    assert_eq!((note.at.line, note.at.column), (5, 5));
    assert_eq!(
        note.to_string(),
        "tenants/team-a/prod/db.yaml: line 5, column 5: the comment stays sealed: it was sealed in another place, under another key, or was changed"
    );
}

#[test]
fn a_comment_that_is_no_ciphertext_stays_as_well() {
    let place = Place::team_a();
    let (text, comment) = moved(&place);
    let damaged = text.replace(&comment, "#ENC[AES256_GCM,data:]");
    let (opened, unopened) = opened(&place, &damaged);
    assert!(opened.contains("    #ENC[AES256_GCM,data:]\n"));
    assert_eq!(unopened.len(), 1);
}

#[test]
fn a_change_elsewhere_leaves_it() {
    let place = Place::team_a();
    let (text, comment) = moved(&place);
    let (plain, _) = opened(&place, &text);
    let request = SealRequest {
        vouched_by: Voucher::Earlier(std::slice::from_ref(&text)),
        ..plainly(&place)
    };
    let changed = plain.replace("one", "two");
    let edited = edit_file(&text, &changed, &request, &mut later()).unwrap();
    assert!(edited.contains(&format!("    {comment}\n")));
    assert_eq!(opened(&place, &edited).0, changed);
    let pasted = plain.replace("- one", "- one #ENC[AES256_GCM,data:]");
    let refused = edit_file(&text, pasted, &request, &mut later()).unwrap_err();
    assert!(matches!(refused, SealError::LooksSealed { .. }));
}

#[test]
fn neither_a_seal_nor_a_new_key_is_put_over_it() {
    let place = Place::team_a();
    let (text, _) = moved(&place);
    let request = SealRequest {
        vouched_by: Voucher::Person,
        ..place.request()
    };
    let is_comment =
        |error: &SealError| matches!(error, SealError::Open(OpenError::Comment { .. }));
    let adopted = seal_file(&text, &request, &mut later()).unwrap_err();
    assert!(is_comment(&adopted), "{}", chain(&adopted));
    for request in [request, plainly(&place)] {
        let rotated = rotate_file(&text, &request, &mut later()).unwrap_err();
        assert!(is_comment(&rotated), "{}", chain(&rotated));
    }
}
