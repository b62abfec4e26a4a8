//! Signatures in odd armour, with odd fields, and of other kinds.

use signet_provenance::Reason;
use ssh_key::{HashAlg, LineEnding};

use super::{Facts, Row, accept, armour, dearmour, row, string};
use crate::support::key;

/// Cuts a signature's bytes behind the field of that number: key, namespace, reserved, hash.
fn split_behind(blob: &[u8], fields: usize) -> (Vec<u8>, Vec<u8>) {
    let mut at = 10;
    for _ in 0..fields {
        let length = u32::from_be_bytes(blob[at..at + 4].try_into().unwrap());
        at += 4 + usize::try_from(length).unwrap();
    }
    (blob[..at].to_vec(), blob[at..].to_vec())
}

pub(super) fn armours(facts: &Facts) -> Vec<Row> {
    let bad = Some(Reason::BadSignature);
    let wrapped = |width: usize| facts.armoured(|text| armour(&dearmour(&text), width));
    vec![
        row(
            "text behind the armour",
            facts.armoured(|text| format!("{text}text\n")),
            bad,
            true,
        ),
        accept(
            "a blank line behind the armour",
            facts.armoured(|text| format!("{text} \n")),
        ),
        row(
            "text before the armour",
            facts.armoured(|text| format!("text\n{text}")),
            bad,
            false,
        ),
        accept("lines of 64 characters", wrapped(64)),
        accept("lines of 76 characters", wrapped(76)),
        accept("one long line", wrapped(10_000)),
        row(
            "CRLF within the armour",
            facts.armoured(|text| text.replace('\n', "\r\n")),
            bad,
            false,
        ),
        row(
            "continuations of two spaces",
            facts.armoured(|text| text.replace('\n', "\n ")),
            bad,
            false,
        ),
        row(
            "continuations that are tabs",
            String::from_utf8(facts.armoured(|text| text))
                .unwrap()
                .replace("\n ", "\n\t")
                .into_bytes(),
            Some(Reason::Malformed),
            false,
        ),
        row(
            "base64 without its padding",
            facts.armoured(|text| text.replace('=', "")),
            bad,
            false,
        ),
        row(
            "an empty line within the armour",
            facts.armoured(|text| text.replacen("-----\n", "-----\n\n", 1)),
            bad,
            true,
        ),
    ]
}

pub(super) fn blobs(facts: &Facts) -> Vec<Row> {
    let bad = Some(Reason::BadSignature);
    let version = |number: u8| {
        facts.blob(|mut bytes| {
            bytes[9] = number;
            bytes
        })
    };
    let reserved = facts.blob(|bytes| {
        let (before, after) = split_behind(&bytes, 2);
        [before, string(b"x"), after[4..].to_vec()].concat()
    });
    let other_namespace = facts.armoured(|_| {
        let signature = facts
            .signer
            .sign("file", HashAlg::Sha512, facts.payload().as_bytes())
            .unwrap();
        signature.to_pem(LineEnding::LF).unwrap()
    });
    let sha256 = facts.armoured(|_| {
        let signature = facts
            .signer
            .sign("git", HashAlg::Sha256, facts.payload().as_bytes())
            .unwrap();
        signature.to_pem(LineEnding::LF).unwrap()
    });
    vec![
        accept("a signature over SHA-512", facts.blob(|bytes| bytes)),
        accept("a signature over SHA-256", sha256),
        row(
            "a byte behind the signature",
            facts.blob(|bytes| [bytes, vec![0]].concat()),
            bad,
            false,
        ),
        row("version 0", version(0), bad, true),
        row("version 2", version(2), bad, false),
        row("a reserved field that is not empty", reserved, bad, true),
        row("the namespace of files", other_namespace, bad, false),
        row(
            "a flipped bit in the signature",
            facts.blob(|mut bytes| {
                *bytes.last_mut().unwrap() ^= 1;
                bytes
            }),
            bad,
            false,
        ),
    ]
}

pub(super) fn kinds(facts: &Facts) -> Vec<Row> {
    let unsupported = Some(Reason::Unsupported);
    let kind = |name: &str| {
        facts.with_header(&format!(
            "gpgsig -----BEGIN {name}-----\n \n AAAA\n -----END {name}-----"
        ))
    };
    let certificate = facts.blob(|bytes| {
        let key = [
            string(b"ssh-ed25519-cert-v01@openssh.com"),
            string(&[7; 32]),
        ]
        .concat();
        let (before, (_, after)) = (bytes[..10].to_vec(), split_behind(&bytes, 1));
        [before, string(&key), after].concat()
    });
    vec![
        row(
            "no OpenPGP signature",
            kind("PGP SIGNATURE"),
            Some(Reason::BadSignature),
            false,
        ),
        row(
            "an OpenPGP message",
            kind("PGP MESSAGE"),
            unsupported,
            false,
        ),
        row(
            "an X.509 signature",
            kind("SIGNED MESSAGE"),
            unsupported,
            false,
        ),
        row("an SSH certificate", certificate, unsupported, false),
        row(
            "no known kind",
            facts.with_header("gpgsig text"),
            Some(Reason::BadSignature),
            false,
        ),
        row(
            "a stranger's signature",
            facts.with_header(&facts.signature(&key("mallory"))),
            Some(Reason::UnknownKey),
            false,
        ),
    ]
}
