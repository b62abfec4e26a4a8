//! What is in the cluster of what a source wants, seen with the tenant's rights and by metadata alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};
use signet_plan::{Live, LiveObject, ManagedFields, Operation};
use signet_render::{Desired, Gvk, Kinds, ObjectRef, ResourceKind};

use crate::{Failure, TenantClient, place::Place, request};

/// How many requests are under way at once.
const CONCURRENT: usize = 16;
/// From how many objects of a kind in a namespace on they are listed instead of read one by one.
const LIST_FROM: usize = 8;

/// Why the cluster could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// What it serves could not be asked for.
    #[error("asking which kinds the cluster serves")]
    Kinds(#[source] Failure),
    /// An object could not be read.
    #[error("reading the metadata of {object} as {tenant}")]
    Object {
        /// The object, or the first of those that were listed.
        object: Box<ObjectRef>,
        /// The tenant.
        tenant: String,
        /// Why.
        #[source]
        source: Failure,
    },
}

impl ObserveError {
    /// What the API server said or did not say.
    pub fn failure(&self) -> &Failure {
        match self {
            Self::Kinds(failure) => failure,
            Self::Object { source, .. } => source,
        }
    }
}

/// Reads the metadata of the objects that are desired or were there before.
///
/// A payload never reaches our memory, and `last-applied-configuration` is dropped on arrival. Objects of kinds that
/// the cluster does not serve are as absent as those that do not exist.
///
/// # Errors
/// [`ObserveError`]: a part of the cluster that could not be seen must not pass for absent.
pub async fn observe<M>(
    tenant: &TenantClient,
    desired: &Desired<M>,
    previous: &BTreeSet<ObjectRef>,
) -> Result<Live, ObserveError> {
    let wanted: BTreeSet<_> = desired
        .objects
        .iter()
        .map(|object| &object.id)
        .chain(previous)
        .cloned()
        .collect();
    let kinds = kinds(tenant, &wanted).await.map_err(ObserveError::Kinds)?;
    let objects = objects(tenant, &kinds, wanted).await?;
    Ok(Live { objects, kinds })
}

/// The kinds, asked for again if one that is wanted is not among them.
async fn kinds(tenant: &TenantClient, wanted: &BTreeSet<ObjectRef>) -> Result<Arc<Kinds>, Failure> {
    let known = tenant.cluster().kinds().await?;
    if wanted
        .iter()
        .all(|object| known.get(&object.gvk()).is_some())
    {
        return Ok(known);
    }
    tenant.cluster().refresh_kinds().await
}

async fn objects(
    tenant: &TenantClient,
    kinds: &Kinds,
    wanted: BTreeSet<ObjectRef>,
) -> Result<BTreeMap<ObjectRef, LiveObject>, ObserveError> {
    let looks = looks(kinds, wanted);
    let found = stream::iter(looks)
        .map(|look| look.take(tenant))
        .buffer_unordered(CONCURRENT);
    let found: Vec<Vec<_>> = found.try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

type Found = Vec<(ObjectRef, LiveObject)>;

/// One request: for one object, or for many of one kind in one namespace.
struct Look {
    kind: ResourceKind,
    objects: Vec<ObjectRef>,
}

fn looks(kinds: &Kinds, wanted: BTreeSet<ObjectRef>) -> Vec<Look> {
    let mut groups: BTreeMap<(Gvk, Option<String>), Vec<ObjectRef>> = BTreeMap::new();
    for object in wanted {
        groups
            .entry((object.gvk(), object.namespace.clone()))
            .or_default()
            .push(object);
    }
    let mut looks = Vec::new();
    for ((gvk, _), objects) in groups {
        let Some(kind) = kinds.get(&gvk) else {
            continue;
        };
        if objects.len() >= LIST_FROM {
            looks.push(Look {
                kind: kind.clone(),
                objects,
            });
        } else {
            looks.extend(objects.into_iter().map(|object| Look {
                kind: kind.clone(),
                objects: vec![object],
            }));
        }
    }
    looks
}

impl Look {
    async fn take(self, tenant: &TenantClient) -> Result<Found, ObserveError> {
        match self.objects.len() {
            0..LIST_FROM => self.get_each(tenant).await,
            _ => self.list(tenant).await,
        }
    }

    async fn list(self, tenant: &TenantClient) -> Result<Found, ObserveError> {
        let place = Place::of(&self.objects[0], &self.kind);
        match request::list_metadata(tenant.client(), &place.collection()).await {
            Ok(listed) => Ok(self.pick(listed)),
            // Rights to read objects need not include the right to list them.
            Err(failure) if failure.is_forbidden() => self.get_each(tenant).await,
            Err(source) => Err(error(&self.objects[0], tenant, source)),
        }
    }

    fn pick(self, listed: Vec<ObjectMeta>) -> Found {
        let mut listed: BTreeMap<_, _> = listed
            .into_iter()
            .filter_map(|metadata| Some((metadata.name.clone()?, metadata)))
            .collect();
        let pick = |object: ObjectRef| {
            listed
                .remove(&object.name)
                .map(|metadata| (object, live(metadata)))
        };
        self.objects.into_iter().filter_map(pick).collect()
    }

    async fn get_each(self, tenant: &TenantClient) -> Result<Found, ObserveError> {
        let mut found = Vec::new();
        for object in self.objects {
            let path = Place::of(&object, &self.kind).object(&object.name);
            let metadata = request::get_metadata(tenant.client(), &path).await;
            let metadata = metadata.map_err(|source| error(&object, tenant, source))?;
            found.extend(metadata.map(|metadata| (object, live(metadata))));
        }
        Ok(found)
    }
}

pub(crate) fn error(object: &ObjectRef, tenant: &TenantClient, source: Failure) -> ObserveError {
    ObserveError::Object {
        object: Box::new(object.clone()),
        tenant: tenant.name().to_string(),
        source,
    }
}

/// What a plan may know of an object.
pub(crate) fn live(metadata: ObjectMeta) -> LiveObject {
    let fields = metadata.managed_fields.unwrap_or_default();
    LiveObject {
        uid: metadata.uid.unwrap_or_default(),
        resource_version: metadata.resource_version.unwrap_or_default(),
        labels: metadata.labels.unwrap_or_default(),
        annotations: metadata.annotations.unwrap_or_default(),
        managed_fields: fields.into_iter().map(managed).collect(),
        deletion_timestamp: metadata.deletion_timestamp.map(|time| time.0.to_string()),
    }
}

fn managed(entry: ManagedFieldsEntry) -> ManagedFields {
    ManagedFields {
        manager: entry.manager.unwrap_or_default(),
        operation: match entry.operation.as_deref() {
            Some("Apply") => Operation::Apply,
            _ => Operation::Update,
        },
        subresource: entry.subresource.unwrap_or_default(),
        fields: entry.fields_v1.map(|fields| fields.0).unwrap_or_default(),
    }
}
