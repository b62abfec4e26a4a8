//! The `name <mail> seconds zone` of an author, a committer or a tagger.

use jiff::Timestamp;

/// The date at the end of an ident: seconds since the epoch, then a zone such as `+0200` that
/// says how to show it.
pub(crate) fn date(ident: &[u8]) -> Option<Timestamp> {
    let mail_end = ident.iter().rposition(|byte| *byte == b'>')?;
    let date = std::str::from_utf8(&ident[mail_end + 1..])
        .ok()?
        .strip_prefix(' ')?;
    let (seconds, zone) = date.split_once(' ')?;
    if !is_digits(seconds, 1..=12) || !is_zone(zone) {
        return None;
    }
    Timestamp::from_second(seconds.parse().ok()?).ok()
}

fn is_zone(zone: &str) -> bool {
    zone.strip_prefix(['+', '-'])
        .is_some_and(|digits| is_digits(digits, 4..=4))
}

fn is_digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_seconds_and_leaves_the_zone_to_the_reader() {
        let at = date(b"A U Thor <a@example.org> 1700000000 +0530").unwrap();
        assert_eq!(at.as_second(), 1_700_000_000);
        assert_eq!(date(b"<> 0 -0000").unwrap().as_second(), 0);
    }

    #[test]
    fn refuses_what_readers_would_guess_at() {
        for ident in [
            "A <a@b> 1700000000",
            "A <a@b>1700000000 +0000",
            "A <a@b>  1700000000 +0000",
            "A <a@b> -1700000000 +0000",
            "A <a@b> 1700000000 0000",
            "A <a@b> 1700000000 +00000",
            "A <a@b> 17e8 +0000",
            "A <a@b> 99999999999999999999 +0000",
            "A <a@b> 999999999999 +0000",
            "A a@b 1700000000 +0000",
            "",
        ] {
            assert_eq!(date(ident.as_bytes()), None, "{ident}");
        }
    }
}
