//! Commits and files that must not have an effect, and getting on after them.

use anyhow::{Result, ensure};
use signet_tests::eventually::eventually;
use signet_tests::person::WorkTree;

use crate::cluster::config_value;
use crate::report::Report;
use crate::world::{PATIENCE, World};

pub(crate) async fn show(world: &World, report: &mut Report) -> Result<()> {
    report.title("What is refused, and getting on after it");
    let outcome = unknown_key(world).await;
    report.check(
        "a commit by an unknown key changes nothing; the TrustAnchor says why",
        outcome,
    );
    let outcome = goes_on(world, "after mallory").await;
    report.check(
        "after a signed revert, team-a's next commit is applied",
        outcome,
    );

    let outcome = foreign_folder(world).await;
    report.check(
        "team-a's signer touching tenants/team-b/ is refused with path, rule and signer",
        outcome,
    );
    let outcome = goes_on(world, "after dave's excursion").await;
    report.check(
        "after a signed revert, team-a's next commit is applied",
        outcome,
    );

    let outcome = moved_secret(world).await;
    report.check(
        "team-a's sealed file in team-b's folder is refused: sealed for tenant team-a",
        outcome,
    );
    let outcome = borrowed_stand_in(world).await;
    report.check(
        "a team-b manifest that names a stand-in of team-a's secret is refused",
        outcome,
    );
    let outcome = erin_goes_on(world).await;
    report.check(
        "after a signed revert, team-b's next commit is applied",
        outcome,
    );
    Ok(())
}

const CONFIG: &str = "tenants/team-a/prod/config.yaml";

async fn unknown_key(world: &World) -> Result<String> {
    let mallory = &world.mallory;
    mallory.catch_up()?;
    mallory.write(
        CONFIG,
        &mallory.read(CONFIG)?.replace("Welcome to", "Mallory owns"),
    )?;
    mallory.commit("A friendlier greeting")?;
    world.push(mallory)?;
    let reason = world.await_anchor("False", "UnknownKey").await?;
    let greeting = config_value(&world.admin, "team-a", "shop", "GREETING").await?;
    ensure!(!greeting.contains("Mallory"), "the commit was applied");
    Ok(reason)
}

async fn foreign_folder(world: &World) -> Result<String> {
    let path = "tenants/team-b/prod/config.yaml";
    let dave = &world.dave;
    dave.catch_up()?;
    dave.write(path, &dave.read(path)?.replace("06:00", "23:59"))?;
    dave.commit("Invoices can wait")?;
    world.push(dave)?;
    let reason = world.await_anchor("False", "NotAllowed").await?;
    for word in [path, "tenants/team-b/**", "dave"] {
        ensure!(
            reason.contains(word),
            "the reason does not name {word}: {reason}"
        );
    }
    let time = config_value(&world.admin, "team-b", "invoices", "SEND_AT").await?;
    ensure!(time == "06:00", "the commit was applied");
    Ok(reason)
}

async fn moved_secret(world: &World) -> Result<String> {
    let erin = &world.erin;
    erin.catch_up()?;
    let sealed = erin.read("tenants/team-a/prod/db.yaml")?;
    let moved = sealed.replace("namespace: team-a", "namespace: team-b");
    erin.write("tenants/team-b/prod/db.yaml", &moved)?;
    let commit = erin.commit("Borrow a database")?;
    world.push(erin)?;
    let reason = world.await_sync("team-b", "False", "").await?;
    ensure!(
        reason.contains("sealed for tenant team-a"),
        "the reason is another: {reason}"
    );
    revert(world, erin, &commit)?;
    Ok(reason)
}

async fn borrowed_stand_in(world: &World) -> Result<String> {
    let erin = &world.erin;
    world.await_applied("team-b", &erin.head()?).await?;
    let rendered = world.fleet.run(erin, &["render", "tenants/team-a/prod"])?;
    let stand_in = stand_in_of(&rendered)?;
    let manifest = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: borrowed\n  namespace: team-b\nstringData:\n  password: {stand_in}\n"
    );
    erin.write("tenants/team-b/prod/borrowed.yaml", &manifest)?;
    let commit = erin.commit("Borrow a stand-in")?;
    world.push(erin)?;
    let reason = world.await_sync("team-b", "False", "RenderFailed").await?;
    ensure!(
        reason.contains("borrowed.yaml"),
        "the reason does not name the file: {reason}"
    );
    revert(world, erin, &commit)?;
    Ok(reason)
}

async fn erin_goes_on(world: &World) -> Result<String> {
    let path = "tenants/team-b/prod/config.yaml";
    let erin = &world.erin;
    erin.write(path, &erin.read(path)?.replace("06:00", "07:00"))?;
    erin.commit("Send invoices at seven")?;
    world.push(erin)?;
    becomes(world, "team-b", "invoices", "SEND_AT", "07:00").await
}

/// Dave takes back the newest commit, signs that, and has his next change applied.
async fn goes_on(world: &World, greeting: &str) -> Result<String> {
    let dave = &world.dave;
    dave.catch_up()?;
    revert(world, dave, "HEAD")?;
    world.await_anchor("True", "").await?;
    let line = format!("  GREETING: {greeting}");
    let config = dave.read(CONFIG)?;
    let changed: Vec<&str> = config
        .lines()
        .map(|old| {
            if old.trim_start().starts_with("GREETING:") {
                &line
            } else {
                old
            }
        })
        .collect();
    dave.write(CONFIG, &(changed.join("\n") + "\n"))?;
    dave.commit("Greet anew")?;
    world.push(dave)?;
    becomes(world, "team-a", "shop", "GREETING", greeting).await
}

fn revert(world: &World, tree: &WorkTree, commit: &str) -> Result<()> {
    tree.revert(commit)?;
    world.push(tree)
}

async fn becomes(
    world: &World,
    namespace: &str,
    name: &str,
    key: &str,
    value: &str,
) -> Result<String> {
    eventually(PATIENCE, "the ConfigMap", async || {
        let found = config_value(&world.admin, namespace, name, key).await?;
        ensure!(found == value, "{key} is {found:?}");
        Ok(())
    })
    .await?;
    Ok(String::new())
}

/// Returns a stand-in that `signet render` printed, in clear or inside base64.
fn stand_in_of(rendered: &str) -> Result<String> {
    let found = rendered
        .split(|letter: char| !letter.is_ascii_alphanumeric() && !"+/=".contains(letter))
        .find_map(|word| {
            let decoded = data_encoding::BASE64
                .decode(word.as_bytes())
                .unwrap_or_default();
            let text = String::from_utf8(decoded).unwrap_or_default();
            [word.to_owned(), text]
                .into_iter()
                .find(|text| text.starts_with("signetsealed"))
        });
    found.ok_or_else(|| anyhow::anyhow!("signet render prints no stand-in:\n{rendered}"))
}
