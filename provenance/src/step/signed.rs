//! Who signed a commit.

use super::Stop;
use crate::Reason;
use crate::authority::{Authority, Holder};
use crate::commit::Commit;
use crate::signature;

/// The holder of the key that signed a commit, and the signature's algorithm.
///
/// The key is looked up before it is used: whoever is unknown gets no arithmetic done.
pub(super) fn holder<'a>(
    commit: &Commit,
    authority: &'a Authority,
) -> Result<(&'a Holder, String), Stop> {
    let text = commit.signature.as_deref();
    let text =
        text.ok_or_else(|| Stop::Refused(Reason::Unsigned, "the commit is not signed".to_owned()))?;
    let signature = signature::parse(text)?;
    let fingerprint = signature.fingerprint();
    let holder = authority.holder(fingerprint).ok_or_else(|| {
        Stop::Refused(
            Reason::UnknownKey,
            format!("signed by {fingerprint}, a key of no principal"),
        )
    })?;
    signature.check(&commit.payload)?;
    if holder.touch {
        signature.check_touched()?;
    }
    Ok((holder, signature.algorithm()))
}
