//! What a creation rule names and does not mean.

use super::super::{documents, loose};
use signet_envelope::{CreationRule, Naming};
use signet_yaml::{Node, Value};

/// What is passed by, of the files that a rule names.
pub(super) struct Spared {
    /// Objects of Kubernetes: its Secrets are found without any rule.
    objects: bool,
    /// What has no key that could be selected.
    pub(super) keyless: bool,
}

impl Spared {
    /// That of a rule that names a file so closely. One that selects what Secrets hold is for Secrets: it does not mean whatever
    /// else has a name that it asks for, nor what has no keys, where it asks for no more than a folder.
    pub(super) fn by(rule: &CreationRule, naming: Naming) -> Self {
        let selection = rule.selection.as_ref();
        let is_for_secrets = selection.is_some_and(|rule| rule.selects(&["stringData"], &[]));
        let is_folder = naming == Naming::Folder;
        Self {
            objects: is_folder || is_for_secrets,
            keyless: is_folder && is_for_secrets,
        }
    }

    /// Whether a document is.
    pub(super) fn document(&self, root: &Node) -> bool {
        self.objects && is_object(root) || self.keyless && matches!(root.value, Value::Sequence(_))
    }

    /// Whether a text that cannot be read is: objects other than Secrets, or the template of something that holds no secret.
    pub(super) fn text(&self, text: &str) -> bool {
        let documents = documents::split(text);
        let mut documents = documents.iter().map(|part| part.text);
        let holds_secret = |document| loose::secret(document).is_some();
        let is_template =
            self.keyless && text.contains("{{") && !documents.clone().any(holds_secret);
        is_template || self.objects && documents.all(says_object)
    }
}

fn is_object(root: &Node) -> bool {
    ["apiVersion", "kind"]
        .iter()
        .all(|field| root.get(field).is_some_and(|value| value.text().is_some()))
}

/// Whether lines of a document say so, and say no Secret.
fn says_object(document: &str) -> bool {
    let says = |field: &str| document.lines().any(|line| line.starts_with(field));
    says("apiVersion:") && says("kind:") && !loose::says_secret(document)
}
