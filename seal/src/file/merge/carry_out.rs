//! Carries a merge out: decides, writes what was decided into our text, and seals that.

use zeroize::Zeroizing;

use super::Merged;
use super::body::Body;
use super::conflict::{self, Markers};
use super::error::MergeError;
use super::people;
use super::plan::{Pick, Plan, Planner};
use super::values::Values;
use super::version::Version;
use super::write::write;
use crate::Random;
use crate::data_key::DataKey;
use crate::file::kept::Kept;
use crate::file::{
    Draft, SealError, SealRequest, Wrapped, edit, existing, finish, no_place, read, retouch,
};
use crate::layout::Layout;

/// Versions that are in order, ours under the key that the result will have.
pub(super) struct Merge<'a> {
    pub(super) base: Option<Version>,
    pub(super) ours: Version,
    pub(super) theirs: Version,
    pub(super) request: &'a SealRequest<'a>,
}

impl Merge<'_> {
    /// The merged text and what a person has to decide in it.
    pub(super) fn run(
        &self,
        markers: &Markers<'_>,
        rng: &mut dyn Random,
    ) -> Result<Merged, MergeError> {
        let values = self.values(rng)?;
        let base = self
            .base
            .as_ref()
            .map(|base| base.body(self.request))
            .transpose()?;
        let (ours, theirs) = (
            self.ours.body(self.request)?,
            self.theirs.body(self.request)?,
        );
        let mut planner = Planner {
            values: &values,
            conflicts: Vec::new(),
        };
        let plans = planner.documents(base.as_ref(), &ours, &theirs, self.request)?;
        let conflicts = planner.conflicts;
        let text = self.written(&ours, &plans, Pick::Ours, &values, rng)?;
        let text = if conflicts.is_empty() {
            text
        } else {
            let other = self.written(&ours, &plans, Pick::Theirs, &values, rng)?;
            conflict::marked(&text, &self.with_block_of(&text, &other)?, markers)
        };
        Ok(Merged {
            text,
            conflicts,
            encrypted_anew: !self.theirs.key.is(&self.ours.key),
            ..Merged::default()
        })
    }

    fn values(&self, rng: &mut dyn Random) -> Result<Values, SealError> {
        let mut values = Values::default();
        for version in self.base.iter().chain([&self.ours]) {
            values.add(version.opened()?);
        }
        let theirs = self.theirs.opened()?;
        if self.theirs.key.is(&self.ours.key) {
            values.add(theirs);
        } else {
            values.carry(theirs, &self.ours.key, rng);
        }
        Ok(values)
    }

    /// The sealed file in which conflicts went to one side.
    fn written(
        &self,
        ours: &Body,
        plans: &[Option<Plan<'_>>],
        pick: Pick,
        values: &Values,
        rng: &mut dyn Random,
    ) -> Result<String, MergeError> {
        let missing = self.missing();
        let all_ours =
            |plan: &Option<Plan<'_>>| matches!(plan, None | Some(Plan::As(Pick::Ours, _)));
        if missing.is_empty() && plans.iter().all(all_ours) {
            return Ok(self.ours.sealed.text().to_owned());
        }
        let body = write(ours, plans, pick, values, self.request)?;
        Ok(self.sealed(&body, &missing, rng)?)
    }

    fn missing(&self) -> Vec<String> {
        let there = people::recipients(&self.ours.sealed);
        let required = &self.request.recipients.required;
        required.difference(&there).cloned().collect()
    }

    /// A body with our block, sealed.
    fn sealed(
        &self,
        body: &Zeroizing<String>,
        missing: &[String],
        rng: &mut dyn Random,
    ) -> Result<String, SealError> {
        let (request, before) = (self.request, &self.ours.sealed);
        let stream = read(body, request)?;
        let block = edit::block_of(before, request)?;
        let mut text = edit::with_block(body, &stream, &block, before, request)?;
        let key = existing::key(before, request)?;
        if !missing.is_empty() {
            text = self.with_missing(text, &key, missing, rng)?;
        }
        let mut kept = Kept::default();
        kept.add(before, self.ours.opened()?);
        if self.theirs.key.is(&key) {
            kept.add(&self.theirs.sealed, self.theirs.opened()?);
        }
        let draft = Draft {
            text,
            key,
            changed: true,
            kept,
            content: None,
        };
        finish::finish(draft, request, rng)
    }

    /// The text with the key for those who are missing. Outside a fleet that is as theirs has wrapped it: who was named there
    /// by somebody without the key does not get it here.
    fn with_missing(
        &self,
        text: String,
        key: &DataKey,
        missing: &[String],
        rng: &mut dyn Random,
    ) -> Result<String, SealError> {
        let request = self.request;
        let sealed = signet_envelope::parse_unfinished_as(request.store, &text, request.path)?;
        if request.place.is_some() {
            let new = retouch::for_request(&sealed, key, missing, request, rng)?;
            return Ok(new.unwrap_or(text));
        }
        let wrapped = Wrapped::taken_from(&self.theirs.sealed, missing, &sealed);
        let edits = retouch::new_block(&sealed, &wrapped, request)?;
        finish::edited(&text, edits, request)
    }

    /// A file with the `sops` block of another one.
    fn with_block_of(&self, file: &str, text: &str) -> Result<String, SealError> {
        let read = |text| signet_envelope::parse_as(self.request.store, text, self.request.path);
        let block = edit::block_of(&read(file)?, self.request)?;
        let sealed = read(text)?;
        let edits = Layout::of_sealed(&sealed).replace(&block);
        let edits = edits.map_err(|place| no_place(place, self.request))?;
        finish::edited(text, edits, self.request)
    }
}
