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
    /// Its algorithm; `None` where nobody has signed yet.
    pub(super) algorithm: Option<String>,
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
            algorithm: Some(signature.algorithm()),
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

/// The signature that a principal would make now, by a key that counts if they have one.
pub(super) fn presumed<'a>(
    context: &Context<'_>,
    principal: &str,
    authority: &'a Authority,
) -> Result<Signed<'a>, Stop> {
    let holder = authority.presumed_signer(principal, context.now);
    let unknown = || format!("the policy of the last good commit has no principal {principal}");
    let holder = holder.ok_or_else(|| Stop::Refused(Reason::UnknownKey, unknown()))?;
    Ok(Signed {
        holder,
        algorithm: None,
        dates: Dates::default(),
    })
}
