//! `signet status`: what the agent says about the history and about each source.

use crate::failure::{Explain, Result};
use crate::output::listing::{FormatArgs, Listing, Row};
use crate::session::{Session, wait_for};
use kube::api::{Api, ListParams};
use kube::{Client, ResourceExt};
use signet_api::crd::{Condition, Sync, TrustAnchor};

/// Show the trust anchor and the sources of the cluster
#[derive(clap::Args)]
#[command(after_help = "Example:\n  signet status\n  signet status --context prod -o json")]
pub(crate) struct Status {
    #[command(flatten)]
    format: FormatArgs,
}

impl Status {
    /// Prints the anchor, then each Sync.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let (anchors, syncs) = wait_for(async {
            let client = Client::try_from(session.cluster().await?)?;
            Ok((anchors(&client).await?, syncs(&client).await?))
        })?;
        let mut listing =
            Listing::new(&["NAME", "READY", "REVISION", "SIGNER", "DRIFT", "MESSAGE"]);
        for anchor in &anchors {
            listing.push(of_anchor(anchor)?);
        }
        for sync in &syncs {
            listing.push(of_sync(sync)?);
        }
        listing.print(&session.out, self.format.format)
    }
}

/// The trust anchors of the cluster; there should be one.
pub(super) async fn anchors(client: &Client) -> Result<Vec<TrustAnchor>> {
    let found = Api::<TrustAnchor>::all(client.clone())
        .list(&ListParams::default())
        .await;
    let list = found
        .context("list the trust anchors")
        .hint("`signet bootstrap` puts Signet into a cluster")?;
    Ok(list.items)
}

/// The Syncs of all namespaces.
pub(super) async fn syncs(client: &Client) -> Result<Vec<Sync>> {
    let found = Api::<Sync>::all(client.clone())
        .list(&ListParams::default())
        .await;
    Ok(found.context("list the Syncs")?.items)
}

fn of_anchor(anchor: &TrustAnchor) -> Result<Row> {
    let status = anchor.status.clone().unwrap_or_default();
    let verified = status.verified.as_ref();
    Ok(row(
        format!("trustanchor/{}", anchor.name_any()),
        &status.conditions,
        [
            verified.map(|tip| short(&tip.commit)),
            verified.map(|tip| tip.signer.clone()),
            None,
        ],
        serde_json::to_value(anchor)?,
    ))
}

fn of_sync(sync: &Sync) -> Result<Row> {
    let status = sync.status.clone().unwrap_or_default();
    Ok(row(
        format!(
            "sync/{}/{}",
            sync.namespace().unwrap_or_default(),
            sync.name_any()
        ),
        &status.conditions,
        [
            status.revision.as_deref().map(short),
            status.signer.clone(),
            status.drift.map(|drift| drift.count.to_string()),
        ],
        serde_json::to_value(sync)?,
    ))
}

fn row(
    name: String,
    conditions: &[Condition],
    middle: [Option<String>; 3],
    value: serde_json::Value,
) -> Row {
    let ready = conditions
        .iter()
        .find(|condition| condition.type_ == "Ready");
    let mut cells = vec![
        name.clone(),
        ready.map_or_else(|| "Unknown".to_owned(), |ready| ready.status.clone()),
    ];
    cells.extend(
        middle
            .into_iter()
            .map(|cell| cell.unwrap_or_else(|| "-".to_owned())),
    );
    cells.push(ready.map_or_else(String::new, |ready| {
        format!("{}: {}", ready.reason, ready.message)
    }));
    Row { name, cells, value }
}

/// A revision with its commit cut to twelve digits, as the agent's messages have it.
fn short(revision: &str) -> String {
    match revision.rsplit_once(':') {
        Some((branch, commit)) => format!("{branch}:{}", short(commit)),
        None => revision.chars().take(12).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn shortens_the_commit_of_a_revision() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(short(commit), "0123456789ab");
        assert_eq!(
            short(&format!("main@sha1:{commit}")),
            "main@sha1:0123456789ab"
        );
    }
}
