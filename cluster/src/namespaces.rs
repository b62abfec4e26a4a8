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
        watch::follow(
            events,
            "namespaces",
            |found: PartialObjectMeta<Namespace>| {
                let stays = found.metadata.deletion_timestamp.is_none();
                (found.metadata.name.unwrap_or_default(), stays, stays)
            },
        )
        .map(change)
    }
}

fn change(news: News<String, bool>) -> NamespaceChange {
    match news {
        News::Present(name, true) => NamespaceChange::Present(name),
        News::Present(name, false) | News::Gone(name) => NamespaceChange::Absent(name),
    }
}
