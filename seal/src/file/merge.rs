//! Two versions of a sealed file in one, value by value.

mod align;
mod body;
mod carried;
mod carry_out;
mod conflict;
mod documents;
mod error;
mod identity;
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

use std::collections::BTreeSet;

use signet_envelope::Pointer;

use super::{SealError, SealRequest, Voucher, existing, rotate_file};
use crate::Random;
use carry_out::Merge;
use people::Blocks;
use version::Version;

pub use conflict::Markers;
pub use error::{MergeError, Side, Unwritable};

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
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// The merged file. Where a person has to decide, the sealed lines of both sides stand between markers, all under one
    /// key: whichever are left in the file, it only has to be sealed again.
    pub text: String,
    /// The values, keys, lists and comments that a person has to decide about.
    pub conflicts: Vec<Pointer>,
    /// Whether the file has a new data key: ours is nobody's but ours, a side has done away with it, or it is known to
    /// somebody whom a side has taken out.
    pub new_key: bool,
    /// Whether what comes from theirs was encrypted anew, because it was sealed under another key.
    pub encrypted_anew: bool,
    /// For whom the file is sealed and ours was not.
    pub joined: BTreeSet<String>,
    /// For whom ours was sealed and the file is not.
    pub left: BTreeSet<String>,
    /// Who could read what ours changed since the common version, and cannot open the file.
    pub exposed_by_ours: BTreeSet<String>,
    /// Who could read what comes from theirs, and cannot open the file.
    pub exposed: BTreeSet<String>,
}

/// The file with the changes that both sides made since their common version.
///
/// Our text is kept, comments and layout included; what they changed is put into it, value by value. What neither changed
/// keeps its ciphertext, and so does what one side changed, if the data key is the same. A conflict is only where both
/// sides have changed the same value, key, list or comment in different ways. Recipients are those of both sides without
/// those that either has taken out, or those whom the path demands. Both sides must open and their seals and MACs hold, and
/// nothing is sealed under a key that only one side has, nor a key wrapped for somebody whom only one side names: whoever
/// wrote it, without being able to open the file, could have put them there. A commit that verifies, in a fleet, or
/// [`Voucher::Person`] answers for them. Outside of a fleet, nothing of theirs is taken under another key than ours: it may be another
/// file, which somebody put there for others to read.
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
    refuse_foreign(base.as_ref(), &ours, &theirs)?;
    let blocks = Blocks {
        base: base.as_ref().map(|base| &base.sealed),
        ours: &ours.sealed,
        theirs: &theirs.sealed,
    };
    let people = blocks.people(request)?;
    let request = &people.request(request);
    let [before, beside] = [&ours, &theirs].map(|side| people::recipients(&side.sealed));
    let new_key = !ours.keeps_its_key(base.as_ref(), &theirs, &people, request)?;
    let is_answered_for = matches!(request.vouched_by, Voucher::Person);
    if new_key {
        // Before anybody is asked about it.
        existing::refuse_foreign(&ours.sealed)?;
    }
    // Whoever writes theirs may have written the base as well.
    if !is_answered_for && request.place.is_none() && !ours.key.is(&theirs.key) {
        return Err(MergeError::Unrelated {
            path: request.path.clone(),
            recipients: request.recipients.required.iter().cloned().collect(),
        });
    }
    if new_key && !people.strangers.is_empty() && !is_answered_for {
        return Err(MergeError::Strangers {
            path: request.path.clone(),
            recipients: people.strangers.iter().cloned().collect(),
        });
    }
    let is_ahead = !ours.beyond(base.as_ref())?.is_empty();
    let ours = if new_key {
        let text = rotate_file(&ours.sealed, request, rng)?;
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
    let required = &request.recipients.required;
    let opens = |name: &String| required.contains(name) || !new_key && before.contains(name);
    let merged = merge.run(markers, rng)?;
    let left: BTreeSet<String> = before.iter().filter(|one| !opens(one)).cloned().collect();
    Ok(Merged {
        new_key,
        joined: required.difference(&before).cloned().collect(),
        exposed_by_ours: left.iter().filter(|_| is_ahead).cloned().collect(),
        left,
        exposed: beside
            .iter()
            .filter(|one| merged.encrypted_anew && !opens(one))
            .cloned()
            .collect(),
        ..merged
    })
}

/// Ensures that versions under two data keys are sealed for age recipients alone: of both, no other recipient could open what is
/// merged.
fn refuse_foreign(
    base: Option<&Version>,
    ours: &Version,
    theirs: &Version,
) -> Result<(), MergeError> {
    let sides = [ours, theirs];
    let refused = sides.map(|side| existing::refuse_foreign(&side.sealed));
    let refused = refused.into_iter().find_map(Result::err);
    let Some(source) = refused.filter(|_| !ours.key.is(&theirs.key)) else {
        return Ok(());
    };
    let changed = |side: &Version| {
        let mut changed = side.beyond(base)?;
        if let Some(base) = base {
            changed.extend(base.beyond(Some(side))?);
        }
        Ok::<_, SealError>(changed)
    };
    Err(MergeError::Foreign {
        changed: Box::new([changed(ours)?, changed(theirs)?]),
        source: Box::new(source),
    })
}

#[cfg(test)]
mod tests;
