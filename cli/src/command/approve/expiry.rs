//! Until when an approval counts.

use crate::failure::{Result, refused};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use signet_api::Duration;
use std::str::FromStr;

/// A span from now on, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    After(SignedDuration),
    At(Timestamp),
}

impl FromStr for Expiry {
    type Err = String;

    /// `12h`, `30d`, `2w`, `2026-12-31` or `2026-12-31T12:00:00Z`.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let read = days(text).or_else(|| span(text)).or_else(|| instant(text));
        read.ok_or_else(|| {
            "a duration such as 12h, 30d or 2w, or a date such as 2026-12-31 is expected".to_owned()
        })
    }
}

fn days(text: &str) -> Option<Expiry> {
    let (number, days) = match text.strip_suffix('d') {
        Some(number) => (number, 1),
        None => (text.strip_suffix('w')?, 7),
    };
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    let hours = i64::from(number) * days * 24;
    Some(Expiry::After(SignedDuration::from_hours(hours)))
}

fn span(text: &str) -> Option<Expiry> {
    let span: Duration = text.parse().ok()?;
    let span = SignedDuration::try_from(span.as_std()).ok()?;
    Some(Expiry::After(span))
}

fn instant(text: &str) -> Option<Expiry> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Expiry::At(at));
    }
    let date: Date = text.parse().ok()?;
    let at = date.to_zoned(TimeZone::UTC).ok()?;
    Some(Expiry::At(at.timestamp()))
}

impl Expiry {
    /// The instant, in whole seconds.
    ///
    /// # Errors
    /// When it is not in the future, or too far in it.
    pub(super) fn after(self, now: Timestamp) -> Result<Timestamp> {
        let at = match self {
            Self::At(at) => at,
            Self::After(span) => now
                .checked_add(span)
                .map_err(|_| refused("the approval would expire too far in the future"))?,
        };
        let at = Timestamp::from_second(at.as_second())?;
        if at <= now {
            return Err(refused(format!("the approval would have expired {at}")));
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let now = "2026-11-29T12:00:00.5Z".parse().unwrap();
        let expiry: Expiry = text.parse().unwrap();
        expiry.after(now).unwrap().to_string()
    }

    #[test]
    fn reads_spans_from_now_and_dates() {
        assert_eq!(of("30d"), "2026-12-29T12:00:00Z");
        assert_eq!(of("2w"), "2026-12-13T12:00:00Z");
        assert_eq!(of("1h30m"), "2026-11-29T13:30:00Z");
        assert_eq!(of("2026-12-31"), "2026-12-31T00:00:00Z");
        assert_eq!(of("2026-12-31T12:00:00+01:00"), "2026-12-31T11:00:00Z");
    }

    #[test]
    fn refuses_what_is_over_and_what_is_no_time() {
        let now = "2026-11-29T12:00:00Z".parse().unwrap();
        for text in ["2026-11-29", "2026-11-29T12:00:00Z", "4000000000d"] {
            let expiry: Expiry = text.parse().unwrap();
            assert!(expiry.after(now).is_err(), "{text}");
        }
        for text in ["", "0d", "-1d", "5", "tomorrow", "d", "99999999999d"] {
            assert!(text.parse::<Expiry>().is_err(), "{text:?}");
        }
    }
}
