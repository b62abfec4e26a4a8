use std::sync::Arc;

use signet_provenance::{MemoryObjects, Tree, Unverified};

use super::*;
use crate::inputs::Inputs;
use crate::{Kinds, Options};

const SEALED: &str = include_str!("../plain/sealed/secrets.yaml");

fn options() -> Options {
    Options {
        tenant: "team-a".parse().unwrap(),
        source: "apps".parse().unwrap(),
        path: "tenants/team-a/prod".parse().unwrap(),
        namespace: Some("team-a".parse().unwrap()),
        kinds: Arc::new(Kinds::builtin()),
        shared: vec!["base/**".parse().unwrap()],
    }
}

fn gathered(files: &[(&str, &str)]) -> Result<Inputs, RenderError> {
    let objects = MemoryObjects::default();
    let tree = objects.write_files(files.iter().copied());
    let tree: Tree<Unverified> = Tree::of_tree(Arc::new(objects), tree);
    gather::gather(&tree, &options()).map(|(inputs, _)| inputs)
}

/// The files that are read, of those in the repository.
fn read(files: &[(&str, &str)]) -> Vec<String> {
    let inputs = gathered(files).unwrap();
    inputs.paths().map(ToString::to_string).collect()
}

/// Why the source's kustomization is refused, beside these files.
fn refused(kustomization: &str, others: &[(&str, &str)]) -> String {
    let mut files = vec![("tenants/team-a/prod/kustomization.yaml", kustomization)];
    files.extend(others);
    match gathered(&files) {
        Ok(_) => panic!("this is gathered, against expectation"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_a_kustomization_names_is_read_and_nothing_else() {
    let files = [
        (
            "tenants/team-a/prod/kustomization.yaml",
            "resources: [../base, app.yaml, ../../../base/net]\ncomponents: [../parts/tls]\n\
             crds: [crds.json]\nconfigurations: [names.yaml]\nopenapi: {path: schema.json}\n\
             generators: [generator.yaml]\ntransformers:\n- |\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: x}\n  path: inline.yaml\n\
             patches: [{path: p.yaml}, {patch: '[]', target: {kind: Service}}]\n\
             patchesStrategicMerge:\n- old.yaml\n- |\n  kind: Deployment\n\
             patchesJson6902: [{path: json.yaml, target: {kind: Service}}]\n\
             replacements: [{path: r.yaml}, {source: {kind: Service}}]\n\
             configMapGenerator: [{name: c, files: [a.conf, key=b.conf], envs: [e.env], env: f.env}]\n\
             secretGenerator: [{name: s, files: [s.txt]}]\n",
        ),
        ("tenants/team-a/prod/app.yaml", "a: b"),
        ("tenants/team-a/prod/crds.json", "{}"),
        ("tenants/team-a/prod/names.yaml", "{}"),
        ("tenants/team-a/prod/schema.json", "{}"),
        (
            "tenants/team-a/prod/generator.yaml",
            "apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: g}\nfiles: [g.txt]\n",
        ),
        ("tenants/team-a/prod/g.txt", ""),
        ("tenants/team-a/prod/inline.yaml", ""),
        ("tenants/team-a/prod/p.yaml", ""),
        ("tenants/team-a/prod/old.yaml", ""),
        ("tenants/team-a/prod/json.yaml", ""),
        ("tenants/team-a/prod/r.yaml", ""),
        ("tenants/team-a/prod/a.conf", ""),
        ("tenants/team-a/prod/b.conf", ""),
        ("tenants/team-a/prod/e.env", ""),
        ("tenants/team-a/prod/f.env", ""),
        ("tenants/team-a/prod/s.txt", ""),
        ("tenants/team-a/prod/unused.yaml", ""),
        (
            "tenants/team-a/base/kustomization.yml",
            "resources: [b.yaml]",
        ),
        ("tenants/team-a/base/b.yaml", ""),
        ("tenants/team-a/parts/tls/Kustomization", "kind: Component"),
        ("base/net/kustomization.yaml", "resources: [policy.yaml]"),
        ("base/net/policy.yaml", ""),
    ];
    let mut expected: Vec<String> = files
        .iter()
        .map(|(path, _)| (*path).to_owned())
        .filter(|path| !path.ends_with("unused.yaml"))
        .collect();
    expected.sort();
    assert_eq!(read(&files), expected);
}

#[test]
fn folders_that_name_each_other_are_read_once() {
    let files = [
        (
            "tenants/team-a/prod/kustomization.yaml",
            "resources: [../base]",
        ),
        (
            "tenants/team-a/base/kustomization.yaml",
            "resources: [../prod]",
        ),
    ];
    assert_eq!(read(&files).len(), 2);
}

#[test]
fn plugins_in_a_folder_count_from_the_kustomization_that_uses_them() {
    let files = [
        (
            "tenants/team-a/prod/kustomization.yaml",
            "transformers: [../plugins]",
        ),
        ("tenants/team-a/prod/p.yaml", ""),
        (
            "tenants/team-a/plugins/kustomization.yaml",
            "resources: [patch.yaml]",
        ),
        (
            "tenants/team-a/plugins/patch.yaml",
            "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\npath: p.yaml\n",
        ),
    ];
    assert_eq!(read(&files).len(), 4);
}

#[test]
fn nothing_is_read_outside_of_the_tenants_folder_and_the_shared_ones() {
    let others = [
        ("tenants/team-b/secret.yaml", ""),
        ("clusters/prod/kustomization.yaml", ""),
        ("kustomization.yaml", ""),
    ];
    let at = "tenants/team-a/prod/kustomization.yaml: line 1, column 13: ";
    for path in [
        "../../team-b/secret.yaml",
        "../../../clusters/prod",
        "../../..",
        "../../../../x",
    ] {
        let expected = format!(
            "{at}{path} leads out of tenants/team-a and of the folders that the policy shares (spec.shared)"
        );
        assert_eq!(refused(&format!("resources: [{path}]"), &others), expected);
    }
    let absolute = refused("resources: [/etc/passwd]", &others);
    assert_eq!(
        absolute,
        format!("{at}/etc/passwd is absolute: paths are relative to the file that names them")
    );
}

#[test]
fn a_shared_kustomization_shares_no_other_file_of_its_folder() {
    let mut options = options();
    options.shared = vec!["base/**/*.yaml".parse().unwrap()];
    let gather = |kustomization: &str| {
        let objects = MemoryObjects::default();
        let tree = objects.write_files([
            ("tenants/team-a/prod/kustomization.yaml", kustomization),
            ("base/x/kustomization.yaml", "resources: [a.yaml]"),
            ("base/x/a.yaml", ""),
            ("base/x/tls.key", ""),
        ]);
        let tree: Tree<Unverified> = Tree::of_tree(Arc::new(objects), tree);
        gather::gather(&tree, &options).map_err(|error| error.to_string())
    };
    assert!(gather("resources: [../../../base/x]").is_ok());
    let key = gather("configMapGenerator: [{name: a, files: [../../../base/x/tls.key]}]")
        .err()
        .unwrap();
    assert!(key.contains("base/x/tls.key"), "{key}");
    assert!(key.contains("the policy shares (spec.shared)"), "{key}");
}

#[test]
fn what_names_everything_again_and_again_ends_at_a_limit() {
    let names: Vec<String> = (0..150).map(|number| format!("../f{number}")).collect();
    let all = format!("[{}]", names.join(", "));
    let folder = format!("transformers: {all}");
    let root = format!("resources: {all}");
    let mut files = vec![(
        "tenants/team-a/prod/kustomization.yaml".to_owned(),
        root.as_str(),
    )];
    files.extend((0..150).map(|number| {
        (
            format!("tenants/team-a/f{number}/kustomization.yaml"),
            folder.as_str(),
        )
    }));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let error = gathered(&files).err().unwrap().to_string();
    assert_eq!(
        error,
        "the source tenants/team-a/prod has more than 10000 references in kustomizations"
    );
    let again = format!("resources: [{}]", vec!["big.yaml"; 5_000].join(", "));
    let big = "- a\n".repeat(100_000);
    let files = [
        ("tenants/team-a/prod/kustomization.yaml", again.as_str()),
        ("tenants/team-a/prod/big.yaml", &big),
    ];
    assert_eq!(read(&files).len(), 2);
}

#[test]
fn nothing_remote_is_fetched() {
    for path in [
        "https://github.com/org/repo//base?ref=v1",
        "github.com/org/repo/base",
        "git@github.com:org/repo.git",
        "ssh://git@host/repo",
        "https://example.org/manifest.yaml",
        "file:///etc",
    ] {
        let error = refused(&format!("resources: ['{path}']"), &[]);
        assert!(
            error.contains(&format!("{path} is remote, and nothing is fetched")),
            "{error}"
        );
    }
}

#[test]
fn no_program_container_or_chart_is_started() {
    let plugin = "apiVersion: example.org/v1\nkind: Exec\nmetadata: {name: x}\n";
    let function = "apiVersion: builtin\nkind: LabelTransformer\nmetadata:\n  annotations:\n    config.kubernetes.io/function: 'exec: {path: ./x}'\n";
    let chart = "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\n";
    for (text, expected) in [
        (
            plugin,
            "example.org/v1 Exec is a plugin that would be started",
        ),
        (function, "is never started"),
        (chart, "HelmChartInflationGenerator starts Helm"),
    ] {
        let error = refused(
            "generators: [g.yaml]",
            &[("tenants/team-a/prod/g.yaml", text)],
        );
        assert!(
            error.starts_with("tenants/team-a/prod/g.yaml: line "),
            "{error}"
        );
        assert!(error.contains(expected), "{error}");
    }
    for field in ["helmCharts", "helmChartInflationGenerator"] {
        let error = refused(&format!("resources: []\n{field}: [{{name: x}}]"), &[]);
        assert!(error.contains("line 2, column"), "{error}");
        assert!(error.contains(&format!("{field} starts Helm")), "{error}");
    }
}

#[test]
fn what_is_not_there_is_told_with_its_place() {
    let error = refused("resources:\n- a.yaml\n", &[]);
    assert_eq!(
        error,
        "tenants/team-a/prod/kustomization.yaml: line 2, column 3: a.yaml does not exist"
    );
    let folder = refused(
        "patches: [{path: ../base}]",
        &[("tenants/team-a/base/x", "")],
    );
    assert!(
        folder.ends_with("../base is a folder, and a file is read here"),
        "{folder}"
    );
    let empty = refused("resources: [../base]", &[("tenants/team-a/base/x", "")]);
    assert!(
        empty.ends_with("../base has no kustomization.yaml"),
        "{empty}"
    );
}

#[test]
fn a_sealed_file_is_read_by_values_or_as_a_whole_and_never_both_ways() {
    let path = "tenants/team-a/prod/db.yaml";
    let leaves = |kustomization: &str| {
        let files = [
            ("tenants/team-a/prod/kustomization.yaml", kustomization),
            (path, SEALED),
        ];
        let inputs = gathered(&files).unwrap();
        let leaves = inputs.leaves(Look::First).into_values();
        leaves
            .map(|leaf| leaf.pointer.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(leaves("resources: [db.yaml]").len(), 4);
    assert_eq!(
        leaves("secretGenerator: [{name: x, files: [db.yaml]}]"),
        [""]
    );
    let both = "resources: [db.yaml]\nsecretGenerator: [{name: x, files: [db.yaml]}]";
    assert!(
        refused(both, &[(path, SEALED)])
            .contains("read value by value in one place and as a whole in another")
    );
    let schema = refused("crds: [db.yaml]", &[(path, SEALED)]);
    assert!(
        schema.contains("shapes the result without being in it"),
        "{schema}"
    );
    let lines = refused(
        "secretGenerator: [{name: x, envs: [db.yaml]}]",
        &[(path, SEALED)],
    );
    assert!(
        lines.contains("read line by line: seal it under a name that ends in .env"),
        "{lines}"
    );
}

#[test]
fn a_sealed_file_in_a_shared_folder_is_refused() {
    let shared = refused(
        "resources: [../../../base/db.yaml]",
        &[("base/db.yaml", SEALED)],
    );
    assert_eq!(
        shared,
        "base/db.yaml is sealed in a folder that is shared: its files are for nobody's key"
    );
}

#[test]
fn no_file_names_a_stand_in_itself() {
    for (kustomization, text) in [
        ("resources: [a.yaml]", "a: \"signetseale\\x64\""),
        (
            "configMapGenerator: [{name: x, files: [a.yaml]}]",
            "signetsealed",
        ),
        (
            "configMapGenerator: [{name: x, envs: [a.yaml]}]",
            "A=c2lnbmV0c2VhbGVk",
        ),
        ("crds: [a.yaml]", "signetsealed"),
    ] {
        let error = refused(kustomization, &[("tenants/team-a/prod/a.yaml", text)]);
        assert!(error.contains("only stands for sealed values"), "{error}");
    }
}

#[test]
fn integers_that_kubernetes_has_not_are_floats_as_kustomize_prints_them() {
    let mut json = serde_json::json!({"a": [9_223_372_036_854_775_807_u64, 9_223_372_036_854_775_808_u64], "b": -1, "c": 1.5});
    as_printed(&mut json);
    let text = r#"{"a":[9223372036854775807,9.223372036854776e+18],"b":-1,"c":1.5}"#;
    assert_eq!(json.to_string(), text);
}
