//! OpenPGP certificates: which keys in one may sign, and when.
//!
//! What a certificate says is taken from the newest of its signatures on itself. Where one that is
//! newer cannot be relied on, nobody knows what it ended, and the older one does not count in its
//! place. What is said beside a picture of its user is not heeded. Whoever may change the file says
//! which version of the certificate counts, so what is in it is not judged by time; what it says
//! about times is for those who judge signatures.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pgp::packet::{
    PublicKey, PublicSubkey, RevocationCode, Signature, SignatureType, SubpacketData, UserId,
};
use pgp::types::Tag;
use thiserror::Error;

use super::form::{Form, Purpose, after, all_subpackets};
use super::issuer::Issuer;
use super::key::{Incapable, Packet, SigningKey, Weak, Withdrawn, check, fingerprint_of, made};
use super::packets::{self, PUBLIC_KEY, PUBLIC_SUBKEY, SECRET, SIGNATURE, USER_ATTRIBUTE, USER_ID};
use crate::signature::armor;

/// What a certificate says about its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Those that may sign, at some time at least.
    pub(crate) signing: Vec<SigningKey>,
    /// The full fingerprints of others, and why they may not.
    pub(crate) others: Vec<(String, Incapable)>,
}

/// The bytes a certificate may have: ten times what one with many users has that is exported without others' signatures.
const MAX_SIZE: usize = 256 << 10;
/// How many signatures in one are checked.
const MAX_CHECKS: usize = 128;

impl Certificate {
    /// The certificate in an armoured text, of the primary key of this fingerprint.
    ///
    /// # Errors
    /// [`CertificateError`] where the text is not exactly one certificate of that key which can sign.
    pub(crate) fn parse(text: &[u8], fingerprint: &str) -> Result<Self, CertificateError> {
        if text.len() > MAX_SIZE {
            return Err(CertificateError::TooLarge);
        }
        let bytes = armor::open(text, &armor::CERTIFICATE).map_err(bad)?;
        let parts = Parts::split(&bytes)?;
        let found = fingerprint_of(&parts.primary);
        if found != fingerprint {
            return Err(CertificateError::Other { found });
        }
        let certificate = parts.judged()?;
        if certificate.signing.is_empty() {
            let why = match &certificate.others[..] {
                [(_, why)] => why.to_string(),
                _ => "no key in it both may sign and is bound to it on both sides".to_owned(),
            };
            return Err(CertificateError::NoSigningKey { why });
        }
        Ok(certificate)
    }
}

/// A certificate's packets, each signature with what it is about.
struct Parts {
    primary: PublicKey,
    direct: Vec<Signature>,
    users: Vec<(UserId, Vec<Signature>)>,
    subkeys: Vec<(PublicSubkey, Vec<Signature>)>,
}

impl Parts {
    fn split(bytes: &[u8]) -> Result<Self, CertificateError> {
        let split = packets::split(bytes).map_err(bad)?;
        if split.iter().any(|packet| SECRET.contains(&packet.tag)) {
            return Err(CertificateError::Secret);
        }
        let (first, rest) = match split.split_first() {
            Some((first, rest)) if first.tag == PUBLIC_KEY => (first, rest),
            _ => return Err(bad("it does not begin with a primary key")),
        };
        let primary = packets::primary(first.body);
        let mut parts = Self {
            primary: primary.ok_or_else(|| bad("its primary key is unreadable"))?,
            direct: Vec::new(),
            users: Vec::new(),
            subkeys: Vec::new(),
        };
        let mut about = About::Primary;
        for packet in rest {
            match packet.tag {
                SIGNATURE => parts.add(about, packets::signature(packet.body))?,
                USER_ID => {
                    let user = packets::user(packet.body);
                    let user = user.ok_or_else(|| bad("a user in it is unreadable"))?;
                    parts.users.push((user, Vec::new()));
                    about = About::User;
                }
                USER_ATTRIBUTE => about = About::Attribute,
                // What is for other purposes may be of sorts that are unknown here.
                PUBLIC_SUBKEY => {
                    let key = packets::subkey(packet.body);
                    about = key.as_ref().map_or(About::OtherSubkey, |_| About::Subkey);
                    parts.subkeys.extend(key.map(|key| (key, Vec::new())));
                }
                PUBLIC_KEY => return Err(bad("it holds a second certificate")),
                _ => return Err(bad("it holds a packet that no certificate has")),
            }
        }
        Ok(parts)
    }

    /// A signature that cannot be read says nothing about a user; elsewhere it may revoke a key. A
    /// revocation of the primary key is one wherever it stands.
    fn add(&mut self, about: About, read: Option<Signature>) -> Result<(), CertificateError> {
        let sort = read.as_ref().and_then(Signature::typ);
        let list = match about {
            _ if sort == Some(SignatureType::KeyRevocation) => Some(&mut self.direct),
            About::Primary | About::User | About::Attribute
                if sort == Some(SignatureType::SubkeyRevocation) =>
            {
                return Err(bad("a revocation in it does not stand behind its subkey"));
            }
            About::Primary => Some(&mut self.direct),
            About::Subkey => self.subkeys.last_mut().map(|(_, list)| list),
            About::User => {
                if let Some((_, list)) = self.users.last_mut() {
                    list.extend(read);
                }
                return Ok(());
            }
            About::Attribute | About::OtherSubkey => return Ok(()),
        };
        if let Some(list) = list {
            list.push(read.ok_or_else(|| bad("a signature in it is unreadable"))?);
        }
        Ok(())
    }

    fn judged(&self) -> Result<Certificate, CertificateError> {
        let rsa_bits = check(&self.primary).map_err(weak)?;
        let mut checks = Checks::default();
        let (own, doubtful) = self.own(&mut checks)?;
        let (signs, ends) = newest(&own, made(&self.primary)).ok_or(CertificateError::Unsigned)?;
        if doubtful.is_newer_than(&own) {
            return Err(CertificateError::Doubtful);
        }
        let revoked = self.revoked(&mut checks)?;
        let primary = SigningKey {
            packet: Packet::Primary(self.primary.clone()),
            fingerprint: fingerprint_of(&self.primary),
            made: made(&self.primary),
            ends,
            revoked,
            rsa_bits,
        };
        let mut names = BTreeSet::from([primary.fingerprint.clone()]);
        let mut certificate = Certificate {
            signing: Vec::new(),
            others: Vec::new(),
        };
        for (key, signatures) in &self.subkeys {
            let name = fingerprint_of(key);
            if !names.insert(name.clone()) {
                return Err(bad("it holds a key twice"));
            }
            match self.subkey(key, signatures, &primary, &mut checks)? {
                Ok(key) => certificate.signing.push(key),
                Err(why) => certificate.others.push((name, why)),
            }
        }
        if signs {
            certificate.signing.insert(0, primary);
        } else {
            let other = (primary.fingerprint, Incapable::Flags);
            certificate.others.insert(0, other);
        }
        Ok(certificate)
    }

    /// The primary key's own signatures about itself and its users, as far as they count, and those
    /// that say to be its own and do not.
    fn own(&self, checks: &mut Checks) -> Result<(Vec<Form>, Doubtful), CertificateError> {
        let (mut own, mut doubtful) = (Vec::new(), Doubtful::default());
        for signature in of_sort(&self.direct, &[SignatureType::Key]) {
            if self.is_named(signature) {
                checks.count()?;
                own.extend(doubtful.sift(signature, &signature.verify_key(&self.primary)));
            }
        }
        for (user, signatures) in &self.users {
            let verify =
                |one: &Signature| one.verify_certification(&self.primary, Tag::UserId, user);
            let mut revoked = None;
            for revocation in of_sort(signatures, &[SignatureType::CertRevocation]) {
                if self.is_named(revocation) {
                    checks.count()?;
                    verify(revocation).map_err(|_| CertificateError::Revocation)?;
                    revoked = revoked.max(Some(made_at(revocation).unwrap_or(Timestamp::MAX)));
                }
            }
            for signature in of_sort(signatures, &CERTIFIES) {
                if self.is_named(signature) {
                    checks.count()?;
                    let form = doubtful.sift(signature, &verify(signature));
                    own.extend(form.filter(|form| Some(form.made) > revoked));
                }
            }
        }
        Ok((own, doubtful))
    }

    /// Whether a signature says to be one of the primary key.
    fn is_named(&self, signature: &Signature) -> bool {
        let name = fingerprint_of(&self.primary);
        Issuer::of(signature).is_ok_and(|issuer| issuer.may_be(&name))
    }

    fn revoked(&self, checks: &mut Checks) -> Result<Option<Withdrawn>, CertificateError> {
        let revocations = of_sort(&self.direct, &[SignatureType::KeyRevocation]);
        withdrawn(revocations, checks, |one| one.verify_key(&self.primary))
    }

    /// A subkey that may sign, with the bounds of the primary key, or why it may not.
    fn subkey(
        &self,
        key: &PublicSubkey,
        signatures: &[Signature],
        primary: &SigningKey,
        checks: &mut Checks,
    ) -> Result<Result<SigningKey, Incapable>, CertificateError> {
        let rsa_bits = match check(key) {
            Ok(bits) => bits,
            Err(weak) => return Ok(Err(Incapable::Weak(weak))),
        };
        let revocations = of_sort(signatures, &[SignatureType::SubkeyRevocation]);
        let revoked = withdrawn(revocations, checks, |one| {
            one.verify_subkey_binding(&self.primary, key)
        })?;
        let (mut bindings, mut doubtful) = (Vec::new(), Doubtful::default());
        for signature in of_sort(signatures, &[SignatureType::SubkeyBinding]) {
            if self.is_named(signature) {
                checks.count()?;
                let verified = signature.verify_subkey_binding(&self.primary, key);
                let form = doubtful.sift(signature, &verified);
                bindings.extend(form.map(|form| (form, signature)));
            }
        }
        let latest = bindings.iter().map(|(form, _)| form.made).max();
        bindings.retain(|(form, _)| Some(form.made) == latest);
        let forms: Vec<Form> = bindings.iter().map(|(form, _)| *form).collect();
        let Some((signs, ends)) = newest(&forms, made(key)) else {
            return Ok(Err(Incapable::Unbound));
        };
        if doubtful.is_newer_than(&forms) {
            return Ok(Err(Incapable::Doubtful));
        }
        if !signs {
            return Ok(Err(Incapable::Flags));
        }
        for (_, binding) in bindings {
            if !self.is_returned(binding, key, checks)? {
                return Ok(Err(Incapable::OneSided));
            }
        }
        Ok(Ok(SigningKey {
            packet: Packet::Subkey(key.clone()),
            fingerprint: fingerprint_of(key),
            made: made(key).max(primary.made),
            ends: earlier(ends, primary.ends),
            revoked: revoked.into_iter().chain(primary.revoked).min(),
            rsa_bits,
        }))
    }

    /// Whether a binding holds the subkey's own signature that it belongs to the primary key:
    /// otherwise anybody could take somebody else's subkey up, and with it what it signed.
    fn is_returned(
        &self,
        binding: &Signature,
        key: &PublicSubkey,
        checks: &mut Checks,
    ) -> Result<bool, CertificateError> {
        let Some(config) = binding.config() else {
            return Ok(false);
        };
        for subpacket in all_subpackets(config) {
            let SubpacketData::EmbeddedSignature(returned) = &subpacket.data else {
                continue;
            };
            checks.count()?;
            let form = Form::of(returned, Purpose::Certificate);
            let lasts = form.is_ok_and(|form| form.expires.is_none());
            if lasts
                && returned
                    .verify_primary_key_binding(key, &self.primary)
                    .is_ok()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What the signatures that follow are about.
#[derive(Clone, Copy)]
enum About {
    Primary,
    User,
    Subkey,
    /// A picture of the user.
    Attribute,
    /// A subkey of an unknown sort.
    OtherSubkey,
}

/// The signatures that certify a user.
const CERTIFIES: [SignatureType; 4] = [
    SignatureType::CertGeneric,
    SignatureType::CertPersona,
    SignatureType::CertCasual,
    SignatureType::CertPositive,
];

/// When those were made that say to be the primary key's own, and cannot be relied on: by their
/// arithmetic, by their digest, or by what they say besides.
#[derive(Default)]
struct Doubtful(Vec<Option<Timestamp>>);

impl Doubtful {
    /// What a signature says, if it can be relied on.
    fn sift(&mut self, signature: &Signature, verified: &pgp::errors::Result<()>) -> Option<Form> {
        let form = Form::of(signature, Purpose::Certificate);
        let form = form.ok().filter(|_| verified.is_ok());
        if form.is_none() {
            self.0.push(made_at(signature));
        }
        form
    }

    /// Whether one of them may have ended what these say.
    fn is_newer_than(&self, forms: &[Form]) -> bool {
        let latest = forms.iter().map(|form| form.made).max();
        let mut times = self.0.iter();
        times.any(|made| made.is_none() || *made > latest)
    }
}

/// How many signatures were checked.
#[derive(Default)]
struct Checks(usize);

impl Checks {
    fn count(&mut self) -> Result<(), CertificateError> {
        self.0 += 1;
        if self.0 > MAX_CHECKS {
            return Err(CertificateError::TooMany);
        }
        Ok(())
    }
}

fn of_sort<'a>(
    signatures: &'a [Signature],
    sorts: &[SignatureType],
) -> impl Iterator<Item = &'a Signature> {
    let is_one = |one: &&Signature| one.typ().is_some_and(|sort| sorts.contains(&sort));
    signatures.iter().filter(is_one)
}

/// Whether the newest of these says that the key may sign, and when it ends. Of two that are as
/// new as each other the stricter counts. One that says nothing of what the key is for, as gpg
/// makes it to name who else may revoke the key, leaves that as it is if there are others; an end
/// that it names counts.
fn newest(forms: &[Form], made: Timestamp) -> Option<(bool, Option<Timestamp>)> {
    let of_use = forms.iter().filter(|form| form.signs.is_some());
    let latest = of_use.clone().map(|form| form.made).max();
    let newest: Vec<&Form> = match latest {
        Some(latest) => of_use.filter(|form| form.made == latest).collect(),
        None => forms.iter().collect(),
    };
    if newest.is_empty() {
        return None;
    }
    let besides = forms.iter().filter(|form| form.signs.is_none());
    let besides = besides.filter(|form| Some(form.made) >= latest);
    let ends = newest.iter().copied().chain(besides).filter_map(|form| {
        let lifetime = form.lifetime.and_then(|lasts| after(made, lasts));
        earlier(lifetime, form.expires)
    });
    let signs = newest.iter().all(|form| form.signs == Some(true));
    Some((signs, ends.min()))
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// The strictest of these revocations. Each of them must be the primary key's own: one by somebody
/// whom it named for that, or that is damaged, is not passed over. A weak digest is no reason to
/// believe that a key is not revoked.
fn withdrawn<'a>(
    revocations: impl Iterator<Item = &'a Signature>,
    checks: &mut Checks,
    verify: impl Fn(&Signature) -> pgp::errors::Result<()>,
) -> Result<Option<Withdrawn>, CertificateError> {
    let mut strictest = None;
    for revocation in revocations {
        checks.count()?;
        verify(revocation).map_err(|_| CertificateError::Revocation)?;
        let withdrawn = match (is_soft(revocation), made_at(revocation)) {
            (true, Some(since)) => Withdrawn::Since(since),
            _ => Withdrawn::Always,
        };
        strictest = strictest.into_iter().chain([withdrawn]).min();
    }
    Ok(strictest)
}

/// Whether a revocation says that nothing bad happened.
fn is_soft(revocation: &Signature) -> bool {
    let hashed = revocation.config().map(|config| &config.hashed_subpackets);
    let mut reasons = hashed
        .into_iter()
        .flatten()
        .filter_map(|one| match &one.data {
            SubpacketData::RevocationReason(code, _) => Some(*code),
            _ => None,
        });
    let is_soft = |code| {
        matches!(
            code,
            RevocationCode::KeySuperseded | RevocationCode::KeyRetired
        )
    };
    reasons.next().is_some_and(is_soft) && reasons.all(is_soft)
}

fn made_at(signature: &Signature) -> Option<Timestamp> {
    let hashed = &signature.config()?.hashed_subpackets;
    let times = hashed.iter().filter_map(|one| match one.data {
        SubpacketData::SignatureCreationTime(time) => Some(super::form::time(time.as_secs())),
        _ => None,
    });
    times.min()
}

fn weak(why: Weak) -> CertificateError {
    CertificateError::Primary {
        why: why.to_string(),
    }
}

fn bad(what: &'static str) -> CertificateError {
    CertificateError::Malformed { what }
}

/// Why a file is not the certificate of an OpenPGP key that can sign.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// It is larger than any certificate has to be.
    #[error("it has more than {} KiB, others' signatures most likely", MAX_SIZE >> 10)]
    TooLarge,
    /// It is not exactly one certificate.
    #[error("it is malformed: {what}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
    /// It holds a secret key, which must not be in Git.
    #[error(
        "it holds a secret key: revoke that key, and export its certificate with --export, not with --export-secret-keys"
    )]
    Secret,
    /// It is that of another key.
    #[error("it is the certificate of the primary key {found}")]
    Other {
        /// The primary key's fingerprint.
        found: String,
    },
    /// The primary key is not one whose signatures count.
    #[error("its primary key does not count: {why}")]
    Primary {
        /// Why.
        why: String,
    },
    /// The primary key says nothing about itself.
    #[error("its primary key has signed nothing about itself by SHA-256, SHA-384 or SHA-512")]
    Unsigned,
    /// What it said last about itself cannot be relied on.
    #[error(
        "what its primary key signed last about itself is by a weak digest, damaged, or says what is not known here, so nobody knows whether the key has ended: have it signed anew by SHA-256 (gpg --cert-digest-algo SHA256 --quick-set-expire)"
    )]
    Doubtful,
    /// A revocation that is not the primary key's own.
    #[error(
        "it holds a revocation that is not known to be its primary key's (by somebody else, damaged, or by a weak digest), so nobody knows whether it counts"
    )]
    Revocation,
    /// More signatures than are checked.
    #[error("it holds more than {MAX_CHECKS} signatures of its own")]
    TooMany,
    /// No key in it can sign.
    #[error("none of its keys can sign: {why}")]
    NoSigningKey {
        /// Why.
        why: String,
    },
}

#[cfg(test)]
mod tests;
