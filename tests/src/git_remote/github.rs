//! The part of GitHub's API that gives an App the token of an installation.

use anyhow::{Context, Result, anyhow};
use axum::body::Body;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Method, Response, StatusCode};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::sha2::Sha256;
use rsa::signature::Verifier;
use rsa::{RsaPrivateKey, RsaPublicKey};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

/// What GitHub lets a JWT last at most, in seconds.
const LONGEST: i64 = 600;

/// An App that is installed once.
pub(super) struct App {
    id: String,
    installation: String,
    key: VerifyingKey<Sha256>,
    lifetime: SignedDuration,
    issued: usize,
    /// Whether the newest token may write.
    writes: bool,
}

impl App {
    /// An App with this key in PEM, as GitHub gives them out; its tokens last so long.
    pub(super) fn new(
        id: &str,
        installation: &str,
        key: &str,
        lifetime: SignedDuration,
    ) -> Result<Self> {
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).context("reading the App's key")?;
        let key = RsaPrivateKey::from_pkcs1_der(key.secret_der())
            .map_err(|error| anyhow!("reading the App's key: {error}"))?;
        Ok(Self {
            id: id.to_owned(),
            installation: installation.to_owned(),
            key: VerifyingKey::new(RsaPublicKey::from(&key)),
            lifetime,
            issued: 0,
            writes: false,
        })
    }

    pub(super) fn writes(&self) -> bool {
        self.writes
    }

    pub(super) fn issued(&self) -> usize {
        self.issued
    }

    /// Whether the request is for GitHub's API.
    pub(super) fn is_asked(path: &str) -> bool {
        path.contains("/app/installations/")
    }

    /// The answer to a request for a token, and the token if it gave one.
    pub(super) fn answer(
        &mut self,
        request: &Parts,
        body: &[u8],
    ) -> (Response<Body>, Option<String>) {
        match self.check(request, body) {
            Ok(writes) => {
                self.issued += 1;
                self.writes = writes;
                let token = format!("canary-token-{}", self.issued);
                let ends = now() + self.lifetime;
                let answer = json!({"token": token, "expires_at": ends.to_string()});
                (says(StatusCode::CREATED, &answer), Some(token))
            }
            Err(wrong) => {
                let answer = json!({"message": format!("{wrong}: {}", written_out(request))});
                (says(StatusCode::UNAUTHORIZED, &answer), None)
            }
        }
    }

    /// Whether the token may write.
    fn check(&self, request: &Parts, body: &[u8]) -> Result<bool, &'static str> {
        let path = format!(
            "/api/v3/app/installations/{}/access_tokens",
            self.installation
        );
        let access = ["read", "write"].into_iter().find(|access| {
            body == json!({"permissions": {"contents": access}})
                .to_string()
                .as_bytes()
        });
        let checks = [
            (request.method == Method::POST, "another method"),
            (request.uri.path() == path, "another path"),
            (request.headers.contains_key("user-agent"), "no User-Agent"),
            (access.is_some(), "other permissions"),
        ];
        if let Some((_, wrong)) = checks.into_iter().find(|(is_right, _)| !is_right) {
            return Err(wrong);
        }
        let proof = request
            .headers
            .get(AUTHORIZATION)
            .ok_or("no Authorization")?;
        let proof = proof
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "));
        self.check_proof(proof.ok_or("no bearer token")?)?;
        Ok(access == Some("write"))
    }

    fn check_proof(&self, proof: &str) -> Result<(), &'static str> {
        let (signed, signature) = proof.rsplit_once('.').ok_or("no JWT")?;
        let (header, claims) = signed.split_once('.').ok_or("no JWT")?;
        let decode = |part: &str| {
            BASE64URL_NOPAD
                .decode(part.as_bytes())
                .map_err(|_| "no base64url")
        };
        let signature = Signature::try_from(&decode(signature)?[..]).map_err(|_| "no signature")?;
        self.key
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| "bad signature")?;
        let json = |part| serde_json::from_slice::<Value>(&decode(part)?).map_err(|_| "no JSON");
        let (header, claims) = (json(header)?, json(claims)?);
        let time = |name: &str| claims[name].as_i64().ok_or("no times");
        let (from, to, now) = (time("iat")?, time("exp")?, now().as_second());
        let checks = [
            (header["alg"] == "RS256", "another algorithm"),
            (claims["iss"] == self.id.as_str(), "another App"),
            (from <= now && now < to, "not now"),
            (to - now <= LONGEST, "too long"),
        ];
        let wrong = checks.into_iter().find(|(is_right, _)| !is_right);
        wrong.map_or(Ok(()), |(_, wrong)| Err(wrong))
    }
}

#[expect(clippy::disallowed_methods, reason = "it is a server's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A server that gives away what it was told.
fn written_out(request: &Parts) -> String {
    let authorization = request.headers.get(AUTHORIZATION);
    let text = authorization.and_then(|value| value.to_str().ok());
    text.unwrap_or_default().to_owned()
}

fn says(status: StatusCode, answer: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.to_string()));
    *response.status_mut() = status;
    response
}
