//! The mappings of a document that each describe one object.

use serde_json::Value;
use signet_api::RepoPath;
use signet_yaml::Node;

use crate::{Hook, Place};

/// A mapping that should describe an object, and where it stands.
pub(crate) struct Raw<'a> {
    pub(crate) file: &'a RepoPath,
    /// Nothing for what an anchor or merge key brought here, or a guest made.
    pub(crate) node: Option<&'a Node>,
    pub(crate) json: Value,
    pub(crate) hook: Option<Hook>,
}

impl<'a> Raw<'a> {
    /// The document's object, or the objects of the document's list.
    pub(crate) fn of(file: &'a RepoPath, root: Option<&'a Node>, json: Value) -> Vec<Self> {
        let mut objects = Vec::new();
        let document = Self {
            file,
            node: root,
            json,
            hook: None,
        };
        document.flatten(&mut objects);
        objects
    }

    /// The same as a hook, if it is one.
    pub(crate) fn with_hook(self, hook: Option<Hook>) -> Self {
        Self { hook, ..self }
    }

    /// Where the mapping begins.
    pub(crate) fn place(&self) -> Place {
        Place {
            file: self.file.clone(),
            at: self.node.map(|node| node.at),
        }
    }

    fn flatten(mut self, into: &mut Vec<Self>) {
        if !is_list(&self.json) {
            return into.push(self);
        }
        let nodes: Vec<&Node> = self
            .node
            .and_then(|node| node.get("items"))
            .map(|items| items.items().collect())
            .unwrap_or_default();
        let Value::Array(items) = self.json["items"].take() else {
            return;
        };
        for (index, mut json) in items.into_iter().enumerate() {
            inherit(&mut json, &self.json);
            let item = Self {
                file: self.file,
                node: nodes.get(index).copied().or(self.node),
                json,
                hook: self.hook.clone(),
            };
            item.flatten(into);
        }
    }
}

/// Whether this is a `List`, or a list of one kind (`ConfigMapList`), and not an object whose kind ends so.
fn is_list(json: &Value) -> bool {
    let kind = json["kind"].as_str().unwrap_or_default();
    let items = matches!(json.get("items"), Some(Value::Array(_) | Value::Null));
    kind.ends_with("List") && items && json["metadata"].get("name").is_none()
}

/// Items of a list of one kind need not say what they are.
fn inherit(item: &mut Value, list: &Value) {
    let kind = list["kind"]
        .as_str()
        .and_then(|kind| kind.strip_suffix("List"));
    let (Some(item), Some(kind)) = (item.as_object_mut(), kind.filter(|kind| !kind.is_empty()))
    else {
        return;
    };
    item.entry("kind").or_insert_with(|| kind.into());
    item.entry("apiVersion")
        .or_insert_with(|| list["apiVersion"].clone());
}
