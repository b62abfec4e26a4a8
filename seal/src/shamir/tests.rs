use super::*;
use crate::testing::counting;
use proptest::prelude::*;

fn share(x: u8, y: u8) -> Share {
    Share::from_unwrapped(&[&[y; 32][..], &[x]].concat()).unwrap()
}

fn key(bytes: [u8; 32]) -> DataKey {
    DataKey::from_unwrapped(&bytes).unwrap()
}

fn chosen(shares: Vec<Share>, which: u8) -> Vec<Share> {
    let wanted = |share: &Share| which >> (share.x - 1) & 1 == 1;
    shares.into_iter().filter(wanted).collect()
}

proptest! {
    #[test]
    fn any_threshold_of_shares_gives_the_key_back_and_fewer_do_not(
        bytes: [u8; 32], groups in 2_u8..=8, needed in 2_u8..=8, which: u8,
    ) {
        prop_assume!(needed <= groups);
        let key = key(bytes);
        let shares = split(&key, groups, needed, &mut counting());
        prop_assert_eq!(shares.len(), usize::from(groups));
        let shares = chosen(shares, which);
        prop_assume!(!shares.is_empty());
        let given = combine(&shares).ok().unwrap();
        prop_assert_eq!(given.is(&key), shares.len() >= usize::from(needed));
    }
}

#[test]
fn a_share_is_the_values_and_then_its_number() {
    // One coefficient of 1: the value at x is the secret plus x.
    let ones = &mut |bytes: &mut [u8]| bytes.fill(1);
    let shares = split(&key([0x40; 32]), 3, 2, ones);
    for (share, x) in shares.iter().zip(1..) {
        let expected = [&[0x40 ^ x; 32][..], &[x]].concat();
        assert!(share.with(|bytes| bytes[..] == expected[..]));
    }
}

#[test]
fn impossible_shares_are_each_their_own_error() {
    let duplicate = combine(&[share(7, 1), share(3, 2), share(7, 1)]);
    assert_eq!(duplicate.err(), Some(SharesError::Duplicate { x: 7 }));
    let zero = combine(&[share(3, 1), share(0, 2)]);
    assert_eq!(zero.err(), Some(SharesError::Zero));
    for length in [0, 1, 32, 34] {
        assert!(Share::from_unwrapped(&vec![1; length]).is_none());
    }
}
