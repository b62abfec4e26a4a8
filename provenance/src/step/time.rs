//! Whether a key counted at the time.
//!
//! The signer writes the committer's date, so it is never the only clock: a key must count at
//! that date, when the commit was first seen, and not before the commits it stands on.
//!
//! An OpenPGP signature tells its own time, which is the signer's word as well. It may be later than
//! the committer's date, which is kept when commits are rewritten and is there before a passphrase
//! is asked for; the key must then count at that time too. It cannot be earlier, for the date is
//! part of what is signed, nor later than when the commit was first seen.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use signet_api::Revocation;

use super::{Context, Stop};
use crate::Reason;
use crate::authority::Holder;
use crate::sighting::Seen;
use crate::signature::{Dates, Withdrawn};
use crate::verify::Good;

/// How far a committer's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// The times that matter to a step, or to a reset.
pub(crate) struct Times {
    committed: Timestamp,
    /// `None` up to the floor.
    first_seen: Option<Seen>,
    /// What the commits before it say, whatever its own date.
    not_before: Timestamp,
    /// Those of the signature.
    dates: Dates,
    /// The latest of those.
    latest: Timestamp,
    now: Timestamp,
    of: Of,
}

/// What times are those of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// A commit.
    Step,
    /// An approval of it.
    Approval,
    /// A reset.
    Reset,
}

impl Times {
    pub(super) fn new(
        context: &Context<'_>,
        good: &Good,
        committed: Timestamp,
        dates: Dates,
    ) -> Self {
        let first_seen = context.first_seen;
        let not_before = not_before(good);
        let latest = committed
            .max(not_before)
            .max(first_seen.map_or(committed, |seen| seen.latest))
            .max(dates.made.unwrap_or(committed));
        Self {
            committed,
            first_seen,
            not_before,
            dates,
            latest,
            now: context.now,
            of: Of::Step,
        }
    }

    /// The times of a reset that says to be of `tagged`, and is looked at now. When it was first seen is not kept, so it counts
    /// as made now.
    pub(crate) fn of_reset(tagged: Timestamp, dates: Dates, now: Timestamp) -> Self {
        Self {
            committed: tagged,
            first_seen: Some(Seen::at(now)),
            not_before: tagged,
            dates,
            latest: now.max(tagged).max(dates.made.unwrap_or(now)),
            now,
            of: Of::Reset,
        }
    }

    /// The times of a signature that approves the step.
    ///
    /// It may have been made long after the commit was seen, by whoever holds a key that has
    /// ended or was revoked since. When a tag was first seen is not kept, so it counts as made
    /// now. Up to the floor the committer's date alone is known.
    pub(super) fn of_approval(&self, dates: Dates) -> Self {
        let latest = match self.first_seen {
            Some(_) => self.latest.max(self.now),
            None => self.latest,
        };
        Self {
            latest: latest.max(dates.made.unwrap_or(latest)),
            dates,
            of: Of::Approval,
            ..*self
        }
    }

    /// Whether a key counts: it is valid, and not revoked by these revocations.
    pub(crate) fn check(&self, key: &Holder, revoked: &[Revocation], by: &str) -> Result<(), Stop> {
        self.check_ahead()?;
        self.check_dates(key)?;
        self.check_valid(key)?;
        self.check_withdrawn(key)?;
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
        let whose = self.whose();
        let message = format!(
            "its {whose}'s date {} lies more than 10 minutes after {seen}, when it was first seen",
            self.committed
        );
        Err(Stop::Refused(Reason::FutureDated, message))
    }

    /// What an OpenPGP signature says of its time must not contradict what else is known.
    fn check_dates(&self, key: &Holder) -> Result<(), Stop> {
        let seen = match self.first_seen {
            Some(seen) if self.of != Of::Approval => seen.earliest,
            _ => self.now,
        };
        if let Some(made) = self.dates.made {
            if made.duration_since(seen) > AHEAD {
                let message = format!(
                    "its signature says that it was made {made}, more than 10 minutes after {seen}, when it was first seen"
                );
                return Err(Stop::Refused(Reason::FutureDated, message));
            }
            if self.of != Of::Approval && self.committed.duration_since(made) > AHEAD {
                let whose = self.whose();
                let message = format!(
                    "its signature says that it was made {made}, more than 10 minutes before the {whose}'s date {}, which it covers",
                    self.committed
                );
                return Err(Stop::Refused(Reason::BadSignature, message));
            }
        }
        let made = key.openpgp.as_ref().map(|key| key.made);
        if let Some(made) = made.filter(|made| self.of != Of::Approval && self.committed < *made) {
            let message = format!("the key {} was made only {made}; {self}", key.name());
            return Err(Stop::Refused(Reason::Expired, message));
        }
        if let Some(expires) = self.dates.expires.filter(|expires| self.latest >= *expires) {
            let message = format!("its signature was valid only until {expires}; {self}");
            return Err(Stop::Refused(Reason::Expired, message));
        }
        Ok(())
    }

    /// The certificate of an OpenPGP key may revoke it.
    fn check_withdrawn(&self, key: &Holder) -> Result<(), Stop> {
        let since = match key.withdrawn() {
            Some(Withdrawn::Always) => "for good, or without a reason".to_owned(),
            Some(Withdrawn::Since(since)) if self.latest >= since => format!("since {since}"),
            Some(Withdrawn::Since(_)) | None => return Ok(()),
        };
        let message = format!(
            "the key {} of {} is revoked by its certificate {since}; {self}",
            key.name(),
            key.principal
        );
        Err(Stop::Refused(Reason::Revoked, message))
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
            key.name(),
            key.principal
        );
        Err(Stop::Refused(Reason::Expired, message))
    }

    fn is_revoked(&self, key: &Holder, revocation: &Revocation) -> bool {
        key.is_named_by(revocation) && self.latest >= revocation.since
    }

    fn revoked_message(&self, key: &Holder, revocation: &Revocation, by: &str) -> String {
        let (key, principal, since) = (key.name(), &key.principal, revocation.since);
        format!("the key {key} of {principal} is revoked by {by} since {since}; {self}")
    }

    /// Whose date it is.
    const fn whose(&self) -> &'static str {
        match self.of {
            Of::Step | Of::Approval => "committer",
            Of::Reset => "tagger",
        }
    }

    fn fmt_seen(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

/// When a commit on top of a good one was made at the earliest.
///
/// The dates before the last one count less [`AHEAD`], by which they may have been wrong: a commit
/// that was seen in time stays good in a walk that begins further back and does not know that.
pub(super) fn not_before(good: &Good) -> Timestamp {
    let reached = good.reached.checked_sub(AHEAD);
    good.committed
        .max(reached.expect("git's dates begin in 1970"))
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of == Of::Reset {
            let (tagged, now) = (self.committed, self.now);
            return write!(
                f,
                "the reset is dated {tagged}, and counts as made when it is looked at, now {now}"
            );
        }
        write!(f, "the commit is dated {}", self.committed)?;
        self.fmt_seen(f)?;
        if self.of == Of::Approval && self.first_seen.is_some() {
            write!(
                f,
                ", and an approval counts as made when it is looked at, now {}",
                self.now
            )?;
        }
        if let Some(made) = self.dates.made.filter(|made| *made > self.committed) {
            write!(f, ", its signature {made}")?;
        }
        if self.committed < self.not_before && self.latest == self.not_before {
            let earliest = self.not_before;
            write!(f, ", but by those before it not made before {earliest}")?;
        }
        Ok(())
    }
}
