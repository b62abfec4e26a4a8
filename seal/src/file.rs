//! Seals a text in place.

mod block;
mod content;
mod edit;
mod error;
mod existing;
mod finish;
mod kept;
mod merge;
mod place;
mod regroup;
mod resume;
mod retouch;
mod rotate;
mod selection;
mod start;
mod uncovered;
mod vouch;
mod wrapped;

use jiff::Timestamp;
use signet_api::{ClusterName, RepoPath, TenantName};
use signet_envelope::{ReadError, Recipients, Rule, Store, parse_as};
use signet_yaml::Stream;

use crate::data_key::DataKey;
use crate::layout::NoPlace;
use crate::{Identity, KeyGroups, Random};
use content::{Clear, envelope, text_of};
use kept::Kept;
use wrapped::Wrapped;

pub use edit::edit_file;
pub use error::{Incoming, Origin, SealError};
pub use merge::{Markers, MergeError, Merged, Side, Sides, Unwritable, merge_file};
pub use regroup::regroup;
pub use rotate::rotate_file;
pub use selection::{SECRET_RULE, has_nothing_to_seal};
pub use vouch::{Altered, Voucher};

/// What is to be sealed, for whom, and by whom.
pub struct SealRequest<'a> {
    /// The file's path in the repository.
    pub path: &'a RepoPath,
    /// The file's store: [`Store::of`] the path, unless somebody says otherwise.
    pub store: Store,
    /// The place that the seal binds the file to. Nothing makes a plain SOPS file, for use outside a fleet.
    pub place: Option<SealPlace<'a>>,
    /// Whether the file stands in a fleet's repository, whosever it is. Identities stay where they are there: what holds one
    /// gets no other key, nor its key for more people, but in the place that it was sealed for.
    pub in_fleet: bool,
    /// For whom. A fresh file gets those that are required.
    pub recipients: &'a Recipients,
    /// The groups in which the recipients stand, where more than one group is to be needed.
    pub key_groups: Option<&'a KeyGroups>,
    /// Which leaves; nothing leaves it to the kind of the document.
    pub rule: Option<Rule>,
    /// Whether SOPS' MAC leaves out the clear values of a fresh file. The seal covers them in any case.
    pub mac_only_encrypted: bool,
    /// Identities that open the file if it is sealed already: needed to add something to it, never for a fresh file.
    pub identities: &'a [Identity],
    /// Who answers for what is sealed already where the file's own seal does not hold, and for its key.
    pub vouched_by: Voucher<'a>,
    /// The time that is written as that of the last change.
    pub now: Timestamp,
}

/// The place to which a seal binds a file.
#[derive(Debug, Clone, Copy)]
pub struct SealPlace<'a> {
    /// The repository's identifier.
    pub repository: &'a str,
    /// Whose file it is.
    pub tenant: &'a TenantName,
    /// The clusters that open it.
    pub clusters: &'a [ClusterName],
    /// Whether a file is taken in that was sealed for another path of the same tenant, or for no place: a person was told of it
    /// and agreed.
    pub takes_incoming: bool,
}

/// A text with a readable `sops` block, and the key it names.
struct Draft<'a> {
    text: String,
    key: DataKey,
    /// Whether the text differs from what was given, whatever else is found to be done.
    changed: bool,
    /// Ciphertext for parts that are clear in the text.
    kept: Kept,
    /// What an envelope is to hold in the place of its text.
    content: Option<&'a [u8]>,
}

/// The text with everything sealed that is to be sealed; the same text if there is nothing to do.
///
/// Only sealed values, comments among them and the `sops` block change, everything else stays byte for byte. What is
/// sealed already keeps its ciphertext if the file's own seal holds over it, or if [`SealRequest::vouched_by`] answers for
/// it; more is sealed only under a key that it answers for, and in a fleet, or where a version is known, only such a key is
/// wrapped for more people. Whoever seals vouches for the clear parts. In a fleet, a file that was sealed for another place or,
/// as plain SOPS, for none is sealed for its own only where a person agreed to that; then, and where a person agreed to what
/// nobody answers for, it gets a new key.
///
/// # Errors
/// [`SealError`], one variant for each thing that the person who seals would do about it; the text is then as it was.
pub fn seal_file(
    text: impl AsRef<[u8]>,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let bytes = text.as_ref();
    if let Some(envelope) = envelope(bytes, request)? {
        return sealed_again(envelope, request, rng);
    }
    let clear = Clear::of(bytes, request)?;
    let stream = read(clear.text, request)?;
    if finish::blocks(&stream).next().is_some() {
        return sealed_again(clear.text, request, rng);
    }
    start::start(clear, &stream, request, rng)
}

fn sealed_again(
    text: &str,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let Some(draft) = resume::resume(text, request, rng)? else {
        return Ok(text.to_owned());
    };
    let sealed = finish::finish(draft, request, rng)?;
    if sealed == text || !place::is_answered_for(request) {
        return Ok(sealed);
    }
    // Whoever chose the key knows it still, and who opens the file in one place is not to open what comes into the one that
    // stays in the other.
    let sealed = parse_as(request.store, sealed, request.path)?;
    let request = SealRequest {
        vouched_by: Voucher::Person,
        rule: request.rule.clone(),
        ..*request
    };
    rotate_file(&sealed, &request, rng)
}

/// The tree of a text of the request's store.
fn read(text: &str, request: &SealRequest<'_>) -> Result<Stream, SealError> {
    signet_envelope::read(request.store, text).map_err(|source| unread(source, request))
}

fn unread(source: ReadError, request: &SealRequest<'_>) -> SealError {
    SealError::Parse {
        path: request.path.clone(),
        source,
    }
}

/// What is said of a layout that leaves no place for an edit.
fn no_place(NoPlace(at): NoPlace, request: &SealRequest<'_>) -> SealError {
    SealError::Layout {
        path: request.path.clone(),
        at,
    }
}

#[cfg(test)]
pub(crate) mod tests;
