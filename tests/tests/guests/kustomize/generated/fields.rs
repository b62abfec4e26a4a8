//! Fields of kustomizations.

use super::{Object, Overlay};

impl Overlay {
    /// A field of the kustomization in this folder, whose files are written with it.
    pub(super) fn field(&mut self, folder: &str) -> String {
        match self.dice.below(26) {
            0 => "namePrefix: a-\n".to_owned(),
            1 => "nameSuffix: -z\n".to_owned(),
            2 => "namespace: team-a\n".to_owned(),
            3 => self.labels(),
            4 => "commonLabels: {team: a}\n".to_owned(),
            5 => "commonAnnotations: {owner: \"jane\", \"on\": \"true\"}\n".to_owned(),
            6 => self.images(),
            7 if self.has(|object| object.kind == "Deployment") => format!(
                "replicas: [{{name: {}, count: {}}}]\n",
                self.some_object("web-0", |object| object.kind == "Deployment"),
                self.dice.below(9)
            ),
            8 | 9 => self.config_maps(folder),
            10 => self.secrets(folder),
            11 => self
                .dice
                .pick(&[
                    "generatorOptions: {disableNameSuffixHash: true}\n",
                    "generatorOptions: {labels: {made: here}, annotations: {why: because}, immutable: true}\n",
                ])
                .to_owned(),
            12..=14 if self.has(Object::has_pods) => self.patches(folder),
            15 if self.has(|object| object.kind == "Deployment") => self.old_patches(folder),
            16 | 17 if self.has(|object| object.kind == "ConfigMap") => self.replacements(folder),
            18 => self.configurations(folder),
            19 => self
                .dice
                .pick(&[
                    "sortOptions: {order: legacy}\n",
                    "sortOptions: {order: fifo}\n",
                    "sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Secret], orderLast: [Deployment]}}\n",
                ])
                .to_owned(),
            20 => self
                .dice
                .pick(&[
                    "buildMetadata: [originAnnotations]\n",
                    "buildMetadata: [managedByLabel, transformerAnnotations]\n",
                ])
                .to_owned(),
            21 => self.transformers(folder),
            22 => self.schemas(folder),
            23 => self.generators(folder),
            24 if self.has(|object| object.kind == "Service") => self.variables(),
            _ => self.more(folder),
        }
    }

    fn has(&self, is_so: impl Fn(&Object) -> bool) -> bool {
        self.objects[self.visible..].iter().any(is_so)
    }

    /// The name of an object of the bases that is so, or another.
    fn some_object(&mut self, other: &str, is_so: impl Fn(&Object) -> bool) -> String {
        let names: Vec<&str> = self.objects[self.visible..]
            .iter()
            .filter(|object| is_so(object))
            .map(|object| object.name.as_str())
            .collect();
        if names.is_empty() || self.dice.once_in(20) {
            other.to_owned()
        } else {
            self.dice.pick(&names).to_owned()
        }
    }

    fn labels(&mut self) -> String {
        let fields = self.dice.pick(&[
            "",
            ", includeSelectors: true",
            ", includeTemplates: true",
            ", fields: [{path: spec/tree/labels, kind: Tree, create: true}]",
        ]);
        format!("labels: [{{pairs: {{part-of: shop, version: \"1.0\"}}{fields}}}]\n")
    }

    fn images(&mut self) -> String {
        let image = self.dice.pick(&[
            "{name: example.org/web, newTag: \"2\"}",
            "{name: example.org/web, newName: mirror.example.org/web}",
            "{name: nginx, digest: \"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"}",
            "{name: localhost:5000/web, newName: web, newTag: v1}",
            "{name: example.org/web, tagSuffix: -alpine}",
        ]);
        format!("images: [{image}, {{name: busybox, newTag: \"1.0\"}}]\n")
    }

    fn config_maps(&mut self, folder: &str) -> String {
        self.write(folder, "motd.txt", "Good morning.\n\n  Two.\n");
        self.write(
            folder,
            "app.env",
            "A=1\n# a comment\nB=\"two words\"\nEMPTY=\nC = d\n",
        );
        let (name, behavior) = self.generated("settings");
        let content = self.dice.pick(&[
            "literals: [a=b, \"c=two words\", \"e=f=g\", \"q='quoted'\"]",
            "files: [motd.txt, other.txt=motd.txt]",
            "envs: [app.env]",
            "env: app.env, literals: [z=1]",
        ]);
        let options = self.dice.pick(&[
            "",
            ", options: {disableNameSuffixHash: true}",
            ", options: {labels: {a: b}, annotations: {c: d}, immutable: true}",
        ]);
        format!("configMapGenerator: [{{name: {name}, {content}{behavior}{options}}}]\n")
    }

    /// The name of an object to generate, and what becomes of one that has it already.
    fn generated(&mut self, name: &str) -> (String, &'static str) {
        if self.generated.insert(name.to_owned()) {
            (name.to_owned(), "")
        } else if self.visible == 0 {
            let behavior = self
                .dice
                .pick(&[", behavior: merge", ", behavior: replace"]);
            (name.to_owned(), behavior)
        } else {
            (format!("{name}-{}", self.visible), "")
        }
    }

    fn secrets(&mut self, folder: &str) -> String {
        self.write(folder, "access.env", "USER=admin\nPASSWORD=hunter2\n");
        self.write(folder, "key.pem", &"0123456789abcdef".repeat(9));
        let secret = self.dice.pick(&[
            "envs: [access.env]",
            "literals: [tls.crt=a, tls.key=b], type: kubernetes.io/tls",
            "files: [key.pem], options: {disableNameSuffixHash: true}",
            "literals: [a=b]",
        ]);
        let (name, behavior) = self.generated("access");
        format!("secretGenerator: [{{name: {name}, {secret}{behavior}}}]\n")
    }

    /// A target, and the patches that fit its kind.
    fn patches(&mut self, folder: &str) -> String {
        let pods = |object: &Object| object.has_pods();
        let name = self.some_object("web-0", pods);
        let object = self.objects.iter().find(|object| object.name == name);
        let (version, kind) = object.map_or(("apps/v1", "Deployment"), |object| {
            (object.version(), object.kind)
        });
        let merge = format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{template: {{spec: {{containers: [{{name: web, env: [{{name: LEVEL, value: debug}}, {{name: NEW, value: \"1\"}}]}}]}}}}}}\n"
        );
        self.write(folder, "merge.yaml", &merge);
        self.write(
            folder,
            "json.yaml",
            "- {op: replace, path: /spec/template/spec/containers/0/image, value: patched}\n- op: add\n  path: /metadata/labels\n  value: {patched: \"yes\"}\n",
        );
        self.write(
            folder,
            "delete.yaml",
            &format!(
                "$patch: delete\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\n"
            ),
        );
        let target = self.dice.pick(&[
            "{kind: Deployment}",
            "{kind: Deployment, labelSelector: app=web}",
            "{group: apps, version: v1}",
            "{kind: \"Stateful.*|Daemon.*\"}",
            "{name: \"web.*\", kind: Deployment}",
            "{annotationSelector: owner=team-a, kind: Deployment}",
        ]);
        let patches = [
            "{path: merge.yaml}".to_owned(),
            "{path: delete.yaml}".to_owned(),
            format!("{{path: json.yaml, target: {target}}}"),
            format!("{{target: {target}, patch: \"- {{op: add, path: /spec/paused, value: true}}\"}}"),
            format!("{{target: {target}, patch: '[{{\"op\": \"remove\", \"path\": \"/spec/template/spec/containers/0/image\"}}]'}}"),
            format!("{{target: {target}, patch: \"{{kind: Any, metadata: {{name: any, annotations: {{a~1b: c}}}}, spec: {{template: {{spec: {{hostNetwork: true}}}}}}}}\"}}"),
            format!("{{target: {target}, options: {{allowNameChange: true, allowKindChange: true}}, patch: \"- {{op: replace, path: /metadata/name, value: renamed}}\"}}"),
            "{target: {kind: Service}, patch: \"- {op: add, path: /spec/ports/-, value: {port: 443, name: tls}}\"}".to_owned(),
            "{target: {kind: ConfigMap}, patch: \"- {op: test, path: /data/a, value: b}\\n- {op: move, from: /data/a, path: /data/z}\"}".to_owned(),
        ];
        let patch = &patches[self.dice.below(patches.len())];
        format!("patches: [{patch}]\n")
    }

    fn old_patches(&mut self, folder: &str) -> String {
        let name = self.some_object("web-0", |object| object.kind == "Deployment");
        let merge = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {{spec: {{containers: [{{$patch: replace}}, {{name: only, image: x}}]}}}}}}\n"
        );
        self.write(folder, "old.yaml", &merge);
        if self.dice.once_in(2) {
            "patchesStrategicMerge: [old.yaml]\n".to_owned()
        } else {
            format!(
                "patchesJson6902: [{{target: {{group: apps, version: v1, kind: Deployment, name: {name}}}, patch: '[{{\"op\": \"add\", \"path\": \"/spec/minReadySeconds\", \"value\": 5}}]'}}]\n"
            )
        }
    }

    fn replacements(&mut self, folder: &str) -> String {
        let source = self.some_object("web-0", |object| object.kind == "ConfigMap");
        let (fields, options) = self.dice.pick(&[
            ("metadata.annotations.copied", ", options: {create: true}"),
            (
                "spec.template.spec.containers.[name=web].env.[name=HOST].value",
                "",
            ),
            (
                "spec.template.spec.containers.*.image",
                ", options: {delimiter: \":\", index: 1}",
            ),
            (
                "spec.template.spec.containers.0.image",
                ", options: {delimiter: \"/\", index: -1}",
            ),
            (
                "data.url",
                ", options: {delimiter: \"/\", index: 2, create: true}",
            ),
        ]);
        let target = self.dice.pick(&[
            "select: {kind: Deployment}",
            "select: {kind: Deployment}, reject: [{name: web-1}]",
            "select: {kind: ConfigMap}",
        ]);
        let replacement = format!(
            "{{source: {{kind: ConfigMap, name: {source}, fieldPath: metadata.name}}, targets: [{{{target}, fieldPaths: [\"{fields}\"]{options}}}]}}"
        );
        if self.dice.once_in(3) {
            self.write(folder, "replacement.yaml", &replacement);
            "replacements: [{path: replacement.yaml}]\n".to_owned()
        } else {
            format!("replacements: [{replacement}]\n")
        }
    }

    fn configurations(&mut self, folder: &str) -> String {
        self.write(
            folder,
            "names.yaml",
            "nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs: [{kind: Tree, path: spec/ref/name}]\nimages: [{kind: Tree, path: spec/leaves/image}]\ncommonLabels: [{kind: Tree, path: spec/labels, create: true}]\nnamePrefix: [{kind: Service, path: metadata/name}]\nvarReference: [{kind: Tree, path: spec/size}]\n",
        );
        "configurations: [names.yaml]\n".to_owned()
    }

    fn transformers(&mut self, folder: &str) -> String {
        let text = self.dice.pick(&[
            "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: t}\nprefix: p-\nfieldSpecs: [{path: metadata/name, kind: Service}]\n",
            "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: t, namespace: other}\nunsetOnly: true\nsetRoleBindingSubjects: allServiceAccounts\n",
            "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\nlabels: {t: \"1\"}\nfieldSpecs: [{path: metadata/labels, create: true}]\n",
            "apiVersion: builtin\nkind: AnnotationsTransformer\nmetadata: {name: t}\nannotations: {t: \"1\"}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n",
            "apiVersion: builtin\nkind: ImageTagTransformer\nmetadata: {name: t}\nimageTag: {name: nginx, newTag: t}\n",
            "apiVersion: builtin\nkind: ReplicaCountTransformer\nmetadata: {name: t}\nreplica: {name: web-0, count: 7}\nfieldSpecs: [{path: spec/replicas, kind: Deployment, create: true}]\n",
            "apiVersion: builtin\nkind: ValueAddTransformer\nmetadata: {name: t}\nvalue: x\ntargets: [{fieldPath: metadata/annotations/added}]\n",
            "apiVersion: builtin\nkind: HashTransformer\nmetadata: {name: t}\n",
        ]);
        self.write(folder, "transformer.yaml", text);
        "transformers: [transformer.yaml]\n".to_owned()
    }

    fn generators(&mut self, folder: &str) -> String {
        let text = self.dice.pick(&[
            "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: generated}\nliterals: [a=b]\n",
            "apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: generated, namespace: shop}\ntype: Opaque\nliterals: [a=b]\n",
        ]);
        let (name, behavior) = self.generated("generated");
        let behavior = behavior.replace(", ", "");
        let text = text.replace("{name: generated", &format!("{{name: {name}")) + &behavior;
        self.write(folder, "generator.yaml", &text);
        "generators: [generator.yaml]\n".to_owned()
    }

    fn schemas(&mut self, folder: &str) -> String {
        self.write(
            folder,
            "schema.json",
            r#"{"definitions": {"org.example.v1.Tree": {"type": "object", "properties": {"spec": {"type": "object", "properties": {"leaves": {"type": "array", "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "id", "items": {"type": "object"}}}}}, "x-kubernetes-group-version-kind": [{"group": "example.org", "kind": "Tree", "version": "v1"}]}}}"#,
        );
        self.dice
            .pick(&["openapi: {path: schema.json}\n", "crds: [schema.json]\n"])
            .to_owned()
    }

    fn variables(&mut self) -> String {
        let name = self.some_object("web-0", |object| object.kind == "Service");
        format!(
            "vars: [{{name: HOST, objref: {{apiVersion: v1, kind: Service, name: {name}}}, fieldref: {{fieldpath: metadata.name}}}}]\n"
        )
    }

    /// More objects, in a file of the folder's own.
    fn more(&mut self, folder: &str) -> String {
        let number = 40 + self.dice.below(50);
        let object = Object::of(&mut self.dice, number);
        let texts = [
            object.text.clone(),
            format!("# Nothing before.\n---\n---\n{}---\n", object.text),
            object.text.replace('\n', "\r\n"),
        ];
        let text = &texts[self.dice.below(texts.len())];
        self.write(folder, "more.yaml", text);
        let list = r#"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "listed"}, "data": {"a": "b"}}]}"#;
        let listed = folder.replace('/', ".");
        self.write(folder, "list.json", &list.replace("listed", &listed));
        self.write(
            folder,
            "more/kustomization.yaml",
            "resources: [../more.yaml, ../list.json]\n",
        );
        "bases: [more]\n".to_owned()
    }

    fn write(&mut self, folder: &str, name: &str, text: &str) {
        self.texts
            .insert(format!("{folder}/{name}"), text.to_owned());
    }
}
