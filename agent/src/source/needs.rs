//! What a source waits for: its namespaces, and the sources that it names. Not for the whole platform.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use signet_api::{ClusterName, Fleet, Namespace, Namespaces, TenantSource};
use signet_provenance::ObjectId;

use crate::SourceId;

/// How far each source has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Board(pub(crate) BTreeMap<SourceId, Progress>);

/// How far one source has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The revision that it has applied.
    pub(crate) applied: Option<ObjectId>,
    /// The revision that it has at least tried.
    pub(crate) tried: Option<ObjectId>,
    /// How often it has written something.
    pub(crate) writes: u64,
}

impl Board {
    /// How far a source has come; one that has not begun has come nowhere.
    pub(crate) fn progress(&self, id: &SourceId) -> Progress {
        self.0.get(id).copied().unwrap_or_default()
    }
}

/// Something that a source needs and that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Namespaces that the platform has not made yet.
    Namespaces(Vec<Namespace>),
    /// A source that has not applied this revision yet.
    Source(SourceId),
    /// A name under `dependsOn` that no source of this cluster has.
    NoSuchSource(String),
    /// The sources wait for each other.
    Cycle(Vec<SourceId>),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespaces(names) if names.len() == 1 => {
                write!(
                    f,
                    "the namespace {} does not exist yet; the platform makes it",
                    names[0]
                )
            }
            Self::Namespaces(names) => {
                let names: Vec<_> = names.iter().map(Namespace::as_str).collect();
                write!(
                    f,
                    "the namespaces {} do not exist yet; the platform makes them",
                    names.join(", ")
                )
            }
            Self::Source(source) => write!(
                f,
                "{source}, which it depends on, has not applied this revision yet"
            ),
            Self::NoSuchSource(name) => write!(
                f,
                "dependsOn names {name:?}, which is no source on this cluster"
            ),
            Self::Cycle(sources) => {
                let sources: Vec<_> = sources.iter().map(SourceId::to_string).collect();
                write!(
                    f,
                    "the sources {} depend on each other",
                    sources.join(" → ")
                )
            }
        }
    }
}

/// The namespaces of a tenant that are not there.
pub(crate) fn namespaces(wanted: &Namespaces, there: &BTreeSet<String>) -> Option<Missing> {
    let Namespaces::List(wanted) = wanted else {
        return None;
    };
    let missing: Vec<_> = wanted
        .iter()
        .filter(|name| !there.contains(name.as_str()))
        .cloned()
        .collect();
    (!missing.is_empty()).then_some(Missing::Namespaces(missing))
}

/// The first source that `id` depends on and that has not applied `commit` yet.
pub(crate) fn dependencies(
    fleet: &Fleet,
    cluster: &ClusterName,
    id: &SourceId,
    board: &Board,
    commit: ObjectId,
) -> Option<Missing> {
    if let Some(cycle) = cycle(fleet, cluster, id) {
        return Some(Missing::Cycle(cycle));
    }
    depends_on(fleet, cluster, id)
        .into_iter()
        .find_map(|(name, on)| match on {
            None => Some(Missing::NoSuchSource(name)),
            Some(on) if board.progress(&on).applied != Some(commit) => Some(Missing::Source(on)),
            Some(_) => None,
        })
}

/// The way from a source back to itself.
fn cycle(fleet: &Fleet, cluster: &ClusterName, id: &SourceId) -> Option<Vec<SourceId>> {
    let (mut seen, mut way) = (BTreeSet::new(), vec![id.clone()]);
    let mut open = vec![next(fleet, cluster, id)];
    while let Some(ahead) = open.last_mut() {
        match ahead.pop() {
            Some(on) if on == *id => {
                way.push(on);
                return Some(way);
            }
            Some(on) if seen.insert(on.clone()) => {
                open.push(next(fleet, cluster, &on));
                way.push(on);
            }
            Some(_) => {}
            None => {
                open.pop();
                way.pop();
            }
        }
    }
    None
}

fn next(fleet: &Fleet, cluster: &ClusterName, id: &SourceId) -> Vec<SourceId> {
    depends_on(fleet, cluster, id)
        .into_iter()
        .filter_map(|(_, on)| on)
        .collect()
}

/// What a source depends on: the name as it is written, and the source if there is one.
pub(crate) fn depends_on(
    fleet: &Fleet,
    cluster: &ClusterName,
    id: &SourceId,
) -> Vec<(String, Option<SourceId>)> {
    let Some(source) = find(fleet, cluster, id) else {
        return Vec::new();
    };
    let resolve = |name: &String| {
        let full = if name.contains('/') {
            name.clone()
        } else {
            format!("{}/{name}", id.tenant)
        };
        let on = full
            .parse()
            .ok()
            .filter(|on| find(fleet, cluster, on).is_some());
        (name.clone(), on)
    };
    source.depends_on.iter().map(resolve).collect()
}

/// A source as the fleet describes it for this cluster.
pub(crate) fn find<'f>(
    fleet: &'f Fleet,
    cluster: &ClusterName,
    id: &SourceId,
) -> Option<&'f TenantSource> {
    let tenant = fleet.tenants.get(&id.tenant)?;
    tenant
        .on(cluster)?
        .sources
        .iter()
        .find(|source| source.name == id.source)
}

#[cfg(test)]
mod tests;
