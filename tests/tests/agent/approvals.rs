//! Approvals: tags that make a refused commit good, without another commit.

use anyhow::{Context, Result};

use crate::told::says;
use crate::world::{POLICY, World, world};

impl World {
    /// Has the policy ask for dave and erin both where team-a's files change.
    pub(crate) async fn ask_for_two(&mut self) -> Result<()> {
        let alice = &self.fleet.alice;
        alice.catch_up()?;
        let policy = alice.read(POLICY)?;
        let line = |starts: &str| {
            let mut lines = policy.lines();
            let line = lines.find(|line| line.trim_start().starts_with(starts));
            line.map(str::to_owned)
                .with_context(|| format!("no {starts} in {policy}"))
        };
        let version = line("version:")?;
        let number: u64 = version
            .trim_start()
            .trim_start_matches("version: ")
            .parse()?;
        let rule = line("- {paths: [\"tenants/team-a/**\"]")?;
        let group = line("team-a:")?;
        let policy = policy
            .replace(&version, &format!("  version: {}", number + 1))
            .replace(
                &rule,
                &rule.replace("signers: team-a", "signers: team-a, threshold: 2"),
            )
            .replace(&group, "    team-a: [dave, erin]");
        alice.write(POLICY, &policy)?;
        let commit = alice.commit("Two for team-a")?;
        self.push(|world| &world.fleet.alice).await?;
        self.anchor_ready(&commit).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_alone_moves_a_refused_commit_on_and_the_anchor_says_what_was_missing()
-> Result<()> {
    let mut world = world().await;
    world.ask_for_two().await?;
    world.dave.catch_up()?;
    world.leave_note("approved")?;
    let commit = world.dave.head()?;
    world.push(|world| &world.dave).await?;
    let reason = world.anchor("Verified", "False", "NotAllowed").await?;
    let command = format!("signet approve {}", &commit[..12]);
    says(
        &reason,
        &[
            "tenants/team-a/prod/note.yaml needs 1 more of group team-a (2 by rule tenants/team-a/**)",
            "signed by dave",
            &command,
            "takes it back",
        ],
    )?;
    world.anchor("Ready", "False", "NotAllowed").await?;

    world.erin.catch_up()?;
    let introduction = world.fleet.introduction()?;
    let words = ["approve", "HEAD", "--yes", "--trust", &introduction];
    let reference = world.fleet.run(&world.erin, &words)?;
    let reference = reference.trim();
    world.erin.git(&["push", "--quiet", "origin", reference])?;
    world.poke().await?;
    world.anchor_ready(&commit).await?;
    world
        .config_becomes("team-a", "note", "value", "approved")
        .await
}
