//! An instant, as a person says it: itself, or how far it is from now.

use crate::failure::{Result, refused};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use signet_api::Duration;
use std::str::FromStr;

/// A span from now, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// So far from now; whether ahead or back is the command's to say.
    Away(SignedDuration),
    /// Then.
    At(Timestamp),
}

impl FromStr for Moment {
    type Err = String;

    /// `12h`, `30d`, `2w`, `2026-12-31` or `2026-12-31T12:00:00Z`.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let read = days(text).or_else(|| span(text)).or_else(|| instant(text));
        read.ok_or_else(|| {
            "a duration such as 12h, 30d or 2w, or a date such as 2026-12-31 is expected".to_owned()
        })
    }
}

fn days(text: &str) -> Option<Moment> {
    let (number, days) = match text.strip_suffix('d') {
        Some(number) => (number, 1),
        None => (text.strip_suffix('w')?, 7),
    };
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    let hours = i64::from(number) * days * 24;
    Some(Moment::Away(SignedDuration::from_hours(hours)))
}

fn span(text: &str) -> Option<Moment> {
    let span: Duration = text.parse().ok()?;
    let span = SignedDuration::try_from(span.as_std()).ok()?;
    Some(Moment::Away(span))
}

fn instant(text: &str) -> Option<Moment> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Moment::At(at));
    }
    // A time without its zone is nobody's.
    let is_date = text.len() == "2026-12-31".len();
    let date: Date = is_date.then(|| text.parse().ok())??;
    let at = date.to_zoned(TimeZone::UTC).ok()?;
    Some(Moment::At(at.timestamp()))
}

impl Moment {
    /// The instant ahead at which something ends, in whole seconds.
    ///
    /// # Errors
    /// When it is not in the future, or too far in it.
    pub(crate) fn ahead(self, now: Timestamp) -> Result<Timestamp> {
        let at = match self {
            Self::At(at) => at,
            Self::Away(span) => now
                .checked_add(span)
                .map_err(|_| refused("that is too far in the future"))?,
        };
        let at = Timestamp::from_second(at.as_second())?;
        if at <= now {
            return Err(refused(format!("{at} is in the past")));
        }
        Ok(at)
    }

    /// The instant back from which on something holds, in whole seconds.
    ///
    /// # Errors
    /// When it is in the future, or too far in the past.
    pub(crate) fn back(self, now: Timestamp) -> Result<Timestamp> {
        let at = match self {
            Self::At(at) => at,
            Self::Away(span) => now
                .checked_sub(span)
                .map_err(|_| refused("that is too far in the past"))?,
        };
        if at > now {
            return Err(refused(format!("{at} is in the future")));
        }
        Ok(Timestamp::from_second(at.as_second())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let now = "2026-11-29T12:00:00.5Z".parse().unwrap();
        let moment: Moment = text.parse().unwrap();
        moment.ahead(now).unwrap().to_string()
    }

    #[test]
    fn reads_spans_back_from_now_and_dates() {
        let now = "2026-11-29T12:00:00.5Z".parse().unwrap();
        let back = |text: &str| text.parse::<Moment>().unwrap().back(now);
        assert_eq!(back("2d").unwrap().to_string(), "2026-11-27T12:00:00Z");
        assert_eq!(
            back("2026-11-29").unwrap().to_string(),
            "2026-11-29T00:00:00Z"
        );
        for text in ["2026-11-30", "4000000000d"] {
            assert!(back(text).is_err(), "{text}");
        }
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
            let moment: Moment = text.parse().unwrap();
            assert!(moment.ahead(now).is_err(), "{text}");
        }
        for text in [
            "",
            "0d",
            "-1d",
            "5",
            "tomorrow",
            "d",
            "99999999999d",
            "2026-12-31T12:00",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text:?}");
        }
    }
}
