//! Events about our own objects: what happened, once, with a count where it happens again.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{
    api::{
        core::v1::ObjectReference,
        events::v1::{Event, EventSeries},
    },
    apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta},
};
use kube::{
    Api, Client, Resource,
    api::{Patch, PatchParams, PostParams},
};
use signet_api::{
    AGENT,
    crd::{Sync, TrustAnchor},
};
use tokio::{sync::Mutex, time::Instant};

use crate::{Cluster, Failure, conditions::shortened};

/// How often a repeated event is written again; in between it is only counted.
const REWRITE: Duration = Duration::from_mins(1);
/// After this long without a repetition, the same event begins anew.
const FORGET: Duration = Duration::from_mins(10);
/// The API server's limit for a note.
const MAX_NOTE: usize = 1024;
const CONTROLLER: &str = "signet.dev/agent";
/// Where Events about cluster-scoped objects live.
const CLUSTER_SCOPED: &str = "default";

/// The object that an Event is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject(ObjectReference);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Notice {
    /// Whether somebody should look at it.
    pub severity: Severity,
    /// Why, in one `CamelCase` word, as in the condition.
    pub reason: String,
    /// What was being done: `Verify`, `Render`, `Apply`, `Prune`, ….
    pub action: String,
    /// A sentence for people. Never a secret, never an unredacted answer of the API server.
    pub note: String,
}

/// The two types of Events there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// As intended.
    Normal,
    /// Not as intended.
    Warning,
}

impl Subject {
    /// The anchor.
    pub fn anchor(anchor: &TrustAnchor) -> Self {
        Self(anchor.object_ref(&()))
    }

    /// A tenant's source.
    pub fn sync(sync: &Sync) -> Self {
        Self(sync.object_ref(&()))
    }

    fn namespace(&self) -> &str {
        self.0.namespace.as_deref().unwrap_or(CLUSTER_SCOPED)
    }
}

impl Cluster {
    /// Writes an Event about `subject`; the same notice again within ten minutes only raises its count, once a minute.
    ///
    /// # Errors
    /// [`Failure`]: nothing depends on an Event, so the caller logs it and goes on.
    pub async fn notify(
        &self,
        subject: &Subject,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.inner.reporter.notify(subject, notice, now).await
    }
}

/// Writes Events and remembers which.
pub(crate) struct Reporter {
    own: Client,
    recent: Mutex<HashMap<Key, Recent>>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    uid: Option<String>,
    notice: Notice,
}

struct Recent {
    name: String,
    count: i32,
    seen: Instant,
    written: Instant,
}

impl Key {
    /// The notice as it is written: of a longer one, no more is remembered either.
    fn of(subject: &Subject, notice: &Notice) -> Self {
        let note = shortened(notice.note.clone(), MAX_NOTE);
        Self {
            uid: subject.0.uid.clone(),
            notice: Notice {
                note,
                ..notice.clone()
            },
        }
    }
}

impl Reporter {
    pub(crate) fn new(own: Client) -> Self {
        Self {
            own,
            recent: Mutex::default(),
        }
    }

    async fn notify(
        &self,
        subject: &Subject,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let mut recent = self.recent.lock().await;
        recent.retain(|_, event| event.seen.elapsed() < FORGET);
        let key = Key::of(subject, notice);
        let Some(event) = recent.get_mut(&key) else {
            let name = self.create(subject, &key.notice, now).await?;
            let instant = Instant::now();
            recent.insert(
                key,
                Recent {
                    name,
                    count: 1,
                    seen: instant,
                    written: instant,
                },
            );
            return Ok(());
        };
        event.count = event.count.saturating_add(1);
        event.seen = Instant::now();
        if event.written.elapsed() >= REWRITE {
            event.written = event.seen;
            self.count(subject, event, now).await?;
        }
        Ok(())
    }

    async fn create(
        &self,
        subject: &Subject,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let event = event(subject, notice, now);
        let written = self
            .events(subject)
            .create(&PostParams::default(), &event)
            .await;
        Ok(written
            .map_err(Failure::of_kube)?
            .metadata
            .name
            .unwrap_or_default())
    }

    async fn count(
        &self,
        subject: &Subject,
        event: &Recent,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let series = EventSeries {
            count: event.count,
            last_observed_time: MicroTime(now),
        };
        let patch = Patch::Merge(serde_json::json!({"series": series}));
        let written = self
            .events(subject)
            .patch(&event.name, &PatchParams::default(), &patch)
            .await;
        written.map(drop).map_err(Failure::of_kube)
    }

    fn events(&self, subject: &Subject) -> Api<Event> {
        Api::namespaced(self.own.clone(), subject.namespace())
    }
}

fn event(subject: &Subject, notice: &Notice, now: Timestamp) -> Event {
    let about = subject.0.name.as_deref().unwrap_or("signet");
    let severity = match notice.severity {
        Severity::Normal => "Normal",
        Severity::Warning => "Warning",
    };
    Event {
        metadata: ObjectMeta {
            // A name made of the time, as client-go's recorders give, is taken when two notices fall on one moment.
            generate_name: Some(format!("{about}-")),
            namespace: Some(subject.namespace().to_owned()),
            ..Default::default()
        },
        event_time: Some(MicroTime(now)),
        regarding: Some(subject.0.clone()),
        type_: Some(severity.to_owned()),
        reason: Some(notice.reason.clone()),
        action: Some(notice.action.clone()),
        note: Some(notice.note.clone()),
        reporting_controller: Some(CONTROLLER.to_owned()),
        reporting_instance: Some(AGENT.to_owned()),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_of_a_notice_is_remembered_than_is_written() {
        let notice = Notice {
            severity: Severity::Warning,
            reason: "RenderWarning".into(),
            action: "Render".into(),
            note: "x".repeat(1 << 20),
        };
        let subject = Subject(ObjectReference::default());
        let key = Key::of(&subject, &notice);
        let written = event(&subject, &key.notice, Timestamp::UNIX_EPOCH).note;
        assert!(key.notice.note.len() <= MAX_NOTE);
        assert_eq!(written, Some(key.notice.note));
    }
}
