use signet_provenance::{Kind, Mode};

use super::*;
use crate::Escape;
use crate::variables::Variables;

#[test]
fn a_folder_that_does_not_exist_is_an_error_and_no_empty_source() {
    let result = rendered_as(
        "team-a",
        "tenants/team-a/prdo",
        &[("tenants/team-a/prod/a.yaml", "")],
    );
    assert_eq!(
        complaint(result),
        "the source's folder tenants/team-a/prdo does not exist"
    );
}

#[test]
fn refuses_symbolic_links_below_the_folder() {
    let objects = MemoryObjects::default();
    let target = objects.write(Kind::Blob, "../../../signet/identities");
    let folder = objects.write_tree([(Mode::Symlink, "a.yaml", target)]);
    let root = objects.write_tree([(Mode::Folder, "apps", folder)]);
    let tree = Tree::of_tree(Arc::new(objects), root);
    let result = render(&tree, &options("team-a", "apps"));
    assert!(complaint(result).contains("apps/a.yaml"));
}

#[test]
fn refuses_what_other_renderers_would_read_below_a_folder_of_manifests() {
    for (file, renderer) in [
        ("overlay/Kustomization", "Kustomize"),
        ("charts/web/Chart.yaml", "Helm"),
    ] {
        let text = complaint(rendered(&[(file, "{}"), ("a.yaml", &config_map("a"))]));
        let expected = format!(
            "{FOLDER}/{file} is for {renderer}, and the source's folder {FOLDER} is of plain manifests"
        );
        assert!(text.starts_with(&expected), "{text}");
    }
}

#[test]
fn a_renderer_is_asked_for_only_where_the_files_are_for_it() {
    for (renderer, file) in [("kustomize", "kustomization.yaml"), ("helm", "Chart.yaml")] {
        let settings = format!("renderer: {renderer}");
        let text = complaint(rendered(&[("signet-source.yaml", &settings)]));
        assert_eq!(text, format!("{FOLDER} has no {file}"));
    }
    let chart = complaint(rendered(&[("signet-source.yaml", "helm: {namespace: a}")]));
    assert!(chart.contains("nothing here is rendered as one"), "{chart}");
}

#[test]
fn reads_the_source_file_strictly() {
    for (text, expected) in [
        ("helm: {release: a}", "line 1"),
        ("escape: refuse", "line 1"),
        ("renderer: plain\nrenderers: x", "line 2, column 1"),
        ("renderer: plane", "line 1"),
        ("renderer: [", "line 1"),
        ("", "must hold one document"),
        (
            "helm: {values: {password: \"signetseale\\x64\"}}",
            "only stands for sealed values",
        ),
        (
            "renderer: plain\n---\nrenderer: plain",
            "must hold one document",
        ),
    ] {
        let text = complaint(rendered(&[("signet-source.yaml", text)]));
        assert!(
            text.contains("tenants/team-a/prod/signet-source.yaml"),
            "{text}"
        );
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn two_descriptions_of_one_object_are_an_error_that_names_both_places() {
    let result = rendered(&[
        (
            "a.yaml",
            "{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: web}}",
        ),
        (
            "b.yaml",
            "---\n{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}}",
        ),
    ]);
    assert_eq!(
        complaint(result),
        "tenants/team-a/prod/b.yaml: line 2, column 1: HorizontalPodAutoscaler.autoscaling team-a/web stands already at \
         tenants/team-a/prod/a.yaml: line 1, column 1"
    );
}

#[test]
fn says_what_is_wrong_with_a_manifest_and_where() {
    let cases = [
        (
            "just text",
            "line 1, column 1: not an object that can be applied: a document must be a mapping",
        ),
        (
            "- a\n- b",
            "line 1, column 1: not an object that can be applied: a document must be a mapping",
        ),
        (
            "kind: ConfigMap",
            "line 1, column 1: not an object that can be applied: apiVersion is missing",
        ),
        ("apiVersion: v1", "kind is missing"),
        (
            "apiVersion: 1\nkind: A",
            "line 1, column 13: not an object that can be applied: apiVersion must be text",
        ),
        (
            "apiVersion: a/b/c\nkind: A",
            "apiVersion must be a version or group/version",
        ),
        (
            "apiVersion: /v1\nkind: A",
            "apiVersion must be a version or group/version",
        ),
        (
            "apiVersion: v1\nkind: Config-Map",
            "line 2, column 7: not an object that can be applied: kind must consist",
        ),
        ("apiVersion: v1\nkind: ConfigMap", "metadata is missing"),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: a",
            "line 3, column 11: not an object that can be applied: metadata must be a mapping",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {}",
            "metadata.name is missing",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 7",
            "line 4, column 9: not an object that can be applied: metadata.name must be text",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: A_b",
            "metadata.name must consist of",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ../a",
            "metadata.name must consist of",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: a-",
            "line 4, column 17: not an object that can be applied: metadata.generateName is not possible",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: A}",
            "metadata.namespace must be a DNS label",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: [x]}",
            "metadata.labels must be a mapping",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {on-call: yes}}",
            "metadata.labels[on-call] must be text",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {signet.dev/rendered: x}}",
            "metadata.annotations[signet.dev/rendered] is set by Signet",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {applyset.kubernetes.io/part-of: x}}",
            "metadata.labels[applyset.kubernetes.io/part-of] is set by Signet",
        ),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  port: 1",
            "line 5, column 9: not an object that can be applied: stringData.port must be text",
        ),
        ("a: 1\na: 2", "line 2, column 1"),
        ("a: [", "reading manifest tenants/team-a/prod/a.yaml"),
    ];
    for (text, expected) in cases {
        let complaint = complaint(rendered(&[("a.yaml", text)]));
        assert!(
            complaint.contains("tenants/team-a/prod/a.yaml"),
            "{complaint}"
        );
        assert!(complaint.contains(expected), "{text}\n  gives {complaint}");
    }
}

#[test]
fn a_kind_that_stands_in_namespaces_needs_one() {
    let objects = MemoryObjects::default();
    let tree = objects.write_files([("apps/a.yaml", config_map("a"))]);
    let tree = Tree::of_tree(Arc::new(objects), tree);
    let options = Options {
        namespace: None,
        ..options("team-a", "apps")
    };
    assert_eq!(
        complaint(render(&tree, &options)),
        "apps/a.yaml: line 4, column 3: not an object that can be applied: metadata.namespace is missing: \
         the kind ConfigMap stands in namespaces"
    );
}

#[test]
fn refuses_bytes_that_are_no_text() {
    let objects = MemoryObjects::default();
    let tree = objects.write_files([("apps/a.yaml", &b"a: \xff"[..])]);
    let tree = Tree::of_tree(Arc::new(objects), tree);
    assert_eq!(
        complaint(render(&tree, &options("team-a", "apps"))),
        "apps/a.yaml is not UTF-8 text"
    );
}

#[test]
fn refuses_a_source_that_is_larger_than_one_source_may_be() {
    let objects = MemoryObjects::default();
    let text = format!("{}---\n{}", config_map("a"), config_map("b"));
    let tree = objects.write_files([("apps/a.yaml", text.as_str()), ("apps/b.yaml", "")]);
    let tree = Tree::of_tree(Arc::new(objects), tree);
    let fitting = || Size {
        manifests: 2,
        bytes: text.len(),
        values: 10,
        objects: 2,
    };
    let result = |size| {
        let options = options("team-a", "apps");
        let files = tree.files(&options.path).unwrap();
        let variables = Variables::default();
        let source = Source {
            tree: &tree,
            options: &options,
            escape: Escape::default(),
            variables: &variables,
        };
        render_within(&size, &source, files)
    };
    assert!(result(fitting()).is_ok());
    for (size, expected) in [
        (
            Size {
                manifests: 1,
                ..fitting()
            },
            "1 manifests",
        ),
        (
            Size {
                bytes: text.len() - 1,
                ..fitting()
            },
            "bytes in manifests",
        ),
        (
            Size {
                values: 9,
                ..fitting()
            },
            "9 values in manifests",
        ),
        (
            Size {
                objects: 1,
                ..fitting()
            },
            "1 objects",
        ),
    ] {
        let complaint = complaint(result(size));
        assert!(
            complaint.starts_with("the source apps has more than"),
            "{complaint}"
        );
        assert!(complaint.ends_with(expected), "{complaint}");
    }
}
