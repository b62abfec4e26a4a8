//! Beside `ed25519-dalek`, whose `verify` says what is right.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};

use super::*;

/// As many checks with one key as take it from rare to frequent and beyond.
const TIMES: usize = FREQUENT as usize + 2;
/// The prime of the field: 2^255 - 19, the least byte first.
const PRIME: [u8; 32] = {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed;
    bytes[31] = 0x7f;
    bytes
};
/// The order of the base point: 2^252 + 27742317777372353535851937790883648493.
const ORDER: [u8; 32] = {
    let mut bytes = [0; 32];
    let low = 27_742_317_777_372_353_535_851_937_790_883_648_493_u128.to_le_bytes();
    let mut index = 0;
    while index < low.len() {
        bytes[index] = low[index];
        index += 1;
    }
    bytes[31] = 0x10;
    bytes
};

/// Whether a signature is right: as said at each of several times, and as `ed25519-dalek` says.
fn is_right(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let theirs = VerifyingKey::from_bytes(key)
        .and_then(|key| key.verify(message, &Signature::from_bytes(signature)))
        .is_ok();
    let keys = KnownKeys::default();
    for time in 0..TIMES {
        let ours = keys.is_right(key, message, signature);
        assert_eq!(ours, theirs, "time {time}: {key:02x?} {signature:02x?}");
    }
    theirs
}

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn bytes(&mut self) -> [u8; 64] {
        self.0 += 1;
        Sha512::digest(self.0.to_le_bytes()).into()
    }

    fn scalar(&mut self) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&self.bytes())
    }

    fn message(&mut self) -> Vec<u8> {
        let bytes = self.bytes();
        bytes[..usize::from(bytes[0] % 64)].to_vec()
    }
}

fn signature(r: &[u8; 32], s: &[u8; 32]) -> [u8; 64] {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(r);
    bytes[32..].copy_from_slice(s);
    bytes
}

/// A signature by the secret `a` under these spellings of key and `R`, with the secret `r`.
fn signed(a: &Scalar, key: &[u8; 32], r: &Scalar, spelt: &[u8; 32], message: &[u8]) -> [u8; 64] {
    let hash = Sha512::new().chain_update(spelt).chain_update(key);
    let hash = hash.chain_update(message).finalize();
    let k = Scalar::from_bytes_mod_order_wide(&hash.into());
    signature(spelt, &(r + k * a).to_bytes())
}

/// The bytes of a point, and every other spelling that some reader takes for it.
fn spellings(point: &EdwardsPoint) -> Vec<[u8; 32]> {
    let bytes = point.compress().to_bytes();
    let mut spellings = vec![bytes];
    // Below 19, a number has a second spelling in 255 bits: itself and the prime.
    let sign = bytes[31] & 0x80;
    let mut number = bytes;
    number[31] ^= sign;
    if number[0] < 19 && number[1..].iter().all(|byte| *byte == 0) {
        let mut above = PRIME;
        above[0] += number[0];
        above[31] |= sign;
        spellings.push(above);
    }
    // Where x is 0, its sign says nothing.
    if *point == -point {
        for mut other in spellings.clone() {
            other[31] ^= 0x80;
            spellings.push(other);
        }
    }
    spellings
}

#[test]
fn takes_what_signers_make() {
    let mut numbers = Numbers(1);
    for _ in 0..50 {
        let (a, r) = (numbers.scalar(), numbers.scalar());
        let [key, spelt] = [a, r].map(|one| EdwardsPoint::mul_base(&one).compress().to_bytes());
        let message = numbers.message();
        let right = signed(&a, &key, &r, &spelt, &message);
        assert!(is_right(&key, &message, &right));
        assert!(!is_right(&key, &[&message[..], b"!"].concat(), &right));
    }
}

#[test]
fn refuses_whatever_was_altered() {
    let mut numbers = Numbers(2);
    let (a, r) = (numbers.scalar(), numbers.scalar());
    let [key, spelt] = [a, r].map(|one| EdwardsPoint::mul_base(&one).compress().to_bytes());
    let right = signed(&a, &key, &r, &spelt, b"message");
    for bit in 0..right.len() * 8 {
        let mut altered = right;
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(!is_right(&key, b"message", &altered), "bit {bit}");
    }
    for bit in 0..key.len() * 8 {
        let mut altered = key;
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(!is_right(&altered, b"message", &right), "bit {bit}");
    }
    for length in [0, 31, 32, 63, 65] {
        let bytes = [&right[..], &[0]].concat();
        assert!(!KnownKeys::default().is_right(&key, b"message", &bytes[..length]));
    }
}

#[test]
fn refuses_a_second_spelling_of_s() {
    let mut numbers = Numbers(3);
    let (a, r) = (numbers.scalar(), numbers.scalar());
    let [key, spelt] = [a, r].map(|one| EdwardsPoint::mul_base(&one).compress().to_bytes());
    let right = signed(&a, &key, &r, &spelt, b"message");
    assert!(is_right(&key, b"message", &right));
    let mut s = [0; 32];
    let mut carry = 0;
    for (index, byte) in s.iter_mut().enumerate() {
        let sum = u16::from(right[32 + index]) + u16::from(ORDER[index]) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    assert_eq!(Scalar::from_bytes_mod_order(s).as_bytes()[..], right[32..]);
    assert!(!is_right(&key, b"message", &signature(&spelt, &s)));
    assert!(!is_right(&key, b"message", &signature(&spelt, &ORDER)));
}

/// Keys and `R`s with every part of small order, alone and beside a usual one, in every spelling: for some messages the
/// parts cancel out, and then `ed25519-dalek` and we take them.
#[test]
fn says_the_same_of_points_with_a_part_of_small_order() {
    let mut numbers = Numbers(4);
    let mut said = [0; 2];
    for (a, r) in [(0_u8, 0_u8), (0, 1), (1, 0), (1, 1)] {
        let (a, r) = (
            numbers.scalar() * Scalar::from(a),
            numbers.scalar() * Scalar::from(r),
        );
        for [part_of_key, part_of_r] in pairs() {
            let key = EdwardsPoint::mul_base(&a) + part_of_key;
            let other = EdwardsPoint::mul_base(&r) + part_of_r;
            for key in spellings(&key) {
                for spelt in spellings(&other) {
                    let message = numbers.message();
                    let signed = signed(&a, &key, &r, &spelt, &message);
                    said[usize::from(is_right(&key, &message, &signed))] += 1;
                }
            }
        }
    }
    assert!(said[0] > 100 && said[1] > 50, "{said:?}");
}

fn pairs() -> impl Iterator<Item = [EdwardsPoint; 2]> {
    let all = EIGHT_TORSION.iter();
    all.flat_map(|one| EIGHT_TORSION.iter().map(|other| [*one, *other]))
}

#[test]
fn says_the_same_of_bytes_at_random() {
    let mut numbers = Numbers(5);
    let mut points = 0;
    for _ in 0..200 {
        let (key, signed) = (numbers.bytes(), numbers.bytes());
        let key = key.first_chunk().unwrap();
        points += usize::from(CompressedEdwardsY(*key).decompress().is_some());
        assert!(!is_right(key, &numbers.message(), &signed));
    }
    assert!((50..150).contains(&points), "{points}");
}

#[test]
fn multiples_add_up_to_what_they_should() {
    let mut numbers = Numbers(6);
    let largest = Scalar::ZERO - Scalar::ONE;
    let mut scalars = vec![Scalar::ZERO, Scalar::ONE, largest];
    scalars.extend((0..=252).map(|bit| {
        let mut bytes = [0; 32];
        bytes[bit / 8] = 1 << (bit % 8);
        Scalar::from_bytes_mod_order(bytes)
    }));
    scalars.extend(scalars.clone().iter().map(|one| largest - one));
    scalars.extend((0..200).map(|_| numbers.scalar()));
    for part in EIGHT_TORSION {
        let point = EdwardsPoint::mul_base(&numbers.scalar()) + part;
        let multiples = Multiples::of(point);
        for (s, k) in scalars.iter().zip(scalars.iter().rev()) {
            let expected = EdwardsPoint::vartime_double_scalar_mul_basepoint(k, &-point, s);
            assert_eq!(multiples.difference(s, k), expected);
        }
    }
    let of_base = Multiples::of(ED25519_BASEPOINT_POINT);
    assert!(of_base.difference(&largest, &largest) == EdwardsPoint::default());
}

#[test]
fn keeps_no_more_keys_than_it_should() {
    let mut numbers = Numbers(7);
    let keys = KnownKeys::default();
    let last = (0..MOST + 2).map(|_| {
        let (a, r) = (numbers.scalar(), numbers.scalar());
        let [key, spelt] = [a, r].map(|one| EdwardsPoint::mul_base(&one).compress().to_bytes());
        let right = signed(&a, &key, &r, &spelt, b"message");
        assert!(keys.is_right(&key, b"message", &right));
        (key, right)
    });
    let (key, right) = last.last().unwrap();
    assert_eq!(keys.keys().len(), MOST);
    for _ in 0..TIMES {
        assert!(keys.is_right(&key, b"message", &right));
        assert!(!keys.is_right(&key, b"another", &right));
    }
}
