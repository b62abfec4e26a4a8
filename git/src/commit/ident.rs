//! Who made a commit, and when.

use std::fmt;

use jiff::Timestamp;

use super::CommitError;

/// Somebody, and when they did it. Shown with `{}` it is as commits hold it, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// The mail address.
    pub mail: String,
    /// The time, of which seconds since 1970 are kept.
    pub time: Timestamp,
}

impl Ident {
    /// Makes sure that readers find the same in it.
    pub(super) fn check(&self) -> Result<(), CommitError> {
        for text in [&self.name, &self.mail] {
            let what = if text.is_empty() {
                "it is empty"
            } else if text.trim() != text {
                "it has white space around it"
            } else if text.contains(|letter: char| letter.is_control() || "<>".contains(letter)) {
                "it holds `<`, `>` or a control character"
            } else {
                continue;
            };
            return Err(CommitError::Ident {
                ident: text.clone(),
                what,
            });
        }
        if self.time.as_second() < 0 {
            return Err(CommitError::Time { time: self.time });
        }
        Ok(())
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, mail, time } = self;
        write!(f, "{name} <{mail}> {} +0000", time.as_second())
    }
}
