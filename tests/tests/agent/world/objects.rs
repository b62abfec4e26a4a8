//! What is in the cluster.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use k8s_openapi::api::events::v1::Event;
use kube::Api;
use kube::api::{DeleteParams, ListParams, ObjectMeta, PostParams};
use signet_api::crd::{Sync, TrustAnchor, TrustAnchorStatus};

use super::World;

impl World {
    /// The Sync of a tenant's source `apps`.
    pub(crate) async fn sync(&self, tenant: &str) -> Result<Sync> {
        Ok(self.syncs(tenant).get(&format!("{tenant}-apps")).await?)
    }

    /// A value of a Secret, as text.
    pub(crate) async fn secret(&self, namespace: &str, name: &str, key: &str) -> Result<String> {
        let secret = self.secrets(namespace).get(name).await?;
        let value = secret
            .data
            .unwrap_or_default()
            .remove(key)
            .with_context(|| format!("there is no {key}"))?;
        Ok(String::from_utf8(value.0)?)
    }

    /// A value of a ConfigMap.
    pub(crate) async fn config(&self, namespace: &str, name: &str, key: &str) -> Result<String> {
        let config = self.configs(namespace).get(name).await?;
        config
            .data
            .unwrap_or_default()
            .remove(key)
            .with_context(|| format!("there is no {key}"))
    }

    /// What the TrustAnchor says.
    pub(crate) async fn anchor_status(&self) -> Result<TrustAnchorStatus> {
        let anchor = self.anchors().get("fleet").await?;
        Ok(anchor.status.unwrap_or_default())
    }

    pub(crate) fn anchors(&self) -> Api<TrustAnchor> {
        Api::all(self.admin.clone())
    }

    pub(crate) fn syncs(&self, namespace: &str) -> Api<Sync> {
        Api::namespaced(self.admin.clone(), namespace)
    }

    pub(crate) fn secrets(&self, namespace: &str) -> Api<Secret> {
        Api::namespaced(self.admin.clone(), namespace)
    }

    pub(crate) fn configs(&self, namespace: &str) -> Api<ConfigMap> {
        Api::namespaced(self.admin.clone(), namespace)
    }

    /// The notes of the Events about a tenant's Sync.
    pub(crate) async fn events(&self, namespace: &str) -> Result<Vec<String>> {
        let events: Api<Event> = Api::namespaced(self.admin.clone(), namespace);
        let events = events.list(&ListParams::default()).await?.items;
        Ok(events.into_iter().filter_map(|event| event.note).collect())
    }
}

/// Makes or replaces a Secret of signet-system.
pub(crate) async fn put_secret(
    secrets: &Api<Secret>,
    name: &str,
    data: BTreeMap<String, ByteString>,
) -> Result<()> {
    let _gone = secrets.delete(name, &DeleteParams::default()).await;
    let secret = Secret {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            ..ObjectMeta::default()
        },
        data: Some(data),
        ..Secret::default()
    };
    secrets.create(&PostParams::default(), &secret).await?;
    Ok(())
}

/// A ConfigMap as a manifest.
pub(crate) fn config_map(namespace: &str, name: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: {namespace}\ndata:\n  value: \"{value}\"\n"
    )
}
