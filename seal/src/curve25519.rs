//! What every user of Curve25519 has to ask of a point that somebody else chose.

use x25519_dalek::x25519;

/// Whether a point is written in the one form that a public key has, and is of an order in which a secret can be agreed on.
///
/// RFC 7748 section 5 lets implementations take other forms of the same point, and section 6.1 leaves the second to the
/// caller; a recipient has no reason to be either.
pub(crate) fn is_usable(point: &[u8; 32]) -> bool {
    // A scalar is a multiple of eight: a point of small order gives nothing but zeros, whichever scalar it is.
    is_canonical(point) && x25519([8; 32], *point) != [0; 32]
}

/// Whether it is less than 2^255 - 19.
fn is_canonical(point: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = point;
    *high < 0x7f || (*high == 0x7f && (*low < 0xed || middle.iter().any(|byte| *byte != 0xff)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
