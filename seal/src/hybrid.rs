//! age's post-quantum recipients and identities, `age1pq1…` and `AGE-SECRET-KEY-PQ-1…` (c2sp.org/age, `mlkem768x25519`).

mod kem;

use std::collections::HashSet;
use std::sync::Arc;

use age::{DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};
use bech32::Hrp;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::{
    Deserializable, HpkeError, Kem, OpModeR, OpModeS, Serializable, single_shot_open,
    single_shot_seal,
};
use rand_core::OsRng;
use secrecy::ExposeSecret;

use crate::locked::LockedKey;
use crate::{key_text, stanza};
use kem::{ENCAPSULATED, EncapsulatedKey, MlKem768X25519, PrivateKey, PublicKey};

const TAG: &str = "mlkem768x25519";
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
const HRP: Hrp = Hrp::parse_unchecked("age1pq");

/// How age tells recipients apart that must not share a file with classical ones.
const LABEL: &str = "postquantum";

/// What every post-quantum recipient begins with.
pub(crate) const PREFIX: &str = "age1pq1";

/// The public half.
pub(crate) struct HybridRecipient(PublicKey);

/// The private half: a seed of 32 bytes.
pub(crate) struct HybridIdentity(PrivateKey);

impl HybridRecipient {
    /// The recipient that a text is; nothing if it is none, or not in the one form it has.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let read = key_text::decode(text).filter(|read| read.hrp() == HRP)?;
        let bytes: Vec<u8> = read.byte_iter().collect();
        let recipient = Self(PublicKey::from_bytes(&bytes).ok()?);
        (recipient.text() == text).then_some(recipient)
    }

    /// `age1pq1…`.
    pub(crate) fn text(&self) -> String {
        key_text::encode(HRP, &self.0.to_bytes())
    }
}

impl HybridIdentity {
    /// The identity that a seed is.
    pub(crate) fn new(seed: LockedKey) -> Self {
        Self(PrivateKey(Arc::new(seed)))
    }

    /// The seed.
    pub(crate) fn seed(&self) -> &LockedKey {
        &self.0.0
    }

    /// Its public half.
    pub(crate) fn recipient(&self) -> HybridRecipient {
        HybridRecipient(MlKem768X25519::sk_to_pk(&self.0))
    }
}

impl age::Recipient for HybridRecipient {
    #[expect(
        clippy::disallowed_methods,
        reason = "the file key is wrapped as the bytes it is"
    )]
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (share, body) = single_shot_seal::<ChaCha20Poly1305, HkdfSha256, MlKem768X25519, _>(
            &OpModeS::Base,
            &self.0,
            INFO,
            file_key.expose_secret(),
            b"",
            &mut OsRng,
        )
        .expect("a file key is wrapped for each point that was let in");
        let stanza = stanza::stanza(TAG, &share.to_bytes(), body);
        Ok((vec![stanza], HashSet::from([LABEL.to_owned()])))
    }
}

impl age::Identity for HybridIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == TAG).then(|| self.open(stanza).transpose())?
    }
}

impl HybridIdentity {
    /// The file key; nothing if it is wrapped for somebody else.
    fn open(&self, stanza: &Stanza) -> Result<Option<FileKey>, DecryptError> {
        let share = stanza::share(stanza, ENCAPSULATED)?;
        let share = EncapsulatedKey::from_bytes(&share).map_err(|_| DecryptError::InvalidHeader)?;
        let opened = single_shot_open::<ChaCha20Poly1305, HkdfSha256, MlKem768X25519>(
            &OpModeR::Base,
            &self.0,
            &share,
            INFO,
            &stanza.body,
            b"",
        );
        match opened {
            Ok(bytes) => Ok(Some(stanza::file_key(bytes))),
            Err(HpkeError::OpenError) => Ok(None),
            Err(_) => Err(DecryptError::InvalidHeader),
        }
    }
}
