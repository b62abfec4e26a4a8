//! What a verification starts from: the pinned introduction, and what was verified before.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signet_api::{Anchor, Revocation};

use crate::{ObjectId, ObjectIdError, Sighting};

/// Where trust in a repository begins; it comes from outside the repository.
#[derive(Debug, Clone)]
pub struct TrustRoot {
    /// The repository's id, which its policy repeats.
    pub repository: String,
    /// The ref that is followed, such as `refs/heads/main`.
    pub reference: String,
    /// The commit whose policy is taken as it is.
    pub introduction: Introduction,
    /// Keys that do not count, whatever the policy says.
    pub revoked: Vec<Revocation>,
}

/// A signed commit, named so that nothing about it can be exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Introduction {
    /// The commit.
    pub commit: ObjectId,
    /// SHA-256 of the bytes its signature covers, in lower-case hexadecimal.
    pub payload_sha256: String,
    /// The fingerprint of the key that signed it: `SHA256:` and unpadded base64.
    pub signer: String,
}

impl TrustRoot {
    /// What something that names this repository and ref is for, if it is not for this history.
    pub(crate) fn other(&self, repository: &str, reference: &str) -> Option<&'static str> {
        if repository != self.repository {
            Some("repository")
        } else if reference != self.reference {
            Some("ref")
        } else {
            None
        }
    }
}

impl TryFrom<&Anchor> for TrustRoot {
    type Error = ObjectIdError;

    /// What an anchor says, with no keys revoked; whether it is the true one is another question.
    fn try_from(anchor: &Anchor) -> Result<Self, ObjectIdError> {
        Ok(Self {
            repository: anchor.repository.clone(),
            reference: anchor.reference.clone(),
            introduction: (&anchor.introduction).try_into()?,
            revoked: Vec::new(),
        })
    }
}

impl TryFrom<&signet_api::Introduction> for Introduction {
    type Error = ObjectIdError;

    /// The introduction that a document names.
    fn try_from(named: &signet_api::Introduction) -> Result<Self, ObjectIdError> {
        let signet_api::Introduction {
            commit,
            payload_sha256,
            signer,
        } = named;
        Ok(Self {
            commit: commit.parse()?,
            payload_sha256: payload_sha256.clone(),
            signer: signer.clone(),
        })
    }
}

impl From<Introduction> for signet_api::Introduction {
    /// The introduction as documents name it.
    fn from(introduction: Introduction) -> Self {
        let Introduction {
            commit,
            payload_sha256,
            signer,
        } = introduction;
        Self {
            commit: commit.to_string(),
            payload_sha256,
            signer,
        }
    }
}

/// What is kept between verifications. [`State::default`] starts from the introduction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    /// The last good commit; `None` starts from the introduction.
    pub verified: Option<ObjectId>,
    /// When refused commits behind the last good one were first seen, oldest first; a few hundred
    /// at most, however many commits there are.
    pub seen: Vec<Sighting>,
    /// A commit that is accepted to have been there all along: what lies behind the last good commit
    /// up to it, and was not seen, is judged by committers' dates alone. It makes up for times that are
    /// not known, or were lost; the history must then contain it, not before the last good commit.
    pub floor: Option<ObjectId>,
    /// The last good commit that each key signed or approved, by fingerprint: a key that is
    /// revoked for good casts doubt on what it signed before.
    pub used: BTreeMap<String, Use>,
    /// The latest committer's date of all good commits: what is dated back does not make a later
    /// one forgotten. `None` where no state has it yet.
    pub reached: Option<Timestamp>,
    /// What was verified last of histories that the root group reset, oldest first, a few at most: what was good on them stays
    /// known to have been.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<ObjectId>,
    /// When the root group had agreed to the reset that was gone on with last: resets that were made before lift nothing any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<Timestamp>,
}

/// When a key was last used for a good commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// The commit.
    pub commit: ObjectId,
    /// Its committer's date, that of a good commit before it, or when it was first seen, whichever
    /// is latest.
    pub time: Timestamp,
}
