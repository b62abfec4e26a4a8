use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    Notation, RevocationCode as Code, SecretKey, SecretSubkey, SignatureConfig,
    SignatureType as Sort, Subpacket,
};
use pgp::types::KeyVersion;
use proptest::prelude::*;

use super::*;
use crate::signature::openpgp::crafted::*;

/// A digest that does not count; with SHA-1 no Ed25519 key signs.
const OTHER: HashAlgorithm = HashAlgorithm::Sha3_256;

fn parsed(key: &SecretKey, packets: &Packets) -> Result<Certificate, CertificateError> {
    Certificate::parse(packets.certificate().as_bytes(), &fingerprint(key))
}

/// Those of a certificate's keys that sign.
fn signing(key: &SecretKey, packets: &Packets) -> Vec<SigningKey> {
    parsed(key, packets).unwrap().signing
}

fn at(later: u32) -> Timestamp {
    super::super::form::time(MADE + later)
}

/// What becomes of a subkey with these signatures about it, at once or one after the other.
fn bound(bindings: &[Signature]) -> Result<SigningKey, Incapable> {
    let (key, sub) = (primary(1), subkey(2));
    let packets = Packets::of(&key).and(sub.public_key());
    let packets = bindings.iter().fold(packets, Packets::and);
    let Certificate { signing, others } = parsed(&key, &packets).unwrap();
    let name = fingerprint(&sub);
    let is_sub = |one: &SigningKey| one.fingerprint == name;
    match signing.into_iter().find(is_sub) {
        Some(key) => Ok(key),
        None => Err(others.into_iter().find(|(one, _)| *one == name).unwrap().1),
    }
}

/// A binding of the subkey, changed before it is signed.
fn changed(change: impl Fn(&mut SignatureConfig, &SecretKey, &SecretSubkey)) -> Signature {
    let (key, sub) = (primary(1), subkey(2));
    let says = vec![signs(true), returned(&sub, &key, 0)];
    let mut draft = draft(&key, Sort::SubkeyBinding, 0, says);
    change(&mut draft, &key, &sub);
    binding(&key, &sub, draft)
}

/// A binding of the subkey of so many seconds later.
fn later(later: u32, says: Vec<Says>) -> Signature {
    let (key, sub) = (primary(1), subkey(2));
    let says = says.into_iter().chain([returned(&sub, &key, later)]);
    let draft = draft(&key, Sort::SubkeyBinding, later, says.collect());
    binding(&key, &sub, draft)
}

#[test]
fn a_primary_key_and_a_subkey_that_are_bound_may_sign() {
    let (key, sub) = (primary(1), subkey(2));
    let found = signing(&key, &Packets::of(&key).with(&key, &sub));
    let names: Vec<&str> = found.iter().map(|key| &*key.fingerprint).collect();
    assert_eq!(names, [fingerprint(&key), fingerprint(&sub)]);
    for key in found {
        assert_eq!((key.made, key.ends, key.revoked), (at(0), None, None));
    }
}

#[test]
fn a_key_of_version_6_counts_and_one_of_another_fingerprint_does_not() {
    let key = primary_of(1, KeyVersion::V6);
    let own = draft(&key, Sort::Key, 0, vec![signs(true)]);
    let packets = Packets::default();
    let packets = packets.and(key.public_key()).and(&about(&key, &key, own));
    assert_eq!(signing(&key, &packets)[0].fingerprint.len(), 64);
    let other = parsed(&primary(2), &packets);
    assert!(matches!(other, Err(CertificateError::Other { found }) if found == fingerprint(&key)));
}

#[test]
fn a_subkey_says_itself_that_it_belongs_to_the_primary_key() {
    assert!(bound(&[changed(|_, _, _| {})]).is_ok());
    let with = |says: fn(&SecretKey, &SecretSubkey) -> Option<Says>| {
        bound(&[changed(|draft, key, sub| {
            draft.hashed_subpackets.pop();
            let says = says(key, sub).map(|says| Subpacket::regular(says).unwrap());
            draft.hashed_subpackets.extend(says);
        })])
    };
    assert!(with(|key, sub| Some(returned(sub, key, 0))).is_ok());
    let weak = with(|key, sub| {
        let mut draft = draft(sub, Sort::KeyBinding, 0, Vec::new());
        draft.hash_alg = OTHER;
        Some(returned_as(sub, key, draft))
    });
    let critical = with(|key, sub| {
        let mut draft = draft(sub, Sort::KeyBinding, 0, Vec::new());
        draft.hashed_subpackets.push(notation(true));
        Some(returned_as(sub, key, draft))
    });
    for refused in [
        with(|_, _| None),
        with(|key, _| Some(returned(&subkey(3), key, 0))),
        with(|_, sub| Some(returned(sub, &primary(4), 0))),
        weak,
        critical,
    ] {
        assert_eq!(refused, Err(Incapable::OneSided));
    }
    // Where gpg puts it, for nothing has to cover it.
    let unhashed = changed(|draft, _, _| {
        let returned = draft.hashed_subpackets.pop();
        draft.unhashed_subpackets.extend(returned);
    });
    assert!(bound(&[unhashed]).is_ok());
}

fn notation(is_critical: bool) -> Subpacket {
    let notation = Says::Notation(Notation {
        readable: true,
        name: "a@example.org".into(),
        value: "1".into(),
    });
    if is_critical {
        Subpacket::critical(notation).unwrap()
    } else {
        Subpacket::regular(notation).unwrap()
    }
}

#[test]
fn what_binds_a_subkey_is_strong_covers_what_it_says_and_asks_for_nothing_unknown() {
    let unbound = Err(Incapable::Unbound);
    let weak = changed(|draft, _, _| draft.hash_alg = OTHER);
    assert_eq!(bound(&[weak]), unbound);
    let critical = changed(|draft, _, _| draft.hashed_subpackets.push(notation(true)));
    assert_eq!(bound(&[critical]), unbound);
    let unknown = Subpacket::critical(Says::RegularExpression("x".into())).unwrap();
    let unknown = changed(|draft, _, _| draft.hashed_subpackets.push(unknown.clone()));
    assert_eq!(bound(&[unknown]), unbound);
    let told = changed(|draft, _, _| draft.hashed_subpackets.push(notation(false)));
    assert!(bound(&[told]).is_ok());
    let twice = changed(|draft, _, _| {
        let flags = Subpacket::regular(signs(true)).unwrap();
        draft.hashed_subpackets.push(flags);
    });
    assert_eq!(bound(&[twice]), unbound);
    let by_other = {
        let (key, sub) = (primary(1), subkey(2));
        let says = vec![signs(true), returned(&sub, &key, 0)];
        binding(&primary(3), &sub, draft(&key, Sort::SubkeyBinding, 0, says))
    };
    assert_eq!(bound(std::slice::from_ref(&by_other)), unbound);
    assert_eq!(bound(&[]), unbound);
    assert!(bound(&[by_other, changed(|_, _, _| {})]).is_ok());
    let flags = changed(|draft, _, _| {
        let flags = draft.hashed_subpackets.remove(2);
        draft.unhashed_subpackets.push(flags);
    });
    assert_eq!(bound(&[flags]), Err(Incapable::Flags));
    assert_eq!(
        bound(&[later(0, vec![signs(false)])]),
        Err(Incapable::Flags)
    );
}

#[test]
fn the_newest_binding_counts_wherever_it_stands() {
    let old = || later(1, vec![signs(true), ends(100)]);
    let new = || later(2, vec![signs(true), ends(50)]);
    for order in [[old(), new()], [new(), old()]] {
        assert_eq!(bound(&order).unwrap().ends, Some(at(50)));
    }
    let without = later(3, vec![signs(false)]);
    assert_eq!(bound(&[without, new()]), Err(Incapable::Flags));
    // Of two as new as each other the stricter one.
    let longer = later(2, vec![signs(true)]);
    assert_eq!(bound(&[longer, new()]).unwrap().ends, Some(at(50)));
    let expires = Says::SignatureExpirationTime(pgp::types::Duration::from_secs(30));
    let expires = later(4, vec![signs(true), expires]);
    assert_eq!(bound(&[expires, old()]).unwrap().ends, Some(at(34)));
}

#[test]
fn the_newest_word_of_the_primary_key_about_itself_counts() {
    let key = primary(1);
    let (one, two) = (user("a"), user("b"));
    let own = |user: &UserId, later, says| {
        certified(&key, user, draft(&key, Sort::CertPositive, later, says))
    };
    let begin = || Packets::default().and(key.public_key());
    let packets = begin()
        .and(&one)
        .and(&own(&one, 9, vec![signs(true), ends(70)]))
        .and(&two)
        .and(&own(&two, 5, vec![signs(true)]));
    assert_eq!(signing(&key, &packets)[0].ends, Some(at(70)));
    // A user who is revoked says nothing any more.
    let gone = draft(&key, Sort::CertRevocation, 10, Vec::new());
    let revoked = certified(&key, &one, gone);
    let packets = begin()
        .and(&one)
        .and(&own(&one, 9, vec![signs(true), ends(70)]))
        .and(&revoked)
        .and(&two)
        .and(&own(&two, 5, vec![signs(true)]));
    assert_eq!(signing(&key, &packets)[0].ends, None);
    // The subkeys end with it.
    let sub = subkey(2);
    let packets = begin()
        .and(&one)
        .and(&own(&one, 9, vec![signs(false), ends(70)]))
        .with(&key, &sub);
    let found = signing(&key, &packets);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].ends, Some(at(70)));
    // Who else may revoke it is told in a signature about nothing else.
    let names = about(&key, &key, draft(&key, Sort::Key, 20, Vec::new()));
    let packets = Packets(begin().and(&names).0);
    let packets = packets
        .and(&one)
        .and(&own(&one, 0, vec![signs(true), ends(70)]));
    assert_eq!(signing(&key, &packets)[0].ends, Some(at(70)));
}

#[test]
fn a_primary_key_says_something_about_itself_by_a_strong_digest() {
    let key = primary(1);
    let user = user("a");
    let begin = Packets::default().and(key.public_key()).and(&user);
    assert_eq!(parsed(&key, &begin), Err(CertificateError::Unsigned));
    let mut weak = draft(&key, Sort::CertPositive, 0, vec![signs(true)]);
    weak.hash_alg = OTHER;
    let weak = begin.clone().and(&certified(&key, &user, weak));
    assert_eq!(parsed(&key, &weak), Err(CertificateError::Unsigned));
    // By somebody else about it, who says to be the key itself.
    let own = draft(&key, Sort::CertPositive, 0, vec![signs(true)]);
    let made = own.sign_certification_third_party(
        &primary(2),
        &pgp::types::Password::empty(),
        key.public_key(),
        Tag::UserId,
        &user,
    );
    let other = begin.and(&made.unwrap());
    assert_eq!(parsed(&key, &other), Err(CertificateError::Unsigned));
}

#[test]
fn a_revocation_counts_for_good_unless_it_says_that_nothing_happened() {
    let key = primary(1);
    let revoked = |codes: &[Code], weak: bool| {
        let reason = |code: &Code| Says::RevocationReason(*code, "".into());
        let says = codes.iter().map(reason).collect();
        let mut draft = draft(&key, Sort::KeyRevocation, 7, says);
        if weak {
            draft.hash_alg = OTHER;
        }
        let packets = Packets::default().and(key.public_key());
        let packets = packets.and(&about(&key, &key, draft));
        let rest = &Packets::of(&key).0[Packets::default().and(key.public_key()).0.len()..];
        let packets = Packets([&packets.0, rest].concat());
        signing(&key, &packets.with(&key, &subkey(2)))
            .iter()
            .map(|key| key.revoked.unwrap())
            .collect::<Vec<_>>()
    };
    let soft = Withdrawn::Since(at(7));
    assert_eq!(revoked(&[Code::KeyRetired], false), [soft, soft]);
    assert_eq!(revoked(&[Code::KeySuperseded], true), [soft, soft]);
    for codes in [
        &[][..],
        &[Code::NoReason],
        &[Code::KeyCompromised],
        &[Code::Other(77)],
        &[Code::KeyRetired, Code::KeyCompromised],
    ] {
        let found = revoked(codes, true);
        assert_eq!(found, [Withdrawn::Always; 2], "{codes:?}");
    }
}

#[test]
fn a_revocation_counts_wherever_it_stands() {
    let (key, sub) = (primary(1), subkey(2));
    let whole = || Packets::of(&key).with(&key, &sub);
    let revocation = about(&key, &key, draft(&key, Sort::KeyRevocation, 7, Vec::new()));
    let behind_user = Packets::of(&key).and(&revocation).with(&key, &sub);
    for packets in [whole().and(&revocation), behind_user] {
        let found = signing(&key, &packets);
        let revoked: Vec<_> = found.iter().map(|key| key.revoked).collect();
        assert_eq!(revoked, [Some(Withdrawn::Always); 2]);
    }
    let of_sub = binding(
        &key,
        &sub,
        draft(&key, Sort::SubkeyRevocation, 7, Vec::new()),
    );
    let found = signing(&key, &whole().and(&of_sub));
    assert_eq!(found[1].revoked, Some(Withdrawn::Always));
    let astray = Packets::of(&key).and(&of_sub).with(&key, &sub);
    let refused = parsed(&key, &astray).unwrap_err().to_string();
    assert!(
        refused.contains("does not stand behind its subkey"),
        "{refused}"
    );
}

#[test]
fn an_end_counts_that_is_told_besides() {
    let key = primary(1);
    let user = user("a");
    for sort in [Sort::Key, Sort::CertPositive] {
        let says = |later| {
            let draft = draft(&key, sort, later, vec![ends(70)]);
            match sort {
                Sort::Key => about(&key, &key, draft),
                _ => certified(&key, &user, draft),
            }
        };
        let with = |later| match sort {
            Sort::Key => {
                let begin = Packets::default().and(key.public_key());
                let rest = Packets::of(&key).0.split_off(begin.0.len());
                Packets([begin.and(&says(later)).0, rest].concat())
            }
            _ => Packets::of(&key).and(&says(later)),
        };
        assert_eq!(signing(&key, &with(9))[0].ends, Some(at(70)), "{sort:?}");
    }
}

#[test]
fn what_cannot_be_relied_on_is_no_reason_to_believe_what_is_older() {
    let key = primary(1);
    let user = user("a");
    let weak = |later, says| {
        let mut draft = draft(&key, Sort::CertPositive, later, says);
        draft.hash_alg = OTHER;
        certified(&key, &user, draft)
    };
    let unknown = |later| {
        let mut draft = draft(&key, Sort::CertPositive, later, vec![signs(true), ends(70)]);
        draft.hashed_subpackets.push(notation(true));
        certified(&key, &user, draft)
    };
    for newer in [weak(9, vec![signs(true), ends(70)]), unknown(9)] {
        let packets = Packets::of(&key).and(&newer);
        assert_eq!(parsed(&key, &packets), Err(CertificateError::Doubtful));
    }
    // What was said anew by a digest that counts has its place.
    let begin = Packets::default().and(key.public_key()).and(&user);
    let anew = draft(&key, Sort::CertPositive, 9, vec![signs(true)]);
    let packets = begin.and(&weak(0, vec![signs(true)]));
    let packets = packets.and(&certified(&key, &user, anew));
    assert_eq!(signing(&key, &packets).len(), 1);
    let newer = changed(|draft, key, sub| {
        let says = vec![signs(false), returned(sub, key, 9)];
        *draft = super::super::crafted::draft(key, Sort::SubkeyBinding, 9, says);
        draft.hash_alg = OTHER;
    });
    let refused = bound(&[changed(|_, _, _| {}), newer]);
    assert_eq!(refused, Err(Incapable::Doubtful));
}

#[test]
fn a_revocation_that_is_not_the_key_s_own_is_not_passed_over() {
    let key = primary(1);
    let draft = draft(&primary(3), Sort::KeyRevocation, 0, Vec::new());
    let revocation = about(&primary(3), &key, draft);
    let packets = Packets::default().and(key.public_key()).and(&revocation);
    let rest = &Packets::of(&key).0[Packets::default().and(key.public_key()).0.len()..];
    let packets = Packets([&packets.0, rest].concat());
    assert_eq!(parsed(&key, &packets), Err(CertificateError::Revocation));
}

#[test]
fn the_signatures_of_others_are_not_checked_and_too_many_of_its_own_are_too_many() {
    let key = primary(1);
    let user = user("a");
    let own = |key: &SecretKey| {
        certified(
            key,
            &user,
            draft(key, Sort::CertPositive, 0, vec![signs(true)]),
        )
    };
    let with = |count: usize, one: &Signature| {
        (0..count).fold(Packets::of(&key), |packets, _| packets.and(one))
    };
    assert!(parsed(&key, &with(500, &own(&primary(2)))).is_ok());
    let packets = with(MAX_CHECKS - 1, &own(&key));
    assert!(parsed(&key, &packets).is_ok());
    let packets = with(MAX_CHECKS, &own(&key));
    assert_eq!(parsed(&key, &packets), Err(CertificateError::TooMany));
    let packets = with(2_000, &own(&primary(2)));
    assert_eq!(parsed(&key, &packets), Err(CertificateError::TooLarge));
}

#[test]
fn a_certificate_is_one_certificate_and_holds_each_key_once() {
    let (key, sub) = (primary(1), subkey(2));
    let packets = Packets::of(&key).with(&key, &sub);
    let malformed = |packets: Packets| match parsed(&key, &packets) {
        Err(CertificateError::Malformed { what }) => what,
        other => panic!("{other:?}"),
    };
    let twice = packets.clone().with(&key, &sub);
    assert_eq!(malformed(twice), "it holds a key twice");
    let two = Packets([packets.0.clone(), Packets::of(&primary(3)).0].concat());
    assert_eq!(malformed(two), "it holds a second certificate");
    let foreign = Packets([&packets.0[..], &[0xcb, 0]].concat());
    assert_eq!(
        malformed(foreign),
        "it holds a packet that no certificate has"
    );
    let damaged = Packets([&packets.0[..], &[0xc2, 1, 4]].concat());
    assert_eq!(malformed(damaged), "a signature in it is unreadable");
    let headless = Packets(packets.0[Packets::default().and(key.public_key()).0.len()..].to_vec());
    assert_eq!(malformed(headless), "it does not begin with a primary key");
    let secret = Packets::of(&key).and(&key);
    assert_eq!(parsed(&key, &secret), Err(CertificateError::Secret));
    // A key of version 3, which has no such fingerprint.
    let old = [0xc6, 11, 3, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1];
    assert!(parsed(&key, &Packets(old.to_vec())).is_err());
}

#[test]
fn an_ed25519_key_of_small_order_does_not_count() {
    // The neutral point, of version 4 and in its newer spelling: every message has the same signature.
    let point = [&[1][..], &[0; 31]].concat();
    let key = [&[4, 0, 0, 0, 1, 27][..], &point].concat();
    let key = packets::primary(&key).unwrap();
    assert_eq!(check(&key), Err(Weak::SmallOrder));
}

proptest! {
    #[test]
    fn never_panics(at in 0_usize..1_000, to in any::<u8>(), end in 0_usize..1_000) {
        let (key, sub) = (primary(1), subkey(2));
        let mut packets = Packets::of(&key).with(&key, &sub);
        let length = packets.0.len();
        packets.0[at % length] = to;
        let _ = parsed(&key, &packets);
        packets.0.truncate(end % length);
        let _ = parsed(&key, &packets);
    }
}
