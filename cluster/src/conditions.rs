//! Conditions as Kubernetes keeps them: one per type, and the time moves only when the status does.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

/// `metav1.Condition` takes 32 KiB; a person reads less.
const MAX_MESSAGE: usize = 4096;

/// What is known about one aspect of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The condition's type: `Ready`, `Reconciling`, `Stalled`, `Verified`.
    pub kind: &'static str,
    /// Whether it holds; `None` is `Unknown`.
    pub holds: Option<bool>,
    /// One word in `CamelCase`, for programs.
    pub reason: String,
    /// A sentence for people. Never a secret.
    pub message: String,
}

/// Records `finding`, made about `generation`, among `conditions`.
///
/// `lastTransitionTime` becomes `now`, which is in whole seconds as the API server keeps it, only if the status is another
/// than before (API conventions, "Typical status properties").
pub fn record(
    conditions: &mut Vec<Condition>,
    finding: Finding,
    generation: Option<i64>,
    now: Timestamp,
) {
    let mut next = Condition {
        type_: finding.kind.to_owned(),
        status: status(finding.holds).to_owned(),
        reason: finding.reason,
        message: shortened(finding.message, MAX_MESSAGE),
        observed_generation: generation,
        last_transition_time: Time(now),
    };
    match conditions
        .iter_mut()
        .find(|condition| condition.type_ == next.type_)
    {
        Some(before) => {
            if before.status == next.status {
                next.last_transition_time = before.last_transition_time.clone();
            }
            *before = next;
        }
        None => conditions.push(next),
    }
}

fn status(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "True",
        Some(false) => "False",
        None => "Unknown",
    }
}

/// At most `limit` bytes of `text`, cut between characters.
pub(crate) fn shortened(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit - '…'.len_utf8()));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(holds: bool, message: &str) -> Finding {
        Finding {
            kind: "Ready",
            holds: Some(holds),
            reason: "Applied".into(),
            message: message.into(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn keeps_the_transition_time_while_the_status_is_the_same() {
        let mut conditions = Vec::new();
        record(&mut conditions, ready(true, "first"), Some(1), at(10));
        record(&mut conditions, ready(true, "second"), Some(2), at(20));
        assert_eq!(conditions.len(), 1);
        assert_eq!(conditions[0].last_transition_time, Time(at(10)));
        assert_eq!(
            (
                conditions[0].message.as_str(),
                conditions[0].observed_generation
            ),
            ("second", Some(2))
        );
    }

    #[test]
    fn moves_the_transition_time_when_the_status_changes() {
        let mut conditions = Vec::new();
        record(&mut conditions, ready(true, ""), None, at(10));
        record(&mut conditions, ready(false, ""), None, at(20));
        assert_eq!(conditions[0].last_transition_time, Time(at(20)));
    }

    #[test]
    fn recording_the_same_finding_again_changes_nothing() {
        let mut conditions = Vec::new();
        record(&mut conditions, ready(true, "same"), Some(1), at(10));
        let before = conditions.clone();
        record(&mut conditions, ready(true, "same"), Some(1), at(99));
        assert_eq!(conditions, before);
    }

    #[test]
    fn cuts_a_long_message_between_characters() {
        let text = shortened("ü".repeat(5000), MAX_MESSAGE);
        assert!(text.len() <= MAX_MESSAGE && text.ends_with("ü…"));
    }
}
