//! The audit record: entries in the log, of which the anchor's status holds the last one's hash.

use anyhow::{Context, Result, ensure};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::{PATIENCE, World, world};
use signet_tests::eventually::eventually;

const CONFIG: &str = "tenants/team-a/prod/config.yaml";

/// The entries in the agent's log, as they stand there.
pub(crate) fn entries(world: &World) -> Result<Vec<String>> {
    let log = world.agent.log();
    let lines = log.lines().filter(|line| line.contains("\"audit\""));
    let audit = |line| {
        let line: Value = serde_json::from_str(line)?;
        Ok(line["audit"]
            .as_str()
            .context("an entry is text")?
            .to_owned())
    };
    lines.map(audit).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_commit_is_written_down_with_what_was_found_and_the_anchor_holds_the_last_hash()
-> Result<()> {
    let mut world = world().await;
    let text = world.mallory.read(CONFIG)?;
    let mut strays = Vec::new();
    for word in ["owns", "keeps"] {
        let mallory = &world.mallory;
        mallory.write(
            CONFIG,
            &text.replace("Welcome to", &format!("Mallory {word}")),
        )?;
        let stray = mallory.commit("A friendlier greeting")?;
        world.push(|world| &world.mallory).await?;
        eventually(PATIENCE, "the newest commit to be told of", async || {
            let told = world.anchor("Verified", "False", "UnknownKey").await?;
            ensure!(told.contains(&stray[..12]), "{told}");
            Ok(())
        })
        .await?;
        strays.push(stray);
    }
    world.dave.catch_up()?;
    world.dave.write(CONFIG, &text)?;
    world.leave_note("written down")?;
    let good = world.dave.head()?;
    world.push(|world| &world.dave).await?;
    world.anchor_ready(&good).await?;
    let head = eventually(PATIENCE, "the head of the audit record", async || {
        let audit = world.anchor_status().await?.audit.context("no head")?;
        let last = entries(&world)?.pop().context("no entry")?;
        ensure!(audit.sha256 == HEXLOWER.encode(&Sha256::digest(&last)));
        Ok(audit)
    });
    let head = head.await?;
    let entries = entries(&world)?;
    let parsed = entries.iter().map(|entry| serde_json::from_str(entry));
    let parsed: Vec<Value> = parsed.collect::<Result<_, _>>()?;
    for stray in &strays {
        let of_stray = parsed
            .iter()
            .filter(|entry| entry["step"]["commit"] == **stray);
        ensure!(of_stray.count() == 1, "a refusal is written down once");
    }
    let first = parsed
        .iter()
        .position(|entry| entry["step"]["commit"] == *strays[0]);
    let first = first.context("the refused commit")?;
    let [refused, second, noted] = &parsed[first..] else {
        anyhow::bail!("{:?}", &entries[first..]);
    };
    let step = &refused["step"];
    ensure!(
        step["reason"] == "UnknownKey" && step["paths"] == json!([]),
        "{step}"
    );
    let hash = HEXLOWER.encode(&Sha256::digest(&entries[first]));
    ensure!(second["previous"] == hash, "the chain is broken");
    ensure!(noted["entry"] == head.entries && noted["step"]["commit"] == *good);
    let step = &noted["step"];
    let key = step["fingerprint"].as_str().unwrap_or_default();
    ensure!(
        step["signer"] == "dave" && key.starts_with("SHA256:"),
        "{step}"
    );
    let path = &step["paths"][0];
    ensure!(
        path["path"] == "tenants/team-a/prod/note.yaml" && path["rules"][0].is_u64(),
        "{step}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_says_what_signet_verify_says_of_the_commit_with_its_approvals_and_policy()
-> Result<()> {
    let mut world = world().await;
    world.ask_for_two().await?;
    world.dave.catch_up()?;
    world.leave_note("approved and written down")?;
    let commit = world.dave.head()?;
    world.push(|world| &world.dave).await?;
    world.anchor("Verified", "False", "NotAllowed").await?;
    world.erin.catch_up()?;
    let introduction = world.fleet.introduction()?;
    let trust = ["--trust", &introduction];
    let approve = [&["approve", "HEAD", "--yes"][..], &trust].concat();
    let reference = world.fleet.run(&world.erin, &approve)?;
    let reference = reference.trim();
    world.erin.git(&["push", "--quiet", "origin", reference])?;
    world.poke().await?;
    world.anchor_ready(&commit).await?;

    let is_good = |step: &Value| step["commit"] == *commit && step["verdict"] == "good";
    let entry = entries(&world)?.pop().context("no entry")?;
    let written = serde_json::from_str::<Value>(&entry)?["step"].take();
    ensure!(is_good(&written), "{written}");
    let verified = world.anchor_status().await?.verified;
    let version = verified.context("nothing is verified")?.policy_version;
    ensure!(written["policyVersion"] == version, "{written}");
    let approval = &written["approvals"][0];
    ensure!(
        approval["signer"] == "erin" && approval["ref"] == reference,
        "{written}"
    );
    ensure!(
        written["paths"][0]["approvers"] == json!(["erin"]),
        "{written}"
    );

    let verify = [&["verify", "HEAD", "-o", "json"][..], &trust].concat();
    let printed = world.fleet.run(&world.erin, &verify)?;
    let printed: Value = serde_json::from_str(&printed)?;
    let printed = printed["items"].as_array().context("no steps")?;
    let printed = printed.iter().find(|step| is_good(step));
    let printed = printed.context("no such step")?;
    ensure!(
        *printed == written,
        "{printed} is printed, {written} is written down"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_goes_on_from_the_anchor_where_the_agents_state_was_lost() -> Result<()> {
    let mut world = world().await;
    world.leave_note("before")?;
    world.push(|world| &world.dave).await?;
    world.applied("team-a", &world.dave.head()?).await?;
    world.agent.stop();
    let head = world.anchor_status().await?.audit.context("no head")?;
    world.patch_state(&json!({"data": {"state": null}})).await?;
    world.leave_note("after")?;
    let commit = world.dave.head()?;
    world.dave.push()?;
    world.start_agent()?;
    world.anchor_ready(&commit).await?;
    let entry = entries(&world)?.pop().context("no entry")?;
    let next: Value = serde_json::from_str(&entry)?;
    ensure!(next["step"]["commit"] == *commit, "{next}");
    ensure!(
        next["entry"] == head.entries + 1 && next["previous"] == head.sha256,
        "{head:?} came before {next}"
    );
    let audit = world.anchor_status().await?.audit.context("no head")?;
    ensure!(audit.sha256 == HEXLOWER.encode(&Sha256::digest(&entry)));
    Ok(())
}
