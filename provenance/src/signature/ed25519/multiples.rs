//! Multiples of points, from which every other one is put together by adding up.

use std::sync::LazyLock;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;

/// Multiples of a point: row `i` holds those by 1 to 16 times `2^(15 i)`, 44 KiB in all.
pub(super) struct Multiples(Vec<[EdwardsPoint; LARGEST]>);

/// The bits of a digit, without its sign.
const BITS: usize = 5;
const BASE: i16 = 1 << BITS;
/// The largest digit, half of the base; the smallest is one above its negative.
const LARGEST: usize = 1 << (BITS - 1);
/// The digits of a scalar: it is below 2^253, and one bit is for the last carry.
const DIGITS: usize = 51;
/// How many digits look into one row: the others are multiplied by doubling what was added up.
const SHARING: usize = 3;

/// A scalar in the base 32: `s` is the sum of `digit[i] 32^i`.
type Digits = [i16; DIGITS];

static OF_B: LazyLock<Multiples> = LazyLock::new(|| Multiples::of(ED25519_BASEPOINT_POINT));

impl Multiples {
    pub(super) fn of(point: EdwardsPoint) -> Self {
        let mut unit = point;
        let rows = (0..DIGITS.div_ceil(SHARING)).map(|_| {
            let mut row = [unit; LARGEST];
            for index in 1..LARGEST {
                row[index] = row[index - 1] + unit;
            }
            // From the sixteenfold to the 2^15-fold.
            unit = doubled(row[LARGEST - 1], BITS * SHARING - (BITS - 1));
            row
        });
        Self(rows.collect())
    }

    /// `[s]B - [k]A` where these are the multiples of `A`, in a time that depends on all three.
    pub(super) fn difference(&self, s: &Scalar, k: &Scalar) -> EdwardsPoint {
        let (s, k) = (digits(s), digits(k));
        let mut sum = EdwardsPoint::identity();
        for place in (0..SHARING).rev() {
            if place < SHARING - 1 {
                sum = doubled(sum, BITS);
            }
            for index in (place..DIGITS).step_by(SHARING) {
                let row = index / SHARING;
                OF_B.add(&mut sum, row, s[index]);
                self.add(&mut sum, row, -k[index]);
            }
        }
        sum
    }

    /// Adds so many times the unit of a row.
    fn add(&self, sum: &mut EdwardsPoint, row: usize, digit: i16) {
        let multiple = |times: u16| &self.0[row][usize::from(times) - 1];
        match digit {
            0 => {}
            1.. => *sum += multiple(digit.unsigned_abs()),
            ..0 => *sum -= multiple(digit.unsigned_abs()),
        }
    }
}

/// A point, doubled so many times.
fn doubled(mut point: EdwardsPoint, times: usize) -> EdwardsPoint {
    for _ in 0..times / 3 {
        point = point.mul_by_cofactor();
    }
    for _ in 0..times % 3 {
        point += point;
    }
    point
}

/// The digits of a scalar, the least one first.
fn digits(scalar: &Scalar) -> Digits {
    let bytes = scalar.as_bytes();
    let mut carry = 0;
    std::array::from_fn(|index| {
        let at = index * BITS;
        let next = bytes.get(at / 8 + 1).copied().unwrap_or_default();
        let [bits, _] = (u16::from_le_bytes([bytes[at / 8], next]) >> (at % 8)).to_le_bytes();
        let digit = i16::from(bits) % BASE + carry;
        carry = i16::from(digit > BASE / 2);
        digit - carry * BASE
    })
}
