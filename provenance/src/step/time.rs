//! Whether a key counted at the time.
//!
//! The signer writes the committer's date, so it is never the only clock: a key must count at
//! that date, when the commit was first seen, and not before the commit it stands on.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use signet_api::Revocation;

use super::{Context, Stop};
use crate::Reason;
use crate::authority::{Holder, revokes};
use crate::sighting::Seen;
use crate::verify::Good;

/// How far a committer's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// The times that matter to a step.
pub(super) struct Times {
    committed: Timestamp,
    /// `None` up to the floor.
    first_seen: Option<Seen>,
    /// The latest of those two and the last good commit's date.
    latest: Timestamp,
    now: Timestamp,
}

impl Times {
    pub(super) fn new(context: &Context<'_>, good: &Good, committed: Timestamp) -> Self {
        let first_seen = context.first_seen;
        let latest = committed
            .max(good.committed)
            .max(first_seen.map_or(committed, |seen| seen.latest));
        Self {
            committed,
            first_seen,
            latest,
            now: context.now,
        }
    }

    /// Whether a key counts: it is valid, and not revoked by these revocations.
    pub(super) fn check(&self, key: &Holder, revoked: &[Revocation], by: &str) -> Result<(), Stop> {
        self.check_ahead()?;
        self.check_valid(key)?;
        match revoked
            .iter()
            .find(|revocation| self.is_revoked(key, revocation))
        {
            Some(revocation) => Err(Stop::Refused(
                Reason::Revoked,
                self.revoked_message(key, revocation, by),
            )),
            None => Ok(()),
        }
    }

    fn check_ahead(&self) -> Result<(), Stop> {
        let seen = self.first_seen.map_or(self.now, |seen| seen.earliest);
        if self.committed.duration_since(seen) <= AHEAD {
            return Ok(());
        }
        let message = format!(
            "its committer's date {} lies more than 10 minutes after {seen}, when it was first seen",
            self.committed
        );
        Err(Stop::Refused(Reason::FutureDated, message))
    }

    fn check_valid(&self, key: &Holder) -> Result<(), Stop> {
        let earliest = self
            .first_seen
            .map_or(self.committed, |seen| seen.earliest.min(self.committed));
        let problem = match (key.valid_after, key.valid_before) {
            (Some(after), _) if earliest < after => format!("is valid only from {after}"),
            (_, Some(before)) if self.latest >= before => format!("was valid only until {before}"),
            _ => return Ok(()),
        };
        let message = format!(
            "the key {} of {} {problem}; {self}",
            key.fingerprint, key.principal
        );
        Err(Stop::Refused(Reason::Expired, message))
    }

    fn is_revoked(&self, key: &Holder, revocation: &Revocation) -> bool {
        revokes(revocation, &key.fingerprint) && self.latest >= revocation.since
    }

    fn revoked_message(&self, key: &Holder, revocation: &Revocation, by: &str) -> String {
        let (key, principal, since) = (&key.fingerprint, &key.principal, revocation.since);
        format!("the key {key} of {principal} is revoked by {by} since {since}; {self}")
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the commit is dated {}", self.committed)?;
        match self.first_seen {
            Some(Seen { earliest, latest }) if earliest == latest => {
                write!(f, " and was first seen {earliest}")
            }
            Some(Seen { earliest, latest }) => {
                write!(f, " and was first seen between {earliest} and {latest}")
            }
            None => Ok(()),
        }
    }
}
