//! What a remote says of a push (gitprotocol-pack(5), "Report Status").

use gix::protocol::transport::packetline::PacketLineRef;
use gix::protocol::transport::packetline::blocking_io::StreamingPeekableIter;

/// Whether a report says that this ref was taken, and else why not.
///
/// # Errors
/// What is wrong with a report that does not say either, of this ref and no other.
pub(super) fn read(report: &[u8], reference: &str) -> Result<Result<(), String>, &'static str> {
    let mut lines = StreamingPeekableIter::new(report, &[PacketLineRef::Flush], false);
    let unpacked = line(&mut lines)?;
    let unpacked = unpacked
        .strip_prefix("unpack ")
        .ok_or("it does not say whether it could unpack")?;
    let unpacked = unpacked.to_owned();
    let status = line(&mut lines)?;
    let outcome = match status.split_once(' ') {
        Some(("ok", name)) if name == reference => Ok(()),
        Some(("ng", rest)) => match rest.split_once(' ') {
            Some((name, why)) if name == reference => Err(why.to_owned()),
            _ => return Err("it speaks of another ref"),
        },
        _ => return Err("it speaks of another ref"),
    };
    if lines.read_line().is_some() || lines.stopped_at() != Some(PacketLineRef::Flush) {
        return Err("it says more than what was asked, or not all");
    }
    match (unpacked.as_str(), outcome) {
        ("ok", outcome) => Ok(outcome),
        (_, Ok(())) => Err("it took what it could not unpack"),
        (why, Err(then)) => Ok(Err(format!("{why} ({then})"))),
    }
}

fn line(lines: &mut StreamingPeekableIter<&[u8]>) -> Result<String, &'static str> {
    let line = lines.read_line().and_then(Result::ok).and_then(Result::ok);
    let text = line.as_ref().and_then(PacketLineRef::as_text);
    let text = text.and_then(|text| std::str::from_utf8(text.as_slice()).ok());
    text.map(str::to_owned).ok_or("it ends early")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(lines: &[&str]) -> Vec<u8> {
        let lines = lines.iter().map(|line| match *line {
            "0000" => "0000".to_owned(),
            line => format!("{:04x}{line}\n", line.len() + 5),
        });
        lines.collect::<String>().into_bytes()
    }

    fn of(lines: &[&str]) -> Result<Result<(), String>, &'static str> {
        read(&report(lines), "refs/heads/main")
    }

    #[test]
    fn says_whether_the_ref_was_taken_and_why_not() {
        assert_eq!(of(&["unpack ok", "ok refs/heads/main", "0000"]), Ok(Ok(())));
        let refused = of(&["unpack ok", "ng refs/heads/main hook declined", "0000"]);
        assert_eq!(refused, Ok(Err("hook declined".into())));
        let broken = of(&[
            "unpack no space",
            "ng refs/heads/main unpacker error",
            "0000",
        ]);
        assert_eq!(broken, Ok(Err("no space (unpacker error)".into())));
    }

    #[test]
    fn is_none_that_does_not_say_it_of_this_ref_alone() {
        for lines in [
            &[][..],
            &["0000"],
            &["unpack ok", "0000"],
            &["unpack ok", "ok refs/heads/main"],
            &["unpack ok", "ok refs/heads/other", "0000"],
            &["unpack ok", "ng refs/heads/other no", "0000"],
            &["unpack ok", "ng refs/heads/main", "0000"],
            &["unpack ok", "ok refs/heads/main2", "0000"],
            &[
                "unpack ok",
                "ok refs/heads/main",
                "ok refs/heads/main",
                "0000",
            ],
            &[
                "unpack ok",
                "ok refs/heads/main",
                "ng refs/heads/main no",
                "0000",
            ],
            &[
                "unpack ok",
                "ok refs/heads/other",
                "ok refs/heads/main",
                "0000",
            ],
            &["unpack no space", "ok refs/heads/main", "0000"],
            &["ok refs/heads/main", "unpack ok", "0000"],
            &["ok refs/heads/main", "0000"],
        ] {
            assert!(of(lines).is_err(), "{lines:?}");
        }
        for end in 0..report(&["unpack ok", "ok refs/heads/main", "0000"]).len() {
            let whole = report(&["unpack ok", "ok refs/heads/main", "0000"]);
            assert!(read(&whole[..end], "refs/heads/main").is_err(), "{end}");
        }
    }
}
