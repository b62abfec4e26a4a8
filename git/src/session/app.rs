//! The token by which a GitHub App is let in.

use reqwest::{Client, RequestBuilder, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{FetchError, Session, presentable};
use crate::remote::{Access, GitHubApp, public};

/// As much as is read of an answer; one with a token has some thousand bytes.
const LONGEST: usize = 64 << 10;

/// The token that lasts, or else one that GitHub's API for this remote gives now.
pub(super) fn token(
    session: &Session,
    client: &Client,
    app: &GitHubApp,
    access: Access,
    remote: &Url,
) -> Result<SecretString, FetchError> {
    let api = app.api(remote);
    if let Some(token) = app.token(&api, access) {
        return Ok(token);
    }
    let refused = |detail: String| FetchError::App {
        api: public(&api),
        detail,
    };
    let proof = app.proof().map_err(|error| refused(error.to_string()))?;
    let request = app.request(client, &api, access, &proof);
    let answer = session.patiently(answer(request))?;
    let (status, body) =
        answer.map_err(|error| FetchError::request_to(&session.remote, &api, error))?;
    if !status.is_success() {
        return Err(refused(format!(
            "HTTP status {status}{}",
            words(&body, &proof)
        )));
    }
    let token = app.keep(api.clone(), access, &body);
    token.ok_or_else(|| refused("there is none in its answer".to_owned()))
}

async fn answer(
    request: RequestBuilder,
) -> Result<(StatusCode, Zeroizing<Vec<u8>>), reqwest::Error> {
    let mut response = request.send().await?;
    let mut body = Zeroizing::new(Vec::with_capacity(LONGEST));
    while let Some(chunk) = response.chunk().await? {
        let room = LONGEST - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    Ok((response.status(), body))
}

/// What GitHub says is wrong, which may repeat what it was told.
#[expect(
    clippy::disallowed_methods,
    reason = "the App's proof goes out of what is shown"
)]
fn words(body: &[u8], proof: &SecretString) -> String {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    match body.as_ref().and_then(|body| body["message"].as_str()) {
        Some(words) => {
            let words = words.replace(proof.expose_secret(), "[redacted]");
            format!("; it says: {}", presentable(&words))
        }
        None => String::new(),
    }
}
