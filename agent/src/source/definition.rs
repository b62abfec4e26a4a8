//! A source as the fleet's documents describe it for one cluster.

use std::sync::Arc;

use signet_api::{
    ClusterName, Fleet, Glob, Namespace, Namespaces, SYSTEM_NAMESPACE, SealedMode, Sink,
    TenantSource, crd::SyncSpec,
};
use signet_cluster::WantedSync;
use signet_plan::{ApplySetId, Limits, apply_set_id};
use signet_render::{Kinds, Options};

use crate::SourceId;

/// Everything that the Tenant document says of a source on this cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) id: SourceId,
    pub(crate) source: TenantSource,
    pub(crate) namespaces: Namespaces,
    pub(crate) mode: SealedMode,
    sinks: Vec<Sink>,
    shared: Vec<Glob>,
}

impl Definition {
    /// The source, if the fleet has it on this cluster.
    pub(crate) fn find(fleet: &Fleet, cluster: &ClusterName, id: &SourceId) -> Option<Self> {
        let tenant = fleet.tenants.get(&id.tenant)?;
        let part = tenant.on(cluster)?;
        let source = part
            .sources
            .iter()
            .find(|source| source.name == id.source)?;
        Some(Self {
            id: id.clone(),
            source: source.clone(),
            namespaces: part.namespaces.clone(),
            mode: tenant.sealed,
            sinks: part.sinks.clone(),
            shared: fleet.policy.shared.clone(),
        })
    }

    /// Whether it is the platform's.
    pub(crate) fn is_platform(&self) -> bool {
        self.id.tenant.is_platform()
    }

    /// This earlier definition with what is to be done about drift and leftovers now; nothing if the rights are others.
    pub(crate) fn under(self, now: &Self) -> Option<Self> {
        let rights = |of: &Self| (of.namespaces.clone(), of.mode, of.sinks.clone());
        let source = TenantSource {
            prune: now.source.prune,
            drift: now.source.drift,
            timeout: now.source.timeout,
            ..self.source.clone()
        };
        (rights(&self) == rights(now)).then_some(Self { source, ..self })
    }

    /// The namespace of its Sync.
    pub(crate) fn home(&self) -> &str {
        self.namespaces
            .first()
            .map_or(SYSTEM_NAMESPACE, Namespace::as_str)
    }

    /// Its Sync.
    pub(crate) fn sync(&self) -> WantedSync {
        let TenantSource {
            name,
            path,
            prune,
            drift,
            depends_on,
            timeout,
            suspend,
        } = self.source.clone();
        WantedSync {
            name: self.id.sync_name(),
            namespace: self.home().to_owned(),
            applyset: self.apply_set().to_string(),
            spec: SyncSpec {
                tenant: self.id.tenant.clone(),
                source: name,
                path,
                prune,
                drift,
                depends_on,
                timeout,
                suspend,
            },
        }
    }

    /// The id of the set that its objects belong to.
    pub(crate) fn apply_set(&self) -> ApplySetId {
        apply_set_id(&self.id.sync_name(), self.home())
    }

    /// What it may do.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            tenant: self.id.tenant.clone(),
            source: self.id.source.clone(),
            namespaces: self.namespaces.clone(),
            sinks: self.sinks.clone(),
            prune: self.source.prune,
            drift: self.source.drift,
            apply_set: self.apply_set(),
        }
    }

    /// How it is rendered.
    pub(crate) fn options(&self, kinds: Arc<Kinds>) -> Options {
        Options {
            tenant: self.id.tenant.clone(),
            source: self.id.source.clone(),
            path: self.source.path.clone(),
            namespace: self.namespaces.first().cloned(),
            kinds,
            shared: self.shared.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cluster, fleet};

    const SOURCES: &str = "
      sources:
        - {name: apps, path: tenants/team-a/prod, dependsOn: [base], timeout: 1m}
        - {name: base, path: tenants/team-a/base}";

    #[test]
    fn a_tenants_sync_is_in_its_first_namespace() {
        let definition =
            Definition::find(&fleet(SOURCES), &cluster(), &"team-a/apps".parse().unwrap()).unwrap();
        let sync = definition.sync();
        assert_eq!(
            (sync.name.as_str(), sync.namespace.as_str()),
            ("team-a-apps", "team-a")
        );
        assert_eq!(sync.spec.depends_on, ["base"]);
        assert_eq!(definition.limits().field_manager(), "signet:team-a:apps");
    }

    #[test]
    fn an_earlier_definition_counts_while_the_rights_are_the_same() {
        let find = |sources| {
            Definition::find(&fleet(sources), &cluster(), &"team-a/apps".parse().unwrap()).unwrap()
        };
        let then = find(SOURCES);
        let now = find(
            "
      sources:
        - {name: apps, path: tenants/team-a/other, prune: false}",
        );
        let under = then.clone().under(&now).unwrap();
        assert_eq!(
            (&under.source.path, under.source.prune),
            (&then.source.path, false)
        );
        let less = Definition {
            namespaces: Namespaces::List(Vec::new()),
            ..now
        };
        assert_eq!(then.under(&less), None);
    }

    #[test]
    fn what_the_fleet_does_not_name_for_this_cluster_is_no_source() {
        let other = "staging".parse().unwrap();
        assert_eq!(
            Definition::find(&fleet(SOURCES), &other, &"team-a/apps".parse().unwrap()),
            None
        );
        assert_eq!(
            Definition::find(&fleet(SOURCES), &cluster(), &"team-a/gone".parse().unwrap()),
            None
        );
    }
}
