//! Syncs in a namespace that is not their source's first one any more.

use std::collections::{BTreeMap, BTreeSet};

use signet_api::{ClusterName, Fleet, crd::Sync};
use signet_cluster::{Cluster, Failure};

use crate::{SourceId, source::definition::Definition};

/// The namespace of each source's Sync.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Homes(BTreeMap<SourceId, String>);

impl Homes {
    /// Those of these sources.
    pub(super) fn of(fleet: &Fleet, cluster: &ClusterName, sources: &BTreeSet<SourceId>) -> Self {
        let home = |id: &SourceId| {
            let definition = Definition::find(fleet, cluster, id)?;
            Some((id.clone(), definition.home().to_owned()))
        };
        Self(sources.iter().filter_map(home).collect())
    }

    /// Deletes the Syncs of these sources that are elsewhere. No object goes with them.
    ///
    /// # Errors
    /// [`Failure`].
    pub(super) async fn tidy(&self, cluster: &Cluster) -> Result<(), Failure> {
        let syncs = cluster.syncs().await?;
        for sync in syncs.iter().filter(|sync| self.is_stray(sync)) {
            cluster.delete_sync(sync).await?;
        }
        Ok(())
    }

    fn is_stray(&self, sync: &Sync) -> bool {
        let home = SourceId::of_sync(sync).and_then(|id| self.0.get(&id));
        home.is_some_and(|home| sync.metadata.namespace.as_ref() != Some(home))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{cluster, fleet};

    fn sync(namespace: &str, name: &str, source: &str) -> Sync {
        let sync = json!({
            "apiVersion": "signet.dev/v1alpha1",
            "kind": "Sync",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "tenant": "team-a", "source": source, "path": "tenants/team-a/prod", "prune": true,
                "drift": "correct", "dependsOn": [], "timeout": "5m", "suspend": false,
            },
        });
        serde_json::from_value(sync).unwrap()
    }

    #[test]
    fn only_the_sync_of_a_source_that_has_its_own_elsewhere_is_stray() {
        let fleet = fleet(
            "
      sources:
        - {name: apps, path: tenants/team-a/prod}",
        );
        let sources = BTreeSet::from(["team-a/apps".parse().unwrap()]);
        let homes = Homes::of(&fleet, &cluster(), &sources);
        assert!(homes.is_stray(&sync("team-a-old", "team-a-apps", "apps")));
        assert!(!homes.is_stray(&sync("team-a", "team-a-apps", "apps")));
        assert!(!homes.is_stray(&sync("team-a-old", "team-a-gone", "gone")));
        assert!(!homes.is_stray(&sync("team-a-old", "somebodys", "apps")));
    }
}
