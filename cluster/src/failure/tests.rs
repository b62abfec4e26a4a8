use super::*;

const CANARY: &str = "canary-hunter2";

fn invalid() -> Vec<u8> {
    serde_json::json!({
        "kind": "Status",
        "code": 422,
        "reason": "Invalid",
        "message": format!("Secret \"db\" is invalid: data[password]: Invalid value: \"{CANARY}\""),
        "details": {"causes": [
            {"field": "data[password]", "message": format!("Invalid value: \"{CANARY}\""), "reason": "FieldValueInvalid"},
        ]},
    })
    .to_string()
    .into_bytes()
}

#[test]
fn withholds_the_message_of_a_request_that_carried_an_opened_value() {
    let failure = Failure::of_response(422, &invalid(), Echo::Secret);
    assert!(!format!("{failure} {failure:?}").contains(CANARY));
    assert_eq!(
        failure.to_string(),
        "the API server answered 422 Invalid at data[password] (its message is withheld: it may repeat a sealed value)"
    );
}

#[test]
fn keeps_the_message_of_a_request_that_carried_none() {
    let failure = Failure::of_response(422, &invalid(), Echo::Harmless);
    assert!(
        failure
            .to_string()
            .contains("data[password]: Invalid value")
    );
}

#[test]
fn reads_an_answer_that_is_no_status_by_its_code_alone() {
    let failure = Failure::of_response(502, CANARY.as_bytes(), Echo::Harmless);
    assert_eq!(
        failure.to_string(),
        "the API server answered 502 BadGateway"
    );
    assert!(failure.is_transient());
}

#[test]
fn a_reason_cannot_smuggle_text() {
    let body = serde_json::json!({"reason": format!("Invalid {CANARY}\n\u{1b}[0m")}).to_string();
    let failure = Failure::of_response(422, body.as_bytes(), Echo::Secret);
    assert!(failure.to_string().is_ascii());
    assert!(!failure.to_string().contains('\n'));
}

#[test]
fn names_each_cause_once() {
    let inner = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "connection refused");
    let failure = Failure::of_kube(kube::Error::Service(Box::new(inner)));
    assert_eq!(
        failure.to_string(),
        "the API server cannot be reached: connection refused"
    );
}
