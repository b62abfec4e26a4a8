//! Sets of fields as the API server records them, and whether a field of an object is in one.
//!
//! `FieldsV1` is a tree: `f:<name>` is a field, `k:{…}` an item of a list by its keys, `v:<value>` an item of a set, `i:<n>`
//! an item by its place, `.` the node itself. A node without children is owned as a whole: a scalar, or a list or mapping
//! that the API treats as one value (Kubernetes, "Server-Side Apply", "Field management").

mod path;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

pub(crate) use path::{FieldPath, Step, leaves};

/// The fields of one or more entries of `managedFields`.
#[derive(Debug, Default)]
pub(crate) struct FieldSet {
    fields: BTreeMap<String, Self>,
    items: Vec<(Selector, Self)>,
    /// The items that are told by keys, by the JSON of these.
    keyed: HashMap<String, usize>,
    /// The names of the keys: one list, where the server wrote the set.
    key_names: BTreeSet<Vec<String>>,
}

/// Which items of a list are meant.
#[derive(Debug)]
enum Selector {
    Keys(Map<String, Value>),
    Value(Value),
    Index(usize),
}

impl FieldSet {
    /// Reads a set. What is not understood is left out, and so owned by nobody.
    pub(crate) fn read(fields_v1: &Value) -> Self {
        let mut set = Self::default();
        for (name, below) in fields_v1.as_object().into_iter().flatten() {
            let below = || Self::read(below);
            if let Some(field) = name.strip_prefix("f:") {
                set.fields.insert(field.to_owned(), below());
            } else if let Some(selector) = Selector::read(name) {
                set.add_item(selector, below());
            }
        }
        set
    }

    fn add_item(&mut self, selector: Selector, below: Self) {
        if let Selector::Keys(keys) = &selector {
            let text = Value::Object(keys.clone()).to_string();
            self.keyed.insert(text, self.items.len());
            self.key_names.insert(keys.keys().cloned().collect());
        }
        self.items.push((selector, below));
    }

    /// Whether the set has this field of an object, by itself or as part of what is owned as a whole.
    pub(crate) fn has(&self, path: &[Step<'_>]) -> bool {
        self.depth(path).is_some()
    }

    /// How many steps of the path lead to what the set has: all of them, or fewer where it has something as a whole.
    pub(crate) fn depth(&self, path: &[Step<'_>]) -> Option<usize> {
        let Some((step, rest)) = path.split_first() else {
            return Some(0);
        };
        let depth = |below: &Self| {
            let whole = below.is_whole().then_some(0);
            whole.or_else(|| below.depth(rest))
        };
        let depths = self.below(step).into_iter().filter_map(depth);
        depths.max().map(|depth| depth + 1)
    }

    /// Whether the set has parts of what this path leads to, and so does not take it as a whole.
    pub(crate) fn splits(&self, path: &[Step<'_>]) -> bool {
        match path.split_first() {
            None => !self.is_whole(),
            Some((step, rest)) => self.below(step).into_iter().any(|below| below.splits(rest)),
        }
    }

    /// What the set has below a field, or below an item of a list.
    fn below(&self, step: &Step<'_>) -> Vec<&Self> {
        match *step {
            Step::Field(name) => self.fields.get(name).into_iter().collect(),
            Step::Item { list, index } => match self.with_all_keys(&list[index]) {
                Some(below) => vec![below],
                None => self.selected(list, index),
            },
        }
    }

    /// What the set has below the item, if the item itself has all keys by which it is told.
    fn with_all_keys(&self, item: &Value) -> Option<&Self> {
        let text = |names: &Vec<String>| {
            let own = |name: &String| Some((name.clone(), item.get(name)?.clone()));
            let keys: Option<Map<String, Value>> = names.iter().map(own).collect();
            Some(Value::Object(keys?).to_string())
        };
        let mut texts = self.key_names.iter().filter_map(text);
        let place = texts.find_map(|text| self.keyed.get(&text))?;
        Some(&self.items[*place].1)
    }

    fn selected(&self, list: &[Value], index: usize) -> Vec<&Self> {
        let items = self.items.iter();
        let selected = items.filter(|(selector, _)| selector.selects(list, index));
        selected.map(|(_, below)| below).collect()
    }

    fn is_whole(&self) -> bool {
        self.fields.is_empty() && self.items.is_empty()
    }
}

impl Selector {
    fn read(name: &str) -> Option<Self> {
        let (prefix, text) = name.split_once(':')?;
        match prefix {
            "k" => serde_json::from_str(text).ok().map(Self::Keys),
            "v" => serde_json::from_str(text).ok().map(Self::Value),
            "i" => text.parse().ok().map(Self::Index),
            _ => None,
        }
    }

    fn selects(&self, list: &[Value], index: usize) -> bool {
        match self {
            Self::Index(place) => *place == index,
            Self::Value(value) => list[index] == *value,
            Self::Keys(keys) => {
                let own = claim(&list[index], keys);
                let is_exact = own == keys.len();
                own > 0 && (is_exact || list.iter().all(|other| claim(other, keys) <= own))
            }
        }
    }
}

/// How many of the keys the item has; none if one of them differs.
///
/// A key that the item leaves out was filled in by the API server (`protocol: TCP`), so another item may have more of a
/// claim: of the ports 53 and 53/UDP, the second one is the one with `"protocol":"UDP"`.
fn claim(item: &Value, keys: &Map<String, Value>) -> usize {
    let mut claim = 0;
    for (key, value) in keys {
        match item.get(key) {
            Some(own) if own == value => claim += 1,
            Some(_) => return 0,
            None => {}
        }
    }
    claim
}

#[cfg(test)]
mod tests;
