//! `.sops.yaml`: for whom a fresh file is sealed where no fleet says so, and which of its leaves.

mod error;
mod keys;
mod naming;
mod read;
mod spelling;

use std::collections::{BTreeMap, BTreeSet};

use signet_yaml::{Aliases, Limits, Node, Position, parse};

use crate::{Pattern, Rule, is_of_plugin};

pub use error::{CreationError, ForeignKeysError};
pub use keys::normal_key;
pub use naming::Naming;
pub use spelling::Misspelling;

/// The creation rules of a `.sops.yaml`.
///
/// What sops ignores is ignored: unknown keys, `stores` and `destination_rules`. What it finds wrong only in the rule that
/// matches (a pattern that does not compile, two selection rules) is found wrong in all.
#[derive(Debug, Clone)]
pub struct CreationRules {
    rules: Vec<CreationRule>,
    misspellings: Vec<Misspelling>,
}

/// How a fresh file is sealed.
#[derive(Debug, Clone)]
pub struct CreationRule {
    /// Where the rule begins.
    pub at: Position,
    /// Which leaves; nothing where the rule does not say.
    pub selection: Option<Rule>,
    /// Whether SOPS' MAC leaves out clear values.
    pub mac_only_encrypted: bool,
    /// How many groups are needed; 0 where the rule does not say.
    pub shamir_threshold: u32,
    /// The paths that it is for; nothing: all.
    path: Option<Pattern>,
    groups: Vec<KeyGroup>,
}

/// The keys of one group: any one of them is enough for it.
#[derive(Debug, Clone, Default)]
struct KeyGroup {
    age: BTreeSet<String>,
    /// The others by the names of their kinds in the file; those that a file names in another way are left out.
    foreign: BTreeMap<&'static str, BTreeSet<String>>,
}

impl CreationRules {
    /// Reads a `.sops.yaml`; nothing if it has no `creation_rules`, which SOPS takes as if there were no file.
    ///
    /// Anchors, aliases and merge keys (`<<`) are followed. As in SOPS, only the first document counts.
    ///
    /// # Errors
    /// [`CreationError`] with the place of what is wrong.
    ///
    /// Source: `config/config.go` of getsops/sops 3.13.
    pub fn read(text: &str) -> Result<Option<Self>, CreationError> {
        let stream = parse(text, &Limits::DOCUMENT, Aliases::Expand)?;
        let root = stream
            .documents
            .first()
            .and_then(|document| document.root.as_ref());
        let Some(root) = root else {
            return Ok(None);
        };
        let rules = read::rules(root)?;
        let misspellings = spelling::of_file(root);
        Ok(rules.map(|rules| Self {
            rules,
            misspellings,
        }))
    }

    /// The first rule for a path, which is relative to the folder of the `.sops.yaml`, or absolute for a file outside it.
    pub fn for_path(&self, path: &str) -> Option<&CreationRule> {
        self.rules.iter().find(|rule| rule.is_for(path))
    }

    /// All rules, in file order.
    pub fn iter(&self) -> impl Iterator<Item = &CreationRule> {
        self.rules.iter()
    }

    /// The rules that are for files of any name in any folder.
    pub fn for_all_paths(&self) -> impl Iterator<Item = &CreationRule> {
        // Two paths without a character in common: what names either of them does not match the other.
        let is_for_all = |rule: &&CreationRule| rule.is_for("q") && rule.is_for("0/1.2");
        self.rules.iter().filter(is_for_all)
    }

    /// Unknown keys that look like known ones, in file order.
    pub fn misspellings(&self) -> &[Misspelling] {
        &self.misspellings
    }
}

impl CreationRule {
    /// How closely it names a path that it is for.
    pub fn naming(&self, path: &str) -> Naming {
        naming::of(path, |other| self.is_for(other))
    }

    fn is_for(&self, path: &str) -> bool {
        let pattern = self.path.as_ref();
        pattern.is_none_or(|pattern| pattern.matches(path))
    }

    /// The age and ssh recipients of all groups, whatever else the rule asks for.
    pub fn age_recipients(&self) -> BTreeSet<String> {
        let groups = self.groups.iter();
        groups.flat_map(|group| &group.age).cloned().collect()
    }

    /// The keys beside age's of all groups: the kind as a sealed file calls it, and the names that stand there too; none
    /// where a file names such keys in another way.
    pub fn foreign_keys(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        let mut found: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        let foreign = self.groups.iter().flat_map(|group| &group.foreign);
        for (kind, names) in foreign {
            let kind = keys::kind_in_files(kind);
            found.entry(kind).or_default().extend(names.iter().cloned());
        }
        found
    }

    /// The age and ssh recipients of each group.
    ///
    /// # Errors
    /// [`ForeignKeysError`] if the rule also asks for kinds of keys that only sops wraps for, age's plugins among them.
    pub fn recipients(&self) -> Result<Vec<BTreeSet<String>>, ForeignKeysError> {
        let groups = self.groups.iter();
        let foreign = groups.clone().flat_map(|group| group.foreign.keys());
        let mut foreign: BTreeSet<&'static str> = foreign.copied().collect();
        let mut age = groups.flat_map(|group| &group.age);
        if age.any(|recipient| is_of_plugin(recipient)) {
            foreign.insert("age's plugins");
        }
        if foreign.is_empty() {
            return Ok(self.groups.iter().map(|group| group.age.clone()).collect());
        }
        Err(ForeignKeysError {
            at: self.at,
            kinds: foreign.into_iter().collect(),
        })
    }
}

/// The value of a field, or a merged mapping's where the node itself has none; null is no value.
fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let own = node
        .get(name)
        .or_else(|| merged(node).find_map(|mapping| field(mapping, name)));
    own.filter(|value| signet_yaml::sops::scalar(value) != Ok(signet_yaml::sops::Typed::Null))
}

/// The mappings that `<<` merges into a mapping.
fn merged(node: &Node) -> impl Iterator<Item = &Node> {
    let merged = node.get("<<").into_iter();
    merged.flat_map(|merged| std::iter::once(merged).chain(merged.items()))
}

#[cfg(test)]
mod tests;
