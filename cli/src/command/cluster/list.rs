//! `signet cluster list`: as the work tree has them.

use crate::failure::Result;
use crate::files::Changes;
use crate::fleet;
use crate::output::listing::{FormatArgs, Listing, Row};
use crate::repository::Repository;
use crate::session::Session;
use serde_json::json;

/// List the clusters in the work tree
#[derive(clap::Args)]
#[command(after_help = "Example:\n  signet cluster list -o json")]
pub(crate) struct List {
    #[command(flatten)]
    format: FormatArgs,
}

impl List {
    /// Prints one line for each cluster.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let repository = Repository::here(&session.out)?;
        let fleet = fleet::proposed(&repository, &Changes::to(repository.root()))?;
        let mut listing = Listing::new(&["NAME", "TENANTS", "RECIPIENT"]);
        for cluster in fleet.clusters.values() {
            let tenants: Vec<&str> = fleet
                .tenants_on(&cluster.name)
                .map(|tenant| tenant.name.as_str())
                .collect();
            listing.push(Row {
                name: format!("cluster/{}", cluster.name),
                cells: vec![cluster.name.to_string(), tenants.join(","), cluster.recipient.clone()],
                value: json!({"name": cluster.name, "tenants": tenants, "recipient": cluster.recipient}),
            });
        }
        for problem in &fleet.problems {
            session.out.warn(problem);
        }
        listing.print(&session.out, self.format.format)
    }
}
