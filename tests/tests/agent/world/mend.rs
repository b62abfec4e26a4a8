//! Bringing the world back to its beginning, whatever a test left.

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use signet_tests::eventually::eventually;
use signet_tests::person::WorkTree;

use super::{PATIENCE, POLICY, World, holds, put_secret};

impl World {
    /// Has everything as it was in the beginning, whatever the last test left.
    pub(super) async fn mend(&mut self) -> Result<()> {
        self.admin = self.plane.admin().await;
        self.remote.mend();
        self.remote.restart()?;
        if self.agent.check().is_err() {
            self.start_agent()?;
        }
        self.restore_secrets().await?;
        self.patch_anchor(&json!({"spec": {
            "suspend": {"all": false, "tenants": []},
            "revoked": [],
            "freshness": null,
            "repository": {"url": self.remote.url(), "mirrors": [], "interval": "5s"},
        }}))
        .await?;
        self.restore_tree().await?;
        let head = self.fleet.alice.head()?;
        self.anchor_ready(&head).await?;
        for tenant in ["team-a", "team-b"] {
            self.applied(tenant, &head).await?;
        }
        Ok(())
    }

    /// Remembers the Secrets that the agent reads, or puts them back.
    async fn restore_secrets(&mut self) -> Result<()> {
        let system = self.secrets("signet-system");
        for name in ["git-credentials", "cluster-identity"] {
            let there = system.get_opt(name).await?;
            match (self.kept.get(name), there) {
                (None, Some(secret)) => {
                    self.kept.insert(name, secret.data.unwrap_or_default());
                }
                (Some(kept), Some(secret)) if secret.data.as_ref() == Some(kept) => {}
                (Some(kept), _) => put_secret(&system, name, kept.clone()).await?,
                (None, None) => bail!("signet bootstrap made no Secret {name}"),
            }
        }
        Ok(())
    }

    /// Brings back the tree of the beginning, each folder by somebody who may sign for it.
    async fn restore_tree(&mut self) -> Result<()> {
        self.catch_up()?;
        self.poke().await?;
        let verified = self.judged(&self.fleet.alice.head()?).await?;
        self.restore(&verified, ".", "alice").await?;
        let good = self.good.clone();
        // First, since a test may have had the policy ask for more people.
        self.restore(&good, "signet", "alice").await?;
        self.restore(&good, "tenants/team-a", "dave").await?;
        self.restore(&good, "tenants/team-b", "erin").await?;
        self.restore(&good, "clusters", "alice").await?;
        self.catch_up()?;
        self.good = self.fleet.alice.head()?;
        self.poke().await
    }

    /// The last verified commit, once the agent has judged this one.
    async fn judged(&self, head: &str) -> Result<String> {
        eventually(PATIENCE, "the agent to judge the tip", async || {
            let status = self.anchor_status().await?;
            let verified = status.verified.context("nothing is verified yet")?.commit;
            let refused = holds(&status.conditions, "Verified", "False", "").unwrap_or_default();
            ensure!(
                verified == head || refused.contains(&head[..12]),
                "{verified} is verified; {refused}"
            );
            Ok(verified)
        })
        .await
    }

    /// Has a folder as it was at a commit, signed by somebody.
    async fn restore(&mut self, commit: &str, folder: &str, signer: &str) -> Result<()> {
        self.catch_up()?;
        let tree = self.tree_of(signer);
        if tree
            .git(&["diff", "--name-only", commit, "HEAD", "--", folder])?
            .is_empty()
        {
            return Ok(());
        }
        tree.git(&["rm", "-r", "--quiet", "--ignore-unmatch", folder])?;
        tree.git(&["checkout", commit, "--", folder])?;
        if folder == "signet" {
            self.raise_policy_version().await?;
        }
        let tree = self.tree_of(signer);
        tree.commit(&format!("Restore {folder}"))?;
        tree.push()
    }

    /// A policy's version rises with each change, also with one that takes another back.
    async fn raise_policy_version(&self) -> Result<()> {
        let verified = self.anchor_status().await?.verified;
        let version = verified.context("nothing is verified yet")?.policy_version;
        let policy = self.fleet.alice.read(POLICY)?;
        let is_version = |line: &&str| line.trim_start().starts_with("version:");
        let line = policy
            .lines()
            .find(is_version)
            .context("the policy has a version")?;
        if self
            .fleet
            .alice
            .git(&["diff", "--name-only", "HEAD", "--", POLICY])?
            .is_empty()
        {
            return Ok(());
        }
        self.fleet.alice.write(
            POLICY,
            &policy.replace(line, &format!("  version: {}", version + 1)),
        )
    }

    fn catch_up(&self) -> Result<()> {
        [&self.fleet.alice, &self.dave, &self.erin, &self.mallory]
            .into_iter()
            .try_for_each(WorkTree::catch_up)
    }

    fn tree_of(&self, person: &str) -> &WorkTree {
        match person {
            "dave" => &self.dave,
            "erin" => &self.erin,
            _ => &self.fleet.alice,
        }
    }
}
