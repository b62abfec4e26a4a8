use super::*;
use crate::key_text;
use crate::testing::{identity, post_quantum};
use bech32::Hrp;
use data_encoding::BASE64;

/// A recipient made of any bytes.
fn made(hrp: &str, bytes: &[u8]) -> String {
    key_text::encode(Hrp::parse_unchecked(hrp), bytes)
}

fn bytes_of(recipient: &str) -> Vec<u8> {
    key_text::decode(recipient).unwrap().byte_iter().collect()
}

#[test]
fn takes_every_kind_that_age_has() {
    check_recipient(identity(1).recipient()).unwrap();
    check_recipient(post_quantum(1).recipient()).unwrap();
    check_recipient(include_str!("../wrap/ssh_ed25519.pub").trim()).unwrap();
}

#[test]
fn each_unusable_recipient_is_its_own_error() {
    let whole = post_quantum(1);
    let cut = &whole.recipient()[..1000];
    let cases = [
        (cut, "is no post-quantum recipient"),
        ("age1pq1qqqqqqqqqqqqqqqqqqqqqqqqq", "is no post-quantum"),
        ("age1yubikey1qqqqqq", "plugins"),
        ("age1tagpq1qqqqqq", "plugins"),
        ("age1qqqq", "is no age recipient"),
        ("ssh-dss AAAA", "ssh-rsa"),
        ("AGE-SECRET-KEY-PQ-1CANARY", "private key"),
        ("age2qqqq", "neither"),
        ("", "neither"),
    ];
    for (recipient, expected) in cases {
        let error = check_recipient(recipient).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(error.len() < 200 && !error.contains("CANARY"), "{error}");
    }
}

#[test]
fn refuses_points_of_small_order_on_which_age_would_panic() {
    let lattice = &bytes_of(post_quantum(1).recipient())[..1184];
    for point in [[0; 32], [&[1][..], &[0; 31]].concat().try_into().unwrap()] {
        assert!(check_recipient(&made("age", &point)).is_err());
        assert!(check_recipient(&made("age1pq", &[lattice, &point].concat())).is_err());
    }
    let ssh = |point: [u8; 32]| {
        let length = |part: &[u8]| u32::try_from(part.len()).unwrap().to_be_bytes();
        let parts = [&b"ssh-ed25519"[..], &point];
        let parts = parts.map(|part| [&length(part)[..], part].concat());
        format!("ssh-ed25519 {}", BASE64.encode(&parts.concat()))
    };
    // The neutral element, and the base point, which is as good as any.
    let neutral = ssh([&[1][..], &[0; 31]].concat().try_into().unwrap());
    let refused = check_recipient(&neutral).unwrap_err().to_string();
    assert!(refused.contains("small order"), "{refused}");
    check_recipient(&ssh([&[0x58][..], &[0x66; 31]]
        .concat()
        .try_into()
        .unwrap()))
    .unwrap();
}

#[test]
fn refuses_every_form_of_a_recipient_but_one() {
    for identity in [identity(1), post_quantum(1)] {
        let recipient = identity.recipient();
        check_recipient(recipient).unwrap();
        assert!(check_recipient(&recipient.to_uppercase()).is_err());
        assert!(check_recipient(&format!(" {recipient}")).is_err());
    }
    // A coefficient of 3329 or more, which FIPS 203 section 7.2 has refused.
    let mut bytes = bytes_of(post_quantum(1).recipient());
    check_recipient(&made("age1pq", &bytes)).unwrap();
    bytes[..2].copy_from_slice(&[0xff, 0xff]);
    assert!(check_recipient(&made("age1pq", &bytes)).is_err());
    // The point with its highest bit set is the same point.
    let mut bytes = bytes_of(identity(1).recipient());
    bytes[31] |= 0x80;
    assert!(check_recipient(&made("age", &bytes)).is_err());
}

#[test]
fn classical_recipients_beside_post_quantum_ones_are_named() {
    let (one, other) = (identity(1), post_quantum(1));
    let names = [one.recipient(), other.recipient()];
    assert_eq!(classical_beside_post_quantum(names), [one.recipient()]);
    assert!(classical_beside_post_quantum([one.recipient()]).is_empty());
    assert!(classical_beside_post_quantum([other.recipient()]).is_empty());
}

#[test]
fn long_recipients_are_shortened_and_short_ones_whole() {
    let ssh = include_str!("../wrap/ssh_ed25519.pub");
    let ssh = signet_envelope::normal_recipient(ssh);
    assert_eq!((ssh.len(), shortened(&ssh)), (80, ssh.clone()));
    let long = shortened(post_quantum(1).recipient());
    assert!(long.starts_with("age1pq1") && long.chars().count() == 41);
}
