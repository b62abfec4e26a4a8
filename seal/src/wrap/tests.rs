use super::*;
use crate::shamir::Share;
use crate::testing::{counting, identity, post_quantum};

fn key() -> DataKey {
    DataKey::from_unwrapped(&[5; 32]).unwrap()
}

/// The key wrapped for one recipient.
fn wrapped(recipient: &str) -> String {
    let groups = KeyGroups::one([recipient.to_owned()].into());
    let wrapped = wrap_groups(&key(), &groups, &mut counting());
    wrapped.unwrap().remove(0).remove(0).enc
}

fn opens(enc: &str, identity: &Identity) -> bool {
    unwrap::<DataKey>(enc, &[identity]).is_ok_and(|unwrapped| unwrapped.is(&key()))
}

#[test]
fn unwraps_for_its_recipient_alone() {
    let cases = [
        (identity(1), identity(2)),
        (post_quantum(1), post_quantum(2)),
        // The same 32 bytes are another key of another kind.
        (post_quantum(1), identity(1)),
    ];
    for (ours, other) in cases {
        let enc = wrapped(ours.recipient());
        assert!(enc.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n") && enc.ends_with('\n'));
        assert!(opens(&enc, &ours));
        assert!(matches!(
            unwrap::<DataKey>(&enc, &[&other]),
            Err(UnwrapError::Age(age::DecryptError::NoMatchingKeys))
        ));
    }
}

#[test]
fn damaged_files_are_refused() {
    for ours in [identity(1), post_quantum(1)] {
        let enc = wrapped(ours.recipient());
        for bad in [&enc[..enc.len() / 2], "", "x", &enc.replace("AGE", "AGE ")] {
            assert!(!opens(bad, &ours));
        }
    }
}

#[test]
fn a_key_of_another_length_is_refused() {
    let ours = identity(1);
    for content in [&b"short"[..], &[0; 33]] {
        let enc = wrap(content, ours.recipient()).unwrap();
        assert!(matches!(
            unwrap::<DataKey>(&enc, &[&ours]),
            Err(UnwrapError::Length { expected: 32 })
        ));
    }
    for content in [&[0; 32][..], &[0; 34]] {
        let enc = wrap(content, ours.recipient()).unwrap();
        assert!(matches!(
            unwrap::<Share>(&enc, &[&ours]),
            Err(UnwrapError::Length { expected: 33 })
        ));
    }
}

#[test]
fn wraps_for_ssh_keys() {
    let recipient = include_str!("ssh_ed25519.pub").trim();
    let identity = Identity::parse(&include_str!("ssh_ed25519").into())
        .ok()
        .unwrap();
    assert!(recipient.starts_with(identity.recipient()));
    assert!(opens(&wrapped(recipient), &identity));
}

#[test]
fn a_post_quantum_recipient_shares_no_age_file_with_a_classical_one() {
    let (one, other) = (identity(1), post_quantum(2));
    let parse = |identity: &Identity| recipient::parse(identity.recipient()).unwrap();
    let both = [parse(&one), parse(&other)];
    let encryptor = age::Encryptor::with_recipients(both.iter().map(AsRef::as_ref));
    assert!(matches!(
        encryptor.err(),
        Some(age::EncryptError::IncompatibleRecipients { .. })
    ));
}

#[test]
fn as_many_stanzas_as_a_recipient_writes_are_tried_and_no_more() {
    let ours = identity(1);
    let file = |strangers: usize| {
        let others: Vec<_> = (0..strangers)
            .map(|n| recipient::parse(identity(u8::try_from(n).unwrap() + 2).recipient()).unwrap())
            .chain([recipient::parse(ours.recipient()).unwrap()])
            .collect();
        let encryptor = age::Encryptor::with_recipients(others.iter().map(AsRef::as_ref)).unwrap();
        let mut file = Vec::new();
        let armor = ArmoredWriter::wrap_output(&mut file, Format::AsciiArmor).unwrap();
        let mut writer = encryptor.wrap_output(armor).unwrap();
        writer.write_all(&[5; 32]).unwrap();
        writer.finish().unwrap().finish().unwrap();
        String::from_utf8(file).unwrap()
    };
    // One stanza more is grease, which every age file may have.
    assert!(opens(&file(STANZAS - 2), &ours));
    assert!(!opens(&file(STANZAS), &ours));
}

#[test]
fn a_header_of_many_lines_or_bytes_is_refused_before_it_is_parsed() {
    let ours = identity(1);
    let refused = |stanzas: &str| {
        let header = format!("age-encryption.org/v1\n{stanzas}--- {}\n", "A".repeat(43));
        let mut file = Vec::new();
        let mut armor = ArmoredWriter::wrap_output(&mut file, Format::AsciiArmor).unwrap();
        armor.write_all(header.as_bytes()).unwrap();
        armor.write_all(&[0; 64]).unwrap();
        armor.finish().unwrap();
        let file = String::from_utf8(file).unwrap();
        unwrap::<DataKey>(&file, &[&ours]).err().unwrap()
    };
    let stanza = format!("-> X25519 {0}\n{0}\n", "A".repeat(43));
    assert!(matches!(refused(&stanza), UnwrapError::Age(_)));
    for stanzas in [
        stanza.repeat(10_000),
        "-> a\n\n".repeat(10_000),
        format!("-> {}\n\n", "a".repeat(1 << 20)),
        "\n".repeat(10_000),
    ] {
        assert!(matches!(refused(&stanzas), UnwrapError::Long));
    }
}
