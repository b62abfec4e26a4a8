//! Who signed a commit.

use super::{Context, Stop};
use crate::Reason;
use crate::authority::{Authority, Holder, Nobody};
use crate::commit::Commit;
use crate::signature::{self, Dates};

/// A commit's signature that is right.
pub(super) struct Signed<'a> {
    /// Whose key it is by.
    pub(super) holder: &'a Holder,
    /// Its algorithm.
    pub(super) algorithm: String,
    /// The times that it tells.
    pub(super) dates: Dates,
}

/// A commit's signature, if it is right and by a key that a principal holds.
pub(super) fn signed<'a>(
    context: &Context<'_>,
    commit: &Commit,
    authority: &'a Authority,
) -> Result<Signed<'a>, Stop> {
    let text = commit.signature.as_deref();
    let text =
        text.ok_or_else(|| Stop::Refused(Reason::Unsigned, "the commit is not signed".to_owned()))?;
    let signature = signature::parse(text)?;
    match authority.signer_of(&signature, &commit.payload, context.keys) {
        Ok(holder) => Ok(Signed {
            holder,
            algorithm: signature.algorithm(),
            dates: signature.dates(),
        }),
        Err(Nobody::Unknown) => {
            let issuer = signature.issuer();
            let message = format!("signed by {issuer}, a key of no principal");
            Err(Stop::Refused(Reason::UnknownKey, message))
        }
        Err(Nobody::Signature(error)) => Err(error.into()),
    }
}
