//! A program that a rule lets change fields of files: what is applied of it, and what is said of the rest.

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use signet_tests::person::{Person, WorkTree};

use crate::mirrors::amend_policy;
use crate::told::says;
use crate::world::{World, world};

const SHOP: &str = "tenants/team-a/prod/shop.yaml";
const IMAGE: &str = "/spec/template/spec/containers/*/image";

impl World {
    /// Has the policy let a new program change the images of team-a, and returns its clone.
    async fn hire(&mut self) -> Result<WorkTree> {
        let bot = Person::new("bot")?;
        let key = bot.public_key()?;
        let principal = format!("principals:\n    bot: {{keys: [\"{key}\"], class: automation}}\n");
        let rule =
            format!("signers: team-a, automation: {{principals: [bot], fields: [\"{IMAGE}\"]}}");
        amend_policy(self, |policy| {
            let policy = policy.replacen("principals:\n", &principal, 1);
            policy.replace("signers: team-a", &rule)
        })?;
        self.push(|world| &world.fleet.alice).await?;
        self.anchor_ready(&self.fleet.alice.head()?).await?;
        bot.clone_of(&self.remote)
    }

    /// The image of the shop in the cluster.
    async fn image(&self) -> Result<String> {
        let deployments: Api<Deployment> = Api::namespaced(self.admin.clone(), "team-a");
        let pods = deployments.get("shop").await?.spec.template.spec;
        let mut containers = pods.context("no pods")?.containers.into_iter();
        let image = containers.next().and_then(|container| container.image);
        image.context("no image")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programs_new_image_is_applied_and_nothing_of_a_commit_that_changes_more() -> Result<()> {
    let mut world = world().await;
    let bot = world.hire().await?;
    let bumped = bot.read(SHOP)?.replace("shop:1.4.2", "shop:1.5.0");
    bot.write(SHOP, &bumped)?;
    let good = bot.commit("Bump the shop")?;
    bot.push()?;
    world.poke().await?;
    world.applied("team-a", &good).await?;
    let new = "registry.example.org/team-a/shop:1.5.0";
    ensure!(world.image().await? == new, "it was not applied");

    let labelled = bumped.replace(
        "    labels: {app: shop}",
        "    labels: {app: shop, tier: canary}",
    );
    let relabelled = labelled.replace("shop:1.5.0", "shop:1.6.0");
    ensure!(relabelled != bumped, "nothing to relabel");
    bot.write(SHOP, &relabelled)?;
    let bad = bot.commit("Bump the shop, and relabel it")?;
    bot.push()?;
    world.poke().await?;
    let told = world.anchor("Verified", "False", "NotAllowed").await?;
    let change = format!("bot may change only {IMAGE} there");
    let label = "/spec/template/metadata/labels/tier came";
    says(&told, &[&bad[..12], SHOP, &change, label])?;
    ensure!(!told.contains("canary"), "a value is told: {told}");
    let verified = world.anchor_status().await?.verified;
    let verified = verified.context("nothing is verified")?.commit;
    ensure!(verified == good, "{verified} is verified, not {good}");
    ensure!(world.image().await? == new, "the other one was applied");
    Ok(())
}
