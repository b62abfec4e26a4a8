//! Which signatures of which keys count.

use std::collections::BTreeMap;

use signet_api::{Revocation, RevocationMode};
use signet_provenance::{Reason, Signer, State};

use super::{Keyring, commit, history};
use crate::support::{BEGIN, History, at};

/// A history in which dave has this key, and its second commit, signed with this key or subkey.
fn signed(keyring: &Keyring, key: &str, with: &str) -> History {
    let mut history = history(key, &keyring.certificate(key));
    commit(&mut history, |payload, second| {
        keyring.sign(with, second, payload)
    });
    history
}

#[track_caller]
fn refused(history: &History, reason: Reason, part: &str) {
    let refusal = history.refused(history.introduction, reason);
    assert!(refusal.message.contains(part), "{refusal}");
}

#[test]
fn accepts_primary_keys_and_subkeys_of_each_sort() {
    let keyring = Keyring::new();
    for (sort, algorithm) in [
        ("rsa3072", "openpgp-rsa-sha"),
        ("ed25519", "openpgp-ed25519-sha"),
        ("nistp256/ecdsa", "openpgp-ecdsa-sha"),
        ("nistp384/ecdsa", "openpgp-ecdsa-sha"),
        ("nistp521/ecdsa", "openpgp-ecdsa-sha512"),
    ] {
        let key = keyring.key(sort, "cert,sign");
        let subkey = keyring.subkey(&key, sort, "sign", "0");
        for (with, subkey) in [(&key, None), (&subkey, Some(format!("openpgp:{subkey}")))] {
            let verdict = signed(&keyring, &key, with).good();
            let signer = Signer {
                principal: "dave".to_owned(),
                fingerprint: format!("openpgp:{key}"),
                subkey,
            };
            assert_eq!(verdict.signer, signer);
            let step = verdict.steps.last().unwrap();
            // Which digest gpg takes depends on its version.
            let found = step.algorithm.as_deref().unwrap();
            assert!(found.starts_with(algorithm), "{found}");
            assert_eq!(step.payload_sha256.as_ref().map(String::len), Some(64));
        }
    }
}

#[test]
fn refuses_an_ecdsa_signature_of_a_digest_that_is_shorter_than_its_curve() {
    let keyring = Keyring::new();
    for (sort, least) in [("nistp384/ecdsa", 384), ("nistp521/ecdsa", 512)] {
        let key = keyring.key(sort, "cert,sign");
        let mut history = history(&key, &keyring.certificate(&key));
        // gpg signs none of a shorter one: the digest's number is put in its place (RFC 9580, sections 5.2.3 and 9.5).
        commit(&mut history, |payload, second| {
            let mut bytes = opened(&keyring.sign(&key, second, payload));
            let digest = &mut bytes[5];
            assert!(matches!(*digest, 9 | 10), "{digest}");
            *digest = 8;
            armoured("PGP SIGNATURE", &bytes)
        });
        let why = format!("digest is SHA256; by a key on its curve one of {least} bits counts");
        refused(&history, Reason::BadSignature, &why);
    }
}

#[test]
fn refuses_what_gpg_signs_in_other_ways() {
    let keyring = Keyring::new();
    let key = keyring.key("rsa3072", "cert,sign");
    let certificate = keyring.certificate(&key);
    let with = |options: &'static [&str]| {
        let mut history = history(&key, &certificate);
        commit(&mut history, |payload, second| {
            keyring.sign_with(&key, second, payload, options)
        });
        history
    };
    with(&[]).good();
    with(&["--comment", "made by hand", "--emit-version"]).good();
    let bad = Reason::BadSignature;
    refused(&with(&["--digest-algo", "SHA1"]), bad, "digest is SHA1");
    refused(&with(&["--digest-algo", "SHA224"]), bad, "digest is SHA224");
    refused(&with(&["--textmode"]), bad, "type 0x01");
    refused(
        &with(&["--sig-notation", "!a@example.org=1"]),
        bad,
        "type 20",
    );
    with(&["--sig-notation", "a@example.org=1"]).good();
    with(&["--default-sig-expire", "2"]).good();
}

#[test]
fn refuses_what_is_not_exactly_one_signature_over_these_bytes() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let certificate = keyring.certificate(&key);
    let twisted = |twist: &dyn Fn(String, String) -> String| {
        let mut history = history(&key, &certificate);
        commit(&mut history, |payload, second| {
            let one = keyring.sign(&key, second, payload);
            twist(one, keyring.sign(&key, second + 1, payload))
        });
        history
    };
    let bad = Reason::BadSignature;
    twisted(&|one, _| one).good();
    let two = twisted(&|one, other| {
        let bytes = [opened(&one), opened(&other)].concat();
        armoured("PGP SIGNATURE", &bytes)
    });
    refused(&two, bad, "not one packet");
    let behind = twisted(&|one, other| one + &other);
    refused(&behind, bad, "text follows its end");
    let trailing = twisted(&|one, _| one + "x");
    refused(&trailing, bad, "text follows its end");
    let message = twisted(&|one, _| one.replace("PGP SIGNATURE", "PGP MESSAGE"));
    refused(&message, Reason::Unsupported, "PGP MESSAGE");
    let checksum = twisted(&|one, _| {
        let at = one.find("\n=").unwrap() + 2;
        let other = if one[at..].starts_with('A') { "B" } else { "A" };
        format!("{}{other}{}", &one[..at], &one[at + 1..])
    });
    refused(&checksum, bad, "checksum");
    let mut tampered = history(&key, &certificate);
    commit(&mut tampered, |payload, second| {
        keyring.sign(&key, second, &[payload, b"x"].concat())
    });
    refused(&tampered, bad, "does not fit");
}

/// The bytes in an armour.
pub(super) fn opened(armoured: &str) -> Vec<u8> {
    let lines = armoured.lines().skip_while(|line| !line.is_empty());
    let digits: String = lines
        .take_while(|line| !line.starts_with(['=', '-']))
        .collect();
    data_encoding::BASE64.decode(digits.as_bytes()).unwrap()
}

/// An armour without a checksum.
pub(super) fn armoured(name: &str, bytes: &[u8]) -> String {
    let digits = data_encoding::BASE64.encode(bytes);
    format!("-----BEGIN {name}-----\n\n{digits}\n-----END {name}-----\n")
}

#[test]
fn refuses_keys_that_are_not_for_signing() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert");
    keyring.subkey(&key, "ed25519", "sign", "0");
    let authenticates = keyring.subkey(&key, "ed25519", "auth", "0");
    let encrypts = keyring.subkey(&key, "rsa2048", "encrypt", "0");
    let certificate = keyring.certificate(&key);
    // Gpg itself does not sign with these: the signature is by another key, and says that it is by this one.
    let signer = keyring.key("ed25519", "cert,sign");
    for incapable in [&key, &authenticates, &encrypts] {
        let mut history = history(&key, &certificate);
        commit(&mut history, |payload, second| {
            let bytes = opened(&keyring.sign(&signer, second, payload));
            let bytes = replaced(&bytes, &signer, incapable);
            armoured("PGP SIGNATURE", &bytes)
        });
        refused(
            &history,
            Reason::BadSignature,
            "its certificate does not say that it may sign",
        );
    }
}

/// The bytes with one key's fingerprint in the place of another's.
fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let decode = |digits: &str| data_encoding::HEXUPPER.decode(digits.as_bytes()).unwrap();
    let (old, new) = (decode(old), decode(new));
    let at = bytes.windows(20).position(|part| part == old).unwrap();
    [&bytes[..at], &new, &bytes[at + 20..]].concat()
}

#[test]
fn refuses_strangers_and_those_who_have_a_stranger_s_key_id() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let other = keyring.key("ed25519", "cert,sign");
    let certificate = keyring.certificate(&key);
    let mut stranger = history(&key, &certificate);
    commit(&mut stranger, |payload, second| {
        keyring.sign(&other, second, payload)
    });
    refused(&stranger, Reason::UnknownKey, &format!("openpgp:{other}"));
    // The id in front of the signature is not covered by it: whoever writes dave's there is not dave.
    let hinted = |meant: &str| {
        let mut history = history(&key, &certificate);
        commit(&mut history, |payload, second| {
            let bytes = opened(&keyring.sign(&other, second, payload));
            let decode = |digits: &str| data_encoding::HEXUPPER.decode(digits.as_bytes()).unwrap();
            let (old, new) = (decode(&other[24..]), decode(&key[24..]));
            let at = bytes.windows(8).rposition(|part| part == old).unwrap();
            let bytes = [&bytes[..at], &new, &bytes[at + 8..]].concat();
            let bytes = match meant {
                "covered" => bytes,
                _ => replaced(&bytes, &other, &key),
            };
            armoured("PGP SIGNATURE", &bytes)
        });
        history
    };
    refused(&hinted("covered"), Reason::UnknownKey, &other);
    refused(&hinted("forged"), Reason::BadSignature, "does not fit");
}

#[test]
fn refuses_keys_that_ended() {
    let keyring = Keyring::new();
    let day = 24 * 3600;
    let primary = keyring.key_until("ed25519", "cert,sign", "2");
    let key = keyring.key("ed25519", "cert,sign");
    let subkey = keyring.subkey(&key, "ed25519", "sign", "2");
    // Gpg does not sign with a key that ended: another one knows that it goes on.
    let extended = keyring.twin();
    extended.gpg(BEGIN, &["--quick-set-expire", &primary, "9"], b"");
    extended.gpg(BEGIN, &["--quick-set-expire", &key, "9", &subkey], b"");
    for (key, with) in [(&primary, &primary), (&key, &subkey)] {
        signed(&keyring, key, with).good();
        let certificate = keyring.certificate(key);
        let late = |certificate: &str, earlier: i64| {
            let mut history = history(key, certificate);
            history.clock = BEGIN + 3 * day;
            commit(&mut history, |payload, second| {
                extended.sign(with, second - earlier, payload)
            });
            history
        };
        let message = "was valid only until 2026-01-02T23:";
        refused(&late(&certificate, 0), Reason::Expired, message);
        let contradicts = late(&certificate, 2 * day);
        let message = "more than 10 minutes before the committer's date";
        refused(&contradicts, Reason::BadSignature, message);
        late(&certificate, 599).refused(contradicts.introduction, Reason::Expired);
        late(&extended.certificate(key), 0).good();
        // Signed in time, and seen late: who stole the key since could have dated it back.
        let mut seen_late = signed(&keyring, key, with);
        seen_late.clock += 3 * day;
        refused(&seen_late, Reason::Expired, "was first seen 2026-01-04");
    }
    let certificate = keyring.certificate(&key);
    let mut others_go_on = history(&key, &certificate);
    others_go_on.clock = BEGIN + 3 * day;
    commit(&mut others_go_on, |payload, second| {
        keyring.sign(&key, second, payload)
    });
    others_go_on.good();
}

#[test]
fn refuses_a_signature_that_ended_or_is_of_another_time() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let certificate = keyring.certificate(&key);
    let at = |later: i64, options: &'static [&str]| {
        let mut history = history(&key, &certificate);
        commit(&mut history, |payload, second| {
            keyring.sign_with(&key, second + later, payload, options)
        });
        history
    };
    at(600, &[]).good();
    let early = at(601, &[]);
    refused(&early, Reason::FutureDated, "when it was first seen");
    // It was rewritten with the date that it had, as a rebase can.
    let mut rewritten = early.clone();
    rewritten.clock += 3600;
    rewritten.good();
    let mut ends = at(0, &["--default-sig-expire", "1"]);
    ends.good();
    ends.clock += 24 * 3600;
    refused(&ends, Reason::Expired, "its signature was valid only until");
    // Where it is not known when it was seen, its own word is left.
    let ended = keyring.key_until("ed25519", "cert,sign", "2");
    let extended = keyring.twin();
    extended.gpg(BEGIN, &["--quick-set-expire", &ended, "9"], b"");
    for (days, counts) in [(1, true), (3, false)] {
        let mut old = history(&ended, &keyring.certificate(&ended));
        commit(&mut old, |payload, second| {
            extended.sign(&ended, second + days * 24 * 3600, payload)
        });
        let floor = State {
            floor: Some(old.tip),
            ..State::default()
        };
        let verdict = old.verify_at(&floor, BEGIN + 9 * 24 * 3600).unwrap();
        let reason = verdict.refused.map(|refusal| refusal.reason);
        assert_eq!(reason, (!counts).then_some(Reason::Expired));
    }
    let mut before_key = history(&key, &certificate);
    before_key.clock = BEGIN - 7200;
    commit(&mut before_key, |payload, _| {
        keyring.sign(&key, BEGIN - 3600, payload)
    });
    before_key.clock = BEGIN + 60;
    refused(&before_key, Reason::Expired, "was made only");
}

#[test]
fn refuses_revoked_keys_from_then_on_and_such_as_others_may_have_at_any_time() {
    let keyring = Keyring::new();
    let day = 24 * 3600;
    let key = keyring.key("ed25519", "cert,sign");
    let subkey = keyring.subkey(&key, "ed25519", "sign", "0");
    for (reason, is_hard) in [(0, true), (1, true), (2, false), (3, false)] {
        let (of_subkey, of_all) = (keyring.twin(), keyring.twin());
        of_subkey.revoke_subkey(&key, BEGIN + day, reason);
        of_all.revoke(&key, BEGIN + day, reason);
        for (revoked, with) in [(&of_subkey, &subkey), (&of_all, &subkey), (&of_all, &key)] {
            let certificate = revoked.certificate(&key);
            let after = |wait: i64| {
                let mut history = history(&key, &certificate);
                history.clock += wait;
                commit(&mut history, |payload, second| {
                    keyring.sign(with, second, payload)
                });
                history
            };
            let message = "is revoked by its certificate";
            refused(&after(day), Reason::Revoked, message);
            if is_hard {
                refused(&after(0), Reason::Revoked, message);
            } else {
                after(0).good();
            }
        }
        let mut others_go_on = history(&key, &of_subkey.certificate(&key));
        others_go_on.clock += day;
        commit(&mut others_go_on, |payload, second| {
            keyring.sign(&key, second, payload)
        });
        others_go_on.good();
    }
}

#[test]
fn a_revocation_by_the_policy_or_the_anchor_names_the_primary_key_or_a_subkey() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let subkey = keyring.subkey(&key, "ed25519", "sign", "0");
    let revoked = |named: &str, with: &str, mode: RevocationMode, by_anchor: bool| {
        let since = at(BEGIN + 90);
        let mut policy = super::policy(&key);
        if !by_anchor {
            let mode = format!("{mode:?}").to_lowercase();
            let revocation = format!("{{key: \"openpgp:{named}\", mode: {mode}, since: {since}}}");
            policy.revoked.push(revocation);
        }
        let files = BTreeMap::from([(super::path(&key), keyring.certificate(&key))]);
        let mut history = History::with_files(policy, files);
        if by_anchor {
            history.root.revoked.push(Revocation {
                key: format!("openpgp:{}", named.to_lowercase()),
                mode,
                since,
            });
        }
        commit(&mut history, |payload, second| {
            keyring.sign(with, second, payload)
        });
        history
    };
    for by_anchor in [false, true] {
        for (named, with, counts) in [
            (&key, &key, false),
            (&key, &subkey, false),
            (&subkey, &subkey, false),
            (&subkey, &key, true),
        ] {
            let history = revoked(named, with, RevocationMode::Soft, by_anchor);
            if counts {
                history.good();
            } else {
                refused(&history, Reason::Revoked, "is revoked by the");
            }
        }
    }
    // What was accepted is in doubt when it turns out later that the key was in other hands.
    for (named, with, doubtful) in [
        (&key, &subkey, true),
        (&subkey, &subkey, true),
        (&subkey, &key, false),
    ] {
        let mut history = revoked(named, with, RevocationMode::Hard, true);
        let revocation = history.root.revoked.pop().unwrap();
        // Not the last one that was accepted.
        history.change("alice", "signet/note", "1");
        let state = history.good().state;
        history.root.revoked.push(revocation);
        let judged = history.verify_from(&state);
        assert_eq!(judged.is_err(), doubtful, "{judged:?}");
    }
}
