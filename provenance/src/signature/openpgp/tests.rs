use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureConfig, Subpacket, SubpacketData as Says};
use pgp::types::{KeyDetails as _, KeyVersion};
use proptest::prelude::*;

use super::crafted::{MADE, Packets, draft, fingerprint, primary, primary_of, signed, signs};
use super::*;

const PAYLOAD: &[u8] = b"payload";

fn key(seed: u8) -> SigningKey {
    let key = primary(seed);
    let text = Packets::of(&key).certificate();
    let certificate = Certificate::parse(text.as_bytes(), &fingerprint(&key));
    certificate.unwrap().signing.remove(0)
}

/// A signature over [`PAYLOAD`] by the key of seed 1, changed before it is made.
fn made(change: impl Fn(&mut SignatureConfig)) -> Result<OpenPgpSignature, SignatureError> {
    let key = primary(1);
    let mut draft = draft(&key, SignatureType::Binary, 9, Vec::new());
    change(&mut draft);
    let packets = Packets::default().and(&signed(&key, draft, PAYLOAD));
    OpenPgpSignature::parse(packets.signature().as_bytes())
}

#[test]
fn a_signature_counts_over_its_bytes_and_by_its_key_alone() {
    let signature = made(|_| {}).unwrap();
    assert_eq!(signature.check(PAYLOAD, &key(1)), Ok(()));
    assert_eq!(
        signature.check(b"other", &key(1)),
        Err(SignatureError::Wrong)
    );
    assert_eq!(
        signature.check(PAYLOAD, &key(2)),
        Err(SignatureError::Wrong)
    );
    assert_eq!(signature.algorithm(), "openpgp-ed25519-sha256");
    let dates = signature.dates();
    assert_eq!(dates.made, Some(form::time(MADE + 9)));
    assert_eq!(dates.expires, None);
}

#[test]
fn a_signature_of_version_6_counts_by_a_key_of_version_6_alone() {
    let primary = primary_of(1, KeyVersion::V6);
    let own = draft(&primary, SignatureType::Key, 0, vec![signs(true)]);
    let own = crafted::about(&primary, &primary, own);
    let text = Packets::default().and(primary.public_key()).and(&own);
    let text = text.certificate();
    let certificate = Certificate::parse(text.as_bytes(), &fingerprint(&primary));
    let six = certificate.unwrap().signing.remove(0);
    let over = draft(&primary, SignatureType::Binary, 0, Vec::new());
    let packets = Packets::default().and(&signed(&primary, over, PAYLOAD));
    let signature = OpenPgpSignature::parse(packets.signature().as_bytes()).unwrap();
    assert_eq!(signature.check(PAYLOAD, &six), Ok(()));
    assert_eq!(
        signature.check(PAYLOAD, &key(1)),
        Err(SignatureError::Wrong)
    );
    let four = made(|_| {}).unwrap();
    assert_eq!(four.check(PAYLOAD, &six), Err(SignatureError::Wrong));
}

#[test]
fn refuses_other_sorts_digests_and_what_is_not_known() {
    let refused = |change: &dyn Fn(&mut SignatureConfig)| made(change).unwrap_err().to_string();
    for (found, part) in [
        (
            refused(&|draft| draft.typ = SignatureType::Text),
            "type 0x01",
        ),
        (
            refused(&|draft| draft.hash_alg = HashAlgorithm::Sha3_256),
            "digest is",
        ),
        (
            refused(&|draft| drop(draft.hashed_subpackets.remove(0))),
            "when it was made",
        ),
        (
            refused(&|draft| {
                let again = draft.hashed_subpackets[0].clone();
                draft.hashed_subpackets.push(again);
            }),
            "the same thing twice",
        ),
        (
            refused(&|draft| {
                let again = draft.hashed_subpackets[1].clone();
                draft.hashed_subpackets.push(again);
            }),
            "it names two keys",
        ),
        (
            refused(&|draft| drop(draft.hashed_subpackets.remove(1))),
            "which key made it",
        ),
        (
            refused(&|draft| draft.hashed_subpackets.push(critical())),
            "type 6 ",
        ),
        (
            refused(&|draft| draft.unhashed_subpackets.push(critical())),
            "type 6 ",
        ),
        (
            refused(&|draft| {
                let flags = Subpacket::critical(signs(true)).unwrap();
                draft.hashed_subpackets.push(flags);
            }),
            "type 27",
        ),
    ] {
        assert!(found.contains(part), "{found}: {part}");
    }
    let told = made(|draft| {
        let told = Subpacket::regular(Says::Other(99, "x".into())).unwrap();
        draft.hashed_subpackets.push(told);
    });
    assert!(told.is_ok());
}

fn critical() -> Subpacket {
    Subpacket::critical(Says::RegularExpression("x".into())).unwrap()
}

#[test]
fn an_id_or_an_uncovered_fingerprint_is_a_hint_and_a_covered_one_is_meant() {
    let (one, two) = (primary(1), primary(2));
    let names = [fingerprint(&one), fingerprint(&two)];
    let may_be = |change: &dyn Fn(&mut SignatureConfig)| {
        let issuer = made(change).unwrap().issuer;
        names.each_ref().map(|name| issuer.may_be(name))
    };
    let id = |key: &pgp::packet::SecretKey| {
        Subpacket::regular(Says::IssuerKeyId(key.legacy_key_id())).unwrap()
    };
    assert_eq!(may_be(&|_| {}), [true, false]);
    let forged = may_be(&|draft| draft.unhashed_subpackets.push(id(&two)));
    assert_eq!(forged, [true, false]);
    let both = may_be(&|draft| {
        draft.hashed_subpackets.remove(1);
        draft.unhashed_subpackets.extend([id(&two), id(&one)]);
    });
    assert_eq!(both, [true, true]);
    let uncovered = may_be(&|draft| {
        let issuer = draft.hashed_subpackets.remove(1);
        draft.unhashed_subpackets.push(issuer);
    });
    assert_eq!(uncovered, [true, false]);
    // Whatever is hinted at, only the arithmetic says who it was.
    let hinted = made(|draft| {
        draft.hashed_subpackets.remove(1);
        draft.unhashed_subpackets.extend([id(&two), id(&one)]);
    });
    let hinted = hinted.unwrap();
    assert_eq!(hinted.check(PAYLOAD, &key(1)), Ok(()));
    assert_eq!(hinted.check(PAYLOAD, &key(2)), Err(SignatureError::Wrong));
}

#[test]
fn a_signature_that_is_older_than_its_key_does_not_count() {
    let early = made(|draft| {
        let time = pgp::types::Timestamp::from_secs(MADE - 1);
        let time = Says::SignatureCreationTime(time);
        draft.hashed_subpackets[0] = Subpacket::regular(time).unwrap();
    });
    let error = early.unwrap().check(PAYLOAD, &key(1)).unwrap_err();
    assert!(matches!(error, SignatureError::Predates { .. }), "{error}");
}

proptest! {
    #[test]
    fn never_panics(at in 0_usize..200, to in any::<u8>(), end in 0_usize..200) {
        let over = draft(&primary(1), SignatureType::Binary, 0, Vec::new());
        let mut packets = Packets::default().and(&signed(&primary(1), over, PAYLOAD));
        let length = packets.0.len();
        packets.0[at % length] = to;
        let parse = |packets: &Packets| OpenPgpSignature::parse(packets.signature().as_bytes());
        if let Ok(signature) = parse(&packets) {
            let _ = signature.check(PAYLOAD, &key(1));
        }
        packets.0.truncate(end % length);
        let _ = parse(&packets);
    }
}
