use super::*;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

const TEXT: &str = "AGE-SECRET-KEY-1SR2DAFS0UW9R92ZMX80UTKY96HPVMG05SC77E2HUYDQY92PQX7HQAC5A36";
const RECIPIENT: &str = "age17acs5qxkm64mnl8y4fyw3rskzqq7zfrrec9g67432ag5c4tu0fvqxgfan5";
const PQ: &str = "AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG";

fn parse(text: &str) -> Result<Identity, IdentityError> {
    Identity::parse(&SecretString::from(text))
}

#[test]
fn reads_what_age_keygen_writes() {
    let file = format!("# created: 2026-01-01T00:00:00Z\n# public key: {RECIPIENT}\n{TEXT}\n");
    assert_eq!(parse(&file).ok().unwrap().recipient(), RECIPIENT);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test compares what it has made"
)]
fn a_fresh_identity_is_made_of_the_given_bytes_alone() {
    for generate in [Identity::generate, Identity::generate_post_quantum] {
        let (one, text) = generate(&mut |bytes: &mut [u8]| bytes.fill(7));
        let again = Identity::parse(&text).ok().unwrap();
        assert_eq!(one.recipient(), again.recipient());
        assert_eq!(again.with_secret_bytes(|bytes| *bytes), Some([7; 32]));
        let written = again.to_text().unwrap();
        assert_eq!(written.expose_secret(), text.expose_secret());
    }
}

#[test]
fn reads_many_identities_among_comments_blanks_and_windows_line_ends() {
    let file = format!(" \r\n# one\r\n{TEXT}\r\n\r\n  {PQ}  \r\n#\r\n{TEXT}\r\n");
    let all = Identity::parse_all(&file.into()).ok().unwrap();
    let recipients: Vec<&str> = all.iter().map(Identity::recipient).collect();
    assert_eq!([recipients[0], recipients[2]], [RECIPIENT; 2]);
    assert!(recipients[1].starts_with("age1pq1") && recipients[1].len() == 1959);
}

#[test]
fn several_on_a_line_are_read_as_several() {
    let all = Identity::parse_all(&format!("{TEXT} \t{PQ}").into());
    assert_eq!(all.ok().unwrap().len(), 2);
}

#[test]
fn one_that_cannot_be_used_hides_no_other() {
    let text = format!("AGE-PLUGIN-YUBIKEY-1QQQQ\n{TEXT}\nnonsense\n");
    let (usable, unusable) = Identity::parse_usable(&text.into());
    assert_eq!(usable.len(), 1);
    assert_eq!(usable[0].recipient(), RECIPIENT);
    let expected = [
        IdentityError::Plugin { line: 1 },
        IdentityError::Malformed { line: 3 },
    ];
    assert_eq!(unusable, expected);
}

#[test]
fn each_unusable_text_is_its_own_error_and_none_quotes_it() {
    let malformed = |text: &str| text.replace("5A36", "5A37").replace("8XKG", "8XKQ");
    let cases = [
        ("# nothing\n", IdentityError::Missing),
        (&format!("{TEXT}\n{PQ}\n"), IdentityError::Several),
        (
            &format!("# c\n{}\n", malformed(TEXT)),
            IdentityError::Malformed { line: 2 },
        ),
        (&malformed(PQ), IdentityError::Malformed { line: 1 }),
        (RECIPIENT, IdentityError::Malformed { line: 1 }),
        (
            "AGE-PLUGIN-YUBIKEY-1QQQQ",
            IdentityError::Plugin { line: 1 },
        ),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n",
            IdentityError::Ssh,
        ),
        (
            &format!(
                "-----BEGIN OPENSSH PRIVATE KEY-----\n{}",
                "x\n".repeat(1 << 19)
            ),
            IdentityError::SshSize,
        ),
        (
            "-----BEGIN AGE ENCRYPTED FILE-----\nx\n",
            IdentityError::EncryptedFile,
        ),
        (
            "age-encryption.org/v1\n-> scrypt x 18\n",
            IdentityError::EncryptedFile,
        ),
    ];
    for (text, expected) in cases {
        let error = parse(text).err().unwrap();
        assert!(!error.to_string().contains("5A3"));
        assert_eq!(error, expected);
    }
}

#[test]
fn reads_ssh_keys_in_the_form_of_openssl() {
    // RFC 8410, section 10.3.
    let key = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
    let pem =
        |key: &str| format!("\n-----BEGIN PRIVATE KEY-----\r\n{key}\n-----END PRIVATE KEY-----\n");
    let recipient =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBm/RAlphM3+hUG6wWfcO5bIUIaqMLa2ywxcOK1wMWbh";
    assert_eq!(parse(&pem(key)).ok().unwrap().recipient(), recipient);
    for (text, expected) in [
        (pem(&key[..60]), IdentityError::Ssh),
        (
            pem(&key.replace("BQYDK2Vw", "BQYDK2Vx")),
            IdentityError::SshType,
        ),
        (
            pem(key).replace("BEGIN", "BEGIN ENCRYPTED"),
            IdentityError::EncryptedPem,
        ),
    ] {
        assert_eq!(parse(&text).err(), Some(expected), "{text}");
    }
}

#[test]
fn a_key_of_ed25519_is_held_as_our_own_in_whichever_form_it_is_read() {
    let is_ours = |identity: &Identity| matches!(identity.key, Key::SshEd25519(_));
    let plain = include_str!("../wrap/ssh_ed25519");
    let read = parse(plain).ok().unwrap();
    assert!(is_ours(&read));
    let wide = format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        plain
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect::<String>()
    );
    assert!(is_ours(&parse(&wide).ok().unwrap()));
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    assert!(is_ours(&parse(pem).ok().unwrap()));

    let key = ssh_key::PrivateKey::from_openssh(plain).unwrap();
    let protected = key.encrypt(&mut rand_core::OsRng, "canary").unwrap();
    let protected = protected.to_openssh(ssh_key::LineEnding::LF).unwrap();
    let open = |passphrase: &str| {
        let key = ProtectedSshKey::read(protected.as_bytes()).unwrap();
        key.unprotect(passphrase.into())
    };
    let opened = open("canary").ok().unwrap();
    assert!(is_ours(&opened) && opened.recipient() == read.recipient());
    assert_eq!(open("other").err(), Some(IdentityError::Passphrase));
}

#[test]
fn derives_the_recipient_of_the_specification_s_example() {
    // c2sp.org/age, "The hybrid recipient type"; the recipient as its SHA-256.
    let text = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR";
    let identity = parse(text).ok().unwrap();
    let digest = Sha256::digest(identity.recipient());
    let expected = "a091dd7e0ee9d62b75173dcc98441a0424baa941e66a8776e570a4ae60ff61ea";
    assert_eq!(HEXLOWER.encode(&digest), expected);
}

/// A file as `age -p` makes it, with less work.
fn protected(text: &str) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new("canary-7f3a".into());
    recipient.set_work_factor(10);
    age::encrypt(&recipient, text.as_bytes()).unwrap()
}

#[test]
fn a_file_behind_a_passphrase_opens_with_it_and_with_no_other() {
    let file = protected(&format!("# mine\n{TEXT}\n"));
    let text = Identity::unprotect(&file, "canary-7f3a".into())
        .ok()
        .unwrap();
    assert_eq!(Identity::parse(&text).ok().unwrap().recipient(), RECIPIENT);
    let refusal =
        |file: &[u8], passphrase: &str| Identity::unprotect(file, passphrase.into()).err().unwrap();
    assert_eq!(refusal(&file, "another"), IdentityError::Passphrase);
    let cut = &file[..file.len() - 1];
    assert_eq!(refusal(cut, "canary-7f3a"), IdentityError::Passphrase);
    let recipient: age::x25519::Recipient = RECIPIENT.parse().unwrap();
    let file = age::encrypt(&recipient, b"x").unwrap();
    assert_eq!(refusal(&file, "canary-7f3a"), IdentityError::EncryptedFile);
}

#[test]
fn a_passphrase_that_would_take_all_memory_is_not_tried() {
    let mut file = protected(TEXT);
    let line = file.windows(4).position(|part| part == b" 10\n").unwrap();
    file[line..line + 4].copy_from_slice(b" 21\n");
    let refusal = Identity::unprotect(&file, "canary-7f3a".into()).err();
    assert_eq!(refusal, Some(IdentityError::Work));
}
