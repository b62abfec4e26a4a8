//! What anyone can see of the age file around a wrapped data key: whether it is whole, and for which kind of recipient.

use data_encoding::{BASE64, BASE64_NOPAD};

use super::WrappedKey;

const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";

const VERSION: &[u8] = b"age-encryption.org/v1";

/// A full line of a stanza's body, in digits of base64.
const LINE: usize = 64;

/// What stands around the content of an age file's body: a nonce and one tag.
const AROUND: usize = 16 + 16;

/// A data key; a share of one has a byte more.
const KEY: usize = 32;

/// An age file that opens for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrappingError {
    /// It is not an armored age file.
    #[error("it is no age file in its armor")]
    Armor,
    /// The header is not one of age's first version, which is the only one.
    #[error("it does not begin as an age file of version 1")]
    Version,
    /// A stanza is cut off or malformed.
    #[error("a stanza of its header is malformed")]
    Stanza,
    /// The header does not end in a MAC.
    #[error("its header does not end in a MAC")]
    Mac,
    /// No stanza is one for the kind of recipient that is named.
    #[error("its header has no stanza {0}, which its recipient needs")]
    Kind(&'static str),
    /// What is sealed in it has another length than a data key.
    #[error("it holds {found} bytes instead of {expected}")]
    Length {
        /// How many it holds.
        found: usize,
        /// How many a data key or a share of one has.
        expected: usize,
    },
}

/// A part of the header for one recipient.
struct Stanza<'a> {
    arguments: Vec<&'a str>,
    body: Vec<u8>,
}

impl WrappedKey {
    /// Checks the age file of an age recipient as far as that can be done without a key; `is_share` where the file has
    /// several key groups. Of other kinds of keys nothing is known.
    ///
    /// Source: c2sp.org/age.
    ///
    /// # Errors
    /// [`WrappingError`], if nobody can open it.
    pub fn check_wrapping(&self, is_share: bool) -> Result<(), WrappingError> {
        if !self.is_age() {
            return Ok(());
        }
        let file = dearmored(&self.enc).ok_or(WrappingError::Armor)?;
        let mut rest = &file[..];
        if line(&mut rest) != Some(VERSION) {
            return Err(WrappingError::Version);
        }
        let mut stanzas = Vec::new();
        while rest.starts_with(b"->") {
            stanzas.push(stanza(&mut rest).ok_or(WrappingError::Stanza)?);
        }
        let mac = line(&mut rest).and_then(|line| line.strip_prefix(b"--- "));
        if mac.and_then(decoded).is_none_or(|mac| mac.len() != 32) {
            return Err(WrappingError::Mac);
        }
        let expected = KEY + usize::from(is_share);
        let found = rest.len().saturating_sub(AROUND);
        match kind(&self.recipient) {
            Some(kind) if !stanzas.iter().any(|stanza| stanza.is(kind)) => {
                Err(WrappingError::Kind(kind))
            }
            _ if stanzas.is_empty() => Err(WrappingError::Stanza),
            _ if found != expected => Err(WrappingError::Length { found, expected }),
            _ => Ok(()),
        }
    }
}

impl Stanza<'_> {
    /// Whether it is one of this kind, with all its parts.
    fn is(&self, kind: &str) -> bool {
        let has = |arguments: &[(&str, usize)]| {
            let lengths = arguments.iter().map(|(argument, length)| {
                decoded(argument.as_bytes()).is_some_and(|bytes| bytes.len() == *length)
            });
            lengths.fold(self.body.len() == 32, |all, one| all && one)
        };
        match (kind, &self.arguments[..]) {
            ("X25519", ["X25519", share]) => has(&[(share, 32)]),
            ("mlkem768x25519", ["mlkem768x25519", share]) => has(&[(share, 1120)]),
            ("ssh-ed25519", ["ssh-ed25519", tag, share]) => has(&[(tag, 4), (share, 32)]),
            ("ssh-rsa", ["ssh-rsa", tag]) => {
                self.body.len() >= 256 && decoded(tag.as_bytes()).is_some_and(|tag| tag.len() == 4)
            }
            _ => false,
        }
    }
}

/// The kind of stanza that a recipient needs; nothing for those of plugins, which have their own.
fn kind(recipient: &str) -> Option<&'static str> {
    match recipient.strip_prefix("age1") {
        Some(rest) if rest.starts_with("pq1") => Some("mlkem768x25519"),
        Some(rest) if !rest.contains('1') => Some("X25519"),
        Some(_) => None,
        None => ["ssh-ed25519", "ssh-rsa"]
            .into_iter()
            .find(|kind| recipient.split(' ').next() == Some(kind)),
    }
}

fn dearmored(enc: &str) -> Option<Vec<u8>> {
    let mut lines = enc.trim().lines().map(str::trim_end);
    let (first, last) = (lines.next()?, lines.next_back()?);
    let digits: String = lines.collect();
    let file = BASE64.decode(digits.as_bytes()).ok()?;
    (first == BEGIN && last == END).then_some(file)
}

/// Takes a stanza off the header.
fn stanza<'a>(rest: &mut &'a [u8]) -> Option<Stanza<'a>> {
    let first = line(rest)?.strip_prefix(b"-> ")?;
    let arguments = str::from_utf8(first).ok()?.split(' ').collect::<Vec<_>>();
    let mut digits = Vec::new();
    loop {
        let line = line(rest)?;
        digits.extend_from_slice(line);
        match line.len() {
            LINE => {}
            0..LINE => break,
            _ => return None,
        }
    }
    let body = decoded(&digits)?;
    let is_empty = arguments.iter().any(|argument| argument.is_empty());
    (!is_empty).then_some(Stanza { arguments, body })
}

/// Takes a line off the header, without its end.
fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = memchr::memchr(b'\n', rest)?;
    let (line, behind) = rest.split_at(end);
    *rest = &behind[1..];
    Some(line)
}

fn decoded(digits: &[u8]) -> Option<Vec<u8>> {
    BASE64_NOPAD.decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::{BASE64, WrappedKey, WrappingError, dearmored};

    const WHOLE: &str = "\
-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBsMzdwbXJja3gyTDdvSjRu
RW1RcmZpbFZqVW15NklYYzRzWTRmK09nZFVrCkE3WFczbE9mVTJBQ2xNRjdJOGhZ
TlhGTVBJUFJ3SUJPMDZKSGs2Si9EUzQKLT4gUWc3JDEtLWdyZWFzZQpDbTQzVC9W
Z2dpUnZ4VWVuWkpGcjVFbDcyMlhQT0FQN1k1MjZ2aXdBS3Y1SWc4Y0M1YUdHRUxw
aXZjdVM2UUk0CmZlQTlac1NWR3RrUXZDRXloak9lc3pOb3hYMnZtSXdYV0tpVVRk
-----END AGE ENCRYPTED FILE-----
";

    fn key(recipient: &str, file: &[u8]) -> WrappedKey {
        let enc = [
            "-----BEGIN AGE ENCRYPTED FILE-----",
            &BASE64.encode(file),
            "-----END AGE ENCRYPTED FILE-----\n",
        ];
        WrappedKey {
            kind: "age",
            recipient: recipient.to_owned(),
            enc: enc.join("\n"),
        }
    }

    /// A file as age writes it, of zeros where it has random bytes.
    fn whole(stanzas: &str, content: usize) -> Vec<u8> {
        let mac = "A".repeat(43);
        let header = format!("age-encryption.org/v1\n{stanzas}--- {mac}\n");
        [header.as_bytes(), &vec![0; 32 + content]].concat()
    }

    fn x25519() -> String {
        format!("-> X25519 {0}\n{0}\n", "A".repeat(43))
    }

    fn checked(file: &[u8]) -> Result<(), WrappingError> {
        key("age1qqqq", file).check_wrapping(false)
    }

    #[test]
    fn each_kind_of_recipient_needs_a_stanza_of_its_own() {
        let (share, body, tag) = ("A".repeat(43), "A".repeat(43), "A".repeat(6));
        let rsa = format!(
            "{}\n{}\n",
            vec!["A".repeat(64); 5].join("\n"),
            "A".repeat(22)
        );
        let stanzas = [
            ("age1qqqq", "X25519", x25519()),
            (
                "age1pq1qq",
                "mlkem768x25519",
                format!("-> mlkem768x25519 {}\n{body}\n", "A".repeat(1494)),
            ),
            (
                "ssh-ed25519 AAAA",
                "ssh-ed25519",
                format!("-> ssh-ed25519 {tag} {share}\n{body}\n"),
            ),
            (
                "ssh-rsa AAAA",
                "ssh-rsa",
                format!("-> ssh-rsa {tag}\n{rsa}"),
            ),
        ];
        for (recipient, kind, _) in &stanzas {
            for (_, other, stanza) in &stanzas {
                let found = key(recipient, &whole(stanza, 32)).check_wrapping(false);
                let expected = if kind == other {
                    Ok(())
                } else {
                    Err(WrappingError::Kind(kind))
                };
                assert_eq!(found, expected, "{recipient} {other}");
            }
            let plugin = key("age1yubikey1qq", &whole("-> piv-p256 AA BB\n\n", 32));
            assert_eq!(plugin.check_wrapping(false), Ok(()));
        }
    }

    #[test]
    fn a_header_that_is_cut_anywhere_is_told_and_so_is_each_missing_part() {
        let grease = format!("{}-> x-grease a\n\n", x25519());
        let file = whole(&grease, 32);
        assert_eq!(checked(&file), Ok(()));
        for end in 0..file.len() {
            assert!(checked(&file[..end]).is_err(), "cut at {end}");
        }
        assert_eq!(
            checked(b"age-encryption.org/v2\n"),
            Err(WrappingError::Version)
        );
        assert_eq!(checked(&whole("", 32)), Err(WrappingError::Kind("X25519")));
        assert_eq!(
            checked(&whole("->X25519\n\n", 32)),
            Err(WrappingError::Stanza)
        );
        let text = String::from_utf8(file).unwrap();
        let without = text.replace(&format!("--- {}\n", "A".repeat(43)), "");
        assert_eq!(checked(without.as_bytes()), Err(WrappingError::Mac));
        let (found, expected) = (33, 32);
        assert_eq!(
            checked(&whole(&grease, 33)),
            Err(WrappingError::Length { found, expected })
        );
        assert_eq!(
            key("age1q", &whole(&grease, 33)).check_wrapping(true),
            Ok(())
        );
    }

    #[test]
    fn what_is_not_in_armor_is_none() {
        assert!(dearmored(WHOLE).is_some());
        for text in [
            "",
            "AAAA",
            &WHOLE.replace("BEGIN", "END"),
            &WHOLE.replace("YWdl", "=Wdl"),
            &WHOLE[..300],
        ] {
            assert_eq!(dearmored(text), None, "{text}");
        }
        let pgp = WrappedKey {
            kind: "pgp",
            recipient: "F".to_owned(),
            enc: String::new(),
        };
        assert_eq!(pgp.check_wrapping(false), Ok(()));
    }
}
