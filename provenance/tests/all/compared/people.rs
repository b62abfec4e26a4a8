//! Whose signatures are tried: keys of each sort, some of which count.

use std::fmt::Write as _;
use std::sync::LazyLock;

use rsa::pkcs1v15::SigningKey;
use rsa::sha2::{Sha256, Sha512};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use ssh_key::private::{EcdsaKeypair, KeypairData};
use ssh_key::public::{EcdsaPublicKey, KeyData, RsaPublicKey, SkEcdsaSha2NistP256, SkEd25519};
use ssh_key::{EcdsaCurve, HashAlg, LineEnding, Mpint, PrivateKey, PublicKey, SshSig};

use crate::commits::touched_for;
use crate::crafted::{dearmour, string};
use crate::dice::Dice;
use crate::support::{BEGIN, PolicyText, at, key, public};

/// Somebody with a key.
pub(super) struct Person {
    pub(super) name: &'static str,
    key: Key,
    pub(super) public: PublicKey,
    /// Whether the policy names the key, and git's list as well.
    pub(super) listed: Listed,
}

enum Key {
    Plain(PrivateKey),
    /// The key within a security key, the application that it is for, and the flags that it sets.
    Security(PrivateKey, &'static str, u8),
    Rsa(rsa::RsaPrivateKey),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Everywhere,
    /// Where such a key cannot be written into a policy.
    InGitAlone,
    Nowhere,
}

impl Person {
    /// The signature's bytes, for a namespace.
    pub(super) fn sign(&self, namespace: &str, hash: HashAlg, payload: &[u8]) -> Vec<u8> {
        let armoured = match &self.key {
            Key::Plain(key) => {
                let signature = key.sign(namespace, hash, payload).unwrap();
                signature.to_pem(LineEnding::LF).unwrap()
            }
            Key::Security(key, application, flags) => {
                touched_for(key, &self.public, application, *flags, payload)
            }
            Key::Rsa(key) => return self.sign_rsa(key, namespace, hash, payload),
        };
        dearmour(&armoured)
    }

    fn sign_rsa(
        &self,
        key: &rsa::RsaPrivateKey,
        namespace: &str,
        hash: HashAlg,
        payload: &[u8],
    ) -> Vec<u8> {
        let message = SshSig::signed_data(namespace, hash, payload).unwrap();
        let (algorithm, signature) = match hash {
            HashAlg::Sha256 => (
                "rsa-sha2-256",
                SigningKey::<Sha256>::new(key.clone())
                    .sign(&message)
                    .to_vec(),
            ),
            _ => (
                "rsa-sha2-512",
                SigningKey::<Sha512>::new(key.clone())
                    .sign(&message)
                    .to_vec(),
            ),
        };
        let inner = [string(algorithm.as_bytes()), string(&signature)].concat();
        let public = self.public.to_bytes().unwrap();
        let fields = [
            &public[..],
            namespace.as_bytes(),
            b"",
            hash.as_str().as_bytes(),
            &inner,
        ];
        [b"SSHSIG\0\0\0\x01", &fields.map(string).concat()[..]].concat()
    }

    pub(super) fn line(&self) -> String {
        PublicKey::from(self.public.key_data().clone())
            .to_openssh()
            .unwrap()
    }
}

/// From when to when bob's key counts, for those who look at the time.
pub(super) const BOB: (i64, i64) = (BEGIN + 4200, BEGIN + 7800);

fn plain(name: &'static str, key: PrivateKey, listed: Listed) -> Person {
    let public = key.public_key().clone();
    let key = Key::Plain(key);
    Person {
        name,
        key,
        public,
        listed,
    }
}

fn ecdsa(name: &'static str, curve: EcdsaCurve) -> Person {
    let pair = EcdsaKeypair::random(&mut Dice::new(7), curve).unwrap();
    let key = PrivateKey::new(KeypairData::Ecdsa(pair), "").unwrap();
    plain(name, key, Listed::Everywhere)
}

fn with_rsa(name: &'static str, bits: usize, listed: Listed) -> Person {
    let key = rsa::RsaPrivateKey::new(&mut Dice::new(7), bits).unwrap();
    let [n, e] =
        [key.n(), key.e()].map(|number| Mpint::from_positive_bytes(&number.to_bytes_be()).unwrap());
    let public = PublicKey::new(KeyData::Rsa(RsaPublicKey { e, n }), "");
    let key = Key::Rsa(key);
    Person {
        name,
        key,
        public,
        listed,
    }
}

fn security_key(
    name: &'static str,
    application: &'static str,
    flags: u8,
    listed: Listed,
) -> Person {
    let key = key(name);
    let public = *key.public_key().key_data().ed25519().unwrap();
    let public = KeyData::SkEd25519(SkEd25519::new(public, application));
    secured(name, key, public, application, flags, listed)
}

fn security_key_with_ecdsa(name: &'static str) -> Person {
    let pair = EcdsaKeypair::random(&mut Dice::new(8), EcdsaCurve::NistP256).unwrap();
    let EcdsaPublicKey::NistP256(point) = EcdsaPublicKey::from(&pair) else {
        panic!("a P-256 key")
    };
    let key = PrivateKey::new(KeypairData::Ecdsa(pair), "").unwrap();
    let public = KeyData::SkEcdsaSha2NistP256(SkEcdsaSha2NistP256::new(point, "ssh:"));
    secured(name, key, public, "ssh:", 0x05, Listed::Everywhere)
}

fn secured(
    name: &'static str,
    key: PrivateKey,
    public: KeyData,
    application: &'static str,
    flags: u8,
    listed: Listed,
) -> Person {
    let public = PublicKey::new(public, "");
    let key = Key::Security(key, application, flags);
    Person {
        name,
        key,
        public,
        listed,
    }
}

/// Everybody; whoever is most often tried comes first.
pub(super) static PEOPLE: LazyLock<Vec<Person>> = LazyLock::new(|| {
    vec![
        plain("alice", key("alice"), Listed::Everywhere),
        plain("bob", key("bob"), Listed::Everywhere),
        security_key("grace", "ssh:", 0x01, Listed::Everywhere),
        security_key("heidi", "ssh:", 0x00, Listed::Everywhere),
        security_key("untouched", "ssh:", 0x04, Listed::Everywhere),
        security_key("of the web", "web:", 0x01, Listed::InGitAlone),
        plain("mallory", key("mallory"), Listed::Nowhere),
        with_rsa("frank", 2048, Listed::Everywhere),
        with_rsa("short", 1024, Listed::InGitAlone),
        ecdsa("carol", EcdsaCurve::NistP256),
        security_key_with_ecdsa("ivan"),
        ecdsa("dave", EcdsaCurve::NistP384),
        ecdsa("erin", EcdsaCurve::NistP521),
    ]
});

/// Somebody, most often one whose key is quick: what takes an unoptimised program longest comes last.
pub(super) fn anybody(dice: &mut Dice) -> &'static Person {
    let among = [2, 2, 2, 2, 9, PEOPLE.len()][dice.below(6)];
    &PEOPLE[dice.below(among)]
}

/// A policy under which all whose keys can be written into it are root and may change `signet/**`,
/// and two of them `clusters/**`.
pub(super) fn policy(with_times: bool) -> PolicyText {
    let mut policy = PolicyText::new();
    policy.principals.clear();
    policy.groups.clear();
    let mut names = Vec::new();
    for person in PEOPLE
        .iter()
        .filter(|person| person.listed == Listed::Everywhere)
    {
        let mut key = format!("key: {:?}", person.line());
        if person.name == "heidi" {
            key += ", touch: false";
        }
        if with_times && person.name == "bob" {
            let (after, before) = (at(BOB.0), at(BOB.1));
            write!(key, ", validAfter: {after}, validBefore: {before}").unwrap();
        }
        policy.principal(person.name, &format!("{{keys: [{{{key}}}]}}"));
        names.push(person.name);
    }
    // Who signs what all the others may approve.
    policy.principal("zoe", &format!("{{keys: [{:?}]}}", public("zoe")));
    names.push("zoe");
    policy.group("root", &format!("[{}]", names.join(", ")));
    policy.rules.truncate(1);
    policy.rule("{paths: [\"clusters/**\"], signers: root, threshold: 2}");
    policy
}

/// The same as a list for git, which may say the times at which bob's key counts.
pub(super) fn allowed_signers(with_times: bool) -> String {
    let listed = PEOPLE
        .iter()
        .filter(|person| person.listed != Listed::Nowhere);
    let line = |person: &Person| {
        // git's end is the last second that counts.
        let times = if with_times && person.name == "bob" {
            format!(
                ",valid-after=\"{}\",valid-before=\"{}\"",
                stamp(BOB.0),
                stamp(BOB.1 - 1)
            )
        } else {
            String::new()
        };
        format!(
            "{} namespaces=\"git\"{times} {}\n",
            person.name.replace(' ', "-"),
            person.line()
        )
    };
    listed.map(line).collect()
}

fn stamp(second: i64) -> String {
    at(second).strftime("%Y%m%d%H%M%SZ").to_string()
}
