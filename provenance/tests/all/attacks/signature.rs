//! Commits that claim to be somebody's.

use signet_provenance::{Kind, Reason};

use crate::support::{History, key, payload, sign, with_signature};

#[test]
fn stripping_the_signature_is_refused_as_unsigned() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = payload(tree, &[history.tip], history.clock);
    history.tip = history.objects.write(Kind::Commit, text);
    history.refused(history.introduction, Reason::Unsigned);
}

#[test]
fn moving_a_signature_to_another_commit_is_refused() {
    let mut history = History::new();
    let signed = payload(history.tree(), &[history.tip], history.clock);
    let tree = history.write("tenants/team-a/x", "1").tree();
    let forged = payload(tree, &[history.tip], history.clock);
    let bytes = with_signature(&forged, &sign(&key("dave"), &signed));
    history.tip = history.objects.write(Kind::Commit, bytes);
    history.refused(history.introduction, Reason::BadSignature);
}

#[test]
fn a_signature_made_for_another_purpose_is_refused() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = payload(tree, &[history.tip], history.clock);
    let signature = key("dave")
        .sign("file", ssh_key::HashAlg::Sha512, &text)
        .unwrap();
    let armoured = signature.to_pem(ssh_key::LineEnding::LF).unwrap();
    history.tip = history
        .objects
        .write(Kind::Commit, with_signature(&text, &armoured));
    history.refused(history.introduction, Reason::BadSignature);
}

#[test]
fn naming_somebody_else_as_author_gives_no_rights() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = String::from_utf8(payload(tree, &[history.tip], history.clock)).unwrap();
    let text = text.replace("C <c@example.org>", "dave <dave@example.org>");
    let bytes = with_signature(text.as_bytes(), &sign(&key("erin"), text.as_bytes()));
    history.tip = history.objects.write(Kind::Commit, bytes);
    history.refused(history.introduction, Reason::NotAllowed);
}

#[test]
fn an_ambiguous_commit_does_not_hold_up_what_is_signed_on_top() {
    let mut history = History::new();
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = String::from_utf8(payload(tree, &[history.tip], history.clock)).unwrap();
    let text = text.replace("\n\nwork", "\ncommitter E <e@example.org> 1 +0000\n\nwork");
    let bytes = with_signature(text.as_bytes(), &sign(&key("dave"), text.as_bytes()));
    history.tip = history.objects.write(Kind::Commit, bytes);
    history.refused(history.introduction, Reason::Malformed);
    history.change("dave", "tenants/team-a/x", "2");
    history.good();
}
