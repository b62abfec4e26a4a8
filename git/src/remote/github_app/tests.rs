use std::process::Command;

use super::*;

fn key(kind: &str) -> SecretString {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", kind, "-m", "PEM", "-N", "", "-f"]);
    assert!(command.arg(&file).status().unwrap().success());
    SecretString::from(std::fs::read_to_string(file).unwrap())
}

fn clock() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn read(
    id: Option<&str>,
    installation: Option<&str>,
    key: Option<&SecretString>,
    api: Option<&str>,
) -> Result<Option<GitHubApp>, GitHubAppError> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    GitHubApp::read(owned(id), owned(installation), key, api, clock)
}

fn app(api: Option<&str>) -> GitHubApp {
    let app = read(Some("12\n"), Some("345"), Some(&key("rsa")), api);
    app.unwrap().unwrap()
}

#[test]
fn names_what_is_missing_or_none_without_showing_the_key() {
    let key = SecretString::from("canary");
    let api = "https://github.example.org/api/v3";
    for (id, installation, key, api, word) in [
        (None, Some("345"), Some(&key), None, "githubAppID"),
        (
            Some("12"),
            None,
            Some(&key),
            None,
            "githubAppInstallationID",
        ),
        (Some("12"), Some("345"), None, None, "githubAppPrivateKey"),
        (None, None, None, Some(api), "githubAppID"),
        (
            Some("1/2"),
            Some("345"),
            Some(&key),
            None,
            "githubAppID is no id",
        ),
        (
            Some("12"),
            Some("../3"),
            Some(&key),
            None,
            "githubAppInstallationID is no id",
        ),
        (
            Some("12"),
            Some("345"),
            Some(&key),
            None,
            "githubAppPrivateKey is no",
        ),
    ] {
        let error = read(id, installation, key, api).err().unwrap();
        let text = format!("{error} {error:?}");
        assert!(text.contains(word) && !text.contains("canary"), "{text}");
    }
    assert!(read(None, None, None, None).unwrap().is_none());
}

#[test]
fn refuses_a_key_that_is_not_rsa_and_an_api_that_is_not_https() {
    let error = read(Some("12"), Some("345"), Some(&key("ecdsa")), None);
    assert_eq!(error.err(), Some(GitHubAppError::Key));
    let key = key("rsa");
    for api in [
        "http://github.example.org/api/v3",
        "https://a:b@github.example.org/api/v3",
        "https://github.example.org/api/v3?a",
        "github.example.org",
    ] {
        let error = read(Some("12"), Some("345"), Some(&key), Some(api)).err();
        assert_eq!(error, Some(GitHubAppError::Api), "{api}");
    }
}

#[test]
fn the_api_is_the_remotes_own_or_the_one_that_is_named() {
    let api = |app: &GitHubApp, remote: &str| app.api(&remote.parse().unwrap()).to_string();
    let own = app(None);
    assert_eq!(
        api(&own, "https://github.com/a/b.git"),
        "https://api.github.com/"
    );
    let enterprise = "https://github.example.org:8443/api/v3";
    assert_eq!(
        api(&own, "https://github.example.org:8443/a/b.git"),
        enterprise
    );
    let named = app(Some("https://api.sub.ghe.com/"));
    assert_eq!(
        api(&named, "https://sub.ghe.com/a/b.git"),
        "https://api.sub.ghe.com/"
    );
}

#[test]
fn a_token_is_used_until_five_minutes_before_its_end_and_for_its_api_alone() {
    let app = app(None);
    let api: Url = "https://api.github.com/".parse().unwrap();
    let answer = |seconds: i64| {
        let ends = clock() + SignedDuration::from_secs(seconds);
        json!({"token": "canary", "expires_at": ends.to_string()}).to_string()
    };
    assert!(
        app.keep(api.clone(), Access::Read, answer(300).as_bytes())
            .is_some()
    );
    assert!(app.token(&api, Access::Read).is_none());
    assert!(
        app.keep(api.clone(), Access::Read, answer(301).as_bytes())
            .is_some()
    );
    assert!(app.token(&api, Access::Read).is_some());
    assert!(app.token(&api, Access::Write).is_none());
    assert!(
        app.token(
            &"https://mirror.example.org/api/v3".parse().unwrap(),
            Access::Read
        )
        .is_none()
    );
    app.forget();
    assert!(app.token(&api, Access::Read).is_none());
}

#[test]
fn an_answer_without_a_token_gives_none() {
    let app = app(None);
    let api: Url = "https://api.github.com/".parse().unwrap();
    for answer in [
        "",
        "{}",
        r#"{"token": "canary"}"#,
        r#"{"token": "canary", "expires_at": "soon"}"#,
        r#"{"token": "can\nary", "expires_at": "2030-01-01T00:00:00Z"}"#,
        r#"{"token": "", "expires_at": "2030-01-01T00:00:00Z"}"#,
    ] {
        assert!(
            app.keep(api.clone(), Access::Read, answer.as_bytes())
                .is_none(),
            "{answer}"
        );
        assert!(app.token(&api, Access::Read).is_none(), "{answer}");
    }
}
