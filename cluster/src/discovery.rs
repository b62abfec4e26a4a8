//! Which kinds the cluster serves.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use kube::{
    Client, Discovery,
    client::{APIGroupDiscovery, APIResourceDiscovery, APIVersionDiscovery},
    discovery::Scope,
};
use signet_render::{Gvk, Kinds, ResourceKind};
use tokio::{sync::Mutex, time::Instant};

use crate::{Cluster, Failure};

/// A kind that was not there so short ago is not looked for again.
const FRESH: Duration = Duration::from_secs(1);

/// The last answer, shared by all tenants: what is served does not depend on who asks.
#[derive(Default)]
pub(crate) struct Discovered {
    answer: RwLock<Option<Answer>>,
    /// Held while the cluster is asked, so that a burst of tenants asks once.
    asking: Mutex<()>,
}

#[derive(Clone)]
struct Answer {
    kinds: Arc<Kinds>,
    at: Instant,
}

impl Cluster {
    /// The kinds that the cluster serves, as of the last time it was asked.
    ///
    /// # Errors
    /// [`Failure`], if it has not been asked yet and does not answer.
    pub async fn kinds(&self) -> Result<Arc<Kinds>, Failure> {
        self.kinds_since(None).await
    }

    /// The kinds, asked for again unless that was done within the last second: for a kind that was not among them.
    ///
    /// # Errors
    /// [`Failure`].
    pub(crate) async fn refresh_kinds(&self) -> Result<Arc<Kinds>, Failure> {
        self.kinds_since(Instant::now().checked_sub(FRESH)).await
    }

    /// Has the next question go to the cluster: a `CustomResourceDefinition` changed.
    pub(crate) fn forget_kinds(&self) {
        self.inner.kinds.forget();
    }

    async fn kinds_since(&self, since: Option<Instant>) -> Result<Arc<Kinds>, Failure> {
        let known = &self.inner.kinds;
        if let Some(kinds) = known.since(since) {
            return Ok(kinds);
        }
        let _asking = known.asking.lock().await;
        if let Some(kinds) = known.since(since) {
            return Ok(kinds);
        }
        let at = Instant::now();
        let kinds = Arc::new(discover(&self.inner.own).await?);
        known.keep(Answer {
            kinds: kinds.clone(),
            at,
        });
        Ok(kinds)
    }
}

impl Discovered {
    fn since(&self, since: Option<Instant>) -> Option<Arc<Kinds>> {
        let answer = self.answer.read().unwrap_or_else(PoisonError::into_inner);
        let answer = answer
            .as_ref()
            .filter(|answer| since.is_none_or(|since| answer.at >= since));
        answer.map(|answer| answer.kinds.clone())
    }

    fn keep(&self, answer: Answer) {
        *self.answer.write().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    fn forget(&self) {
        *self.answer.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Asks by aggregated discovery (two requests, Kubernetes 1.30), or group by group where that is not understood.
async fn discover(client: &Client) -> Result<Kinds, Failure> {
    match aggregated(client).await {
        Ok(kinds) if !kinds.0.is_empty() => Ok(kinds),
        Err(failure) if failure.is_transient() => Err(failure),
        _ => each_group(client).await,
    }
}

async fn aggregated(client: &Client) -> Result<Kinds, Failure> {
    let core = client
        .list_core_api_versions_aggregated()
        .await
        .map_err(Failure::of_kube)?;
    let groups = client
        .list_api_groups_aggregated()
        .await
        .map_err(Failure::of_kube)?;
    let entries = core.items.iter().chain(&groups.items).flat_map(group);
    Ok(entries.collect::<BTreeMap<_, _>>().into())
}

fn group(group: &APIGroupDiscovery) -> impl Iterator<Item = (Gvk, ResourceKind)> {
    let name = group
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.name.as_deref())
        .unwrap_or_default();
    group
        .versions
        .iter()
        .flat_map(move |version| served(name, version))
}

fn served(group: &str, version: &APIVersionDiscovery) -> impl Iterator<Item = (Gvk, ResourceKind)> {
    version
        .resources
        .iter()
        .filter_map(move |resource| entry(group, version, resource))
}

fn entry(
    group: &str,
    version: &APIVersionDiscovery,
    resource: &APIResourceDiscovery,
) -> Option<(Gvk, ResourceKind)> {
    let kind = resource.response_kind.as_ref()?.kind.clone()?;
    let gvk = Gvk {
        group: group.to_owned(),
        version: version.version.clone()?,
        kind,
    };
    let plural = resource.resource.clone()?;
    Some((
        gvk,
        ResourceKind {
            plural,
            namespaced: resource.scope.as_deref() == Some("Namespaced"),
        },
    ))
}

async fn each_group(client: &Client) -> Result<Kinds, Failure> {
    let discovery = Discovery::new(client.clone())
        .run()
        .await
        .map_err(Failure::of_kube)?;
    let mut kinds = BTreeMap::new();
    for group in discovery.groups() {
        for version in group.versions() {
            for (resource, capabilities) in group.versioned_resources(version) {
                let gvk = Gvk {
                    group: resource.group,
                    version: resource.version,
                    kind: resource.kind,
                };
                let namespaced = capabilities.scope == Scope::Namespaced;
                kinds.insert(
                    gvk,
                    ResourceKind {
                        plural: resource.plural,
                        namespaced,
                    },
                );
            }
        }
    }
    Ok(kinds.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_aggregated_discovery() {
        let answer: APIGroupDiscovery = serde_json::from_value(json!({
            "metadata": {"name": "apps"},
            "versions": [{"version": "v1", "resources": [
                {"resource": "deployments", "responseKind": {"kind": "Deployment"}, "scope": "Namespaced"},
                {"resource": "nameless", "scope": "Cluster"},
            ]}],
        }))
        .unwrap();
        let found: Vec<_> = group(&answer).collect();
        let gvk = Gvk {
            group: "apps".into(),
            version: "v1".into(),
            kind: "Deployment".into(),
        };
        assert_eq!(
            found,
            [(
                gvk,
                ResourceKind {
                    plural: "deployments".into(),
                    namespaced: true
                }
            )]
        );
    }
}
