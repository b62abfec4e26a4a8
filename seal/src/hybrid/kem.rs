//! MLKEM768-X25519, the key encapsulation of age's post-quantum recipients.
//!
//! It is X-Wing, as draft-ietf-hpke-pq names it for HPKE: ML-KEM-768 and X25519 side by side, and one hash over both
//! secrets. Whoever breaks one of the two learns nothing.

use std::sync::Arc;

use hpke::generic_array::typenum::{Sum, U32, U96, U192, U1024};
use hpke::kem::SharedSecret;
use hpke::rand_core::{CryptoRng, RngCore};
use hpke::{Deserializable, HpkeError, Serializable};
use ml_kem::{
    B32, Ciphertext, Decapsulate, DecapsulationKey, EncapsulationKey, KeyExport, MlKem768, Seed,
};
use sha3::digest::{ExtendableOutput, Update, XofReader};
use sha3::{Digest, Sha3_256, Shake256};
use subtle::ConstantTimeEq;
use x25519_dalek::{PublicKey as Point, StaticSecret};
use zeroize::Zeroizing;

use crate::curve25519;
use crate::locked::LockedKey;

/// The length of a public key: ML-KEM's, then the point.
pub(super) const PUBLIC_KEY: usize = POINT_AT + 32;
/// The length of an encapsulated key: ML-KEM's ciphertext, then the point.
pub(super) const ENCAPSULATED: usize = 1088 + 32;

const POINT_AT: usize = 1184;
const LABEL: &[u8] = br"\.//^\";

type Lattice = EncapsulationKey<MlKem768>;

/// The key encapsulation, as HPKE takes it.
pub(super) struct MlKem768X25519;

/// The public half.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PublicKey {
    lattice: Lattice,
    point: Point,
}

/// The private half: a seed, from which both keys are made when they are used. A clone is the same memory.
#[derive(Clone)]
pub(super) struct PrivateKey(pub(super) Arc<LockedKey>);

/// What travels with a message.
#[derive(Clone)]
pub(super) struct EncapsulatedKey {
    lattice: Ciphertext<MlKem768>,
    point: Point,
}

/// Both private keys, expanded.
struct Expanded {
    lattice: DecapsulationKey<MlKem768>,
    scalar: StaticSecret,
}

impl hpke::Kem for MlKem768X25519 {
    type PublicKey = PublicKey;
    type PrivateKey = PrivateKey;
    type EncappedKey = EncapsulatedKey;
    type NSecret = U32;
    const KEM_ID: u16 = 0x647a;

    fn sk_to_pk(private: &PrivateKey) -> PublicKey {
        let expanded = private.expand();
        PublicKey {
            lattice: expanded.lattice.encapsulation_key().clone(),
            point: Point::from(&expanded.scalar),
        }
    }

    fn derive_keypair(ikm: &[u8]) -> (PrivateKey, PublicKey) {
        let seed = LockedKey::fill(|seed| {
            let mut shake = Shake256::default();
            for part in [
                ikm,
                b"HPKE-v1KEM",
                &Self::KEM_ID.to_be_bytes(),
                &[0, 13],
                b"DeriveKeyPair",
                &[0, 32],
            ] {
                shake.update(part);
            }
            shake.finalize_xof().read(seed);
        });
        let private = PrivateKey(Arc::new(seed));
        let public = Self::sk_to_pk(&private);
        (private, public)
    }

    /// Refuses a sender's key: age uses the base mode alone, and X-Wing knows no other.
    fn decap(
        private: &PrivateKey,
        sender: Option<&PublicKey>,
        encapsulated: &EncapsulatedKey,
    ) -> Result<SharedSecret<Self>, HpkeError> {
        let expanded = private.expand();
        let EncapsulatedKey { lattice, point } = encapsulated;
        let exchanged = expanded.scalar.diffie_hellman(point);
        if sender.is_some() || !exchanged.was_contributory() {
            return Err(HpkeError::DecapError);
        }
        let secret = expanded.lattice.decapsulate(lattice);
        let ours = Point::from(&expanded.scalar);
        let secret = Zeroizing::new(<[u8; 32]>::from(secret));
        Ok(combine(&secret, exchanged.as_bytes(), point, &ours))
    }

    fn encap<R: CryptoRng + RngCore>(
        public: &PublicKey,
        sender: Option<(&PrivateKey, &PublicKey)>,
        rng: &mut R,
    ) -> Result<(SharedSecret<Self>, EncapsulatedKey), HpkeError> {
        let ephemeral = StaticSecret::random_from_rng(&mut *rng);
        let exchanged = ephemeral.diffie_hellman(&public.point);
        if sender.is_some() || !exchanged.was_contributory() {
            return Err(HpkeError::EncapError);
        }
        // As `Encapsulate` does (FIPS 203, algorithm 20), which takes a random generator of another version.
        let mut message = Zeroizing::new(B32::default());
        rng.fill_bytes(&mut message);
        let (lattice, secret) = public.lattice.encapsulate_deterministic(&message);
        let point = Point::from(&ephemeral);
        let secret = Zeroizing::new(<[u8; 32]>::from(secret));
        let shared = combine(&secret, exchanged.as_bytes(), &point, &public.point);
        Ok((shared, EncapsulatedKey { lattice, point }))
    }
}

/// X-Wing's combiner.
fn combine(
    lattice: &[u8; 32],
    exchanged: &[u8; 32],
    ephemeral: &Point,
    recipient: &Point,
) -> SharedSecret<MlKem768X25519> {
    let mut hash = Sha3_256::new();
    Update::update(&mut hash, lattice);
    Update::update(&mut hash, exchanged);
    Update::update(&mut hash, ephemeral.as_bytes());
    Update::update(&mut hash, recipient.as_bytes());
    Update::update(&mut hash, LABEL);
    let mut shared = SharedSecret::default();
    hash.finalize_into(&mut shared.0);
    shared
}

impl PrivateKey {
    fn expand(&self) -> Expanded {
        let mut shake = Shake256::default();
        self.0.with(|seed| shake.update(seed));
        let mut xof = shake.finalize_xof();
        let mut seed = Zeroizing::new(Seed::default());
        let mut scalar = Zeroizing::new([0; 32]);
        xof.read(&mut seed);
        xof.read(scalar.as_mut_slice());
        Expanded {
            lattice: DecapsulationKey::from_seed(*seed),
            scalar: StaticSecret::from(*scalar),
        }
    }
}

impl PartialEq for PrivateKey {
    fn eq(&self, other: &Self) -> bool {
        self.0
            .with(|ours| other.0.with(|theirs| ours.ct_eq(theirs).into()))
    }
}

impl Eq for PrivateKey {}

impl Eq for PublicKey {}

impl Serializable for PrivateKey {
    type OutputSize = U32;

    fn write_exact(&self, buffer: &mut [u8]) {
        self.0.with(|seed| buffer.copy_from_slice(seed));
    }
}

impl Deserializable for PrivateKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let seed =
            LockedKey::copy_of(bytes).ok_or(HpkeError::IncorrectInputLength(32, bytes.len()))?;
        Ok(Self(Arc::new(seed)))
    }
}

impl Serializable for PublicKey {
    type OutputSize = Sum<U1024, U192>;

    fn write_exact(&self, buffer: &mut [u8]) {
        let (lattice, point) = buffer.split_at_mut(POINT_AT);
        lattice.copy_from_slice(&self.lattice.to_bytes());
        point.copy_from_slice(self.point.as_bytes());
    }
}

impl Deserializable for PublicKey {
    /// Refuses what is not canonical: FIPS 203 section 7.2 demands it of the one half, and of the other we do.
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let (lattice, point) = split(bytes, PUBLIC_KEY)?;
        let encoded = lattice.try_into().map_err(|_| HpkeError::ValidationError)?;
        let lattice = Lattice::new(encoded).map_err(|_| HpkeError::ValidationError)?;
        if lattice.to_bytes() != *encoded || !curve25519::is_usable(&point) {
            return Err(HpkeError::ValidationError);
        }
        Ok(Self {
            lattice,
            point: Point::from(point),
        })
    }
}

impl Serializable for EncapsulatedKey {
    type OutputSize = Sum<U1024, U96>;

    fn write_exact(&self, buffer: &mut [u8]) {
        let (lattice, point) = buffer.split_at_mut(ENCAPSULATED - 32);
        lattice.copy_from_slice(&self.lattice);
        point.copy_from_slice(self.point.as_bytes());
    }
}

impl Deserializable for EncapsulatedKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let (lattice, point) = split(bytes, ENCAPSULATED)?;
        Ok(Self {
            lattice: Ciphertext::<MlKem768>::try_from(lattice)
                .map_err(|_| HpkeError::ValidationError)?,
            point: Point::from(point),
        })
    }
}

/// The lattice's part and the point of something that is so long.
fn split(bytes: &[u8], length: usize) -> Result<(&[u8], [u8; 32]), HpkeError> {
    let wrong = HpkeError::IncorrectInputLength(length, bytes.len());
    match bytes.split_last_chunk() {
        Some((lattice, point)) if bytes.len() == length => Ok((lattice, *point)),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests;
