//! What the agent keeps between its lives: the Secret `signet-state`, written only over what was read.

use k8s_openapi::{
    ByteString, api::core::v1::Secret, apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use kube::{Api, api::PostParams};
use signet_api::SYSTEM_NAMESPACE;

use crate::{
    Cluster, Failure,
    failure::Detail,
    request,
    secrets::{Payload, SECRETS},
};

/// The Secret's name in `signet-system`; `signet bootstrap` makes it.
pub const STATE: &str = "signet-state";

const KEY: &str = "state";

/// The state as it was read or written, with the version that the next write must find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The agent's bytes; empty before the first write.
    pub bytes: Vec<u8>,
    version: Option<String>,
}

impl Cluster {
    /// What was stored last.
    ///
    /// # Errors
    /// [`Failure`]; that the Secret does not exist is one, as the agent may not make it.
    pub async fn load_state(&self) -> Result<Stored, Failure> {
        let path = SECRETS.object(STATE);
        let found: Option<Payload> = request::get(&self.inner.own, &path, "a Secret").await?;
        let mut secret = found.ok_or_else(missing)?;
        let bytes = secret
            .data
            .remove(KEY)
            .map(|mut value| std::mem::take(&mut *value.0));
        Ok(Stored {
            bytes: bytes.unwrap_or_default(),
            version: secret.metadata.resource_version,
        })
    }

    /// Replaces what was read or stored as `before` by `bytes`.
    ///
    /// # Errors
    /// [`Failure`]; a conflict if somebody else wrote in between: load again.
    pub async fn store_state(&self, before: &Stored, bytes: Vec<u8>) -> Result<Stored, Failure> {
        let states: Api<Secret> = Api::namespaced(self.inner.own.clone(), SYSTEM_NAMESPACE);
        let secret = Secret {
            metadata: ObjectMeta {
                name: Some(STATE.to_owned()),
                namespace: Some(SYSTEM_NAMESPACE.to_owned()),
                resource_version: before.version.clone(),
                ..Default::default()
            },
            data: Some([(KEY.to_owned(), ByteString(bytes.clone()))].into()),
            ..Default::default()
        };
        let written = states
            .replace(STATE, &PostParams::default(), &secret)
            .await
            .map_err(Failure::of_kube)?;
        Ok(Stored {
            bytes,
            version: written.metadata.resource_version,
        })
    }
}

fn missing() -> Failure {
    let message = format!("the Secret {SYSTEM_NAMESPACE}/{STATE} does not exist");
    Failure::Refused {
        code: 404,
        reason: "NotFound".into(),
        detail: Detail::Message(message),
    }
}
