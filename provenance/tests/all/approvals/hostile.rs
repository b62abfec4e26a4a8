//! Tags that somebody made up, moved or damaged.

use signet_provenance::{Kind, TagRef};

use super::{pending, refused_with};
use crate::support::{key, sign, tag_payload};

const NAME: &str = "signet/approve/x";

/// What is said about a tag of bob's after an edit, and without the step being allowed.
#[track_caller]
fn refuses(edit: impl FnOnce(String, String) -> String, part: &str) {
    let mut history = pending();
    let message = history.approval(None).to_message();
    let payload = tag_payload(history.tip, NAME, history.clock, &message);
    let signature = sign(&key("bob"), payload.as_bytes());
    let bytes = edit(payload, signature);
    history.tag(NAME, &bytes);
    history.commit("alice");
    refused_with(
        &history,
        &format!("the tag refs/tags/{NAME} is no approval: {part}"),
    );
}

#[test]
fn an_unsigned_tag_approves_nothing() {
    refuses(|payload, _| payload, "the tag is not signed");
}

#[test]
fn a_signature_over_other_bytes_approves_nothing() {
    refuses(
        |payload, signature| payload.replace("looked", "locked") + &signature,
        "the signature does not fit",
    );
}

#[test]
fn a_tag_by_a_stranger_approves_nothing() {
    refuses(
        |payload, _| {
            let signature = sign(&key("mallory"), payload.as_bytes());
            payload + &signature
        },
        "signed by SHA256:",
    );
}

#[test]
fn an_approval_under_another_ref_approves_nothing() {
    let mut history = pending();
    let tag = history.approve("bob").tag;
    history.approvals.clear();
    let reference = "refs/tags/signet/approve/replayed".to_owned();
    history.approvals.push(TagRef { reference, tag });
    history.commit("alice");
    refused_with(&history, "is no approval: the tag was made with the name");
}

#[test]
fn a_release_tag_with_the_text_of_an_approval_approves_nothing() {
    let mut history = pending();
    let message = history.approval(None).to_message();
    let payload = tag_payload(history.tip, "v1", history.clock, &message);
    let signature = sign(&key("bob"), payload.as_bytes());
    history.tag("v1", &(payload + &signature));
    history.commit("alice");
    refused_with(&history, "approvals stand below refs/tags/signet/approve/");
}

#[test]
fn text_behind_the_signature_and_headers_outside_of_it_approve_nothing() {
    refuses(
        |payload, signature| payload + &signature + "more\n",
        "text follows the tag's signature",
    );
    refuses(
        |payload, signature| payload.replacen("\n\n", "\ngpgsig x\n\n", 1) + &signature,
        "line 5 of the tag is a signature header",
    );
}

#[test]
fn a_tag_whose_trailers_have_two_readings_approves_nothing() {
    refuses(
        |payload, _| {
            let payload = payload + "Signet-Ref: refs/heads/dev\n";
            let signature = sign(&key("bob"), payload.as_bytes());
            payload + &signature
        },
        "the trailer Signet-Ref stands twice",
    );
}

#[test]
fn a_ref_that_names_no_tag_approves_nothing_and_stops_nothing() {
    let mut history = pending();
    let reference = format!("refs/tags/{NAME}");
    let tag = history.objects.write(Kind::Blob, "a blob");
    history.approvals.push(TagRef { reference, tag });
    let mut approved = history.clone();
    history.commit("alice");
    refused_with(&history, "is a blob, not a tag");
    approved.approve("bob");
    approved.commit("alice");
    approved.good();
}

#[test]
fn an_openpgp_message_is_said_to_be_unsupported() {
    refuses(
        |payload, signature| payload + &signature.replace(" SSH SIGNATURE", " PGP MESSAGE"),
        "PGP MESSAGE signatures are not supported",
    );
}
