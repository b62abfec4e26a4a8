//! The steps from our text to the result.

use std::collections::HashMap;

use signet_yaml::edit::{Path, Step};

use super::part::Part;
use super::plan::{Pick, Plan};

/// A step, by a path in our text: all are made from the back, so that what is put in or taken out moves no place of those that
/// are still to come.
pub(super) enum Op<'a> {
    /// The new part, in the place of ours.
    Set(Path, Part<'a>, Part<'a>),
    Insert(Path, Part<'a>),
    Remove(Path),
}

impl Op<'_> {
    /// Whether what changes is an element.
    pub(super) fn is_element(&self) -> bool {
        let (Self::Set(path, ..) | Self::Insert(path, _) | Self::Remove(path)) = self;
        matches!(path.steps.last(), Some(Step::Index(_)))
    }
}

/// Adds the steps that make our part what was decided, conflicts in favour of one side.
pub(super) fn collect<'a>(
    plan: &Plan<'a>,
    ours: Part<'a>,
    path: &Path,
    pick: Pick,
    ops: &mut Vec<Op<'a>>,
) {
    match plan {
        Plan::As(Pick::Ours, _) => {}
        Plan::As(Pick::Theirs, part) => ops.push(Op::Set(path.clone(), *part, ours)),
        Plan::Conflict(..) => match plan.part(pick) {
            Some(_) if pick == Pick::Ours => {}
            Some(part) => ops.push(Op::Set(path.clone(), part, ours)),
            None => ops.push(Op::Remove(path.clone())),
        },
        Plan::Mapping(pairs, _) => mapping(pairs, ours, path, pick, ops),
        Plan::Sequence(items, _) => sequence(items, ours, path, pick, ops),
    }
}

fn mapping<'a>(
    pairs: &[(&'a str, Plan<'a>)],
    ours: Part<'a>,
    path: &Path,
    pick: Pick,
    ops: &mut Vec<Op<'a>>,
) {
    let key = |key: &str| child(path, Step::Key(key.to_owned()));
    let wanted: HashMap<&str, &Plan<'_>> = pairs.iter().map(|(key, plan)| (*key, plan)).collect();
    let there = ours.by_key();
    // What is added stands behind the rest, and comes first here: all is done from the back.
    let new = pairs
        .iter()
        .rev()
        .filter(|(key, _)| !there.contains_key(key));
    let added = new.filter_map(|(name, plan)| Some((name, plan.part(pick)?)));
    let gone = ours.pairs().filter(|(name, _)| !wanted.contains_key(name));
    ops.extend(gone.map(|(name, _)| Op::Remove(key(name))));
    ops.extend(added.map(|(name, part)| Op::Insert(key(name), part)));
    for (name, value) in ours.pairs() {
        if let Some(plan) = wanted.get(name) {
            collect(plan, value, &key(name), pick, ops);
        }
    }
}

fn sequence<'a>(
    items: &[(Option<usize>, Plan<'a>)],
    ours: Part<'a>,
    path: &Path,
    pick: Pick,
    ops: &mut Vec<Op<'a>>,
) {
    let at = |number| child(path, Step::Index(number));
    let elements = ours.items();
    let mut next = 0;
    for (there, plan) in items {
        if let Some(number) = *there {
            ops.extend((next..number).map(|gone| Op::Remove(at(gone))));
            collect(plan, elements[number], &at(number), pick, ops);
            next = number + 1;
        } else if let Some(part) = plan.part(pick) {
            ops.push(Op::Insert(at(next), part));
        }
    }
    ops.extend((next..elements.len()).map(|gone| Op::Remove(at(gone))));
}

fn child(path: &Path, step: Step) -> Path {
    let mut path = path.clone();
    path.steps.push(step);
    path
}
