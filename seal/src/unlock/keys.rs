//! The data key of a file: unwrapped whole, or put together from the shares of its key groups.

use signet_envelope::{Sealed, WrappedKey, normal_recipient};

use crate::data_key::DataKey;
use crate::shamir::{Share, combine};
use crate::wrap::{Trials, Wrapped};
use crate::{Identity, MissingGroup, OpenError, UnwrapError, key_groups, recipient, wrap};

/// Why a group gave nothing.
enum Closed {
    /// No wrapped key is for one of the identities.
    Stranger,
    /// One names an identity, but did not unwrap with it.
    Failed {
        recipient: String,
        source: UnwrapError,
    },
}

/// The data key, unwrapped by the first identity that the file names, or for several key groups a share of it for each
/// until the threshold is met.
///
/// A name is only a label in SOPS. Where a seal vouches for the labels, nothing else counts; in a plain SOPS file all
/// identities are tried on all wrapped keys where the labels lead nowhere, as long as the file's trials last.
pub(crate) fn data_key(sealed: &Sealed, identities: &[&Identity]) -> Result<DataKey, OpenError> {
    let metadata = sealed.metadata();
    let path = || sealed.path().clone();
    let needed =
        key_groups::needed(metadata.groups.len(), metadata.shamir_threshold).map_err(|source| {
            OpenError::Threshold {
                path: path(),
                source,
            }
        })?;
    let [group] = &metadata.groups[..] else {
        let shares = shares(sealed, needed.into(), identities)?;
        return combine(&shares).map_err(|source| OpenError::Shares {
            path: path(),
            source,
        });
    };
    let trials = trials(sealed);
    of_group(group, identities, trials.as_ref()).map_err(|closed| match closed {
        Closed::Failed { recipient, source } => OpenError::Unwrap {
            path: path(),
            recipient,
            source,
        },
        Closed::Stranger => OpenError::NotForIdentity {
            path: path(),
            identities: identities
                .iter()
                .map(|identity| recipient::shortened(identity.recipient()))
                .collect(),
        },
    })
}

/// As many shares as are needed.
fn shares(
    sealed: &Sealed,
    needed: usize,
    identities: &[&Identity],
) -> Result<Vec<Share>, OpenError> {
    let groups = &sealed.metadata().groups;
    let mut shares = Vec::with_capacity(needed);
    let mut missing = Vec::new();
    let mut failed = None;
    let trials = trials(sealed);
    for (number, group) in (1..).zip(groups) {
        match of_group(group, identities, trials.as_ref()) {
            Ok(share) => shares.push(share),
            Err(closed) => {
                missing.push(MissingGroup {
                    number,
                    recipients: group.iter().map(label).collect(),
                });
                failed = failed.or(closed.no_share(sealed));
            }
        }
        if shares.len() == needed {
            return Ok(shares);
        }
    }
    Err(failed.unwrap_or_else(|| OpenError::Groups {
        path: sealed.path().clone(),
        opened: shares.len(),
        needed,
        missing,
    }))
}

impl Closed {
    /// The error of a group that an identity opens, and in which no share stands: nobody is missing there.
    fn no_share(self, sealed: &Sealed) -> Option<OpenError> {
        match self {
            Self::Failed {
                recipient,
                source: source @ UnwrapError::Length { .. },
            } => Some(OpenError::Unwrap {
                path: sealed.path().clone(),
                recipient,
                source,
            }),
            Self::Failed { .. } | Self::Stranger => None,
        }
    }
}

fn label(key: &WrappedKey) -> String {
    let recipient = recipient::shortened(&key.recipient);
    match key.kind {
        "age" => recipient,
        kind => format!("{kind} {recipient}"),
    }
}

/// What may be tried beside the labels; nothing where a seal vouches for them.
fn trials(sealed: &Sealed) -> Option<Trials> {
    sealed.signet().is_none().then(Trials::of_a_file)
}

/// What a group wraps: by the labels first, then, if that is allowed, by trial.
fn of_group<T: Wrapped>(
    group: &[WrappedKey],
    identities: &[&Identity],
    trials: Option<&Trials>,
) -> Result<T, Closed> {
    let age: Vec<&WrappedKey> = group.iter().filter(|key| key.is_age()).collect();
    let named = named(&age, identities);
    let closed = match named.map(|(key, identity)| (identity, wrap::unwrap(&key.enc, &[identity])))
    {
        Some((_, Ok(unwrapped))) => return Ok(unwrapped),
        Some((identity, Err(source))) => Closed::Failed {
            recipient: recipient::shortened(identity.recipient()),
            source,
        },
        None => Closed::Stranger,
    };
    let by_trial = |trials| {
        age.iter()
            .find_map(|key| wrap::unwrap_within(trials, &key.enc, identities).ok())
    };
    trials.and_then(by_trial).ok_or(closed)
}

/// The first identity that a label names, and the key under that label.
fn named<'a>(
    keys: &[&'a WrappedKey],
    identities: &[&'a Identity],
) -> Option<(&'a WrappedKey, &'a Identity)> {
    identities.iter().find_map(|&identity| {
        let ours = |key: &&&WrappedKey| normal_recipient(&key.recipient) == identity.recipient();
        keys.iter().find(ours).map(|key| (*key, identity))
    })
}

#[cfg(test)]
mod tests;
