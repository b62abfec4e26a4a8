//! Two versions of a sealed file in one, value by value.

mod align;
mod body;
mod carried;
mod conflict;
mod documents;
mod error;
mod note;
mod part;
mod people;
mod plan;
mod remark;
mod sequence;
mod steps;
mod values;
mod version;
mod write;

use signet_envelope::Pointer;
use zeroize::Zeroizing;

use super::kept::Kept;
use super::{
    Draft, SealError, SealRequest, edit, existing, finish, no_place, retouch, rotate_file,
};
use crate::Random;
use crate::layout::Layout;
use body::Body;
use people::{Blocks, People};
use plan::{Pick, Plan, Planner};
use values::Values;
use version::Version;
use write::write;

pub use conflict::Markers;
pub use error::{MergeError, Side};

/// What is merged: sealed texts.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// The version that both sides come from. Without one, or if it does not open, each difference is a conflict.
    pub base: Option<&'a str>,
    /// The version that is checked out.
    pub ours: &'a str,
    /// The other version.
    pub theirs: &'a str,
}

/// Two versions in one.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The merged file. Where a person has to decide, the sealed lines of both sides stand between markers, all under one
    /// key: whichever are left in the file, it only has to be sealed again.
    pub text: String,
    /// The values, keys, lists and comments that a person has to decide about.
    pub conflicts: Vec<Pointer>,
    /// Whether the file has a new data key: nobody answers for ours, a side has done away with it, or it is known to
    /// somebody whom a side has taken out.
    pub new_key: bool,
    /// Whether what comes from theirs was encrypted anew, because it was sealed under another key.
    pub encrypted_anew: bool,
}

/// The file with the changes that both sides made since their common version.
///
/// Our text is kept, comments and layout included; what they changed is put into it, value by value. What neither changed
/// keeps its ciphertext, and so does what one side changed, if the data key is the same. A conflict is only where both
/// sides have changed the same value, key, list or comment in different ways. Recipients are those of both sides without
/// those that either has taken out, or those whom the path demands. Both sides must open and their seals and MACs hold, and
/// nothing is ever sealed under a key that only theirs has: whoever wrote it could have chosen it.
///
/// # Errors
/// [`MergeError`], one variant for each thing that a person would do about it.
pub fn merge_file(
    sides: &Sides<'_>,
    markers: &Markers<'_>,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<Merged, MergeError> {
    let ours = Version::open(sides.ours, request).map_err(Side::Ours.failed())?;
    let theirs = Version::open(sides.theirs, request).map_err(Side::Theirs.failed())?;
    let base = sides
        .base
        .and_then(|text| Version::open(text, request).ok());
    if !ours.has_rule_of(&theirs) {
        let path = request.path.clone();
        return Err(MergeError::Rule { path });
    }
    let blocks = Blocks {
        base: base.as_ref().map(|base| &base.sealed),
        ours: &ours.sealed,
        theirs: &theirs.sealed,
    };
    let people = blocks.people(request)?;
    let request = &people.request(request);
    let new_key = !ours.keeps_its_key(base.as_ref(), &theirs, &people, request)?;
    let ours = if new_key {
        let text = rotate_file(sides.ours, request, rng)?;
        Version::open(&text, request)?
    } else {
        ours
    };
    let merge = Merge {
        base,
        ours,
        theirs,
        request,
    };
    merge.run(markers, new_key, rng)
}

/// Versions that are in order, ours under the key that the result will have.
struct Merge<'a> {
    base: Option<Version>,
    ours: Version,
    theirs: Version,
    request: &'a SealRequest<'a>,
}

impl Merge<'_> {
    fn run(
        &self,
        markers: &Markers<'_>,
        new_key: bool,
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
            new_key,
            encrypted_anew: !self.theirs.key.is(&self.ours.key),
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
    ) -> Result<String, SealError> {
        let missing = self.missing();
        let all_ours =
            |plan: &Option<Plan<'_>>| matches!(plan, None | Some(Plan::As(Pick::Ours, _)));
        if missing.is_empty() && plans.iter().all(all_ours) {
            return Ok(self.ours.sealed.text().to_owned());
        }
        self.sealed(
            &write(ours, plans, pick, values, self.request)?,
            &missing,
            rng,
        )
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
        let stream = Body::read(body.clone(), request)?.stream;
        let block = edit::block_of(before, request)?;
        let mut text = edit::with_block(body, &stream, &block, request)?;
        let key = existing::key(before, request)?;
        if !missing.is_empty() {
            let unfinished =
                signet_envelope::parse_unfinished_as(request.store, &text, request.path)?;
            let new = retouch::for_request(&unfinished, &key, missing, request, rng)?;
            text = new.unwrap_or(text);
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

impl People {
    /// The request for the result.
    fn request<'r>(&'r self, request: &SealRequest<'r>) -> SealRequest<'r> {
        SealRequest {
            path: request.path,
            store: request.store,
            place: request.place,
            recipients: &self.recipients,
            key_groups: self.groups.as_ref(),
            rule: None,
            mac_only_encrypted: request.mac_only_encrypted,
            identities: request.identities,
            vouched_by: request.vouched_by,
            now: request.now,
        }
    }
}

#[cfg(test)]
mod tests;
