//! Secrets of Kubernetes in a tree.

use super::template::says_something;
use data_encoding::BASE64;
use signet_envelope::{Enc, passes_through};
use signet_yaml::{Node, Position, Stream, Value};
use std::borrow::Cow;

/// The fields that hold what a Secret keeps.
pub(super) const FIELDS: [&str; 2] = ["data", "stringData"];

/// The Secrets, in lists too, and in what else carries objects.
pub(super) fn all(stream: &Stream) -> Vec<&Node> {
    let roots = stream.documents.iter();
    let roots = roots.filter_map(|document| document.root.as_ref());
    let mut found = Vec::new();
    roots.for_each(|root| collect(root, None, &mut found));
    found
}

/// Where the Secrets begin that hold a value in the clear.
pub(super) fn places(stream: &Stream) -> Vec<Position> {
    let found = all(stream).into_iter();
    let is_clear = |secret: &&Node| values(secret).iter().any(|(_, value)| is_clear(value));
    let clear = found.filter(is_clear);
    clear.map(|secret| secret.at).collect()
}

/// What a Secret holds below which keys, be it no text as it should be.
pub(super) fn values(secret: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    let data = FIELDS.iter().flat_map(|field| fields(secret, field));
    data.for_each(|data| add_scalars("", data, &mut found));
    found
}

/// Whether a value says something that is neither sealed nor filled in later.
pub(super) fn is_clear(value: &Node) -> bool {
    let says = |text: &str| Enc::check(text).is_err() && says_something(text);
    !passes_through(value) && value.text().is_some_and(says)
}

/// Whether an `apiVersion` is that of a group that is not the core's, which has a slash.
pub(super) fn is_of_another_group(version: &str) -> bool {
    version.contains('/')
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
