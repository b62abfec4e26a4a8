use russh::keys::PublicKey;

use super::*;

const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBd6jVkJZBgzC5xxyWXCpnvCXaoVjwrXhKL8EjOnwqrB";
const OTHER: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEL1Cz5kpNqgNjzpSs1dLZSRqbjdrUvYF2JRcYvXsVQZ";
const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMlftCWCiuHJtjDr1goM/UeVEx95LeYj31rB8+zi1eGaqFP2dYPjbfDQJx22uLfTT6SUrtOXR944ox+51Pbs17s=";

fn key(text: &str) -> PublicKey {
    PublicKey::from_openssh(text).unwrap()
}

fn known(text: &str) -> KnownHost {
    at(text, "git.example.org", 22)
}

fn at(text: &str, host: &str, port: u16) -> KnownHost {
    KnownHost::read(text, host, port).unwrap()
}

fn is_known(text: &str, host: &str, port: u16) -> bool {
    at(text, host, port).check(&key(ED25519)).is_ok()
}

#[test]
fn knows_a_host_by_each_form_of_its_name() {
    for (hosts, host, port) in [
        ("git.example.org", "git.example.org", 22),
        ("GIT.example.org", "git.example.org", 22),
        ("other,git.example.org,192.0.2.7", "192.0.2.7", 22),
        ("*.example.org", "git.example.org", 22),
        ("git?.example.*", "git7.example.org", 22),
        ("[git.example.org]:2222", "git.example.org", 2222),
        ("[*.example.org]:2222", "git.example.org", 2222),
        ("::1", "::1", 22),
        ("[::1]:2222", "::1", 2222),
    ] {
        assert!(
            is_known(&format!("{hosts} {ED25519}"), host, port),
            "{hosts}"
        );
    }
}

#[test]
fn does_not_know_a_host_by_the_name_of_another() {
    for (hosts, host, port) in [
        ("git.example.org", "git.example.com", 22),
        ("git.example.org", "git.example.org", 2222),
        ("[git.example.org]:2222", "git.example.org", 22),
        ("*.example.org", "example.org", 22),
        ("*.example.org,!git.example.org", "git.example.org", 22),
        ("!other", "git.example.org", 22),
        ("git", "git.example.org", 22),
    ] {
        assert!(
            !is_known(&format!("{hosts} {ED25519}"), host, port),
            "{hosts}"
        );
    }
}

/// As `ssh-keygen -H` wrote them.
#[test]
fn knows_a_host_by_its_hashed_name() {
    let plain = format!("|1|ID3PaNQxpo0RZUAcoM+PGSc30WA=|oxWg+hykMQQK+6mWsimFQdvL6Dk= {ED25519}");
    let port = format!("|1|weQOUHm1f9Yq+8BDn5FaVVIudDo=|Q+t/Bynp3eTiKeA94iWR3Rypk5A= {ED25519}");
    assert!(is_known(&plain, "git.example.org", 22));
    assert!(is_known(&port, "git.example.org", 2222));
    for (line, host, port) in [
        (&plain, "git.example.com", 22),
        (&plain, "git.example.org", 2222),
        (&port, "git.example.org", 22),
    ] {
        assert!(!is_known(line, host, port), "{line}");
    }
}

#[test]
fn passes_over_comments_blank_lines_and_keys_that_are_never_asked_for() {
    let text = format!(
        "# git.example.org\n\n  \t\ngit.example.org ssh-dss AAAAB3NzaC1kc3M=\ngit.example.org 1024 35 159\n\
         garbage\ngit.example.org\t{ED25519} a comment\n"
    );
    let known = known(&text);
    assert!(known.check(&key(ED25519)).is_ok());
}

#[test]
fn says_where_a_host_is_unknown_what_to_compare_and_what_to_add() {
    let error = at("", "git.example.org", 2222)
        .check(&key(ED25519))
        .unwrap_err();
    assert!(matches!(*error, HostKeyError::Unknown { .. }));
    let text = error.to_string();
    assert!(text.contains("[git.example.org]:2222"), "{text}");
    assert!(text.contains("ssh-ed25519 SHA256:"), "{text}");
    assert!(
        text.contains("`ssh-keyscan -t ed25519 -p 2222 git.example.org`"),
        "{text}"
    );
}

#[test]
fn says_where_a_key_changed_both_fingerprints() {
    let known = known(&format!("git.example.org {OTHER}\n"));
    let error = known.check(&key(ED25519)).unwrap_err();
    assert!(matches!(*error, HostKeyError::Changed { .. }));
    let text = error.to_string();
    assert!(text.contains(&fingerprint(&key(ED25519))), "{text}");
    assert!(text.contains(&fingerprint(&key(OTHER))), "{text}");
}

#[test]
fn believes_no_revoked_key_whatever_else_is_said_of_it() {
    for hosts in ["git.example.org", "*"] {
        let known = known(&format!(
            "git.example.org {ED25519}\n@revoked {hosts} {ED25519}\n"
        ));
        let error = known.check(&key(ED25519)).unwrap_err();
        assert!(matches!(*error, HostKeyError::Revoked { .. }), "{error}");
        assert!(error.to_string().contains("SHA256:"), "{error}");
    }
}

#[test]
fn believes_no_authority_and_says_so() {
    let known = known(&format!("@cert-authority *.example.org {ED25519}\n"));
    let error = known.check(&key(ED25519)).unwrap_err();
    assert!(matches!(*error, HostKeyError::Unknown { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("@cert-authority are not supported"),
        "{error}"
    );
}

#[test]
fn refuses_a_line_about_the_host_that_it_cannot_read() {
    for line in [
        "@revoked git.example.org ssh-ed25519 AAAA",
        "@revoked * nonsense AAAA",
        "@unheard-of git.example.org ssh-ed25519 AAAA",
        "git.example.org ssh-ed25519 AAAA",
    ] {
        let text = format!("other.example.org ssh-ed25519 AAAA\n{line}\n");
        let result = KnownHost::read(&text, "git.example.org", 22);
        assert!(
            matches!(result, Err(RemoteError::KnownHosts { line: 2 })),
            "{line}"
        );
    }
}

#[test]
fn asks_first_for_the_algorithms_of_known_keys_and_never_for_weak_ones() {
    let first = |text: &str| known(text).algorithms()[0].to_string();
    assert_eq!(first(""), "ssh-ed25519");
    assert_eq!(
        first(&format!("git.example.org {ECDSA}\n")),
        "ecdsa-sha2-nistp256"
    );
    assert_eq!(
        first(&format!("other.example.org {ECDSA}\n")),
        "ssh-ed25519"
    );
    let all: Vec<String> = known("")
        .algorithms()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(all.len(), 6);
    assert!(
        !all.iter()
            .any(|name| name == "ssh-rsa" || name == "ssh-dss"),
        "{all:?}"
    );
}

#[test]
fn a_pattern_fits_as_in_openssh() {
    for (pattern, name) in [
        ("*", ""),
        ("*", "a"),
        ("a*c", "abbc"),
        ("a*b*c", "abxbc"),
        ("?", "a"),
        ("**a", "ba"),
    ] {
        assert!(
            fits(pattern.as_bytes(), name.as_bytes()),
            "{pattern} {name}"
        );
    }
    for (pattern, name) in [
        ("", "a"),
        ("?", ""),
        ("a*c", "abcd"),
        ("a?", "a"),
        ("*a", "b"),
    ] {
        assert!(
            !fits(pattern.as_bytes(), name.as_bytes()),
            "{pattern} {name}"
        );
    }
}

#[test]
fn no_server_proves_its_identity_by_sha_1() {
    for algorithm in ["ssh-ed25519", "ecdsa-sha2-nistp521", "rsa-sha2-256"] {
        assert!(proves(algorithm.as_bytes()), "{algorithm}");
    }
    for algorithm in [
        "ssh-rsa",
        "ssh-dss",
        "rsa-sha2-512-cert-v01@openssh.com",
        "",
    ] {
        assert!(!proves(algorithm.as_bytes()), "{algorithm}");
    }
}
