//! What is compared: a revision, or the work tree.

use crate::command::render::options_of;
use crate::failure::{Explain, Result};
use crate::files::Changes;
use crate::fleet;
use crate::repository::Repository;
use signet_api::{ClusterName, Fleet, SourceName, TenantName};
use signet_provenance::{Tree, Unverified};
use signet_render::{Desired, Options};
use std::collections::BTreeMap;

/// One of the two: the fleet's documents there, and where its files are.
pub(super) struct Side<'a> {
    fleet: Fleet,
    files: Files<'a>,
}

enum Files<'a> {
    Revision(Tree<Unverified>),
    WorkTree(&'a Repository<'a>),
}

/// A source on a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) cluster: ClusterName,
    pub(super) tenant: TenantName,
    pub(super) source: SourceName,
}

impl<'a> Side<'a> {
    /// A revision.
    pub(super) fn at(repository: &Repository<'_>, revision: &str) -> Result<Self> {
        let commit = repository.resolve(revision)?;
        let tree = Tree::unverified(repository.store().objects(), commit)?;
        let fleet = tree
            .fleet()
            .with_context(|| format!("read the fleet's documents at {revision}"))?;
        let files = Files::Revision(tree);
        Ok(Self { fleet, files })
    }

    /// The work tree.
    pub(super) fn work_tree(repository: &'a Repository<'a>) -> Result<Self> {
        let fleet = fleet::proposed(repository, &Changes::to(repository.root()))?;
        let files = Files::WorkTree(repository);
        Ok(Self { fleet, files })
    }

    /// Its sources, and how each is rendered.
    pub(super) fn sources(&self) -> BTreeMap<Place, Options> {
        let mut sources = BTreeMap::new();
        for tenant in self.fleet.tenants.values() {
            for on in &tenant.clusters {
                for source in &on.sources {
                    let place = Place {
                        cluster: on.name.clone(),
                        tenant: tenant.name.clone(),
                        source: source.name.clone(),
                    };
                    let options = options_of(&self.fleet, tenant, on, source);
                    sources.insert(place, options);
                }
            }
        }
        sources
    }

    /// The objects of a source; nothing where its folder is not there yet, or no longer.
    pub(super) fn render(&self, options: &Options) -> Result<Option<Desired<Unverified>>> {
        let tree = match &self.files {
            Files::Revision(tree) => tree.clone(),
            Files::WorkTree(repository) => repository.tree(&options.folders())?,
        };
        if tree.subtree_id(&options.path)?.is_none() {
            return Ok(None);
        }
        Ok(Some(signet_render::render(&tree, options)?))
    }
}
