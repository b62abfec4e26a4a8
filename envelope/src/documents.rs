//! The documents of a sealed file as a renderer reads them: a stand-in where a sealed value is.

use std::collections::HashMap;

use serde_json::Value as Json;
use signet_yaml::{Entry, Item, Node, TypeError, Value, kubernetes};

use crate::walk::is_sealed_comment;
use crate::{Sealed, StandIn};

/// Keyed by the byte at which the sealed scalar begins.
type StandIns = HashMap<usize, StandIn>;

impl Sealed {
    /// Each document in Kubernetes' typing with a stand-in for each sealed value, `sops` blocks removed; null for an
    /// empty document, of several also for one that held nothing but the block.
    ///
    /// # Errors
    /// [`TypeError`] if a clear part cannot be JSON.
    pub fn documents_with_stand_ins(&self, salt: &str) -> Result<Vec<Json>, TypeError> {
        self.nodes_with_stand_ins(salt)
            .map(|root| root.map_or(Ok(Json::Null), |root| kubernetes::to_json(&root)))
            .collect()
    }

    /// The root of each document as [`Self::documents_with_stand_ins`] types it.
    pub fn nodes_with_stand_ins(&self, salt: &str) -> impl Iterator<Item = Option<Node>> {
        let stand_ins: StandIns = self
            .stand_ins(salt)
            .map(|(name, leaf)| (leaf.span.start, name))
            .collect();
        let documents = &self.stream().documents;
        let is_alone = documents.len() == 1;
        let roots = documents.iter().map(|document| document.root.clone());
        roots.map(move |root| {
            let mut root = root?;
            let had_keys = root.pairs().next().is_some();
            without_block(&mut root);
            replace(&mut root, &stand_ins);
            let is_emptied = had_keys && root.pairs().next().is_none();
            (is_alone || !is_emptied).then_some(root)
        })
    }
}

fn without_block(root: &mut Node) {
    if let Value::Mapping(entries) = &mut root.value {
        entries.retain(
            |entry| !matches!(entry, Entry::Pair { key, .. } if key.text() == Some("sops")),
        );
    }
}

fn replace(node: &mut Node, stand_ins: &StandIns) {
    match &mut node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                if let Entry::Pair { value, .. } = entry {
                    replace(value, stand_ins);
                }
            }
        }
        Value::Sequence(items) => {
            items.retain(|item| !matches!(item, Item::Node(node) if is_sealed_comment(node)));
            for item in items {
                if let Item::Node(node) = item {
                    replace(node, stand_ins);
                }
            }
        }
        Value::Scalar(_) => {
            if let Some(name) = stand_ins.get(&node.span.start) {
                node.become_text(name.to_string());
            }
        }
    }
}
