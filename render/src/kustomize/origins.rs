//! Which file an object comes from, by its kind and name.
//!
//! The library can annotate where each resource comes from, at the price of a second build: it notes every transformation as
//! well. So that is asked for only where something is wrong with an object.

use std::collections::BTreeMap;

use serde_json::Value;
use signet_api::RepoPath;
use signet_yaml::Node;

/// What the files of resources and the generators describe, by kind and name.
#[derive(Default)]
pub(crate) struct Origins(BTreeMap<String, BTreeMap<String, Described>>);

/// Where something of a kind and a name is described.
enum Described {
    In(RepoPath),
    InSeveral,
}

impl Origins {
    /// Takes in a document of a file of resources, or each item of a list.
    pub(crate) fn note(&mut self, document: &Node, file: &RepoPath) {
        let text = |node: &Node, field| node.get(field).and_then(Node::text).map(str::to_owned);
        let name = document.get("metadata").and_then(|it| text(it, "name"));
        if let (Some(kind), Some(name)) = (text(document, "kind"), name) {
            self.add(kind, name, file);
        } else if let Some(items) = document.get("items") {
            items.items().for_each(|item| self.note(item, file));
        }
    }

    /// Takes in what the generators of a kustomization make.
    pub(super) fn note_generated(&mut self, kustomization: &Node, file: &RepoPath) {
        for (field, kind) in [
            ("configMapGenerator", "ConfigMap"),
            ("secretGenerator", "Secret"),
        ] {
            let generators = kustomization.get(field).into_iter().flat_map(Node::items);
            let names = generators.filter_map(|of| of.get("name").and_then(Node::text));
            names.for_each(|name| self.add(kind.to_owned(), name.to_owned(), file));
        }
    }

    fn add(&mut self, kind: String, name: String, file: &RepoPath) {
        self.0
            .entry(kind)
            .or_default()
            .entry(name)
            .and_modify(|described| {
                if !matches!(described, Described::In(known) if known == file) {
                    *described = Described::InSeveral;
                }
            })
            .or_insert_with(|| Described::In(file.clone()));
    }

    /// The file that describes an object, whose name a build may have made longer; nothing where it could be one of several.
    pub(super) fn of(&self, object: &Value) -> Option<&RepoPath> {
        let name = object.pointer("/metadata/name")?.as_str()?;
        let described = self.0.get(object.get("kind")?.as_str()?)?;
        let named = described.iter().filter(|(known, _)| name.contains(*known));
        match named.max_by_key(|(known, _)| known.len())?.1 {
            Described::In(file) => Some(file),
            Described::InSeveral => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use signet_yaml::{Aliases, Limits};

    use super::*;

    fn origins(resources: &[(&str, &str)], kustomization: &str) -> Origins {
        let mut origins = Origins::default();
        let documents = |text: &str| {
            let stream = signet_yaml::parse(text, &Limits::SEALED, Aliases::Expand).unwrap();
            stream.documents.into_iter().filter_map(|of| of.root)
        };
        for (file, text) in resources {
            let file = file.parse().unwrap();
            documents(text).for_each(|document| origins.note(&document, &file));
        }
        let file = "kustomization.yaml".parse().unwrap();
        documents(kustomization).for_each(|document| origins.note_generated(&document, &file));
        origins
    }

    fn file(origins: &Origins, kind: &str, name: &str) -> Option<String> {
        let object = json!({"kind": kind, "metadata": {"name": name}});
        origins.of(&object).map(ToString::to_string)
    }

    #[test]
    fn an_object_comes_from_the_file_that_describes_its_kind_and_name_whatever_is_added_to_it() {
        let web =
            "kind: Deployment\nmetadata: {name: web}\n---\nkind: Service\nmetadata: {name: web}";
        let canary = "kind: List\nitems: [{kind: Deployment, metadata: {name: web-canary}}]";
        let origins = origins(
            &[("web.yaml", web), ("canary.yaml", canary)],
            "secretGenerator: [{name: web}]",
        );
        let file = |kind, name| file(&origins, kind, name);
        assert_eq!(file("Deployment", "web").as_deref(), Some("web.yaml"));
        assert_eq!(file("Service", "prod-web-1").as_deref(), Some("web.yaml"));
        let canary = file("Deployment", "prod-web-canary");
        assert_eq!(canary.as_deref(), Some("canary.yaml"));
        let generated = file("Secret", "prod-web-7m9tb5c2d8");
        assert_eq!(generated.as_deref(), Some("kustomization.yaml"));
        assert_eq!(file("ConfigMap", "web"), None);
        assert_eq!(file("Deployment", "other"), None);
    }

    #[test]
    fn what_several_files_describe_comes_from_none_that_is_known() {
        let web = "kind: Deployment\nmetadata: {name: web}";
        let twice = origins(&[("a.yaml", web), ("b.yaml", web)], "");
        assert_eq!(file(&twice, "Deployment", "web"), None);
        let once = origins(&[("a.yaml", web), ("a.yaml", web)], "");
        assert_eq!(file(&once, "Deployment", "web").as_deref(), Some("a.yaml"));
    }
}
