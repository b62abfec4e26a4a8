//! Carries out a plan in which nothing is left to decide.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use futures::{StreamExt, stream};
use signet_api::RepoPath;
use signet_plan::{Apply, Delete, Plan};
use signet_provenance::Verified;
use signet_render::ObjectRef;
use signet_seal::{Opened, SpliceError};
use tokio::time::Instant;

use crate::{
    Failure, TenantClient,
    failure::Echo,
    place::Place,
    request::{self, Write, Written},
};

mod stages;

use stages::{Held, Kind, Step};

/// How many objects of a stage are under way at once.
const CONCURRENT: usize = 8;
/// How long a kind that this plan defines may take to be served.
const ESTABLISH: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(100);

/// What became of each object that was to be written or deleted, in the plan's order.
#[derive(Debug, Default)]
pub struct Applied {
    /// The objects; those that the plan left alone are not among them.
    pub objects: Vec<AppliedObject>,
}

/// What became of one object.
#[derive(Debug)]
pub struct AppliedObject {
    /// The object.
    pub id: ObjectRef,
    /// The file that it comes from, unless it was to be deleted.
    pub file: Option<RepoPath>,
    /// What was done, or why not.
    pub result: Result<Done, ApplyError>,
}

/// What was done with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was made, in this version.
    Created(String),
    /// It was there and is now in this version.
    Configured(String),
    /// It was deleted, or is being deleted.
    Deleted,
    /// It was gone already.
    Gone,
}

/// Why an object was not written or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The opened values do not fit into it.
    #[error("putting the opened values in their places")]
    Splice(#[source] SpliceError),
    /// The API server refused it or did not answer. Its words are withheld if the object carries opened values.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// What it needs was not applied.
    #[error("it needs {on}, which was not applied")]
    Dependency {
        /// A Namespace or a `CustomResourceDefinition`.
        on: ObjectRef,
    },
    /// Something was not applied, and nothing is pruned until everything is.
    #[error("not pruned: {failed} was not applied")]
    NotPruned {
        /// The first object that failed.
        failed: ObjectRef,
    },
}

impl Applied {
    /// The objects with which something went wrong.
    pub fn failed(&self) -> impl Iterator<Item = (&AppliedObject, &ApplyError)> {
        self.objects
            .iter()
            .filter_map(|object| Some((object, object.result.as_ref().err()?)))
    }
}

/// Writes and deletes what the plan says, as the tenant and in the plan's order.
///
/// Objects of one kind go side by side. An object that fails stops only what needs it, and all deletions; an API
/// server that does not answer stops the rest. Opened values are put into a request's body when it is sent, and the
/// body is wiped afterwards.
pub async fn apply(tenant: &TenantClient, plan: Plan<Verified>, opened: &Opened) -> Applied {
    let defined = stages::defined(&plan.actions);
    let run = Run {
        tenant,
        opened,
        manager: &plan.field_manager,
        defined,
    };
    let mut applied = Applied::default();
    let mut held = Held::default();
    for stage in stages::of(plan.actions) {
        let steps = stream::iter(stage).map(|step| run.carry_out(step, &held));
        let done: Vec<_> = steps.buffered(CONCURRENT).collect().await;
        for (object, defines) in &done {
            held.learn(object, defines.as_ref());
        }
        applied
            .objects
            .extend(done.into_iter().map(|(object, _)| object));
    }
    if !run.defined.is_empty() {
        tenant.cluster().forget_kinds();
    }
    applied
}

struct Run<'a> {
    tenant: &'a TenantClient,
    opened: &'a Opened,
    manager: &'a str,
    /// The kinds that this plan defines: they may not be served at once.
    defined: BTreeSet<Kind>,
}

impl Run<'_> {
    /// What became of a step, and the kind that it defines.
    async fn carry_out(&self, step: Step, held: &Held) -> (AppliedObject, Option<Kind>) {
        let reason = held.reason(&step);
        let defines = step.defines();
        let object = match step {
            Step::Apply(apply) => {
                let result = match reason {
                    Some(reason) => Err(reason),
                    None => self.write(&apply).await,
                };
                AppliedObject {
                    id: apply.id,
                    file: Some(apply.file),
                    result,
                }
            }
            Step::Delete(delete) => {
                let result = match reason {
                    Some(reason) => Err(reason),
                    None => self.delete(&delete).await,
                };
                AppliedObject {
                    id: delete.id,
                    file: None,
                    result,
                }
            }
        };
        (object, defines)
    }

    async fn write(&self, apply: &Apply) -> Result<Done, ApplyError> {
        let echo = if apply.stand_ins.is_empty() {
            Echo::Harmless
        } else {
            Echo::Secret
        };
        let body = signet_seal::splice(&apply.json, &apply.stand_ins, self.opened)
            .map_err(ApplyError::Splice)?;
        let path = Place::of(&apply.id, &apply.resource).object(&apply.id.name);
        let written = self
            .send(apply, &path, Bytes::from_owner(body), echo)
            .await?;
        let version = written.metadata.resource_version.unwrap_or_default();
        Ok(if written.created {
            Done::Created(version)
        } else {
            Done::Configured(version)
        })
    }

    /// Sends, and again while a kind that this plan defines is not served yet.
    async fn send(
        &self,
        apply: &Apply,
        path: &str,
        body: Bytes,
        echo: Echo,
    ) -> Result<Written, Failure> {
        let deadline = Instant::now() + ESTABLISH;
        let write = Write {
            manager: self.manager,
            echo,
        };
        loop {
            let sent = request::apply(self.tenant.client(), path, body.clone(), write).await;
            match sent {
                Err(failure)
                    if failure.is_not_found()
                        && self.is_coming(&apply.id)
                        && Instant::now() < deadline =>
                {
                    tokio::time::sleep(POLL).await;
                }
                sent => return sent,
            }
        }
    }

    async fn delete(&self, delete: &Delete) -> Result<Done, ApplyError> {
        let path = Place::of(&delete.id, &delete.resource).object(&delete.id.name);
        let deleted = request::delete(self.tenant.client(), &path, &delete.uid).await?;
        Ok(if deleted { Done::Deleted } else { Done::Gone })
    }

    fn is_coming(&self, object: &ObjectRef) -> bool {
        self.defined.contains(&Kind::of(object))
    }
}
