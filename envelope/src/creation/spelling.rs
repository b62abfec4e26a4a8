//! Keys that sops ignores because they are misspelt: a `path-regex` makes its rule match every file.

use std::fmt;

use signet_yaml::{Node, Position};

use super::keys::{GROUP_KINDS, RULE_KINDS};
use super::read::SELECTIONS;
use super::{field, merged};

const FILE: [&str; 3] = ["creation_rules", "destination_rules", "stores"];
const RULE: [&str; 7] = [
    "path_regex",
    "age",
    "aws_profile",
    "key_groups",
    "shamir_threshold",
    "mac_only_encrypted",
    "<<",
];
const GROUP: [&str; 3] = ["merge", "age", "<<"];

/// An unknown key that looks like a known one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelling {
    /// Where it stands.
    pub at: Position,
    /// What is written.
    pub key: String,
    /// What is probably meant.
    pub meant: &'static str,
}

impl fmt::Display for Misspelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, key, meant } = self;
        write!(f, "{at}: {key} is ignored; is {meant} meant?")
    }
}

/// All of a file.
pub(super) fn of_file(root: &Node) -> Vec<Misspelling> {
    let rule_keys: Vec<&str> = [&RULE[..], &SELECTIONS, &RULE_KINDS].concat();
    let group_keys: Vec<&str> = [&GROUP[..], &GROUP_KINDS].concat();
    let mut found = of_mapping(root, &FILE);
    let rules = field(root, "creation_rules").into_iter();
    for rule in rules.flat_map(Node::items) {
        found.extend(of_mapping(rule, &rule_keys));
        let groups = field(rule, "key_groups").into_iter().flat_map(Node::items);
        groups.for_each(|group| of_group(group, &group_keys, &mut found));
    }
    found
}

fn of_group(group: &Node, known: &[&'static str], found: &mut Vec<Misspelling>) {
    found.extend(of_mapping(group, known));
    let merge = field(group, "merge").into_iter().flat_map(Node::items);
    merge.for_each(|group| of_group(group, known, found));
}

fn of_mapping(node: &Node, known: &[&'static str]) -> Vec<Misspelling> {
    let merged = merged(node).flat_map(|mapping| of_mapping(mapping, known));
    let own = node.pairs().filter_map(|(key, _)| {
        let written = key.text()?;
        let meant = meant(written, known)?;
        Some(Misspelling {
            at: key.at,
            key: written.to_owned(),
            meant,
        })
    });
    own.chain(merged).collect()
}

/// The known key that is probably meant by one that is not known.
fn meant(written: &str, known: &[&'static str]) -> Option<&'static str> {
    if known.contains(&written) || written.len() > 40 {
        return None;
    }
    let letters = letters(written);
    let near = |name: &&&'static str| {
        let allowed = if name.len() < 6 { 1 } else { 2 };
        distance(&letters, &self::letters(name)) <= allowed
    };
    known.iter().find(near).copied()
}

/// `pathRegex`, `path-regex` and `path_regex` are written with the same letters.
fn letters(text: &str) -> Vec<char> {
    let letters = text.chars().filter(|c| !matches!(c, '_' | '-'));
    letters.flat_map(char::to_lowercase).collect()
}

/// How many letters have to be put in, left out or exchanged to make the one text the other (Levenshtein).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let exchanged = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}
