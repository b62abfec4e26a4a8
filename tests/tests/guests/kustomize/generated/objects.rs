//! Objects of many kinds, in the ways in which people write them.

use signet_tests::dice::Dice;

/// An object of a base.
pub(super) struct Object {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) text: String,
}

const KINDS: [&str; 15] = [
    "Deployment",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "Service",
    "ConfigMap",
    "Secret",
    "Ingress",
    "HorizontalPodAutoscaler",
    "RoleBinding",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "ValidatingWebhookConfiguration",
    "Tree",
];

const NAMES: [&str; 5] = ["web", "db", "api", "cache", "front.end"];

impl Object {
    /// Its number keeps it apart from others.
    pub(super) fn of(dice: &mut Dice, number: usize) -> Self {
        let kind = dice.pick(&KINDS);
        let name = format!("{}-{number}", dice.pick(&NAMES));
        let namespace = dice.pick(&["", "", "", "namespace: shop\n  "]);
        let labels = dice.pick(&[
            "",
            "labels: {app: web}\n  ",
            "labels:\n    app: db\n    tier: \"1\"\n  ",
        ]);
        let annotations = dice.pick(&[
            "",
            "",
            "annotations: {owner: 'team-a', \"on\": \"yes\"}\n  ",
        ]);
        let metadata = format!("metadata:\n  {namespace}{labels}{annotations}name: {name}\n");
        let text = format!(
            "apiVersion: {}\nkind: {kind}\n{metadata}{}",
            version(kind),
            body(dice, kind)
        );
        Self { kind, name, text }
    }

    /// Whether it has a template of pods.
    pub(super) fn has_pods(&self) -> bool {
        matches!(self.kind, "Deployment" | "StatefulSet" | "DaemonSet")
    }

    pub(super) fn version(&self) -> &'static str {
        version(self.kind)
    }
}

fn version(kind: &str) -> &'static str {
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => "apps/v1",
        "CronJob" => "batch/v1",
        "Ingress" | "NetworkPolicy" => "networking.k8s.io/v1",
        "HorizontalPodAutoscaler" => "autoscaling/v2",
        "RoleBinding" => "rbac.authorization.k8s.io/v1",
        "ValidatingWebhookConfiguration" => "admissionregistration.k8s.io/v1",
        "Tree" => "example.org/v1",
        _ => "v1",
    }
}

fn body(dice: &mut Dice, kind: &str) -> String {
    match kind {
        "Deployment" => format!(
            "spec:\n  replicas: {}\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n{}",
            dice.below(4),
            pods(dice, "    ")
        ),
        "StatefulSet" => format!(
            "spec:\n  serviceName: web-1\n  selector: {{matchLabels: {{app: db}}}}\n  template:\n{}  volumeClaimTemplates:\n  - metadata: {{name: data}}\n    spec: {{accessModes: [ReadWriteOnce]}}\n",
            pods(dice, "    ")
        ),
        "DaemonSet" => format!(
            "spec:\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n{}",
            pods(dice, "    ")
        ),
        "CronJob" => format!(
            "spec:\n  schedule: \"*/5 * * * *\"\n  jobTemplate:\n    spec:\n      template:\n{}",
            pods(dice, "        ")
        ),
        "Service" => format!(
            "spec:\n  selector: {{app: web}}\n  ports:\n  - {{port: {}, targetPort: http, name: http}}\n",
            dice.pick(&["80", "8080", "0x50"])
        ),
        "ConfigMap" => format!("data:\n{}", entries(dice)),
        "Secret" => dice
            .pick(&[
                "type: Opaque\nstringData: {a: b, c: \"1\"}\n",
                "data:\n  password: aHVudGVyMg==\n",
            ])
            .to_owned(),
        "Ingress" => "spec:\n  tls: [{secretName: access, hosts: [example.org]}]\n  rules:\n  - host: example.org\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend: {service: {name: web-0, port: {number: 80}}}\n".to_owned(),
        "HorizontalPodAutoscaler" => "spec:\n  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web-1}\n".to_owned(),
        "RoleBinding" => "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects:\n- {kind: ServiceAccount, name: default, namespace: shop}\n- {kind: User, name: jane}\n".to_owned(),
        "NetworkPolicy" => "spec:\n  podSelector: {matchLabels: {app: web}}\n  ingress:\n  - from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [db]}]}}]\n".to_owned(),
        "PersistentVolumeClaim" => "spec:\n  accessModes:\n  - ReadWriteOnce\n  resources: {requests: {storage: 1Gi}}\n".to_owned(),
        "ValidatingWebhookConfiguration" => "webhooks:\n- name: a.example.org\n  clientConfig: {service: {name: web-0, namespace: shop, path: /a}}\n".to_owned(),
        _ => format!(
            "spec: {{leaves: [{{id: a, image: example.org/web}}], ref: {{name: settings}}, size: {}}}\n",
            dice.pick(&["1", "1.0", "1e3", "0o17", "'1'", "null", "~", "yes", "12345678901234567890"])
        ),
    }
}

fn entries(dice: &mut Dice) -> String {
    let texts = [
        "  a: b\n",
        "  url: http://web-0.shop.svc:80/?a=b&c=d\n",
        "  text: |\n    one\n      two\n\n    three\n",
        "  folded: >-\n    one\n    two\n\n    three\n",
        "  \"yes\": \"no\"\n",
        "  number: \"0123\"\n",
        "  long: a line that goes on and on until writers of YAML would like to fold it, which some of them do at eighty\n",
        "  umlaut: \"\\u00fc \\U0001F600\"\n",
        "  # Why this is here.\n  commented: x # and here\n",
        "  empty: \"\"\n",
    ];
    let first = dice.below(texts.len());
    let count = 1 + dice.below(4);
    (0..count)
        .map(|index| texts[(first + index) % texts.len()])
        .collect()
}

/// A template of pods with this indentation.
fn pods(dice: &mut Dice, indent: &str) -> String {
    let labels = dice.pick(&["{app: web}", "{app: db, tier: \"1\"}"]);
    let mut lines = vec![
        format!("metadata: {{labels: {labels}}}"),
        "spec:".to_owned(),
        "  containers:".to_owned(),
        "  - name: web".to_owned(),
        format!("    image: {}", dice.pick(&["example.org/web:1", "example.org/web", "nginx", "localhost:5000/web:1", "example.org/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])),
    ];
    for (times, line) in [
        (
            2,
            "    env: [{name: LEVEL, value: info}, {name: HOST, value: $(HOST)}]",
        ),
        (
            2,
            "    envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: access}}]",
        ),
        (3, "    ports: [{containerPort: 8080, name: http}]"),
        (3, "    resources: {limits: {cpu: 100m, memory: 1Gi}}"),
        (3, "  - {name: side, image: busybox, args: [sleep, \"1\"]}"),
        (
            3,
            "  initContainers: [{name: init, image: example.org/web}]",
        ),
        (
            3,
            "  volumes: [{name: c, configMap: {name: settings}}, {name: s, secret: {secretName: access}}]",
        ),
        (4, "  serviceAccountName: default"),
        (4, "  imagePullSecrets: [{name: access}]"),
    ] {
        if dice.once_in(times) {
            lines.push(line.to_owned());
        }
    }
    let lines = lines.into_iter();
    lines
        .flat_map(|line| [indent.to_owned(), line, "\n".to_owned()])
        .collect()
}
