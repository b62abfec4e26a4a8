//! Splits a data key into shares, of which a threshold gives it back and fewer say nothing (Shamir, 1979).
//!
//! Byte by byte over GF(2^8), as SOPS and Vault do: a share is the 32 values of the polynomials at its x, then x.

mod field;

use zeroize::Zeroizing;

use crate::Random;
use crate::data_key::DataKey;
use crate::locked::LockedKey;
use crate::wrap::Wrapped;

/// The share of one group. In locked memory, wiped when dropped.
pub(crate) struct Share {
    x: u8,
    y: LockedKey,
}

/// Shares that give no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SharesError {
    /// A share stands at 0, where the key itself would be.
    #[error("a share is number 0, which none can be")]
    Zero,
    /// Two groups hold the same share.
    #[error("two key groups hold the share number {x}")]
    Duplicate {
        /// Its number.
        x: u8,
    },
}

impl Share {
    /// Lends the share as it is wrapped.
    pub(crate) fn with<R>(&self, read: impl FnOnce(&[u8; 33]) -> R) -> R {
        let mut bytes = Zeroizing::new([0; 33]);
        self.y.with(|y| bytes[..32].copy_from_slice(y));
        bytes[32] = self.x;
        read(&bytes)
    }
}

impl Wrapped for Share {
    const LENGTH: usize = 33;

    fn from_unwrapped(bytes: &[u8]) -> Option<Self> {
        let (&x, y) = bytes.split_last()?;
        Some(Self {
            x,
            y: LockedKey::copy_of(y)?,
        })
    }
}

/// The shares of a key for so many groups, of which `needed` give it back.
pub(crate) fn split(key: &DataKey, groups: u8, needed: u8, rng: &mut dyn Random) -> Vec<Share> {
    let coefficients: Vec<LockedKey> = (1..needed)
        .map(|_| LockedKey::fill(|bytes| rng.fill(bytes)))
        .collect();
    (1..=groups)
        .map(|x| Share {
            x,
            y: value_at(x, key, &coefficients),
        })
        .collect()
}

/// The polynomials' values at a place, the key being their values at 0.
fn value_at(x: u8, key: &DataKey, coefficients: &[LockedKey]) -> LockedKey {
    LockedKey::fill(|values| {
        let mut step = |next: &[u8; 32]| {
            for (value, next) in values.iter_mut().zip(next) {
                *value = field::multiply(*value, x) ^ next;
            }
        };
        for coefficient in coefficients.iter().rev() {
            coefficient.with(&mut step);
        }
        key.with(&mut step);
    })
}

/// The key that shares give. Too few, or shares of different keys, give another key, which then opens nothing.
///
/// # Errors
/// [`SharesError`] if a share's number is 0 or that of another.
pub(crate) fn combine(shares: &[Share]) -> Result<DataKey, SharesError> {
    for (index, share) in shares.iter().enumerate() {
        if share.x == 0 {
            return Err(SharesError::Zero);
        }
        if shares[..index].iter().any(|other| other.x == share.x) {
            return Err(SharesError::Duplicate { x: share.x });
        }
    }
    Ok(DataKey::fill(|key| {
        for share in shares {
            let weight = weight_at_zero(share.x, shares);
            share.y.with(|values| {
                for (byte, value) in key.iter_mut().zip(values) {
                    *byte ^= field::multiply(*value, weight);
                }
            });
        }
    }))
}

/// How much the value at x counts at 0: Lagrange's product over the other shares.
fn weight_at_zero(x: u8, shares: &[Share]) -> u8 {
    shares
        .iter()
        .filter(|other| other.x != x)
        .fold(1, |weight, other| {
            let factor = field::multiply(other.x, field::inverse(other.x ^ x));
            field::multiply(weight, factor)
        })
}

#[cfg(test)]
mod tests;
