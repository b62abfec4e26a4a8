//! Curve25519: what a scalar and a point agree on, and what to ask of a point that somebody else chose.

mod again;

pub(crate) use again::agree_again;

use curve25519_dalek::montgomery::MontgomeryPoint;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a scalar and a point agree on (RFC 7748 section 5), in constant time for the scalar; nothing if it is zero.
///
/// The multiplication of the Edwards form takes two thirds of the time of the ladder, for the processor's vectors serve it.
/// Numbers that are points of the twist have no such form.
pub(crate) fn agree(scalar: &[u8; 32], point: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    let point = MontgomeryPoint(*point);
    agreed(match point.to_edwards(0) {
        Some(point) => point.mul_clamped(*scalar).to_montgomery(),
        None => point.mul_clamped(*scalar),
    })
}

fn agreed(product: MontgomeryPoint) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(product.0);
    bool::from(!bytes.ct_eq(&[0; 32])).then_some(bytes)
}

/// Whether a point is written in the one form that a public key has, and is of an order in which a secret can be agreed on.
///
/// RFC 7748 section 5 lets implementations take other forms of the same point, and section 6.1 leaves the second to the
/// caller; a recipient has no reason to be either.
pub(crate) fn is_usable(point: &[u8; 32]) -> bool {
    is_canonical(point) && !SMALL_ORDER.contains(point)
}

/// The points that eight times themselves are nothing, in their one form: with them every secret is agreed to be zero,
/// whichever scalar it is made of. Three small numbers, and two points of order eight.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        minus_one
    },
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
];

/// Whether it is less than 2^255 - 19.
fn is_canonical(point: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = point;
    *high < 0x7f || (*high == 0x7f && (*low < 0xed || middle.iter().any(|byte| *byte != 0xff)))
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;
    use x25519_dalek::x25519;

    use super::*;

    /// RFC 7748 section 5.2.
    #[test]
    fn agrees_as_the_rfc_does() {
        let bytes = |hex: &str| -> [u8; 32] {
            let bytes = HEXLOWER.decode(hex.as_bytes()).unwrap();
            bytes.try_into().unwrap()
        };
        for (scalar, point, expected) in [
            (
                "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
            ),
            (
                "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
            ),
        ] {
            let (scalar, point) = (bytes(scalar), bytes(point));
            assert_eq!(agree(&scalar, &point).as_deref(), Some(&bytes(expected)));
            assert_eq!(
                agree_again(&scalar, &point).as_deref(),
                Some(&bytes(expected))
            );
        }
    }

    /// 2^255 - 19 + n for a small n.
    fn prime_and(n: u8) -> [u8; 32] {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (0xed + n, 0x7f);
        point
    }

    #[test]
    fn takes_points_of_full_order_alone() {
        let base = [&[9][..], &[0; 31]].concat().try_into().unwrap();
        assert!(is_usable(&base));
        let one = [&[1][..], &[0; 31]].concat().try_into().unwrap();
        assert!(!is_usable(&[0; 32]) && !is_usable(&one));
    }

    /// Any scalar that the curve takes is a multiple of eight.
    fn agrees_on_nothing(point: &[u8; 32]) -> bool {
        x25519([8; 32], *point) == [0; 32]
    }

    #[test]
    fn each_point_of_small_order_agrees_on_nothing_and_has_one_form() {
        assert!(SMALL_ORDER.iter().all(agrees_on_nothing));
        assert!(SMALL_ORDER.iter().all(is_canonical));
    }

    proptest! {
        /// Half of all numbers are on the twist, and seven of eight points are of no prime order.
        #[test]
        fn any_scalar_and_number_agree_on_what_the_ladder_says(scalar: [u8; 32], point: [u8; 32]) {
            let ladder = Some(x25519(scalar, point)).filter(|agreed| *agreed != [0; 32]);
            prop_assert_eq!(agree(&scalar, &point).map(|agreed| *agreed), ladder);
        }

        #[test]
        fn a_usable_point_agrees_on_something(point: [u8; 32]) {
            prop_assert_eq!(is_usable(&point), is_canonical(&point) && !agrees_on_nothing(&point));
        }

        #[test]
        fn a_small_number_is_usable_if_it_agrees_on_something(number: u8) {
            let mut point = [0; 32];
            point[0] = number;
            prop_assert_eq!(is_usable(&point), !agrees_on_nothing(&point));
        }
    }

    #[test]
    fn takes_one_form_of_a_point() {
        let mut minus_two = prime_and(0);
        minus_two[0] -= 2;
        assert!(is_canonical(&minus_two));
        assert!(!is_canonical(&prime_and(0)) && !is_canonical(&prime_and(9)));
        assert!(!is_canonical(
            &[[9; 31].as_slice(), &[0x89]].concat().try_into().unwrap()
        ));
    }
}
