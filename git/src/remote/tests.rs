use super::*;

const MAIN: &str = "refs/heads/main";

fn remote(url: &str) -> Result<Remote, RemoteError> {
    Remote::new(url, MAIN, Credentials::default(), Duration::from_secs(1))
}

fn refusal(url: &str) -> RemoteError {
    match remote(url) {
        Ok(_) => panic!("{url} was accepted"),
        Err(error) => error,
    }
}

#[test]
fn takes_https_and_file() {
    let https = remote("https://git.example.org/fleet.git").unwrap();
    assert_eq!(https.to_string(), "https://git.example.org/fleet.git");
    let port = remote("https://git.example.org:8443/a/fleet").unwrap();
    assert_eq!(port.to_string(), "https://git.example.org:8443/a/fleet");
    let file = remote("file:///srv/fleet.git").unwrap();
    assert_eq!(file.to_string(), "file:///srv/fleet.git");
}

#[test]
fn takes_ssh_in_both_forms_with_known_hosts_alone() {
    let credentials = Credentials {
        known_hosts: Some(String::new()),
        ..Credentials::default()
    };
    for url in [
        "ssh://git@example.org/fleet.git",
        "ssh://git@example.org:2222/fleet.git",
        "git@example.org:fleet.git",
    ] {
        let remote = Remote::new(url, MAIN, credentials.clone(), Duration::from_secs(1));
        assert_eq!(remote.unwrap().to_string(), url);
        let error = refusal(url);
        assert!(matches!(error, RemoteError::NoKnownHosts), "{url}: {error}");
        assert!(error.to_string().contains("ssh-keyscan"), "{error}");
    }
}

#[test]
fn refuses_transports_without_encryption_or_that_run_programs() {
    for (url, scheme) in [
        ("http://example.org/fleet.git", "http"),
        ("git://example.org/fleet.git", "git"),
        ("ext::sh -c whoami", "ext"),
    ] {
        let error = refusal(url);
        assert!(
            matches!(&error, RemoteError::Scheme(found) if found == scheme),
            "{url}: {error}"
        );
    }
}

#[test]
fn refuses_credentials_in_the_url_without_repeating_them() {
    for url in [
        "https://alice:canary-7f3a@example.org/fleet.git",
        "https://canary-7f3a@example.org/fleet.git",
    ] {
        let error = refusal(url);
        assert!(matches!(error, RemoteError::Userinfo), "{error}");
        assert!(error.to_string().contains("credentials Secret"));
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
}

#[test]
fn refuses_what_is_no_address_of_a_repository() {
    assert!(matches!(refusal("fleet.git"), RemoteError::Url(_)));
    assert!(matches!(refusal(""), RemoteError::Url(_)));
    assert!(matches!(
        refusal("https://example.org/fleet?token=canary"),
        RemoteError::Query
    ));
    assert!(matches!(
        refusal("file://otherhost/srv/fleet.git"),
        RemoteError::Folder
    ));
}

#[test]
fn refuses_refs_that_are_not_written_in_full() {
    for reference in ["main", "refs/heads/*", "refs/heads/../x", "", "HEAD"] {
        let result = Remote::new(
            "file:///srv/fleet.git",
            reference,
            Credentials::default(),
            Duration::from_secs(1),
        );
        assert!(
            matches!(result, Err(RemoteError::Reference(_))),
            "{reference}"
        );
    }
}

#[test]
fn refuses_a_certificate_authority_that_is_none() {
    for pem in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\n"] {
        let credentials = Credentials {
            ca: Some(pem.into()),
            ..Credentials::default()
        };
        let result = Remote::new(
            "https://example.org/fleet.git",
            MAIN,
            credentials,
            Duration::from_secs(1),
        );
        assert!(
            matches!(result, Err(RemoteError::CertificateAuthority)),
            "{pem:?}"
        );
    }
}
