//! The Syncs: what Git says of a tenant's source, and how it stands. Outputs, all of them.

use std::collections::BTreeMap;

use futures::{Stream, StreamExt};
use kube::{
    Api, Resource,
    api::{DeleteParams, ListParams, Patch, PatchParams, Preconditions, PropagationPolicy},
    core::ObjectMeta,
    runtime::watcher,
};
use serde_json::json;
use signet_api::{
    AGENT, API_VERSION,
    crd::{Sync, SyncSpec, SyncStatus},
};

use crate::{Cluster, Failure, watch, watch::News};

/// The label of KEP-3659 that makes a Sync the parent of an `ApplySet`.
const APPLYSET_ID: &str = "applyset.kubernetes.io/id";
/// Who may write the members of the `ApplySet`.
const APPLYSET_TOOLING: (&str, &str) = ("applyset.kubernetes.io/tooling", "signet/v1alpha1");

/// A Sync as Git wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedSync {
    /// `<tenant>-<source>`.
    pub name: String,
    /// The tenant's first namespace, or `signet-system` for the platform.
    pub namespace: String,
    /// The id of its `ApplySet`.
    pub applyset: String,
    /// A copy of what Git says.
    pub spec: SyncSpec,
}

/// A Sync that came, changed or went.
#[derive(Debug, Clone)]
pub enum SyncChange {
    /// It is there, as it is now. A write to its own status shows here too.
    Present(Box<Sync>),
    /// It is gone; the tenant's objects are not.
    Gone {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

impl Cluster {
    /// The Sync, made or put back to what Git says where it differs.
    ///
    /// # Errors
    /// [`Failure`]: not found means that its namespace is missing.
    pub async fn ensure_sync(&self, wanted: &WantedSync) -> Result<Sync, Failure> {
        let syncs = self.sync_api(&wanted.namespace);
        let found = syncs
            .get_opt(&wanted.name)
            .await
            .map_err(Failure::of_kube)?;
        if let Some(found) = found.filter(|found| is_as(found, wanted)) {
            return Ok(found);
        }
        let patch = Patch::Apply(json!({
            "apiVersion": API_VERSION,
            "kind": "Sync",
            "metadata": {
                "name": wanted.name,
                "namespace": wanted.namespace,
                "labels": {APPLYSET_ID: wanted.applyset},
                "annotations": {APPLYSET_TOOLING.0: APPLYSET_TOOLING.1},
            },
            "spec": wanted.spec,
        }));
        let written = syncs
            .patch(&wanted.name, &PatchParams::apply(AGENT).force(), &patch)
            .await;
        written.map_err(Failure::of_kube)
    }

    /// Writes `status` to the Sync, unless `sync` has it already; says whether it wrote.
    ///
    /// # Errors
    /// [`Failure`]: not found means that somebody deleted it; the next reconciliation makes it anew.
    pub async fn report_sync(&self, sync: &Sync, status: &SyncStatus) -> Result<bool, Failure> {
        if sync.status.as_ref() == Some(status) {
            return Ok(false);
        }
        let ObjectMeta {
            name, namespace, ..
        } = sync.meta().clone();
        let (name, namespace) = (name.unwrap_or_default(), namespace.unwrap_or_default());
        let patch = Patch::Apply(json!({
            "apiVersion": API_VERSION,
            "kind": "Sync",
            "metadata": {"name": name, "namespace": namespace},
            "status": status,
        }));
        let parameters = PatchParams::apply(AGENT).force();
        let written = self
            .sync_api(&namespace)
            .patch_status(&name, &parameters, &patch)
            .await;
        written.map(|_| true).map_err(Failure::of_kube)
    }

    /// Every Sync of the cluster.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn syncs(&self) -> Result<Vec<Sync>, Failure> {
        let syncs: Api<Sync> = Api::all(self.inner.own.clone());
        Ok(syncs
            .list(&ListParams::default())
            .await
            .map_err(Failure::of_kube)?
            .items)
    }

    /// Deletes the Sync of a source that Git no longer names. Its objects stay: pruning them is a plan's business.
    ///
    /// # Errors
    /// [`Failure`]; that it is gone already is none.
    pub async fn delete_sync(&self, sync: &Sync) -> Result<(), Failure> {
        let name = sync.metadata.name.as_deref().unwrap_or_default();
        let namespace = sync.metadata.namespace.as_deref().unwrap_or_default();
        let parameters = DeleteParams {
            preconditions: Some(Preconditions {
                uid: sync.metadata.uid.clone(),
                resource_version: None,
            }),
            propagation_policy: Some(PropagationPolicy::Orphan),
            ..Default::default()
        };
        match self
            .sync_api(namespace)
            .delete(name, &parameters)
            .await
            .map_err(Failure::of_kube)
        {
            Err(failure) if !failure.is_not_found() => Err(failure),
            _ => Ok(()),
        }
    }

    /// Each Sync that is there, and then each change; reconnects by itself and never ends.
    pub fn watch_syncs(&self) -> impl Stream<Item = SyncChange> + Send + use<> {
        let syncs: Api<Sync> = Api::all(self.inner.own.clone());
        let events = watcher::watcher(syncs, watch::config());
        watch::follow(events, "Syncs", |sync: Sync| {
            let metadata = &sync.metadata;
            let namespace = metadata.namespace.clone().unwrap_or_default();
            let name = metadata.name.clone().unwrap_or_default();
            let version = metadata.resource_version.clone();
            ((namespace, name), version, Box::new(sync))
        })
        .map(change)
    }

    fn sync_api(&self, namespace: &str) -> Api<Sync> {
        Api::namespaced(self.inner.own.clone(), namespace)
    }
}

fn is_as(found: &Sync, wanted: &WantedSync) -> bool {
    let has = |map: &Option<BTreeMap<String, String>>, key: &str, value: &str| {
        map.as_ref()
            .and_then(|map| map.get(key))
            .is_some_and(|found| found == value)
    };
    found.spec == wanted.spec
        && has(&found.metadata.labels, APPLYSET_ID, &wanted.applyset)
        && has(
            &found.metadata.annotations,
            APPLYSET_TOOLING.0,
            APPLYSET_TOOLING.1,
        )
}

fn change(news: News<(String, String), Box<Sync>>) -> SyncChange {
    match news {
        News::Present(_, sync) => SyncChange::Present(sync),
        News::Gone((namespace, name)) => SyncChange::Gone { namespace, name },
    }
}
