//! Looking at the object of a hook: how far it has come.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use signet_plan::{HookStep, Progress, SeenHook, State};

use crate::observe::{ObserveError, error, live};
use crate::{TenantClient, place::Place, request};

/// A Job or a Pod, of which nothing is kept but its metadata and what it tells of itself.
#[derive(Deserialize)]
struct Whole {
    metadata: ObjectMeta,
    #[serde(flatten)]
    progress: Progress,
}

/// The object of a hook, if there is one of its name.
///
/// Of Jobs and Pods the whole object passes through memory, as nothing less tells its state. An opened value is in one only
/// where the platform lets values go into such a field.
///
/// # Errors
/// [`ObserveError::Object`]
pub async fn look(
    tenant: &TenantClient,
    step: &HookStep,
    now: Timestamp,
) -> Result<Option<SeenHook>, ObserveError> {
    let id = step.id();
    let path = Place::of(id, &step.apply.resource).object(&id.name);
    let failed = |source| error(id, tenant, source);
    if !State::is_awaited(id) {
        let found = request::get_metadata(tenant.client(), &path).await;
        return Ok(found.map_err(failed)?.map(|metadata| SeenHook {
            object: live(metadata),
            state: State::Done,
        }));
    }
    let found = request::get::<Whole>(tenant.client(), &path, "a Job or a Pod").await;
    Ok(found
        .map_err(failed)?
        .map(|Whole { metadata, progress }| SeenHook {
            state: State::of(id, &progress, age(&metadata, now)),
            object: live(request::without_last_applied(metadata)),
        }))
}

fn age(metadata: &ObjectMeta, now: Timestamp) -> Duration {
    let created = metadata.creation_timestamp.as_ref();
    let age = created.map(|created| now.duration_since(created.0));
    age.and_then(|age| age.try_into().ok()).unwrap_or_default()
}
