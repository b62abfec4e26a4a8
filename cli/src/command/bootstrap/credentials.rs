//! What the Git remote asks for, from a file.

use crate::failure::{Explain, Result, refused};
use secrecy::SecretString;
use serde::Deserialize;
use signet_cluster::install;
use signet_git::{Credentials, Remote};
use signet_yaml::{Aliases, Limits};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long the remote may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The credentials of a remote. No `Debug`.
#[derive(Default)]
pub(super) struct GitCredentials {
    username: Option<String>,
    password: Option<SecretString>,
    ca: Option<String>,
}

/// The file's form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    username: Option<String>,
    password: Option<String>,
    #[serde(rename = "ca.crt")]
    ca: Option<String>,
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
    let text = fs::read_to_string(file).with_context(doing)?;
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
        ca,
    } = signet_yaml::from_node(&root)?;
    let password = password.map(SecretString::from);
    Ok(GitCredentials {
        username,
        password,
        ca,
    })
}

/// As `git credential-store` writes a line: user and password percent-encoded.
fn of_url(rest: &str) -> Option<GitCredentials> {
    let (account, _host) = rest.rsplit_once('@')?;
    let (username, password) = account.split_once(':')?;
    Some(GitCredentials {
        username: Some(decoded(username)?),
        password: Some(SecretString::from(decoded(password)?)),
        ca: None,
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
    /// The remote, as this machine would reach it.
    ///
    /// # Errors
    /// When the URL or the certificate authority cannot be used.
    pub(super) fn remote(&self, url: &str, reference: &str) -> Result<Remote> {
        let credentials = Credentials {
            username: self.username.clone(),
            password: self.password.clone(),
            ca: self.ca.clone().map(String::into_bytes),
        };
        Remote::new(url, reference, credentials, TIMEOUT).context("look at the repository's URL")
    }

    /// Whether there are any.
    pub(super) fn is_some(&self) -> bool {
        self.username.is_some() || self.password.is_some() || self.ca.is_some()
    }

    /// The form in which they go into the cluster; none if there are none.
    pub(super) fn for_cluster(self) -> Option<install::Credentials> {
        self.is_some().then(|| install::Credentials {
            username: self.username.map(SecretString::from),
            password: self.password,
            ca: self.ca.map(String::into_bytes),
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
    fn errors_quote_nothing() {
        for text in [
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
