//! Which namespaces there are: their metadata, by the own account.

use futures::{Stream, StreamExt};
use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, core::PartialObjectMeta, runtime::watcher};

use crate::{Cluster, watch, watch::News};

/// A namespace that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamespaceChange {
    /// It is there and not being deleted.
    Present(String),
    /// It is gone or going.
    Absent(String),
}

impl Cluster {
    /// Each namespace that is there, and then each change; reconnects by itself and never ends.
    pub fn watch_namespaces(&self) -> impl Stream<Item = NamespaceChange> + Send + use<> {
        let namespaces: Api<PartialObjectMeta<Namespace>> = Api::all(self.inner.own.clone());
        let events = watcher::watcher(namespaces, watch::config());
        watch::follow(events, "namespaces", |found| {
            let name = found.metadata.name.clone().unwrap_or_default();
            (name, stays(found))
        })
        .map(change)
    }
}

fn change(news: News<String, PartialObjectMeta<Namespace>>) -> NamespaceChange {
    match news {
        News::Present(name, found) if stays(&found) => NamespaceChange::Present(name),
        News::Present(name, _) | News::Gone(name) => NamespaceChange::Absent(name),
    }
}

fn stays(namespace: &PartialObjectMeta<Namespace>) -> bool {
    namespace.metadata.deletion_timestamp.is_none()
}
