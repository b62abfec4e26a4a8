//! What the merge makes of each part: a decision for every value, key, element and comment, before any text is written.

use std::collections::{BTreeMap, HashMap};

use signet_envelope::Pointer;
use signet_yaml::Value as Yaml;

use super::part::{Part, Remarks, Spot};
use super::remark::{merged, same_around};
use super::values::Values;

/// The side that a conflict goes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pick {
    Ours,
    Theirs,
}

/// What becomes of a part.
pub(super) enum Plan<'a> {
    /// As it is on one side.
    As(Pick, Part<'a>),
    /// A person decides; nothing where a side has taken it out.
    Conflict(Option<Part<'a>>, Option<Part<'a>>),
    /// Keys, each with what becomes of its value, and comments.
    Mapping(Vec<(&'a str, Plan<'a>)>, Notes<'a>),
    /// Elements, each with its number on our side if it is there.
    Sequence(Vec<(Option<usize>, Plan<'a>)>, Notes<'a>),
}

/// The comments of a collection, as they become if conflicts go to one side or to the other.
pub(super) type Notes<'a> = BTreeMap<Spot, [Vec<&'a str>; 2]>;

impl<'a> Plan<'a> {
    /// The part that stands here as a side has it; nothing if it is put together, or not there.
    pub(super) fn part(&self, pick: Pick) -> Option<Part<'a>> {
        match (self, pick) {
            (Self::As(_, part), _)
            | (Self::Conflict(Some(part), _), Pick::Ours)
            | (Self::Conflict(_, Some(part)), Pick::Theirs) => Some(*part),
            _ => None,
        }
    }

    /// Whether nothing stands here.
    pub(super) fn is_absent(&self, pick: Pick) -> bool {
        matches!(self, Self::Conflict(..)) && self.part(pick).is_none()
    }
}

/// Decides.
pub(super) struct Planner<'v> {
    pub(super) values: &'v Values,
    /// Where a person has to.
    pub(super) conflicts: Vec<Pointer>,
}

/// A part as it is in the common version, if that has it, on our side and on theirs.
pub(super) type Three<'a> = (Option<Part<'a>>, Part<'a>, Part<'a>);

/// A mapping, looked into once.
#[derive(Default)]
struct Keyed<'a> {
    values: HashMap<&'a str, Part<'a>>,
    remarks: Remarks<'a>,
}

impl<'a> Keyed<'a> {
    fn of(mapping: Part<'a>) -> Self {
        Self {
            values: mapping.by_key(),
            remarks: mapping.remarks(),
        }
    }
}

impl Planner<'_> {
    pub(super) fn part<'a>(&mut self, at: &Pointer, three: Three<'a>) -> Plan<'a> {
        let (base, ours, theirs) = three;
        let values = self.values;
        let was = |part| base.is_some_and(|base| values.same(base, part));
        if values.same(ours, theirs) || was(theirs) {
            return Plan::As(Pick::Ours, ours);
        }
        match (&ours.node.value, &theirs.node.value) {
            (Yaml::Mapping(_), Yaml::Mapping(_)) => self.mapping(at, three),
            (Yaml::Sequence(_), Yaml::Sequence(_)) => match base.map(|base| &base.node.value) {
                Some(Yaml::Sequence(_)) => self.sequence(at, three),
                _ => self.conflict(at, Some(ours), Some(theirs)),
            },
            _ if was(ours) => Plan::As(Pick::Theirs, theirs),
            _ => self.conflict(at, Some(ours), Some(theirs)),
        }
    }

    pub(super) fn conflict<'a>(
        &mut self,
        at: &Pointer,
        ours: Option<Part<'a>>,
        theirs: Option<Part<'a>>,
    ) -> Plan<'a> {
        self.conflicts.push(at.clone());
        Plan::Conflict(ours, theirs)
    }

    fn mapping<'a>(&mut self, at: &Pointer, three: Three<'a>) -> Plan<'a> {
        let (base, ours, theirs) = three;
        let before = base.map(Keyed::of).unwrap_or_default();
        let (our, their) = (Keyed::of(ours), Keyed::of(theirs));
        let was = |key: &str| before.values.get(key).copied();
        let mut pairs = Vec::new();
        for (key, value) in ours.pairs() {
            let plan = match (was(key), their.values.get(key)) {
                (before, Some(there)) => self.part(&at.child(key), (before, value, *there)),
                (None, None) => Plan::As(Pick::Ours, value),
                (Some(_), None) if self.is_untouched(key, &before, &our) => continue,
                (Some(_), None) => self.conflict(&at.child(key), Some(value), None),
            };
            pairs.push((key, plan));
        }
        for (key, value) in theirs
            .pairs()
            .filter(|(key, _)| !our.values.contains_key(key))
        {
            let plan = match was(key) {
                None => Plan::As(Pick::Theirs, value),
                Some(_) if self.is_untouched(key, &before, &their) => continue,
                Some(_) => self.conflict(&at.child(key), None, Some(value)),
            };
            pairs.push((key, plan));
        }
        let remarks = base.is_some().then_some(&before.remarks);
        let notes = self.notes(at, remarks, &our.remarks, &their.remarks);
        Plan::Mapping(pairs, notes)
    }

    /// Whether a side has a key, and the comments above and behind it, as the common version does.
    fn is_untouched(&self, key: &str, base: &Keyed<'_>, side: &Keyed<'_>) -> bool {
        match (base.values.get(key), side.values.get(key)) {
            (Some(one), Some(other)) => {
                self.values.same(*one, *other)
                    && same_around((&base.remarks, key), (&side.remarks, key))
            }
            _ => false,
        }
    }

    /// The comments of a collection; a spot in which both sides wrote something else is a conflict.
    pub(super) fn notes<'a>(
        &mut self,
        at: &Pointer,
        base: Option<&Remarks<'a>>,
        ours: &Remarks<'a>,
        theirs: &Remarks<'a>,
    ) -> Notes<'a> {
        let notes = merged(base, ours, theirs);
        let differs = |both: &&[Vec<&str>; 2]| both[0] != both[1];
        let conflicts = notes.values().filter(differs).map(|_| at.clone());
        self.conflicts.extend(conflicts);
        notes
    }
}
