//! What a folder's kustomization or chart becomes, with sealed files in it.

use signet_tests::person::WorkTree;

use crate::fixture::{CANARY, Fleet, signet};

const FOLDER: &str = "tenants/team-a/prod";

fn write(tree: &WorkTree, files: &[(&str, &str)]) {
    for (path, text) in files {
        tree.write(&format!("tenants/team-a/{path}"), text).unwrap();
    }
}

/// What the folder of team-a renders to, sealed or not.
fn rendered(fleet: &Fleet) -> String {
    signet(&fleet.alice, &["render", FOLDER]).succeeded().stdout
}

fn seal(fleet: &Fleet, path: &str) {
    let path = format!("tenants/team-a/{path}");
    signet(&fleet.alice, &["seal", &path]).succeeded();
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
    spec:\n  template:\n    spec:\n      containers: [{name: web, image: web, envFrom: [{secretRef: {name: web}}]}]\n";

#[test]
fn a_kustomization_is_built_with_stand_ins_and_its_names_follow_what_is_sealed() {
    let fleet = Fleet::new();
    write(
        &fleet.alice,
        &[
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
            ("base/web.yaml", DEPLOYMENT),
            (
                "prod/kustomization.yaml",
                "resources: [../base]\nnamePrefix: shop-\nreplicas: [{name: web, count: 3}]\n\
                 secretGenerator:\n- {name: web, envs: [web.env], files: [key.pem]}\n",
            ),
            ("prod/web.env", &format!("PASSWORD={CANARY}\n")),
            ("prod/key.pem", &format!("-----BEGIN {CANARY}-----\n")),
        ],
    );
    let plain = rendered(&fleet);
    assert!(
        plain.contains("name: shop-web\n") && plain.contains("replicas: 3"),
        "{plain}"
    );
    seal(&fleet, "prod/web.env");
    seal(&fleet, "prod/key.pem");
    let sealed = rendered(&fleet);
    let name = |text: &str| {
        let (_, rest) = text.split_once("secretRef:\n").unwrap();
        rest.split_once("name: ")
            .unwrap()
            .1
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    let (first, second) = (name(&plain), name(&sealed));
    assert!(first.starts_with("shop-web-") && second.starts_with("shop-web-"));
    assert_ne!(first, second);
    assert_eq!(rendered(&fleet), sealed, "the same each time");
    let outline = |text: &str, name: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.contains("PASSWORD") && !line.contains("key.pem"));
        lines.collect::<Vec<_>>().join("\n").replace(name, "NAME")
    };
    assert_eq!(outline(&plain, &first), outline(&sealed, &second));
    signet(
        &fleet.alice,
        &[
            "set",
            &format!("{FOLDER}/web.env"),
            "/PASSWORD",
            "\"another\"",
            "--identity",
            &crate::fixture::text(&fleet.recovery()),
        ],
    )
    .succeeded();
    assert_ne!(name(&rendered(&fleet)), second);
}

#[test]
fn what_a_kustomization_must_not_ask_for_is_refused_with_its_line() {
    let fleet = Fleet::new();
    for (text, expected) in [
        (
            "resources:\n- https://example.org/base?ref=v1\n",
            "kustomization.yaml: line 2, column 3: https://example.org/base?ref=v1 is remote",
        ),
        (
            "resources:\n- ../../team-b/prod\n",
            "line 2, column 3: ../../team-b/prod leads out of tenants/team-a",
        ),
        (
            "helmCharts:\n- {name: redis}\n",
            "line 2, column 1: helmCharts starts Helm",
        ),
    ] {
        write(&fleet.alice, &[("prod/kustomization.yaml", text)]);
        signet(&fleet.alice, &["render", FOLDER]).failed(1, &[expected]);
    }
    write(
        &fleet.alice,
        &[("prod/kustomization.yaml", "namePrefix: [a]\n")],
    );
    signet(&fleet.alice, &["render", FOLDER])
        .failed(1, &["rendering tenants/team-a/prod", "Kustomize"]);
}

const CHART: [(&str, &str); 3] = [
    (
        "prod/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    ),
    ("prod/values.yaml", "user: app\nreplicas: 1\n"),
    (
        "prod/templates/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-db\n\
         stringData:\n  url: postgres://{{ .Values.user }}:{{ .Values.password }}@db\n\
         data:\n  password: {{ .Values.password | b64enc }}\n",
    ),
];

#[test]
fn a_chart_is_rendered_with_values_that_are_sealed() {
    let fleet = Fleet::new();
    write(&fleet.alice, &CHART);
    let password = format!("password: {CANARY}\n");
    write(
        &fleet.alice,
        &[
            ("prod/secret.yaml", &password),
            (
                "prod/signet-source.yaml",
                "helm: {valuesFiles: [secret.yaml], values: {user: shop}}\n",
            ),
        ],
    );
    let plain = rendered(&fleet);
    assert!(plain.contains("name: apps-db"), "{plain}");
    seal(&fleet, "prod/secret.yaml");
    let sealed = rendered(&fleet);
    assert!(
        sealed.contains("name: apps-db") && !sealed.contains("ENC["),
        "{sealed}"
    );
}

#[test]
fn a_chart_in_an_archive_is_rendered_with_values_that_are_sealed_beside_it() {
    let fleet = Fleet::new();
    write(&fleet.alice, &CHART);
    let folder = fleet.alice.path().join(FOLDER);
    let mut tar = std::process::Command::new("tar");
    tar.args(["--create", "--gzip", "--remove-files", "--file", "shop.tgz"])
        .args([
            "--transform",
            "s,^,shop/,",
            "Chart.yaml",
            "values.yaml",
            "templates",
        ]);
    assert!(tar.current_dir(&folder).status().unwrap().success());
    write(
        &fleet.alice,
        &[
            ("prod/secret.yaml", "password: canary\n"),
            (
                "prod/signet-source.yaml",
                "helm: {chart: shop.tgz, valuesFiles: [secret.yaml]}\n",
            ),
        ],
    );
    seal(&fleet, "prod/secret.yaml");
    let sealed = rendered(&fleet);
    assert!(sealed.contains("name: apps-db"), "{sealed}");
    fleet
        .alice
        .write(&format!("{FOLDER}/shop.tgz"), "no archive")
        .unwrap();
    signet(&fleet.alice, &["render", FOLDER]).failed(1, &["shop.tgz: no archive of a chart"]);
}

#[test]
fn declared_variables_stand_in_plain_manifests_and_in_clear_parts_of_sealed_ones() {
    let fleet = Fleet::new();
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  region: ${REGION}\n  run.sh: |\n    echo ${HOME} $${REGION}\n";
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: \"db-${{REGION}}\"}}\nstringData: {{password: {CANARY}}}\n"
    );
    write(
        &fleet.alice,
        &[
            ("prod/map.yaml", map),
            ("prod/db.yaml", &secret),
            (
                "prod/signet-source.yaml",
                "substitute: {REGION: eu, REPLICAS: \"3\"}\n",
            ),
        ],
    );
    seal(&fleet, "prod/db.yaml");
    let run = signet(&fleet.alice, &["render", FOLDER]).succeeded();
    for part in ["region: eu\n", "echo ${HOME} ${REGION}\n", "name: db-eu\n"] {
        assert!(run.stdout.contains(part), "no {part:?} in {}", run.stdout);
    }
    let unused = "signet-source.yaml: the variable REPLICAS stands in no manifest";
    assert!(run.stderr.contains(unused), "{}", run.stderr);
    write(
        &fleet.alice,
        &[(
            "prod/map.yaml",
            &map.replace("${REGION}\n  run", "${REGION/e/u}\n  run"),
        )],
    );
    signet(&fleet.alice, &["render", FOLDER]).failed(
        1,
        &[
            "tenants/team-a/prod/map.yaml: line 5",
            "of the variable REGION only",
        ],
    );
    write(&fleet.alice, &CHART);
    signet(&fleet.alice, &["render", FOLDER])
        .failed(1, &["substitute of", "is for plain manifests"]);
}

#[test]
fn plain_manifests_are_patched_and_labelled_as_in_a_kustomization_sealed_ones_too() {
    let fleet = Fleet::new();
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: web}}\nstringData: {{password: {CANARY}}}\n"
    );
    let source = "substitute: {COUNT: \"3\"}\n\
        labels: [{pairs: {team: a}}]\n\
        patches:\n\
        - path: patches/web.yaml\n\
        - patch: '- {op: add, path: /metadata/annotations, value: {note: added}}'\n  target: {kind: Secret}\n";
    write(
        &fleet.alice,
        &[
            ("prod/web.yaml", DEPLOYMENT),
            ("prod/db.yaml", &secret),
            (
                "prod/patches/web.yaml",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n",
            ),
            ("prod/signet-source.yaml", source),
        ],
    );
    let patch = |text: &str| write(&fleet.alice, &[("prod/patches/web.yaml", text)]);
    seal(&fleet, "prod/db.yaml");
    let run = signet(&fleet.alice, &["render", FOLDER]).succeeded();
    for part in ["replicas: 1\n", "team: a\n", "note: added\n"] {
        assert!(run.stdout.contains(part), "no {part:?} in {}", run.stdout);
    }
    assert!(!run.stdout.contains("ENC["), "{}", run.stdout);
    let order: Vec<_> = run
        .stdout
        .match_indices("\nkind: ")
        .map(|(at, _)| &run.stdout[at + 7..at + 13])
        .collect();
    assert_eq!(order, ["Secret", "Deploy"]);
    let names = signet(&fleet.alice, &["diff", "HEAD", "-o", "json"]).stdout;
    assert!(
        names.contains("\"tenants/team-a/prod/web.yaml\""),
        "{names}"
    );

    patch("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1${COUNT}}\n".replace("1${COUNT}", "\"${COUNT}\"").as_str());
    let run = signet(&fleet.alice, &["render", FOLDER]).succeeded();
    assert!(run.stdout.contains("replicas: \"3\"\n"), "{}", run.stdout);
    let refused = |source: &str, part: &str| {
        write(&fleet.alice, &[("prod/signet-source.yaml", source)]);
        signet(&fleet.alice, &["render", FOLDER]).failed(1, &[part]);
    };
    refused(
        "patches: [{path: ../../team-b/x.yaml}]",
        "patches of signet-source.yaml names ../../team-b/x.yaml",
    );
    refused(
        "patches: [{pathh: x}]",
        "tenants/team-a/prod/signet-source.yaml: ",
    );
    write(&fleet.alice, &CHART);
    refused(
        "labels: [{pairs: {a: b}}]",
        "labels of tenants/team-a/prod/signet-source.yaml is for plain manifests",
    );
}

#[test]
fn a_template_that_computes_on_a_sealed_value_is_refused_and_says_where() {
    let fleet = Fleet::new();
    write(&fleet.alice, &CHART);
    write(
        &fleet.alice,
        &[
            ("prod/secret.yaml", "password: canary\n"),
            (
                "prod/signet-source.yaml",
                "helm: {valuesFiles: [secret.yaml]}\n",
            ),
        ],
    );
    let template = |computed: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  digest: {{{{ {computed} }}}}\n"
        );
        write(&fleet.alice, &[("prod/templates/secret.yaml", &text)]);
    };
    template(".Values.password | quote");
    rendered(&fleet);
    seal(&fleet, "prod/secret.yaml");
    rendered(&fleet);
    for computed in [
        ".Values.password | upper",
        ".Values.password | lower",
        ".Values.password | len | quote",
        ".Values.password | trunc 60",
        ".Values.password | trunc 8",
        ".Values.password | sha256sum",
        ".Values.password | b64enc | b64enc | len | quote",
        "gt (len .Values.password) 50 | ternary \"long\" \"short\"",
    ] {
        template(computed);
        signet(&fleet.alice, &["render", FOLDER]).failed(
            1,
            &["/data/digest of Secret team-a/db was computed from a sealed value (tenants/team-a/prod/secret.yaml)"],
        );
    }
    for judged in [
        "int .Values.password",
        "add 1 .Values.password",
        "hasPrefix \"postgres\" .Values.password",
        "contains \"@\" .Values.password",
        "regexMatch \"^[a-z0-9]+$\" .Values.password | quote",
        "regexFind \"[0-9]+$\" .Values.password | quote",
        "splitList \",\" .Values.password | len",
        "(fromJson .Values.password).a",
        "(urlParse .Values.password).scheme",
    ] {
        template(judged);
        signet(&fleet.alice, &["render", FOLDER]).failed(
            1,
            &[
                "templates/secret.yaml:5",
                "is refused: no renderer sees a sealed value",
            ],
        );
    }
    template("if contains \"{{\" (toJson .Values) }}x{{ end");
    rendered(&fleet);
    template(".Values.password");
    let schema = r#"{"properties": {"password": {"type": "string", "maxLength": 50}}}"#;
    write(&fleet.alice, &[("prod/values.schema.json", schema)]);
    signet(&fleet.alice, &["render", FOLDER]).failed(
        1,
        &["a template or a schema judges a sealed value, which no renderer sees"],
    );
}

#[test]
fn what_differs_from_render_to_render_is_refused_with_its_template() {
    let fleet = Fleet::new();
    write(&fleet.alice, &CHART);
    write(
        &fleet.alice,
        &[("prod/signet-source.yaml", "helm: {values: {password: x}}\n")],
    );
    let template = |text: &str| write(&fleet.alice, &[("prod/templates/a.yaml", text)]);
    template("a: 1\nb: {{ randAlphaNum 8 }}\n");
    signet(&fleet.alice, &["render", FOLDER]).failed(
        1,
        &["templates/a.yaml:2", "randAlphaNum is refused", "seal it"],
    );
}

#[test]
fn hooks_come_last_in_helms_order_with_their_events_and_what_is_not_run_is_told() {
    let fleet = Fleet::new();
    write(&fleet.alice, &CHART);
    let hook = |name: &str, annotations: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations: {{{annotations}}}\nspec: {{}}\n"
        )
    };
    let files = [
        ("prod/signet-source.yaml", "helm: {values: {password: x}}\n"),
        (
            "prod/templates/a.yaml",
            &hook("late", "helm.sh/hook: post-install"),
        ),
        (
            "prod/templates/b.yaml",
            &hook(
                "early",
                "helm.sh/hook: \"pre-install,pre-upgrade\", helm.sh/hook-weight: \"-5\"",
            ),
        ),
        (
            "prod/templates/c.yaml",
            &hook("never", "helm.sh/hook: pre-delete"),
        ),
    ];
    write(&fleet.alice, &files);
    let rendered = signet(&fleet.alice, &["render", FOLDER]).succeeded();
    let told = "templates/c.yaml: no hook is run here at pre-delete";
    assert!(rendered.stderr.contains(told), "{}", rendered.stderr);
    let printed = rendered.stdout;
    let early = printed.find("# hook: pre-install, pre-upgrade\n").unwrap();
    let late = printed.find("# hook: post-install\n").unwrap();
    assert!(early < late, "{printed}");
    let names = signet(&fleet.alice, &["render", FOLDER, "-o", "name"]).stdout;
    assert!(
        names.ends_with("Job.batch team-a/early\nJob.batch team-a/late\n"),
        "{names}"
    );
    let changes = signet(&fleet.alice, &["diff"]).stdout;
    assert!(
        changes.contains("Job.batch team-a/late, hook: post-install"),
        "{changes}"
    );
}

#[test]
fn of_a_key_that_a_template_has_twice_the_last_counts_and_is_told() {
    let fleet = Fleet::new();
    write(&fleet.alice, &CHART);
    let twice = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels:\n    x: one\n    x: two\n";
    write(
        &fleet.alice,
        &[
            ("prod/templates/a.yaml", twice),
            ("prod/signet-source.yaml", "helm: {values: {password: x}}\n"),
        ],
    );
    let rendered = signet(&fleet.alice, &["render", FOLDER]).succeeded();
    assert!(
        rendered.stdout.contains("    x: two\n"),
        "{}",
        rendered.stdout
    );
    assert!(
        rendered.stderr.contains("prod/templates/a.yaml: ")
            && rendered
                .stderr
                .contains("key \"x\" already set in map: the last one counts"),
        "{}",
        rendered.stderr
    );
}

#[test]
fn a_chart_brings_all_of_its_definitions_into_its_namespace_and_no_empty_document() {
    let fleet = Fleet::new();
    let kind = |plural: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {plural}.x.io}}\n\
             spec: {{group: x.io, scope: Namespaced, names: {{kind: A{plural}, plural: {plural}}}, versions: [{{name: v1, served: true, storage: true}}]}}\n"
        )
    };
    let kinds = format!("{}---\n{}---\n", kind("foos"), kind("bars"));
    write(
        &fleet.alice,
        &[
            (
                "prod/Chart.yaml",
                "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
            ),
            ("prod/crds/all.yaml", &kinds),
            (
                "prod/templates/a.yaml",
                "# nothing but this\n{{ if .Values.on }}a: b{{ end }}\n",
            ),
            (
                "prod/templates/b.yaml",
                "apiVersion: x.io/v1\nkind: Afoos\nmetadata: {name: a}\nin: {{ .Release.Namespace }}\n",
            ),
            ("prod/signet-source.yaml", "helm: {namespace: elsewhere}\n"),
        ],
    );
    let names = signet(&fleet.alice, &["render", FOLDER, "-o", "name"])
        .succeeded()
        .stdout;
    for object in [
        "CustomResourceDefinition.apiextensions.k8s.io foos.x.io",
        "CustomResourceDefinition.apiextensions.k8s.io bars.x.io",
        "Afoos.x.io elsewhere/a",
    ] {
        assert!(names.contains(object), "no {object} in:\n{names}");
    }
    assert_eq!(names.lines().count(), 3, "{names}");
}

#[test]
fn a_template_is_no_manifest_that_check_cannot_read_and_hides_no_secret_from_it() {
    let fleet = Fleet::new();
    write(&fleet.alice, &CHART);
    write(
        &fleet.alice,
        &[(
            "prod/templates/if.yaml",
            "{{- if .Values.on }}\na: {{ .Values.a }}\n{{- end }}\n",
        )],
    );
    signet(&fleet.alice, &["check"]).succeeded();
    write(
        &fleet.alice,
        &[(
            "prod/templates/if.yaml",
            "{{- if .Values.on }}\nkind: Secret\nstringData: {a: hunter2}\n{{- end }}\n",
        )],
    );
    let found = signet(&fleet.alice, &["check"]);
    assert!(
        found.code == 1 && found.stdout.contains("clear-secret"),
        "{}",
        found.stdout
    );
    write(&fleet.alice, &[("prod/templates/if.yaml", "")]);
    write(
        &fleet.alice,
        &[("lib/templates/no-chart.yaml", "{{ a }}\n")],
    );
    let found = signet(&fleet.alice, &["check"]);
    assert!(
        found.code == 1 && found.stdout.contains("unreadable"),
        "{}",
        found.stdout
    );
}

#[test]
fn the_published_schema_takes_what_signet_takes() {
    let schema = include_str!("../../../docs/signet-source.schema.json");
    let schema = serde_json::from_str(schema).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("source.json", schema).unwrap();
    let schema = compiler.compile("source.json", &mut schemas).unwrap();
    let fleet = Fleet::new();
    write(&fleet.alice, &CHART);
    write(&fleet.alice, &[("prod/v.yaml", "password: x\n")]);
    for (is_taken, text) in [
        (
            true,
            "{renderer: helm, escape: json, helm: {chart: ., releaseName: a, namespace: b, valuesFiles: [v.yaml], values: {password: pass}, kubeVersion: v1.34.0}}",
        ),
        (true, "{escape: none, helm: {values: {password: pass}}}"),
        (
            false,
            "{substitute: {1A: x}, helm: {values: {password: pass}}}",
        ),
        (
            false,
            "{substitute: {y: x}, helm: {values: {password: pass}}}",
        ),
        (
            false,
            "{substitute: {A: 1}, helm: {values: {password: pass}}}",
        ),
        (false, "{renderer: jsonnet}"),
        (false, "{escape: refuse}"),
        (false, "{helm: {release: a}}"),
        (false, "{helm: {values: [1]}}"),
        (false, "{helms: {}}"),
    ] {
        write(&fleet.alice, &[("prod/signet-source.yaml", text)]);
        let run = signet(&fleet.alice, &["render", FOLDER]);
        assert_eq!(run.code == 0, is_taken, "{text}: {}", run.stderr);
        let value = signet_yaml::parse(
            text,
            &signet_yaml::Limits::DOCUMENT,
            signet_yaml::Aliases::Refuse,
        )
        .unwrap();
        let value = signet_yaml::kubernetes::to_json(value.roots().next().unwrap()).unwrap();
        assert_eq!(schemas.validate(&value, schema).is_ok(), is_taken, "{text}");
    }
}
