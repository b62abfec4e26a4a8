use std::process::Command;
use std::{env, fs};

use signet_guests::{Renderer, digest};

use crate::{Files, kustomize, template, texts};

const TREE: &str = "apiVersion: example.org/v1\nkind: Tree\nmetadata: {name: oak}\nspec: {leaves: [{id: a, colour: green}, {id: b, colour: red}]}\n";
const PATCH: &str = "apiVersion: example.org/v1\nkind: Tree\nmetadata: {name: oak}\nspec: {leaves: [{id: b, colour: brown}]}\n";
const SCHEMA: &str = r#"{"definitions": {"org.example.v1.Tree": {"type": "object", "properties": {"spec": {"type": "object",
    "properties": {"leaves": {"type": "array", "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "id"}}}},
    "x-kubernetes-group-version-kind": [{"group": "example.org", "kind": "Tree", "version": "v1"}]}}}"#;

const WITH_SCHEMA: Files<'_> = &[
    (
        "kustomization.yaml",
        "resources: [tree.yaml]\npatches: [{path: patch.yaml}]\nopenapi: {path: schema.json}\n",
    ),
    ("tree.yaml", TREE),
    ("patch.yaml", PATCH),
    ("schema.json", SCHEMA),
];
const WITHOUT: Files<'_> = &[
    (
        "kustomization.yaml",
        "resources: [tree.yaml]\npatches: [{path: patch.yaml}]\n",
    ),
    ("tree.yaml", TREE),
    ("patch.yaml", PATCH),
];

#[test]
fn schema_of_one_render_is_unknown_to_the_next() {
    let merged = texts(kustomize(WITH_SCHEMA));
    let replaced = texts(kustomize(WITHOUT));
    assert!(
        merged.contains("green") && !replaced.contains("green"),
        "{merged}{replaced}"
    );
    for _ in 0..3 {
        assert_eq!(texts(kustomize(WITH_SCHEMA)), merged);
        assert_eq!(texts(kustomize(WITHOUT)), replaced);
    }
}

#[test]
fn renders_at_the_same_time_do_not_meet() {
    let expected = [texts(kustomize(WITH_SCHEMA)), texts(kustomize(WITHOUT))];
    std::thread::scope(|scope| {
        for index in 0..4 {
            let expected = &expected;
            scope.spawn(move || {
                for turn in 0..10 {
                    let choice = (index + turn) % 2;
                    assert_eq!(
                        texts(kustomize([WITH_SCHEMA, WITHOUT][choice])),
                        expected[choice]
                    );
                }
            });
        }
    });
}

#[test]
fn render_goes_on_after_one_that_was_ended() {
    template("{{ repeat 2000000000 \"x\" }}", "").unwrap_err();
    assert_eq!(texts(template("a: b\n", "")), "a: b\n");
}

#[test]
fn memory_is_given_back_after_each_render() {
    const ALONE: &str = "SIGNET_TEST_ALONE";
    if env::var_os(ALONE).is_some() {
        return renders_one_after_another();
    }
    // In a process of its own: what is counted is all that one has.
    let name = "isolation::memory_is_given_back_after_each_render";
    let alone = Command::new(env::current_exe().unwrap())
        .args(["--exact", name])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&alone.stdout);
    let passed = alone.status.success() && printed.contains("1 passed");
    assert!(passed, "{printed}");
}

fn renders_one_after_another() {
    let large = "{{ range until 1000 }}{{ $_ := repeat 100000 \"x\" }}{{ end }}a: b\n";
    template(large, "").unwrap();
    let before = resident();
    for _ in 0..5 {
        template(large, "").unwrap();
    }
    let after = resident();
    assert!(after < before + (8 << 20), "{before} bytes, then {after}");
}

/// Bytes of memory that this process has.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[test]
fn guests_have_digests_of_their_own() {
    let (kustomize, helm) = (digest(Renderer::Kustomize), digest(Renderer::Helm));
    assert_eq!((kustomize.len(), helm.len()), (64, 64));
    assert_ne!(kustomize, helm);
}
