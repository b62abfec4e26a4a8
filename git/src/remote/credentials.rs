//! What it takes to be let in.

use std::path::PathBuf;

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};

use super::{Proxy, SshKey};

/// What a remote wants to see, and by what it is known itself. The default is nothing: an anonymous
/// read under the machine's certificate authorities.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The user, over SSH where the URL names none; HTTPS hosts that take a token as password usually accept any name here.
    pub username: Option<String>,
    /// The password or token.
    pub password: Option<SecretString>,
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
        self.username.is_some() || self.password.is_some()
    }

    /// The request with these credentials as HTTP Basic authentication (RFC 7617), sent without
    /// waiting to be asked.
    pub(crate) fn sign(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if self.are_given() {
            request.basic_auth(self.name(), self.plain_password())
        } else {
            request
        }
    }

    /// The text with the password blotted out, in the clear and as it travels: a remote chooses
    /// what its error messages say and could repeat what it was sent.
    pub(crate) fn redact(&self, text: &str) -> String {
        match self.plain_password() {
            Some(password) if !password.is_empty() => {
                let basic = BASE64.encode(format!("{}:{password}", self.name()).as_bytes());
                text.replace(&basic, "[redacted]")
                    .replace(password, "[redacted]")
            }
            _ => text.to_owned(),
        }
    }

    fn name(&self) -> &str {
        self.username.as_deref().unwrap_or_default()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the password goes into the Authorization header and out of error messages"
    )]
    fn plain_password(&self) -> Option<&str> {
        self.password.as_ref().map(ExposeSecret::expose_secret)
    }
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
    fn leaves_text_alone_where_there_is_no_password() {
        assert_eq!(Credentials::default().redact("denied"), "denied");
    }
}
