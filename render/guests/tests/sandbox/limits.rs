use std::time::Duration;

use signet_guests::{GuestError, Limits};

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
