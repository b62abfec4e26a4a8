mod compared;
pub(crate) mod others;
mod upstream;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use signet_guests::{Answer, Document, File, GuestError, Helm, Limits, Request, Role};
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
    let real = printed(command().arg("--no-hooks"));
    assert_eq!(manifests(answer).trim(), real.trim());
    let all = printed(&mut command());
    assert_eq!(hooks(answer), pieces(all.strip_prefix(&real).unwrap()));
}

fn is_hook(document: &Document) -> bool {
    matches!(document.role, Role::Hook(_))
}

fn manifests(answer: &Answer) -> String {
    let documents = answer.documents.iter();
    documents.filter(|of| !is_hook(of)).map(piece).collect()
}

fn hooks(answer: &Answer) -> BTreeSet<String> {
    let documents = answer.documents.iter();
    documents.filter(|of| is_hook(of)).map(piece).collect()
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

/// What the chart in an archive renders to.
fn unpacked(archive: &Path) -> Result<Answer, GuestError> {
    let content = std::fs::read(archive).unwrap();
    let files = [File {
        path: "chart.tgz",
        content: &content,
    }];
    let options = Helm {
        archive: true,
        ..release(&[])
    };
    signet_guests::render(&Request::Helm(&options, &files), &Limits::default())
}

#[test]
fn reads_a_chart_from_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    for case in cases("charts") {
        let packed = folder.path().join(case.file_name().unwrap());
        printed(
            Command::new(tools::helm())
                .arg("package")
                .arg(&case)
                .arg("--destination")
                .arg(&packed),
        );
        let archive = std::fs::read_dir(&packed).unwrap().next().unwrap().unwrap();
        let answer = unpacked(&archive.path()).unwrap_or_else(|error| panic!("{error}"));
        compare(&answer, || helm(&archive.path()));
    }
}

#[test]
fn an_archive_with_links_paths_that_lead_out_or_more_than_fits_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let chart = folder.path().join("web");
    std::fs::create_dir(&chart).unwrap();
    let yaml = "apiVersion: v2\nname: web\nversion: 0.1.0\n";
    std::fs::write(chart.join("Chart.yaml"), yaml).unwrap();
    let refused = |arguments: &[&str]| {
        let archive = folder.path().join("chart.tgz");
        let mut tar = Command::new("tar");
        tar.arg("--create")
            .arg("--gzip")
            .arg("--file")
            .arg(&archive);
        printed(tar.arg("--directory").arg(folder.path()).args(arguments));
        let error = unpacked(&archive).unwrap_err().to_string();
        assert!(error.contains("chart.tgz"), "{error}");
        error
    };
    let up = refused(&[
        "--absolute-names",
        "--transform",
        "s,web/,web/../../,",
        "web",
    ]);
    assert!(up.contains("references parent directory"), "{up}");
    let root = refused(&[
        "--absolute-names",
        "--transform",
        "s,web/,web//etc/,",
        "web",
    ]);
    assert!(root.contains("absolute paths"), "{root}");
    std::os::unix::fs::symlink("/etc/passwd", chart.join("values.yaml")).unwrap();
    let link = refused(&["web"]);
    assert!(link.contains("is neither a file nor a folder"), "{link}");
    std::fs::remove_file(chart.join("values.yaml")).unwrap();
    let zeros = std::fs::File::create(chart.join("zeros")).unwrap();
    zeros.set_len(200 << 20).unwrap();
    let bomb = refused(&["web"]);
    assert!(bomb.contains("larger than the maximum size"), "{bomb}");
    std::fs::write(folder.path().join("chart.tgz"), "no archive").unwrap();
    let none = unpacked(&folder.path().join("chart.tgz")).unwrap_err();
    assert!(none.to_string().contains("no archive of a chart"), "{none}");
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
