//! What OpenPGP signatures say about themselves, and what is asked of each before any arithmetic.

use jiff::Timestamp;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    Signature, SignatureConfig, SignatureType, SignatureVersion, Subpacket, SubpacketData,
};

use crate::SignatureError;

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A commit or a tag.
    Document,
    /// Part of a certificate.
    Certificate,
}

/// What a signature says, of that part of it which it covers itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) made: Timestamp,
    /// From when on it does not count.
    pub(super) expires: Option<Timestamp>,
    /// For how many seconds from its making the key that it is about counts.
    pub(super) lifetime: Option<u32>,
    /// Whether the key that it is about may sign documents, if it says anything of that sort.
    pub(super) signs: Option<bool>,
}

impl Form {
    /// What a signature says, if it has one reading and is by SHA-2.
    pub(super) fn of(signature: &Signature, purpose: Purpose) -> Result<Self, SignatureError> {
        let (SignatureVersion::V4 | SignatureVersion::V6, Some(config)) =
            (signature.version(), signature.config())
        else {
            return Err(bad("its version is neither 4 nor 6"));
        };
        if !is_strong(config.hash_alg) {
            return Err(SignatureError::Digest {
                name: config.hash_alg.to_string(),
            });
        }
        let is_foreign = |one: &&Subpacket| one.is_critical && !is_known(&one.data, purpose);
        if let Some(foreign) = all_subpackets(config).find(is_foreign) {
            let subpacket = foreign.typ().as_u8(false);
            return Err(SignatureError::Critical { subpacket });
        }
        let hashed = &config.hashed_subpackets;
        let made = only(hashed, |data| match data {
            SubpacketData::SignatureCreationTime(time) => Some(time.as_secs()),
            _ => None,
        })?;
        let made = made.ok_or_else(|| bad("it does not say when it was made"))?;
        let lasts = only(hashed, |data| match data {
            SubpacketData::SignatureExpirationTime(lasts) => Some(lasts.as_secs()),
            _ => None,
        })?;
        let lifetime = only(hashed, |data| match data {
            SubpacketData::KeyExpirationTime(lasts) => Some(lasts.as_secs()),
            _ => None,
        })?;
        let signs = only(hashed, |data| match data {
            SubpacketData::KeyFlags(flags) => Some(flags.sign()),
            _ => None,
        })?;
        Ok(Self {
            made: time(made),
            expires: lasts.and_then(|lasts| after(time(made), lasts)),
            lifetime,
            signs,
        })
    }
}

/// What a signature covers itself, and what anybody can have added.
pub(super) fn all_subpackets(config: &SignatureConfig) -> impl Iterator<Item = &Subpacket> {
    let covered = config.hashed_subpackets.iter();
    covered.chain(&config.unhashed_subpackets)
}

/// A time that OpenPGP tells.
pub(super) fn time(seconds: u32) -> Timestamp {
    Timestamp::from_second(i64::from(seconds)).expect("four bytes end in 2106")
}

/// The end of a time that lasts some seconds; none of that which lasts for ever, as 0 does.
pub(super) fn after(begin: Timestamp, seconds: u32) -> Option<Timestamp> {
    let end = Timestamp::from_second(begin.as_second() + i64::from(seconds));
    (seconds > 0).then(|| end.expect("twice four bytes end in 2242"))
}

/// The one value of a sort: of two, nobody knows which one counts.
fn only<T>(
    subpackets: &[Subpacket],
    value: impl Fn(&SubpacketData) -> Option<T>,
) -> Result<Option<T>, SignatureError> {
    let mut values = subpackets.iter().filter_map(|one| value(&one.data));
    match (values.next(), values.next()) {
        (one, None) => Ok(one),
        (_, Some(_)) => Err(bad("it says the same thing twice")),
    }
}

fn is_strong(digest: HashAlgorithm) -> bool {
    matches!(
        digest,
        HashAlgorithm::Sha256 | HashAlgorithm::Sha384 | HashAlgorithm::Sha512
    )
}

/// Whether what a subpacket says is heeded, or says nothing that could keep a signature from counting.
fn is_known(data: &SubpacketData, purpose: Purpose) -> bool {
    use SubpacketData as Data;
    match data {
        Data::SignatureCreationTime(_)
        | Data::SignatureExpirationTime(_)
        | Data::IssuerKeyId(_)
        | Data::IssuerFingerprint(_)
        | Data::SignersUserID(_) => true,
        Data::KeyExpirationTime(_)
        | Data::KeyFlags(_)
        | Data::EmbeddedSignature(_)
        | Data::PreferredSymmetricAlgorithms(_)
        | Data::PreferredHashAlgorithms(_)
        | Data::PreferredCompressionAlgorithms(_)
        | Data::PreferredEncryptionModes(_)
        | Data::PreferredAeadAlgorithms(_)
        | Data::PreferredKeyServer(_)
        | Data::KeyServerPreferences(_)
        | Data::Features(_)
        | Data::IsPrimary(_)
        | Data::PolicyURI(_)
        | Data::RevocationReason(..)
        | Data::Revocable(_) => purpose == Purpose::Certificate,
        Data::Notation(_)
        | Data::RevocationKey(_)
        | Data::TrustSignature(..)
        | Data::RegularExpression(_)
        | Data::ExportableCertification(_)
        | Data::IntendedRecipientFingerprint(_)
        | Data::SignatureTarget(..)
        | Data::Experimental(..)
        | Data::Other(..) => false,
    }
}

/// The sort of a signature, for messages.
pub(super) fn sort(kind: Option<SignatureType>) -> &'static str {
    match kind {
        Some(SignatureType::Text) => "over a text whatever its line ends (type 0x01)",
        Some(SignatureType::Standalone) => "over nothing (type 0x02)",
        Some(SignatureType::Timestamp) => "of a time (type 0x40)",
        _ => "over keys or users",
    }
}

pub(super) fn bad(what: &'static str) -> SignatureError {
    SignatureError::Malformed { what }
}
