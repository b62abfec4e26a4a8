//! The keys of a policy in the form in which people's own git takes them (ssh-keygen(1), "ALLOWED SIGNERS").
//!
//! Git asks `ssh-keygen` whether a key counts at the committer's date, and so accepts whatever [`verify`](crate::verify()) accepts of
//! these keys. It accepts more: it knows neither rules nor when a commit was first seen, and asks nobody to touch a security key.
//! Where clocks are put forward in summer, `ssh-keygen` 9.2 takes both ends of a key's time for an hour earlier then.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use signet_api::{Policy, PolicyKey, RevocationMode};

use crate::authority::{Authority, fingerprint_of, revokes};
use crate::signature::Key;

/// The content of a file for `gpg.ssh.allowedSignersFile`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedSigners {
    /// A line for each key, in the order of the principals' names.
    pub lines: Vec<String>,
    /// The keys that are not in it.
    pub left_out: Vec<LeftOut>,
}

/// A key that has no line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Whose it is.
    pub principal: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Why it has none.
    pub why: Omission,
}

/// Why a key has no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omission {
    /// It is an OpenPGP key, which such a file cannot name.
    OpenPgp,
    /// It is revoked for good.
    Revoked,
    /// It counts at no time, or within one second alone, which `ssh-keygen` takes for none.
    NeverValid,
    /// Its principal's name would stand for others too there, or for nobody.
    Name,
}

/// A line for each key of a policy.
pub fn allowed_signers(authority: &Authority) -> AllowedSigners {
    let policy = authority.policy();
    let mut signers = AllowedSigners {
        lines: Vec::new(),
        left_out: Vec::new(),
    };
    for (principal, holder) in &policy.principals {
        for key in &holder.keys {
            match line(policy, principal, key) {
                Ok(line) => signers.lines.push(line),
                Err(why) => signers.left_out.push(LeftOut {
                    principal: principal.clone(),
                    fingerprint: fingerprint_of(&key.key).unwrap_or_else(|| key.key.clone()),
                    why,
                }),
            }
        }
    }
    signers
}

fn line(policy: &Policy, principal: &str, key: &PolicyKey) -> Result<String, Omission> {
    let Ok(read) = Key::from_line(&key.key) else {
        return Err(Omission::OpenPgp);
    };
    let name = name(principal).ok_or(Omission::Name)?;
    let revoked = policy.revoked.iter();
    let mut before = key.valid_before;
    for revocation in revoked.filter(|revocation| revokes(revocation, read.fingerprint())) {
        match revocation.mode {
            RevocationMode::Hard => return Err(Omission::Revoked),
            RevocationMode::Soft => {
                before = Some(before.map_or(revocation.since, |end| end.min(revocation.since)));
            }
        }
    }
    let times = times(key.valid_after, before).ok_or(Omission::NeverValid)?;
    Ok(format!("{name} namespaces=\"git\"{times} {}", read.line()))
}

/// The bounds as options; nothing where no second lies between them.
///
/// `ssh-keygen` counts both seconds that it is given (`check_allowed_keys_line` in OpenSSH's `sshsig.c`); a key of a policy counts
/// from `after` on and no more at `before`. Git's dates are whole seconds, so the first one that counts is `after` rounded up,
/// and the last one is that before `before` rounded up. Without the `Z` the times would be those of the reader's own time
/// zone; before version 9.1 `ssh-keygen` knows no `Z`, and takes such a line for none.
fn times(after: Option<Timestamp>, before: Option<Timestamp>) -> Option<String> {
    // 0 and what comes before it is no time for `ssh-keygen`, nor for git.
    let first = after.map(rounded_up).filter(|first| *first > 0);
    let last = before.map(|before| rounded_up(before) - 1);
    let is_empty = last.is_some_and(|last| last <= first.unwrap_or(0));
    if is_empty {
        return None;
    }
    let option = |name: &str, second: Option<i64>| {
        let second = second.and_then(|second| Timestamp::from_second(second).ok());
        second.map_or_else(String::new, |second| {
            format!(",{name}=\"{}\"", second.strftime("%Y%m%d%H%M%SZ"))
        })
    };
    Some(option("valid-after", first) + &option("valid-before", last))
}

fn rounded_up(time: Timestamp) -> i64 {
    time.as_second() + i64::from(time.subsec_nanosecond() > 0)
}

/// A principal's name as the first word of a line. A name is a list of patterns there, which no quotes change, and
/// `match_pattern_list` in OpenSSH's `match.c` takes none of 1,023 bytes or more.
fn name(principal: &str) -> Option<Cow<'_, str>> {
    const TOO_LONG: usize = 1_023;
    let is_special = |c: char| c.is_control() || "\",*?".contains(c);
    let is_none = principal.is_empty() || principal.len() >= TOO_LONG;
    if is_none || principal.starts_with('!') || principal.contains(is_special) {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._@+-".contains(c);
    Some(if principal.chars().all(is_plain) {
        Cow::Borrowed(principal)
    } else {
        Cow::Owned(format!("\"{principal}\""))
    })
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            principal,
            fingerprint,
            why,
        } = self;
        let principal = match why {
            Omission::Name => &format!("{principal:?}"),
            _ => principal,
        };
        let why = match why {
            Omission::OpenPgp => "an OpenPGP key, which this file cannot name",
            Omission::Revoked => "revoked for good",
            Omission::NeverValid => "valid at no time that the file can name",
            Omission::Name => {
                "that of somebody whom it cannot name: names there have neither \" , * ? nor control characters, no ! in front, and \
                 less than 1,023 bytes"
            }
        };
        write!(f, "{fingerprint} of {principal} is left out: it is {why}")
    }
}

#[cfg(test)]
mod tests;
