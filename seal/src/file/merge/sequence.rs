//! Lists: elements are told by what they hold, changed ones by where they stand between others.

use std::collections::BTreeMap;

use signet_envelope::Pointer;

use super::align::{Pair, align};
use super::identity::Called;
use super::part::{Part, Remarks};
use super::plan::{Pick, Plan, Planner, Three};
use super::remark::{renamed, same_around};
use super::values::Values;

/// The numbers of an element in the common version, on our side and on theirs.
type Numbers = [Option<usize>; 3];

impl Planner<'_> {
    /// What becomes of a list that both sides have changed.
    pub(super) fn sequence<'a>(&mut self, at: &Pointer, three: Three<'a>) -> Plan<'a> {
        let (Some(base), ours, theirs) = three else {
            return self.conflict(at, Some(three.1), Some(three.2));
        };
        let lists = [base, ours, theirs].map(Part::items);
        let remarks = [base, ours, theirs].map(Part::remarks);
        let Some(elements) = Lists::of(self.values, &lists, &remarks).elements() else {
            return self.conflict(at, Some(ours), Some(theirs));
        };
        let mut plans = Vec::new();
        let mut names: [BTreeMap<String, String>; 3] = Default::default();
        for element in elements {
            let number = plans.len();
            for (names, there) in names.iter_mut().zip(element) {
                names.extend(there.map(|there| (there.to_string(), number.to_string())));
            }
            let [before, our, their] =
                [0, 1, 2].map(|side| element[side].map(|at| lists[side][at]));
            let plan = match (our, their) {
                (Some(our), Some(their)) => self.part(&at.child(number), (before, our, their)),
                (Some(part), None) => Plan::As(Pick::Ours, part),
                (None, Some(part)) => Plan::As(Pick::Theirs, part),
                (None, None) => continue,
            };
            plans.push((element[1], plan));
        }
        let [before, our, their] = remarks;
        let (before, our) = (renamed(before, &names[0]), renamed(our, &names[1]));
        let their = renamed(their, &names[2]);
        let notes = self.notes(at, Some(&before), &our, &their);
        Plan::Sequence(plans, notes)
    }
}

/// A list three times.
struct Lists<'l, 'a> {
    values: &'l Values,
    versions: &'l [Vec<Part<'a>>; 3],
    remarks: &'l [Remarks<'a>; 3],
    ours: Gaps,
    theirs: Gaps,
}

impl<'l, 'a> Lists<'l, 'a> {
    fn of(
        values: &'l Values,
        lists: &'l [Vec<Part<'a>>; 3],
        remarks: &'l [Remarks<'a>; 3],
    ) -> Self {
        let [before, ours, theirs] = lists;
        let gaps = |side: &[Part<'a>]| {
            let same = |one: usize, other: usize| values.same(before[one], side[other]);
            Gaps::of(before.len(), &align(before.len(), side.len(), same), same)
        };
        Self {
            values,
            versions: lists,
            remarks,
            ours: gaps(ours),
            theirs: gaps(theirs),
        }
    }

    /// The elements of the result; nothing if both sides put something in at one place, one took out what the other
    /// one changed, or nobody knows whether what both changed is the same element.
    fn elements(&self) -> Option<Vec<Numbers>> {
        let mut elements = Vec::new();
        for number in 0..self.versions[0].len() {
            elements.extend(self.added(number)?);
            match (self.ours.became[number], self.theirs.became[number]) {
                (Some(our), Some(their)) if !self.is_one(number, our, their) => return None,
                (Some(our), Some(their)) => elements.push([Some(number), Some(our), Some(their)]),
                (Some(our), None) if !self.is_untouched(number, 1, our) => return None,
                (None, Some(their)) if !self.is_untouched(number, 2, their) => return None,
                _ => {}
            }
        }
        elements.extend(self.added(self.versions[0].len())?);
        Some(elements)
    }

    /// What was put in front of an element.
    fn added(&self, number: usize) -> Option<Vec<Numbers>> {
        let (ours, theirs) = (&self.ours.added[number], &self.theirs.added[number]);
        let alike = || {
            let mut both = ours.iter().zip(theirs);
            ours.len() == theirs.len() && both.all(|(our, their)| self.same([1, 2], *our, *their))
        };
        if ours.is_empty() {
            return Some(theirs.iter().map(|at| [None, None, Some(*at)]).collect());
        }
        if theirs.is_empty() {
            return Some(ours.iter().map(|at| [None, Some(*at), None]).collect());
        }
        let both = ours.iter().zip(theirs);
        alike().then(|| {
            both.map(|(our, their)| [None, Some(*our), Some(*their)])
                .collect()
        })
    }

    /// Whether what stands for an element on both sides is that element still: a side that takes one out, changes the next
    /// and puts one in has as many as before.
    fn is_one(&self, number: usize, our: usize, their: usize) -> bool {
        let versions =
            [(0, number), (1, our), (2, their)].map(|(side, at)| self.versions[side][at]);
        let is_scalar = versions.iter().all(|part| part.node.text().is_some());
        // Two scalars that differ are a conflict of their own.
        is_scalar
            || self.same([0, 1], number, our)
            || self.same([0, 2], number, their)
            || self.same([1, 2], our, their)
            || Called::elements(self.values, &versions)
                .is_one(self.ours.alone[number] && self.theirs.alone[number])
    }

    /// Whether a side has an element, and the comments above and behind it, as the common version does.
    fn is_untouched(&self, before: usize, side: usize, after: usize) -> bool {
        let (old, new) = (before.to_string(), after.to_string());
        self.same([0, side], before, after)
            && same_around((&self.remarks[0], &old), (&self.remarks[side], &new))
    }

    fn same(&self, sides: [usize; 2], one: usize, other: usize) -> bool {
        let [first, second] = sides;
        self.values
            .same(self.versions[first][one], self.versions[second][other])
    }
}

/// What a side made of a sequence.
pub(super) struct Gaps {
    /// The number that each element has on the side.
    pub(super) became: Vec<Option<usize>>,
    /// What the side put in front of each element, and behind the last one.
    pub(super) added: Vec<Vec<usize>>,
    /// Whether an element is the same, or the only one between such that is not.
    pub(super) alone: Vec<bool>,
}

impl Gaps {
    pub(super) fn of(length: usize, pairs: &[Pair], same: impl Fn(usize, usize) -> bool) -> Self {
        let mut gaps = Self {
            became: vec![None; length],
            added: vec![Vec::new(); length + 1],
            alone: vec![true; length],
        };
        let is_changed =
            |pair: &Pair| matches!(pair, (Some(one), Some(other)) if !same(*one, *other));
        for gap in pairs.chunk_by(|one, next| is_changed(one) && is_changed(next)) {
            let several = gap.iter().filter(|_| gap.len() > 1);
            several
                .filter_map(|(before, _)| *before)
                .for_each(|before| gaps.alone[before] = false);
        }
        let mut next = 0;
        for (before, after) in pairs {
            match (before, after) {
                (Some(before), after) => {
                    gaps.became[*before] = *after;
                    next = before + 1;
                }
                (None, Some(after)) => gaps.added[next].push(*after),
                (None, None) => {}
            }
        }
        gaps
    }
}
