//! Dates and times as go-yaml version 3 recognises them and Go's `time` package writes them.

/// A text that go-yaml takes for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Timestamp {
    /// As Go marshals it.
    Written(String),
    /// An offset of a day or more, which Go reads but does not write.
    Unwritable,
}

/// A civil time with an offset, as far as it was checked by [`timestamp`].
struct Time {
    year: u32,
    month: u32,
    day: u32,
    clock: Clock,
    offset_minutes: i32,
}

#[derive(Default)]
struct Clock {
    hour: u32,
    minute: u32,
    second: u32,
    /// Digits behind the point, at most nine, no zeros at the end.
    fraction: String,
}

/// The time that a text stands for, if it is in one of the formats of go-yaml's `parseTimestamp`.
///
/// The formats: a date `2006-1-2`; with a time behind `T` or `t` that ends in `Z` or an offset; with a time behind a blank,
/// which is UTC. Seconds may have a fraction.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let year_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if year_digits != 4 {
        return None;
    }
    let mut rest = Rest(text);
    let year = rest.digits(4, 4)?;
    let (month, day) = (
        rest.after('-')?.digits(1, 2)?,
        rest.after('-')?.digits(1, 2)?,
    );
    let (clock, offset_minutes) = match rest.0.chars().next() {
        None => (Clock::default(), 0),
        Some('T' | 't') => (rest.skip(1).clock()?, rest.offset()?),
        Some(' ') => (rest.skip_blanks().clock()?, 0),
        Some(_) => return None,
    };
    let time = Time {
        year,
        month,
        day,
        clock,
        offset_minutes,
    };
    (rest.0.is_empty() && time.exists()).then(|| time.written())
}

/// What is still to be read.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn skip(&mut self, bytes: usize) -> &mut Self {
        self.0 = &self.0[bytes..];
        self
    }

    /// A blank in a format stands for any number of them.
    fn skip_blanks(&mut self) -> &mut Self {
        self.0 = self.0.trim_start_matches(' ');
        self
    }

    fn after(&mut self, separator: char) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(separator)?;
        Some(self)
    }

    /// A number of so many digits, as many as there are up to `most`.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self
            .0
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if count < least {
            return None;
        }
        let number = self.0[..count].parse().ok()?;
        self.skip(count);
        Some(number)
    }

    fn clock(&mut self) -> Option<Clock> {
        let hour = self.digits(1, 2)?;
        let minute = self.after(':')?.digits(1, 2)?;
        let second = self.after(':')?.digits(1, 2)?;
        Some(Clock {
            hour,
            minute,
            second,
            fraction: self.fraction(),
        })
    }

    /// Digits behind a point or comma; Go reads nine and passes over the others.
    fn fraction(&mut self) -> String {
        let Some(behind) = self.0.strip_prefix(['.', ',']) else {
            return String::new();
        };
        let count = behind.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return String::new();
        }
        let fraction = behind[..count.min(9)].trim_end_matches('0').to_owned();
        self.skip(1 + count);
        fraction
    }

    /// `Z`, or an offset in minutes. Go lets hours reach 24 and minutes 60.
    fn offset(&mut self) -> Option<i32> {
        let sign = match self.0.chars().next()? {
            'Z' => {
                self.skip(1);
                return Some(0);
            }
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let hours = self.skip(1).digits(2, 2)?;
        let minutes = self.after(':')?.digits(2, 2)?;
        if hours > 24 || minutes > 60 {
            return None;
        }
        i32::try_from(hours * 60 + minutes)
            .ok()
            .map(|minutes| sign * minutes)
    }
}

impl Time {
    fn exists(&self) -> bool {
        let Clock {
            hour,
            minute,
            second,
            ..
        } = self.clock;
        (1..=12).contains(&self.month)
            && (1..=days_in(self.month, self.year)).contains(&self.day)
            && hour < 24
            && minute < 60
            && second < 60
    }

    fn written(&self) -> Timestamp {
        if self.offset_minutes.abs() >= 24 * 60 {
            Timestamp::Unwritable
        } else {
            Timestamp::Written(self.to_rfc3339())
        }
    }

    fn to_rfc3339(&self) -> String {
        let Self {
            year,
            month,
            day,
            clock,
            offset_minutes,
        } = self;
        let Clock {
            hour,
            minute,
            second,
            fraction,
        } = clock;
        let point = if fraction.is_empty() { "" } else { "." };
        let offset = match offset_minutes {
            0 => "Z".to_owned(),
            minutes => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        };
        format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{fraction}{offset}"
        )
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, timestamp};

    #[test]
    fn writes_every_format_as_rfc_3339() {
        for (text, written) in [
            ("2001-1-2", "2001-01-02T00:00:00Z"),
            (
                "2001-12-14T21:59:43.10-05:00",
                "2001-12-14T21:59:43.1-05:00",
            ),
            ("2001-12-14t1:5:3Z", "2001-12-14T01:05:03Z"),
            (
                "2001-12-14 21:59:43.123456789",
                "2001-12-14T21:59:43.123456789Z",
            ),
            (
                "2001-12-14T21:59:43.1234567891Z",
                "2001-12-14T21:59:43.123456789Z",
            ),
            ("2001-12-14T21:59:43,5+00:00", "2001-12-14T21:59:43.5Z"),
            ("2000-02-29", "2000-02-29T00:00:00Z"),
            ("0000-01-01", "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(
                timestamp(text),
                Some(Timestamp::Written(written.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn leaves_other_texts_alone() {
        for text in [
            "",
            "2001",
            "2001-",
            "2001-13-01",
            "2001-02-30",
            "1900-02-29",
            "2001-1-2T",
            "2001-1-2T10:00:00",
            "2001-1-2 10:00:00Z",
            "2001-1-2T24:00:00Z",
            "2001-1-2T10:00:60Z",
            "2001-1-2T10:00Z",
            "2001-1-2T10:00:00+5",
            "2001-1-2x",
            "20010-1-2",
            "2001-001-2",
            "2001-1-2T10:00:00.Z",
            "٢٠٠١-1-2",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }
}
