//! `signet reconcile`: asks the agent to look now.

use super::status::{anchors, syncs};
use crate::clock;
use crate::failure::{Explain, Result, failed, refused};
use crate::repository::Repository;
use crate::session::{Session, wait_for};
use kube::api::{Api, Patch, PatchParams};
use kube::{Client, ResourceExt};
use serde_json::json;
use signet_api::Duration;
use signet_api::crd::{Condition, Sync, TrustAnchor};
use signet_cluster::RECONCILE_AT;

/// How often the cluster is asked while waiting.
const POLL: std::time::Duration = std::time::Duration::from_millis(200);

/// Ask the agent to look at the repository now
#[derive(clap::Args)]
#[command(after_help = "Example:\n  git push && signet reconcile --wait")]
pub(crate) struct Reconcile {
    /// Wait until the commit at HEAD of this clone is applied by every source
    #[arg(long)]
    wait: bool,
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "1m", requires = "wait")]
    timeout: Duration,
}

impl Reconcile {
    /// Sets the annotation that the agent watches.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let head = if self.wait {
            let repository = Repository::here(&session.out)?;
            Some(repository.resolve("HEAD")?.to_string())
        } else {
            None
        };
        wait_for(async {
            let client = Client::try_from(session.cluster().await?)?;
            poke(&client).await?;
            match head {
                Some(head) => self.until_applied(&client, &head).await,
                None => Ok(()),
            }
        })
    }

    async fn until_applied(&self, client: &Client, head: &str) -> Result<()> {
        let applied = async {
            while !is_applied(client, head).await? {
                tokio::time::sleep(POLL).await;
            }
            Ok(())
        };
        match tokio::time::timeout(self.timeout.as_std(), applied).await {
            Ok(applied) => applied,
            Err(_) => Err(
                failed(format!("{head} is not applied after {}", self.timeout))
                    .hint("`signet status` says why"),
            ),
        }
    }
}

async fn poke(client: &Client) -> Result<()> {
    let anchors = anchors(client).await?;
    if anchors.is_empty() {
        return Err(refused("the cluster has no trust anchor").hint("`signet bootstrap` makes one"));
    }
    let api: Api<TrustAnchor> = Api::all(client.clone());
    let patch = json!({"metadata": {"annotations": {RECONCILE_AT: clock::now().to_string()}}});
    for anchor in anchors {
        api.patch(
            &anchor.name_any(),
            &PatchParams::default(),
            &Patch::Merge(&patch),
        )
        .await
        .with_context(|| format!("annotate the trust anchor {}", anchor.name_any()))?;
    }
    Ok(())
}

async fn is_applied(client: &Client, head: &str) -> Result<bool> {
    let verified = anchors(client)
        .await?
        .iter()
        .all(|anchor| has_verified(anchor, head));
    Ok(verified
        && syncs(client)
            .await?
            .iter()
            .all(|sync| has_applied(sync, head)))
}

/// Before an agent is at work, the anchor reports what `signet bootstrap` accepted, without a condition.
fn has_verified(anchor: &TrustAnchor, head: &str) -> bool {
    anchor.status.as_ref().is_some_and(|status| {
        let tip = status.verified.as_ref();
        holds(&status.conditions, "Verified") && tip.is_some_and(|tip| tip.commit == head)
    })
}

fn has_applied(sync: &Sync, head: &str) -> bool {
    sync.status.as_ref().is_some_and(|status| {
        let revision = status.revision.as_deref();
        holds(&status.conditions, "Ready") && revision.is_some_and(|it| it.ends_with(head))
    })
}

fn holds(conditions: &[Condition], kind: &str) -> bool {
    conditions
        .iter()
        .any(|condition| condition.type_ == kind && condition.status == "True")
}
