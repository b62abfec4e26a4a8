use super::*;
use hpke::Kem;
use rand_core::OsRng;

fn key() -> PrivateKey {
    PrivateKey::from_bytes(&[7; 32]).unwrap()
}

#[test]
fn both_sides_agree_on_a_secret() {
    let public = MlKem768X25519::sk_to_pk(&key());
    let (ours, sent) = MlKem768X25519::encap(&public, None, &mut OsRng).unwrap();
    let theirs = MlKem768X25519::decap(&key(), None, &sent).unwrap();
    assert_eq!(ours.0, theirs.0);
    assert_eq!(sent.to_bytes().len(), ENCAPSULATED);
    assert_eq!(public.to_bytes().len(), PUBLIC_KEY);
}

#[test]
fn each_half_of_an_encapsulated_key_decides() {
    let public = MlKem768X25519::sk_to_pk(&key());
    let (secret, sent) = MlKem768X25519::encap(&public, None, &mut OsRng).unwrap();
    for at in [0, ENCAPSULATED - 33, ENCAPSULATED - 32] {
        let mut bytes = sent.to_bytes();
        bytes[at] ^= 1;
        let changed = EncapsulatedKey::from_bytes(&bytes).unwrap();
        let other = MlKem768X25519::decap(&key(), None, &changed).unwrap();
        assert_ne!(secret.0, other.0);
    }
}

#[test]
fn a_point_of_small_order_agrees_on_nothing() {
    let mut bytes = MlKem768X25519::encap(&MlKem768X25519::sk_to_pk(&key()), None, &mut OsRng)
        .unwrap()
        .1
        .to_bytes();
    bytes[ENCAPSULATED - 32..].fill(0);
    let sent = EncapsulatedKey::from_bytes(&bytes).unwrap();
    assert!(MlKem768X25519::decap(&key(), None, &sent).is_err());
}

#[test]
fn other_lengths_are_no_keys() {
    for length in [0, 31, 33] {
        assert!(PrivateKey::from_bytes(&vec![1; length]).is_err());
    }
    assert!(PublicKey::from_bytes(&[0; PUBLIC_KEY + 1]).is_err());
    assert!(EncapsulatedKey::from_bytes(&[0; ENCAPSULATED - 1]).is_err());
}
