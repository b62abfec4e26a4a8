use signet_guests::{File, Kustomize, Limits, Request, render};

use crate::{complaint, kustomize, texts};

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

#[test]
fn reads_nothing_outside_what_it_was_given() {
    for elsewhere in [
        "../../etc/passwd",
        "/etc/passwd",
        "https://example.org/base",
        "git@example.org:a/b.git",
        "example.org/a/b?ref=main",
    ] {
        let found = complaint(kustomize(&[(
            "kustomization.yaml",
            &format!("resources: [\"{elsewhere}\"]"),
        )]));
        assert!(found.message.contains(elsewhere), "{found}");
    }
}

#[test]
fn runs_no_plugin_and_no_helm() {
    for text in [
        "helmCharts: [{name: a, repo: https://example.org}]",
        "generators: [exec.yaml]",
        "transformers: [exec.yaml]",
    ] {
        let exec = "apiVersion: a/v1\nkind: A\nmetadata: {name: a, annotations: {config.kubernetes.io/function: \"exec: {path: /bin/sh}\"}}\n";
        complaint(kustomize(&[
            ("kustomization.yaml", text),
            ("exec.yaml", exec),
        ]));
    }
}

#[test]
fn names_file_and_line_of_yaml_that_is_none() {
    let broken = "a: b\n c: d: e\n";
    let found = complaint(kustomize(&[
        ("kustomization.yaml", "resources: [a.yaml]"),
        ("a.yaml", broken),
    ]));
    assert_eq!(
        (found.file.as_deref(), found.line),
        (Some("a.yaml"), Some(2)),
        "{found}"
    );
    let found = complaint(kustomize(&[("kustomization.yaml", "unknown: field")]));
    assert_eq!(found.file.as_deref(), Some("kustomization.yaml"), "{found}");
}

#[test]
fn restriction_to_the_folder_can_be_lifted() {
    let file = |path, content: &'static str| File {
        path,
        content: content.as_bytes(),
    };
    let files = [
        file("a/kustomization.yaml", "resources: [../b.yaml]"),
        file("b.yaml", CONFIG_MAP),
    ];
    let mut options = Kustomize {
        folder: "a",
        ..Kustomize::default()
    };
    let found = complaint(render(
        &Request::Kustomize(&options, &files),
        &Limits::default(),
    ));
    assert!(found.message.contains("is not in or below"), "{found}");
    options.unrestricted = true;
    texts(render(
        &Request::Kustomize(&options, &files),
        &Limits::default(),
    ));
}

#[test]
fn warnings_are_kept() {
    let answer = kustomize(&[
        (
            "kustomization.yaml",
            "commonLabels: {a: b}\nresources: [a.yaml]",
        ),
        ("a.yaml", CONFIG_MAP),
    ])
    .unwrap();
    assert!(
        answer.printed.contains("'commonLabels' is deprecated"),
        "{}",
        answer.printed
    );
}
