//! The namespaces of a tenant: a list, or all of them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Namespace;

/// Where a tenant's objects may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespaces {
    /// Anywhere, and outside namespaces; written `["*"]`, for the platform alone.
    All,
    /// In these, the first being where objects without a namespace go.
    List(Vec<Namespace>),
}

const ALL: &str = "*";

impl Namespaces {
    /// Whether objects may be in this namespace.
    pub fn contains(&self, namespace: &Namespace) -> bool {
        match self {
            Self::All => true,
            Self::List(list) => list.contains(namespace),
        }
    }

    /// The first one listed.
    pub fn first(&self) -> Option<&Namespace> {
        match self {
            Self::All => None,
            Self::List(list) => list.first(),
        }
    }
}

impl Serialize for Namespaces {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => [ALL].serialize(serializer),
            Self::List(list) => list.serialize(serializer),
        }
    }
}

/// An element of the written list.
enum Element {
    All,
    One(Namespace),
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == ALL {
            return Ok(Self::All);
        }
        text.parse()
            .map(Self::One)
            .map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Namespaces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let elements = Vec::<Element>::deserialize(deserializer)?;
        if let [Element::All] = elements.as_slice() {
            return Ok(Self::All);
        }
        let one = |element| match element {
            Element::One(namespace) => Ok(namespace),
            Element::All => Err(serde::de::Error::custom(
                "`*` stands for all namespaces, and so alone",
            )),
        };
        elements
            .into_iter()
            .map(one)
            .collect::<Result<_, _>>()
            .map(Self::List)
    }
}
