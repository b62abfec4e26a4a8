use super::*;

fn identity(byte: u8) -> Identity {
    Identity::generate(&mut |bytes: &mut [u8]| bytes.fill(byte)).0
}

fn key() -> DataKey {
    DataKey::from_unwrapped(&[5; 32]).unwrap()
}

#[test]
fn unwraps_for_its_recipient_alone() {
    let (ours, other) = (identity(1), identity(2));
    let enc = wrap(&key(), ours.recipient()).unwrap();
    assert!(enc.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n") && enc.ends_with('\n'));
    assert!(
        unwrap(&enc, &ours)
            .ok()
            .unwrap()
            .with(|bytes| *bytes == [5; 32])
    );
    assert!(matches!(
        unwrap(&enc, &other),
        Err(UnwrapError::Age(age::DecryptError::NoMatchingKeys))
    ));
}

#[test]
fn damaged_files_are_refused() {
    let ours = identity(1);
    let enc = wrap(&key(), ours.recipient()).unwrap();
    for bad in [&enc[..enc.len() / 2], "", "x", &enc.replace("AGE", "AGE ")] {
        assert!(unwrap(bad, &ours).is_err());
    }
}

#[test]
fn a_key_of_another_length_is_refused() {
    let ours = identity(1);
    let recipient: age::x25519::Recipient = ours.recipient().parse().unwrap();
    for content in [&b"short"[..], &[0; 33]] {
        let enc = age::encrypt_and_armor(&recipient, content).unwrap();
        assert!(matches!(unwrap(&enc, &ours), Err(UnwrapError::Length)));
    }
}

#[test]
fn wraps_for_ssh_keys() {
    let recipient = include_str!("ssh_ed25519.pub").trim();
    let identity = Identity::parse(&include_str!("ssh_ed25519").into())
        .ok()
        .unwrap();
    assert!(recipient.starts_with(identity.recipient()));
    let enc = wrap(&key(), recipient).unwrap();
    assert!(
        unwrap(&enc, &identity)
            .ok()
            .unwrap()
            .with(|bytes| *bytes == [5; 32])
    );
}

#[test]
fn unusable_recipients_are_named() {
    let cases = [
        ("age1pq1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "post-quantum"),
        ("age1yubikey1qqqqqq", "plugins"),
        ("age1qqqq", "neither"),
        ("ssh-dss AAAA", "neither"),
        ("", "neither"),
    ];
    for (recipient, expected) in cases {
        let error = check_recipient(recipient).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
