//! What is rendered.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use signet_provenance::{MemoryObjects, Tree, Unverified};
use signet_render::{Desired, Kinds, Options};
use tempfile::TempDir;

/// A sealed value, for nobody's key.
const SEALED: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  password: ENC[AES256_GCM,data:ZNWvp2Xz5qmicdFGisqv,iv:WIUGS2MJ0lr1Laqo9cnUUx/CcSnC+FvXvlyFdbZi4NQ=,tag:VdncDgntAdT+NAD7nMGjpA==,type:str]\nsops:\n  encrypted_regex: ^(data|stringData)$\n  age:\n    - recipient: age17acs5qxkm64mnl8y4fyw3rskzqq7zfrrec9g67432ag5c4tu0fvqxgfan5\n      enc: |\n        -----BEGIN AGE ENCRYPTED FILE-----\n        YQ==\n        -----END AGE ENCRYPTED FILE-----\n  lastmodified: \"2026-01-01T00:00:00Z\"\n  mac: ENC[AES256_GCM,data:0Wv1,iv:Qz1OMZOuUEMT8qP0B2LAwnnsWNsOBFCB9kNUDUY6XJU=,tag:hTZ9fAJQ0bHqMZ5OvRa6DA==,type:str]\n  version: 3.13.3\n";

const SOURCE: &str = "tenants/team-a/prod";

/// A source's folder, both in a tree and on the disk.
pub(crate) struct Source {
    objects: Arc<MemoryObjects>,
    pub(crate) tree: Tree<Unverified>,
    pub(crate) options: Options,
    disk: TempDir,
}

impl Source {
    /// The source of these files, by their paths in its folder.
    pub(crate) fn new(files: &[(String, String)]) -> Result<Self> {
        let disk = tempfile::tempdir()?;
        let objects = Arc::new(MemoryObjects::default());
        let mut placed = Vec::new();
        for (path, content) in files {
            let place = disk.path().join(path);
            fs::create_dir_all(place.parent().unwrap_or(disk.path()))?;
            fs::write(place, content)?;
            placed.push((format!("{SOURCE}/{path}"), content.as_str()));
        }
        let placed = placed
            .iter()
            .map(|(path, content)| (path.as_str(), *content));
        let id = objects.write_files(placed);
        let options = Options {
            tenant: "team-a".parse()?,
            source: "apps".parse()?,
            path: SOURCE.parse()?,
            namespace: Some("team-a".parse()?),
            kinds: Arc::new(Kinds::builtin()),
            shared: Vec::new(),
        };
        Ok(Self {
            tree: Tree::of_tree(objects.clone(), id),
            objects,
            options,
            disk,
        })
    }

    /// The folder on the disk.
    pub(crate) fn folder(&self) -> &Path {
        self.disk.path()
    }

    /// The tree, of which nothing was read.
    pub(crate) fn fresh_tree(&self) -> Tree<Unverified> {
        Tree::of_tree(self.objects.clone(), self.tree.id())
    }

    pub(crate) fn render(&self) -> Result<Desired<Unverified>> {
        Ok(signet_render::render(&self.tree, &self.options)?)
    }
}

fn file(path: &str, content: &str) -> (String, String) {
    (path.to_owned(), content.to_owned())
}

fn deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: 2\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n        - name: main\n          image: registry.example.org/{name}:1.2.3\n          ports: [{{containerPort: 8080, name: http}}]\n          envFrom: [{{configMapRef: {{name: settings}}}}]\n          resources: {{limits: {{cpu: 500m, memory: 256Mi}}}}\n"
    )
}

fn service(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  selector: {{app: {name}}}\n  ports: [{{port: 80, targetPort: http}}]\n"
    )
}

/// An overlay as most are: a base of two objects, a generator, a patch, an image.
pub(crate) fn overlay() -> Vec<(String, String)> {
    vec![
        file(
            "kustomization.yaml",
            "resources: [base]\nnamePrefix: prod-\nimages: [{name: registry.example.org/web, newTag: 2.0.0}]\nconfigMapGenerator: [{name: settings, literals: [LEVEL=info, REGION=eu]}]\npatches: [{path: patch.yaml}]\n",
        ),
        file(
            "patch.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 5}\n",
        ),
        file(
            "base/kustomization.yaml",
            "resources: [deployment.yaml, service.yaml]\n",
        ),
        file("base/deployment.yaml", &deployment("web")),
        file("base/service.yaml", &service("web")),
    ]
}

/// The same with a sealed Secret.
pub(crate) fn sealed_overlay() -> Vec<(String, String)> {
    let mut files = overlay();
    let kustomization = &mut files[0].1;
    *kustomization = kustomization.replace("[base]", "[base, db.yaml]");
    files.push(file("db.yaml", SEALED));
    files
}

/// An overlay of a base with a hundred objects, and three transformers over all.
pub(crate) fn large_overlay() -> Vec<(String, String)> {
    let names: Vec<String> = (0..50).map(|index| format!("app-{index}")).collect();
    let mut files = vec![
        file(
            "kustomization.yaml",
            "resources: [base]\nnamespace: team-a\nnamePrefix: prod-\nlabels: [{pairs: {team: a}, includeSelectors: true}]\nconfigMapGenerator: [{name: settings, literals: [LEVEL=info]}]\n",
        ),
        file(
            "base/kustomization.yaml",
            &format!(
                "resources: [{}]\n",
                names
                    .iter()
                    .map(|name| format!("{name}.yaml"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        ),
    ];
    files.extend(names.iter().map(|name| {
        let objects = format!("{}---\n{}", deployment(name), service(name));
        file(&format!("base/{name}.yaml"), &objects)
    }));
    files
}

/// A chart as `helm create` begins one.
pub(crate) fn chart() -> Vec<(String, String)> {
    vec![
        file(
            "Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: 1.2.3\n",
        ),
        file(
            "values.yaml",
            "replicas: 2\nimage: {repository: registry.example.org/web, tag: ''}\nservice: {type: ClusterIP, port: 80}\ningress: {enabled: true, hosts: [{host: web.example.org, paths: [{path: /, pathType: Prefix}]}]}\nresources: {limits: {cpu: 500m, memory: 256Mi}}\nnodeSelector: {}\ntolerations: []\n",
        ),
        file(
            "templates/_helpers.tpl",
            "{{- define \"web.fullname\" -}}{{ .Release.Name | trunc 63 | trimSuffix \"-\" }}{{- end }}\n{{- define \"web.labels\" -}}\nhelm.sh/chart: {{ printf \"%s-%s\" .Chart.Name .Chart.Version }}\n{{ include \"web.selectorLabels\" . }}\napp.kubernetes.io/version: {{ .Chart.AppVersion | quote }}\napp.kubernetes.io/managed-by: {{ .Release.Service }}\n{{- end }}\n{{- define \"web.selectorLabels\" -}}\napp.kubernetes.io/name: {{ .Chart.Name }}\napp.kubernetes.io/instance: {{ .Release.Name }}\n{{- end }}\n",
        ),
        file(
            "templates/deployment.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"web.fullname\" . }}\n  labels:\n    {{- include \"web.labels\" . | nindent 4 }}\nspec:\n  replicas: {{ .Values.replicas }}\n  selector:\n    matchLabels:\n      {{- include \"web.selectorLabels\" . | nindent 6 }}\n  template:\n    metadata:\n      labels:\n        {{- include \"web.selectorLabels\" . | nindent 8 }}\n    spec:\n      serviceAccountName: {{ include \"web.fullname\" . }}\n      containers:\n        - name: {{ .Chart.Name }}\n          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"\n          ports: [{name: http, containerPort: {{ .Values.service.port }}}]\n          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n      {{- with .Values.nodeSelector }}\n      nodeSelector:\n        {{- toYaml . | nindent 8 }}\n      {{- end }}\n",
        ),
        file(
            "templates/service.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ include \"web.fullname\" . }}\n  labels:\n    {{- include \"web.labels\" . | nindent 4 }}\nspec:\n  type: {{ .Values.service.type }}\n  ports: [{port: {{ .Values.service.port }}, targetPort: http, name: http}]\n  selector:\n    {{- include \"web.selectorLabels\" . | nindent 4 }}\n",
        ),
        file(
            "templates/serviceaccount.yaml",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ include \"web.fullname\" . }}\n  labels:\n    {{- include \"web.labels\" . | nindent 4 }}\n",
        ),
        file(
            "templates/ingress.yaml",
            "{{- if .Values.ingress.enabled }}\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {{ include \"web.fullname\" . }}\n  labels:\n    {{- include \"web.labels\" . | nindent 4 }}\nspec:\n  rules:\n    {{- range .Values.ingress.hosts }}\n    - host: {{ .host | quote }}\n      http:\n        paths:\n          {{- range .paths }}\n          - path: {{ .path }}\n            pathType: {{ .pathType }}\n            backend: {service: {name: {{ include \"web.fullname\" $ }}, port: {number: {{ $.Values.service.port }}}}}\n          {{- end }}\n    {{- end }}\n{{- end }}\n",
        ),
        file("signet-source.yaml", "helm: {releaseName: web}\n"),
    ]
}
