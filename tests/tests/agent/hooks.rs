//! Hooks of Helm's: what is before a program's objects is done before they are written, and once.

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde_json::json;
use signet_tests::eventually::eventually;

use crate::world::{PATIENCE, World, world};

const JOB: &str = "apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations: {helm.sh/hook: 'pre-install,pre-upgrade'}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: example.org/migrate, args: [\"{{ .Values.note }}\"]}]
";

fn config(name: &str, annotations: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\ndata: {{value: \"{{{{ .Values.note }}}}\"}}\n"
    )
}

impl World {
    /// Has team-a's source be a chart with hooks, and returns the commit.
    async fn hook(&mut self, policy: &str) -> Result<String> {
        for name in ["config.yaml", "db.yaml", "shop.yaml"] {
            self.dave.remove(&format!("tenants/team-a/prod/{name}"))?;
        }
        let seed = "helm.sh/hook: 'pre-install,pre-upgrade', helm.sh/hook-weight: '-5', helm.sh/hook-delete-policy: hook-succeeded";
        let job = JOB.replace("pre-upgrade'}", &format!("pre-upgrade', {policy}}}"));
        let files = [
            ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n"),
            ("values.yaml", "note: one\n"),
            ("templates/migrate.yaml", &job),
            ("templates/note.yaml", &config("note", "")),
            ("templates/seed.yaml", &config("seed", seed)),
            (
                "templates/told.yaml",
                &config("told", "helm.sh/hook: 'post-install,post-upgrade'"),
            ),
        ];
        for (name, text) in files {
            self.dave
                .write(&format!("tenants/team-a/prod/{name}"), text)?;
        }
        self.send("Make it a chart with hooks").await
    }

    async fn send(&mut self, why: &str) -> Result<String> {
        let commit = self.dave.commit(why)?;
        self.push(|world| &world.dave).await?;
        Ok(commit)
    }

    async fn say(&mut self, note: &str) -> Result<String> {
        let values = format!("note: {note}\n");
        self.dave
            .write("tenants/team-a/prod/values.yaml", &values)?;
        self.send("Say something else").await
    }

    fn jobs(&self) -> Api<Job> {
        Api::namespaced(self.admin.clone(), "team-a")
    }

    /// The uid of the Job that is to do this, once it is there.
    async fn begun(&self, note: &str) -> Result<String> {
        eventually(PATIENCE, "the hook's Job", async || {
            let job = self.jobs().get("migrate").await?;
            let template = job.spec.context("it has no spec")?.template.spec;
            let args = template.and_then(|spec| spec.containers[0].args.clone());
            ensure!(args == Some(vec![note.to_owned()]), "it does {args:?}");
            job.metadata.uid.context("it has no uid")
        })
        .await
    }

    /// Has the Job's Pod end so, as there is no node that runs it: its controller does the rest.
    async fn end(&self, phase: &str) -> Result<()> {
        let pods: Api<Pod> = Api::namespaced(self.admin.clone(), "team-a");
        let of_job = ListParams::default().labels("batch.kubernetes.io/job-name=migrate");
        let name = eventually(PATIENCE, "the Job's Pod", async || {
            let found = pods.list(&of_job).await?.items;
            let mut running = found.into_iter().filter(is_running);
            let pod = running.next().context("there is none")?;
            pod.metadata.name.context("it has no name")
        })
        .await?;
        let patch = Patch::Merge(json!({"status": {"phase": phase}}));
        pods.patch_status(&name, &PatchParams::default(), &patch)
            .await
            .context("ending the Pod")?;
        Ok(())
    }

    async fn succeed(&self) -> Result<()> {
        self.end("Succeeded").await
    }

    async fn fail(&self) -> Result<()> {
        self.end("Failed").await
    }

    async fn is_there(&self, name: &str) -> Result<bool> {
        Ok(self.configs("team-a").get_opt(name).await?.is_some())
    }
}

fn is_running(pod: &Pod) -> bool {
    let phase = pod
        .status
        .as_ref()
        .and_then(|status| status.phase.as_deref());
    pod.metadata.deletion_timestamp.is_none() && phase == Some("Pending")
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_run_in_their_order_and_hold_back_what_comes_after_them_and_once() -> Result<()> {
    let mut world = world().await;
    let commit = world.hook("").await?;
    let first = world.begun("one").await?;
    let told = world.sync_is("team-a", "False", "HookRunning").await?;
    assert!(told.contains("Job.batch team-a/migrate"), "{told}");
    assert!(world.is_there("seed").await?);
    assert!(!world.is_there("note").await? && !world.is_there("told").await?);
    world.succeed().await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(world.config("team-a", "note", "value").await?, "one");
    assert_eq!(world.config("team-a", "told", "value").await?, "one");
    assert!(!world.is_there("seed").await?, "it was to be deleted");

    // What is on record outlives the agent and the hook's object.
    world
        .jobs()
        .delete("migrate", &DeleteParams::background())
        .await?;
    world.agent.stop();
    world.start_agent()?;
    world.dave.write("tenants/team-a/README.md", "A shop.\n")?;
    let elsewhere = world.send("Describe the shop").await?;
    world.applied("team-a", &elsewhere).await?;
    assert!(world.jobs().get_opt("migrate").await?.is_none());

    let commit = world.say("two").await?;
    let second = world.begun("two").await?;
    assert_ne!(first, second);
    assert_eq!(world.config("team-a", "note", "value").await?, "one");
    world.succeed().await?;
    world.applied("team-a", &commit).await?;
    assert_eq!(world.config("team-a", "told", "value").await?, "two");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_is_told_and_nothing_after_it_is_written_until_a_commit_corrects_it()
-> Result<()> {
    let mut world = world().await;
    world.hook("").await?;
    let first = world.begun("one").await?;
    world.fail().await?;
    let told = world.sync_is("team-a", "False", "HookFailed").await?;
    assert!(told.contains("BackoffLimitExceeded: "), "{told}");
    assert!(!world.is_there("note").await? && !world.is_there("told").await?);
    assert!(world.is_there("shop").await?, "nothing was pruned either");

    let background = DeleteParams::background();
    world.jobs().delete("migrate", &background).await?;
    eventually(PATIENCE, "the hook to run again", async || {
        let again = world.begun("one").await?;
        ensure!(again != first, "it is the same Job");
        Ok(())
    })
    .await?;

    let commit = world.say("two").await?;
    world.begun("two").await?;
    world.succeed().await?;
    world.applied("team-a", &commit).await?;
    world.config_becomes("team-a", "note", "value", "two").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_hook_that_is_to_be_deleted_is_and_does_not_run_again_by_itself() -> Result<()> {
    let mut world = world().await;
    world
        .hook("helm.sh/hook-delete-policy: hook-failed")
        .await?;
    world.begun("one").await?;
    world.fail().await?;
    world.sync_is("team-a", "False", "HookFailed").await?;
    world.dave.write("tenants/team-a/README.md", "A shop.\n")?;
    let elsewhere = world.send("Describe the shop").await?;
    eventually(PATIENCE, "the next attempt", async || {
        let status = world.sync("team-a").await?.status.unwrap_or_default();
        let attempted = status.attempted.unwrap_or_default();
        ensure!(attempted.ends_with(&elsewhere), "{attempted}");
        Ok(())
    })
    .await?;
    world.sync_is("team-a", "False", "HookFailed").await?;
    assert!(world.jobs().get_opt("migrate").await?.is_none());
    assert!(!world.is_there("note").await?);
    Ok(())
}
