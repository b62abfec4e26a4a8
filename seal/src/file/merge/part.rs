//! A node together with its text: what the two sides and their common version are compared by.

use std::collections::{BTreeMap, HashMap};

use signet_envelope::Store;
use signet_yaml::{Comment, Entry, Item, Node, Value as Yaml};

/// A node in the body of a file.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    pub(super) node: &'a Node,
    pub(super) store: Store,
}

/// Where comments stand among the entries of a collection; entries go by their key or their number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// Of a section of INI: above it or in its line.
    Head,
    /// On lines of their own above an entry.
    Above(String),
    /// Behind an entry, on its line.
    Beside(String),
    /// Below all entries.
    End,
}

/// The comments of a collection that stand among its entries.
pub(super) type Remarks<'a> = BTreeMap<Spot, Vec<&'a Comment>>;

impl<'a> Part<'a> {
    /// Another node of the same text.
    pub(super) fn at(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }

    pub(super) fn pairs(self) -> impl Iterator<Item = (&'a str, Self)> {
        let pairs = self.node.pairs();
        pairs.map(move |(key, value)| (key.text().unwrap_or_default(), self.at(value)))
    }

    /// The values of a mapping by their keys, the first where one stands twice.
    pub(super) fn by_key(self) -> HashMap<&'a str, Self> {
        let mut all = HashMap::new();
        for (key, value) in self.pairs() {
            all.entry(key).or_insert(value);
        }
        all
    }

    pub(super) fn items(self) -> Vec<Self> {
        self.node.items().map(|item| self.at(item)).collect()
    }

    /// What its entries are called, in order.
    pub(super) fn names(self) -> Vec<String> {
        let keys = self.pairs().map(|(key, _)| key.to_owned());
        let numbers = (0..self.node.items().count()).map(|number| number.to_string());
        keys.chain(numbers).collect()
    }

    /// The comments among its entries.
    pub(super) fn remarks(self) -> Remarks<'a> {
        if self.store == Store::Ini {
            return self.remarks_of_ini();
        }
        let names = self.names();
        let mut remarks = Remarks::new();
        let mut entry = 0;
        let mut add = |comment: &'a Comment, entry: usize| {
            let before = entry.checked_sub(1).filter(|_| !self.has_own_line(comment));
            let above = names.get(entry).map(|name| Spot::Above(name.clone()));
            let beside = before.map(|before| Spot::Beside(names[before].clone()));
            let spot = beside.or(above).unwrap_or(Spot::End);
            remarks.entry(spot).or_default().push(comment);
        };
        match &self.node.value {
            Yaml::Scalar(_) => {}
            Yaml::Mapping(entries) => entries.iter().for_each(|one| match one {
                Entry::Comment(comment) => add(comment, entry),
                Entry::Pair { .. } => entry += 1,
            }),
            Yaml::Sequence(items) => items.iter().for_each(|one| match one {
                Item::Comment(comment) => add(comment, entry),
                Item::Node(_) => entry += 1,
            }),
        }
        remarks
    }

    /// In the tree of INI a comment follows the key that it belongs to, whether it stands above it or in its line.
    fn remarks_of_ini(self) -> Remarks<'a> {
        let mut remarks = Remarks::new();
        let Yaml::Mapping(entries) = &self.node.value else {
            return remarks;
        };
        let mut before = None;
        for entry in entries {
            let comment = match entry {
                Entry::Pair { key, value } => {
                    before = Some((key.text().unwrap_or_default(), value));
                    continue;
                }
                Entry::Comment(comment) => comment,
            };
            let is_behind = |end| comment.span.start > end;
            let is_below = |end| is_behind(end) && self.has_own_line(comment);
            let spot = match before {
                Some((_, value)) if is_below(value.span.end) => Spot::End,
                Some((key, value)) if is_behind(value.span.end) => Spot::Beside(key.to_owned()),
                Some((key, _)) => Spot::Above(key.to_owned()),
                None if is_below(self.node.span.end) => Spot::End,
                None => Spot::Head,
            };
            remarks.entry(spot).or_default().push(comment);
        }
        remarks
    }

    fn has_own_line(self, comment: &Comment) -> bool {
        let before = &self.text[..comment.span.start];
        let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        // In dotenv and INI the place of a comment is that behind its mark.
        let marks: &[char] = match self.store {
            Store::Dotenv | Store::Ini => &['#', ';'],
            _ => &[],
        };
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\u{feff}') || marks.contains(&c);
        line.chars().all(is_blank)
    }
}

/// The texts of comments.
pub(super) fn texts<'a>(comments: &[&'a Comment]) -> Vec<&'a str> {
    comments.iter().map(|one| one.text.as_str()).collect()
}
