//! Watches that reconnect by themselves: what changed, by metadata alone.

use std::{collections::BTreeSet, pin::Pin, time::Duration};

use futures::{Stream, StreamExt, stream};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{
    Api,
    api::ApiResource,
    core::{DynamicObject, PartialObjectMeta},
    runtime::{
        WatchStreamExt,
        utils::Backoff,
        watcher::{self, Event},
    },
};
use signet_api::PART_OF;
use signet_plan::ApplySetId;
use signet_render::{Gvk, Kinds, ObjectRef};

use crate::{Failure, TenantClient};

mod digest;
mod known;

pub(crate) use known::News;

const CUSTOM_RESOURCE_DEFINITION: &str = "CustomResourceDefinition";

/// The pauses between attempts to connect again: short, as drift is to be seen within two seconds.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));
/// How long a watch lasts before it is begun anew; a connection that died silently is noticed that late.
const WATCH_SECONDS: u32 = 120;

/// One kind in one namespace, or everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The kind.
    pub kind: Gvk,
    /// `None`: in all namespaces, or cluster-scoped.
    pub namespace: Option<String>,
}

/// An object that is another than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The object.
    pub object: ObjectRef,
    /// What became of it.
    pub event: Seen,
}

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It is there in this version, which may be the one that we applied.
    Version(String),
    /// It is gone, or lost its label.
    Gone,
}

impl TenantClient {
    /// Everything among `targets` that carries the label of one of `sets`, and then each change to it.
    ///
    /// A write to a status alone is no change. Versions are yielded so that the caller can tell its own writes from
    /// others'. Kinds that the cluster does not serve are left out.
    pub fn watch(
        &self,
        kinds: &Kinds,
        targets: &BTreeSet<Target>,
        sets: &BTreeSet<ApplySetId>,
    ) -> impl Stream<Item = Change> + Send + use<> {
        let selector = selector(sets);
        let watches = targets
            .iter()
            .filter_map(|target| self.watch_one(kinds, target, &selector));
        let cluster = self.cluster().clone();
        stream::select_all(watches.collect::<Vec<_>>()).inspect(move |change| {
            if change.object.kind == CUSTOM_RESOURCE_DEFINITION {
                cluster.forget_kinds();
            }
        })
    }

    fn watch_one(&self, kinds: &Kinds, target: &Target, selector: &str) -> Option<Changes> {
        let resource = resource(kinds, &target.kind)?;
        let client = self.client().clone();
        let objects: Api<PartialObjectMeta<DynamicObject>> = match &target.namespace {
            Some(namespace) => Api::namespaced_with(client, namespace, &resource),
            None => Api::all_with(client, &resource),
        };
        let events = watcher::watcher(objects, config().labels(selector));
        let kind = target.kind.clone();
        let news = follow(events, resource.plural, move |found| {
            let object = reference(&kind, &found.metadata);
            let version = found.metadata.resource_version.clone().unwrap_or_default();
            (object, digest::digest(found.metadata), version)
        });
        Some(news.map(change).boxed())
    }
}

fn reference(kind: &Gvk, metadata: &ObjectMeta) -> ObjectRef {
    ObjectRef {
        group: kind.group.clone(),
        version: kind.version.clone(),
        kind: kind.kind.clone(),
        namespace: metadata.namespace.clone(),
        name: metadata.name.clone().unwrap_or_default(),
    }
}

fn change(news: News<ObjectRef, String>) -> Change {
    let (object, event) = match news {
        News::Present(object, version) => (object, Seen::Version(version)),
        News::Gone(object) => (object, Seen::Gone),
    };
    Change { object, event }
}

type Changes = Pin<Box<dyn Stream<Item = Change> + Send>>;

/// The API resource of a kind, if the cluster serves it.
fn resource(kinds: &Kinds, kind: &Gvk) -> Option<ApiResource> {
    let served = kinds.get(kind)?;
    let api_version = match kind.group.as_str() {
        "" => kind.version.clone(),
        group => format!("{group}/{}", kind.version),
    };
    Some(ApiResource {
        group: kind.group.clone(),
        version: kind.version.clone(),
        api_version,
        kind: kind.kind.clone(),
        plural: served.plural.clone(),
    })
}

fn selector(sets: &BTreeSet<ApplySetId>) -> String {
    let ids: Vec<_> = sets.iter().map(ApplySetId::as_str).collect();
    format!("{PART_OF} in ({})", ids.join(","))
}

pub(crate) fn config() -> watcher::Config {
    watcher::Config::default().timeout(WATCH_SECONDS)
}

/// The news of a watch that never gives up: what goes wrong is logged, and it is begun again after a pause. `describe`
/// tells an object's name, what of it matters, and what is handed on; what vanished during the pause is gone.
pub(crate) fn follow<T, K, V, N>(
    events: impl Stream<Item = watcher::Result<Event<T>>> + Send,
    what: impl Into<String>,
    describe: impl Fn(T) -> (K, V, N) + Send,
) -> impl Stream<Item = News<K, N>> + Send
where
    T: Send + 'static,
    K: Ord + Clone + Send,
    V: PartialEq + Send,
    N: Send,
{
    let mut known = known::Known::new();
    persistent(events, what).flat_map(move |event| stream::iter(known.take(event, &describe)))
}

fn persistent<T: Send + 'static>(
    events: impl Stream<Item = watcher::Result<Event<T>>> + Send,
    what: impl Into<String>,
) -> impl Stream<Item = Event<T>> + Send {
    let what = what.into();
    let events = events.backoff(Pauses::default());
    events
        .filter_map(move |event| std::future::ready(event.map_err(|error| log(&what, error)).ok()))
}

fn log(what: &str, error: watcher::Error) {
    tracing::warn!("watching {what}: {}", failure(error));
}

/// Each pause twice as long as the one before.
struct Pauses {
    next: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { next: RECONNECT.0 }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = self.next;
        self.next = (pause * 2).min(RECONNECT.1);
        Some(pause)
    }
}

impl Backoff for Pauses {
    fn reset(&mut self) {
        *self = Self::default();
    }
}

fn failure(error: watcher::Error) -> Failure {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => Failure::of_kube(error),
        watcher::Error::WatchError(status) => Failure::of_kube(kube::Error::Api(status)),
        watcher::Error::NoResourceVersion => Failure::Garbled {
            what: "a resource version was expected".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yields_what_is_there_with_its_version() {
        let kind = Gvk {
            group: String::new(),
            version: "v1".into(),
            kind: "ConfigMap".into(),
        };
        let metadata = ObjectMeta {
            name: Some("a".into()),
            namespace: Some("team-a".into()),
            ..Default::default()
        };
        let object = reference(&kind, &metadata);
        let change = change(News::Present(object, "7".into()));
        assert_eq!(change.object.to_string(), "ConfigMap team-a/a");
        assert_eq!(change.event, Seen::Version("7".into()));
    }

    #[test]
    fn pauses_grow_to_a_bound_and_begin_anew_after_success() {
        let mut pauses = Pauses::default();
        assert_eq!(pauses.nth(1), Some(RECONNECT.0 * 2));
        assert_eq!(pauses.nth(20), Some(RECONNECT.1));
        pauses.reset();
        assert_eq!(pauses.next(), Some(RECONNECT.0));
    }
}
