use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use signet_guests::{Answer, Document, Helm, Limits, Request, Role};
use signet_tests::tools;

use crate::folder::{Folder, cases, printed};

const VALUES: [&str; 2] = [
    "global: {team: b}\nreplicas: 3\n",
    "replicas: 4\ncache: {enabled: false}\nresources: {limits: {cpu: 100m}}\n",
];

fn render(chart: &Folder, options: &Helm<'_>) -> Answer {
    let answer = signet_guests::render(&Request::Helm(options, &chart.files()), &Limits::default());
    answer.unwrap_or_else(|error| panic!("{error}"))
}

fn release<'a>(values: &'a [&'a str]) -> Helm<'a> {
    Helm {
        release: "release",
        namespace: "namespace",
        values,
        ..Helm::default()
    }
}

fn helm(chart: &Path) -> Command {
    let mut command = Command::new(tools::helm());
    command
        .args(["template", "release"])
        .arg(chart)
        .args(["--namespace", "namespace", "--include-crds", "--skip-tests"])
        .env("TZ", "UTC")
        .env("HELM_CACHE_HOME", std::env::temp_dir())
        .env("HELM_CONFIG_HOME", std::env::temp_dir());
    command
}

fn piece(document: &Document) -> String {
    let source = document.source.as_deref().unwrap();
    format!("---\n# Source: {source}\n{}\n", document.text)
}

/// What is printed without hooks, and what is printed on top of it with them.
fn compare(answer: &Answer, mut command: impl FnMut() -> Command) {
    let is_hook = |document: &&Document| matches!(document.role, Role::Hook(_));
    let manifests: String = answer
        .documents
        .iter()
        .filter(|document| !is_hook(document))
        .map(piece)
        .collect();
    let real = printed(command().arg("--no-hooks"));
    assert_eq!(manifests.trim(), real.trim());

    let all = printed(&mut command());
    let hooks: BTreeSet<String> = answer.documents.iter().filter(is_hook).map(piece).collect();
    let real: BTreeSet<String> = pieces(all.strip_prefix(&real).unwrap());
    assert_eq!(hooks, real);
}

fn pieces(printed: &str) -> BTreeSet<String> {
    let pieces = printed.split("---\n# Source: ").skip(1);
    pieces
        .map(|piece| format!("---\n# Source: {piece}"))
        .collect()
}

#[test]
fn prints_what_helm_prints() {
    for case in cases("charts") {
        let answer = render(&Folder::read(&case), &release(&[]));
        compare(&answer, || helm(&case));
    }
}

#[test]
fn merges_values_as_helm_does() {
    let folder = tempfile::tempdir().unwrap();
    for case in cases("charts") {
        let answer = render(&Folder::read(&case), &release(&VALUES));
        compare(&answer, || {
            let mut command = helm(&case);
            for (index, values) in VALUES.iter().enumerate() {
                let file = folder.path().join(format!("{index}.yaml"));
                std::fs::write(&file, values).unwrap();
                command.arg("--values").arg(file);
            }
            command
        });
    }
}

#[test]
fn tells_charts_of_the_cluster_what_it_is_told() {
    let case = cases("charts")
        .into_iter()
        .find(|case| case.ends_with("capabilities"))
        .unwrap();
    let mut options = release(&[]);
    options.kube_version = "v1.31.4-gke.1";
    options.api_versions = Some(&["v1", "networking.k8s.io/v1/Ingress"]);
    let told = &render(&Folder::read(&case), &options).documents[0].text;
    assert!(
        told.contains(r#"versions: "[\"v1\",\"networking.k8s.io/v1/Ingress\"]""#),
        "{told}"
    );
    assert!(
        told.contains("kubernetes: v1.31.4-gke.1 1 31 v1.31.4"),
        "{told}"
    );
    assert!(told.contains("ingress: true"), "{told}");
}

#[test]
fn reads_charts_within_charts_from_archives() {
    let folder = tempfile::tempdir().unwrap();
    let web = cases("charts")
        .into_iter()
        .find(|case| case.ends_with("web"))
        .unwrap();
    let chart = folder.path().join("outer");
    std::fs::create_dir_all(chart.join("charts")).unwrap();
    std::fs::write(
        chart.join("Chart.yaml"),
        "apiVersion: v2\nname: outer\nversion: 0.1.0\n",
    )
    .unwrap();
    printed(
        Command::new(tools::helm())
            .arg("package")
            .arg(web)
            .arg("--destination")
            .arg(chart.join("charts")),
    );
    compare(&render(&Folder::read(&chart), &release(&[])), || {
        helm(&chart)
    });
}
