//! Sources with a secret, and what becomes of it.

use signet_envelope::Rule;

/// Files of a source, of which some are sealed.
pub(super) struct Case {
    pub(super) what: &'static str,
    pub(super) files: &'static [(&'static str, &'static str)],
    pub(super) sealed: &'static [&'static str],
    /// What is said where the source is refused for what becomes of a value.
    pub(super) refused: Option<&'static str>,
}

/// Everything is sealed, but of a manifest what is secret in it.
pub(super) fn rule(text: &str) -> Rule {
    if text.contains("kind:") {
        let rule = Rule::named("encrypted_regex", "^(data|stringData)$");
        rule.unwrap().unwrap()
    } else {
        Rule::default()
    }
}

const CHART: (&str, &str) = (
    "Chart.yaml",
    "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
);
const SETTINGS: (&str, &str) = ("signet-source.yaml", "helm: {valuesFiles: [secret.yaml]}\n");
const VALUES: (&str, &str) = (
    "secret.yaml",
    "password: canary-1 ümlaut\nquoted: 'a \"canary\" \\ back'\nlines: |\n  canary: first\n    second\nmap:\n  one: canary-one\n  two: canary-two\n",
);

const fn rendered(what: &'static str, files: &'static [(&'static str, &'static str)]) -> Case {
    Case {
        what,
        files,
        sealed: &["secret.yaml"],
        refused: None,
    }
}

const fn refused(
    what: &'static str,
    why: &'static str,
    files: &'static [(&'static str, &'static str)],
) -> Case {
    Case {
        refused: Some(why),
        ..rendered(what, files)
    }
}

const COMPUTED: &str = "which no renderer sees: seal the computed value instead";
const JUDGED: &str = "is refused: no renderer sees a sealed value";

macro_rules! chart {
    ($body:literal) => {
        &[
            CHART,
            SETTINGS,
            VALUES,
            (
                "templates/secret.yaml",
                concat!(
                    "apiVersion: v1\nkind: Secret\nmetadata: {name: access}\n",
                    $body
                ),
            ),
        ]
    };
}

pub(super) const CASES: &[Case] = &[
    rendered(
        "base64",
        chart!(
            "data: {a: {{ .Values.password | b64enc }}, b: {{ .Values.quoted | b64enc | quote }}}\n"
        ),
    ),
    rendered(
        "a longer text in base64",
        chart!("data: {a: {{ printf \"user:%s@host\" .Values.password | b64enc }}}\n"),
    ),
    rendered(
        "a connection string",
        chart!(
            "stringData:\n  url: postgres://app:{{ .Values.map.one }}@db:5432/app?sslmode=require\n"
        ),
    ),
    rendered(
        "a text between single quotes",
        chart!("stringData: {a: {{ .Values.password | squote }}}\n"),
    ),
    rendered(
        "a text between double quotes",
        chart!(
            "stringData: {a: {{ .Values.password | quote }}, b: \"x {{ .Values.map.one }} y\"}\n"
        ),
    ),
    rendered(
        "a map as YAML",
        chart!("stringData:\n  {{- toYaml .Values.map | nindent 2 }}\n"),
    ),
    rendered(
        "a map as JSON",
        chart!("stringData:\n  a.json: {{ toJson .Values.map | squote }}\n"),
    ),
    rendered(
        "indented lines",
        chart!("stringData:\n  a: |\n    {{- .Values.password | nindent 4 }}\n    rest\n"),
    ),
    rendered(
        "a template in a value beside it",
        chart!("stringData:\n  a: {{ tpl \"x {{ .Values.password }}\" . | quote }}\n"),
    ),
    rendered(
        "a template of a value",
        chart!("stringData:\n  a: {{ tpl .Values.password . | quote }}\n"),
    ),
    rendered(
        "a default that is not needed",
        chart!(
            "stringData:\n  a: {{ .Values.password | default \"none\" | quote }}\n  b: {{ required \"needed\" .Values.map.one | quote }}\n"
        ),
    ),
    rendered(
        "credentials for an image registry, base64 in base64",
        chart!(
            "type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {{ printf `{\"auths\":{\"r.example.org\":{\"username\":\"app\",\"password\":%q,\"auth\":%q}}}` .Values.map.one (printf \"app:%s\" .Values.map.one | b64enc) | b64enc }}\n"
        ),
    ),
    rendered(
        "a digest in an annotation",
        &[
            CHART,
            SETTINGS,
            VALUES,
            (
                "templates/secret.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: access, annotations: {checksum/a: {{ .Values.password | sha256sum }}}}\nstringData: {a: {{ .Values.password | quote }}}\n",
            ),
        ],
    ),
    Case {
        what: "a file of a chart, in base64 and as it is",
        files: &[
            CHART,
            ("files/key.pem", "-----BEGIN\ncanary-key\n-----END\n"),
            (
                "templates/secret.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: access}\ndata: {a: {{ .Files.Get \"files/key.pem\" | b64enc }}}\n",
            ),
        ],
        sealed: &["files/key.pem"],
        refused: None,
    },
    Case {
        what: "the chart's own values",
        files: &[
            CHART,
            ("values.yaml", "password: canary-own\n"),
            (
                "templates/secret.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: access}\nstringData: {a: {{ .Values.password }}}\n",
            ),
        ],
        sealed: &["values.yaml"],
        refused: None,
    },
    Case {
        what: "envs, files and a manifest of a kustomization",
        files: &[
            (
                "kustomization.yaml",
                "resources: [secret.yaml, web.yaml]\nnamePrefix: a-\nlabels: [{pairs: {a: b}}]\nsecretGenerator: [{name: made, envs: [a.env], files: [key.pem, other=key.pem]}]\n",
            ),
            (
                "a.env",
                "TOKEN=canary-token\nEMPTY=\nEQUALS=canary=equals\n",
            ),
            ("key.pem", "-----BEGIN\ncanary-key\n"),
            (
                "secret.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: access}\nstringData: {a: canary-a}\ndata: {b: Y2FuYXJ5}\n",
            ),
            (
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web, envFrom: [{secretRef: {name: made}}, {secretRef: {name: access}}]}]}\n",
            ),
        ],
        sealed: &["a.env", "key.pem", "secret.yaml"],
        refused: None,
    },
    Case {
        what: "a long file, which kustomize wraps in base64",
        files: &[
            (
                "kustomization.yaml",
                "secretGenerator: [{name: made, files: [key.pem]}]\n",
            ),
            (
                "key.pem",
                "canary 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n",
            ),
        ],
        sealed: &["key.pem"],
        refused: None,
    },
    Case {
        what: "a patch of a Secret",
        files: &[
            (
                "kustomization.yaml",
                "resources: [base.yaml]\npatches: [{path: patch.yaml}]\n",
            ),
            (
                "base.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: access}\nstringData: {a: clear}\n",
            ),
            (
                "patch.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: access}\nstringData: {b: canary-b}\n",
            ),
        ],
        sealed: &["patch.yaml"],
        refused: None,
    },
    refused(
        "cut",
        COMPUTED,
        chart!("stringData: {a: {{ .Values.password | trunc 10 | quote }}}\n"),
    ),
    refused(
        "cut, in base64",
        COMPUTED,
        chart!("data: {a: {{ .Values.password | trunc 8 | b64enc | quote }}}\n"),
    ),
    refused(
        "in capitals",
        COMPUTED,
        chart!("stringData: {a: {{ .Values.password | upper | quote }}}\n"),
    ),
    refused(
        "a digest as a value",
        COMPUTED,
        chart!("stringData: {a: {{ .Values.password | sha256sum }}}\n"),
    ),
    refused(
        "in base32",
        COMPUTED,
        chart!("stringData: {a: {{ .Values.password | b32enc }}}\n"),
    ),
    refused(
        "replaced in part",
        JUDGED,
        chart!("stringData: {a: {{ .Values.password | replace \"signet\" \"x\" | quote }}}\n"),
    ),
    refused(
        "read as a number",
        JUDGED,
        chart!("stringData: {a: {{ int .Values.password | quote }}}\n"),
    ),
    refused(
        "read as JSON",
        JUDGED,
        chart!("stringData: {a: {{ (fromJson .Values.password).a | quote }}}\n"),
    ),
    refused(
        "derived",
        COMPUTED,
        chart!(
            "stringData: {a: {{ derivePassword 1 \"long\" .Values.password \"user\" \"example.org\" | quote }}}\n"
        ),
    ),
    refused(
        "quotes between double quotes",
        "stands between double quotes and holds a quote",
        chart!("stringData:\n  a.json: |\n    {\"password\": \"{{ .Values.quoted }}\"}\n"),
    ),
    refused(
        "a number",
        "is a sealed number or truth",
        &[
            CHART,
            SETTINGS,
            ("secret.yaml", "port: 6380\n"),
            (
                "templates/secret.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: access}\nstringData: {a: \"{{ .Values.port }}\"}\n",
            ),
        ],
    ),
];
