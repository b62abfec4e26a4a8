use super::*;

const DELTA: &str =
    "Signet-Delta: 5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\n";
const EXPIRES: &str = "Signet-Expires: 2026-12-31T00:00:00Z\n";
const PLACE: &str = "Signet-Repository: 6f1c0d\nSignet-Ref: refs/heads/main\n";

fn tag(message: &str) -> Tag {
    Tag {
        reference: format!("{APPROVALS}one"),
        target: ObjectId::new([0; 20]),
        tagged: Timestamp::UNIX_EPOCH,
        message: message.as_bytes().to_vec(),
        payload: Vec::new(),
        signature: None,
    }
}

fn read(message: &str) -> Result<Approval, ApprovalError> {
    match Statement::of(&tag(message))? {
        Statement::Approval(approval) => Ok(approval),
        Statement::Reset(reset) => panic!("{reset:?}"),
    }
}

#[test]
fn reads_the_trailers_at_the_end_in_any_order() {
    let approval = read(&format!(
        "looked at it\n\nall of it\n\n{PLACE}{DELTA}{EXPIRES}"
    ))
    .unwrap();
    assert_eq!(approval.repository, "6f1c0d");
    assert_eq!(approval.reference, "refs/heads/main");
    assert_eq!(approval.delta.to_string(), DELTA[14..78]);
    assert_eq!(approval.expires.to_string(), "2026-12-31T00:00:00Z");
    let other = read(&format!("looked at it\n\n{EXPIRES}{DELTA}{PLACE}\n\n")).unwrap();
    assert_eq!(other, approval);
}

#[test]
fn refuses_a_message_whose_trailers_have_two_readings() {
    let foreign = |line| ApprovalError::Foreign { line };
    let misplaced = |line| ApprovalError::Misplaced { line };
    let all = format!("{PLACE}{DELTA}{EXPIRES}");
    for (message, error) in [
        (
            format!("x\n\n{all}{DELTA}"),
            ApprovalError::Repeated {
                name: "Signet-Delta",
            },
        ),
        (format!("x\n\n{all}Signed-off-by: A <a@b>\n"), foreign(7)),
        (format!("x\n\n{all}signet-delta: 00\n"), foreign(7)),
        (format!("x\n\n{all} more\n"), foreign(7)),
        (format!("x\n\nall:\n{all}"), foreign(3)),
        (format!("x\n\n{}", all.replace('\n', "\r\n")), foreign(3)),
        (format!("x\n\n{}", all.replacen(": ", ":", 1)), foreign(3)),
        (format!("x\n\n{}", all.replacen(": ", ":  ", 1)), foreign(3)),
        (format!("x\n\n{}", all.replacen(": ", " : ", 1)), foreign(3)),
        (format!("x\n\nSignet-Ref: \n{DELTA}"), foreign(3)),
        (format!("{DELTA}\n{all}"), misplaced(1)),
        (format!("x\n  SIGNET-ref: a\n\n{all}"), misplaced(2)),
        (format!("x\n\n{all}\n{all}"), misplaced(3)),
        (all.clone(), ApprovalError::NoTrailers),
        (format!("x\n{all}"), ApprovalError::NoTrailers),
        (String::new(), ApprovalError::NoTrailers),
        (format!("x\n\n{all}\nthe end\n"), misplaced(3)),
        (
            format!("x\n\n{PLACE}{DELTA}"),
            ApprovalError::Missing {
                name: "Signet-Expires",
            },
        ),
        (
            format!("x\n\n{DELTA}{EXPIRES}"),
            ApprovalError::Missing {
                name: "Signet-Repository",
            },
        ),
    ] {
        assert_eq!(read(&message), Err(error), "{message:?}");
    }
    let mut latin1 = tag("");
    latin1.message = [&b"\xfc\n\n"[..], all.as_bytes()].concat();
    assert_eq!(Statement::of(&latin1), Err(ApprovalError::NotText));
}

#[test]
fn a_value_has_one_spelling() {
    for (right, wrong, name) in [
        ("5feceb", "5FECEB", "Signet-Delta"),
        ("5feceb", "5fec", "Signet-Delta"),
        ("00Z", "00z", "Signet-Expires"),
        ("00Z", "00+00:00", "Signet-Expires"),
        ("T00:00:00Z", "", "Signet-Expires"),
        ("00Z", "00.000Z", "Signet-Expires"),
    ] {
        let message = format!("x\n\n{PLACE}{DELTA}{EXPIRES}").replace(right, wrong);
        assert_eq!(
            read(&message),
            Err(ApprovalError::Value { name }),
            "{wrong}"
        );
    }
}

#[test]
fn an_approval_stands_below_its_folder_of_refs() {
    for reference in [
        "refs/tags/v1",
        "refs/tags/signet/approve",
        APPROVALS,
        "refs/heads/x",
    ] {
        let mut tag = tag(&format!("x\n\n{PLACE}{DELTA}{EXPIRES}"));
        reference.clone_into(&mut tag.reference);
        assert_eq!(
            Statement::of(&tag),
            Err(ApprovalError::Place),
            "{reference}"
        );
    }
}

#[test]
fn refuses_a_value_that_is_longer_than_any_ref_or_repository() {
    let value = "a".repeat(256);
    let message = |value: &str| {
        format!("x\n\nSignet-Repository: {value}\nSignet-Ref: refs/heads/main\n{DELTA}{EXPIRES}")
    };
    assert_eq!(read(&message(&value)).unwrap().repository, value);
    let error = read(&message(&format!("{value}a"))).unwrap_err();
    assert_eq!(error, ApprovalError::Foreign { line: 3 });
}

const FROM: &str = "Signet-Reset-From: 0000000000000000000000000000000000000000\n";
const TO: &str = "Signet-Reset-To: 1111111111111111111111111111111111111111\n";

#[test]
fn a_reset_names_the_commit_that_it_tags_and_another() {
    let message = format!("meant\n\n{PLACE}{FROM}{TO}{EXPIRES}");
    let read = Statement::of(&tag(&message)).unwrap();
    let Statement::Reset(reset) = read else {
        panic!("{read:?}")
    };
    assert_eq!(reset.to, ObjectId::new([0x11; 20]));
    assert_eq!(format!("meant\n\n{reset}"), message);
    let mut elsewhere = tag(&message);
    elsewhere.target = reset.to;
    let from = reset.from;
    assert_eq!(
        Statement::of(&elsewhere),
        Err(ApprovalError::Target { from })
    );
}

#[test]
fn no_tag_is_an_approval_and_a_reset() {
    let foreign = |line| Err(ApprovalError::Foreign { line });
    let missing = |name| Err(ApprovalError::Missing { name });
    for (trailers, error) in [
        (format!("{DELTA}{FROM}{TO}{EXPIRES}{PLACE}"), foreign(4)),
        (format!("{PLACE}{FROM}{TO}{EXPIRES}{DELTA}"), foreign(8)),
        (
            format!("{PLACE}{FROM}{EXPIRES}"),
            missing("Signet-Reset-To"),
        ),
        (
            format!("{PLACE}{TO}{EXPIRES}"),
            missing("Signet-Reset-From"),
        ),
        (format!("{PLACE}{FROM}{TO}"), missing("Signet-Expires")),
        (
            format!("{PLACE}{FROM}{EXPIRES}{}", TO.replace("11", "1")),
            Err(ApprovalError::Value {
                name: "Signet-Reset-To",
            }),
        ),
    ] {
        let read = Statement::of(&tag(&format!("x\n\n{trailers}")));
        assert_eq!(read, error, "{trailers}");
    }
}
