//! One object of an installation.

use std::fmt;

use bytes::Bytes;
use kube::Client;
use serde_json::Value;

use super::InstallError;
use crate::{
    failure::Echo,
    place::Place,
    request::{self, Write, Written},
};

/// The field manager of what is installed.
pub(super) const MANAGER: &str = "signet-bootstrap";

/// One object that was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// As kubectl names it: `clusterrole.rbac.authorization.k8s.io/signet-agent`.
    pub object: String,
    /// Its namespace, if it has one.
    pub namespace: Option<String>,
    /// What that did.
    pub outcome: Outcome,
}

/// What an apply did to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there.
    Created,
    /// It was there and differed.
    Changed,
    /// It was there already.
    Unchanged,
}

/// As kubectl says it.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Changed => "configured",
            Self::Unchanged => "unchanged",
        })
    }
}

/// Where an object of an installation goes.
pub(super) struct Target {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

impl Target {
    pub(super) fn of(object: &Value) -> Self {
        let text = |pointer: &str| {
            object
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let api_version = text("/apiVersion").unwrap_or_default();
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: text("/kind").unwrap_or_default(),
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name").unwrap_or_default(),
        }
    }

    /// Every kind that is installed has the regular plural.
    fn plural(&self) -> String {
        format!("{}s", self.kind.to_lowercase())
    }

    pub(super) fn path(&self) -> String {
        let plural = self.plural();
        let place = Place {
            group: &self.group,
            version: &self.version,
            plural: &plural,
            namespace: self.namespace.as_deref(),
        };
        place.object(&self.name)
    }

    pub(super) fn display(&self) -> String {
        let kind = self.kind.to_lowercase();
        match self.group.as_str() {
            "" => format!("{kind}/{}", self.name),
            group => format!("{kind}.{group}/{}", self.name),
        }
    }
}

pub(super) async fn apply(admin: &Client, object: &Value) -> Result<Installed, InstallError> {
    apply_body(
        admin,
        &Target::of(object),
        Bytes::from(object.to_string()),
        Echo::Harmless,
    )
    .await
}

pub(super) async fn apply_body(
    admin: &Client,
    target: &Target,
    body: Bytes,
    echo: Echo,
) -> Result<Installed, InstallError> {
    let wrap = |source| InstallError::Apply {
        object: target.display(),
        source,
    };
    let path = target.path();
    let before = request::get_metadata(admin, &path).await.map_err(wrap)?;
    let written = request::apply(
        admin,
        &path,
        body,
        Write {
            manager: MANAGER,
            echo,
        },
    )
    .await
    .map_err(wrap)?;
    let before = before.and_then(|metadata| metadata.resource_version);
    let outcome = outcome(before.as_ref(), &written);
    Ok(Installed {
        object: target.display(),
        namespace: target.namespace.clone(),
        outcome,
    })
}

fn outcome(before: Option<&String>, written: &Written) -> Outcome {
    if written.created {
        Outcome::Created
    } else if before == written.metadata.resource_version.as_ref() {
        Outcome::Unchanged
    } else {
        Outcome::Changed
    }
}
