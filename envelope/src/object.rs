//! Objects of Kubernetes in a tree: which of them are Secrets, what those hold, and what says which object one is.

use crate::Slot;
use data_encoding::BASE64;
use signet_yaml::{Node, Stream, Value};
use std::borrow::Cow;

/// The fields that hold what a Secret keeps.
pub const SECRET_FIELDS: [&str; 2] = ["data", "stringData"];

/// The fields that say which object one is.
const HEAD: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The Secrets of a text, in lists too, and in what else carries objects.
pub fn secrets(stream: &Stream) -> Vec<&Node> {
    let mut found = Vec::new();
    roots(stream).for_each(|root| collect(root, None, &mut found));
    found
}

/// What a Secret holds below which keys, be it no text as it should be.
pub fn secret_values(secret: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    let data = SECRET_FIELDS.iter().flat_map(|field| fields(secret, field));
    data.for_each(|data| add_scalars("", data, &mut found));
    found
}

/// Whether a text is made of objects of Kubernetes of which one is a Secret or carries one: without a word of anybody the
/// data of the Secrets alone is to be sealed.
pub fn are_objects_with_secret(stream: &Stream) -> bool {
    roots(stream).all(|root| root.get("kind").is_some()) && !secrets(stream).is_empty()
}

/// The field of an object of Kubernetes in which a slot stands, if it says which object that is: nothing renders that has
/// it sealed.
pub fn head_field(stream: &Stream, slot: &Slot<'_>) -> Option<&'static str> {
    let root = stream.documents[slot.document].root.as_ref()?;
    root.get("apiVersion").and(root.get("kind"))?;
    let pointer = slot.pointer();
    let field = pointer.as_str().split('/').nth(2)?;
    HEAD.into_iter().find(|head| *head == field)
}

/// Whether an `apiVersion` is that of a group that is not the core's, which has a slash.
pub fn is_of_another_group(version: &str) -> bool {
    version.contains('/')
}

fn roots(stream: &Stream) -> impl Iterator<Item = &Node> {
    let documents = stream.documents.iter();
    documents.filter_map(|document| document.root.as_ref())
}

/// Adds the Secrets of a document; those in a list take the kind that the list implies.
fn collect<'n>(node: &'n Node, implied: Option<&str>, found: &mut Vec<&'n Node>) {
    let said: Vec<Cow<str>> = fields(node, "kind").filter_map(word).collect();
    let mut kinds: Vec<&str> = said.iter().map(AsRef::as_ref).collect();
    if kinds.is_empty() {
        kinds.extend(implied);
    }
    let mut versions = fields(node, "apiVersion").filter_map(word);
    let is_foreign = versions.any(|version| is_of_another_group(&version));
    if kinds.contains(&"Secret") && !is_foreign {
        found.push(node);
        return;
    }
    let mut lists = kinds.iter().filter_map(|kind| kind.strip_suffix("List"));
    let of = lists.find(|of| !of.is_empty());
    for (key, value) in node.pairs() {
        let implied = of.filter(|_| key.text() == Some("items"));
        below(value, implied, found);
    }
    node.items().for_each(|item| collect(item, None, found));
}

/// Adds the Secrets in a value.
fn below<'n>(value: &'n Node, implied: Option<&str>, found: &mut Vec<&'n Node>) {
    if matches!(value.value, Value::Sequence(_)) {
        let items = value.items();
        items.for_each(|item| collect(item, implied, found));
    } else {
        collect(value, None, found);
    }
}

/// Every value under that name: what is merged in stands beside a key of the mapping's own.
fn fields<'n>(node: &'n Node, name: &str) -> impl Iterator<Item = &'n Node> {
    let named = move |(key, value)| (word(key)? == name).then_some(value);
    node.pairs().filter_map(named)
}

/// The text of a scalar as Kubernetes reads it, which decodes `!!binary`.
fn word(node: &Node) -> Option<Cow<'_, str>> {
    let text = node.text()?;
    if node.tag() != Some("!!binary") {
        return Some(Cow::Borrowed(text));
    }
    let packed: String = text.split_whitespace().collect();
    let bytes = BASE64.decode(packed.as_bytes()).ok()?;
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn add_scalars<'n>(key: &'n str, node: &'n Node, found: &mut Vec<(&'n str, &'n Node)>) {
    found.extend(node.text().map(|_| (key, node)));
    let items = node.items();
    items.for_each(|item| add_scalars(key, item, found));
    let pairs = node.pairs();
    pairs.for_each(|(key, value)| add_scalars(key.text().unwrap_or_default(), value, found));
}
