use signet_guests::Role;

use crate::{CHART, complaint, helm, template, texts};

/// Calls of all functions that are refused.
const REFUSED: [(&str, &str); 24] = [
    ("ago", "ago 5"),
    ("bcrypt", "bcrypt \"a\""),
    ("date", "date \"2006\" \"a\""),
    ("durationRound", "durationRound (toDate \"2006\" \"2020\")"),
    ("encryptAES", "encryptAES \"a\" \"b\""),
    ("env", "env \"HOME\""),
    ("expandenv", "expandenv \"$HOME\""),
    ("genCA", "genCA \"a\" 1"),
    ("genPrivateKey", "genPrivateKey \"rsa\""),
    ("genSelfSignedCert", "genSelfSignedCert \"a\" nil nil 1"),
    ("genSignedCert", "genSignedCert \"a\" nil nil 1 nil"),
    ("getHostByName", "getHostByName \"example.org\""),
    ("htmlDate", "htmlDate \"a\""),
    ("htpasswd", "htpasswd \"a\" \"b\""),
    ("lookup", "lookup \"v1\" \"Secret\" \"a\" \"b\""),
    ("now", "now | date \"2006\""),
    ("randAlpha", "randAlpha 5"),
    ("randAlphaNum", "randAlphaNum 5"),
    ("randAscii", "randAscii 5"),
    ("randBytes", "randBytes 5"),
    ("randInt", "randInt 1 5"),
    ("randNumeric", "randNumeric 5"),
    ("shuffle", "shuffle \"abc\""),
    ("uuidv4", "uuidv4"),
];

#[test]
fn refuses_what_differs_from_render_to_render_where_it_is_called() {
    for (function, call) in REFUSED {
        let found = complaint(template(&format!("a: b\nc: {{{{ {call} }}}}\n"), ""));
        assert_eq!(found.refused.as_deref(), Some(function), "{found}");
        assert_eq!(found.file.as_deref(), Some("chart/templates/a.yaml"));
        assert_eq!(found.line, Some(2), "{found}");
        assert!(found.message.contains("is refused: "), "{found}");
    }
}

#[test]
fn allows_what_is_refused_where_it_is_not_called() {
    for (function, call) in REFUSED {
        let rendered = texts(template(
            &format!("a: {{{{ if .Values.a }}}}{{{{ {call} }}}}{{{{ end }}}}b\n"),
            "",
        ));
        assert_eq!(rendered, "a: b\n", "{function}");
    }
}

#[test]
fn templates_of_nothing_but_tests_may_call_what_is_refused() {
    let test = "kind: Pod\nmetadata:\n  name: a-{{ randAlphaNum 5 }}\n  annotations: {\"helm.sh/hook\": test-success}\n";
    let rendered = |path: &str, text: &str| {
        helm(
            &[
                ("Chart.yaml", CHART),
                ("templates/a.yaml", "a: b\n"),
                (path, text),
            ],
            "",
        )
    };
    let place = "templates/tests/a.yaml";
    let twice = format!("{{{{ if true }}}}\n---\n{test}---\n{test}{{{{ end }}}}\n");
    for text in [test, &twice] {
        assert_eq!(texts(rendered(place, text)), "a: b\n", "{text}");
    }
    for (path, text) in [
        ("templates/a-test.yaml", test.to_owned()),
        (place, test.replace("test-success", "pre-install")),
        (place, format!("{test}---\nkind: Secret\n")),
        (place, format!("{test}---\n{{{{ include \"b\" . }}}}\n")),
        (
            place,
            format!("{{{{ define \"b\" }}}}{{{{ end }}}}\n{test}"),
        ),
    ] {
        let found = complaint(rendered(path, &text));
        assert!(
            found.refused.is_some() || found.message.contains("\"b\""),
            "{text}: {found}"
        );
    }
}

#[test]
fn writes_dates_of_times_that_are_given() {
    let text = "a: {{ toDate \"2006-01-02\" \"2020-02-03\" | date \"02.01.2006\" }} {{ htmlDate (int 0) }}\n";
    assert_eq!(texts(template(text, "")), "a: 03.02.2020 1970-01-01\n");
}

#[test]
fn refusal_names_the_template_that_calls_and_not_the_one_that_includes_it() {
    let given = [
        ("Chart.yaml", CHART),
        (
            "templates/_a.tpl",
            "{{ define \"a\" }}\n\n{{ uuidv4 }}{{ end }}",
        ),
        ("templates/a.yaml", "{{ include \"a\" . }}"),
    ];
    let found = complaint(helm(&given, ""));
    assert_eq!(
        (found.file.as_deref(), found.line, found.column),
        (Some("chart/templates/_a.tpl"), Some(3), Some(4))
    );
}

#[test]
fn schema_that_refers_elsewhere_is_refused() {
    for elsewhere in [
        "https://example.org/a.json",
        "http://localhost/a.json",
        "file:///etc/passwd",
    ] {
        let schema = format!("{{\"properties\": {{\"a\": {{\"$ref\": \"{elsewhere}\"}}}}}}");
        let found = complaint(helm(
            &[("Chart.yaml", CHART), ("values.schema.json", &schema)],
            "a: b",
        ));
        assert!(found.message.contains(elsewhere), "{found}");
        assert!(
            found
                .message
                .contains("put the definition into values.schema.json"),
            "{found}"
        );
    }
}

#[test]
fn sees_no_file_but_those_of_the_chart() {
    for path in [
        "/etc/passwd",
        "../../etc/passwd",
        "templates/../../etc/passwd",
    ] {
        let text = format!("a: {{{{ .Files.Get \"{path}\" | quote }}}}\n");
        assert_eq!(texts(template(&text, "")), "a: \"\"\n", "{path}");
    }
}

#[test]
fn hooks_are_apart_in_the_order_in_which_they_run_and_tests_are_left_out() {
    let hook = |name: &str, annotations: &str| {
        format!("kind: Job\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\n---\n")
    };
    let text = [
        hook(
            "last",
            "helm.sh/hook: \"pre-install,test\", helm.sh/hook-weight: \"5\", helm.sh/hook-delete-policy: hook-succeeded",
        ),
        hook("b", "helm.sh/hook: post-install"),
        hook("a", "helm.sh/hook: pre-install"),
        hook("test", "helm.sh/hook: test"),
        hook(
            "first",
            "helm.sh/hook: pre-install, helm.sh/hook-weight: \"-5\"",
        ),
        "kind: Service\nmetadata: {name: kept}\n".to_owned(),
    ];
    let given = [
        ("Chart.yaml", CHART),
        ("templates/a.yaml", &*text.concat()),
        ("templates/NOTES.txt", "Thanks."),
        ("crds/a.yaml", "kind: CustomResourceDefinition\n"),
    ];
    let answer = helm(&given, "").unwrap();
    let name = |text: &str| {
        text.split("name: ")
            .nth(1)
            .unwrap_or(text)
            .split([',', '}'])
            .next()
            .unwrap()
            .to_owned()
    };
    let names: Vec<String> = answer
        .documents
        .iter()
        .map(|document| name(&document.text))
        .collect();
    assert_eq!(
        names,
        [
            "kind: CustomResourceDefinition\n",
            "kept",
            "first",
            "a",
            "b",
            "last"
        ]
    );
    assert_eq!(answer.documents[0].role, Role::CustomResourceDefinition);
    assert_eq!(
        answer.documents[1].source.as_deref(),
        Some("chart/templates/a.yaml")
    );
    let Role::Hook(last) = &answer.documents[5].role else {
        panic!("{:?}", answer.documents[5]);
    };
    assert_eq!(
        (last.events.as_slice(), last.weight),
        (&["pre-install".to_owned()][..], 5)
    );
    assert_eq!(last.deletion_policies, ["hook-succeeded"]);
}

#[test]
fn chart_that_cannot_be_installed_is_refused() {
    for (chart, why) in [
        (
            "apiVersion: v2\nname: a\nversion: 0.1.0\ntype: library\n",
            "not installable",
        ),
        ("apiVersion: v3\nname: a\nversion: 0.1.0\n", "not supported"),
        (
            "apiVersion: v2\nname: a\nversion: 0.1.0\ndependencies: [{name: b, version: 0.1.0, repository: \"\"}]\n",
            "missing in charts/ directory: b",
        ),
        (
            "apiVersion: v2\nname: a\nversion: 0.1.0\nkubeVersion: \"<1.2.0\"\n",
            "incompatible with Kubernetes",
        ),
        ("apiVersion: v2\nname: ../a\nversion: 0.1.0\n", "invalid"),
    ] {
        let found = complaint(helm(&[("Chart.yaml", chart)], ""));
        assert!(found.message.contains(why), "{found}");
    }
}

#[test]
fn output_that_is_no_yaml_names_its_template() {
    let found = complaint(template("a: b\n c: d: e\n", ""));
    assert_eq!(found.file.as_deref(), Some("chart/templates/a.yaml"));
}
