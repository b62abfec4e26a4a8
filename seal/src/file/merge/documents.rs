//! Which documents of the two sides belong together.

use super::align::align;
use super::body::Body;
use super::error::MergeError;
use super::identity::Called;
use super::part::Part;
use super::plan::{Pick, Plan, Planner};
use super::sequence::Gaps;
use crate::file::SealRequest;
use signet_envelope::Pointer;

type Root<'a> = Option<Part<'a>>;

impl Planner<'_> {
    /// What becomes of each document that our side has; nothing for an empty one.
    ///
    /// # Errors
    /// [`MergeError::Documents`] if theirs has put in or taken out any, or changed one that ours has taken out, or if nobody
    /// knows whether what both changed is the same document.
    pub(super) fn documents<'a>(
        &mut self,
        base: Option<&'a Body>,
        ours: &'a Body,
        theirs: &'a Body,
        request: &SealRequest<'_>,
    ) -> Result<Vec<Option<Plan<'a>>>, MergeError> {
        let before = base.map(Body::roots);
        let (ours, theirs) = (ours.roots(), theirs.roots());
        let matched = self.matched(before.as_deref(), &ours, &theirs);
        let matched = matched.ok_or_else(|| MergeError::Documents {
            path: request.path.clone(),
        })?;
        let mut plans = Vec::new();
        for (number, (our, there)) in ours.iter().zip(matched).enumerate() {
            let at = Pointer::document(number);
            plans.push(match (our, there) {
                (Some(our), Some((base, Some(their)))) => Some(self.part(&at, (base, *our, their))),
                (Some(our), None) => Some(Plan::As(Pick::Ours, *our)),
                (None, None | Some((_, None))) => None,
                _ => {
                    let path = request.path.clone();
                    return Err(MergeError::Documents { path });
                }
            });
        }
        Ok(plans)
    }

    /// For each of our documents the one before and theirs; nothing for one that only we have.
    fn matched<'a>(
        &self,
        before: Option<&[Root<'a>]>,
        ours: &[Root<'a>],
        theirs: &[Root<'a>],
    ) -> Option<Vec<Option<(Root<'a>, Root<'a>)>>> {
        let Some(before) = before else {
            let both = theirs.iter().map(|their| Some((None, *their))).collect();
            return (ours.len() == theirs.len()).then_some(both);
        };
        let gaps = |side: &[Root<'a>]| {
            let same = |one: usize, other: usize| self.same_root(before[one], side[other]);
            Gaps::of(before.len(), &align(before.len(), side.len(), same), same)
        };
        let (our, their) = (gaps(ours), gaps(theirs));
        if their.added.iter().any(|added| !added.is_empty()) {
            return None;
        }
        let mut matched = vec![None; ours.len()];
        for (number, root) in before.iter().enumerate() {
            let there = theirs[their.became[number]?];
            match our.became[number] {
                Some(at) => {
                    let stands_alone = our.alone[number] && their.alone[number];
                    let is_file = [before.len(), ours.len(), theirs.len()] == [1; 3];
                    let is_one = self.same_root(*root, ours[at])
                        || self.same_root(*root, there)
                        || self.same_root(ours[at], there)
                        || is_file
                        || self.is_one(&[*root, ours[at], there], stands_alone);
                    matched[at] = Some((*root, is_one.then_some(there)?));
                }
                None if self.same_root(*root, there) => {}
                None => return None,
            }
        }
        Some(matched)
    }

    /// Whether these are versions of one document.
    fn is_one(&self, versions: &[Root<'_>], stands_alone: bool) -> bool {
        let there: Vec<Part<'_>> = versions.iter().copied().flatten().collect();
        Called::documents(self.values, &there).is_one(stands_alone)
    }

    fn same_root(&self, one: Root<'_>, other: Root<'_>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => self.values.same(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}
