//! What others had to publish advisories for and is refused here before a guest runs, each class by a test with its
//! identifiers in the name. What a guest refuses is in `guests/tests/sandbox/advisories.rs`.

use std::error::Error;
use std::sync::Arc;

use signet_provenance::{Kind, MemoryObjects, Mode, ObjectId, Tree, Unverified};

use crate::{Kinds, Options, render};

const FOLDER: &str = "tenants/team-a/prod";

fn options() -> Options {
    Options {
        tenant: "team-a".parse().unwrap(),
        source: "apps".parse().unwrap(),
        path: FOLDER.parse().unwrap(),
        namespace: Some("team-a".parse().unwrap()),
        kinds: Arc::new(Kinds::builtin()),
        shared: Vec::new(),
    }
}

/// Why a source with these files is refused, beside what another tenant and the platform have.
fn refused(files: &[(&str, &str)]) -> String {
    let own = files
        .iter()
        .map(|(path, text)| (format!("{FOLDER}/{path}"), *text));
    let of_others = ["tenants/team-b/prod/secret.yaml", "signet/policy.yaml"];
    let of_others = of_others.map(|path| (path.to_owned(), "canary: of others\n"));
    let objects = MemoryObjects::default();
    let tree = objects.write_files(own.chain(of_others));
    refused_tree(objects, tree)
}

fn refused_tree(objects: MemoryObjects, tree: ObjectId) -> String {
    let tree: Tree<Unverified> = Tree::of_tree(Arc::new(objects), tree);
    let error = match render(&tree, &options()) {
        Ok(desired) => panic!("{desired:?}"),
        Err(error) => error,
    };
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    assert!(!told.contains("canary"), "{told}");
    told
}

/// Argo CD's `valueFiles` named files of other applications: CVE-2022-24348.
#[test]
fn cve_2022_24348_values_come_from_no_folder_of_others() {
    for path in [
        "../../team-b/prod/secret.yaml",
        "/etc/passwd",
        "../../../signet/policy.yaml",
    ] {
        let settings = format!("helm: {{valuesFiles: [{path}]}}\n");
        let told = refused(&[("Chart.yaml", ""), ("signet-source.yaml", &settings)]);
        assert!(told.contains("leads out of tenants/team-a"), "{told}");
    }
}

/// Flux's kustomize-controller: CVE-2022-24877, CVE-2022-24878.
#[test]
fn cve_2022_24877_a_kustomization_names_no_file_of_others() {
    for path in [
        "../../team-b/prod/secret.yaml",
        "../../../signet/policy.yaml",
        "../../../../etc/passwd",
    ] {
        for field in [
            format!("resources: [{path}]\n"),
            format!("secretGenerator: [{{name: a, files: [{path}]}}]\n"),
            format!("patches: [{{path: {path}}}]\n"),
            format!("openapi: {{path: {path}}}\n"),
        ] {
            let told = refused(&[("kustomization.yaml", &field)]);
            let out = "leads out of tenants/team-a and of";
            assert!(told.contains(out), "{field}: {told}");
        }
    }
}

/// Argo CD's repository server followed symbolic links: CVE-2022-24904, CVE-2022-31036, CVE-2023-40026.
#[test]
fn cve_2022_31036_a_symbolic_link_is_no_file_of_any_renderer() {
    for (name, beside) in [
        ("a.yaml", None),
        (
            "a.yaml",
            Some(("kustomization.yaml", "resources: [a.yaml]\n")),
        ),
        ("kustomization.yaml", None),
        (
            "values.yaml",
            Some(("Chart.yaml", "apiVersion: v2\nname: a\nversion: 0.1.0\n")),
        ),
    ] {
        let objects = MemoryObjects::default();
        let target = objects.write(Kind::Blob, "../../team-b/prod/secret.yaml");
        let mut entries = vec![(Mode::Symlink, name, target)];
        if let Some((name, text)) = beside {
            entries.push((Mode::File, name, objects.write(Kind::Blob, text)));
            entries.sort_by_key(|(_, name, _)| *name);
        }
        let mut tree = objects.write_tree(entries);
        for name in FOLDER.rsplit('/') {
            tree = objects.write_tree([(Mode::Folder, name, tree)]);
        }
        let told = refused_tree(objects, tree);
        assert!(told.contains(&format!("{FOLDER}/{name}")), "{told}");
    }
}

/// Raw build options of Argo CD's repository server, which started programs; `valuesFrom` of Fleet, which read Secrets of
/// others: CVE-2026-41050, CVE-2026-44935; kubeconfigs of Flux that started programs: CVE-2022-24817. There is no such field.
#[test]
fn cve_2026_41050_there_is_no_field_that_names_an_object_an_option_or_a_program() {
    for field in [
        "helm: {valuesFrom: [{kind: Secret, name: a}]}",
        "helm: {postRenderer: /bin/sh}",
        "helm: {releaseName: a, parameters: [--post-renderer=/bin/sh]}",
        "kustomize: {buildOptions: --enable-helm --helm-command ./payload.sh}",
        "kubeConfig: {secretRef: {name: a}}",
        "plugin: {name: a}",
    ] {
        let told = refused(&[("Chart.yaml", ""), ("signet-source.yaml", field)]);
        assert!(
            told.starts_with("reading tenants/team-a/prod/signet-source.yaml"),
            "{told}"
        );
    }
}

/// Arguments in the name of a release: kustomize#6241.
#[cfg(feature = "guests")]
#[test]
fn kustomize_6241_a_name_of_a_release_is_no_argument() {
    let settings = "helm: {releaseName: \"--post-renderer=/bin/sh\"}\n";
    let chart = "apiVersion: v2\nname: a\nversion: 0.1.0\n";
    let told = refused(&[("Chart.yaml", chart), ("signet-source.yaml", settings)]);
    assert!(told.contains("release name"), "{told}");
}

/// Bases of Argo CD and Flux that stand elsewhere, which no list of repositories knows of.
#[test]
fn remote_bases_of_argo_cd_and_flux_are_refused_with_their_place() {
    for base in [
        "https://example.org/a.yaml",
        "github.com/org/repo?ref=main",
        "git@example.org:org/repo",
    ] {
        let told = refused(&[("kustomization.yaml", &format!("resources: [\"{base}\"]\n"))]);
        assert!(
            told.contains("kustomization.yaml: line 1") && told.contains(base),
            "{told}"
        );
    }
}
