//! One version of the file: what must hold before anything of it is used.

use std::collections::{BTreeSet, HashMap};

use signet_envelope::{Content, Pointer, ScopeError, Sealed, parse_as};

use super::body::Body;
use super::error::{MergeError, Side};
use super::people::{People, recipients};
use crate::data_key::DataKey;
use crate::file::{SealError, SealRequest, existing, place, vouch};
use crate::layout::reads_as;
use crate::unlock::{Opened, Value, open_checked, open_slots};

pub(super) struct Version {
    pub(super) sealed: Sealed,
    pub(super) key: DataKey,
}

impl Version {
    /// A version that opens, with a seal and a MAC that hold, at the place that it claims.
    pub(super) fn open(text: &str, request: &SealRequest<'_>) -> Result<Self, SealError> {
        let sealed = parse_as(request.store, text, request.path)?;
        place::check_claims(&sealed, request)?;
        if request.place.is_some() && sealed.signet().is_none() {
            let path = request.path.clone();
            return Err(ScopeError::NoSeal { path }.into());
        }
        let key = existing::key(&sealed, request)?;
        open_checked(&sealed, &key)?;
        Ok(Self { sealed, key })
    }

    pub(super) fn opened(&self) -> Result<Vec<Opened<'_>>, SealError> {
        Ok(open_slots(&self.sealed, &self.key)?)
    }

    pub(super) fn body(&self, request: &SealRequest<'_>) -> Result<Body, SealError> {
        Body::of(&self.sealed, &self.opened()?, request)
    }

    /// The sealed values that the other version lacks or has otherwise; all of them where there is no other.
    pub(super) fn beyond(&self, other: Option<&Self>) -> Result<BTreeSet<Pointer>, SealError> {
        let there = other.map(Self::opened).transpose()?.unwrap_or_default();
        let there: HashMap<Pointer, Value> = values(there).collect();
        let store = self.sealed.store();
        let beyond = values(self.opened()?).filter(|(at, value)| {
            let there = there.get(at);
            !there.is_some_and(|there| reads_as(store, there, value))
        });
        Ok(beyond.map(|(at, _)| at).collect())
    }

    pub(super) fn has_rule_of(&self, other: &Self) -> bool {
        let rule = |version: &Self| {
            let metadata = version.sealed.metadata();
            (metadata.rule.clone(), metadata.mac_only_encrypted)
        };
        rule(self) == rule(other)
    }

    /// Whether the result may be sealed under our key: somebody answers for it or had it before, no side has done away with
    /// it, and nobody knows it who is not to open the result.
    pub(super) fn keeps_its_key(
        &self,
        base: Option<&Self>,
        theirs: &Self,
        people: &People,
        request: &SealRequest<'_>,
    ) -> Result<bool, MergeError> {
        let vouched = vouch::check(&self.sealed, &self.key, &self.opened()?, request);
        let vouched = vouched.map_err(Side::Ours.failed())?;
        let is_ours = |version: &&Self| version.key.is(&self.key);
        // During a rebase ours is what somebody else pushed, and outside a fleet no commit answers for its key.
        let answered_for = if request.place.is_some() {
            vouched.key
        } else {
            base.iter().chain([&theirs]).any(is_ours)
        };
        let done_away_with = base.as_ref().is_some_and(is_ours) && !is_ours(&theirs);
        let wanted = |name: &String| {
            let recipients = &people.recipients;
            recipients.required.contains(name) || recipients.transitional.contains(name)
        };
        let known_to = [Some(self), base, Some(theirs)].into_iter().flatten();
        let known_to = known_to
            .filter(is_ours)
            .flat_map(|one| recipients(&one.sealed));
        let stays_known = known_to.into_iter().all(|name| wanted(&name));
        Ok(answered_for && !done_away_with && stays_known && !people.regrouped)
    }
}

fn values(opened: Vec<Opened<'_>>) -> impl Iterator<Item = (Pointer, Value)> {
    let scalars = opened
        .into_iter()
        .filter(|one| matches!(one.slot.content, Content::Scalar(_)));
    scalars.filter_map(|one| Some((one.slot.pointer(), one.value?)))
}

impl Side {
    /// Makes of an error that of this side.
    pub(super) fn failed(self) -> impl Fn(SealError) -> MergeError {
        move |source| MergeError::Side { side: self, source }
    }
}
