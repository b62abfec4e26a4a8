//! Ed25519 signatures (RFC 8032, section 5.1) by keys of which many sign again and again.
//!
//! What is right is what `ed25519-dalek` takes for right: `s` is below the order of the base point, the key is a point, and
//! the bytes of `[s]B - [k]A` are those of `R`. All arithmetic on numbers and points is `curve25519-dalek`'s. Only the way to
//! `[s]B - [k]A` differs: of a key that signed several times, multiples are kept, and adding up some of them takes less than
//! half of the time.

mod multiples;

use std::cell::RefCell;
use std::collections::BTreeMap;

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};

use multiples::Multiples;

/// Public keys that signatures were checked with. What is kept of them follows from each key alone.
#[derive(Default)]
pub(crate) struct KnownKeys(RefCell<BTreeMap<[u8; 32], Known>>);

enum Known {
    /// Checked with so many times.
    Rare { times: u32, point: EdwardsPoint },
    /// Checked with again and again.
    Frequent(Multiples),
}

/// The most keys that are kept; with their multiples they take 11 MiB.
const MOST: usize = 256;
/// After how many times a key is frequent: its multiples save as much in so many more as making them takes.
const FREQUENT: u32 = 3;

impl KnownKeys {
    /// Whether a signature is one by this key over a message.
    pub(super) fn is_right(&self, key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
        let halves = signature.split_first_chunk::<32>();
        let Some((r, Ok(s))) = halves.map(|(r, s)| (r, <[u8; 32]>::try_from(s))) else {
            return false;
        };
        let hash = Sha512::new().chain_update(r).chain_update(key);
        let hash = hash.chain_update(message).finalize();
        let k = Scalar::from_bytes_mod_order_wide(&hash.into());
        let s = Option::from(Scalar::from_canonical_bytes(s));
        let difference = s.and_then(|s| self.difference(&s, &k, key));
        difference.is_some_and(|difference| difference.compress().as_bytes() == r)
    }

    /// `[s]B - [k]A` where the key is the point `A`; `None` where it is no point.
    fn difference(&self, s: &Scalar, k: &Scalar, key: &[u8; 32]) -> Option<EdwardsPoint> {
        let mut keys = self.0.borrow_mut();
        if let Some(known) = keys.get_mut(key) {
            return Some(known.difference(s, k));
        }
        let point = CompressedEdwardsY(*key).decompress()?;
        let mut known = Known::Rare { times: 0, point };
        let difference = known.difference(s, k);
        if keys.len() < MOST {
            keys.insert(*key, known);
        }
        Some(difference)
    }
}

impl Known {
    /// `[s]B - [k]A` where this is `A`, in a time that depends on all three.
    fn difference(&mut self, s: &Scalar, k: &Scalar) -> EdwardsPoint {
        match self {
            Self::Rare { times, point } if *times < FREQUENT => {
                *times += 1;
                EdwardsPoint::vartime_double_scalar_mul_basepoint(k, &-*point, s)
            }
            Self::Rare { point, .. } => {
                let multiples = Multiples::of(*point);
                let difference = multiples.difference(s, k);
                *self = Self::Frequent(multiples);
                difference
            }
            Self::Frequent(multiples) => multiples.difference(s, k),
        }
    }
}

#[cfg(test)]
mod tests;
