//! Objects of Kubernetes in a tree: which of them are Secrets, what those hold, and what says which object one is.

use crate::Slot;
use data_encoding::BASE64;
use signet_yaml::{Node, Stream, Value};
use std::borrow::Cow;
use std::ptr;

/// The fields that hold what a Secret keeps.
pub const SECRET_FIELDS: [&str; 2] = ["data", "stringData"];

/// The annotation in which `kubectl apply` keeps all of an object as it was sent last, the data of a Secret too.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The fields that say which object one is.
const HEAD: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The Secrets of a text, in lists too, and in what else carries objects.
pub fn secrets(stream: &Stream) -> Vec<&Node> {
    let mut found = Vec::new();
    let roots = stream.roots();
    roots.for_each(|root| collect(root, None, &mut found));
    found
}

/// What a Secret holds below which keys, be it no text as it should be.
pub fn secret_values(secret: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    let data = SECRET_FIELDS.iter().flat_map(|field| fields(secret, field));
    data.for_each(|data| add_scalars("", data, &mut found));
    found
}

/// The pairs `NAME=value` that kustomize makes Secrets of, as they stand in its own file.
pub fn generated(stream: &Stream) -> Vec<&Node> {
    let generators = stream.roots().flat_map(|root| {
        let listed = fields(root, "secretGenerator").flat_map(Node::items);
        let is_one = fields(root, "kind")
            .filter_map(word)
            .any(|kind| kind == "SecretGenerator");
        listed.chain(is_one.then_some(root))
    });
    let literals = generators.flat_map(|generator| fields(generator, "literals"));
    literals.flat_map(Node::items).collect()
}

/// The annotation of a Secret that shows it as `kubectl apply` sent it last, whatever is sealed of its data.
pub fn last_applied(secret: &Node) -> Option<&Node> {
    let metadata = fields(secret, "metadata");
    let annotations = metadata.flat_map(|metadata| fields(metadata, "annotations"));
    let mut found = annotations.flat_map(|all| fields(all, LAST_APPLIED));
    found.next()
}

/// Whether, without a word of anybody, what the Secrets of a text hold is all that is sealed of it: where a document is one, or
/// all are lists of which one has one. What else carries a Secret may hold other values that are to be kept.
pub fn is_for_secrets(stream: &Stream) -> bool {
    let secrets = secrets(stream);
    let is_one = |root: &Node| secrets.iter().any(|secret| ptr::eq(*secret, root));
    !secrets.is_empty() && (stream.roots().any(is_one) || stream.roots().all(is_list))
}

/// Whether a text holds objects of Kubernetes alone, and no Secret.
pub fn are_other_objects(stream: &Stream) -> bool {
    let is_object = |root: &Node| {
        let mut fields = ["apiVersion", "kind"].iter();
        fields.all(|field| root.get(field).is_some_and(|value| value.text().is_some()))
    };
    let mut roots = stream.roots().peekable();
    roots.peek().is_some() && roots.all(is_object) && secrets(stream).is_empty()
}

/// Whether an object is a list of others and nothing else but the block of what is sealed.
fn is_list(root: &Node) -> bool {
    let is_of_list = |(key, _): (&Node, &Node)| {
        let key = key.text();
        key.is_some_and(|key| HEAD.contains(&key) || ["items", "sops"].contains(&key))
    };
    says_list(root) && root.pairs().all(is_of_list)
}

/// Whether an object is one of its own, which may be called a list.
fn has_name(object: &Node) -> bool {
    object
        .get("metadata")
        .is_some_and(|metadata| metadata.get("name").is_some())
}

fn says_list(object: &Node) -> bool {
    let mut kinds = fields(object, "kind").filter_map(word);
    kinds.any(|kind| kind.ends_with("List"))
}

/// The field of an object of Kubernetes in which a slot stands, if it says which object that is, in a list too: nothing
/// renders that has it sealed.
pub fn head_field(stream: &Stream, slot: &Slot<'_>) -> Option<&'static str> {
    let pointer = slot.pointer();
    let mut steps = pointer.in_document().split('/').skip(1);
    // A file may have as many keys as slots: those of the object are gone through only for a slot that may be meant.
    let first = steps.clone().next()?;
    if first != "items" && !HEAD.contains(&first) {
        return None;
    }
    let mut object = stream.documents[slot.document].root.as_ref()?;
    object.get("apiVersion").and(object.get("kind"))?;
    loop {
        let field = steps.next()?;
        if field != "items" || !says_list(object) || has_name(object) {
            return HEAD.into_iter().find(|head| *head == field);
        }
        let index: usize = steps.next()?.parse().ok()?;
        object = object.get("items")?.items().nth(index)?;
    }
}

/// Whether an `apiVersion` is that of a group that is not the core's, which has a slash.
pub fn is_of_another_group(version: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rule, Store, read, walk};

    /// The places of the Secrets, and whether their data alone is sealed.
    fn found(text: &str) -> (Vec<usize>, bool) {
        let stream = read(Store::Yaml, text).unwrap();
        let lines = secrets(&stream).into_iter().map(|secret| secret.at.line);
        (lines.collect(), is_for_secrets(&stream))
    }

    #[test]
    fn secrets_are_found_in_lists_and_in_what_carries_objects_but_not_in_other_groups() {
        for (text, lines, is_all) in [
            ("apiVersion: v1\nkind: Secret\n", vec![1], true),
            ("kind: !!binary U2VjcmV0\n", vec![1], true),
            (
                "kind: List\nitems:\n- kind: Secret\n- kind: ConfigMap\n",
                vec![3],
                true,
            ),
            (
                "kind: List\nitems: [{kind: Secret}]\nsops: {}\n",
                vec![2],
                true,
            ),
            (
                "kind: List\npassword: x\nitems:\n- kind: Secret\n",
                vec![4],
                false,
            ),
            (
                "kind: SecretList\nitems:\n- data: {a: Yg==}\n",
                vec![3],
                true,
            ),
            (
                "kind: Manifest\nspec:\n  inner:\n    kind: Secret\n",
                vec![4],
                false,
            ),
            ("kind: ConfigMap\ndata: {kind: x}\n", vec![], false),
            (
                "apiVersion: generators.example/v1\nkind: Secret\n",
                vec![],
                false,
            ),
        ] {
            assert_eq!(found(text), (lines, is_all), "{text}");
        }
    }

    #[test]
    fn the_data_alone_is_sealed_where_a_document_is_a_secret_or_all_are_lists() {
        let secret = "kind: Secret\ndata: {a: Yg==}\n";
        for (text, is_it) in [
            (format!("{secret}---\nnote: x\n"), true),
            (format!("{secret}---\nkind: ConfigMap\n"), true),
            ("objects:\n- kind: Secret\n".to_owned(), false),
            (
                "kind: List\nitems: [{kind: Secret}]\n---\nnote: x\n".to_owned(),
                false,
            ),
        ] {
            assert_eq!(found(&text).1, is_it, "{text}");
        }
    }

    #[test]
    fn what_kustomize_makes_secrets_of_stands_in_literals_of_its_generators() {
        for (text, literals) in [
            (
                "secretGenerator: [{name: a, literals: [b=c, d=e]}]\n",
                vec!["b=c", "d=e"],
            ),
            ("kind: SecretGenerator\nliterals: [b=c]\n", vec!["b=c"]),
            ("configMapGenerator: [{literals: [b=c]}]\n", vec![]),
            ("secretGenerator: [{envs: [b]}]\nliterals: [b=c]\n", vec![]),
        ] {
            let stream = read(Store::Yaml, text).unwrap();
            let found = generated(&stream).into_iter().filter_map(Node::text);
            assert_eq!(found.collect::<Vec<_>>(), literals, "{text}");
        }
    }

    #[test]
    fn what_says_which_object_one_is_stands_in_the_items_of_a_list_too() {
        let item = "{kind: ConfigMap, metadata: {name: a}, data: {b: c}}";
        for (text, heads) in [
            (
                format!("apiVersion: v1\nkind: List\nitems: [{item}, {item}]\n"),
                vec!["apiVersion", "kind", "kind", "metadata", "kind", "metadata"],
            ),
            (
                format!("apiVersion: v1\nkind: Other\nitems: [{item}]\n"),
                vec!["apiVersion", "kind"],
            ),
            (
                format!(
                    "apiVersion: v1\nkind: AccessList\nmetadata: {{name: a}}\nitems: [{item}]\n"
                ),
                vec!["apiVersion", "kind", "metadata"],
            ),
            (format!("items: [{item}]\n"), vec![]),
        ] {
            let stream = read(Store::Yaml, &text).unwrap();
            let slots = walk(&stream, &Rule::default()).unwrap();
            let found = slots.iter().filter_map(|slot| head_field(&stream, slot));
            assert_eq!(found.collect::<Vec<_>>(), heads, "{text}");
        }
    }

    #[test]
    fn the_values_of_a_secret_are_those_of_its_data_however_deep_they_stand() {
        let text = "kind: Secret\ntype: x\ndata: {a: Yg==, b: [c, {d: e}]}\nstringData: {f: g}\n";
        let stream = read(Store::Yaml, text).unwrap();
        let values = secret_values(secrets(&stream)[0]).into_iter();
        let values = values.map(|(key, value)| (key, value.text().unwrap()));
        let values: Vec<_> = values.collect();
        assert_eq!(values, [("a", "Yg=="), ("b", "c"), ("d", "e"), ("f", "g")]);
    }
}
