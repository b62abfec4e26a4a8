//! What it takes to be let in.

use std::path::PathBuf;

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};

use super::{ClientCertificate, GitHubApp, Proxy, RemoteError, SshKey};

/// What a remote wants to see, and by what it is known itself. The default is nothing: an anonymous
/// read under the machine's certificate authorities.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The user, over SSH where the URL names none; HTTPS hosts that take a token as password usually accept any name here.
    pub username: Option<String>,
    /// The password or token.
    pub password: Option<SecretString>,
    /// A token that is shown in place of user and password (RFC 6750).
    pub bearer: Option<SecretString>,
    /// A GitHub App whose tokens are shown in place of user and password.
    pub app: Option<GitHubApp>,
    /// What an HTTPS server is shown that asks for a certificate.
    pub certificate: Option<ClientCertificate>,
    /// Certificate authorities in PEM, in place of those of the machine.
    pub ca: Option<Vec<u8>>,
    /// The keys to show to an SSH server, in this order.
    pub ssh_keys: Vec<SshKey>,
    /// The socket of an ssh-agent, whose keys are shown before.
    pub ssh_agent: Option<PathBuf>,
    /// What `known_hosts` holds: the keys by which SSH servers are known.
    pub known_hosts: Option<String>,
    /// The proxy behind which an HTTPS remote is; SSH remotes are reached without one.
    pub proxy: Option<Proxy>,
}

impl Credentials {
    /// Whether there is anything to send.
    pub(crate) fn are_given(&self) -> bool {
        let secret = self.password.is_some() || self.bearer.is_some() || self.app.is_some();
        secret || self.username.is_some()
    }

    /// Makes sure that it is clear what is to be shown to an HTTPS server, and that it can be.
    pub(super) fn check(&self) -> Result<(), RemoteError> {
        let ways = [
            ("githubAppID", self.app.is_some()),
            ("bearerToken", self.bearer.is_some()),
            ("password", self.password.is_some()),
            ("username", self.username.is_some()),
        ];
        let mut given = ways.into_iter().filter(|(_, is_given)| *is_given);
        // A user and a password are one way.
        if let (Some((one, _)), Some((other, _))) = (given.next(), given.next())
            && one != "password"
        {
            return Err(RemoteError::Both(one, other));
        }
        let Some(bearer) = bare(self.bearer.as_ref()) else {
            return Ok(());
        };
        if bearer.is_empty() || !bearer.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(RemoteError::Bearer);
        }
        Ok(())
    }

    /// The request with these credentials as HTTP Basic authentication (RFC 7617) or as a bearer token, sent without
    /// waiting to be asked.
    pub(crate) fn sign(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if let Some(token) = bare(self.bearer.as_ref()) {
            request.bearer_auth(token)
        } else if self.are_given() {
            request.basic_auth(self.name(), bare(self.password.as_ref()))
        } else {
            request
        }
    }

    /// The text with the password blotted out, in the clear and as it travels: a remote chooses
    /// what its error messages say and could repeat what it was sent.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut text = match &self.password {
            Some(password) => blotted_out(text, self.name(), password),
            None => text.to_owned(),
        };
        if let Some(app) = &self.app {
            text = app.redact(&text);
        }
        match bare(self.bearer.as_ref()) {
            Some(token) => text.replace(token, "[redacted]"),
            None => text,
        }
    }

    fn name(&self) -> &str {
        self.username.as_deref().unwrap_or_default()
    }
}

/// The text without this password, in the clear and as it travels in HTTP Basic authentication.
#[expect(
    clippy::disallowed_methods,
    reason = "the password goes out of error messages"
)]
pub(super) fn blotted_out(text: &str, user: &str, password: &SecretString) -> String {
    let password = password.expose_secret();
    if password.is_empty() {
        return text.to_owned();
    }
    let basic = BASE64.encode(format!("{user}:{password}").as_bytes());
    text.replace(&basic, "[redacted]")
        .replace(password, "[redacted]")
}

#[expect(
    clippy::disallowed_methods,
    reason = "passwords and tokens go into the Authorization header and out of error messages"
)]
fn bare(secret: Option<&SecretString>) -> Option<&str> {
    secret.map(ExposeSecret::expose_secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blots_out_the_password_in_every_form_it_travels_in() {
        let credentials = Credentials {
            username: Some("alice".into()),
            password: Some(SecretString::from("canary-7f3a")),
            ..Credentials::default()
        };
        let echo = "denied: canary-7f3a (Basic YWxpY2U6Y2FuYXJ5LTdmM2E=)";
        assert_eq!(
            credentials.redact(echo),
            "denied: [redacted] (Basic [redacted])"
        );
    }

    #[test]
    fn blots_out_a_bearer_token() {
        let credentials = Credentials {
            bearer: Some(SecretString::from("canary-7f3a")),
            ..Credentials::default()
        };
        assert_eq!(
            credentials.redact("denied: Bearer canary-7f3a"),
            "denied: Bearer [redacted]"
        );
    }

    #[test]
    fn refuses_a_bearer_token_beside_user_or_password_and_one_that_is_none() {
        let with = |token: &str, username: Option<&str>, password: Option<&str>| {
            let credentials = Credentials {
                bearer: Some(SecretString::from(token)),
                username: username.map(str::to_owned),
                password: password.map(SecretString::from),
                ..Credentials::default()
            };
            credentials.check()
        };
        assert!(with("canary", None, None).is_ok());
        for (username, password, other) in [
            (Some("dave"), None, "username"),
            (None, Some("canary"), "password"),
        ] {
            let error = with("canary", username, password).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(
                text.contains("bearerToken") && text.contains(other),
                "{text}"
            );
            assert!(!text.contains("canary"), "{text}");
        }
        for token in ["", "canary\n", "can ary", "canäry"] {
            let error = with(token, None, None).unwrap_err();
            assert!(matches!(error, RemoteError::Bearer), "{token:?}: {error}");
        }
    }

    #[test]
    fn leaves_text_alone_where_there_is_no_password() {
        assert_eq!(Credentials::default().redact("denied"), "denied");
    }
}
