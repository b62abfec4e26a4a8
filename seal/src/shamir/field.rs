//! GF(2^8) with the polynomial of AES, x^8 + x^4 + x^3 + x + 1, without a table or a branch that a secret could choose.

/// The product.
pub(super) fn multiply(a: u8, b: u8) -> u8 {
    let (mut product, mut shifted) = (0, a);
    for bit in 0..8 {
        product ^= shifted & mask(b >> bit);
        shifted = (shifted << 1) ^ (0x1b & mask(shifted >> 7));
    }
    product
}

/// The inverse, a^254; 0 for 0, which has none.
pub(super) fn inverse(a: u8) -> u8 {
    // 254 is 0b1111_1110: the product of the squares from the second power on.
    let (mut inverse, mut square) = (1, a);
    for _ in 0..7 {
        square = multiply(square, square);
        inverse = multiply(inverse, square);
    }
    inverse
}

/// All ones if the lowest bit is set, else none.
fn mask(bit: u8) -> u8 {
    0_u8.wrapping_sub(bit & 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplies_as_in_the_standard_of_aes() {
        // FIPS 197, sections 4.2 and 4.2.1.
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        assert_eq!(multiply(0x57, 0x13), 0xfe);
    }

    #[test]
    fn every_element_but_zero_has_its_inverse() {
        assert!((1..=255).all(|a| multiply(a, inverse(a)) == 1));
        assert_eq!(inverse(0), 0);
    }

    #[test]
    fn multiplication_is_a_field_s() {
        for a in 0..=255_u8 {
            for b in 0..=255_u8 {
                assert_eq!(multiply(a, b), multiply(b, a));
                let c = a.rotate_left(3) ^ b;
                assert_eq!(multiply(a, b ^ c), multiply(a, b) ^ multiply(a, c));
            }
        }
    }
}
