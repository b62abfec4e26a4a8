//! Certificates beside the policy, and what becomes of histories when they change.

use signet_provenance::{Kind, Reason, introduction_of};

use super::{Keyring, commit, history, path, policy};
use crate::support::{BEGIN, History, payload, tag_payload, with_signature};

fn files(fingerprint: &str, certificate: &str) -> std::collections::BTreeMap<String, String> {
    [(path(fingerprint), certificate.to_owned())].into()
}

/// Why a policy in which dave has this key may not follow, where these are the files beside it.
fn why(fingerprint: &str, file: Option<(&str, &str)>) -> String {
    let mut history = History::new();
    let good = history.tip;
    if let Some((path, content)) = file {
        history.write(path, content);
    }
    let mut policy = policy(fingerprint);
    policy.version = 2;
    history.write_policy(policy).commit("alice");
    history.refused(good, Reason::PolicyInvalid).message
}

#[test]
fn a_policy_without_the_certificate_that_it_needs_is_refused_and_says_how_to_write_it() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let other = keyring.key("ed25519", "cert,sign");
    let certificate = keyring.certificate(&key);
    let place = path(&key);
    for (file, part) in [
        (None, "there is no such file"),
        (
            Some((&*path(&other), &*certificate)),
            "there is no such file",
        ),
        (Some((&*place, &*keyring.certificate(&other))), &*other),
        (Some((&*place, "")), "it does not begin as one"),
        (
            Some((&*place, &*(certificate.clone() + &certificate))),
            "text follows its end",
        ),
    ] {
        let why = why(&key, file);
        assert!(why.contains(part), "{why}");
        let remedy = format!(
            "`mkdir -p signet/keys && gpg --armor --export-options export-minimal --export {key} > signet/keys/{key}.asc`"
        );
        assert!(why.contains(&remedy), "{why}");
        assert!(why.contains("a key of principal dave"), "{why}");
    }
    let secret = keyring.gpg(BEGIN, &["--armor", "--export-secret-keys", &key], b"");
    let secret = secret.replace("PRIVATE", "PUBLIC");
    assert!(why(&key, Some((&*place, &*secret))).contains("revoke that key"));
}

#[test]
fn keys_that_are_weak_or_of_other_sorts_are_refused() {
    let keyring = Keyring::new();
    for (sort, part) in [
        ("rsa1024", "an RSA key of 1024 bits"),
        ("dsa2048", "neither an RSA, nor an Ed25519, nor"),
        ("brainpoolP256r1", "neither an RSA, nor an Ed25519, nor"),
        ("secp256k1", "neither an RSA, nor an Ed25519, nor"),
    ] {
        let key = keyring.key(sort, "cert,sign");
        let why = why(&key, Some((&path(&key), &keyring.certificate(&key))));
        assert!(why.contains(part), "{sort}: {why}");
    }
    let key = keyring.key("ed25519", "cert");
    let nothing = why(&key, Some((&path(&key), &keyring.certificate(&key))));
    assert!(
        nothing.contains("does not say that it may sign"),
        "{nothing}"
    );
}

#[test]
fn two_principals_must_not_share_a_subkey() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let other = keyring.key("ed25519", "cert,sign");
    let subkey = keyring.subkey(&key, "ed25519", "sign", "0");
    // Gpg takes a subkey up by the grip of its secret half.
    let listing = keyring.gpg(
        BEGIN,
        &["--list-keys", "--with-colons", "--with-keygrip", &key],
        b"",
    );
    let grip = listing.lines().rfind(|line| line.starts_with("grp:"));
    let grip = grip.unwrap().split(':').nth(9).unwrap();
    // With the time at which it was made, or it is another key.
    let made = listing.lines().rfind(|line| line.starts_with("sub:"));
    let made: i64 = made.unwrap().split(':').nth(5).unwrap().parse().unwrap();
    let arguments = [
        "--command-fd",
        "0",
        "--no-batch",
        "--expert",
        "--edit-key",
        &other,
    ];
    let answers = format!("addkey\n13\n{grip}\nQ\n0\nsave\n");
    keyring.gpg(made, &arguments, answers.as_bytes());
    let certificate = keyring.certificate(&other);
    let mut history = history(&key, &keyring.certificate(&key));
    let good = history.tip;
    let mut policy = history.policy.next();
    policy.principal("erin", &format!("{{keys: [\"openpgp:{other}\"]}}"));
    history
        .write(&path(&other), &certificate)
        .write_policy(policy);
    history.commit("alice");
    let refusal = history.refused(good, Reason::PolicyInvalid);
    assert!(refusal.message.contains(&subkey), "{refusal}");
    assert!(refusal.message.contains("have the same key"), "{refusal}");
}

#[test]
fn a_step_is_judged_by_the_certificate_before_it_and_the_next_one_by_its_own() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let old = keyring.certificate(&key);
    let subkey = keyring.subkey(&key, "ed25519", "sign", "0");
    let rotated = keyring.certificate(&key);
    let with_subkey = |payload: &[u8], second| keyring.sign(&subkey, second, payload);
    let mut history = history(&key, &old);
    let good = history.tip;
    let mut too_early = history.clone();
    commit(&mut too_early, with_subkey);
    let refusal = too_early.refused(good, Reason::UnknownKey);
    assert!(refusal.message.contains(&subkey), "{refusal}");
    // Dave himself is not asked about his own certificate.
    let mut by_dave = history.clone();
    by_dave.write(&path(&key), &rotated);
    commit(&mut by_dave, |payload, second| {
        keyring.sign(&key, second, payload)
    });
    let refusal = by_dave.refused(good, Reason::NotAllowed);
    assert!(refusal.message.contains("signet/keys/"), "{refusal}");
    history.write(&path(&key), &rotated).commit("alice");
    let rotation = history.good().state;
    commit(&mut history, with_subkey);
    let walked = history.good();
    // A walk that begins behind the rotation knows it too.
    let resumed = history.verify_from(&rotation).unwrap();
    assert_eq!(resumed.refused, None);
    assert_eq!(resumed.tree.commit(), walked.tree.commit());
    assert_eq!(resumed.signer, walked.signer);
    // What was signed under the certificate of its time stays good when that changes.
    history.write(&path(&key), &old).commit("alice");
    history.good();
    let taken_back = history.tip;
    commit(&mut history, with_subkey);
    history.refused(taken_back, Reason::UnknownKey);
}

#[test]
fn a_certificate_that_the_policy_needs_cannot_be_taken_away_or_broken() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let mut history = history(&key, &keyring.certificate(&key));
    let good = history.tip;
    let mut broken = history.clone();
    history.remove(&path(&key)).commit("alice");
    history.refused(good, Reason::PolicyInvalid);
    broken.write(&path(&key), "nothing").commit("alice");
    broken.refused(good, Reason::PolicyInvalid);
    let mut policy = history.policy.next();
    policy.principal(
        "dave",
        &format!("{{keys: [{:?}]}}", crate::support::public("dave")),
    );
    history.write_policy(policy).commit("alice");
    history.good();
}

#[test]
fn an_extended_certificate_counts_from_the_next_step_on() {
    let keyring = Keyring::new();
    let key = keyring.key_until("ed25519", "cert,sign", "2");
    let ended = keyring.certificate(&key);
    keyring.gpg(BEGIN, &["--quick-set-expire", &key, "9"], b"");
    let extended = keyring.certificate(&key);
    let mut history = history(&key, &ended);
    history.clock = BEGIN + 3 * 24 * 3600;
    commit(&mut history, |payload, second| {
        keyring.sign(&key, second, payload)
    });
    history.refused(history.introduction, Reason::Expired);
    history.tip = history.introduction;
    history.remove("tenants/team-a/x");
    history.write(&path(&key), &extended).commit("alice");
    commit(&mut history, |payload, second| {
        keyring.sign(&key, second, payload)
    });
    history.good();
}

#[test]
fn openpgp_keys_count_as_persons_introduce_histories_and_approve() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let subkey = keyring.subkey(&key, "nistp256/ecdsa", "sign", "0");
    let mut policy = policy(&key);
    policy.group("root", "[alice, dave]");
    policy.group("platform", "[alice, dave]");
    policy.rules[1] = "{paths: [\"clusters/**\"], signers: platform, threshold: 2}".to_owned();
    let mut history = History::with_files(policy, files(&key, &keyring.certificate(&key)));
    let good = history.tip;
    history.write("clusters/prod/x", "1");
    let text = history.approval(None).to_message();
    let name = "signet/approve/by-dave";
    let tag = tag_payload(good, name, history.clock, &text);
    let signed = tag.clone() + &keyring.sign(&subkey, history.clock, tag.as_bytes());
    let forged = tag.replace("looked", "Looked") + &signed[tag.len()..];
    history.commit("alice");
    history.refused(good, Reason::NotAllowed);
    history.tag(name, &forged);
    let refusal = history.refused(good, Reason::NotAllowed);
    assert!(refusal.message.contains("does not fit"), "{refusal}");
    history.approvals.clear();
    history.tag(name, &signed);
    let verdict = history.good();
    let approved = &verdict.steps.last().unwrap().approvals;
    assert_eq!(approved[0].signer.principal, "dave");
    let subkey_named = Some(format!("openpgp:{subkey}"));
    assert_eq!(approved[0].signer.subkey, subkey_named);

    let payload = payload(history.tree(), &[], history.clock);
    let bytes = with_signature(&payload, &keyring.sign(&subkey, history.clock, &payload));
    let commit = history.objects.write(Kind::Commit, bytes);
    let introduction = introduction_of(history.objects(), commit).unwrap();
    assert_eq!(introduction.signer, format!("openpgp:{key}"));
}
