//! Which namespaces there are: their metadata, by the own account.

use std::collections::BTreeSet;

use futures::{Stream, StreamExt};
use k8s_openapi::{api::core::v1::Namespace, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use kube::{
    Api,
    core::PartialObjectMeta,
    runtime::watcher::{self, Event},
};

use crate::{Cluster, Failure, place::Place, request, watch};

const NAMESPACES: Place<'_> = Place {
    group: "",
    version: "v1",
    plural: "namespaces",
    namespace: None,
};

/// A namespace that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamespaceChange {
    /// It is there and not being deleted.
    Present(String),
    /// It is gone or going.
    Absent(String),
}

impl Cluster {
    /// The names of the namespaces that are there and not being deleted.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn namespaces(&self) -> Result<BTreeSet<String>, Failure> {
        let found = request::list_metadata(&self.inner.own, &NAMESPACES.collection()).await?;
        Ok(found
            .into_iter()
            .filter(stays)
            .filter_map(|metadata| metadata.name)
            .collect())
    }

    /// Each namespace that is there, and then each change; reconnects by itself and never ends.
    pub fn watch_namespaces(&self) -> impl Stream<Item = NamespaceChange> + Send + use<> {
        let namespaces: Api<PartialObjectMeta<Namespace>> = Api::all(self.inner.own.clone());
        let events = watch::persistent(watcher::watcher(namespaces, watch::config()), "namespaces");
        events.filter_map(async |event| change(event))
    }
}

fn change(event: Event<PartialObjectMeta<Namespace>>) -> Option<NamespaceChange> {
    match event {
        Event::Apply(found) | Event::InitApply(found) if stays(&found.metadata) => {
            found.metadata.name.map(NamespaceChange::Present)
        }
        Event::Apply(found) | Event::InitApply(found) | Event::Delete(found) => {
            found.metadata.name.map(NamespaceChange::Absent)
        }
        Event::Init | Event::InitDone => None,
    }
}

fn stays(metadata: &ObjectMeta) -> bool {
    metadata.deletion_timestamp.is_none()
}
