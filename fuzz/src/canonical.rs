//! The bytes over which the seal is made.

use std::collections::BTreeMap;

use signet_envelope::{Enc, LeafType, Rule, SealScope, Sealed, Store, WrappedKey, plaintext};
use signet_yaml::{Node, Value, sops};

use crate::store::parse;

/// Two files have the same canonical bytes exactly if everything that the seal covers is the same.
///
/// The first is the input behind its head, the second is the first after one edit, which the head describes: where, how many
/// bytes go, and how many of the input's last bytes come.
pub fn equal_bytes_cover_equal_files(data: &[u8]) {
    let Some(([at_high, at_low, removed, added], rest)) = data.split_first_chunk() else {
        return;
    };
    let Some((text, new)) = rest.split_at_checked(rest.len().saturating_sub(usize::from(*added)))
    else {
        return;
    };
    let at = usize::from(u16::from_be_bytes([*at_high, *at_low]));
    let Some((before, after)) = text.split_at_checked(at) else {
        return;
    };
    let after = &after[usize::from(*removed).min(after.len())..];
    let edited = [before, new, after].concat();
    let files = [text, &edited].map(|text| parse(Store::Yaml, text));
    if let [Some(one), Some(other)] = &files {
        assert_eq!(
            one.canonical() == other.canonical(),
            covered(one) == covered(other)
        );
    }
}

#[derive(PartialEq)]
struct Covered<'a> {
    scope: Vec<&'a str>,
    clusters: Vec<&'a String>,
    rule: &'a Rule,
    mac_only_encrypted: bool,
    shamir_threshold: u32,
    groups: Vec<Vec<&'a WrappedKey>>,
    documents: Vec<Tree<'a>>,
}

#[derive(PartialEq)]
enum Tree<'a> {
    Null,
    Map(BTreeMap<&'a str, Tree<'a>>),
    List(Vec<Tree<'a>>),
    Clear(LeafType, Vec<u8>),
    Sealed(Enc),
}

fn covered(sealed: &Sealed) -> Option<Covered<'_>> {
    let SealScope {
        repository,
        tenant,
        clusters,
        path,
        seal: _,
    } = sealed.signet()?;
    let metadata = sealed.metadata();
    let mut clusters: Vec<&String> = clusters.iter().collect();
    clusters.sort();
    let groups = metadata.groups.iter().map(|group| {
        let mut keys: Vec<&WrappedKey> = group.iter().collect();
        keys.sort();
        keys
    });
    let documents = sealed.stream().documents.iter().map(|document| {
        let root = document.root.as_ref();
        root.map_or(Tree::Null, |root| {
            tree(root, &metadata.rule, &mut Vec::new())
        })
    });
    Some(Covered {
        scope: vec![repository, tenant, path],
        clusters,
        rule: &metadata.rule,
        mac_only_encrypted: metadata.mac_only_encrypted,
        shamir_threshold: metadata.shamir_threshold,
        groups: groups.collect(),
        documents: documents.collect(),
    })
}

fn tree<'a>(node: &'a Node, rule: &Rule, keys: &mut Vec<&'a str>) -> Tree<'a> {
    let selected = rule.selects(keys, &[]);
    match &node.value {
        Value::Mapping(_) => {
            let mut map = BTreeMap::new();
            for (key, value) in node.pairs() {
                let key = key.text().expect("parsing refused other keys");
                if keys.is_empty() && key == "sops" {
                    continue;
                }
                keys.push(key);
                map.insert(key, tree(value, rule, keys));
                keys.pop();
            }
            Tree::Map(map)
        }
        Value::Sequence(_) => {
            let items = node.items().map(|item| tree(item, rule, keys));
            let comment = |item: &Tree<'_>| matches!(item, Tree::Sealed(enc) if enc.kind == LeafType::Comment);
            Tree::List(items.filter(|item| !(selected && comment(item))).collect())
        }
        Value::Scalar(scalar) => match scalar.text.parse() {
            Ok(enc) if selected => Tree::Sealed(enc),
            _ => match plaintext(sops::scalar(node).expect("parsing typed every clear value")) {
                Some((kind, bytes)) => Tree::Clear(kind, bytes),
                None => Tree::Null,
            },
        },
    }
}
