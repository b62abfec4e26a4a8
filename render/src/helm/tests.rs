use std::sync::Arc;

use signet_provenance::{MemoryObjects, Unverified};

use super::*;
use crate::{Kinds, render};

const SEALED: &str = include_str!("../plain/sealed/secrets.yaml");

/// Why the chart in team-a's folder is refused before it is rendered, with these files of the repository.
fn refused(files: &[(&str, &str)]) -> String {
    refused_where(&["base/**"], files)
}

/// The same, where `signet-source.yaml` says this and the policy shares that.
fn refused_within(shared: &[&str], settings: &str, files: &[(&str, &str)]) -> String {
    let settings = ("tenants/team-a/prod/signet-source.yaml", settings);
    refused_where(shared, &[&[settings], files].concat())
}

fn refused_where(shared: &[&str], files: &[(&str, &str)]) -> String {
    let chart = ("tenants/team-a/prod/Chart.yaml", "name: a");
    let objects = MemoryObjects::default();
    let tree = objects.write_files(files.iter().copied().chain([chart]));
    let tree: Tree<Unverified> = Tree::of_tree(Arc::new(objects), tree);
    let options = Options {
        tenant: "team-a".parse().unwrap(),
        source: "apps".parse().unwrap(),
        path: "tenants/team-a/prod".parse().unwrap(),
        namespace: Some("team-a".parse().unwrap()),
        kinds: Arc::new(Kinds::builtin()),
        shared: shared.iter().map(|glob| glob.parse().unwrap()).collect(),
    };
    match render(&tree, &options) {
        Ok(_) => panic!("this renders, against expectation"),
        Err(error) => error.to_string(),
    }
}

/// The same, where `signet-source.yaml` says this.
fn refused_with(settings: &str, files: &[(&str, &str)]) -> String {
    let settings = ("tenants/team-a/prod/signet-source.yaml", settings);
    refused(&[&[settings], files].concat())
}

#[test]
fn values_and_charts_come_from_the_tenants_folder_and_the_shared_ones() {
    let own = "leads out of tenants/team-a and of the folders that the policy shares (spec.shared)";
    for (field, settings) in [
        ("valuesFiles", "helm: {valuesFiles: [../../team-b/v.yaml]}"),
        ("valuesFiles", "helm: {valuesFiles: [/etc/passwd]}"),
        ("chart", "helm: {chart: ../../../clusters/prod}"),
        ("chart", "helm: {chart: ../../../..}"),
    ] {
        let error = refused_with(
            settings,
            &[
                ("tenants/team-b/v.yaml", ""),
                ("clusters/prod/Chart.yaml", ""),
            ],
        );
        assert!(
            error.starts_with(&format!("{field} of signet-source.yaml names ")),
            "{error}"
        );
        assert!(error.ends_with(own), "{error}");
    }
    let no_chart = refused_with("helm: {chart: ../../../base}", &[("base/x", "")]);
    assert!(no_chart.contains("base has no Chart.yaml"), "{no_chart}");
    let gone = refused_with("helm: {valuesFiles: [v.yaml]}", &[]);
    assert_eq!(gone, "reading tenants/team-a/prod/v.yaml");
}

#[test]
fn a_template_is_never_sealed_and_values_in_a_shared_chart_are_not_either() {
    let template = refused(&[("tenants/team-a/prod/templates/a.yaml", SEALED)]);
    assert!(
        template.contains("templates/a.yaml is sealed and shapes the result"),
        "{template}"
    );
    let shared = refused_with(
        "helm: {chart: ../../../base/chart}",
        &[
            ("base/chart/Chart.yaml", ""),
            ("base/chart/values.yaml", SEALED),
        ],
    );
    assert!(
        shared.contains("base/chart/values.yaml is sealed in a folder that is shared"),
        "{shared}"
    );
}

#[test]
fn a_chart_in_a_shared_folder_brings_no_file_that_is_not_shared() {
    let settings = "helm: {chart: ../../../base}";
    let files = [("base/Chart.yaml", "name: b"), ("base/private/x.txt", "")];
    let error = refused_within(&["base/*"], settings, &files);
    assert!(
        error.starts_with("base/private/x.txt is neither in tenants/team-a nor"),
        "{error}"
    );
}

/// Values of which one is a sealed number, in the form of sops.
const NUMBER: &str = "port: ENC[AES256_GCM,data:0Wv1,iv:Qz1OMZOuUEMT8qP0B2LAwnnsWNsOBFCB9kNUDUY6XJU=,tag:hTZ9fAJQ0bHqMZ5OvRa6DA==,type:int]\nsops:\n    age:\n        - recipient: age1yt3tfqlfrwdwx0z0ynwplcr6qxcxfaqycuprpmy89nr83ltx74tqdpszlw\n          enc: |\n            -----BEGIN AGE ENCRYPTED FILE-----\n            YQ==\n            -----END AGE ENCRYPTED FILE-----\n    lastmodified: \"2026-01-01T00:00:00Z\"\n    mac: ENC[AES256_GCM,data:0Wv1,iv:Qz1OMZOuUEMT8qP0B2LAwnnsWNsOBFCB9kNUDUY6XJU=,tag:hTZ9fAJQ0bHqMZ5OvRa6DA==,type:str]\n    version: 3.13.3\n";

#[test]
fn a_sealed_number_is_not_computed_with() {
    let error = refused_with(
        "helm: {valuesFiles: [v.yaml]}",
        &[("tenants/team-a/prod/v.yaml", NUMBER)],
    );
    assert!(
        error.contains("v.yaml: /port is a sealed number or truth"),
        "{error}"
    );
}

#[test]
fn values_of_a_chart_and_of_its_dependencies_are_read_value_by_value() {
    let chart = "tenants/team-a/prod".parse().unwrap();
    let shape = |below: &str| {
        shape(
            &format!("tenants/team-a/prod/{below}").parse().unwrap(),
            &chart,
        )
    };
    assert_eq!(shape("values.yaml"), Shape::Values);
    assert_eq!(shape("charts/a/values.yaml"), Shape::Values);
    assert_eq!(shape("charts/a/charts/b/values.yaml"), Shape::Values);
    assert_eq!(shape("charts/a/templates/a.yaml"), Shape::Settings);
    assert_eq!(shape("crds/a.yaml"), Shape::Settings);
    assert_eq!(shape("Chart.yaml"), Shape::Settings);
    assert_eq!(shape("files/values.yaml"), Shape::Content);
    assert_eq!(shape("charts/a.tgz"), Shape::Content);
    assert_eq!(shape("notes.txt"), Shape::Content);
}
