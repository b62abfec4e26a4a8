//! Signatures as public projects have them.

use super::*;
use crate::Commit;

struct History {
    name: &'static str,
    bytes: &'static [u8],
    algorithm: &'static str,
    /// `None` for a signature that holds none.
    fingerprint: Option<&'static str>,
}

macro_rules! history {
    ($name:literal, $algorithm:literal, $fingerprint:expr) => {
        History {
            name: $name,
            bytes: include_bytes!(concat!("histories/", $name, ".commit")),
            algorithm: $algorithm,
            fingerprint: $fingerprint,
        }
    };
}

const CERTIFICATE: &[u8] = include_bytes!("histories/rpm-sequoia.asc");
const CERTIFIED: &str = "F7173B3C7C685CD9ECC4191B74E445BA0E15C957";

const HISTORIES: [History; 12] = [
    history!(
        "gittuf-ecdsa",
        "ecdsa-sha2-nistp256",
        Some("SHA256:e3ufn/A98P3sf9tdLyskyCIkRKXNo/HMVJW8KrfaJrQ")
    ),
    history!(
        "gittuf-ed25519",
        "ssh-ed25519",
        Some("SHA256:T2edDzOb3kP4N0QVkuUWcbHSC8M1O9pwyEEVPBO6h4I")
    ),
    history!(
        "gittuf-rsa",
        "rsa-sha2-512",
        Some("SHA256:KTrCAHHGUSCkNjanR0t4ojOiHQ4qZIQM6mkwX64b2KY")
    ),
    history!(
        "gittuf-sk-ed25519",
        "sk-ssh-ed25519@openssh.com",
        Some("SHA256:Karst6pO6Xj1WAywT0RCHi/vANKbdQ+GSllDyxpKG0I")
    ),
    history!(
        "openssh-ecdsa",
        "ecdsa-sha2-nistp256",
        Some("SHA256:Mce4YP1nugeZcOZf9fBTasQlJqXRhSKYaqqWqolsCxY")
    ),
    history!(
        "openssh-ed25519",
        "ssh-ed25519",
        Some("SHA256:+O0/HNoU65WMbtG+9zsZJRYWUhBD2EskZZ7vfmGtOgA")
    ),
    history!(
        "openssh-rsa",
        "rsa-sha2-512",
        Some("SHA256:pMdWvNVyVz5v6M5d3Jiy4k1MJX/05hpLr9xUFXQlF70")
    ),
    history!(
        "openssh-sk-ecdsa-untouched",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        Some("SHA256:JDubEpIXO0CfnM+iagFQce4MiJJDqTvgbBR80SuRwTQ")
    ),
    history!(
        "openssh-sk-ecdsa",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        Some("SHA256:tMrq94W7H2MRjVa2LYhH4x5D4FjaemNzyioZ1eak/ho")
    ),
    history!(
        "openssh-sk-ed25519",
        "sk-ssh-ed25519@openssh.com",
        Some("SHA256:XEwEWCkzzys5IJ6+kgzo8mmBVTqBOtYZNHHT7jdGhEA")
    ),
    history!("rpm-sequoia-openpgp-first", "openpgp-ed25519-sha512", None),
    history!("rpm-sequoia-openpgp-last", "openpgp-ed25519-sha512", None),
];

impl History {
    fn commit(&self) -> Commit {
        Commit::parse(self.bytes).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn signature(&self) -> Result<Signature, SignatureError> {
        parse(&self.commit().signature.expect("signed"))
    }
}

fn certificate() -> Certificate {
    Certificate::parse(CERTIFICATE, CERTIFIED).unwrap()
}

#[test]
fn signatures_of_public_histories_are_right_and_over_nothing_else() {
    let certificate = certificate();
    for history in HISTORIES {
        let name = history.name;
        let (commit, signature) = (history.commit(), history.signature().unwrap());
        assert_eq!(signature.algorithm(), history.algorithm, "{name}");
        let key = match signature.issuer() {
            Issuer::Ssh(fingerprint) => {
                assert_eq!(Some(&*fingerprint), history.fingerprint, "{name}");
                None
            }
            Issuer::OpenPgp(issuer) => {
                let mut keys = certificate.signing.iter();
                Some(keys.find(|key| issuer.may_be(&key.fingerprint)).unwrap())
            }
        };
        assert_eq!(
            signature.check(&commit.payload, key, false, &KnownKeys::default()),
            Ok(()),
            "{name}"
        );
        for index in [0, commit.payload.len() / 2, commit.payload.len() - 1] {
            let mut other = commit.payload.clone();
            other[index] ^= 1;
            let checked = signature.check(&other, key, false, &KnownKeys::default());
            assert_eq!(checked, Err(SignatureError::Wrong), "{name} {index}");
        }
    }
}

#[test]
fn a_signature_of_a_public_history_without_a_touch_counts_where_none_is_asked_for() {
    for history in HISTORIES {
        let (commit, signature) = (history.commit(), history.signature().unwrap());
        if let Issuer::Ssh(_) = signature.issuer() {
            let checked = signature.check(&commit.payload, None, true, &KnownKeys::default());
            let is_untouched = history.name.ends_with("untouched");
            assert_eq!(
                checked.is_err(),
                is_untouched,
                "{}: {checked:?}",
                history.name
            );
        }
    }
}

#[test]
fn a_signature_of_sigstore_is_named_as_what_it_is() {
    let history = history!("gittuf-x509", "", None);
    let refused = history.signature().unwrap_err();
    assert!(refused.to_string().contains("X.509"), "{refused}");
}
