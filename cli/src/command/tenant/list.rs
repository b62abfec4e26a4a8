//! `signet tenant list`: as the work tree has them, one line for each tenant and cluster.

use crate::failure::Result;
use crate::files::Changes;
use crate::fleet;
use crate::output::listing::{FormatArgs, Listing, Row};
use crate::repository::Repository;
use crate::session::Session;
use serde_json::json;
use signet_api::{Namespaces, Tenant, TenantCluster};

/// List the tenants in the work tree
#[derive(clap::Args)]
#[command(after_help = "Example:\n  signet tenant list")]
pub(crate) struct List {
    #[command(flatten)]
    format: FormatArgs,
}

impl List {
    /// Prints one line for each tenant on each of its clusters.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let repository = Repository::here(&session.out)?;
        let fleet = fleet::proposed(&repository, &Changes::to(repository.root()))?;
        let mut listing = Listing::new(&["NAME", "CLUSTER", "NAMESPACES", "SOURCES"]);
        for tenant in fleet.tenants.values() {
            for on in &tenant.clusters {
                listing.push(row(tenant, on));
            }
        }
        for problem in &fleet.problems {
            session.out.warn(problem);
        }
        listing.print(&session.out, self.format.format)
    }
}

fn row(tenant: &Tenant, on: &TenantCluster) -> Row {
    let namespaces: Vec<&str> = match &on.namespaces {
        Namespaces::All => vec!["*"],
        Namespaces::List(list) => list.iter().map(signet_api::Namespace::as_str).collect(),
    };
    let sources: Vec<&str> = on
        .sources
        .iter()
        .map(|source| source.path.as_str())
        .collect();
    Row {
        name: format!("tenant/{}", tenant.name),
        cells: vec![
            tenant.name.to_string(),
            on.name.to_string(),
            namespaces.join(","),
            sources.join(","),
        ],
        value: json!({
            "name": tenant.name,
            "cluster": on.name,
            "namespaces": namespaces,
            "sources": sources,
            "editors": tenant.editors,
        }),
    }
}
