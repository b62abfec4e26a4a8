//! What others had to publish advisories for, each class by a test with its identifiers in the name.
//!
//! What is refused before a guest runs is in `signet-render`'s tests of the same name; that one render leaves nothing to
//! the next (fluxcd/pkg#1237) in `isolation`.

use std::time::Duration;

use signet_guests::{File, GuestError, Kustomize, Limits, Request, render};

use crate::archive::{Entry, FILE, archive, bomb};
use crate::limits::with_archive;
use crate::{CHART, complaint, helm, kustomize, template, template_within, texts};

/// Flux's kustomize-controller read files of its own Pod: CVE-2022-24877, CVE-2022-24878; Argo CD's repository server those
/// of other tenants: CVE-2022-24348, CVE-2022-24731, CVE-2022-31036, CVE-2023-40026.
#[test]
fn cve_2022_24877_a_path_of_a_kustomization_leads_to_no_file_of_the_machine() {
    for path in [
        "/etc/passwd",
        "../../../../../etc/passwd",
        "/proc/self/environ",
    ] {
        for field in [
            format!("resources: [{path}]"),
            format!("patches: [{{path: {path}}}]"),
            format!("configurations: [{path}]"),
            format!("crds: [{path}]"),
            format!("openapi: {{path: {path}}}"),
            format!("replacements: [{{path: {path}}}]"),
            format!("components: [{path}]"),
            format!("transformers: [{path}]"),
            format!("configMapGenerator: [{{name: a, files: [{path}]}}]"),
            format!("secretGenerator: [{{name: a, envs: [{path}]}}]"),
        ] {
            let options = Kustomize {
                folder: "a/b",
                unrestricted: true,
                ..Kustomize::default()
            };
            let files = [File {
                path: "a/b/kustomization.yaml",
                content: field.as_bytes(),
            }];
            let request = Request::Kustomize(&options, &files);
            let found = complaint(render(&request, &Limits::default()));
            for content in ["root:", "PATH="] {
                assert!(!found.message.contains(content), "{field}: {found}");
            }
        }
    }
}

/// Argo CD's `valueFiles` and `.Files`.
#[test]
fn cve_2022_24731_a_template_reads_no_file_outside_of_its_chart() {
    for path in ["/etc/passwd", "../../../etc/passwd", "/proc/self/environ"] {
        for text in [
            format!("a: {{{{ .Files.Get \"{path}\" | quote }}}}\n"),
            format!("a: {{{{ .Files.Lines \"{path}\" | join \"\" | quote }}}}\n"),
            format!("a: {{{{ (.Files.Glob \"{path}\").AsConfig | quote }}}}\n"),
        ] {
            let rendered = texts(template(&text, ""));
            assert!(
                !rendered.contains("root:") && !rendered.contains("PATH="),
                "{rendered}"
            );
        }
    }
}

/// Helm wrote outside of its folder for a chart that names itself so: CVE-2024-25620, CVE-2026-35206.
#[test]
fn cve_2024_25620_a_chart_whose_name_is_a_path_is_refused() {
    for name in ["../a", "a/../../b", "..", "/a"] {
        let chart = format!("apiVersion: v2\nname: \"{name}\"\nversion: 0.1.0\n");
        complaint(helm(&[("Chart.yaml", &chart)], ""));
    }
    let alias = format!("{CHART}dependencies: [{{name: part, version: 0.1.0, alias: ../part}}]\n");
    complaint(helm(
        &[
            ("Chart.yaml", &alias),
            (
                "charts/part/Chart.yaml",
                "apiVersion: v2\nname: part\nversion: 0.1.0\n",
            ),
        ],
        "",
    ));
}

/// Programs that kustomize starts: kustomize#6241 (arguments in `releaseName`), and raw build options in Argo CD's repository
/// server; Flux ran a Secret's script: CVE-2021-41254.
#[test]
fn kustomize_6241_no_program_is_started_whatever_a_kustomization_asks_for() {
    let chart = "helmCharts: [{name: a, releaseName: \"--post-renderer=/bin/sh\"}]\nhelmGlobals: {chartHome: .}\n";
    complaint(kustomize(&[
        ("kustomization.yaml", chart),
        ("a/Chart.yaml", CHART),
    ]));
    for function in [
        "exec: {path: ./run.sh}",
        "container: {image: example.org/a, network: true}",
        "starlark: {path: run.star}",
    ] {
        let configuration = format!(
            "apiVersion: a/v1\nkind: A\nmetadata: {{name: a, annotations: {{config.kubernetes.io/function: \"{function}\"}}}}\n"
        );
        for field in ["generators", "transformers", "validators"] {
            complaint(kustomize(&[
                ("kustomization.yaml", &format!("{field}: [a.yaml]\n")),
                ("a.yaml", &configuration),
                ("run.sh", "#!/bin/sh\n"),
            ]));
        }
    }
}

/// Helm followed a `Chart.lock` that is a link when it updated dependencies: CVE-2025-53547. Nothing is fetched or written
/// here, wherever a dependency is said to be, which was a way into networks for Fleet: CVE-2026-44936.
#[test]
fn cve_2025_53547_dependencies_are_neither_fetched_nor_locked() {
    let chart = format!(
        "{CHART}dependencies: [{{name: b, version: 0.1.0, repository: \"http://127.0.0.1:1/charts\"}}]\n"
    );
    let found = complaint(helm(
        &[("Chart.yaml", &chart), ("Chart.lock", "dependencies: []\n")],
        "",
    ));
    assert!(
        found.message.contains("missing in charts/ directory: b"),
        "{found}"
    );
}

/// Fleet asked the cluster as its administrator: CVE-2026-41050, CVE-2026-44935.
#[test]
fn cve_2026_41050_lookup_is_refused() {
    for call in [
        "lookup \"v1\" \"Secret\" \"kube-system\" \"\"",
        "tpl \"{{ lookup \\\"v1\\\" \\\"Secret\\\" \\\"a\\\" \\\"b\\\" }}\" .",
    ] {
        let found = complaint(template(&format!("a: {{{{ {call} }}}}\n"), ""));
        assert_eq!(found.refused.as_deref(), Some("lookup"), "{found}");
    }
}

/// External Secrets' templates told names of hosts what they had: CVE-2026-34984.
#[test]
fn cve_2026_34984_get_host_by_name_is_refused() {
    let call = "a: {{ getHostByName (printf \"%s.example.org\" .Values.a) }}\n";
    let found = complaint(template(call, "a: canary"));
    assert_eq!(found.refused.as_deref(), Some("getHostByName"), "{found}");
}

/// Bases elsewhere get past what lists of repositories allow.
#[test]
fn remote_bases_of_argo_cd_and_flux_are_not_fetched() {
    for base in [
        "https://127.0.0.1:1/base.yaml",
        "http://127.0.0.1:1/org/repo?ref=main",
        "git@127.0.0.1:org/repo.git",
        "ssh://git@127.0.0.1/org/repo",
        "git::https://127.0.0.1/org/repo//base",
        "file:///etc",
    ] {
        for field in ["resources", "bases", "components"] {
            complaint(kustomize(&[(
                "kustomization.yaml",
                &format!("{field}: [\"{base}\"]"),
            )]));
        }
    }
}

/// A schema that calls itself had Helm overflow its stack: CVE-2025-32387.
#[test]
fn cve_2025_32387_a_schema_that_nests_deeply_ends() {
    let deep = format!(
        "{}{{}}{}",
        "{\"items\": ".repeat(50_000),
        "}".repeat(50_000)
    );
    let turning = r##"{"$ref": "#/definitions/a", "definitions": {"a": {"allOf": [{"$ref": "#/definitions/a"}]}}}"##;
    for schema in [deep.as_str(), turning] {
        let given = [("Chart.yaml", CHART), ("values.schema.json", schema)];
        let ended = helm(&given, "a: [[[]]]\n");
        assert!(
            !matches!(ended, Err(GuestError::Failed { .. })),
            "{ended:?}"
        );
    }
}

/// A schema that refers to `/dev/zero` had Helm read without an end: CVE-2025-55199.
#[test]
fn cve_2025_55199_a_schema_refers_to_no_file() {
    let schema = r#"{"$ref": "file:///dev/zero"}"#;
    let given = [("Chart.yaml", CHART), ("values.schema.json", schema)];
    let found = complaint(helm(&given, "a: b"));
    assert!(found.message.contains("file:///dev/zero"), "{found}");
}

/// An archive in a chart that is small and becomes large: CVE-2025-32386; JSON and manifests without a limit in Argo CD's
/// repository server: CVE-2022-31016, CVE-2023-40584.
#[test]
fn cve_2025_32386_an_archive_in_a_chart_is_unpacked_within_limits() {
    let honest = archive(&[Entry {
        kind: FILE,
        name: "part/Chart.yaml",
        link: "",
        content: b"apiVersion: v2\nname: part\nversion: 0.1.0\n",
    }]);
    for (bytes, is_refused) in [(honest, false), (bomb("part/Chart.yaml", 2_000_000), true)] {
        let answer = with_archive(&bytes);
        assert_eq!(answer.is_err(), is_refused, "{answer:?}");
    }
}

/// Values that had Helm, and Flux with it, use up its memory: CVE-2022-36055, CVE-2022-36049.
#[test]
fn cve_2022_36049_values_use_no_more_memory_than_a_render_has() {
    let levels =
        (1..30).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}]\n", level - 1));
    let values: String = std::iter::once("a0: &a0 [x]\n".to_owned())
        .chain(levels)
        .collect();
    let limits = Limits {
        time: Duration::from_secs(1),
        ..Limits::default()
    };
    template_within("a: {{ toYaml .Values }}\n", &values, &limits).unwrap_err();
}
