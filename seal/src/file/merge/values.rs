//! What was opened, and what of it is the same.

use std::collections::HashMap;

use signet_envelope::{Content, Enc, LeafType, plaintext};
use signet_yaml::{Node, TypeError, Value as Yaml, sops};
use zeroize::Zeroizing;

use super::part::{Part, texts};
use crate::Random;
use crate::cipher::Cipher;
use crate::data_key::DataKey;
use crate::unlock::{Bytes, Opened, Value, text_of};

/// What was opened, by the ciphertext from which it was.
#[derive(Default)]
pub(super) struct Values {
    opened: HashMap<String, Value>,
    /// Ciphertext under the result's key, by that under another one.
    carried: HashMap<String, String>,
}

impl Values {
    /// Adds the values of a version.
    pub(super) fn add(&mut self, opened: Vec<Opened<'_>>) {
        for Opened { slot, value } in opened {
            if let (Content::Scalar(_), Some(value)) = (slot.content, value) {
                self.opened.insert(text_of(&slot).0.to_owned(), value);
            }
        }
    }

    /// Adds the values of a version under another key than that of the result, under which they are sealed as well.
    pub(super) fn carry(&mut self, opened: Vec<Opened<'_>>, key: &DataKey, rng: &mut dyn Random) {
        let cipher = Cipher::of(key);
        for Opened { slot, value } in &opened {
            if let (Content::Scalar(_), Some(value)) = (slot.content, value) {
                let enc: Enc = cipher.encrypt(&value.bytes, &slot.aad(), value.kind, rng);
                let copy = Value {
                    kind: value.kind,
                    bytes: Bytes::Own(Zeroizing::new(value.bytes.to_vec())),
                };
                self.opened.insert(enc.written(), copy);
                let old = text_of(slot).0.to_owned();
                self.carried.insert(old, enc.written());
            }
        }
        self.add(opened);
    }

    /// The ciphertext of a scalar under the result's key; nothing for a clear one.
    pub(super) fn sealed<'v>(&'v self, node: &'v Node) -> Option<&'v str> {
        let text = node.text().filter(|text| self.opened.contains_key(*text))?;
        Some(self.carried.get(text).map_or(text, String::as_str))
    }

    /// Whether two parts hold the same under the same names, comments included.
    pub(super) fn same(&self, one: Part<'_>, other: Part<'_>) -> bool {
        let remarks = |part: Part<'_>| -> Vec<_> {
            let remarks = part.remarks().into_iter();
            let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
            remarks
                .map(|(spot, comments)| -> (_, Vec<String>) { (spot, owned(texts(&comments))) })
                .collect()
        };
        self.equal(one, other, &|one, other| remarks(one) == remarks(other))
    }

    /// As [`Self::same`], comments left out.
    pub(super) fn same_values(&self, one: Part<'_>, other: Part<'_>) -> bool {
        self.equal(one, other, &|_, _| true)
    }

    fn equal(
        &self,
        one: Part<'_>,
        other: Part<'_>,
        also: &dyn Fn(Part<'_>, Part<'_>) -> bool,
    ) -> bool {
        let below = |one: Part<'_>, other: Part<'_>| self.equal(one, other, also);
        let alike = match (&one.node.value, &other.node.value) {
            (Yaml::Scalar(_), Yaml::Scalar(_)) => return self.same_leaf(one.node, other.node),
            (Yaml::Mapping(_), Yaml::Mapping(_)) => equal_pairs(one, other, &below),
            (Yaml::Sequence(_), Yaml::Sequence(_)) => {
                let (one, other) = (one.items(), other.items());
                one.len() == other.len() && one.into_iter().zip(other).all(|(a, b)| below(a, b))
            }
            _ => false,
        };
        alike && also(one, other)
    }

    fn same_leaf(&self, one: &Node, other: &Node) -> bool {
        match (self.leaf(one), self.leaf(other)) {
            (Ok(one), Ok(other)) => match (one, other) {
                (Some(one), Some(other)) => one == other,
                (None, None) => true,
                _ => false,
            },
            _ => false,
        }
    }

    /// Type and bytes; nothing for a null.
    fn leaf(&self, node: &Node) -> Result<Option<Leaf>, TypeError> {
        if let Some(value) = node.text().and_then(|text| self.opened.get(text)) {
            let bytes = Zeroizing::new(value.bytes.to_vec());
            return Ok(Some((value.kind, bytes)));
        }
        let clear = plaintext(sops::scalar(node)?);
        Ok(clear.map(|(kind, bytes)| (kind, Zeroizing::new(bytes))))
    }
}

/// Whether two mappings have the same keys, in any order, with equal values.
fn equal_pairs(one: Part<'_>, other: Part<'_>, below: &dyn Fn(Part<'_>, Part<'_>) -> bool) -> bool {
    let (here, there): (Vec<_>, Vec<_>) = (one.pairs().collect(), other.pairs().collect());
    if here.len() != there.len() {
        return false;
    }
    let mut both = here.iter().zip(&there);
    if both.clone().all(|((key, _), (same, _))| key == same) {
        return both.all(|((_, value), (_, other))| below(*value, *other));
    }
    let there = other.by_key();
    let mut here = here.into_iter();
    here.all(|(key, value)| there.get(key).is_some_and(|there| below(value, *there)))
}

type Leaf = (LeafType, Zeroizing<Vec<u8>>);
