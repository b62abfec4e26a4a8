use std::time::{Duration, Instant};

use signet_guests::{Answer, File, GuestError, Helm, Kustomize, Limits, Request, render};

use crate::archive::{DEVICE, Entry, FILE, HARD_LINK, SYMBOLIC_LINK, archive, bomb};
use crate::{CHART, complaint, helm, kustomize, kustomize_within, template, template_within};

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

/// Ten billion turns.
const ENDLESS: &str = "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}";

fn soon() -> Limits {
    Limits {
        time: Duration::from_millis(300),
        ..Limits::default()
    }
}

#[test]
fn endless_template_ends_when_its_time_is_up() {
    let ended = template_within(ENDLESS, "", &soon());
    assert!(matches!(ended, Err(GuestError::Time { .. })), "{ended:?}");
}

#[test]
fn one_render_that_is_late_ends_no_other() {
    let limits = Limits {
        time: Duration::from_millis(100),
        ..Limits::default()
    };
    std::thread::scope(|scope| {
        let endless = scope.spawn(|| template_within(ENDLESS, "", &limits));
        let long = "{{ range until 3 }}{{ $_ := derivePassword 1 \"long\" \"a\" \"b\" \"c\" }}{{ end }}a: b\n";
        let limits = Limits {
            time: Duration::from_mins(1),
            ..Limits::default()
        };
        template_within(long, "", &limits).unwrap();
        assert!(endless.is_finished());
        assert!(matches!(
            endless.join().unwrap(),
            Err(GuestError::Time { .. })
        ));
    });
}

#[test]
fn huge_text_ends_at_the_limit_of_memory() {
    for huge in [
        "{{ range until 1000000 }}{{ repeat 1000 \"x\" }}{{ end }}",
        "{{ repeat 2000000000 \"x\" }}",
        "{{ until 1000000000 | len }}",
    ] {
        let ended = template(huge, "");
        assert!(
            matches!(ended, Err(GuestError::Memory { .. })),
            "{huge}: {ended:?}"
        );
    }
}

#[test]
fn large_answer_is_refused_before_it_is_copied() {
    let limits = Limits {
        answer: 1000,
        ..Limits::default()
    };
    let ended = template_within("a: {{ repeat 2000 \"x\" }}", "", &limits);
    assert!(
        matches!(ended, Err(GuestError::Answer { limit: 1000, .. })),
        "{ended:?}"
    );
}

#[test]
fn template_that_includes_itself_is_for_helm_to_refuse() {
    let given = [
        ("Chart.yaml", CHART),
        (
            "templates/_a.tpl",
            "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}",
        ),
        ("templates/a.yaml", "{{ include \"a\" . }}"),
    ];
    let found = complaint(helm(&given, ""));
    assert!(found.message.contains("nested reference name"), "{found}");
}

#[test]
fn template_that_calls_itself_without_helm_ends_as_well() {
    let ended = template(
        "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
        "",
    );
    assert!(
        matches!(
            ended,
            Err(GuestError::Complained { .. }
                | GuestError::Depth { .. }
                | GuestError::Memory { .. })
        ),
        "{ended:?}"
    );
}

#[test]
fn deep_nesting_ends() {
    let deep = format!("a: {}{}", "[".repeat(200_000), "]".repeat(200_000));
    let ended = kustomize(&[
        ("kustomization.yaml", "resources: [a.yaml]"),
        ("a.yaml", &deep),
    ]);
    assert!(ended.is_err(), "{ended:?}");
    let ended = template("a: {{ .Values.a | toYaml }}", &deep);
    assert!(ended.is_err(), "{ended:?}");
}

#[test]
fn aliases_of_aliases_end() {
    let first = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let levels = (1..12).map(|level| {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        format!("a{level}: &a{level} [{aliases}]\n")
    });
    let bomb: String = [CONFIG_MAP.to_owned(), first]
        .into_iter()
        .chain(levels)
        .collect();
    let ended = kustomize_within(
        &[
            ("kustomization.yaml", "resources: [a.yaml]"),
            ("a.yaml", &bomb),
        ],
        &soon(),
    );
    assert!(ended.is_err());
    let ended = template_within("a: {{ .Values | toYaml }}", &bomb, &soon());
    assert!(ended.is_err());
}

#[test]
fn ten_thousand_files_are_read_in_time() {
    let names: Vec<String> = (0..10_000)
        .map(|index| format!("files/{index}.txt"))
        .collect();
    let mut given = vec![
        ("Chart.yaml", CHART),
        (
            "templates/a.yaml",
            "a: {{ range $name, $text := .Files.Glob \"files/*\" }}{{ len $text }}{{ end }}",
        ),
    ];
    given.extend(names.iter().map(|name| (name.as_str(), "x")));
    helm(&given, "").unwrap();
}

/// What comes of it, which must not take longer than a render may.
#[expect(clippy::disallowed_methods, reason = "a bound of time is measured")]
fn in_time(render: impl FnOnce() -> Result<Answer, GuestError>) -> Result<Answer, GuestError> {
    let begun = Instant::now();
    let answer = render();
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(7), "{took:?}");
    answer
}

/// Each of twenty folders has the one before twice, under two prefixes: a million objects.
#[test]
fn kustomizations_that_double_each_other_end() {
    let mut given = vec![
        (
            "l0/kustomization.yaml".to_owned(),
            "resources: [a.yaml]".to_owned(),
        ),
        ("l0/a.yaml".to_owned(), CONFIG_MAP.to_owned()),
    ];
    for level in 1..20 {
        for side in ["x", "y"] {
            let text = format!(
                "resources: [../l{}]\nnamePrefix: {side}{level}-\n",
                level - 1
            );
            given.push((format!("l{level}{side}/kustomization.yaml"), text));
        }
        let text = format!("resources: [../l{level}x, ../l{level}y]\n");
        given.push((format!("l{level}/kustomization.yaml"), text));
    }
    given.push((
        "kustomization.yaml".to_owned(),
        "resources: [l19]\n".to_owned(),
    ));
    let given: Vec<(&str, &str)> = given
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let ended = in_time(|| kustomize(&given));
    assert!(
        matches!(
            ended,
            Err(GuestError::Time { .. } | GuestError::Memory { .. })
        ),
        "{ended:?}"
    );
}

#[test]
fn kustomization_that_includes_itself_ends() {
    let found = complaint(kustomize(&[
        ("a/kustomization.yaml", "resources: [../b]"),
        ("b/kustomization.yaml", "resources: [../a]"),
        ("kustomization.yaml", "resources: [a]"),
    ]));
    assert!(found.message.contains("cycle detected"), "{found}");
}

#[test]
fn huge_text_of_a_generator_ends() {
    let huge = "x".repeat(40 << 20);
    let ended = in_time(|| {
        kustomize(&[
            (
                "kustomization.yaml",
                "secretGenerator: [{name: a, files: [a=f, b=f, c=f, d=f, e=f, g=f]}]",
            ),
            ("f", &huge),
        ])
    });
    assert!(
        matches!(
            ended,
            Err(GuestError::Memory { .. } | GuestError::Answer { .. } | GuestError::Time { .. })
        ),
        "{:?}",
        ended.map(|answer| answer.documents.len())
    );
}

#[test]
fn ten_thousand_manifests_of_a_kustomization_end_in_time() {
    let names: Vec<String> = (0..10_000).map(|index| format!("m/{index}.yaml")).collect();
    let texts: Vec<String> = (0..10_000)
        .map(|index| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{index}}}\n"))
        .collect();
    let kustomization = format!("resources: [{}]", names.join(", "));
    let mut given = vec![("kustomization.yaml", kustomization.as_str())];
    given.extend(
        names
            .iter()
            .zip(&texts)
            .map(|(name, text)| (&**name, &**text)),
    );
    match in_time(|| kustomize(&given)) {
        Ok(answer) => assert_eq!(answer.documents.len(), 10_000),
        Err(error) => assert!(
            matches!(error, GuestError::Time { .. } | GuestError::Memory { .. }),
            "{error}"
        ),
    }
}

#[test]
fn bytes_that_are_no_text_are_an_error_or_come_out_as_base64() {
    let bytes = |path, content| File { path, content };
    let chart = |files: &[File<'_>]| {
        let options = Helm {
            release: "release",
            namespace: "namespace",
            ..Helm::default()
        };
        let files = [&[bytes("Chart.yaml", CHART.as_bytes())], files].concat();
        render(&Request::Helm(&options, &files), &Limits::default())
    };
    chart(&[bytes("templates/a.yaml", b"a: \xff\n")]).unwrap_err();
    chart(&[bytes("values.yaml", b"a: \xff\n")]).unwrap_err();
    chart(&[bytes("values.schema.json", b"{\"a\": \"\xff")]).unwrap_err();
    let kustomization = |files: &[File<'_>]| {
        let request = Request::Kustomize(&Kustomize::default(), files);
        render(&request, &Limits::default())
    };
    kustomization(&[bytes("kustomization.yaml", b"namePrefix: \xff\n")]).unwrap_err();
    kustomization(&[
        bytes("kustomization.yaml", b"resources: [a.yaml]"),
        bytes("a.yaml", b"kind: \xff\n"),
    ])
    .unwrap_err();
    let answer = kustomization(&[
        bytes(
            "kustomization.yaml",
            b"configMapGenerator: [{name: a, files: [f]}]",
        ),
        bytes("f", b"\xff"),
    ]);
    assert!(answer.unwrap().documents[0].text.contains("binaryData"));
}

/// A chart that depends on what an archive holds.
pub(crate) fn with_archive(archive: &[u8]) -> Result<Answer, GuestError> {
    let files = [
        File {
            path: "Chart.yaml",
            content: CHART.as_bytes(),
        },
        File {
            path: "charts/part.tgz",
            content: archive,
        },
    ];
    let options = Helm {
        release: "release",
        namespace: "namespace",
        ..Helm::default()
    };
    in_time(|| render(&Request::Helm(&options, &files), &Limits::default()))
}

fn entry<'a>(kind: u8, name: &'a str, link: &'a str, content: &'a str) -> Entry<'a> {
    Entry {
        kind,
        name,
        link,
        content: content.as_bytes(),
    }
}

#[test]
fn archive_with_names_that_lead_out_of_it_is_refused() {
    let chart = entry(
        FILE,
        "part/Chart.yaml",
        "",
        "apiVersion: v2\nname: part\nversion: 0.1.0\n",
    );
    let template = |name| entry(FILE, name, "", "a: b\n");
    let honest = archive(&[chart, template("part/templates/a.yaml")]);
    assert_eq!(with_archive(&honest).unwrap().documents.len(), 1);
    for name in [
        "part/../../../templates/a.yaml",
        "../part/templates/a.yaml",
        "/part/templates/a.yaml",
        "part/../../etc/passwd",
        "part\\..\\..\\a.yaml",
        "c:/part/a.yaml",
    ] {
        let chart = entry(
            FILE,
            "part/Chart.yaml",
            "",
            "apiVersion: v2\nname: part\nversion: 0.1.0\n",
        );
        let given = archive(&[chart, template(name)]);
        match with_archive(&given) {
            Err(GuestError::Complained { .. }) => {}
            // It stays in the chart: what a name begins with is taken for the chart's folder, and what is no template is none.
            Ok(answer) => assert!(
                answer
                    .documents
                    .iter()
                    .all(|of| of.source.as_deref() == Some("chart/charts/part/templates/a.yaml")),
                "{name}: {answer:?}"
            ),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn links_and_devices_in_an_archive_are_no_files_of_others() {
    for (kind, link) in [
        (SYMBOLIC_LINK, "/etc/passwd"),
        (SYMBOLIC_LINK, "../../../Chart.yaml"),
        (HARD_LINK, "/etc/passwd"),
        (DEVICE, ""),
    ] {
        let chart = entry(
            FILE,
            "part/Chart.yaml",
            "",
            "apiVersion: v2\nname: part\nversion: 0.1.0\n",
        );
        let text = "a: {{ .Files.Get \"linked\" | quote }}\n";
        let given = archive(&[
            chart,
            entry(FILE, "part/templates/a.yaml", "", text),
            entry(kind, "part/linked", link, ""),
        ]);
        match with_archive(&given) {
            Err(GuestError::Complained { .. }) => {}
            Ok(answer) => assert_eq!(answer.documents[0].text, "a: \"\"\n"),
            Err(error) => panic!("{link}: {error}"),
        }
    }
}

#[test]
fn archive_that_grows_beyond_measure_is_refused() {
    for runs in [500_000, 4_000_000] {
        let ended = with_archive(&bomb("part/Chart.yaml", runs));
        let found = complaint(ended);
        assert!(found.message.contains("maximum"), "{found}");
    }
}
