//! What somebody without the key may do to a sealed file: each change is refused, and says what it is.

use super::*;
use crate::testing::counting;
use signet_envelope::{EnvelopeError, ScopeError, StrictError};

pub(super) struct Change {
    pub(super) name: &'static str,
    pub(super) text: String,
    refusal: fn(&OpenError) -> bool,
}

/// The `ENC[…]` of a field.
fn value<'a>(text: &'a str, field: &str) -> &'a str {
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with(&format!("{field}: ")))
        .unwrap();
    line.trim_start()
        .strip_prefix(field)
        .unwrap()
        .strip_prefix(": ")
        .unwrap()
}

fn is_seal(error: &OpenError) -> bool {
    matches!(error, OpenError::Seal { .. })
}

fn is_envelope(error: &OpenError) -> bool {
    matches!(error, OpenError::Envelope(_))
}

fn is_scope(error: &OpenError) -> bool {
    matches!(error, OpenError::Scope(_))
}

pub(super) fn corpus(text: &str) -> Vec<Change> {
    let (password, user, mac) = (
        value(text, "password"),
        value(text, "user"),
        value(text, "mac"),
    );
    let change = |name, text: String, refusal| Change {
        name,
        text,
        refusal,
    };
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    };
    vec![
        change(
            "moved to another path",
            replaced(
                "path: tenants/team-a/prod/db.yaml",
                "path: tenants/team-a/prod/other.yaml",
            ),
            |error| matches!(error, OpenError::Scope(ScopeError::Path { .. })),
        ),
        change(
            "claims another tenant",
            replaced("tenant: team-a", "tenant: team-b"),
            |error| matches!(error, OpenError::Scope(ScopeError::Tenant { .. })),
        ),
        change(
            "claims another cluster",
            replaced("- prod", "- dev"),
            |error| matches!(error, OpenError::Scope(ScopeError::Cluster { .. })),
        ),
        change(
            "claims one more cluster",
            replaced("- prod", "- prod\n      - dev"),
            is_seal,
        ),
        change(
            "claims another repository",
            replaced("repository: 6f1c0d", "repository: 000000"),
            |error| matches!(error, OpenError::Scope(ScopeError::Repository { .. })),
        ),
        change(
            "recipient added",
            replaced("  age:\n", "  age:\n    - {enc: x, recipient: age1evil}\n"),
            |error| matches!(error, OpenError::Scope(ScopeError::Recipients { .. })),
        ),
        change(
            "recipient renamed",
            replaced(identity(2).recipient(), "age1evil"),
            |error| matches!(error, OpenError::Scope(ScopeError::Recipients { .. })),
        ),
        change(
            "type changed",
            replaced(
                &user.replace("type:str]", "type:str]\n"),
                &user.replace("type:str]", "type:time]\n"),
            ),
            is_seal,
        ),
        change(
            "type bytes",
            replaced(user, &user.replace("type:str]", "type:bytes]")),
            |error| matches!(error, OpenError::Envelope(EnvelopeError::Leaf { .. })),
        ),
        change(
            "clear key renamed",
            replaced("namespace: team-a", "namespase: team-a"),
            is_seal,
        ),
        change(
            "sealed key renamed",
            replaced("  password: ENC", "  passwort: ENC"),
            is_seal,
        ),
        change(
            "clear value changed",
            replaced("namespace: team-a", "namespace: team-b"),
            is_seal,
        ),
        change(
            "clear values shifted",
            replaced(
                "apiVersion: v1\nkind: Secret",
                "apiVersion: v1Secret\nkind: \"\"",
            ),
            is_seal,
        ),
        change(
            "empty structure added",
            replaced("metadata:", "immutable: {}\nmetadata:"),
            is_seal,
        ),
        change(
            "null added among sealed values",
            replaced("  user: ", "  nothing: null\n  user: "),
            is_seal,
        ),
        change(
            "leaf removed",
            replaced(&format!("  user: {user}\n"), ""),
            is_seal,
        ),
        change(
            "leaf replaced by another",
            replaced(user, password),
            is_seal,
        ),
        change("leaves in clear", replaced(user, "evil"), |error| {
            matches!(error, OpenError::Envelope(EnvelopeError::Clear { .. }))
        }),
        change(
            "MAC truncated",
            replaced(mac, &mac[..mac.len() - 20]),
            is_envelope,
        ),
        change("MAC replaced by a leaf", replaced(mac, user), |error| {
            matches!(error, OpenError::Mac { .. })
        }),
        change(
            "MAC dropped",
            replaced(&format!("  mac: {mac}\n"), ""),
            is_envelope,
        ),
        change(
            "time of the last change",
            replaced("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z"),
            |error| matches!(error, OpenError::Mac { .. }),
        ),
        change(
            "no time of the last change",
            replaced("2026-01-02T03:04:05Z", "yesterday"),
            |error| matches!(error, OpenError::LastModified { .. }),
        ),
        change(
            "rule narrowed",
            replaced("^(data|stringData)$", "^stringData$"),
            is_seal,
        ),
        change(
            "rule changed to none",
            replaced(
                "encrypted_regex: ^(data|stringData)$\n",
                "mac_only_encrypted: false\n",
            ),
            |_| true,
        ),
        change(
            "MAC for sealed values only",
            replaced(
                "  lastmodified",
                "  mac_only_encrypted: true\n  lastmodified",
            ),
            is_seal,
        ),
        change("alias", replaced("name: db", "name: &a db"), is_envelope),
        change(
            "duplicate key",
            replaced("  port: ", "  user: "),
            is_envelope,
        ),
        change(
            "trailing bytes",
            replaced(user, &format!("{user}x")),
            |error| matches!(error, OpenError::Envelope(EnvelopeError::Leaf { .. })),
        ),
        change(
            "colon in a key",
            replaced("  name: db", "  \"na:me\": db"),
            |error| {
                matches!(
                    error,
                    OpenError::Scope(ScopeError::Strict {
                        source: StrictError::ColonInKey { .. },
                        ..
                    })
                )
            },
        ),
        change(
            "clear comment",
            replaced("stringData:\n", "stringData:\n  # kubectl-ignore\n"),
            |error| {
                matches!(
                    error,
                    OpenError::Scope(ScopeError::Strict {
                        source: StrictError::ClearComment { .. },
                        ..
                    })
                )
            },
        ),
        change(
            "another document",
            format!("{text}---\nkind: Secret\n"),
            |error| {
                matches!(
                    error,
                    OpenError::Scope(ScopeError::Strict {
                        source: StrictError::MetadataDiffers { .. },
                        ..
                    })
                )
            },
        ),
        change("an empty document", format!("{text}---\n"), is_seal),
        change("seal removed", without_seal(text), is_scope),
        change(
            "seal forged",
            replaced(
                value(text, "seal"),
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ),
            is_seal,
        ),
        change(
            "leaf of another key",
            replaced(user, value(&other_file(), "user")),
            is_seal,
        ),
        change("comment of another place", moved_comment(text), |error| {
            matches!(error, OpenError::Leaf { .. })
        }),
    ]
}

/// The same file under another data key.
fn other_file() -> String {
    let mut rng = counting();
    let mut other = move |bytes: &mut [u8]| {
        rng(bytes);
        bytes[0] ^= 1;
    };
    crate::seal_file(SECRET, &Place::team_a().request(), &mut other).unwrap()
}

fn without_seal(text: &str) -> String {
    let (head, tail) = text.split_once("  signet:\n").unwrap();
    let rest: Vec<&str> = tail
        .lines()
        .skip_while(|line| line.starts_with("    "))
        .collect();
    format!("{head}{}\n", rest.join("\n"))
}

/// Comments are not in the seal: one that is moved does not decrypt.
fn moved_comment(text: &str) -> String {
    let comment = text
        .lines()
        .find(|line| line.trim_start().starts_with("#ENC["))
        .unwrap();
    text.replace(&format!("{comment}\n"), "")
        .replace("data:\n  token", &format!("data:\n{comment}\n  token"))
}

#[test]
fn each_change_without_the_key_is_refused_for_what_it_is() {
    let text = sealed();
    let place = Place::team_a();
    assert!(place.open(&text).is_ok());
    for Change {
        name,
        text: changed,
        refusal,
    } in corpus(&text)
    {
        assert_ne!(changed, text, "{name}");
        match place.open(&changed) {
            Ok(_) => panic!("{name}: opened"),
            Err(error) => assert!(refusal(&error), "{name}: {}", chain(&error)),
        }
    }
}

#[test]
fn a_file_carried_elsewhere_is_refused() {
    let text = sealed();
    let mut place = Place::team_a();
    place.path = "tenants/team-a/prod/copy.yaml".parse().unwrap();
    assert!(matches!(
        place.open(&text),
        Err(OpenError::Scope(ScopeError::Path { .. }))
    ));
    let mut place = Place::team_a();
    place.tenant = "team-b".parse().unwrap();
    let refusal = place.open(&text).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "tenants/team-a/prod/db.yaml was sealed for tenant team-a, not team-b"
    );
}
