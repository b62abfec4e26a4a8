//! Walks collections for serde, and notes where each complaint comes from.

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use crate::Node;
use crate::fields::Fields;
use crate::fields::error::Failure;
use crate::kubernetes;

/// The elements of a sequence.
pub(super) struct Sequence<'n> {
    items: Box<dyn Iterator<Item = &'n Node> + 'n>,
    number: usize,
}

impl<'n> Sequence<'n> {
    pub(super) fn new(node: &'n Node) -> Self {
        Self {
            items: Box::new(node.items()),
            number: 0,
        }
    }
}

impl<'de> SeqAccess<'de> for Sequence<'_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failure> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let number = self.number;
        self.number += 1;
        seed.deserialize(Fields(item))
            .map(Some)
            .map_err(|failure| failure.at(item.at).in_element(number))
    }
}

/// The pairs of a mapping.
pub(super) struct Mapping<'n> {
    pairs: Box<dyn Iterator<Item = (&'n Node, &'n Node)> + 'n>,
    value: Option<(String, &'n Node)>,
}

impl<'n> Mapping<'n> {
    pub(super) fn new(node: &'n Node) -> Self {
        Self {
            pairs: Box::new(node.pairs()),
            value: None,
        }
    }
}

impl<'de> MapAccess<'de> for Mapping<'_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure> {
        let Some((key, value)) = self.pairs.next() else {
            return Ok(None);
        };
        let name =
            kubernetes::key_to_string(key).map_err(|error| Failure::typed(&error).at(key.at))?;
        self.value = Some((name.clone(), value));
        let key_deserializer = StringDeserializer::<Failure>::new(name);
        seed.deserialize(key_deserializer)
            .map(Some)
            .map_err(|failure| failure.at(key.at))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let (name, node) = self
            .value
            .take()
            .expect("serde asks for a value after its key");
        seed.deserialize(Fields(node))
            .map_err(|failure| failure.at(node.at).in_field(&name))
    }
}
