//! What the Git remote asks for, from a file.

use super::own_ssh::OwnSsh;
use super::upstream::Upstream;
use crate::clock;
use crate::failure::{Explain, Result, refused};
use crate::reading;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use signet_cluster::{GitHubAppKeys, install};
use signet_git::{ClientCertificate, Credentials, GitHubApp, Proxy, SshKey, is_ssh};
use signet_yaml::{Aliases, Limits};
use std::env;
use std::path::Path;
use zeroize::Zeroizing;

/// The credentials of a remote. No `Debug`.
#[derive(Default)]
pub(super) struct GitCredentials {
    username: Option<String>,
    password: Option<SecretString>,
    bearer: Option<SecretString>,
    app: GitHubAppKeys,
    certificate: Option<String>,
    certificate_key: Option<SecretString>,
    ca: Option<String>,
    ssh_key: Option<SecretString>,
    known_hosts: Option<String>,
}

/// The file's form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    username: Option<String>,
    password: Option<String>,
    #[serde(rename = "bearerToken")]
    bearer: Option<String>,
    #[serde(rename = "githubAppID")]
    app_id: Option<Id>,
    #[serde(rename = "githubAppInstallationID")]
    installation: Option<Id>,
    #[serde(rename = "githubAppPrivateKey")]
    app_key: Option<String>,
    #[serde(rename = "githubAppBaseURL")]
    api: Option<String>,
    #[serde(rename = "tls.crt")]
    certificate: Option<String>,
    #[serde(rename = "tls.key")]
    certificate_key: Option<String>,
    #[serde(rename = "ca.crt")]
    ca: Option<String>,
    #[serde(rename = "sshKey")]
    ssh_key: Option<String>,
    known_hosts: Option<String>,
}

/// An id, which YAML takes for a number where it has no quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Text(String),
}

impl From<Id> for SecretString {
    fn from(id: Id) -> Self {
        match id {
            Id::Number(number) => Self::from(number.to_string()),
            Id::Text(text) => Self::from(text),
        }
    }
}

/// Reads the file; without one there are no credentials.
///
/// # Errors
/// They name the file and the place, and quote nothing.
pub(super) fn read(file: Option<&Path>) -> Result<GitCredentials> {
    let Some(file) = file else {
        return Ok(GitCredentials::default());
    };
    let doing = || format!("read the credentials in {}", file.display());
    let bytes = reading::identity_file(file).with_context(doing)?;
    let text = reading::text(bytes).ok_or_else(|| refused("it is not UTF-8 text"));
    let text = Zeroizing::new(text.with_context(doing)?);
    parse(&text).with_context(doing)
}

fn parse(text: &str) -> Result<GitCredentials> {
    if let Some(rest) = text.trim().strip_prefix("https://") {
        return of_url(rest).ok_or_else(|| refused("the line is not https://USER:PASSWORD@HOST"));
    }
    let stream = signet_yaml::parse(text, &Limits::DOCUMENT, Aliases::Refuse)?;
    let root = stream
        .documents
        .into_iter()
        .find_map(|document| document.root);
    let root = root.ok_or_else(|| refused("the file is empty"))?;
    let Document {
        username,
        password,
        bearer,
        app_id,
        installation,
        app_key,
        api,
        certificate,
        certificate_key,
        ca,
        ssh_key,
        known_hosts,
    } = signet_yaml::from_node(&root)?;
    if ssh_key.is_some() != known_hosts.is_some() {
        return Err(refused("`sshKey` and `known_hosts` go together").hint(
            "`ssh-keyscan HOST` prints the lines for `known_hosts`, to be compared with what the server's operator says",
        ));
    }
    Ok(GitCredentials {
        username,
        password: password.map(SecretString::from),
        bearer: bearer.map(SecretString::from),
        app: GitHubAppKeys {
            id: app_id.map(SecretString::from),
            installation: installation.map(SecretString::from),
            key: app_key.map(SecretString::from),
            api: api.map(SecretString::from),
        },
        certificate,
        certificate_key: certificate_key.map(SecretString::from),
        ca,
        ssh_key: ssh_key.map(SecretString::from),
        known_hosts,
    })
}

/// As `git credential-store` writes a line: user and password percent-encoded.
fn of_url(rest: &str) -> Option<GitCredentials> {
    let (account, _host) = rest.rsplit_once('@')?;
    let (username, password) = account.split_once(':')?;
    Some(GitCredentials {
        username: Some(decoded(username)?),
        password: Some(SecretString::from(decoded(password)?)),
        ..GitCredentials::default()
    })
}

/// Percent-decoding of RFC 3986, section 2.1.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

impl GitCredentials {
    /// The remote, as this machine would reach it, behind this proxy where it is behind HTTPS: over SSH with the person's own keys where there is none.
    ///
    /// # Errors
    /// When the URL or the credentials cannot be used.
    pub(super) fn upstream(
        &self,
        url: &str,
        reference: &str,
        proxy: Option<Proxy>,
    ) -> Result<Upstream> {
        // A key that nobody is shown need not be one.
        let ssh_key = self.ssh_key.as_ref().filter(|_| is_ssh(url));
        let ssh_key = ssh_key.map(SshKey::read).transpose();
        let certificate = self.certificate.clone().map(String::into_bytes);
        let certificate = ClientCertificate::read(certificate, self.certificate_key.clone());
        let mut credentials = Credentials {
            username: self.username.clone(),
            password: self.password.clone(),
            bearer: self.bearer.clone(),
            app: self.app()?,
            certificate: certificate.context("read the client certificate")?,
            ca: self.ca.clone().map(String::into_bytes),
            ssh_keys: ssh_key.context("read `sshKey`")?.into_iter().collect(),
            ssh_agent: None,
            known_hosts: self.known_hosts.clone(),
            proxy,
        };
        let mut protected = Vec::new();
        if is_ssh(url) && !self.is_for_ssh() {
            let own = OwnSsh::find(|name| env::var_os(name));
            credentials.ssh_keys = own.keys;
            credentials.ssh_agent = own.agent;
            credentials.known_hosts = Some(own.known_hosts);
            protected = own.protected;
        }
        Upstream::new(url, reference, credentials, protected)
    }

    #[expect(clippy::disallowed_methods, reason = "ids and URLs are no secret")]
    fn app(&self) -> Result<Option<GitHubApp>> {
        let public =
            |text: &Option<SecretString>| text.as_ref().map(|text| text.expose_secret().to_owned());
        let GitHubAppKeys {
            id,
            installation,
            key,
            api,
        } = &self.app;
        let api = public(api);
        let (id, installation) = (public(id), public(installation));
        let app = GitHubApp::read(id, installation, key.as_ref(), api.as_deref(), clock::now);
        app.context("read the GitHub App")
    }

    /// Whether there is what the agent needs for a remote over SSH.
    pub(super) fn is_for_ssh(&self) -> bool {
        self.ssh_key.is_some()
    }

    /// Whether there are any.
    pub(super) fn is_some(&self) -> bool {
        let secrets = [
            &self.password,
            &self.bearer,
            &self.app.id,
            &self.app.key,
            &self.certificate_key,
            &self.ssh_key,
        ];
        let secret = secrets.iter().any(|secret| secret.is_some());
        secret || self.username.is_some() || self.ca.is_some()
    }

    /// The form in which they go into the cluster; none if there are none.
    pub(super) fn for_cluster(self) -> Option<install::Credentials> {
        self.is_some().then(|| install::Credentials {
            username: self.username.map(SecretString::from),
            password: self.password,
            bearer: self.bearer,
            app: self.app,
            certificate: self.certificate.map(String::into_bytes),
            certificate_key: self.certificate_key,
            ca: self.ca.map(String::into_bytes),
            ssh_key: self.ssh_key,
            known_hosts: self.known_hosts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use secrecy::ExposeSecret;

    #[expect(clippy::disallowed_methods, reason = "the test compares a canary")]
    fn account(text: &str) -> (String, String, bool) {
        let read = parse(text).unwrap_or_else(|failure| panic!("{}", failure.report(false)));
        (
            read.username.unwrap(),
            read.password.unwrap().expose_secret().to_owned(),
            read.ca.is_some(),
        )
    }

    #[test]
    fn reads_both_forms() {
        let yaml = "username: fleet\npassword: can:ary\nca.crt: |\n  -----BEGIN CERTIFICATE-----\n";
        assert_eq!(
            account(yaml),
            ("fleet".to_owned(), "can:ary".to_owned(), true)
        );
        let url = "https://fleet:can%3Aary@git.example.org\n";
        assert_eq!(
            account(url),
            ("fleet".to_owned(), "can:ary".to_owned(), false)
        );
    }

    #[test]
    fn reads_what_ssh_needs_and_refuses_half_of_it() {
        let key = "sshKey: |\n  canary\n";
        let hosts = "known_hosts: |\n  git.example.org ssh-ed25519 AAAA\n";
        let read = parse(&format!("{key}{hosts}"))
            .unwrap_or_else(|failure| panic!("{}", failure.report(false)));
        assert!(read.is_some() && read.is_for_ssh());
        assert_eq!(
            read.known_hosts.as_deref(),
            Some("git.example.org ssh-ed25519 AAAA\n")
        );
        for half in [key, hosts] {
            let failure = parse(half).err().unwrap();
            assert!(failure.report(false).contains("go together"));
        }
    }

    #[test]
    fn reads_a_client_certificate_and_a_bearer_token_and_refuses_half_a_pair() {
        let read = parse("bearerToken: canary\ntls.crt: PEM\ntls.key: canary\n")
            .unwrap_or_else(|failure| panic!("{}", failure.report(false)));
        assert!(read.is_some() && read.bearer.is_some() && read.certificate_key.is_some());
        assert_eq!(read.certificate.as_deref(), Some("PEM"));
        for half in ["tls.crt: PEM\n", "tls.key: canary\n"] {
            let read = parse(half).unwrap_or_else(|failure| panic!("{}", failure.report(false)));
            let refused =
                read.upstream("https://git.example.org/fleet.git", "refs/heads/main", None);
            let failure = refused.err().unwrap().report(false);
            assert!(
                failure.contains("go together") && !failure.contains("canary"),
                "{failure}"
            );
        }
    }

    #[test]
    fn reads_a_github_app_with_ids_in_quotes_or_without() {
        for id in ["12", "\"12\""] {
            let text = format!("githubAppID: {id}\ngithubAppInstallationID: {id}\n");
            let read = parse(&text).unwrap_or_else(|failure| panic!("{}", failure.report(false)));
            assert!(read.is_some());
            let failure = read.app().err().unwrap().report(false);
            assert!(failure.contains("no githubAppPrivateKey"), "{failure}");
        }
        let text = "githubAppPrivateKey: canary\n";
        let read = parse(text).unwrap_or_else(|failure| panic!("{}", failure.report(false)));
        let failure = read.app().err().unwrap().report(false);
        assert!(
            failure.contains("no githubAppID") && !failure.contains("canary"),
            "{failure}"
        );
    }

    #[test]
    fn errors_quote_nothing() {
        for text in [
            "sshKey: canary\n",
            "sshKey: [canary]\n",
            "password: [canary]\n",
            "pass: canary\n",
            "https://canary@host",
            "https://a:%zzcanary@host",
        ] {
            let failure = parse(text).err().unwrap();
            assert!(
                !failure.report(false).contains("canary"),
                "{}",
                failure.report(false)
            );
        }
    }
}
