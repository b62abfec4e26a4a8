//! Kustomize and Helm in the agent: what is sealed arrives as if it had been rendered in the clear.

use anyhow::Result;
use kube::api::ListParams;

use crate::world::{World, world};

const FOLDER: &str = "tenants/team-a/prod";

/// What is in the folder already, which a kustomization has to name.
const RESOURCES: &str = "resources: [config.yaml, db.yaml, shop.yaml";

impl World {
    /// Writes files of team-a, seals those that are to be, and has dave sign and push them.
    async fn bring(&mut self, files: &[(&str, &str)], sealed: &[&str], why: &str) -> Result<()> {
        for (path, text) in files {
            self.dave.write(&format!("tenants/team-a/{path}"), text)?;
        }
        for path in sealed {
            self.fleet
                .seal(&self.dave, &format!("tenants/team-a/{path}"))?;
        }
        let commit = self.dave.commit(why)?;
        self.push(|world| &world.dave).await?;
        self.applied("team-a", &commit).await
    }

    /// The one Secret of team-a whose name begins so, and ends in what was generated.
    async fn generated(&self, prefix: &str) -> Result<Vec<String>> {
        let secrets = self.secrets("team-a").list(&ListParams::default()).await?;
        let names = secrets
            .items
            .into_iter()
            .filter_map(|secret| secret.metadata.name);
        Ok(names.filter(|name| name.starts_with(prefix)).collect())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_files_of_a_generator_arrive_as_what_was_sealed_and_roll_the_name_when_they_change()
-> Result<()> {
    let mut world = world().await;
    let kustomization = format!(
        "{RESOURCES}, ../base]\nsecretGenerator:\n- {{name: app, namespace: team-a, envs: [app.env], files: [key.pem]}}\n"
    );
    let files = [
        ("prod/kustomization.yaml", kustomization.as_str()),
        ("prod/app.env", "TOKEN=canary-first\nUSER=app\n"),
        ("prod/key.pem", "-----BEGIN\ncanary-key\n"),
        ("base/kustomization.yaml", "resources: [note.yaml]\n"),
        (
            "base/note.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note, namespace: team-a}\ndata: {value: one}\n",
        ),
    ];
    world
        .bring(
            &files,
            &["prod/app.env", "prod/key.pem"],
            "Generate a Secret",
        )
        .await?;
    let before = world.generated("app-").await?;
    assert_eq!(before.len(), 1, "{before:?}");
    assert_eq!(
        world.secret("team-a", &before[0], "TOKEN").await?,
        "canary-first"
    );
    assert_eq!(world.secret("team-a", &before[0], "USER").await?, "app");
    assert_eq!(
        world.secret("team-a", &before[0], "key.pem").await?,
        "-----BEGIN\ncanary-key\n"
    );

    let token = [("prod/app.env", "TOKEN=canary-second\nUSER=app\n")];
    world
        .bring(&token, &["prod/app.env"], "Another token")
        .await?;
    let after = world.generated("app-").await?;
    assert!(after.len() == 1 && after != before, "{after:?}");
    assert_eq!(
        world.secret("team-a", &after[0], "TOKEN").await?,
        "canary-second"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_base_beside_the_sources_folder_is_applied() -> Result<()> {
    let mut world = world().await;
    let note = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: note, namespace: team-a}}\ndata: {{value: {value}}}\n"
        )
    };
    let kustomization = format!("{RESOURCES}, ../base]\n");
    let files = [
        ("prod/kustomization.yaml", kustomization.as_str()),
        ("base/kustomization.yaml", "resources: [note.yaml]\n"),
        ("base/note.yaml", &note("one")),
    ];
    world.bring(&files, &[], "Have a base").await?;
    world
        .config_becomes("team-a", "note", "value", "one")
        .await?;
    world
        .bring(&[("base/note.yaml", &note("two"))], &[], "Change the base")
        .await?;
    world.config_becomes("team-a", "note", "value", "two").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_takes_sealed_values_wherever_its_templates_put_them() -> Result<()> {
    let mut world = world().await;
    let template = "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}-chart}\n\
        stringData:\n  url: postgres://app:{{ .Values.password }}@db\n  json: {{ dict \"p\" .Values.password | toJson | quote }}\n\
        data:\n  twice: {{ .Values.password | b64enc | b64enc }}\n";
    let manifests: Vec<(String, String)> = ["config.yaml", "db.yaml", "shop.yaml"]
        .iter()
        .map(|name| {
            Ok((
                format!("prod/templates/{name}"),
                world.dave.read(&format!("{FOLDER}/{name}"))?,
            ))
        })
        .collect::<Result<_>>()?;
    for name in ["config.yaml", "db.yaml", "shop.yaml"] {
        world.dave.remove(&format!("{FOLDER}/{name}"))?;
    }
    let mut files = vec![
        (
            "prod/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
        ),
        ("prod/templates/secret.yaml", template),
        ("prod/secret-values.yaml", "password: canary\"quoted\n"),
        (
            "prod/signet-source.yaml",
            "escape: json\nhelm: {valuesFiles: [secret-values.yaml]}\n",
        ),
    ];
    // What is sealed stays where it is: a template may not be.
    let in_the_clear = |path: &&(String, String)| !path.1.contains("ENC[");
    files.extend(
        manifests
            .iter()
            .filter(in_the_clear)
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    world
        .bring(&files, &["prod/secret-values.yaml"], "Make it a chart")
        .await?;
    let secret = async |key| world.secret("team-a", "apps-chart", key).await;
    assert_eq!(secret("url").await?, "postgres://app:canary\"quoted@db");
    assert_eq!(secret("json").await?, r#"{"p":"canary\"quoted"}"#);
    assert_eq!(secret("twice").await?, "Y2FuYXJ5InF1b3RlZA==");
    Ok(())
}
