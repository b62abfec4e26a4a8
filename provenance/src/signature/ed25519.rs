//! Ed25519 signatures (RFC 8032, section 5.1) by keys of which many sign again and again.
//!
//! What is right is what `ed25519-dalek` takes for right: `s` is below the order of the base point, the key is a point, and
//! the bytes of `[s]B - [k]A` are those of `R`. All arithmetic on numbers and points is `curve25519-dalek`'s. Only the way to
//! `[s]B - [k]A` differs: of a key that signed several times, multiples are kept, and adding up some of them takes less than
//! half of the time.

mod multiples;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};

use multiples::Multiples;

/// Public keys that signatures were checked with. What is kept of them follows from each key alone.
#[derive(Default)]
pub(crate) struct KnownKeys(Mutex<BTreeMap<[u8; 32], Known>>);

#[derive(Clone)]
enum Known {
    /// Checked with so many times.
    Rare { times: u32, point: EdwardsPoint },
    /// Checked with again and again.
    Frequent(Arc<Multiples>),
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
        let known = self.known(key);
        Some(match known.or_else(|| self.meet(key))? {
            Known::Rare { point, .. } => {
                EdwardsPoint::vartime_double_scalar_mul_basepoint(k, &-point, s)
            }
            Known::Frequent(multiples) => multiples.difference(s, k),
        })
    }

    /// What is known of a key that was seen before, which counts as seen once more.
    fn known(&self, key: &[u8; 32]) -> Option<Known> {
        let frequent = match self.keys().get_mut(key)? {
            Known::Rare { times, point } if *times >= FREQUENT => *point,
            known => {
                if let Known::Rare { times, .. } = known {
                    *times += 1;
                }
                return Some(known.clone());
            }
        };
        // Others go on meanwhile.
        let frequent = Known::Frequent(Arc::new(Multiples::of(frequent)));
        self.keys().insert(*key, frequent.clone());
        Some(frequent)
    }

    /// A key that was not seen before, if it is a point.
    fn meet(&self, key: &[u8; 32]) -> Option<Known> {
        let point = CompressedEdwardsY(*key).decompress()?;
        let known = Known::Rare { times: 1, point };
        let mut keys = self.keys();
        if keys.len() < MOST {
            keys.entry(*key).or_insert_with(|| known.clone());
        }
        Some(known)
    }

    fn keys(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], Known>> {
        // Each change is a single one: a panic leaves nothing half-done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
