//! A GitHub App that is let in instead of a person.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, RequestBuilder, Url};
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::{Signer, SigningKey};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use zeroize::Zeroize;

use super::credentials::blotted_out;

/// The user whose password a token of an installation is.
const USER: &str = "x-access-token";
/// So long before its end a token is not used any more.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// So far back a JWT is dated, since clocks differ; GitHub's own advice.
const BACK: SignedDuration = SignedDuration::from_secs(60);
/// So long a JWT is good; GitHub takes ten minutes at most, and its clock may be behind.
const LIFE: SignedDuration = SignedDuration::from_mins(9);
/// The version of GitHub's API that is spoken.
const VERSION: &str = "2022-11-28";

/// An installation of a GitHub App, and the token that it was given last; clones share it. No `Debug`.
#[derive(Clone)]
pub struct GitHubApp(Arc<App>);

struct App {
    id: String,
    installation: String,
    key: Arc<dyn SigningKey>,
    /// The API that was named.
    api: Option<Url>,
    clock: fn() -> Timestamp,
    token: Mutex<Option<Token>>,
}

struct Token {
    /// The API that gave it.
    api: Url,
    access: Access,
    text: SecretString,
    ends: Timestamp,
}

/// What a token lets do with what a repository contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl GitHubApp {
    /// Reads an App from the texts of the credentials, if there are any: its id or client id, the number of its
    /// installation, its private RSA key in PEM, and where GitHub's API is, if it is not where it is to be expected:
    /// `https://api.github.com` for github.com, else `/api/v3` of the remote's host. `clock` says what time it is.
    ///
    /// # Errors
    /// [`GitHubAppError`].
    pub fn read(
        id: Option<String>,
        installation: Option<String>,
        key: Option<&SecretString>,
        api: Option<&str>,
        clock: fn() -> Timestamp,
    ) -> Result<Option<Self>, GitHubAppError> {
        let (id, installation, key) = match (id, installation, key) {
            (None, None, None) if api.is_none() => return Ok(None),
            (Some(id), Some(installation), Some(key)) => (id, installation, key),
            (None, _, _) => return Err(GitHubAppError::Missing("githubAppID")),
            (_, None, _) => return Err(GitHubAppError::Missing("githubAppInstallationID")),
            (_, _, None) => return Err(GitHubAppError::Missing("githubAppPrivateKey")),
        };
        let (id, installation) = (id.trim().to_owned(), installation.trim().to_owned());
        let is_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
        if id.is_empty() || !id.chars().all(is_id) {
            return Err(GitHubAppError::Id("githubAppID"));
        }
        if installation.is_empty() || !installation.chars().all(|digit| digit.is_ascii_digit()) {
            return Err(GitHubAppError::Id("githubAppInstallationID"));
        }
        Ok(Some(Self(Arc::new(App {
            id,
            installation,
            key: rsa(key)?,
            api: api.map(base).transpose()?,
            clock,
            token: Mutex::default(),
        }))))
    }

    /// The token that this API gave before for this access, as long as it lasts.
    pub(crate) fn token(&self, api: &Url, access: Access) -> Option<SecretString> {
        let now = (self.0.clock)();
        let token = self.kept();
        let lasts = |token: &&Token| now < token.ends - MARGIN;
        let fits = |token: &&Token| token.api == *api && token.access == access;
        let token = token.as_ref().filter(fits).filter(lasts);
        token.map(|token| token.text.clone())
    }

    /// The request with a token in the form in which Git hosts take it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the token goes into the Authorization header"
    )]
    pub(crate) fn sign(request: RequestBuilder, token: &SecretString) -> RequestBuilder {
        request.basic_auth(USER, Some(token.expose_secret()))
    }

    /// The text with the token of before blotted out, in the clear and as it travels.
    pub(super) fn redact(&self, text: &str) -> String {
        match &*self.kept() {
            Some(token) => blotted_out(text, USER, &token.text),
            None => text.to_owned(),
        }
    }

    /// Forgets the token of before, which was refused.
    pub(crate) fn forget(&self) {
        self.kept().take();
    }

    /// GitHub's API for this remote.
    pub(crate) fn api(&self, remote: &Url) -> Url {
        if let Some(api) = &self.0.api {
            return api.clone();
        }
        let mut api = remote.clone();
        if remote.host_str() == Some("github.com") {
            api.set_path("");
            api.set_host(Some("api.github.com"))
                .expect("it is a host's name");
        } else {
            api.set_path("/api/v3");
        }
        api
    }

    /// The request for a token with this access to what repositories contain, and no more.
    #[expect(
        clippy::disallowed_methods,
        reason = "the proof goes into the Authorization header"
    )]
    pub(crate) fn request(
        &self,
        client: &Client,
        api: &Url,
        access: Access,
        proof: &SecretString,
    ) -> RequestBuilder {
        let base = api.as_str().trim_end_matches('/');
        let installation = &self.0.installation;
        let request = client
            .post(format!(
                "{base}/app/installations/{installation}/access_tokens"
            ))
            .bearer_auth(proof.expose_secret())
            .header(ACCEPT, "application/vnd.github+json")
            .header("X-GitHub-Api-Version", VERSION)
            .header(USER_AGENT, concat!("signet/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, "application/json");
        let access = match access {
            Access::Read => "read",
            Access::Write => "write",
        };
        request.body(json!({"permissions": {"contents": access}}).to_string())
    }

    /// Keeps the token of this API's answer; nothing where there is none in it.
    pub(crate) fn keep(&self, api: Url, access: Access, answer: &[u8]) -> Option<SecretString> {
        let mut answer: Value = serde_json::from_slice(answer).ok()?;
        let ends: Timestamp = answer["expires_at"].as_str()?.parse().ok()?;
        let Value::String(text) = answer.get_mut("token")?.take() else {
            return None;
        };
        // It becomes a header.
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let text = SecretString::from(text);
        *self.kept() = Some(Token {
            api,
            access,
            text: text.clone(),
            ends,
        });
        Some(text)
    }

    /// A JWT (RFC 7519, signed with RS256) by which the App shows that it is the one.
    ///
    /// # Errors
    /// Where the key signs nothing.
    pub(crate) fn proof(&self) -> Result<SecretString, rustls::Error> {
        let now = (self.0.clock)();
        let header = json!({"alg": "RS256", "typ": "JWT"});
        let claims = json!({
            "iat": (now - BACK).as_second(),
            "exp": (now + LIFE).as_second(),
            "iss": self.0.id,
        });
        let encode = |part: &[u8]| BASE64URL_NOPAD.encode(part);
        let text = [header, claims].map(|part| encode(part.to_string().as_bytes()));
        let text = text.join(".");
        let signature = signer(&*self.0.key)
            .ok_or_else(|| rustls::Error::General("no RSA key".into()))?
            .sign(text.as_bytes())?;
        Ok(SecretString::from(format!("{text}.{}", encode(&signature))))
    }

    fn kept(&self) -> MutexGuard<'_, Option<Token>> {
        self.0.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why there is no GitHub App. No message quotes the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitHubAppError {
    /// Something is missing.
    #[error(
        "the credentials hold no {0}; a GitHub App is let in by githubAppID, githubAppInstallationID and \
         githubAppPrivateKey together"
    )]
    Missing(&'static str),
    /// It is no id.
    #[error(
        "the credentials' {0} is no id; GitHub shows it at the App and at the end of its installation's URL"
    )]
    Id(&'static str),
    /// The key cannot be used.
    #[error(
        "the credentials' githubAppPrivateKey is no private RSA key in PEM, as GitHub gives it out"
    )]
    Key,
    /// The API's address cannot be used.
    #[error(
        "the credentials' githubAppBaseURL is not written as https://HOST/api/v3, without user, `?` and `#`"
    )]
    Api,
}

#[expect(clippy::disallowed_methods, reason = "the key goes to the parser")]
fn rsa(key: &SecretString) -> Result<Arc<dyn SigningKey>, GitHubAppError> {
    let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes());
    let mut key = key.map_err(|_| GitHubAppError::Key)?;
    let read = any_supported_type(&key);
    key.zeroize();
    let read = read.ok().filter(|read| signer(&**read).is_some());
    read.ok_or(GitHubAppError::Key)
}

fn signer(key: &dyn SigningKey) -> Option<Box<dyn Signer>> {
    key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])
}

fn base(text: &str) -> Result<Url, GitHubAppError> {
    let url = Url::parse(text.trim()).map_err(|_| GitHubAppError::Api)?;
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if url.scheme() == "https" && is_bare {
        Ok(url)
    } else {
        Err(GitHubAppError::Api)
    }
}

#[cfg(test)]
mod tests;
