//! What one look at a tenant can tell.

use std::collections::BTreeSet;

use crate::places::{CLUSTERS, STEERING, TENANTS};
use crate::tenant::{Namespaces, TenantCluster, TenantSource};
use crate::{RepoPath, SYSTEM_NAMESPACE, SourceName, TENANTS_NAMESPACE, TenantName};

/// A complaint, with the steps that lead to its field.
pub(super) struct Fault {
    steps: Vec<String>,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn steps(&self) -> Vec<&str> {
        self.steps.iter().map(String::as_str).collect()
    }

    fn new(message: impl Into<String>) -> Self {
        Self {
            steps: Vec::new(),
            message: message.into(),
        }
    }

    /// Where the complaint is, seen from further out.
    fn within(mut self, outer: &[&str]) -> Self {
        let inner = std::mem::take(&mut self.steps);
        self.steps = outer
            .iter()
            .map(|step| (*step).to_owned())
            .chain(inner)
            .collect();
        self
    }
}

pub(super) fn clusters(tenant: &TenantName, clusters: &[TenantCluster]) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for (i, part) in clusters.iter().enumerate() {
        let here = |fault: Fault| fault.within(&["spec", "clusters", &i.to_string()]);
        if !names.insert(&part.name) {
            return Err(here(
                Fault::new(format!("the cluster {} is listed twice", part.name)).within(&["name"]),
            ));
        }
        namespaces(tenant, &part.namespaces)
            .map_err(|fault| here(fault.within(&["namespaces"])))?;
        sources(tenant, &part.sources).map_err(|fault| here(fault.within(&["sources"])))?;
    }
    Ok(())
}

fn namespaces(tenant: &TenantName, namespaces: &Namespaces) -> Result<(), Fault> {
    let list = match namespaces {
        Namespaces::All if tenant.is_platform() => return Ok(()),
        Namespaces::All => return Err(Fault::new("only the platform may have all namespaces")),
        Namespaces::List(list) if list.is_empty() => {
            return Err(Fault::new("a tenant needs a namespace"));
        }
        Namespaces::List(list) => list,
    };
    let mut seen = BTreeSet::new();
    for (i, namespace) in list.iter().enumerate() {
        let fault = |message: String| Err(Fault::new(message).within(&[&i.to_string()]));
        if [SYSTEM_NAMESPACE, TENANTS_NAMESPACE].contains(&namespace.as_str()) {
            return fault(format!("the namespace {namespace} is Signet's own"));
        }
        if !seen.insert(namespace) {
            return fault(format!("the namespace {namespace} is listed twice"));
        }
    }
    Ok(())
}

fn sources(tenant: &TenantName, sources: &[TenantSource]) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for (i, source) in sources.iter().enumerate() {
        let at = |field: &str, message: String| {
            Err(Fault::new(message).within(&[&i.to_string(), field]))
        };
        if !names.insert(&source.name) {
            return at(
                "name",
                format!("the source {} is listed twice", source.name),
            );
        }
        if let Some(owner) = foreign(tenant, &source.path) {
            return at("path", format!("{} is {owner}", source.path));
        }
        for (n, dependency) in source.depends_on.iter().enumerate() {
            depends_on(tenant, source, dependency)
                .map_err(|fault| fault.within(&[&i.to_string(), "dependsOn", &n.to_string()]))?;
        }
    }
    Ok(())
}

/// Whose a folder is, if it is not one that the tenant may apply.
fn foreign(tenant: &TenantName, path: &RepoPath) -> Option<&'static str> {
    let mut components = path.components();
    match (components.next(), components.next()) {
        (Some(STEERING), _) => Some("where Signet's own documents stand"),
        (Some(CLUSTERS), _) if !tenant.is_platform() => Some("the platform's"),
        (Some(TENANTS), Some(name)) if name != tenant.as_str() => Some("another tenant's"),
        (Some(TENANTS), None) => Some("the folder of all tenants"),
        _ => None,
    }
}

fn depends_on(tenant: &TenantName, source: &TenantSource, dependency: &str) -> Result<(), Fault> {
    let (owner, name) = match dependency.split_once('/') {
        Some((owner, name)) => (owner.parse().map_err(|_| malformed())?, name),
        None => (tenant.clone(), dependency),
    };
    let name: SourceName = name.parse().map_err(|_| malformed())?;
    if owner == *tenant && name == source.name {
        return Err(Fault::new("a source cannot wait for itself"));
    }
    Ok(())
}

fn malformed() -> Fault {
    Fault::new("a dependency is written `source` or `tenant/source`")
}
