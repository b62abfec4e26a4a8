//! Being let in by an SSH server.

use std::path::Path;

use russh::client::Handle;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{HashAlg, PrivateKeyWithHashAlg, PublicKey};

use super::connection::Failure;
use super::watch::Watch;
use crate::Credentials;
use crate::remote::fingerprint;

/// Shows the keys one after the other, those of the ssh-agent first. Where none lets the user in: the fingerprints of
/// those that were shown, and why the ssh-agent showed none.
///
/// # Errors
/// Where the connection fails.
pub(super) async fn authenticate(
    handle: &mut Handle<Watch>,
    user: &str,
    credentials: &Credentials,
) -> Result<Option<Vec<String>>, Failure> {
    let mut tried = Vec::new();
    if let Some(socket) = &credentials.ssh_agent {
        match through_agent(handle, user, socket, &mut tried).await {
            Ok(true) => return Ok(None),
            Ok(false) => {}
            Err(error) => tried.push(format!("the ssh-agent ({error})")),
        }
    }
    for key in &credentials.ssh_keys {
        if handle.is_closed() {
            break;
        }
        let public = key.key().public_key();
        let hash = hash(handle, public).await;
        tried.push(fingerprint(public));
        let key = PrivateKeyWithHashAlg::new(key.key().clone(), hash);
        if handle.authenticate_publickey(user, key).await?.success() {
            return Ok(None);
        }
    }
    Ok(Some(tried))
}

async fn through_agent(
    handle: &mut Handle<Watch>,
    user: &str,
    socket: &Path,
    tried: &mut Vec<String>,
) -> Result<bool, russh::keys::Error> {
    let mut agent = AgentClient::connect_uds(socket).await?;
    if let Some(binding) = handle.agent_session_binding() {
        // Agents that know no limits for keys do not know this either.
        let _ = agent.bind_session(binding, false).await;
    }
    for identity in agent.request_identities().await? {
        let AgentIdentity::PublicKey { key, .. } = identity else {
            continue;
        };
        if handle.is_closed() {
            break;
        }
        let hash = hash(handle, &key).await;
        tried.push(fingerprint(&key));
        // A key that the agent does not sign with leaves the others.
        let outcome = handle.authenticate_publickey_with(user, key, hash, &mut agent);
        if outcome.await.is_ok_and(|outcome| outcome.success()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an RSA key signs with: never SHA-1.
async fn hash(handle: &Handle<Watch>, key: &PublicKey) -> Option<HashAlg> {
    if !key.algorithm().is_rsa() {
        return None;
    }
    let best = handle.best_supported_rsa_hash().await;
    best.ok().flatten().flatten().or(Some(HashAlg::Sha512))
}
