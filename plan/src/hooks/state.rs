//! How far the object of a hook has come, as its kind tells.

use std::time::Duration;

use serde::Deserialize;
use signet_render::ObjectRef;

/// How long a hook may take that sets itself no limit: Helm's `--timeout`.
const LIMIT: Duration = Duration::from_mins(5);

/// How far a hook has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It goes on.
    Running,
    /// It has succeeded, or is of a kind that does nothing but be there.
    Done,
    /// It has not succeeded, and why.
    Failed(String),
}

/// What a Job or a Pod tells of itself. It reads from its JSON, of which nothing else is kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Progress {
    spec: Spec,
    status: Status,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    active_deadline_seconds: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Status {
    phase: String,
    conditions: Vec<Condition>,
    reason: String,
    message: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
    reason: String,
    message: String,
}

impl State {
    /// Whether an object of this kind is waited for.
    pub fn is_awaited(object: &ObjectRef) -> bool {
        object.is("batch", "Job") || object.is("", "Pod")
    }

    /// The state of a Job or a Pod that tells this and is so old.
    pub fn of(object: &ObjectRef, progress: &Progress, age: Duration) -> Self {
        let Progress { spec, status } = progress;
        let found = if object.is("batch", "Job") {
            of_job(status)
        } else {
            of_pod(status)
        };
        // Its own deadline stands still while it is suspended or not scheduled, so that is not waited for without end.
        let own = spec.active_deadline_seconds.unwrap_or_default();
        let limit = LIMIT.saturating_add(Duration::from_secs(own));
        match found {
            Self::Running if age > limit => {
                Self::Failed(format!("not done within {} s", limit.as_secs()))
            }
            found => found,
        }
    }
}

fn of_job(status: &Status) -> State {
    let has = |kind: &str| {
        let mut conditions = status.conditions.iter();
        conditions.find(|condition| condition.kind == kind && condition.status == "True")
    };
    if let Some(condition) = has("Failed") {
        return State::Failed(told(&condition.reason, &condition.message));
    }
    match has("Complete") {
        Some(_) => State::Done,
        None => State::Running,
    }
}

fn of_pod(status: &Status) -> State {
    match status.phase.as_str() {
        "Succeeded" => State::Done,
        "Failed" => State::Failed(told(&status.reason, &status.message)),
        _ => State::Running,
    }
}

fn told(reason: &str, message: &str) -> String {
    match (reason, message) {
        ("", "") => "no reason given".to_owned(),
        ("", said) | (said, "") => said.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    }
}
