//! Certificates and signatures that gpg does not make, signed by keys from seeds.

use data_encoding::{BASE64, HEXUPPER};
use pgp::crypto::ed25519::{Mode, SecretKey as Secret};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{
    KeyFlags, PacketTrait, PubKeyInner, PublicKey, PublicSubkey, SecretKey, SecretSubkey,
    Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData, UserId,
};
use pgp::types::{
    Duration, Ed25519PublicParams, KeyDetails, KeyVersion, PacketHeaderVersion, Password,
    PlainSecretParams, PublicParams, SecretParams, SigningKey, Tag, Timestamp,
};

/// When keys are made.
pub(crate) const MADE: u32 = 1_700_000_000;

/// What a signature says besides.
pub(super) type Says = SubpacketData;

/// A primary key of that seed.
pub(super) fn primary(seed: u8) -> SecretKey {
    primary_of(seed, KeyVersion::V4)
}

pub(super) fn primary_of(seed: u8, version: KeyVersion) -> SecretKey {
    let public = PublicKey::from_inner(inner(seed, version)).unwrap();
    SecretKey::new(public, secret(seed)).unwrap()
}

/// A subkey of that seed.
pub(super) fn subkey(seed: u8) -> SecretSubkey {
    let public = PublicSubkey::from_inner(inner(seed, KeyVersion::V4)).unwrap();
    SecretSubkey::new(public, secret(seed)).unwrap()
}

fn inner(seed: u8, version: KeyVersion) -> PubKeyInner {
    let secret = Secret::try_from_bytes([seed; 32], Mode::Ed25519).unwrap();
    let params = PublicParams::Ed25519(Ed25519PublicParams::from(&secret));
    let (sort, made) = (PublicKeyAlgorithm::Ed25519, Timestamp::from_secs(MADE));
    PubKeyInner::new(version, sort, made, None, params).unwrap()
}

fn secret(seed: u8) -> SecretParams {
    let secret = Secret::try_from_bytes([seed; 32], Mode::Ed25519).unwrap();
    SecretParams::Plain(PlainSecretParams::Ed25519(secret))
}

/// The full fingerprint of a key.
pub(super) fn fingerprint(key: &impl KeyDetails) -> String {
    HEXUPPER.encode(key.fingerprint().as_bytes())
}

/// What a signature by a key is made from: so many seconds after the keys, and saying this besides.
pub(super) fn draft(
    key: &impl KeyDetails,
    sort: SignatureType,
    later: u32,
    says: Vec<Says>,
) -> SignatureConfig {
    let (algorithm, digest) = (PublicKeyAlgorithm::Ed25519, HashAlgorithm::Sha256);
    let mut config = match key.version() {
        KeyVersion::V6 => SignatureConfig::v6_with_salt(sort, algorithm, digest, vec![7; 16]),
        _ => SignatureConfig::v4(sort, algorithm, digest),
    };
    let made = Says::SignatureCreationTime(Timestamp::from_secs(MADE + later));
    let own = [made, Says::IssuerFingerprint(key.fingerprint())];
    let says = own.into_iter().chain(says);
    config.hashed_subpackets = says.map(|says| Subpacket::regular(says).unwrap()).collect();
    config
}

/// That a key may sign, or not.
pub(super) fn signs(yes: bool) -> Says {
    let mut flags = KeyFlags::default();
    flags.set_certify(!yes);
    flags.set_sign(yes);
    Says::KeyFlags(flags)
}

/// That a key ends so many seconds after it was made.
pub(super) fn ends(after: u32) -> Says {
    Says::KeyExpirationTime(Duration::from_secs(after))
}

pub(super) fn user(name: &str) -> UserId {
    UserId::from_str(PacketHeaderVersion::New, name).unwrap()
}

/// A key's signature about itself and a user.
pub(super) fn certified(key: &SecretKey, user: &UserId, draft: SignatureConfig) -> Signature {
    let public = key.public_key();
    let made = draft.sign_certification(key, public, &Password::empty(), Tag::UserId, user);
    made.unwrap()
}

/// A key's signature about a key, itself perhaps.
pub(super) fn about(key: &SecretKey, other: &SecretKey, draft: SignatureConfig) -> Signature {
    let made = draft.sign_key(key, &Password::empty(), other.public_key());
    made.unwrap()
}

/// A primary key's signature about a subkey.
pub(super) fn binding(key: &SecretKey, sub: &SecretSubkey, draft: SignatureConfig) -> Signature {
    let (own, other) = (key.public_key(), sub.public_key());
    let made = draft.sign_subkey_binding(key, own, &Password::empty(), other);
    made.unwrap()
}

/// A subkey's signature about the primary key that it belongs to.
pub(super) fn returned(sub: &SecretSubkey, key: &SecretKey, later: u32) -> Says {
    let draft = draft(sub, SignatureType::KeyBinding, later, Vec::new());
    returned_as(sub, key, draft)
}

pub(super) fn returned_as(sub: &SecretSubkey, key: &SecretKey, draft: SignatureConfig) -> Says {
    let (own, other) = (sub.public_key(), key.public_key());
    let made = draft.sign_primary_key_binding(sub, own, &Password::empty(), other);
    Says::EmbeddedSignature(Box::new(made.unwrap()))
}

/// A signature over a document.
pub(super) fn signed(key: &impl SigningKey, draft: SignatureConfig, payload: &[u8]) -> Signature {
    draft.sign(key, &Password::empty(), payload).unwrap()
}

/// Packets one behind the other.
#[derive(Clone, Default)]
pub(super) struct Packets(pub(super) Vec<u8>);

impl Packets {
    pub(super) fn and(mut self, packet: &impl PacketTrait) -> Self {
        packet.to_writer_with_header(&mut self.0).unwrap();
        self
    }

    /// The primary key with one user and the key's word that it may sign.
    pub(super) fn of(key: &SecretKey) -> Self {
        let user = user("a");
        let draft = draft(key, SignatureType::CertPositive, 0, vec![signs(true)]);
        let own = certified(key, &user, draft);
        Self::default().and(key.public_key()).and(&user).and(&own)
    }

    /// With a subkey bound to it on both sides.
    pub(super) fn with(self, key: &SecretKey, sub: &SecretSubkey) -> Self {
        let says = vec![signs(true), returned(sub, key, 0)];
        let draft = draft(key, SignatureType::SubkeyBinding, 0, says);
        self.and(sub.public_key()).and(&binding(key, sub, draft))
    }

    pub(super) fn certificate(&self) -> String {
        armoured("PGP PUBLIC KEY BLOCK", &self.0)
    }

    pub(super) fn signature(&self) -> String {
        armoured("PGP SIGNATURE", &self.0)
    }
}

fn armoured(name: &str, bytes: &[u8]) -> String {
    let digits = BASE64.encode(bytes);
    format!("-----BEGIN {name}-----\n\n{digits}\n-----END {name}-----\n")
}

/// The full fingerprint of a key of that seed and its certificate, for those who need any.
pub(crate) fn any_certificate(seed: u8) -> (String, Vec<u8>) {
    let key = primary(seed);
    let text = Packets::of(&key).certificate();
    (fingerprint(&key), text.into_bytes())
}
