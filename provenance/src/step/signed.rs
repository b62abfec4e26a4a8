//! Who signed a commit.

use super::{Context, Stop};
use crate::Reason;
use crate::authority::{Authority, Holder, Nobody};
use crate::commit::{Commit, CommitError};
use crate::signature::{self, Dates, KnownKeys, Signature, SignatureError};

/// A commit that was read, with its signature.
pub(crate) struct Read {
    /// The commit, if it has one reading.
    commit: Result<Commit, CommitError>,
    /// `None` where it is not signed.
    signature: Option<Result<Signature, SignatureError>>,
    /// Whether it is one by the keys that it was checked with already.
    checked: Vec<(Holder, Result<(), SignatureError>)>,
}

/// A commit's signature that is right.
pub(super) struct Signed<'a> {
    /// Whose key it is by.
    pub(super) holder: &'a Holder,
    /// Its algorithm; `None` where nobody has signed yet.
    pub(super) algorithm: Option<String>,
    /// The times that it tells.
    pub(super) dates: Dates,
}

impl Read {
    /// The commit in these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let commit = Commit::parse(bytes);
        let text = commit.as_ref().ok();
        let text = text.and_then(|commit| commit.signature.as_deref());
        Self {
            signature: text.map(signature::parse),
            commit,
            checked: Vec::new(),
        }
    }

    /// The same, once the signature was checked with the key of this policy that it says to be by, if there is one: whoever
    /// asks with a policy that has the same key is told what was found out now.
    pub(crate) fn checked(self, authority: &Authority, known: &KnownKeys) -> Self {
        let mut checked = Vec::new();
        if let (Ok(commit), Some(Ok(signature))) = (&self.commit, &self.signature) {
            let check = |holder: &Holder| {
                let right = holder.check(signature, &commit.payload, known);
                checked.push((holder.clone(), right.clone()));
                right
            };
            // Whoever is nobody stays that.
            let _ = authority.signer_by(&signature.issuer(), check);
        }
        Self { checked, ..self }
    }

    /// Its signature, if it is right and by a key that a principal holds.
    pub(super) fn signed<'a>(
        &self,
        context: &Context<'_>,
        authority: &'a Authority,
    ) -> Result<Signed<'a>, Stop> {
        let commit = self.reading()?;
        let unsigned = || Stop::Refused(Reason::Unsigned, "the commit is not signed".to_owned());
        let signature = match self.signature.as_ref().ok_or_else(unsigned)? {
            Ok(signature) => signature,
            Err(error) => return Err(error.clone().into()),
        };
        let issuer = signature.issuer();
        let check = |holder: &Holder| {
            let mut checked = self.checked.iter();
            match checked.find(|(other, _)| other == holder) {
                Some((_, right)) => right.clone(),
                None => holder.check(signature, &commit.payload, context.keys),
            }
        };
        match authority.signer_by(&issuer, check) {
            Ok(holder) => Ok(Signed {
                holder,
                algorithm: Some(signature.algorithm()),
                dates: signature.dates(),
            }),
            Err(Nobody::Unknown) => {
                let message = format!("signed by {issuer}, a key of no principal");
                Err(Stop::Refused(Reason::UnknownKey, message))
            }
            Err(Nobody::Signature(error)) => Err(error.into()),
        }
    }

    /// The one reading of the commit.
    pub(super) fn reading(&self) -> Result<&Commit, Stop> {
        let commit = self.commit.as_ref();
        commit.map_err(|error| Stop::because(Reason::Malformed, error))
    }
}

/// Who would sign a commit now.
#[derive(Clone, Copy)]
pub(crate) struct Signing<'a> {
    pub(crate) principal: &'a str,
    /// With which of their keys; `None` where they have none.
    pub(crate) key: Option<&'a Holder>,
}

/// The signature that they would make.
pub(super) fn presumed(signing: Signing<'_>) -> Result<Signed<'_>, Stop> {
    let Signing { principal, key } = signing;
    let unknown = || format!("the policy of the last good commit has no key of {principal}");
    let holder = key.ok_or_else(|| Stop::Refused(Reason::UnknownKey, unknown()))?;
    Ok(Signed {
        holder,
        algorithm: None,
        dates: Dates::default(),
    })
}
