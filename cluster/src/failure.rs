//! Why the API server did not do what was asked.
//!
//! The server's own words are kept where they can be shown, and withheld where the request carried an opened value:
//! a validation error of Kubernetes repeats the value that it found invalid.

use kube::core::response::Status;
use serde::Deserialize;

use crate::tenant::TenantError;

/// Why a request to the API server failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection, or one that broke.
    #[error("the API server cannot be reached: {cause}")]
    Unreachable {
        /// The causes, outermost first.
        cause: String,
    },
    /// Connected, but no answer in time.
    #[error("the API server did not answer within {seconds} s")]
    TimedOut {
        /// How long was waited.
        seconds: u64,
    },
    /// The server answered with an error.
    #[error("the API server answered {code} {reason}{detail}")]
    Refused {
        /// The HTTP status.
        code: u16,
        /// The reason of the `Status`, such as `Forbidden`, `Conflict`, `Invalid`.
        reason: String,
        /// What else it said.
        detail: Detail,
    },
    /// The answer is not what the API promises.
    #[error("the API server's answer cannot be read: {what}")]
    Garbled {
        /// What was expected, never what came.
        what: String,
    },
    /// The tenant's token could not be had.
    #[error(transparent)]
    Token(#[from] TenantError),
}

/// What the server said beyond its code and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// The message as it came.
    Message(String),
    /// The fields at fault; the message may repeat an opened value.
    Withheld {
        /// Paths such as `data[password]`, at most eight.
        fields: Vec<String>,
    },
}

/// How many field paths a withheld message keeps.
const MAX_FIELDS: usize = 8;

const MAX_FIELD_CHARS: usize = 200;

impl std::fmt::Display for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(message) if message.is_empty() => Ok(()),
            Self::Message(message) => write!(f, ": {message}"),
            Self::Withheld { fields } if fields.is_empty() => {
                write!(
                    f,
                    " (its message is withheld: it may repeat a sealed value)"
                )
            }
            Self::Withheld { fields } => write!(
                f,
                " at {} (its message is withheld: it may repeat a sealed value)",
                fields.join(", ")
            ),
        }
    }
}

/// Whether the answer to a request may repeat an opened value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// Nothing secret was sent or asked for: the message may be shown.
    Harmless,
    /// An opened value was part of it: code, reason and field paths are all that may be kept.
    Secret,
}

impl Failure {
    /// Whether the object, or the kind, does not exist.
    pub fn is_not_found(&self) -> bool {
        self.code() == Some(404)
    }

    /// Whether the account lacks the right.
    pub fn is_forbidden(&self) -> bool {
        self.code() == Some(403)
    }

    /// Whether somebody else changed the object in between.
    pub fn is_conflict(&self) -> bool {
        self.code() == Some(409)
    }

    /// Whether the same request may succeed later with nothing changed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::Refused { code, .. } => *code == 429 || *code >= 500,
            Self::Garbled { .. } => false,
            Self::Token(error) => error.is_transient(),
        }
    }

    /// Whether nobody answered, or no token is to be had: the next request will not fare better.
    pub fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Token(_)
        )
    }

    /// The HTTP status of a refusal.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Reads the body of an error response, keeping no more than `echo` allows.
    pub(crate) fn of_response(code: u16, body: &[u8], echo: Echo) -> Self {
        let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
        let reason = if answer.reason.is_empty() {
            reason_of(code)
        } else {
            answer.reason
        };
        let detail = match echo {
            Echo::Harmless => Detail::Message(answer.message),
            Echo::Secret => Detail::Withheld {
                fields: answer.details.unwrap_or_default().fields(),
            },
        };
        Self::Refused {
            code,
            reason: word(&reason),
            detail,
        }
    }

    /// What a failed call of the client library says; for calls that carry no secret.
    pub(crate) fn of_kube(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::of_status(*status),
            kube::Error::Service(cause) => Self::of_service(cause.as_ref()),
            kube::Error::HyperError(cause) => Self::Unreachable {
                cause: chain(&cause),
            },
            kube::Error::SerdeError(_) => Self::Garbled {
                what: "an object was expected".into(),
            },
            kube::Error::Auth(cause) => Self::Unreachable {
                cause: chain(&cause),
            },
            other => Self::Garbled {
                what: other.to_string(),
            },
        }
    }

    fn of_status(status: Status) -> Self {
        let reason = if status.reason.is_empty() {
            reason_of(status.code)
        } else {
            status.reason
        };
        Self::Refused {
            code: status.code,
            reason,
            detail: Detail::Message(status.message),
        }
    }

    fn of_service(cause: &(dyn std::error::Error + 'static)) -> Self {
        if let Some(error) = cause.downcast_ref::<TenantError>() {
            return Self::Token(error.clone());
        }
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.clone();
        }
        Self::Unreachable {
            cause: chain(cause),
        }
    }
}

/// The parts of a `Status` that are read. No `Debug`: the message may hold an opened value.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    message: String,
    reason: String,
    details: Option<Details>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Details {
    causes: Vec<Cause>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cause {
    field: String,
}

impl Details {
    fn fields(self) -> Vec<String> {
        let fields = self.causes.into_iter().map(|cause| cause.field);
        fields
            .filter(|field| !field.is_empty())
            .take(MAX_FIELDS)
            .map(|field| {
                field
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(MAX_FIELD_CHARS)
                    .collect()
            })
            .collect()
    }
}

/// The reason as one word: an answer from something that is not an API server must not smuggle text in.
fn word(reason: &str) -> String {
    reason
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .collect()
}

fn reason_of(code: u16) -> String {
    let status = http::StatusCode::from_u16(code).ok();
    let phrase = status
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unknown");
    word(phrase)
}

/// An error and its causes in one line; a cause whose words the one above already repeats is left out.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
