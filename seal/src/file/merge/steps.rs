//! The steps from our text to the result.

use signet_yaml::edit::{Path, Step};

use super::part::Part;
use super::plan::{Pick, Plan};

/// A step, by a path in our text: all are made from the back, so that what is put in or taken out moves no place of those that
/// are still to come.
pub(super) enum Op<'a> {
    Set(Path, Part<'a>),
    Insert(Path, Part<'a>),
    Remove(Path),
}

/// Adds the steps that make our part what was decided, conflicts in favour of one side.
pub(super) fn collect<'a>(
    plan: &Plan<'a>,
    ours: Part<'_>,
    path: &Path,
    pick: Pick,
    ops: &mut Vec<Op<'a>>,
) {
    match plan {
        Plan::As(Pick::Ours, _) => {}
        Plan::As(Pick::Theirs, part) => ops.push(Op::Set(path.clone(), *part)),
        Plan::Conflict(..) => match plan.part(pick) {
            Some(_) if pick == Pick::Ours => {}
            Some(part) => ops.push(Op::Set(path.clone(), part)),
            None => ops.push(Op::Remove(path.clone())),
        },
        Plan::Mapping(pairs, _) => mapping(pairs, ours, path, pick, ops),
        Plan::Sequence(items, _) => sequence(items, ours, path, pick, ops),
    }
}

fn mapping<'a>(
    pairs: &[(&'a str, Plan<'a>)],
    ours: Part<'_>,
    path: &Path,
    pick: Pick,
    ops: &mut Vec<Op<'a>>,
) {
    let key = |key: &str| child(path, Step::Key(key.to_owned()));
    let wanted = |name: &str| pairs.iter().find(|(key, _)| *key == name);
    // What is added stands behind the rest, and comes first here: all is done from the back.
    let new = pairs
        .iter()
        .rev()
        .filter(|(key, _)| ours.get(key).is_none());
    let added = new.filter_map(|(name, plan)| Some((name, plan.part(pick)?)));
    let gone = ours.pairs().filter(|(name, _)| wanted(name).is_none());
    ops.extend(gone.map(|(name, _)| Op::Remove(key(name))));
    ops.extend(added.map(|(name, part)| Op::Insert(key(name), part)));
    for (name, value) in ours.pairs() {
        if let Some((_, plan)) = wanted(name) {
            collect(plan, value, &key(name), pick, ops);
        }
    }
}

fn sequence<'a>(
    items: &[(Option<usize>, Plan<'a>)],
    ours: Part<'_>,
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
