//! Which commits have a reading and a signature that counts.

use sha2::{Digest, Sha256};
use signet_provenance::{Kind, Reason, State, VerifyError};
use ssh_key::private::{EcdsaKeypair, Ed25519Keypair, KeypairData};
use ssh_key::public::{EcdsaPublicKey, KeyData, SkEcdsaSha2NistP256, SkEd25519};
use ssh_key::{EcdsaCurve, HashAlg, LineEnding, PrivateKey, PublicKey, SigningKey, SshSig};

use crate::crafted::{Facts, armour, rows, string};
use crate::dice::Dice;
use crate::support::{History, PolicyText, at, key, payload, with_signature};

#[test]
fn every_crafted_commit_is_accepted_or_refused_for_its_reason() {
    let mut history = History::new();
    let parent = history.tip;
    let tree = history.write("tenants/team-a/x", "1").tree();
    let facts = Facts {
        tree,
        parent,
        second: history.clock,
        signer: key("dave"),
    };
    for row in rows(&facts) {
        history.tip = history.objects.write(Kind::Commit, row.bytes);
        match history.verify_from(&State::default()) {
            Ok(verdict) => {
                let refused = verdict.refused.map(|refusal| refusal.reason);
                assert_eq!(refused, row.refused, "{}", row.name);
                let good = if row.refused.is_none() {
                    history.tip
                } else {
                    parent
                };
                assert_eq!(verdict.tree.commit(), good, "{}", row.name);
            }
            // To git a second tree ends the header's links: nothing stands below it.
            Err(VerifyError::Rewritten { .. }) => {
                assert!(row.name.contains("parent"), "{}", row.name);
            }
            Err(error) => panic!("{}: {error}", row.name),
        }
    }
}

/// A history in which dave has this key, and a commit of his with a signature made from its
/// payload.
pub(crate) fn by_dave(
    public: &PublicKey,
    touch: Option<bool>,
    sign: impl FnOnce(&[u8]) -> String,
) -> History {
    let line = public.to_openssh().unwrap();
    let touch = touch
        .map(|touch| format!(", touch: {touch}"))
        .unwrap_or_default();
    let mut policy = PolicyText::new();
    policy.principal("dave", &format!("{{keys: [{{key: {line:?}{touch}}}]}}"));
    let mut history = History::with_policy(policy);
    let tree = history.write("tenants/team-a/x", "1").tree();
    let text = payload(tree, &[history.tip], history.clock);
    history.tip = history
        .objects
        .write(Kind::Commit, with_signature(&text, &sign(&text)));
    history
}

#[test]
fn accepts_ecdsa_over_either_hash() {
    for curve in [
        EcdsaCurve::NistP256,
        EcdsaCurve::NistP384,
        EcdsaCurve::NistP521,
    ] {
        for hash in [HashAlg::Sha256, HashAlg::Sha512] {
            let pair = EcdsaKeypair::random(&mut Dice::new(7), curve).unwrap();
            let key = PrivateKey::new(KeypairData::Ecdsa(pair), "").unwrap();
            let sign = |text: &[u8]| {
                key.sign("git", hash, text)
                    .unwrap()
                    .to_pem(LineEnding::LF)
                    .unwrap()
            };
            by_dave(key.public_key(), None, sign).good();
        }
    }
}

/// What a security key does when it signs, with the flags it would set (OpenSSH's PROTOCOL.u2f).
fn security_key(flags: u8, touch: Option<bool>) -> [History; 2] {
    let ed25519 = PrivateKey::from(Ed25519Keypair::from_seed(&[9; 32]));
    let public = ed25519.public_key().key_data().ed25519().unwrap();
    let of_ed25519 = KeyData::SkEd25519(SkEd25519::new(*public, "ssh:"));
    let pair = EcdsaKeypair::random(&mut Dice::new(7), EcdsaCurve::NistP256).unwrap();
    let EcdsaPublicKey::NistP256(point) = EcdsaPublicKey::from(&pair) else {
        panic!("a P-256 key")
    };
    let ecdsa = PrivateKey::new(KeypairData::Ecdsa(pair), "").unwrap();
    let of_ecdsa = KeyData::SkEcdsaSha2NistP256(SkEcdsaSha2NistP256::new(point, "ssh:"));
    [(ed25519, of_ed25519), (ecdsa, of_ecdsa)].map(|(key, data)| {
        let public = PublicKey::new(data, "");
        by_dave(&public, touch, |text| touched(&key, &public, flags, text))
    })
}

pub(crate) fn touched(key: &PrivateKey, public: &PublicKey, flags: u8, text: &[u8]) -> String {
    touched_for(key, public, "ssh:", flags, text)
}

/// The same by a security key that keeps it apart under another application.
pub(crate) fn touched_for(
    key: &PrivateKey,
    public: &PublicKey,
    application: &str,
    flags: u8,
    text: &[u8],
) -> String {
    let message = SshSig::signed_data("git", HashAlg::Sha512, text).unwrap();
    let trailer = [&[flags][..], &1u32.to_be_bytes()].concat();
    let signed = [
        &Sha256::digest(application)[..],
        &trailer,
        &Sha256::digest(message),
    ]
    .concat();
    let algorithm = public.algorithm();
    let inner = [
        string(algorithm.as_str().as_bytes()),
        string(&bare(key, &signed)),
        trailer,
    ]
    .concat();
    let fields = [
        &public.to_bytes().unwrap()[..],
        b"git",
        b"",
        b"sha512",
        &inner,
    ]
    .map(string);
    armour(&[&b"SSHSIG\0\0\0\x01"[..], &fields.concat()].concat(), 70)
}

fn bare<K: SigningKey>(key: &K, message: &[u8]) -> Vec<u8> {
    key.try_sign(message).unwrap().as_bytes().to_vec()
}

#[test]
fn a_security_key_counts_when_it_was_touched() {
    for history in security_key(0x01, None)
        .iter()
        .chain(&security_key(0x05, None))
    {
        history.good();
    }
}

#[test]
fn a_security_key_that_was_not_touched_counts_only_where_the_policy_says_so() {
    for history in security_key(0x00, None)
        .iter()
        .chain(&security_key(0x04, Some(true)))
    {
        let refusal = history.refused(history.introduction, Reason::BadSignature);
        assert!(refusal.message.contains("not touched"), "{refusal}");
    }
    for history in security_key(0x00, Some(false)) {
        history.good();
    }
}

#[test]
fn the_committers_date_is_what_the_verdict_shows() {
    let mut history = History::new();
    history.change("dave", "tenants/team-a/x", "1");
    assert_eq!(history.good().committed, at(history.clock));
}
