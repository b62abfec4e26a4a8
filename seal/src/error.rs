//! Why a sealed file was not opened.

use signet_api::RepoPath;
use signet_envelope::{EnvelopeError, LeafType, Pointer, RecipientsError, ScopeError};
use signet_provenance::{FleetError, TreeError};
use signet_yaml::{Position, TypeError};

use crate::{IdentityError, KeyGroupsError, SharesError, UnwrapError};

/// Why a sealed file was not opened, one variant for each thing a person would do about it. Nothing here quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is not in the verified tree.
    #[error("reading {path} from the verified tree")]
    Tree {
        /// The file.
        path: RepoPath,
        /// Why.
        #[source]
        source: TreeError,
    },
    /// The fleet's documents cannot be read.
    #[error("reading the fleet's documents")]
    Fleet(#[source] FleetError),
    /// The file is not UTF-8.
    #[error("{path} is not UTF-8 text")]
    NotText {
        /// The file.
        path: RepoPath,
    },
    /// The file cannot be read as a sealed file.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The file stands at a path where none can be.
    #[error(transparent)]
    Recipients(#[from] RecipientsError),
    /// The file was sealed for another place or for other people.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// The data key is split among groups, and too few of them open.
    #[error(
        "{path} needs {needed} of its {} key groups, and the identities at hand open {opened}; what is missing: {}",
        missing.len() + opened, listed(missing)
    )]
    Groups {
        /// The file.
        path: RepoPath,
        /// How many groups opened.
        opened: usize,
        /// How many are needed.
        needed: usize,
        /// The recipients of each group that did not open.
        missing: Vec<MissingGroup>,
    },
    /// The data key cannot have been split among the file's groups under its threshold.
    #[error("reading the key groups of {path}")]
    Threshold {
        /// The file.
        path: RepoPath,
        /// Why.
        #[source]
        source: KeyGroupsError,
    },
    /// The groups open, but their shares give no key.
    #[error("putting the data key of {path} together from the shares of its key groups")]
    Shares {
        /// The file.
        path: RepoPath,
        /// Why.
        #[source]
        source: SharesError,
    },
    /// None of the identities is one that the file is sealed for.
    #[error("{path} is not sealed for {}", identities.join(", "))]
    NotForIdentity {
        /// The file.
        path: RepoPath,
        /// The public halves of the identities that were tried.
        identities: Vec<String>,
    },
    /// The data key was not unwrapped.
    #[error("unwrapping the data key of {path} with the identity of {recipient}")]
    Unwrap {
        /// The file.
        path: RepoPath,
        /// The public half of the identity.
        recipient: String,
        /// Why.
        #[source]
        source: UnwrapError,
    },
    /// The seal is not that of the file.
    #[error("the seal of {path} does not match: something in it was changed without its key")]
    Seal {
        /// The file.
        path: RepoPath,
    },
    /// A value does not open in its place.
    #[error(
        "{path}: {at}: {pointer} was sealed in another place, under another key, or was changed"
    )]
    Leaf {
        /// The file.
        path: RepoPath,
        /// Where it stands.
        at: Position,
        /// Which value.
        pointer: Pointer,
    },
    /// A comment does not open in its place.
    #[error(
        "{path}: {at}: the comment was sealed in another place, under another key, or was changed"
    )]
    Comment {
        /// The file.
        path: RepoPath,
        /// Where it stands.
        at: Position,
    },
    /// A value is not of the type that stands beside it.
    #[error("{path}: {at}: {pointer} is not of the type {kind}")]
    Type {
        /// The file.
        path: RepoPath,
        /// Where it stands.
        at: Position,
        /// Which value.
        pointer: Pointer,
        /// The type.
        kind: LeafType,
    },
    /// A clear value has no type that SOPS knows.
    #[error("reading the clear values of {path}")]
    Clear {
        /// The file.
        path: RepoPath,
        /// Where and why.
        #[source]
        source: TypeError,
    },
    /// The time of the last change is none.
    #[error("{path}: sops.lastmodified is not a time of RFC 3339")]
    LastModified {
        /// The file.
        path: RepoPath,
    },
    /// SOPS' own check fails.
    #[error(
        "the MAC of {path} does not match: a value was changed, moved, added or removed without its key"
    )]
    Mac {
        /// The file.
        path: RepoPath,
    },
    /// A value that was rendered is not in the file, or no longer the same.
    #[error("{path} has no sealed value {pointer} of the rendered ciphertext")]
    UnknownLeaf {
        /// The file.
        path: RepoPath,
        /// Which value.
        pointer: Pointer,
    },
    /// The text cannot be given back as it was written.
    #[error("{path}: {at}: opening cannot keep this layout")]
    Layout {
        /// The file.
        path: RepoPath,
        /// Where.
        at: Position,
    },
    /// A value is no text, and the store has no form for that.
    #[error(
        "{path}: {at}: {pointer} opens to bytes that are no text, which cannot be written here"
    )]
    Bytes {
        /// The file.
        path: RepoPath,
        /// Where it stands.
        at: Position,
        /// Which value.
        pointer: Pointer,
    },
    /// The file opens, but holds no identity.
    #[error("{path} holds no identity")]
    NoIdentity {
        /// The file.
        path: RepoPath,
    },
    /// The file opens, but its identity cannot be used.
    #[error("reading the identity in {path}")]
    Identity {
        /// The file.
        path: RepoPath,
        /// Why.
        #[source]
        source: IdentityError,
    },
    /// The file holds an identity, but that of another recipient than the fleet names.
    #[error("{path} holds the identity of {found}, but the fleet names {expected}")]
    OtherIdentity {
        /// The file.
        path: RepoPath,
        /// Its public half.
        found: String,
        /// The recipient in the Cluster or Tenant document.
        expected: String,
    },
}

impl OpenError {
    /// Whether something is wrong with the file itself: whoever can write to it can have it so.
    pub(crate) fn is_of_file(&self) -> bool {
        match self {
            Self::NotText { .. }
            | Self::Envelope(_)
            | Self::Scope(_)
            | Self::Threshold { .. }
            | Self::Shares { .. }
            | Self::Unwrap { .. }
            | Self::Seal { .. }
            | Self::Leaf { .. }
            | Self::Comment { .. }
            | Self::Type { .. }
            | Self::Clear { .. }
            | Self::LastModified { .. }
            | Self::Mac { .. }
            | Self::UnknownLeaf { .. }
            | Self::Layout { .. }
            | Self::Bytes { .. } => true,
            Self::Tree { .. }
            | Self::Fleet(_)
            | Self::Recipients(_)
            | Self::Groups { .. }
            | Self::NotForIdentity { .. }
            | Self::NoIdentity { .. }
            | Self::Identity { .. }
            | Self::OtherIdentity { .. } => false,
        }
    }
}

/// A key group that did not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingGroup {
    /// Which, from 1.
    pub number: usize,
    /// Its recipients, shortened; of other kinds than age with their kind.
    pub recipients: Vec<String>,
}

fn listed(missing: &[MissingGroup]) -> String {
    let groups: Vec<String> = missing
        .iter()
        .map(|group| format!("group {} ({})", group.number, group.recipients.join(", ")))
        .collect();
    groups.join("; ")
}
