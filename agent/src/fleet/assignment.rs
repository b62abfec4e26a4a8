//! What is to become of each source.

use std::collections::BTreeSet;

use signet_api::{ClusterName, Fleet};

use crate::SourceId;

/// What is to become of each source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    /// Those that Git names for this cluster.
    pub(super) kept: BTreeSet<SourceId>,
    /// Those of which Git says nothing that can be read.
    pub(super) stopped: BTreeSet<SourceId>,
    /// Those that Git no longer names.
    pub(super) gone: BTreeSet<SourceId>,
}

impl Assignment {
    /// While any document cannot be read, nothing counts as removed: it may be named there.
    pub(super) fn of(fleet: &Fleet, cluster: &ClusterName, known: &BTreeSet<SourceId>) -> Self {
        let kept: BTreeSet<_> = fleet
            .tenants_on(cluster)
            .flat_map(|tenant| {
                let sources = tenant
                    .on(cluster)
                    .into_iter()
                    .flat_map(|part| &part.sources);
                sources.map(|source| SourceId {
                    tenant: tenant.name.clone(),
                    source: source.name.clone(),
                })
            })
            .collect();
        let others = known.difference(&kept).cloned().collect();
        let (stopped, gone) = if fleet.problems.is_empty() {
            (BTreeSet::new(), others)
        } else {
            (others, BTreeSet::new())
        };
        Self {
            kept,
            stopped,
            gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{broken_fleet, cluster, fleet};

    const APPS: &str = "
      sources:
        - {name: apps, path: tenants/team-a/prod}";

    fn ids(names: &[&str]) -> BTreeSet<SourceId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn a_source_that_git_no_longer_names_is_gone() {
        let assignment = Assignment::of(
            &fleet(APPS),
            &cluster(),
            &ids(&["team-a/apps", "team-a/old", "team-x/apps"]),
        );
        assert_eq!(assignment.kept, ids(&["team-a/apps"]));
        assert_eq!(assignment.gone, ids(&["team-a/old", "team-x/apps"]));
        assert!(assignment.stopped.is_empty());
    }

    #[test]
    fn nothing_is_gone_while_a_document_cannot_be_read() {
        let assignment = Assignment::of(
            &broken_fleet(APPS),
            &cluster(),
            &ids(&["team-a/apps", "team-b/apps"]),
        );
        assert_eq!(assignment.kept, ids(&["team-a/apps"]));
        assert_eq!(assignment.stopped, ids(&["team-b/apps"]));
        assert!(assignment.gone.is_empty());
    }
}
