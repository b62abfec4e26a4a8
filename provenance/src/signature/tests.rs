use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use super::*;

fn key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}

fn armoured() -> String {
    key()
        .sign("git", HashAlg::Sha512, b"payload")
        .unwrap()
        .to_pem(LineEnding::LF)
        .unwrap()
}

#[test]
fn accepts_a_signature_over_these_bytes_alone() {
    let signature = parse(armoured().as_bytes()).unwrap();
    assert_eq!(
        signature.issuer(),
        Issuer::Ssh(key().fingerprint(HashAlg::Sha256).to_string())
    );
    assert_eq!(signature.algorithm(), "ssh-ed25519");
    let check = |payload: &[u8]| signature.check(payload, None, true, &KnownKeys::default());
    assert_eq!(check(b"payload"), Ok(()));
    assert_eq!(check(b"payloae"), Err(SignatureError::Wrong));
}

#[test]
fn says_which_kind_of_signature_is_not_supported() {
    for (marker, kind) in [
        ("-----BEGIN PGP MESSAGE-----\n", "PGP MESSAGE"),
        ("-----BEGIN SIGNED MESSAGE-----\n", "X.509"),
    ] {
        let error = parse(marker.as_bytes()).unwrap_err();
        assert_eq!(
            error,
            SignatureError::Unsupported {
                kind: kind.to_owned()
            }
        );
        assert_eq!(error.reason(), Reason::Unsupported);
    }
}

/// The inner layout of a signature, with every field open to change.
struct Blob<'a> {
    version: u32,
    key: Vec<u8>,
    namespace: &'a [u8],
    reserved: &'a [u8],
    hash: &'a [u8],
    algorithm: &'a [u8],
    signature: Vec<u8>,
    end: &'a [u8],
}

impl Blob<'_> {
    fn right() -> Self {
        let signature = key().sign("git", HashAlg::Sha512, b"payload").unwrap();
        Self {
            version: 1,
            key: key().public_key().to_bytes().unwrap(),
            namespace: b"git",
            reserved: b"",
            hash: b"sha512",
            algorithm: b"ssh-ed25519",
            signature: signature.signature_bytes().to_vec(),
            end: b"",
        }
    }

    fn parse(&self) -> Result<SshSignature, SignatureError> {
        let inner = [string(self.algorithm), string(&self.signature)].concat();
        let mut bytes = [b"SSHSIG", &self.version.to_be_bytes()[..]].concat();
        for field in [&self.key, self.namespace, self.reserved, self.hash, &inner] {
            bytes.extend(string(field));
        }
        bytes.extend_from_slice(self.end);
        SshSignature::parse(&bytes)
    }
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

#[test]
fn reads_exactly_the_fields_that_openssh_writes() {
    let signature = Blob::right().parse().unwrap();
    assert_eq!(signature.check(b"payload", &KnownKeys::default()), Ok(()));
    let right = Blob::right;
    let what = |blob: Blob<'_>| blob.parse().unwrap_err().to_string();
    for (found, part) in [
        (
            what(Blob {
                version: 0,
                ..right()
            }),
            "version is not 1",
        ),
        (
            what(Blob {
                version: 2,
                ..right()
            }),
            "version is not 1",
        ),
        (
            what(Blob {
                namespace: b"file",
                ..right()
            }),
            "the namespace \"file\"",
        ),
        (
            what(Blob {
                namespace: b"",
                ..right()
            }),
            "the namespace \"\"",
        ),
        (
            what(Blob {
                reserved: b"x",
                ..right()
            }),
            "reserved field is not empty",
        ),
        (
            what(Blob {
                hash: b"sha1",
                ..right()
            }),
            "hash is neither",
        ),
        (
            what(Blob {
                end: b"x",
                ..right()
            }),
            "bytes follow its end",
        ),
        (
            what(Blob {
                algorithm: b"ssh-rsa",
                ..right()
            }),
            "\"ssh-rsa\" signature does not belong",
        ),
        (
            what(Blob {
                algorithm: b"ecdsa-sha2-nistp256",
                ..right()
            }),
            "does not belong to a ssh-ed25519",
        ),
        (
            what(Blob {
                signature: vec![1; 63],
                ..right()
            }),
            "wrong length",
        ),
        (
            what(Blob {
                key: Vec::new(),
                ..right()
            }),
            "key does not count",
        ),
    ] {
        assert!(found.contains(part), "{found}: {part}");
    }
}

#[test]
fn refuses_a_signature_that_ends_early() {
    let mut bytes = Vec::new();
    for line in armoured().lines().filter(|line| !line.starts_with('-')) {
        bytes.extend_from_slice(line.as_bytes());
    }
    let bytes = data_encoding::BASE64.decode(&bytes).unwrap();
    assert!(SshSignature::parse(&bytes).is_ok());
    for end in 0..bytes.len() {
        assert!(SshSignature::parse(&bytes[..end]).is_err(), "{end}");
    }
}

fn public_blob(fields: &[&[u8]]) -> Vec<u8> {
    fields.iter().flat_map(|field| string(field)).collect()
}

#[test]
fn refuses_certificates_and_keys_that_do_not_count() {
    let rsa = |bytes: usize, first: u8| {
        let mut modulus = vec![0xff; bytes];
        modulus[0] = first;
        if first >= 0x80 {
            modulus.insert(0, 0);
        }
        Key::from_blob(&public_blob(&[b"ssh-rsa", &[1, 0, 1], &modulus]))
    };
    let sk = |application: &[u8]| {
        Key::from_blob(&public_blob(&[
            b"sk-ssh-ed25519@openssh.com",
            &[7; 32],
            application,
        ]))
    };
    assert!(rsa(256, 0x80).is_ok());
    assert_eq!(rsa(256, 0x7f), Err(KeyError::RsaSize { bits: 2047 }));
    assert_eq!(rsa(128, 0x80), Err(KeyError::RsaSize { bits: 1024 }));
    assert!(rsa(2048, 0xff).is_ok());
    assert_eq!(rsa(2049, 0x01), Err(KeyError::RsaSize { bits: 16385 }));
    assert!(sk(b"ssh:").is_ok());
    assert_eq!(sk(b"https://example.org"), Err(KeyError::Application));
    let certificate = Key::from_blob(&public_blob(&[b"ssh-ed25519-cert-v01@openssh.com", b"x"]));
    assert_eq!(certificate, Err(KeyError::Certificate));
    assert_eq!(
        SignatureError::from(KeyError::Certificate).reason(),
        Reason::Unsupported
    );
    let dsa = Key::from_blob(&public_blob(&[b"ssh-dss", b"x"]));
    assert_eq!(
        dsa,
        Err(KeyError::Algorithm {
            name: "ssh-dss".to_owned()
        })
    );
}

/// The time that this thread has worked, which others do not lengthen.
fn worked() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

#[test]
fn the_longest_rsa_keys_that_openssh_takes_count_within_a_bounded_time() {
    let known = KnownKeys::default();
    let long = include_str!("long/ssh-16384.pub").trim_end();
    let long = Key::from_line(long).unwrap();
    assert_eq!(long.rsa_bits(), Some(16384));
    for (bits, text) in [
        (8192, include_str!("long/ssh-8192.sig")),
        (16384, include_str!("long/ssh-16384.sig")),
    ] {
        let signature = parse(text.as_bytes()).unwrap();
        assert_eq!(signature.algorithm(), "rsa-sha2-512");
        let times = [(); 5].map(|()| {
            let begin = worked();
            let right = signature.check(b"payload", None, true, &known);
            assert_eq!(right, Ok(()), "{bits}");
            worked().saturating_sub(begin)
        });
        let best = times.iter().min().unwrap();
        assert!(*best < Duration::from_millis(500), "{bits}: {times:?}");
        let wrong = signature.check(b"Payload", None, true, &known);
        assert_eq!(wrong, Err(SignatureError::Wrong), "{bits}");
    }
}

#[test]
fn openpgp_keys_of_rsa_beyond_4096_bits_count() {
    let text = include_bytes!("long/openpgp-8192.asc");
    let fingerprint = "231B931A35FFB9865AC33E68E46899A44AA5E64C";
    let certificate = Certificate::parse(text, fingerprint).unwrap();
    let key = &certificate.signing[0];
    assert_eq!(key.rsa_bits, Some(8192));
    let signature = parse(include_bytes!("long/openpgp-8192.sig")).unwrap();
    let known = KnownKeys::default();
    let check = |payload: &[u8]| signature.check(payload, Some(key), true, &known);
    assert_eq!(check(b"payload"), Ok(()));
    assert_eq!(check(b"Payload"), Err(SignatureError::Wrong));
}

#[test]
fn keys_and_signatures_of_sorts_that_are_not_taken_are_named() {
    let post_quantum = "ssh-mldsa44-ed25519@openssh.com";
    let named = |name: &str| KeyError::Algorithm {
        name: name.to_owned(),
    };
    let line = format!("{post_quantum} AAAA");
    assert_eq!(Key::from_line(&line), Err(named(post_quantum)));
    let signed = |key: Vec<u8>, algorithm: &[u8]| {
        let blob = Blob {
            key,
            algorithm,
            ..Blob::right()
        };
        blob.parse().unwrap_err()
    };
    let key = public_blob(&[post_quantum.as_bytes(), &[7; 1344]]);
    let refused = signed(key, post_quantum.as_bytes());
    assert_eq!(refused, SignatureError::Key(named(post_quantum)));
    assert_eq!(refused.reason(), Reason::Unsupported);

    // What a browser signs with a security key's ECDSA key is of another algorithm than that key's own.
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let point = format!("04{x}{y}");
    let point = data_encoding::HEXLOWER.decode(point.as_bytes()).unwrap();
    let key = "sk-ecdsa-sha2-nistp256@openssh.com";
    let key = public_blob(&[key.as_bytes(), b"nistp256", &point, b"ssh:"]);
    let browser = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
    let refused = signed(key, browser.as_bytes());
    let expected = SignatureError::Algorithm {
        algorithm: browser.to_owned(),
        key: "sk-ecdsa-sha2-nistp256@openssh.com".to_owned(),
    };
    assert_eq!(refused, expected);
}

#[test]
fn one_key_has_one_spelling() {
    let mut blob = key().public_key().to_bytes().unwrap();
    assert!(Key::from_blob(&blob).is_ok());
    blob.push(0);
    assert_eq!(Key::from_blob(&blob), Err(KeyError::Malformed));
    let padded = public_blob(&[
        b"ssh-rsa",
        &[0, 1, 0, 1],
        &[&[0, 0xff], &[0xff; 255][..]].concat(),
    ]);
    assert_eq!(Key::from_blob(&padded), Err(KeyError::Malformed));
    let compressed = public_blob(&[b"ecdsa-sha2-nistp256", b"nistp256", &[2; 33]]);
    assert_eq!(Key::from_blob(&compressed), Err(KeyError::Malformed));
}

proptest::proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(0u8.., 0..300)) {
        let _ = SshSignature::parse(&[b"SSHSIG\0\0\0\x01", &bytes[..]].concat());
        let _ = parse(&[b"-----BEGIN SSH SIGNATURE-----\n", &bytes[..]].concat());
        let _ = Key::from_line(&String::from_utf8_lossy(&bytes));
    }
}
