//! A history that was rewritten, and the root group's word that it was meant.

use std::fs;

use anyhow::{Result, ensure};
use signet_tests::eventually::eventually;

use crate::auditing::entries;
use crate::told::says;
use crate::world::{PATIENCE, World, config_map, world};

impl World {
    /// Has a note be applied, rewrites the history behind it, and gives what was verified last and the tip in its place.
    async fn rewrite(&mut self) -> Result<[String; 2]> {
        self.leave_note("left")?;
        self.push(|world| &world.dave).await?;
        let from = self.dave.head()?;
        self.applied("team-a", &from).await?;
        self.fleet.alice.catch_up()?;
        self.dave.git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
        let other = config_map("team-a", "taken", "true");
        self.dave.write("tenants/team-a/prod/taken.yaml", &other)?;
        let to = self.dave.commit("Leave the note out")?;
        self.dave.push_force()?;
        self.poke().await?;
        let told = self.anchor("Verified", "False", "Rewritten").await?;
        says(&told, &[&format!("`signet approve --reset={from} {to}`")])?;
        Ok([from, to])
    }

    /// Has alice reset the history, and push that.
    async fn reset(&mut self, from: &str, to: &str) -> Result<()> {
        let alice = &self.fleet.alice;
        alice.git(&["fetch", "--quiet", "origin"])?;
        let reset = format!("--reset={from}");
        let reference = self.fleet.run(alice, &["approve", &reset, to, "--yes"])?;
        alice.git(&["push", "--quiet", "origin", reference.trim()])?;
        self.poke().await
    }

    /// Waits until what the new history contains is there, and nothing that only the old one did.
    async fn has_gone_on(&self, to: &str) -> Result<()> {
        self.anchor_ready(to).await?;
        self.anchor("Stalled", "False", "").await?;
        self.config_becomes("team-a", "taken", "value", "true")
            .await?;
        self.applied("team-a", to).await?;
        eventually(PATIENCE, "the note to be pruned", async || {
            let note = self.config("team-a", "note", "value").await;
            ensure!(note.is_err(), "the note is there: {note:?}");
            Ok(())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_history_is_gone_on_with_once_the_root_group_resets_it() -> Result<()> {
    let mut world = world().await;
    let [from, to] = world.rewrite().await?;
    // Whoever is not of the root group resets nothing, be it by hand.
    let message = format!(
        "Reset\n\nSignet-Repository: {}\nSignet-Ref: refs/heads/main\nSignet-Reset-From: {from}\nSignet-Reset-To: {to}\nSignet-Expires: 2099-12-31T00:00:00Z\n",
        world.anchors().get("fleet").await?.spec.repository.id
    );
    let name = "signet/approve/by-dave";
    world
        .dave
        .git(&["tag", "--sign", "-m", &message, name, &from])?;
    world.dave.git(&["push", "--quiet", "origin", name])?;
    world.poke().await?;
    eventually(PATIENCE, "dave's reset to be told of", async || {
        let told = world.anchor("Verified", "False", "Rewritten").await?;
        says(
            &told,
            &["reset by dave does not count: it is asked of the root group alone"],
        )
    })
    .await?;
    world.reset(&from, &to).await?;
    world.has_gone_on(&to).await?;
    let entries = entries(&world)?.join("\n");
    for word in [format!("\"from\":\"{from}\""), format!("\"to\":\"{to}\"")] {
        ensure!(entries.contains(&word), "no {word} in {entries}");
    }
    world.leave_note("again")?;
    world.push(|world| &world.dave).await?;
    world
        .config_becomes("team-a", "note", "value", "again")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_brings_what_it_is_judged_by_to_an_agent_whose_store_was_lost() -> Result<()> {
    let mut world = world().await;
    let [from, to] = world.rewrite().await?;
    world.agent.stop();
    fs::remove_dir_all(world.agent.data())?;
    world.start_agent()?;
    world.anchor("Ready", "False", "Rewritten").await?;
    world.reset(&from, &to).await?;
    world.has_gone_on(&to).await
}
