//! The bytes over which the seal is made.

use sha2::{Digest, Sha256};
use signet_yaml::{Document, Node, Value, sops};

use crate::walk::is_sealed_comment;
use crate::{Enc, Metadata, Rule, SealScope, Sealed, Store, WrappedKey, plaintext};

const CONTEXT: &str = "signet.dev/seal/v1";

impl Sealed {
    /// The canonical encoding of everything that the seal covers, under the scope that the file claims; nothing for a
    /// file without a seal.
    ///
    /// Each text is preceded by its length, each list by its count (32 bits, big-endian), so no two files that differ
    /// in names, types, structure, values, recipients or place have the same encoding. Comments and layout are not in it.
    pub fn canonical(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.canonical_into(&mut |part| bytes.extend_from_slice(part))
            .then_some(bytes)
    }

    /// Hands the parts of [`Self::canonical`] on, one after the other; whether the file has a seal.
    pub fn canonical_into(&self, sink: &mut dyn FnMut(&[u8])) -> bool {
        let Some(scope) = self.signet() else {
            return false;
        };
        let mut out = Canonical { sealed: self, sink };
        out.scope(scope, self.store());
        out.rule(self.metadata());
        out.keys(self.metadata());
        out.count(self.stream().documents.len());
        for document in &self.stream().documents {
            out.document(document, &self.metadata().rule);
        }
        true
    }
}

struct Canonical<'a> {
    sealed: &'a Sealed,
    sink: &'a mut dyn FnMut(&[u8]),
}

impl Canonical<'_> {
    fn scope(&mut self, scope: &SealScope, store: Store) {
        let SealScope {
            repository,
            tenant,
            clusters,
            path,
            seal: _,
        } = scope;
        self.text(CONTEXT);
        self.text(repository);
        self.text(tenant);
        let mut clusters: Vec<&String> = clusters.iter().collect();
        clusters.sort();
        self.count(clusters.len());
        for cluster in clusters {
            self.text(cluster);
        }
        self.text(path);
        self.text(store.as_str());
    }

    fn rule(&mut self, metadata: &Metadata) {
        self.text(metadata.rule.name());
        self.text(metadata.rule.value());
        self.raw(&[u8::from(metadata.mac_only_encrypted)]);
    }

    fn keys(&mut self, metadata: &Metadata) {
        self.number(metadata.shamir_threshold);
        self.count(metadata.groups.len());
        for group in &metadata.groups {
            let mut keys: Vec<&WrappedKey> = group.iter().collect();
            keys.sort();
            self.count(keys.len());
            for WrappedKey {
                kind,
                recipient,
                enc,
            } in keys
            {
                self.text(kind);
                self.text(recipient);
                self.raw(&Sha256::digest(enc.as_bytes()));
            }
        }
    }

    fn document(&mut self, document: &Document, rule: &Rule) {
        match &document.root {
            Some(root) if root.pairs().next().is_some() => {
                self.mapping(root, rule, &mut Vec::new());
            }
            Some(root) => self.node(root, rule, &mut Vec::new()),
            None => self.raw(&[0]),
        }
    }

    fn node<'a>(&mut self, node: &'a Node, rule: &Rule, keys: &mut Vec<&'a str>) {
        match &node.value {
            Value::Mapping(_) => self.mapping(node, rule, keys),
            Value::Sequence(_) => self.sequence(node, rule, keys),
            Value::Scalar(_) => self.scalar(node, rule, keys),
        }
    }

    fn mapping<'a>(&mut self, node: &'a Node, rule: &Rule, keys: &mut Vec<&'a str>) {
        let mut pairs: Vec<(&str, &Node)> = node
            .pairs()
            .map(|(key, value)| (key.text().unwrap_or_default(), value))
            .collect();
        if keys.is_empty() {
            pairs.retain(|(key, _)| *key != "sops");
        }
        pairs.sort_by_key(|(key, _)| *key);
        self.raw(&[1]);
        self.count(pairs.len());
        for (key, value) in pairs {
            self.text(key);
            keys.push(key);
            self.node(value, rule, keys);
            keys.pop();
        }
    }

    fn sequence<'a>(&mut self, node: &'a Node, rule: &Rule, keys: &mut Vec<&'a str>) {
        let selected = rule.selects(keys, &[]);
        let items: Vec<&Node> = node
            .items()
            .filter(|item| !(selected && is_sealed_comment(item)))
            .collect();
        self.raw(&[2]);
        self.count(items.len());
        for item in items {
            self.node(item, rule, keys);
        }
    }

    fn scalar(&mut self, node: &Node, rule: &Rule, keys: &[&str]) {
        match self.sealed.enc(node) {
            Some(enc) if rule.selects(keys, &[]) => self.sealed(&enc),
            _ => self.clear(node),
        }
    }

    fn sealed(&mut self, enc: &Enc) {
        let Enc {
            data,
            iv,
            tag,
            kind,
        } = enc;
        self.raw(&[4]);
        self.text(kind.as_str());
        self.bytes(data);
        self.bytes(iv);
        self.bytes(tag);
    }

    fn clear(&mut self, node: &Node) {
        let typed = sops::scalar(node).expect("parsing typed every clear value");
        let Some((kind, bytes)) = plaintext(typed) else {
            return self.raw(&[0]);
        };
        self.raw(&[3]);
        self.text(kind.as_str());
        self.bytes(&bytes);
    }

    fn raw(&mut self, bytes: &[u8]) {
        (self.sink)(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.raw(bytes);
    }

    fn count(&mut self, count: usize) {
        self.number(u32::try_from(count).expect("a sealed file has far less than 4 GiB"));
    }

    fn number(&mut self, number: u32) {
        self.raw(&number.to_be_bytes());
    }
}

#[cfg(test)]
mod tests;
