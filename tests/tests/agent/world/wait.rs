//! Waiting for what the agent does and says.

use anyhow::{Context, Result, ensure};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use signet_tests::eventually::eventually;

use super::{PATIENCE, World};

impl World {
    /// Waits until the TrustAnchor follows a commit, and nothing is wrong.
    pub(crate) async fn anchor_ready(&self, commit: &str) -> Result<()> {
        eventually(PATIENCE, "the TrustAnchor to be ready", async || {
            let status = self.anchor_status().await?;
            let tip = status.verified.map(|tip| tip.commit).unwrap_or_default();
            holds(&status.conditions, "Ready", "True", "")?;
            ensure!(tip == commit, "{tip} is verified, not {commit}");
            Ok(())
        })
        .await
    }

    /// Returns the message of a condition of the TrustAnchor once it is so.
    pub(crate) async fn anchor(&self, kind: &str, status: &str, reason: &str) -> Result<String> {
        eventually(PATIENCE, "the TrustAnchor's condition", async || {
            let conditions = self.anchor_status().await?.conditions;
            holds(&conditions, kind, status, reason)
        })
        .await
    }

    /// Returns the message of a Sync's condition `Ready` once it is so.
    pub(crate) async fn sync_is(&self, tenant: &str, status: &str, reason: &str) -> Result<String> {
        eventually(PATIENCE, "the Sync's condition", async || {
            let sync = self.sync(tenant).await?;
            holds(
                &sync.status.unwrap_or_default().conditions,
                "Ready",
                status,
                reason,
            )
        })
        .await
    }

    /// Waits until a tenant's source is applied and ready at a commit.
    pub(crate) async fn applied(&self, tenant: &str, commit: &str) -> Result<()> {
        eventually(PATIENCE, "the Sync's revision", async || {
            let status = self.sync(tenant).await?.status.unwrap_or_default();
            let revision = status.revision.unwrap_or_default();
            holds(&status.conditions, "Ready", "True", "Applied")?;
            ensure!(
                revision.ends_with(commit),
                "{revision} is applied, not {commit}"
            );
            Ok(())
        })
        .await
    }

    /// Waits until a value of a ConfigMap is this one.
    pub(crate) async fn config_becomes(
        &self,
        namespace: &str,
        name: &str,
        key: &str,
        value: &str,
    ) -> Result<()> {
        eventually(PATIENCE, "the ConfigMap", async || {
            let found = self.config(namespace, name, key).await?;
            ensure!(found == value, "{key} is {found:?}");
            Ok(())
        })
        .await
    }
}

/// The message of a condition that has this status and reason (`""`: any).
pub(crate) fn holds(
    conditions: &[Condition],
    kind: &str,
    status: &str,
    reason: &str,
) -> Result<String> {
    let found = conditions.iter().find(|condition| condition.type_ == kind);
    let found = found.with_context(|| format!("there is no condition {kind}"))?;
    let is_so = found.status == status && (reason.is_empty() || found.reason == reason);
    ensure!(
        is_so,
        "{kind} is {} ({}): {}",
        found.status,
        found.reason,
        found.message
    );
    Ok(found.message.clone())
}
