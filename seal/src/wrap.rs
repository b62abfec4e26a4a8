//! Wraps the data key for a recipient, and unwraps it: one armored age file each, as SOPS does.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::iter;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age_core::format::{FileKey, Stanza};
use signet_envelope::{WrappedKey, normal_recipient};
use zeroize::Zeroizing;

use crate::data_key::DataKey;
use crate::key_groups::{KeyGroups, KeyGroupsError};
use crate::recipient::{self, RecipientError};
use crate::{Identity, Random, shamir};

/// More stanzas than any recipient writes. Each costs a trial.
const STANZAS: usize = 16;

/// More lines than the header of so many stanzas has for RSA keys of 4096 bits, the longest that are in use, and more bytes than
/// one for as many post-quantum recipients. The age crate reads a header again from its start for each of its lines.
const LINES: usize = 256;
const BYTES: usize = 48 << 10;

/// More stanzas than a file of as many recipients as there may be has for thirty identities, and a quarter of a second.
const TRIALS: usize = 4096;

/// Why a wrapped key was not unwrapped.
#[derive(Debug, thiserror::Error)]
pub enum UnwrapError {
    /// The age file has a longer header than any recipient writes.
    #[error("the wrapped data key has a longer header than any recipient writes")]
    Long,
    /// The age file is malformed or is not for this identity.
    #[error("the wrapped data key is not for this identity, or damaged")]
    Age(#[source] age::DecryptError),
    /// It could not be read to its end.
    #[error("the wrapped data key is damaged")]
    Read(#[source] std::io::Error),
    /// What it holds is neither a data key nor, in a file with several key groups, a share of one.
    #[error("the wrapped data key does not hold {expected} bytes")]
    Length {
        /// 32 for a data key, 33 for a share.
        expected: usize,
    },
}

/// Why a data key was not wrapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// It cannot be split so.
    #[error("the data key cannot be split among these key groups")]
    Groups(#[from] KeyGroupsError),
    /// It cannot be wrapped for a recipient.
    #[error(transparent)]
    Recipient(#[from] RecipientError),
}

/// What an age file in a sealed file holds: the data key, or a share of it.
pub(crate) trait Wrapped: Sized {
    /// How many bytes it has.
    const LENGTH: usize;

    /// What the bytes are; nothing if they have another length.
    fn from_unwrapped(bytes: &[u8]) -> Option<Self>;
}

/// The data key wrapped for the recipients of each group: all of it for one group, for several a share each.
pub(crate) fn wrap_groups(
    key: &DataKey,
    groups: &KeyGroups,
    rng: &mut dyn Random,
) -> Result<Vec<Vec<WrappedKey>>, WrapError> {
    let needed = groups.needed()?;
    if let [group] = &groups.groups[..] {
        return Ok(vec![key.with(|bytes| wrap_all(bytes, group))?]);
    }
    let count = u8::try_from(groups.groups.len()).expect("no more were found to be possible");
    let shares = shamir::split(key, count, needed, rng);
    iter::zip(&groups.groups, &shares)
        .map(|(group, share)| Ok(share.with(|bytes| wrap_all(bytes, group))?))
        .collect()
}

fn wrap_all(
    bytes: &[u8],
    recipients: &BTreeSet<String>,
) -> Result<Vec<WrappedKey>, RecipientError> {
    let wrapped = |recipient: &String| {
        let recipient = normal_recipient(recipient);
        let enc = wrap(bytes, &recipient)?;
        Ok(WrappedKey {
            kind: "age",
            recipient,
            enc,
        })
    };
    recipients.iter().map(wrapped).collect()
}

/// The armored age file that holds the bytes for one recipient.
///
/// age draws the file key and the ephemeral share from the operating system itself and has no way to be given them.
pub(crate) fn wrap(bytes: &[u8], recipient: &str) -> Result<String, RecipientError> {
    let recipient = recipient::parse(recipient)?;
    let encryptor = age::Encryptor::with_recipients(iter::once(recipient.as_ref()))
        .expect("one recipient alone is always accepted");
    let write = || -> std::io::Result<Vec<u8>> {
        let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(bytes)?;
        writer.finish()?.finish()
    };
    let armored = write().expect("writing to memory does not fail");
    Ok(String::from_utf8(armored).expect("armor is ASCII"))
}

/// How many stanzas may still be tried with identities.
pub(crate) struct Trials(Cell<usize>);

impl Trials {
    /// As many as a whole file may cost.
    pub(crate) fn of_a_file() -> Self {
        Self(Cell::new(TRIALS))
    }

    /// Whether there were as many left.
    fn spend(&self, count: usize) -> bool {
        let left = self.0.get().checked_sub(count);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }
}

/// What an armored age file holds for the first of the identities that opens it.
pub(crate) fn unwrap<T: Wrapped>(enc: &str, identities: &[&Identity]) -> Result<T, UnwrapError> {
    unwrap_within(&Trials::of_a_file(), enc, identities)
}

/// As [`unwrap`], within what is left of trials.
pub(crate) fn unwrap_within<T: Wrapped>(
    trials: &Trials,
    enc: &str,
    identities: &[&Identity],
) -> Result<T, UnwrapError> {
    if is_long(enc.as_bytes()) {
        return Err(UnwrapError::Long);
    }
    let reader = decrypt(trials, enc.as_bytes(), identities).map_err(UnwrapError::Age)?;
    // One byte more than a share tells a longer content; the buffer never grows, so no copy is left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    reader
        .take(34)
        .read_to_end(&mut bytes)
        .map_err(UnwrapError::Read)?;
    T::from_unwrapped(&bytes).ok_or(UnwrapError::Length {
        expected: T::LENGTH,
    })
}

/// Whether a file has more lines in front of its MAC, or more bytes, than one for so many recipients as are tried.
fn is_long(file: &[u8]) -> bool {
    let lines = BufReader::new(ArmoredReader::new(file.trim_ascii_start())).split(b'\n');
    let header = lines
        .map_while(Result::ok)
        .take_while(|line| !line.starts_with(b"---"));
    file.len() > BYTES || header.take(LINES + 1).count() > LINES
}

/// What an age file holds, to be read.
fn decrypt<'a>(
    trials: &Trials,
    file: &'a [u8],
    identities: &[&Identity],
) -> Result<impl Read + use<'a>, age::DecryptError> {
    let bounded: Vec<Bounded<'_>> = identities
        .iter()
        .map(|identity| Bounded {
            identity: identity.as_age(),
            trials,
        })
        .collect();
    // Blanks in front of armor are allowed, but the age crate does not know it by them.
    let file = file.trim_ascii_start();
    age::Decryptor::new_buffered(ArmoredReader::new(file))?
        .decrypt(bounded.iter().map(|identity| identity as _))
}

/// An identity that tries no more stanzas than a recipient writes, and than are left for the file: a file of a million would
/// be a million trials.
struct Bounded<'a> {
    identity: &'a dyn age::Identity,
    trials: &'a Trials,
}

impl age::Identity for Bounded<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        self.identity.unwrap_stanza(stanza)
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, age::DecryptError>> {
        if stanzas.len() > STANZAS {
            return Some(Err(age::DecryptError::InvalidHeader));
        }
        let may_try = self.trials.spend(stanzas.len());
        may_try
            .then(|| self.identity.unwrap_stanzas(stanzas))
            .flatten()
    }
}

#[cfg(test)]
mod cctv;
#[cfg(test)]
mod tests;
